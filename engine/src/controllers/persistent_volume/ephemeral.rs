//! Generic ephemeral volumes: a pod that asks for one gets a claim of its own, which goes with it.
//!
//! Source: kube-controller-manager `pkg/controller/volume/ephemeral`; documentation "Ephemeral Volumes: generic ephemeral volumes".

use serde_json::{Value, json};

use super::find::find_claim;
use crate::api::defaulting::{default_object, prepare_for_create};
use crate::api::{Inert, Kind, Object, ObjectKey, OwnerReference, Pod, json as read};
use crate::component::Context;
use crate::controllers::{ControllerId, WorkQueue};
use crate::events::Report;
use crate::sim::Seed;
use crate::storage::assign_default_class;
use crate::store::Change;

/// The controller's name in events.
const COMPONENT: &str = "ephemeral_volume";

/// The controller. Its queue holds pods.
#[derive(Debug)]
pub struct EphemeralVolume {
    queue: WorkQueue,
}

impl EphemeralVolume {
    /// A controller that has seen nothing yet.
    pub fn new(seed: Seed) -> Self {
        EphemeralVolume {
            queue: WorkQueue::new(ControllerId::EphemeralVolume, seed, "ephemeral-volume-controller"),
        }
    }

    /// See [`Component::observe`](crate::component::Component::observe).
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        let Some(Object::Pod(pod)) = change.after.as_ref().filter(|_| change.before.is_none()) else {
            return;
        };
        if templates(pod).next().is_some() {
            self.queue.add(pod.meta.key(), context);
        }
    }

    /// Makes the claims of one pod.
    pub fn run(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        if !self.queue.take(key, context.now) {
            return;
        }
        let Some(pod) = context
            .store
            .get::<Pod>(key)
            .cloned()
            .filter(|pod| !pod.meta.is_deleted())
        else {
            return;
        };
        for (volume, template) in templates(&pod) {
            let name = format!("{}-{volume}", pod.meta.name);
            let claim = ObjectKey::new(pod.meta.namespace.clone(), name.as_str());
            let failure = if find_claim(&claim, context).is_some() {
                let present = context.store.objects().inert(Kind::PERSISTENT_VOLUME_CLAIM, &claim);
                let is_ours = |claim: &Inert| claim.meta.owners.iter().any(|owner| owner.uid == pod.meta.uid);
                (!present.is_some_and(|claim| is_ours(claim)))
                    .then(|| format!("PVC \"{claim}\" was not created for pod \"{key}\" (pod is not owner)"))
            } else {
                let object = new_claim(&pod, template, &name, context);
                context
                    .store
                    .create_object(object.into())
                    .err()
                    .map(|error| format!("create PVC {name}: {error}"))
            };
            if let Some(why) = failure {
                let Context {
                    store,
                    settings,
                    events,
                    ..
                } = context;
                let report = Report::warning(
                    COMPONENT,
                    "EphemeralVolumeCreationFailed",
                    format!("ephemeral volume {volume}: {why}"),
                );
                events.record(store, settings, pod.as_ref(), report);
            }
        }
    }
}

/// The ephemeral volumes of a pod: their names, and the templates of their claims.
fn templates(pod: &Pod) -> impl Iterator<Item = (smol_str::SmolStr, &Value)> {
    let volumes = read::list(&pod.spec.json, "volumes").iter();
    volumes.filter_map(|volume| {
        Some((
            read::text(volume, "name"),
            volume.pointer("/ephemeral/volumeClaimTemplate")?,
        ))
    })
}

fn new_claim(pod: &Pod, template: &Value, name: &str, context: &Context<'_>) -> Inert {
    let metadata = template.get("metadata");
    let part = |field: &str| {
        metadata
            .and_then(|metadata| metadata.get(field))
            .cloned()
            .unwrap_or_else(|| json!({}))
    };
    let mut object = json!({
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": name, "namespace": pod.meta.namespace.as_str(),
            "labels": part("labels"), "annotations": part("annotations"),
        },
        "spec": template.get("spec").cloned().unwrap_or_default(),
    });
    default_object(Kind::PERSISTENT_VOLUME_CLAIM, &mut object);
    prepare_for_create(Kind::PERSISTENT_VOLUME_CLAIM, &mut object, "");
    assign_default_class(&mut object, context.store.objects());
    let mut claim = Inert::from_json(Kind::PERSISTENT_VOLUME_CLAIM, object);
    claim.meta.owners.push(OwnerReference {
        api_version: "v1".into(),
        kind: Kind::POD.name().into(),
        name: pod.meta.name.clone(),
        uid: pod.meta.uid,
        controller: true,
        block_owner_deletion: true,
    });
    claim
}
