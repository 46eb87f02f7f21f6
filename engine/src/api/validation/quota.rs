//! ResourceQuotas and LimitRanges: what may be limited (`pkg/apis/core/validation`).

use super::fields::{
    Errors, IMMUTABLE, NEGATIVE, Path, Shown, go_quantity, go_strings, list, map, part, set, text, texts,
};
use super::resources::{check_container_resource_name, check_resource_name, is_integer_resource, is_overcommitted};
use crate::api::quantity::Quantity;
use crate::api::selector::names::qualified_name_errors;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

const SCOPES: [&str; 6] = [
    "Terminating",
    "NotTerminating",
    "BestEffort",
    "NotBestEffort",
    "PriorityClass",
    "CrossNamespacePodAffinity",
];
const CONFLICTS: [[&str; 2]; 2] = [["BestEffort", "NotBestEffort"], ["Terminating", "NotTerminating"]];
const QUOTA_RESOURCES: [&str; 19] = [
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.storage",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "persistentvolumeclaims",
    "configmaps",
    "services.nodeports",
    "services.loadbalancers",
];
/// What a scope that looks at pods can be combined with.
const POD_RESOURCES: [&str; 7] = [
    "pods",
    "cpu",
    "memory",
    "limits.cpu",
    "limits.memory",
    "requests.cpu",
    "requests.memory",
];

pub(super) fn check_quota(quota: &Value, errors: &mut Errors) {
    let (spec, path) = (part(quota, "spec"), Path::new("spec"));
    check_hard(map(spec, "hard"), &path.at("hard"), errors);
    let names: BTreeSet<&str> = map(spec, "hard")
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str())
        .collect();
    check_scopes(spec, &names, &path.at("scopes"), errors);
    if let Some(selector) = set(spec, "scopeSelector") {
        check_scope_selector(
            selector,
            spec,
            &names,
            &path.at("scopeSelector").at("matchExpressions"),
            errors,
        );
    }
}

fn check_hard(hard: Option<&Map<String, Value>>, path: &Path, errors: &mut Errors) {
    for (name, amount) in hard.into_iter().flatten() {
        let path = path.key(name);
        check_resource_name(name, &path, errors);
        if !name.contains('/') && !is_quota_resource(name) {
            errors.invalid(&path, name.as_str(), "must be a standard resource for quota");
        }
        check_amount_of(name, amount, &path, errors);
    }
}

fn is_quota_resource(name: &str) -> bool {
    QUOTA_RESOURCES.contains(&name) || name.starts_with("hugepages-") || name.starts_with("requests.hugepages-")
}

/// An amount of a resource: not negative, and whole where the resource is counted.
fn check_amount_of(name: &str, amount: &Value, path: &Path, errors: &mut Errors) {
    let Ok(quantity) = Quantity::from_json(amount) else {
        return;
    };
    if quantity.sign() < 0 {
        errors.invalid(path, quantity.to_string().as_str(), NEGATIVE);
    }
    if is_integer_resource(name) && quantity.milli_value() % 1000 != 0 {
        errors.invalid(path, go_quantity(amount), "must be an integer");
    }
}

fn fits(scope: &str, resource: &str) -> bool {
    match scope {
        "BestEffort" => resource == "pods",
        scope if SCOPES.contains(&scope) => POD_RESOURCES.contains(&resource),
        _ => true,
    }
}

fn go_scopes(spec: &Value) -> Shown {
    let scopes = match set(spec, "scopes") {
        Some(_) => go_strings(&texts(spec, "scopes")).0,
        None => "[]string(nil)".to_owned(),
    };
    Shown(scopes.replacen("[]string", "[]core.ResourceQuotaScope", 1))
}

fn check_scopes(spec: &Value, names: &BTreeSet<&str>, path: &Path, errors: &mut Errors) {
    let scopes = texts(spec, "scopes");
    for scope in &scopes {
        if !SCOPES.contains(scope) {
            errors.invalid(path, go_scopes(spec), "unsupported scope");
        }
        for _ in names
            .iter()
            .filter(|name| is_quota_resource(name) && !fits(scope, name))
        {
            errors.invalid(path, go_scopes(spec), "unsupported scope applied to resource");
        }
    }
    check_conflicts(&scopes, spec, path, errors);
}

