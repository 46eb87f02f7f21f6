//! What makes a StatefulSet's pod the one it is: its ordinal, from which follow its name, hostname and volumes.
//!
//! Source: `stateful_set_utils.go` (`newVersionedStatefulSetPod`, `updateStorage`); documentation "StatefulSets: Pod Identity".

use std::sync::Arc;

use serde_json::{Value, json};
use smol_str::{SmolStr, ToSmolStr, format_smolstr};

use crate::api::{ObjectMeta, Pod, PodSpec, PodTemplate, Resource, StatefulSet, json as read};
use crate::controllers::controller_reference;
use crate::controllers::history::HASH_LABEL;

/// The label that names the pod.
const NAME_LABEL: &str = "statefulset.kubernetes.io/pod-name";
/// The label that holds the ordinal (since 1.28).
const INDEX_LABEL: &str = "apps.kubernetes.io/pod-index";

/// The name of the pod with this ordinal.
pub fn pod_name(set: &str, ordinal: i32) -> SmolStr {
    format_smolstr!("{set}-{ordinal}")
}

/// The ordinal of a pod of this StatefulSet, by its name.
pub fn ordinal_of(set: &str, pod: &str) -> Option<i32> {
    let digits = pod.strip_prefix(set)?.strip_prefix('-')?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok())?
}

/// The name of the claim of one pod by one of the claim templates.
pub fn claim_name(template: &Value, set: &str, ordinal: i32) -> SmolStr {
    let name = template.get("metadata").map(|metadata| read::text(metadata, "name"));
    format_smolstr!("{}-{set}-{ordinal}", name.unwrap_or_default())
}

/// The pod with this ordinal, of a revision's template.
pub fn new_pod(set: &StatefulSet, template: &PodTemplate, revision: &str, ordinal: i32) -> Pod {
    let name = pod_name(&set.meta.name, ordinal);
    let mut labels = template.labels.clone();
    let map = Arc::make_mut(&mut labels);
    map.insert(HASH_LABEL.into(), revision.into());
    map.insert(NAME_LABEL.into(), name.clone());
    map.insert(INDEX_LABEL.into(), ordinal.to_smolstr());
    let mut tree = template.spec.json.clone();
    if let Some(spec) = tree.as_object_mut() {
        spec.insert("hostname".to_owned(), name.as_str().into());
        if !set.spec.service_name.is_empty() {
            spec.insert("subdomain".to_owned(), set.spec.service_name.as_str().into());
        }
        if let Some(volumes) = volumes(set, spec.get("volumes"), ordinal) {
            spec.insert("volumes".to_owned(), volumes);
        }
    }
    Pod {
        meta: ObjectMeta {
            name,
            generate_name: format_smolstr!("{}-", set.meta.name),
            namespace: set.meta.namespace.clone(),
            labels,
            annotations: template.annotations.clone(),
            owners: vec![controller_reference(StatefulSet::KIND, &set.meta)].into(),
            ..ObjectMeta::default()
        },
        spec: Arc::new(PodSpec::from_json(tree)),
        ..Pod::default()
    }
}

/// The claims' volumes, then those of the template that no claim replaces; none if there are no claims.
fn volumes(set: &StatefulSet, present: Option<&Value>, ordinal: i32) -> Option<Value> {
    if set.spec.claim_templates.is_empty() {
        return None;
    }
    let name_of = |template: &Value| read::text(template.get("metadata").unwrap_or(&Value::Null), "name");
    let claimed = set.spec.claim_templates.iter().map(|template| {
        let claim = claim_name(template, &set.meta.name, ordinal);
        json!({ "name": name_of(template).as_str(), "persistentVolumeClaim": { "claimName": claim.as_str() } })
    });
    let mut volumes: Vec<Value> = claimed.collect();
    let is_replaced = |volume: &&Value| {
        let name = read::text(volume, "name");
        !set.spec
            .claim_templates
            .iter()
            .any(|template| name_of(template) == name)
    };
    let others = present.and_then(Value::as_array).into_iter().flatten();
    volumes.extend(others.filter(is_replaced).cloned());
    Some(Value::Array(volumes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinals_are_read_from_names() {
        let check = |set: &str, pod: &str, expect: Option<i32>| assert_eq!(ordinal_of(set, pod), expect, "{set} {pod}");
        check("web", "web-0", Some(0));
        check("web", "web-12", Some(12));
        check("web", "web", None);
        check("web", "web-", None);
        check("web", "web-a-0", None);
        check("web", "webx-0", None);
        check("web", "web-+1", None);
        check("web", "web-99999999999", None);
    }
}
