//! Between the choice of a node and the binding: the pod's claims are bound first.
//!
//! Source: plugin VolumeBinding (`PreBind`, `BindPodVolumes`). Volumes that were found are reserved for the claims; a claim whose
//! volume is still to be made is told the node (annotation `volume.kubernetes.io/selected-node`). Then the scheduler looks every
//! second whether all is bound, for ten minutes (`bindTimeoutSeconds`: 600). Meanwhile the pod takes its room on the node. Here
//! it looks only at the seconds after something about volumes has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::bind;
use super::plugins::volume_binding::{self, Plan};
use super::queue::Failure;
use super::scheduler::{Scheduler, Task};
use crate::api::{Kind, ObjectKey, Pod};
use crate::component::{self, Context};
use crate::sim::SimTime;
use crate::storage::{Claim, annotate, annotation, modify, pod_claims, reserve};
use crate::store::Change;

/// How often it is looked whether claims are bound.
const LOOK_PERIOD: Duration = Duration::from_secs(1);
/// How long that is waited for. KubeSchedulerConfiguration `VolumeBindingArgs.bindTimeoutSeconds`: 600.
const BIND_TIMEOUT: Duration = Duration::from_secs(600);

/// A pod whose node is chosen, and whose claims are not bound yet.
#[derive(Debug)]
struct Waiting {
    /// The pod as if it were bound.
    assumed: Arc<Pod>,
    claims: Vec<ObjectKey>,
    template: u64,
    since: SimTime,
    look_at: Option<SimTime>,
}

/// All pods whose claims are being bound.
#[derive(Debug, Default)]
pub struct PreBind(BTreeMap<ObjectKey, Waiting>);

impl PreBind {
    /// The pod as if it were bound, if it waits here. It waits no more if it is gone, or bound; else what it is assumed to be
    /// follows it, and is returned as well.
    pub fn follow(&mut self, key: &ObjectKey, after: Option<&Arc<Pod>>) -> Option<(Arc<Pod>, Option<Arc<Pod>>)> {
        let waiting = self.0.get_mut(key)?;
        let before = Arc::clone(&waiting.assumed);
        match after.filter(|pod| pod.node_name.is_empty() && pod.is_active() && pod.meta.uid == before.meta.uid) {
            Some(pod) => {
                waiting.assumed = assume(pod, &before.node_name);
                Some((before, Some(Arc::clone(&waiting.assumed))))
            }
            None => {
                self.0.remove(key);
                Some((before, after.cloned()))
            }
        }
    }
}

fn assume(pod: &Pod, node: &str) -> Arc<Pod> {
    let mut assumed = pod.clone();
    assumed.node_name = node.into();
    Arc::new(assumed)
}

impl Scheduler {
    /// Binds a pod to a node, after its claims if some are not bound.
    pub(super) fn bind_with_volumes(&mut self, pod: &Arc<Pod>, node: &str, template: u64, context: &mut Context<'_>) {
        let key = pod.meta.key();
        let Some(plan) = self.plan(node, template).filter(|plan| *plan != Plan::default()) else {
            self.queue.remove(&key);
            return bind::bind(&key, node, context);
        };
        let assumed = assume(pod, node);
        self.nodes.pod_changed(None, Some(&assumed));
        let waiting = Waiting {
            claims: pod_claims(pod).map(|(_, claim)| claim).collect(),
            assumed,
            template,
            since: context.now,
            look_at: None,
        };
        self.pre_bind.0.insert(key.clone(), waiting);
        let timeout = component::Task::Scheduler(Task::LookAtVolumes(key));
        context.schedule_periodic(context.now + BIND_TIMEOUT, timeout);
        carry_out(&plan, node, context);
    }

    fn plan(&self, node: &str, template: u64) -> Option<Plan> {
        let volumes = &self.templates.get(&template)?.state.volumes;
        if volumes.claims.iter().all(|claim| claim.is_bound) {
            return None;
        }
        volume_binding::plan(&self.nodes.get(node)?.node, volumes)
    }