fn check_conflicts(scopes: &[&str], spec: &Value, path: &Path, errors: &mut Errors) {
    for pair in CONFLICTS {
        if pair.iter().all(|scope| scopes.contains(scope)) {
            errors.invalid(path, go_scopes(spec), "conflicting scopes");
        }
    }
}

fn check_scope_selector(selector: &Value, spec: &Value, names: &BTreeSet<&str>, path: &Path, errors: &mut Errors) {
    let mut scopes = Vec::new();
    for requirement in list(selector, "matchExpressions") {
        let (scope, operator) = (text(requirement, "scopeName"), text(requirement, "operator"));
        scopes.push(scope);
        if !SCOPES.contains(&scope) {
            errors.invalid(&path.at("scopeName"), scope, "unsupported scope");
        }
        for _ in names
            .iter()
            .filter(|name| is_quota_resource(name) && !fits(scope, name))
        {
            let shown = Shown("core.ScopeSelector{}".to_owned());
            errors.invalid(path, shown, "unsupported scope applied to resource");
        }
        if SCOPES.contains(&scope) && scope != "PriorityClass" && operator != "Exists" {
            let detail = "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, \
                          ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or \
                          ResourceQuotaScopeCrossNamespacePodAffinity";
            errors.invalid(&path.at("operator"), operator, detail);
        }
        let values = texts(requirement, "values");
        match operator {
            "In" | "NotIn" if values.is_empty() => errors.required(
                &path.at("values"),
                "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
            ),
            "Exists" | "DoesNotExist" if !values.is_empty() => errors.invalid(
                &path.at("values"),
                go_strings(&values),
                "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
            ),
            "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
            other => errors.invalid(&path.at("operator"), other, "not a valid selector operator"),
        }
    }
    check_conflicts(&scopes, spec, path, errors);
}

/// A quota keeps its scopes.
pub(super) fn check_quota_update(new: &Value, old: &Value, errors: &mut Errors) {
    let scopes = |quota: &Value| {
        let scopes: BTreeSet<String> = texts(part(quota, "spec"), "scopes")
            .into_iter()
            .map(str::to_owned)
            .collect();
        scopes
    };
    if scopes(new) != scopes(old) {
        errors.invalid(&Path::new("spec.scopes"), go_scopes(part(new, "spec")), IMMUTABLE);
    }
}

/// The status of a quota, which its controller writes.
pub(super) fn check_quota_status(quota: &Value, errors: &mut Errors) {
    let (status, path) = (part(quota, "status"), Path::new("status"));
    for field in ["hard", "used"] {
        check_hard(map(status, field), &path.at(field), errors);
    }
}

pub(super) fn check_limit_range(limit_range: &Value, errors: &mut Errors) {
    let path = Path::new("spec.limits");
    let mut kinds = Vec::new();
    for (i, limit) in list(part(limit_range, "spec"), "limits").iter().enumerate() {
        let path = path.index(i);
        let kind = text(limit, "type");
        check_limit_type(kind, &path.at("type"), errors);
        if kinds.contains(&kind) {
            errors.duplicate(&path.at("type"), kind);
        }
        kinds.push(kind);
        check_limit_names(limit, kind, &path, errors);
        let names: BTreeSet<&str> = ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"]
            .into_iter()
            .flat_map(|field| map(limit, field).into_iter().flatten())
            .map(|(name, _)| name.as_str())
            .collect();
        for name in names {
            check_bounds(limit, name, kind == "Pod", &path, errors);
        }
    }
}

fn check_limit_type(kind: &str, path: &Path, errors: &mut Errors) {
    let messages = qualified_name_errors(kind);
    let is_standard = matches!(kind, "Pod" | "Container" | "PersistentVolumeClaim");
    if messages.is_empty() && !kind.contains('/') && !is_standard {
        errors.invalid(path, kind, "must be a standard limit type or fully qualified");
    }
    errors.invalid_each(path, kind, messages);
}

