//! What a kubelet refuses: pods that do not fit the node or may not run on it.
//!
//! Source: kubelet `lifecycle/predicate.go`. The pod fails with the reason; nothing of it runs. Not modelled: required node
//! affinity, ports, taints (the scheduler checks them; who binds by `nodeName` gets these two checks only).

use super::pod_slot::Stage;
use super::work::PodWork;
use crate::api::{Node, ObjectKey, PodPhase};

impl PodWork<'_, '_> {
    /// Sets aside what a new pod asks for, or refuses the pod. Returns whether it may run.
    pub fn admit(&mut self) -> bool {
        let key = ObjectKey::cluster(self.agent.name.clone());
        let Some(node) = self.context.store.get::<Node>(&key).cloned() else {
            return true;
        };
        if let Some(why) = self.refused_by_pressure() {
            self.reject("Evicted".into(), why);
            return false;
        }
        let selector = &self.slot.pod.spec.node_selector;
        let matches = selector.iter().all(|(label, value)| node.label(label) == Some(value));
        if !matches {
            self.reject("NodeAffinity".into(), "Predicate NodeAffinity failed".to_owned());
            return false;
        }
        let spec = std::sync::Arc::clone(&self.slot.pod.spec);
        for (name, amount) in spec.requests() {
            let used = self.agent.admitted.get(name).copied().unwrap_or(0);
            let allocatable = node.allocatable.get(name).map_or(0, |amount| amount.milli_value());
            let wanted = amount.milli_value();
            if wanted > 0 && used + wanted > allocatable {
                let shown = |milli: i64| if name == "cpu" { milli } else { milli / 1000 };
                let (wanted, used, capacity) = (shown(wanted), shown(used), shown(allocatable));
                let message = format!(
                    "Node didn't have enough resource: {name}, requested: {wanted}, used: {used}, capacity: {capacity}"
                );
                self.reject(format!("OutOf{name}"), message);
                return false;
            }
        }
        for (name, amount) in spec.requests() {
            *self.agent.admitted.entry(name.clone()).or_insert(0) += amount.milli_value();
        }
        self.slot.admitted = true;
        true
    }

    fn reject(&mut self, reason: String, message: String) {
        let mut status = self.slot.status.clone();
        status.phase = PodPhase::Failed;
        status.reason = reason.as_str().into();
        status.message = format!("Pod was rejected: {message}").into();
        self.slot.stage = Stage::Finished;
        // The recorder takes reasons that live as long as the program: these are the resources there are.
        let known = [
            "OutOfcpu",
            "OutOfmemory",
            "OutOfpods",
            "OutOfephemeral-storage",
            "NodeAffinity",
            "Evicted",
        ];
        let event = known
            .into_iter()
            .find(|known| **known == reason)
            .unwrap_or("UnexpectedAdmissionError");
        self.report(true, event, message, "".into());
        self.write_status(status, true);
    }
}
