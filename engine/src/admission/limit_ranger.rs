//! LimitRanger: what containers, pods and claims of a namespace may ask for, and what containers ask for that say nothing.
//!
//! Source: `plugin/pkg/admission/limitranger`; documentation "Limit Ranges". Where the real plugin walks a map in random order,
//! this one takes resources by name. Pods are looked at when they are made, claims at every change.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use smol_str::SmolStr;

use super::Refusal;
use crate::api::{Container, Kind, Object, PodSpec, Quantity, ResourceList, json as read, resource_list};
use crate::store::Store;

/// The annotation that says what was filled in.
pub const ANNOTATION: &str = "kubernetes.io/limit-ranger";

/// The limits of one kind of thing, an entry of `spec.limits`.
struct Limit {
    applies_to: SmolStr,
    min: ResourceList,
    max: ResourceList,
    ratio: ResourceList,
    entry: Value,
}

/// The entries of each LimitRange of a namespace, by its name.
fn limits(namespace: &str, store: &Store) -> Vec<Vec<Limit>> {
    let ranges = store.objects().of_kind_in(Kind::LIMIT_RANGE, namespace);
    let entries = ranges.filter_map(|range| match range {
        Object::Inert(range) => range.body.pointer("/spec/limits")?.as_array(),
        _ => None,
    });
    let read_limit = |entry: &Value| Limit {
        applies_to: read::text(entry, "type"),
        min: resource_list(entry.get("min")),
        max: resource_list(entry.get("max")),
        ratio: resource_list(entry.get("maxLimitRequestRatio")),
        entry: entry.clone(),
    };
    entries
        .map(|entries| entries.iter().map(read_limit).collect())
        .collect()
}

/// Fills in what containers leave open. Returns what the pod's annotation is to say, if anything was.
pub fn mutate(namespace: &str, spec: &mut Map<String, Value>, store: &Store) -> Option<String> {
    let mut said = None;
    for range in limits(namespace, store) {
        let (mut requests, mut defaults) = (BTreeMap::new(), BTreeMap::new());
        for limit in range.iter().filter(|limit| limit.applies_to == "Container") {
            collect(limit.entry.get("defaultRequest"), &mut requests);
            collect(limit.entry.get("default"), &mut defaults);
        }
        let mut notes = Vec::new();
        for (list, called) in [("containers", "container"), ("initContainers", "init container")] {
            let containers = spec.get_mut(list).and_then(Value::as_array_mut);
            for container in containers.into_iter().flatten() {
                let name = read::text(container, "name");
                for (field, amounts, what) in [("requests", &requests, "request"), ("limits", &defaults, "limit")] {
                    let set = fill(container, field, amounts);
                    if !set.is_empty() {
                        notes.push(format!("{} {what} for {called} {name}", set.join(", ")));
                    }
                }
            }
        }
        if !notes.is_empty() {
            said = Some(format!("LimitRanger plugin set: {}", notes.join("; ")));
        }
    }
    said
}

fn collect(amounts: Option<&Value>, into: &mut BTreeMap<String, Value>) {
    let amounts = amounts.and_then(Value::as_object).into_iter().flatten();
    into.extend(amounts.map(|(name, amount)| (name.clone(), amount.clone())));
}

/// Adds the amounts that a container does not name; returns their names.
fn fill(container: &mut Value, field: &str, amounts: &BTreeMap<String, Value>) -> Vec<String> {
    let mut set = Vec::new();
    for (name, amount) in amounts {
        let object = |value: &'_ mut Map<String, Value>, key: &str| {
            value.entry(key.to_owned()).or_insert_with(|| Value::Object(Map::new()));
        };
        let Some(container) = container.as_object_mut() else {
            break;
        };
        object(container, "resources");
        let Some(resources) = container.get_mut("resources").and_then(Value::as_object_mut) else {
            break;
        };
        object(resources, field);
        let Some(list) = resources.get_mut(field).and_then(Value::as_object_mut) else {
            break;
        };
        if !list.contains_key(name) {
            list.insert(name.clone(), amount.clone());
            set.push(name.clone());
        }
    }
    set
}

