//! Faults of machines: which nodes they are about, and what all of those in force together leave of a machine.

use smol_str::SmolStr;

use super::{ControlPlanePart, Fault, FaultError};
use crate::api::{Node, ObjectKey};
use crate::component::Context;
use crate::kubelet::Kubelets;

/// The label that says which zone a node is in.
const ZONE: &str = "topology.kubernetes.io/zone";

/// The nodes that a fault of machines is about.
pub(super) fn nodes_of(fault: &Fault, kubelets: &Kubelets, context: &Context<'_>) -> Result<Vec<SmolStr>, FaultError> {
    if let Fault::ZoneLost(zone) = fault {
        let nodes = context.store.objects().all::<Node>();
        let of_zone = nodes.filter(|node| node.label(ZONE) == Some(zone) && kubelets.has_node(&node.meta.name));
        let names: Vec<SmolStr> = of_zone.map(|node| node.meta.name.clone()).collect();
        return if names.is_empty() {
            Err(FaultError::NoZone(zone.clone()))
        } else {
            Ok(names)
        };
    }
    match fault {
        Fault::NodeLost(node)
        | Fault::NodeReboots(node)
        | Fault::NodePartitioned(node)
        | Fault::KubeletStops(node)
        | Fault::ClockSkewed(node, _)
        | Fault::NodeSlow(node, _) => match kubelets.has_node(node) {
            true => Ok(vec![node.clone()]),
            false => Err(FaultError::NoNode(node.clone())),
        },
        Fault::ControlPlaneDown(ControlPlanePart::ApiServer) => {
            let nodes = context.store.objects().all::<Node>().map(|node| node.meta.name.clone());
            Ok(nodes.filter(|node| kubelets.has_node(node)).collect())
        }
        _ => Ok(Vec::new()),
    }
}

/// Sets machines to what all faults in force leave of them. Returns how many changed.
pub(super) fn set_machines(nodes: &[SmolStr], kubelets: &mut Kubelets, context: &mut Context<'_>) -> usize {
    let mut changed = 0;
    for node in nodes {
        let (mut powered, mut kubelet, mut connected) = (true, true, true);
        let (mut slowness, mut clock_ahead) = (1_u32, 0_i64);
        let zone = context
            .store
            .get::<Node>(&ObjectKey::cluster(node.clone()))
            .and_then(|node| node.label(ZONE).cloned());
        for record in context.environment.faults().in_force() {
            match &record.fault {
                Fault::NodeLost(name) | Fault::NodeReboots(name) if name == node => powered = false,
                Fault::ZoneLost(lost) if Some(lost) == zone.as_ref() => powered = false,
                Fault::KubeletStops(name) if name == node => kubelet = false,
                Fault::NodePartitioned(name) if name == node => connected = false,
                Fault::NodeSlow(name, factor) if name == node => slowness = slowness.saturating_mul(*factor),
                Fault::ClockSkewed(name, seconds) if name == node => clock_ahead = clock_ahead.saturating_add(*seconds),
                // No kubelet reaches an API server that is down.
                Fault::ControlPlaneDown(ControlPlanePart::ApiServer) => connected = false,
                _ => {}
            }
        }
        changed += usize::from(kubelets.set_machine(node, powered, kubelet, connected, context));
        if kubelets.set_pace(node, slowness, clock_ahead, context.now) {
            changed += 1;
            let pods: Vec<_> = context.store.objects().pods_on(node).cloned().collect();
            pods.iter().for_each(|pod| kubelets.review_probes(pod, context));
        }
    }
    changed
}
