//! StatefulSets (`pkg/apis/apps/validation`). The server does not look into their pods' specs.

use super::fields::{Errors, Path, Shown, go_int_or_string, number, part, set, text};
use super::labels::go_label_selector;
use super::template::{check_runs_always, check_selector, check_template_metadata, mismatch, selects};
use crate::api::quote::go_quote;
use serde_json::Value;

const FORBIDDEN: &str = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', \
    'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
/// What may change in a StatefulSet.
const MUTABLE: [&str; 6] = [
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
];

pub(super) fn check_stateful_set(stateful_set: &Value, errors: &mut Errors) {
    let (spec, path) = (part(stateful_set, "spec"), Path::new("spec"));
    match text(spec, "podManagementPolicy") {
        "" => errors.required(&path.at("podManagementPolicy"), ""),
        "OrderedReady" | "Parallel" => {}
        other => {
            let detail = "must be 'OrderedReady' or 'Parallel'";
            errors.invalid(&path.at("podManagementPolicy"), other, detail);
        }
    }
    check_update_strategy(part(spec, "updateStrategy"), &path.at("updateStrategy"), errors);
    let retention = part(spec, "persistentVolumeClaimRetentionPolicy");
    for field in ["whenDeleted", "whenScaled"] {
        let path = path.at("persistentVolumeClaimRetentionPolicy");
        errors.one_of_if_set(retention, field, &path, &["Retain", "Delete"]);
    }
    errors.nonnegative(spec, "replicas", &path);
    errors.nonnegative(spec, "minReadySeconds", &path);
    errors.nonnegative(part(spec, "ordinals"), "start", &path.at("ordinals"));
    check_selector(spec, "statefulset", &path, errors);
    let (selector, template) = (part(spec, "selector"), part(spec, "template"));
    let template_path = path.at("template");
    let finds = selects(selector, part(template, "metadata"));
    match finds {
        None => errors.invalid(&path.at("selector"), go_label_selector(selector), ""),
        Some(false) => mismatch(template, &template_path, errors),
        Some(true) => {}
    }
    if finds.is_some() {
        check_template_metadata(template, &template_path, errors);
    }
    check_runs_always(template, "StatefulSet", &template_path, errors);
}

fn check_update_strategy(strategy: &Value, path: &Path, errors: &mut Errors) {
    let rolling = set(strategy, "rollingUpdate");
    match text(strategy, "type") {
        "" => errors.required(path, ""),
        "OnDelete" => {
            if let Some(rolling) = rolling {
                let unavailable = match set(rolling, "maxUnavailable") {
                    Some(_) => "(<ptr>)",
                    None => "(nil)",
                };
                let shown = format!(
                    "apps.RollingUpdateStatefulSetStrategy{{Partition:{}, MaxUnavailable:(*intstr.IntOrString){unavailable}}}",
                    number(rolling, "partition").unwrap_or_default()
                );
                let detail = "only allowed for updateStrategy 'RollingUpdate'";
                errors.invalid(&path.at("rollingUpdate"), Shown(shown), detail);
            }
        }
        "RollingUpdate" => {
            let (rolling, path) = (part(strategy, "rollingUpdate"), path.at("rollingUpdate"));
            errors.nonnegative(rolling, "partition", &path);
            if let Some(unavailable) = set(rolling, "maxUnavailable") {
                let path = path.at("maxUnavailable");
                super::workload::check_share(unavailable, &path, errors);
                if super::workload::amount(unavailable) == 0 {
                    errors.invalid(&path, go_int_or_string(unavailable), "cannot be 0");
                }
                super::workload::check_not_above_all(unavailable, &path, errors);
            }
        }
        other => {
            let pointer = if rolling.is_some() { "<ptr>" } else { "nil" };
            let shown = format!(
                "apps.StatefulSetUpdateStrategy{{Type:{}, \
                 RollingUpdate:(*apps.RollingUpdateStatefulSetStrategy)({pointer})}}",
                go_quote(other)
            );
            errors.invalid(path, Shown(shown), "must be 'RollingUpdate' or 'OnDelete'");
        }
    }
}

/// What cannot change once the set is there.
pub(super) fn check_stateful_set_update(new: &Value, old: &Value, errors: &mut Errors) {
    let fixed = |object: &Value| {
        let mut spec = part(object, "spec").clone();
        if let Some(fields) = spec.as_object_mut() {
            fields.retain(|field, _| !MUTABLE.contains(&field.as_str()));
        }
        for claim in spec
            .get_mut("volumeClaimTemplates")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            // Which cluster made it does not matter.
            if let Some(fields) = claim.as_object_mut() {
                fields.remove("status");
            }
        }
        spec
    };
    if fixed(new) != fixed(old) {
        errors.forbidden(&Path::new("spec"), FORBIDDEN);
    }
}
