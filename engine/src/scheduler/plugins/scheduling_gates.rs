//! SchedulingGates: a pod is not considered until somebody has taken all its gates away.
//!
//! Documentation: "Pod Scheduling Readiness".

use smol_str::format_smolstr;

use super::super::{PodInfo, Rejection};

/// The plugin's name.
pub const NAME: &str = "SchedulingGates";

/// PreEnqueue.
pub fn pre_enqueue(pod: &PodInfo) -> Option<Rejection> {
    let gates: Vec<&str> = pod.gates.iter().map(|gate| gate.as_str()).collect();
    (!gates.is_empty()).then(|| {
        let reason = format_smolstr!("waiting for scheduling gates: [{}]", gates.join(" "));
        Rejection::unresolvable(NAME, reason)
    })
}
