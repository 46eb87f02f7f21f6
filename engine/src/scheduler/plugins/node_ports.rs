//! NodePorts: two pods on one node cannot hold the same host port.

use smol_str::SmolStr;

use super::super::{NodeInfo, PodInfo, Rejection};
use crate::api::{PodSpec, json};

/// The plugin's name.
pub const NAME: &str = "NodePorts";

/// Every address of a node.
const WILDCARD: &str = "0.0.0.0";

/// A port that a pod holds on its node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPort {
    /// The address; `0.0.0.0` is all of them.
    pub ip: SmolStr,
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: SmolStr,
    /// The number.
    pub port: i32,
}

impl HostPort {
    /// The host ports of a pod.
    pub fn of(spec: &PodSpec) -> Vec<HostPort> {
        let wanted = spec
            .containers
            .iter()
            .any(|container| container.ports.iter().any(|port| port.host_port > 0));
        if !wanted {
            return Vec::new();
        }
        let containers = json::list(&spec.json, "containers").iter();
        let ports = containers.flat_map(|container| json::list(container, "ports"));
        ports
            .filter_map(|port| {
                let number = json::int32(port, "hostPort").filter(|number| *number > 0)?;
                let or = |text: SmolStr, default| {
                    if text.is_empty() {
                        SmolStr::new_static(default)
                    } else {
                        text
                    }
                };
                Some(HostPort {
                    ip: or(json::text(port, "hostIP"), WILDCARD),
                    protocol: or(json::text(port, "protocol"), "TCP"),
                    port: number,
                })
            })
            .collect()
    }

    fn conflicts(&self, other: &HostPort) -> bool {
        self.port == other.port
            && self.protocol == other.protocol
            && (self.ip == other.ip || self.ip == WILDCARD || other.ip == WILDCARD)
    }
}

/// Filter.
pub fn filter(pod: &PodInfo, node: &NodeInfo) -> Option<Rejection> {
    let taken = |wanted: &HostPort| node.host_ports.iter().any(|held| held.conflicts(wanted));
    let conflict = pod.host_ports.iter().any(taken);
    conflict.then(|| {
        Rejection::unschedulable(
            NAME,
            ["node(s) didn't have free ports for the requested pod ports".into()],
        )
    })
}
