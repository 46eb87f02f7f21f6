//! Queueing hints: which parked pods an event may help.
//!
//! Source: kube-scheduler `EventsToRegister` of the plugins and their hint functions (on by default since v1.32). A hint that is too
//! generous costs an attempt, one that is too strict leaves a pod waiting for the flush after five minutes.

use std::sync::Arc;

use super::NodeInfo;
use super::plugins::{
    inter_pod_affinity, node_ports, node_resources_fit, node_volume_limits, pod_topology_spread, volume_binding,
    volume_restrictions, volume_zone,
};
use super::scheduler::Scheduler;
use crate::api::Pod;
use crate::component::Context;

/// Refused for want of what a pod that goes gives back.
const ROOM: [&str; 4] = [
    node_resources_fit::NAME,
    node_ports::NAME,
    node_volume_limits::NAME,
    volume_restrictions::NAME,
];
/// Refused for who runs where.
const COMPANY: [&str; 2] = [inter_pod_affinity::NAME, pod_topology_spread::NAME];
/// Refused for volumes.
const VOLUMES: [&str; 4] = [
    volume_binding::NAME,
    volume_zone::NAME,
    volume_restrictions::NAME,
    node_volume_limits::NAME,
];

impl Scheduler {
    /// Pods that would fit on this node now may try again. Since v1.32 (queueing hints) what runs there already is left out.
    pub(super) fn wake_for_node(&mut self, name: &str, context: &mut Context<'_>) {
        let Some(info) = self.nodes.get(name) else { return };
        let empty = context.settings.since(1, 32).then(|| NodeInfo::new(info.node.clone()));
        let node = empty.as_ref().unwrap_or(info);
        let fits = |template: &u64| {
            let template = self.templates.get(template);
            template.is_some_and(|template| template.fits_alone(node))
        };
        let woken: Vec<u64> = self.queue.parked_templates().filter(fits).collect();
        self.wake_templates(&woken, context);
    }

    /// A pod has come to a node, changed there, or left it.
    pub(super) fn wake_for_placed_pod(
        &mut self,
        before: Option<&Arc<Pod>>,
        after: Option<&Arc<Pod>>,
        context: &mut Context<'_>,
    ) {
        let takes_room = |pod: Option<&Arc<Pod>>| {
            pod.is_some_and(|pod| !pod.node_name.is_empty() && !pod.status.phase.is_terminal())
        };
        let (was, is) = (takes_room(before), takes_room(after));
        let relabelled = was && is && before.map(|pod| &pod.meta.labels) != after.map(|pod| &pod.meta.labels);
        let Some(pod) = after.or(before).filter(|_| was != is || relabelled) else {
            return;
        };
        if self.queue.parked_templates().next().is_none() {
            return;
        }
        let freed = was && !is;
        let shape = self.nodes.shape(pod);
        let helps = |template: &u64| {
            let concerned = || {
                self.templates
                    .get(template)
                    .is_none_or(|template| template.concerns(shape))
            };
            (freed && self.queue.is_rejected_by(*template, &ROOM))
                || (self.queue.is_rejected_by(*template, &COMPANY) && concerned())
        };
        let woken: Vec<u64> = self.queue.parked_templates().filter(helps).collect();
        self.wake_templates(&woken, context);
    }

    /// Something has changed about claims, volumes, classes or drivers.
    pub(super) fn wake_for_volumes(&mut self, context: &mut Context<'_>) {
        let refused = |template: &u64| self.queue.is_rejected_by(*template, &VOLUMES);
        let woken: Vec<u64> = self.queue.parked_templates().filter(refused).collect();
        self.wake_templates(&woken, context);
    }

    fn wake_templates(&mut self, woken: &[u64], context: &mut Context<'_>) {
        for template in woken {
            self.queue.wake_template(*template, context.now, context.settings);
        }
        self.request_wake_ups(context);
    }
}
