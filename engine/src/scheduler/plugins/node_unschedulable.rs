//! NodeUnschedulable: a cordoned node takes no pods but those that tolerate it.

use super::super::{NodeInfo, PodInfo, Rejection};
use crate::api::TaintEffect;

/// The plugin's name.
pub const NAME: &str = "NodeUnschedulable";

/// The taint that the node controller puts on cordoned nodes; tolerating it is tolerating the cordon.
const TAINT_UNSCHEDULABLE: &str = "node.kubernetes.io/unschedulable";

/// Filter.
pub fn filter(pod: &PodInfo, node: &NodeInfo) -> Option<Rejection> {
    if node.is_open {
        return None;
    }
    let refused = node.node.unschedulable && !pod.tolerates(TAINT_UNSCHEDULABLE, "", TaintEffect::NoSchedule);
    refused.then(|| Rejection::unresolvable(NAME, "node(s) were unschedulable"))
}
