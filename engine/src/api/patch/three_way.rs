//! The patch that `kubectl apply` sends.
//!
//! Three objects: `original`, what was applied last time (the annotation `kubectl.kubernetes.io/last-applied-configuration`),
//! `modified`, what is applied now, and `current`, what the cluster has. What `original` had and `modified` has no more is deleted;
//! what `modified` has and `current` has not, or has otherwise, is set; what only the cluster has stays. A patch without content
//! means that nothing is to be done. Source: apimachinery `strategicpatch.CreateThreeWayMergePatch`.

use super::difference::{self, Telling};
use super::error::PatchError;
use super::scope::Scope;
use super::{combine, conflict};
use crate::api::schema::TypeInfo;
use serde_json::{Map, Value};

/// A patch, and what stands against it.
#[derive(Clone, Debug, PartialEq)]
pub struct ThreeWayPatch {
    /// The strategic merge patch.
    pub patch: Value,
    /// What has changed since the last time, if the patch would overwrite some of it.
    pub overwrites: Option<Value>,
}

/// The patch that makes of `current` what `modified` says.
///
/// # Errors
/// Elements of merged lists that do not say which they are, or objects nested too deep.
pub fn three_way_patch(
    info: &'static TypeInfo,
    original: &Value,
    modified: &Value,
    current: &Value,
) -> Result<ThreeWayPatch, PatchError> {
    let none = Map::new();
    let object = |value: &'_ Value| value.as_object().cloned().unwrap_or_default();
    let (original, current) = (object(original), object(current));
    let (modified, scope) = (modified.as_object().unwrap_or(&none), Scope::Struct(info));
    let told = |changes, deletions, order| Telling {
        changes,
        deletions,
        order,
    };
    let set = difference::of_maps(&current, modified, scope, false, told(true, false, true), 0)?;
    let deleted = difference::of_maps(&original, modified, scope, false, told(false, true, true), 0)?;
    let patch = combine::of_maps(deleted, set, scope, 0)?;
    let changed = difference::of_maps(&original, &current, scope, false, told(true, true, false), 0)?;
    let overwrites = conflict::of_maps(&patch, &changed, scope, 0).then_some(Value::Object(changed));
    Ok(ThreeWayPatch {
        patch: Value::Object(patch),
        overwrites,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::patch::strategic_merge_patch;
    use crate::api::schema::Schema;
    use serde_json::json;

    /// The patch, and what it makes of the live object.
    fn check(original: Value, modified: Value, current: Value, patch: Value, expect: Value) {
        let info = Schema::builtin()
            .type_named("apps.v1.DeploymentSpec")
            .expect("deployments are in the table");
        let computed = three_way_patch(info, &original, &modified, &current);
        let mut merged = current.clone();
        assert_eq!(
            computed.map(|computed| computed.patch),
            Ok(patch.clone()),
            "{original} → {modified} on {current}"
        );
        assert_eq!(strategic_merge_patch(info, &mut merged, &patch), Ok(()));
        assert_eq!(merged, expect, "{patch} on {current}");
    }

    #[test]
    fn what_was_applied_goes_and_what_others_set_stays() {
        check(
            json!({"paused": true}),
            json!({}),
            json!({"paused": true, "replicas": 3}),
            json!({"paused": null}),
            json!({"replicas": 3}),
        );
        check(
            json!({}),
            json!({"replicas": 2}),
            json!({"replicas": 3, "paused": true}),
            json!({"replicas": 2}),
            json!({"replicas": 2, "paused": true}),
        );
        let spec = |containers: Value| json!({"template": {"spec": {"containers": containers}}});
        let patch = json!({"template": {"spec": {
            "$setElementOrder/containers": [{"name": "c"}, {"name": "a"}],
            "containers": [{"name": "c"}, {"name": "a", "image": "2"}, {"name": "b", "$patch": "delete"}],
        }}});
        check(
            spec(json!([{"name": "a", "image": "1"}, {"name": "b"}])),
            spec(json!([{"name": "c"}, {"name": "a", "image": "2"}])),
            spec(json!([{"name": "a", "image": "1", "tty": true}, {"name": "injected"}, {"name": "b"}])),
            patch,
            spec(json!([{"name": "c"}, {"name": "a", "image": "2", "tty": true}, {"name": "injected"}])),
        );
    }

    #[test]
    fn a_list_that_others_added_to_is_told_its_order() {
        let spec = |env: Value| json!({"template": {"spec": {"containers": [{"name": "a", "env": env}]}}});
        let applied = spec(json!([{"name": "A", "value": "1"}]));
        let live = spec(json!([{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]));
        let patch = json!({"template": {"spec": {
            "$setElementOrder/containers": [{"name": "a"}],
            "containers": [{"name": "a", "$setElementOrder/env": [{"name": "A"}]}],
        }}});
        check(applied.clone(), applied.clone(), live.clone(), patch, live);
        check(applied.clone(), applied.clone(), applied.clone(), json!({}), applied);
    }

    #[test]
    fn a_changed_union_loses_its_other_variant() {
        let rolling = json!({"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}});
        check(
            json!({}),
            json!({"strategy": {"type": "Recreate"}}),
            rolling.clone(),
            json!({"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}),
            json!({"strategy": {"type": "Recreate"}}),
        );
    }
}
