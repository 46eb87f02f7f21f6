//! NodeResourcesBalancedAllocation: the closer the shares of cpu and memory in use, the better.
//!
//! Documentation: "Scheduler Configuration". It counts what pods really ask for, without the defaults of other scores.

use super::super::{NodeInfo, PodInfo};

/// The plugin's name.
pub const NAME: &str = "NodeResourcesBalancedAllocation";

/// Whether the plugin has anything to say about a pod: not if it asks for neither cpu nor memory.
pub fn applies(pod: &PodInfo) -> bool {
    pod.usage.cpu_milli != 0 || pod.usage.memory_bytes != 0
}

/// Score: a hundred minus the standard deviation of the two shares, in hundredths.
pub fn score(pod: &PodInfo, node: &NodeInfo) -> i64 {
    if !applies(pod) {
        return 0;
    }
    let (wanted, used, all) = (&pod.usage, &node.requested, &node.allocatable);
    let share = |used: i64, all: i64| (all != 0).then(|| (used as f64 / all as f64).min(1.0));
    let cpu = share(used.cpu_milli.saturating_add(wanted.cpu_milli), all.cpu_milli);
    let memory = share(used.memory_bytes.saturating_add(wanted.memory_bytes), all.memory_bytes);
    let deviation = match (cpu, memory) {
        (Some(cpu), Some(memory)) => ((cpu - memory) / 2.0).abs(),
        _ => 0.0,
    };
    ((1.0 - deviation) * 100.0) as i64
}