/// Holds a pod against the limits of its namespace.
pub fn validate_pod(namespace: &str, spec: &PodSpec, store: &Store) -> Result<(), Refusal> {
    for range in limits(namespace, store) {
        let mut errors = Vec::new();
        for limit in &range {
            match limit.applies_to.as_str() {
                "Container" => {
                    let containers = spec.containers.iter().chain(&spec.init_containers);
                    containers.for_each(|container| check_container(limit, container, &mut errors));
                }
                "Pod" => check(limit, spec.requests(), &spec.limits(), &mut errors),
                _ => {}
            }
        }
        refuse(errors)?;
    }
    Ok(())
}

/// Holds a claim against the limits of its namespace.
pub fn validate_claim(namespace: &str, claim: &Value, store: &Store) -> Result<(), Refusal> {
    let requests = resource_list(claim.pointer("/spec/resources/requests"));
    for range in limits(namespace, store) {
        let mut errors = Vec::new();
        for limit in range.iter().filter(|limit| limit.applies_to == "PersistentVolumeClaim") {
            for (name, bound) in &limit.min {
                errors.extend(below(limit, name, bound, &requests, &ResourceList::new()));
            }
            for (name, bound) in &limit.max {
                let prefix = format!("maximum {name} usage per {} is {}", limit.applies_to, bound.canonical());
                match requests.get(name) {
                    None => errors.push(format!("{prefix}.  No request is specified")),
                    Some(request) if request > bound => {
                        errors.push(format!("{prefix}, but request is {}", request.canonical()));
                    }
                    Some(_) => {}
                }
            }
        }
        refuse(errors)?;
    }
    Ok(())
}

/// One refusal for all that is wrong (apimachinery `NewAggregate`).
fn refuse(mut errors: Vec<String>) -> Result<(), Refusal> {
    let mut seen = std::collections::BTreeSet::new();
    errors.retain(|error| seen.insert(error.clone()));
    match errors.as_slice() {
        [] => Ok(()),
        [one] => Err(Refusal::because(one)),
        all => Err(Refusal::because(format!("[{}]", all.join(", ")))),
    }
}

fn check_container(limit: &Limit, container: &Container, errors: &mut Vec<String>) {
    check(limit, &container.requests, &container.limits, errors);
}

fn check(limit: &Limit, requests: &ResourceList, limits: &ResourceList, errors: &mut Vec<String>) {
    for (name, bound) in &limit.min {
        errors.extend(below(limit, name, bound, requests, limits));
    }
    for (name, bound) in &limit.max {
        errors.extend(above(limit, name, bound, requests, limits));
    }
    for (name, bound) in &limit.ratio {
        errors.extend(stretched(limit, name, bound, requests, limits));
    }
}

fn below(
    limit: &Limit,
    name: &str,
    bound: &Quantity,
    requests: &ResourceList,
    limits: &ResourceList,
) -> Option<String> {
    let prefix = format!("minimum {name} usage per {} is {}", limit.applies_to, bound.canonical());
    match (requests.get(name), limits.get(name)) {
        (None, _) => Some(format!("{prefix}.  No request is specified")),
        (Some(request), _) if request < bound => Some(format!("{prefix}, but request is {}", request.canonical())),
        (_, Some(most)) if most < bound => Some(format!("{prefix}, but limit is {}", most.canonical())),
        _ => None,
    }
}

fn above(
    limit: &Limit,
    name: &str,
    bound: &Quantity,
    requests: &ResourceList,
    limits: &ResourceList,
) -> Option<String> {
    let prefix = format!("maximum {name} usage per {} is {}", limit.applies_to, bound.canonical());
    match (limits.get(name), requests.get(name)) {
        (None, _) => Some(format!("{prefix}.  No limit is specified")),
        (Some(most), _) if most > bound => Some(format!("{prefix}, but limit is {}", most.canonical())),
        (_, Some(request)) if request > bound => Some(format!("{prefix}, but request is {}", request.canonical())),
        _ => None,
    }
}