    /// A claim has changed: pods that wait for its binding are looked at when their second is over.
    pub(super) fn wake_pre_binding(&mut self, change: &Change, context: &mut Context<'_>) {
        if change.kind() != Kind::PERSISTENT_VOLUME_CLAIM {
            return;
        }
        let claim = change.key();
        let mut looks = Vec::new();
        for (key, waiting) in &mut self.pre_bind.0 {
            if !waiting.claims.contains(&claim) {
                continue;
            }
            let at = (context.now + Duration::from_nanos(1)).next_tick(waiting.since, LOOK_PERIOD);
            if waiting.look_at.is_none_or(|present| present > at) {
                waiting.look_at = Some(at);
                looks.push((key.clone(), at));
            }
        }
        for (key, at) in looks {
            context.schedule(
                at.since(context.now),
                component::Task::Scheduler(Task::LookAtVolumes(key)),
            );
        }
    }

    /// Looks whether a pod's claims are bound.
    pub(super) fn look_at_volumes(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        let Some(waiting) = self.pre_bind.0.get_mut(key) else {
            return;
        };
        waiting.look_at = None;
        let (node, is_late) = (
            waiting.assumed.node_name.clone(),
            waiting.since + BIND_TIMEOUT <= context.now,
        );
        match outstanding(&waiting.assumed, context) {
            Ok(false) => {
                self.queue.remove(key);
                bind::bind(key, &node, context);
            }
            Ok(true) if !is_late => {}
            Ok(true) => {
                let words = if context.settings.since(1, 28) {
                    "context deadline exceeded"
                } else {
                    "timed out waiting for the condition"
                };
                self.fail_binding(key, words, context);
            }
            Err(why) => self.fail_binding(key, &why, context),
        }
    }

    fn fail_binding(&mut self, key: &ObjectKey, why: &str, context: &mut Context<'_>) {
        let Some(waiting) = self.pre_bind.0.remove(key) else {
            return;
        };
        self.nodes.pod_changed(Some(&waiting.assumed), None);
        self.wake_for_placed_pod(Some(&waiting.assumed), None, context);
        let failure = Failure {
            template: waiting.template,
            rejected_by: BTreeSet::from([volume_binding::NAME]),
        };
        self.queue.back_off(key, failure, context.now, context.settings);
        let message = format!("running PreBind plugin \"VolumeBinding\": binding volumes: {why}");
        bind::report_error(&waiting.assumed, &message, context);
        self.request_wake_ups(context);
    }
}

/// Reserves volumes, and tells claims without any on which node theirs is to be made.
fn carry_out(plan: &Plan, node: &str, context: &mut Context<'_>) {
    for (key, volume) in &plan.bindings {
        let claim = context
            .store
            .objects()
            .object(Kind::PERSISTENT_VOLUME_CLAIM, key)
            .map(Claim::of);
        if let Some(claim) = claim {
            reserve(volume, &claim, context.store);
        }
    }
    for key in &plan.provisions {
        modify(Kind::PERSISTENT_VOLUME_CLAIM, key, context.store, |claim| {
            annotate(claim, &[(annotation::SELECTED_NODE, node)]);
        });
    }
}

/// Whether some claim of the pod is not bound yet.
///
/// # Errors
/// It never will be: the claim is gone, or its volume is no longer to be made for this node.
fn outstanding(pod: &Pod, context: &Context<'_>) -> Result<bool, String> {
    let mut outstanding = false;
    for (_, key) in pod_claims(pod) {
        let Some(object) = context.store.objects().object(Kind::PERSISTENT_VOLUME_CLAIM, &key) else {
            return Err(format!("persistentvolumeclaim \"{}\" not found", key.name));
        };
        let claim = Claim::of(object);
        if claim.is_bound {
            continue;
        }
        // One that asks its provisioner has been told the node; a provisioner that gives up takes that back.
        if !claim.provisioner.is_empty() && claim.selected_node != pod.node_name {
            return Err(format!("provisioning failed for PVC \"{}\"", key.name));
        }
        outstanding = true;
    }
    Ok(outstanding)
}
