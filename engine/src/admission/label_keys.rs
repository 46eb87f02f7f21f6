//! `matchLabelKeys`: selectors that take over a pod's own labels when it is made.
//!
//! No plugin does this but the pod's own strategy, right after the mutating plugins. Source: registry `pod/strategy.go`;
//! documentation "Assigning Pods to Nodes: matchLabelKeys".

use serde_json::{Map, Value, json};

use crate::api::{Labels, json as read};

/// Merges `matchLabelKeys` and `mismatchLabelKeys` of affinity terms, and the former of spread constraints, into their label
/// selectors with the pod's own values. Documentation: "Assigning Pods to Nodes: matchLabelKeys".
pub fn merge(spec: &mut Map<String, Value>, labels: &Labels) {
    for kind in ["podAffinity", "podAntiAffinity"] {
        let Some(affinity) = spec.get_mut("affinity").and_then(|affinity| affinity.get_mut(kind)) else {
            continue;
        };
        for (list, of) in [
            ("requiredDuringSchedulingIgnoredDuringExecution", ""),
            ("preferredDuringSchedulingIgnoredDuringExecution", "/podAffinityTerm"),
        ] {
            let terms = affinity.get_mut(list).and_then(Value::as_array_mut);
            for term in terms.into_iter().flatten().filter_map(|term| term.pointer_mut(of)) {
                merge_keys_of(term, labels);
            }
        }
    }
    let constraints = spec.get_mut("topologySpreadConstraints").and_then(Value::as_array_mut);
    for constraint in constraints.into_iter().flatten() {
        merge_keys_of(constraint, labels);
    }
}

fn merge_keys_of(term: &mut Value, labels: &Labels) {
    for (list, operator) in [("matchLabelKeys", "In"), ("mismatchLabelKeys", "NotIn")] {
        for key in read::texts(term, list) {
            let selector = term.get_mut("labelSelector").and_then(Value::as_object_mut);
            let (Some(selector), Some(value)) = (selector, labels.get(&key)) else {
                continue;
            };
            let requirement = json!({ "key": key.as_str(), "operator": operator, "values": [value.as_str()] });
            let expressions = selector.entry("matchExpressions").or_insert_with(|| json!([]));
            if let Some(expressions) = expressions.as_array_mut().filter(|list| !list.contains(&requirement)) {
                expressions.push(requirement);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_keys_are_merged_into_selectors() {
        let labels = Labels::new([("app".into(), "web".into()), ("hash".into(), "1".into())].into());
        let term = json!({ "topologyKey": "zone", "matchLabelKeys": ["hash", "none"], "mismatchLabelKeys": ["app"],
            "labelSelector": { "matchLabels": { "app": "web" } } });
        let required = "requiredDuringSchedulingIgnoredDuringExecution";
        let mut spec = json!({ "affinity": { "podAffinity": { required: [term] } } });
        merge(spec.as_object_mut().expect("an object"), &labels);
        let selector = &spec["affinity"]["podAffinity"][required][0]["labelSelector"];
        let expect = json!([{ "key": "hash", "operator": "In", "values": ["1"] },
            { "key": "app", "operator": "NotIn", "values": ["web"] }]);
        assert_eq!(selector["matchExpressions"], expect);
    }
}
