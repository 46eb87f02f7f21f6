//! NodeName: a pod that names its node fits there only.

use super::super::{NodeInfo, PodInfo, Rejection};

/// The plugin's name.
pub const NAME: &str = "NodeName";

/// Filter.
pub fn filter(pod: &PodInfo, node: &NodeInfo) -> Option<Rejection> {
    let matches = pod.node_name.is_empty() || pod.node_name == *node.name();
    (!matches).then(|| Rejection::unresolvable(NAME, "node(s) didn't match the requested node name"))
}
