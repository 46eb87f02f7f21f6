//! NodeNotSchedulable and NodeSchedulable: a kubelet's events about its node being cordoned.
//!
//! The kubelet compares the node with what it last posted whenever it sets the node's status, every 10 s (kubelet
//! `kubelet_node_status.go`, `recordNodeSchedulableEvent`; KubeletConfiguration `nodeStatusUpdateFrequency`): who uncordons
//! sooner leaves no trace.

use std::time::Duration;

use super::agent::Agent;
use super::kubelets::{Kubelets, Task, Wake};
use crate::api::{Node, ObjectKey, Uid};
use crate::component::{self, Context};
use crate::events::Report;

/// How often a kubelet sets its node's status.
const STATUS_PERIOD: Duration = Duration::from_secs(10);

impl Kubelets {
    /// A node has changed: if it takes pods otherwise than its kubelet last reported, the kubelet notices the next time.
    pub(super) fn observe_cordon(&mut self, node: &Node, context: &mut Context<'_>) {
        let now = context.now;
        let Some(agent) = self.agent(&node.meta.name) else {
            return;
        };
        if agent.cordoned == node.unschedulable {
            return;
        }
        let at = (now + Duration::from_nanos(1)).next_tick(agent.sync_phase, STATUS_PERIOD);
        let task = Task {
            node: agent.number,
            pod: Uid::default(),
            wake: Wake::Cordon,
        };
        context.schedule_periodic(at, component::Task::Kubelet(task));
    }
}

impl Agent {
    /// The kubelet sets its node's status.
    pub(super) fn report_cordon(&mut self, context: &mut Context<'_>) {
        let Some(node) = context
            .store
            .get::<Node>(&ObjectKey::cluster(self.name.clone()))
            .cloned()
        else {
            return;
        };
        if !self.machine.connected || std::mem::replace(&mut self.cordoned, node.unschedulable) == node.unschedulable {
            return;
        }
        let event = if node.unschedulable {
            "NodeNotSchedulable"
        } else {
            "NodeSchedulable"
        };
        let message = format!("Node {} status is now: {event}", self.name);
        let report = Report::normal("kubelet", event, message).on(&self.name);
        context
            .events
            .record(context.store, context.settings, node.as_ref(), report);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::api::Event;
    use crate::kubectl::NoFiles;
    use crate::kubelet::NodeTemplate;
    use crate::{Cluster, ClusterOptions};

    #[test]
    fn cordons_that_last_are_reported_within_ten_seconds() {
        let mut cluster = Cluster::new(ClusterOptions::default());
        assert!(cluster.add_node(&NodeTemplate::named("node-1")).is_ok());
        let mut check = |line: &str, secs: u64, expect: &[&str]| {
            assert_eq!(cluster.kubectl(line, &NoFiles).exit_code, 0, "{line}");
            assert!(cluster.advance(Duration::from_secs(secs)).is_ok());
            let events = cluster.store().objects().all::<Event>();
            let mut reasons: Vec<_> = events
                .filter(|event| event.reason.ends_with("Schedulable"))
                .map(|event| format!("{} {}", event.count, event.reason))
                .collect();
            reasons.sort();
            assert_eq!(reasons, expect, "{line}");
        };
        check("cordon node-1", 11, &["1 NodeNotSchedulable"]);
        check("uncordon node-1", 0, &["1 NodeNotSchedulable"]);
        check("cordon node-1", 11, &["1 NodeNotSchedulable"]);
        check("uncordon node-1", 11, &["1 NodeNotSchedulable", "1 NodeSchedulable"]);
    }
}