fn check_limit_names(limit: &Value, kind: &str, path: &Path, errors: &mut Errors) {
    for field in ["max", "min", "default", "defaultRequest"] {
        let amounts = map(limit, field);
        if kind == "Pod" && field.starts_with("default") {
            if amounts.is_some_and(|amounts| !amounts.is_empty()) {
                errors.forbidden(&path.at(field), "may not be specified when `type` is 'Pod'");
            }
            continue;
        }
        check_names_of(amounts, kind, &path.at(field), errors);
    }
    let has_storage = |field: &str| map(limit, field).is_some_and(|amounts| amounts.contains_key("storage"));
    if kind == "PersistentVolumeClaim" && !has_storage("min") && !has_storage("max") {
        let detail = "either minimum or maximum storage value is required, but neither was provided";
        errors.required(&path.at("limits"), detail);
    }
    let ratios = map(limit, "maxLimitRequestRatio");
    check_names_of(ratios, kind, &path.at("maxLimitRequestRatio"), errors);
}

fn check_names_of(amounts: Option<&Map<String, Value>>, kind: &str, path: &Path, errors: &mut Errors) {
    for (name, _) in amounts.into_iter().flatten() {
        let path = path.key(name);
        if matches!(kind, "Pod" | "Container") {
            check_container_resource_name(name, &path, errors);
        } else {
            check_resource_name(name, &path, errors);
        }
    }
}

/// The bounds of one resource must not contradict each other.
fn check_bounds(limit: &Value, name: &str, is_pod: bool, path: &Path, errors: &mut Errors) {
    let find = |field: &str| {
        let json = map(limit, field).and_then(|amounts| amounts.get(name))?;
        Some((Quantity::from_json(json).ok()?, json, path.at(field).key(name)))
    };
    let (min, max, ratio) = (find("min"), find("max"), find("maxLimitRequestRatio"));
    let (default, request) = match is_pod {
        true => (None, None),
        false => (find("default"), find("defaultRequest")),
    };
    // The lower and the upper one with their names; whose value and path the message shows.
    let comparisons = [
        (&min, "min", &max, "max", &min, &min),
        (&min, "min", &request, "default request", &request, &request),
        (&request, "default request", &max, "max", &request, &request),
        (
            &request,
            "default request",
            &default,
            "default limit",
            &request,
            &request,
        ),
        (&min, "min", &default, "default", &min, &default),
        (&default, "default", &max, "max", &max, &default),
    ];
    for (lower, lower_name, upper, upper_name, shown, at) in comparisons {
        if let (Some(low), Some(high), Some(shown), Some(at)) = (lower, upper, shown, at)
            && low.0 > high.0
        {
            let detail = format!(
                "{lower_name} value {} is greater than {upper_name} value {}",
                low.0, high.0
            );
            errors.invalid(&at.2, go_quantity(shown.1), detail);
        }
    }
    if let Some(ratio) = &ratio {
        check_ratio(ratio, min.as_ref().map(|m| &m.0), max.as_ref().map(|m| &m.0), errors);
    }
    if let (Some(default), Some(request)) = (&default, &request)
        && default.0 != request.0
        && !is_overcommitted(name)
    {
        let detail = format!(
            "default value {} must equal to defaultRequest value {} in {name}",
            default.0, request.0
        );
        errors.invalid(&request.2, go_quantity(request.1), detail);
    }
}

/// The greatest ratio of limit to request: at least one, and possible within the bounds.
fn check_ratio(ratio: &(Quantity, &Value, Path), min: Option<&Quantity>, max: Option<&Quantity>, errors: &mut Errors) {
    let (quantity, json, path) = ratio;
    if quantity.milli_value() < 1000 {
        errors.invalid(path, go_quantity(json), format!("ratio {quantity} is less than 1"));
    }
    let (Some(min), Some(max)) = (min, max) else { return };
    // Milli-values as long as they fit, as the server does.
    #[expect(clippy::cast_precision_loss, reason = "the server computes in floating point, too")]
    let number = |quantity: &Quantity| quantity.milli_value() as f64;
    let limit = number(max) / number(min);
    if number(quantity) / 1000.0 > limit {
        let detail = format!("ratio {quantity} is greater than max/min = {limit:.6}");
        errors.invalid(path, go_quantity(json), detail);
    }
}