fn stretched(
    limit: &Limit,
    name: &str,
    bound: &Quantity,
    requests: &ResourceList,
    limits: &ResourceList,
) -> Option<String> {
    let prefix = format!(
        "{name} max limit to request ratio per {} is {}",
        limit.applies_to,
        bound.canonical()
    );
    let amount = |list: &ResourceList| {
        list.get(name)
            .filter(|amount| !amount.is_zero())
            .map(Quantity::milli_value)
    };
    let Some(request) = amount(requests) else {
        return Some(format!("{prefix}, but no request is specified or request is 0"));
    };
    let Some(most) = amount(limits) else {
        return Some(format!("{prefix}, but no limit is specified or limit is 0"));
    };
    #[expect(clippy::cast_precision_loss, reason = "the real plugin compares ratios as floats")]
    let (ratio, allowed) = (most as f64 / request as f64, bound.milli_value() as f64 / 1000.0);
    (ratio > allowed).then(|| format!("{prefix}, but provided ratio is {ratio:.6}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::admission::chain::tests::fresh_store;

    /// A store whose namespace default has a LimitRange with this one entry.
    fn limited(limit: &Value) -> Store {
        let mut store = fresh_store();
        let range = json!({ "metadata": { "name": "limits", "namespace": "default" }, "spec": { "limits": [limit] } });
        let created = store.create_object(Object::from_json(Kind::LIMIT_RANGE, range));
        assert!(created.is_ok());
        store
    }

    #[test]
    fn what_is_wrong_is_told() {
        let check = |limit: Value, resources: Value, expect: Option<&str>| {
            let spec = PodSpec::from_json(json!({ "containers": [{ "name": "app", "resources": resources }] }));
            let verdict = validate_pod("default", &spec, &limited(&limit));
            assert_eq!(
                verdict.err().map(|refusal| refusal.to_string()).as_deref(),
                expect,
                "{limit} {resources}"
            );
        };
        let bound = |side: &str, amount: &str| json!({ "type": "Container", side: { "cpu": amount } });
        let asks = |request: &str, limit: &str| json!({ "requests": { "cpu": request }, "limits": { "cpu": limit } });
        check(bound("min", "100m"), asks("100m", "1"), None);
        let expect = "minimum cpu usage per Container is 100m.  No request is specified";
        check(bound("min", "100m"), json!({}), Some(expect));
        let expect = "minimum cpu usage per Container is 100m, but request is 50m";
        check(bound("min", "100m"), asks("50m", "1"), Some(expect));
        let expect = "maximum cpu usage per Container is 1.  No limit is specified";
        check(bound("max", "1"), json!({}), Some(expect));
        let expect = "maximum cpu usage per Container is 1, but limit is 1500m";
        check(bound("max", "1"), asks("1", "1500m"), Some(expect));
        let expect = "cpu max limit to request ratio per Container is 2, but provided ratio is 5.000000";
        check(bound("maxLimitRequestRatio", "2"), asks("100m", "500m"), Some(expect));
        let pod = json!({ "type": "Pod", "max": { "cpu": "1" } });
        check(
            pod,
            asks("1", "2"),
            Some("maximum cpu usage per Pod is 1, but limit is 2"),
        );
        check(
            json!({ "type": "PersistentVolumeClaim", "max": { "cpu": "1" } }),
            json!({}),
            None,
        );
    }

    #[test]
    fn what_is_left_open_is_filled_in() {
        let limit = json!({ "type": "Container", "default": { "cpu": "1" }, "defaultRequest": { "cpu": "100m" } });
        let mut spec =
            json!({ "containers": [{ "name": "a" }, { "name": "b", "resources": { "requests": { "cpu": "2" } } }] });
        let said = mutate("default", spec.as_object_mut().expect("an object"), &limited(&limit));
        let expect =
            "LimitRanger plugin set: cpu request for container a; cpu limit for container a; cpu limit for container b";
        assert_eq!(said.as_deref(), Some(expect));
        assert_eq!(
            spec["containers"][0]["resources"],
            json!({ "requests": { "cpu": "100m" }, "limits": { "cpu": "1" } })
        );
        assert_eq!(spec["containers"][1]["resources"]["requests"]["cpu"], "2");
    }
}
