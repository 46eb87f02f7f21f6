//! DefaultTolerationSeconds: every pod bears a node that is not ready or unreachable for a while, unless it says something about
//! such nodes itself.
//!
//! Source: `plugin/pkg/admission/defaulttolerationseconds`; documentation "Taints and Tolerations: Taint based Evictions".

use serde_json::{Map, Value, json};

use crate::api::json as read;
use crate::settings::Settings;

/// Adds the tolerations that are missing.
pub fn mutate(spec: &mut Map<String, Value>, settings: &Settings) {
    let seconds = settings.default_toleration.as_secs();
    let tolerations = spec.entry("tolerations").or_insert_with(|| json!([]));
    let Some(tolerations) = tolerations.as_array_mut() else {
        return;
    };
    let present = tolerations.clone();
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
        let covers = |toleration: &Value| {
            let (named, effect) = (read::text(toleration, "key"), read::text(toleration, "effect"));
            (named.is_empty() || named == key) && (effect.is_empty() || effect == "NoExecute")
        };
        if !present.iter().any(covers) {
            tolerations.push(json!({
                "key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": seconds,
            }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tolerations_are_added_unless_the_pod_speaks_of_such_nodes() {
        let check = |tolerations: Value, expect: &[&str]| {
            let mut spec = json!({ "containers": [], "tolerations": tolerations });
            mutate(spec.as_object_mut().expect("an object"), &Settings::default());
            let keys: Vec<_> = read::list(&spec, "tolerations")
                .iter()
                .map(|entry| read::text(entry, "key"))
                .collect();
            assert_eq!(keys, expect);
        };
        let (not_ready, unreachable) = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable");
        check(json!([]), &[not_ready, unreachable]);
        check(json!([{ "operator": "Exists" }]), &[""]);
        check(
            json!([{ "key": not_ready, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 5 }]),
            &[not_ready, unreachable],
        );
        check(
            json!([{ "key": "gpu", "operator": "Exists", "effect": "NoSchedule" }]),
            &["gpu", not_ready, unreachable],
        );
    }
}
