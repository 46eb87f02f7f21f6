//! DaemonSets (`pkg/apis/apps/validation`).

use super::fields::{Errors, Path, Shown, go_int_or_string, part, set, text};
use super::labels::check_label_selector;
use super::template::{check_not_empty, check_runs_always, check_template, mismatch, selects};
use super::workload::{amount, check_not_above_all, check_share};
use crate::api::quote::go_quote;
use serde_json::Value;

pub(super) fn check_daemon_set(daemon_set: &Value, errors: &mut Errors) {
    let (spec, path) = (part(daemon_set, "spec"), Path::new("spec"));
    let (selector, template) = (part(spec, "selector"), part(spec, "template"));
    check_label_selector(selector, &path.at("selector"), errors);
    let template_path = path.at("template");
    if selects(selector, part(template, "metadata")) == Some(false) {
        mismatch(template, &template_path, errors);
    }
    if !selector.is_null() {
        check_not_empty(selector, "daemonset", &path.at("selector"), errors);
    }
    check_template(template, &template_path, errors);
    check_runs_always(template, "DaemonSet", &template_path, errors);
    errors.nonnegative(spec, "minReadySeconds", &path);
    check_update_strategy(part(spec, "updateStrategy"), &path.at("updateStrategy"), errors);
    errors.nonnegative(spec, "revisionHistoryLimit", &path);
}

fn check_update_strategy(strategy: &Value, path: &Path, errors: &mut Errors) {
    let rolling = set(strategy, "rollingUpdate");
    let rolling_path = path.at("rollingUpdate");
    match (text(strategy, "type"), rolling) {
        ("OnDelete", _) => {}
        ("RollingUpdate", None) => errors.required(&rolling_path, ""),
        ("RollingUpdate", Some(rolling)) => check_rolling_update(rolling, &rolling_path, errors),
        (other, rolling) => {
            let pointer = if rolling.is_some() { "<ptr>" } else { "nil" };
            let shown = format!(
                "apps.DaemonSetUpdateStrategy{{Type:{}, RollingUpdate:(*apps.RollingUpdateDaemonSet)({pointer})}}",
                go_quote(other)
            );
            errors.not_supported(path, Shown(shown), &["RollingUpdate", "OnDelete"]);
        }
    }
}

fn check_rolling_update(rolling: &Value, path: &Path, errors: &mut Errors) {
    let shares = ["maxUnavailable", "maxSurge"].map(|field| (part(rolling, field), path.at(field)));
    for (share, path) in &shares {
        check_share(share, path, errors);
    }
    for (share, path) in &shares {
        check_not_above_all(share, path, errors);
    }
    let [(unavailable, unavailable_path), (surge, surge_path)] = &shares;
    match (amount(unavailable) != 0, amount(surge) != 0) {
        (true, true) => {
            let detail = "may not be set when maxUnavailable is non-zero";
            errors.invalid(surge_path, go_int_or_string(surge), detail);
        }
        (false, false) => errors.required(unavailable_path, "cannot be 0 when maxSurge is 0"),
        _ => {}
    }
}
