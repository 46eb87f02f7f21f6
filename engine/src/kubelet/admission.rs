//! What a kubelet refuses: pods that do not fit the node or may not run on it.
//!
//! Source: kubelet `lifecycle/predicate.go` (`generalFilter`, `canAdmit`). The pod fails with the reason; nothing of it runs.
//! The scheduler has looked at all of this; who binds by `nodeName`, or was overtaken by a change of the node, is refused here.

use serde_json::Value;
use smol_str::SmolStr;

use super::pod_slot::Stage;
use super::work::PodWork;
use crate::api::{Node, ObjectKey, PodPhase, PodSpec, Taint, TaintEffect};
use crate::scheduler::plugins::node_affinity::NodeSelectorTerm;

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
        if let Some(predicate) = self.failed_predicate(&node) {
            self.reject(predicate.into(), format!("Predicate {predicate} failed"));
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

    /// The first thing about the node itself that the pod cannot have.
    fn failed_predicate(&self, node: &Node) -> Option<&'static str> {
        let pod = &self.slot.pod;
        let selector = &pod.spec.node_selector;
        let selected = selector.iter().all(|(label, value)| node.label(label) == Some(value));
        let required = "/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms";
        let terms = pod.spec.json.pointer(required).and_then(Value::as_array);
        let near = terms.is_none_or(|terms| {
            let mut terms = terms.iter().map(NodeSelectorTerm::from_json);
            terms.any(|term| term.matches(node))
        });
        if !(selected && near) {
            return Some("NodeAffinity");
        }
        if self.has_port_conflict() {
            return Some("NodePorts");
        }
        let mut taints = node
            .taints
            .iter()
            .filter(|taint| taint.effect == TaintEffect::NoExecute);
        let tolerated = |taint: &Taint| {
            let mut tolerations = pod.spec.tolerations.iter();
            tolerations.any(|toleration| toleration.tolerates(&taint.key, &taint.value, taint.effect))
        };
        let bears_all = taints.all(tolerated) || super::static_pods::is_mirror(pod);
        (!bears_all).then_some("TaintToleration")
    }

    /// Whether another pod of the node holds a host port that this one wants.
    fn has_port_conflict(&self) -> bool {
        let ports = |spec: &PodSpec| -> Vec<(i32, SmolStr)> {
            let all = spec.containers.iter().flat_map(|container| &container.ports);
            let held = all.filter(|port| port.host_port > 0);
            held.map(|port| (port.host_port, port.protocol.clone())).collect()
        };
        let wanted = ports(&self.slot.pod.spec);
        if wanted.is_empty() {
            return false;
        }
        let others = self
            .agent
            .pods
            .values()
            .filter(|slot| slot.admitted && slot.stage == Stage::Syncing);
        let held: Vec<_> = others.flat_map(|slot| ports(&slot.pod.spec)).collect();
        wanted.iter().any(|port| held.contains(port))
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
            "NodePorts",
            "TaintToleration",
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
