//! What must not change in Jobs.

use super::fields::{Errors, IMMUTABLE, Path, Shown, flag, part, set, text};
use super::go_value::Go;
use super::labels::go_label_selector;
use crate::api::quote::go_quote;
use serde_json::Value;

pub(super) fn check_job_update(new: &Value, old: &Value, errors: &mut Errors) {
    let can_reschedule = may_reschedule(old);
    let (new, old, path) = (part(new, "spec"), part(old, "spec"), Path::new("spec"));
    check_completions(new, old, &path.at("completions"), errors);
    let field = |name: &str| (part(new, name), part(old, name), path.at(name));
    let (now, before, at) = field("selector");
    errors.immutable(now, before, &at, go_label_selector);
    check_template_update(part(new, "template"), part(old, "template"), can_reschedule, errors);
    let (now, before, at) = field("completionMode");
    errors.immutable(now, before, &at, |mode| {
        Shown(mode.as_str().map_or_else(null, go_quote))
    });
    let (now, before, at) = field("podFailurePolicy");
    errors.immutable(now, before, &at, |policy| match policy {
        Value::Null => Shown(null()),
        _ => Shown("batch.PodFailurePolicy{}".to_owned()),
    });
    let (now, before, at) = field("backoffLimitPerIndex");
    errors.immutable(now, before, &at, shown_number);
}

/// What the message shows where there is no value.
fn null() -> String {
    "\"null\"".to_owned()
}

fn shown_number(value: &Value) -> Shown {
    Shown(value.as_i64().map_or_else(null, |number| number.to_string()))
}

/// An indexed job can be given more work if its parallelism goes along.
fn check_completions(new: &Value, old: &Value, path: &Path, errors: &mut Errors) {
    let (now, before) = (part(new, "completions"), part(old, "completions"));
    if text(new, "completionMode") != "Indexed" {
        return errors.immutable(now, before, path, shown_number);
    }
    if now != before && !now.is_null() && now != part(new, "parallelism") {
        let detail = "can only be modified in tandem with spec.parallelism";
        errors.invalid(path, shown_number(now), detail);
    }
}

/// A job that is suspended and was never started can still be told where to run.
fn may_reschedule(old: &Value) -> bool {
    flag(part(old, "spec"), "suspend") && set(part(old, "status"), "startTime").is_none()
}

fn check_template_update(new: &Value, old: &Value, can_reschedule: bool, errors: &mut Errors) {
    let mut expected = old.clone();
    if can_reschedule {
        allow_directives(&mut expected, new);
    }
    if *new != expected {
        let shown = Shown(Go::of("core.PodTemplateSpec", Some(new)).go_syntax());
        errors.invalid(&Path::new("spec.template"), shown, IMMUTABLE);
    }
}

/// Takes over what says where pods run, and what they are called by.
fn allow_directives(template: &mut Value, new: &Value) {
    let take = |object: Option<&mut Value>, from: &Value, fields: &[&str]| {
        let Some(object) = object.and_then(Value::as_object_mut) else {
            return;
        };
        for field in fields {
            match set(from, field) {
                Some(value) => object.insert((*field).to_owned(), value.clone()),
                None => object.remove(*field),
            };
        }
    };
    take(
        template.get_mut("metadata"),
        part(new, "metadata"),
        &["labels", "annotations"],
    );
    let spec = part(new, "spec");
    take(
        template.get_mut("spec"),
        spec,
        &["nodeSelector", "tolerations", "schedulingGates"],
    );
    let Some(pod) = template.get_mut("spec").and_then(Value::as_object_mut) else {
        return;
    };
    let affinity = pod
        .entry("affinity")
        .or_insert_with(|| Value::Object(serde_json::Map::new()));
    take(Some(affinity), part(spec, "affinity"), &["nodeAffinity"]);
    if affinity.as_object().is_some_and(serde_json::Map::is_empty) && set(spec, "affinity").is_none() {
        pod.remove("affinity");
    }
}
