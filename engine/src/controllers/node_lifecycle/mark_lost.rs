//! Evicting the pods of a lost node without taints: the setting `pod-eviction` is `mark-lost`.
//!
//! Each pod's status gets the reason NodeLost, and the pod is deleted. Nobody at the node hears of it, so the object stays, and
//! `kubectl get pods` shows Unknown until the node is back. The phase stays what it was: Kubernetes has set the phase Unknown
//! for the last time in 2015. Source: `node/util/controller_utils.go` (`SetPodTerminationReason`, `DeletePods`) before v1.18.

use std::time::Duration;

use smol_str::format_smolstr;

use super::health;
use crate::api::{Condition, Kind, Node, ObjectKey, Pod};
use crate::component::Context;
use crate::events::Report;
use crate::store::DeleteOptions;

/// Marks and deletes the pods of a node that has been lost for the whole time-out, except those of DaemonSets.
pub fn evict_pods(node: &str, context: &mut Context<'_>) {
    let lost_for = |node: &Node| {
        let ready = Condition::find(&node.conditions, "Ready")?;
        let seconds = context.store.timestamp().secs() - ready.last_transition?.secs();
        (health::ready_status(node)? != "True").then(|| Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
    };
    let key = ObjectKey::cluster(node);
    let lost = context.store.get::<Node>(&key).and_then(|node| lost_for(node));
    // Times of conditions are whole seconds.
    let timeout = context
        .settings
        .pod_eviction_timeout
        .saturating_sub(Duration::from_secs(1));
    if lost.is_none_or(|lost| lost < timeout) {
        return;
    }
    let stays = |pod: &Pod| {
        let by_daemon = pod.meta.controller().is_some_and(|owner| owner.kind == "DaemonSet");
        by_daemon || pod.meta.is_deleted()
    };
    let pods: Vec<_> = context
        .store
        .objects()
        .pods_on(node)
        .filter(|pod| !stays(pod))
        .cloned()
        .collect();
    for pod in pods {
        let key = pod.meta.key();
        context.store.modify::<Pod>(&key, |pod| {
            let name = &pod.meta.name;
            pod.status.message = format_smolstr!("Node {node} which was running pod {name} is unresponsive");
            pod.status.reason = "NodeLost".into();
        });
        let message = format!("Marking for deletion Pod {} from Node {node}", pod.meta.name);
        let report = Report::normal(super::controller::COMPONENT, "NodeControllerEviction", message);
        context
            .events
            .record(context.store, context.settings, pod.as_ref(), report);
        // It was read at this very instant.
        let _ = context.store.delete(Kind::POD, &key, DeleteOptions::default());
    }
}
