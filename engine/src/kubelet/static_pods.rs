//! Static pods: pods that a kubelet runs from a file of its own node, without the control plane.
//!
//! The API server shows a mirror of each, named `NAME-NODE`, which nobody schedules and which tells, but does not decide:
//! deleting it ends nothing, the kubelet just makes it anew. Source: kubelet `pod/mirror_client.go`, `config/common.go`
//! (`applyDefaults`); documentation "Create static Pods". A mirror that is made anew has a new uid; the
//! pod itself, and all that the kubelet keeps of it, stays the same.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use smol_str::SmolStr;

use super::agent::Agent;
use super::kubelets::{Kubelets, Task, Wake};
use crate::Cluster;
use crate::api::{Kind, Node, ObjectKey, Pod, Resource, Uid};
use crate::apiserver::ApiError;
use crate::component::{self, Context};
use crate::sim::Urgency;
use crate::store::DeleteOptions;

/// The annotation by which a mirror is known.
const MIRROR: &str = "kubernetes.io/config.mirror";
/// How long a kubelet takes to make a mirror anew.
const MIRROR_DELAY: Duration = Duration::from_secs(1);

/// Whether a pod is the mirror of a static pod.
pub(super) fn is_mirror(pod: &Pod) -> bool {
    pod.meta.annotations.contains_key(MIRROR)
}

impl Cluster {
    /// Puts the manifest of a static pod onto a node. One of the same name that lies there is replaced.
    ///
    /// # Errors
    /// If there is no such node, or the pod is one that cannot be.
    pub fn add_static_pod(&mut self, node: &str, mut pod: Value) -> Result<(), ApiError> {
        let key = ObjectKey::cluster(node);
        let Some(uid) = self.store().get::<Node>(&key).map(|node| node.meta.uid) else {
            return Err(ApiError::not_found(Kind::NODE, node));
        };
        let hash = crate::sim::StableHasher::of(&format!("{node}{pod}"));
        let seen = self.store().timestamp().to_string();
        let metadata = pod.get_mut("metadata").and_then(Value::as_object_mut);
        if let Some(metadata) = metadata {
            let name = metadata.get("name").and_then(Value::as_str).unwrap_or_default();
            let name = format!("{name}-{node}");
            metadata.insert("name".to_owned(), name.into());
            let annotations = metadata.entry("annotations").or_insert_with(|| json!({}));
            for (key, value) in [
                (MIRROR, format!("{hash:016x}")),
                ("kubernetes.io/config.hash", format!("{hash:016x}")),
                ("kubernetes.io/config.seen", seen),
                ("kubernetes.io/config.source", "file".to_owned()),
            ] {
                if let Some(map) = annotations.as_object_mut() {
                    map.insert(key.to_owned(), value.into());
                }
            }
            let owner = json!([{ "apiVersion": "v1", "kind": "Node", "name": node, "uid": uid.to_string(), "controller": true }]);
            metadata.insert("ownerReferences".to_owned(), owner);
        }
        if let Some(spec) = pod.get_mut("spec").and_then(Value::as_object_mut) {
            spec.insert("nodeName".to_owned(), node.into());
            let tolerations = spec.entry("tolerations").or_insert_with(|| json!([]));
            if let Some(list) = tolerations.as_array_mut() {
                list.push(json!({ "effect": "NoExecute", "operator": "Exists" }));
            }
        }
        let created = self.request(|request| request.create(Kind::POD, pod))?;
        let created = Pod::from_json(created);
        self.with_context("kubelet", |_, kubelets| {
            if let Some(agent) = kubelets.agent(node) {
                agent.static_pods.insert(created.meta.uid, created.meta.name.clone());
            }
        });
        Ok(())
    }

    /// Takes the manifest of a static pod from a node: now the pod ends.
    ///
    /// # Errors
    /// If there is none of that name.
    pub fn remove_static_pod(&mut self, node: &str, name: &str) -> Result<(), ApiError> {
        let mirror: SmolStr = format!("{name}-{node}").into();
        self.with_context("kubelet", |context, kubelets| {
            let agent = kubelets
                .agent(node)
                .ok_or_else(|| ApiError::not_found(Kind::NODE, node))?;
            let uid = agent
                .static_pods
                .iter()
                .find(|(_, known)| **known == mirror)
                .map(|(uid, _)| *uid);
            let uid = uid.ok_or_else(|| ApiError::not_found(Kind::POD, &mirror))?;
            agent.static_pods.remove(&uid);
            let key = agent.pods.get(&uid).map(|slot| slot.pod.meta.key());
            if let Some(key) = key {
                // It may be gone already.
                let _ = context.store.delete(Kind::POD, &key, DeleteOptions::default());
            }
            Ok(())
        })
    }
}

impl Kubelets {
    /// What a watch shows of a mirror: one that is being deleted is removed at once, and made anew after a moment. Returns
    /// whether that is all there is to do.
    pub(super) fn keeps_mirror(&mut self, number: u32, pod: &Arc<Pod>, gone: bool, context: &mut Context<'_>) -> bool {
        let Some(agent) = self.agents.get_mut(number as usize) else {
            return false;
        };
        let uid = agent.identity(pod.meta.uid);
        if !agent.static_pods.contains_key(&uid) || !(gone || pod.meta.is_deleted()) {
            return false;
        }
        if !gone {
            let options = DeleteOptions {
                uid: Some(pod.meta.uid),
                ..DeleteOptions::now()
            };
            // Somebody else may have been faster.
            let _ = context.store.delete(Kind::POD, &pod.meta.key(), options);
        }
        wake_mirror(agent, uid, context);
        true
    }

    /// Makes a mirror anew that somebody has deleted.
    pub(super) fn make_mirror(&mut self, number: u32, uid: Uid, context: &mut Context<'_>) {
        let Some(agent) = self.agents.get_mut(number as usize) else {
            return;
        };
        if !agent.static_pods.contains_key(&uid) {
            return;
        }
        let Some(slot) = agent.pods.get_mut(&uid) else { return };
        let mut pod = slot.pod.as_ref().clone();
        if context.store.get::<Pod>(&pod.meta.key()).is_some() {
            return;
        }
        pod.meta.uid = Uid::default();
        pod.meta.creation = None;
        pod.meta.deletion = None;
        pod.status = slot.status.clone();
        // A full store leaves the pod without a mirror.
        if let Ok(made) = context.store.create(pod) {
            agent.mirrors.retain(|_, known| *known != uid);
            agent.mirrors.insert(made.meta.uid, uid);
            slot.pod = made;
        }
    }
}

/// Lets the mirror of a static pod be made anew after a moment.
pub(super) fn wake_mirror(agent: &Agent, pod: Uid, context: &mut Context<'_>) {
    let task = Task {
        node: agent.number,
        pod,
        wake: Wake::Mirror,
    };
    let (at, task) = (context.now + MIRROR_DELAY, component::Task::Kubelet(task));
    context.agenda.schedule(at, Urgency::Active, task);
}
