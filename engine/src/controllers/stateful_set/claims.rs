//! The PersistentVolumeClaims of a StatefulSet's pods: made with the pod, kept after it unless the retention policy says otherwise.
//!
//! Source: `stateful_pod_control.go`, `updateClaimOwnerRefForSetAndPod`; documentation "StatefulSets: PersistentVolumeClaim retention".

use serde_json::Value;

use super::controller::{COMPONENT, CONTROL};
use super::identity::claim_name;
use crate::admission;
use crate::api::defaulting::{default_object, prepare_for_create};
use crate::api::{Inert, Kind, ObjectKey, OwnerReference, Pod, Resource, StatefulSet};
use crate::component::Context;
use crate::events::Report;
use crate::storage::assign_default_class;
use crate::store::{Objects, StoreError};

/// Makes the claims of a pod that are missing.
pub fn create_missing(set: &StatefulSet, ordinal: i32, pod: &str, context: &mut Context<'_>) -> Result<(), StoreError> {
    for template in &set.spec.claim_templates {
        let name = claim_name(template, &set.meta.name, ordinal);
        let key = ObjectKey::new(set.meta.namespace.clone(), name.clone());
        if context
            .store
            .objects()
            .object(Kind::PERSISTENT_VOLUME_CLAIM, &key)
            .is_some()
        {
            continue;
        }
        let claim = claim(set, template, &name, context.store.objects());
        let created = admission::create_object(claim.into(), context);
        let subject = format!("create Claim {name} Pod {pod} in StatefulSet {}", set.meta.name);
        let report = match &created {
            Ok(_) => Report::normal(COMPONENT, "SuccessfulCreate", format!("{subject} success")),
            Err(StoreError::NamespaceTerminating(..)) => return created.map(drop),
            Err(error) => Report::warning(COMPONENT, "FailedCreate", format!("{subject} failed error: {error}")),
        };
        CONTROL.report(set, report, context);
        created?;
    }
    Ok(())
}

fn claim(set: &StatefulSet, template: &Value, name: &str, objects: &Objects) -> Inert {
    let mut object = template.clone();
    object["apiVersion"] = "v1".into();
    object["kind"] = "PersistentVolumeClaim".into();
    default_object(Kind::PERSISTENT_VOLUME_CLAIM, &mut object);
    prepare_for_create(Kind::PERSISTENT_VOLUME_CLAIM, &mut object, "");
    assign_default_class(&mut object, objects);
    let mut claim = Inert::from_json(Kind::PERSISTENT_VOLUME_CLAIM, object);
    claim.meta.name = name.into();
    claim.meta.namespace = set.meta.namespace.clone();
    let mut labels = claim.meta.labels.as_ref().clone();
    labels.extend(set.spec.selector.match_labels.clone());
    claim.meta.labels = labels.into();
    claim
}

/// Sees to it that a pod's claims are owned by whom the retention policy says: by the StatefulSet if they are to go with it, by
/// the pod if they are to go with a pod that a smaller number of replicas removes (`condemned`).
pub fn sync_owners(set: &StatefulSet, ordinal: i32, pod: &Pod, condemned: bool, context: &mut Context<'_>) {
    let keep_for_good = !set.spec.delete_claims_when_deleted && !set.spec.delete_claims_when_scaled;
    for template in &set.spec.claim_templates {
        let key = ObjectKey::new(
            set.meta.namespace.clone(),
            claim_name(template, &set.meta.name, ordinal),
        );
        let Some(present) = context.store.objects().inert(Kind::PERSISTENT_VOLUME_CLAIM, &key) else {
            continue;
        };
        if keep_for_good && present.meta.owners.is_empty() {
            continue;
        }
        let mut claim = present.as_ref().clone();
        let (by_set, by_pod) = (
            set.spec.delete_claims_when_deleted,
            set.spec.delete_claims_when_scaled && condemned,
        );
        claim
            .meta
            .owners
            .retain(|owner| owner.uid != set.meta.uid && owner.uid != pod.meta.uid);
        // A condemned pod goes before the StatefulSet does, so the pod alone owns its claims then.
        if by_pod {
            claim
                .meta
                .owners
                .push(reference(Pod::KIND, &pod.meta.name, pod.meta.uid));
        } else if by_set {
            claim
                .meta
                .owners
                .push(reference(StatefulSet::KIND, &set.meta.name, set.meta.uid));
        }
        // It was read at this very instant.
        let _ = context.store.update_object(claim.into());
    }
}

fn reference(kind: Kind, name: &str, uid: crate::api::Uid) -> OwnerReference {
    OwnerReference {
        api_version: kind.info().api_version().into(),
        kind: kind.name().into(),
        name: name.into(),
        uid,
        controller: kind == StatefulSet::KIND,
        block_owner_deletion: false,
    }
}

/// Whether a claim of the pod to be made still belongs to its predecessor, and goes with it: the new pod waits.
pub fn are_stale(set: &StatefulSet, ordinal: i32, context: &Context<'_>) -> bool {
    let name = super::identity::pod_name(&set.meta.name, ordinal);
    let is_stale = |template: &Value| {
        let key = ObjectKey::new(
            set.meta.namespace.clone(),
            claim_name(template, &set.meta.name, ordinal),
        );
        let claim = context.store.objects().inert(Kind::PERSISTENT_VOLUME_CLAIM, &key);
        claim.is_some_and(|claim| {
            let mut owners = claim.meta.owners.iter();
            owners.any(|owner| owner.kind == Pod::KIND.name() && owner.name == name)
        })
    };
    set.spec.delete_claims_when_scaled && set.spec.claim_templates.iter().any(is_stale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_follows_its_template_and_carries_the_selectors_labels() {
        let set = StatefulSet::from_json(serde_json::json!({
            "metadata": { "name": "db", "namespace": "shop" },
            "spec": {
                "selector": { "matchLabels": { "app": "db" } },
                "volumeClaimTemplates": [{ "metadata": { "name": "data", "labels": { "tier": "disk" } },
                    "spec": { "accessModes": ["ReadWriteOnce"], "resources": { "requests": { "storage": "1Gi" } } } }],
            },
        }));
        let claim = claim(&set, &set.spec.claim_templates[0], "data-db-0", &Objects::default());
        assert_eq!(
            (claim.meta.name.as_str(), claim.meta.namespace.as_str()),
            ("data-db-0", "shop")
        );
        let labels: Vec<_> = claim.meta.labels.keys().map(|key| key.as_str()).collect();
        assert_eq!(labels, ["app", "tier"]);
        let asked = claim.body.pointer("/spec/resources/requests/storage");
        assert_eq!(asked, Some(&Value::from("1Gi")));
        assert_eq!(*claim.meta.finalizers, ["kubernetes.io/pvc-protection"]);
        assert_eq!(claim.body.pointer("/status/phase"), Some(&Value::from("Pending")));
    }
}
