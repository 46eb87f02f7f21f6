//! NodeResourcesFit and NodeResourcesBalancedAllocation: what a pod asks for must be free, and free nodes are better.
//!
//! Documentation: "Scheduler Configuration" (strategy LeastAllocated, the default, with cpu and memory of equal weight).

use smol_str::{SmolStr, format_smolstr};

use super::super::{NodeInfo, PodInfo, Rejection};

/// The filter's and the first score's name.
pub const NAME: &str = "NodeResourcesFit";

/// Filter: every resource that does not suffice is a reason. What exceeds the whole node can't be helped by preemption
/// (known to the scheduler since v1.34: `capacity_known`).
pub fn filter(pod: &PodInfo, node: &NodeInfo, capacity_known: bool) -> Option<Rejection> {
    let (wanted, used, all) = (&pod.usage, &node.requested, &node.allocatable);
    let mut reasons: Vec<SmolStr> = Vec::new();
    let mut exceeds_node = false;
    if used.pods + 1 > all.pods {
        reasons.push(SmolStr::new_static("Too many pods"));
    }
    let mut check = |name: &str, wanted: i64, used: i64, all: i64| {
        if wanted > 0 && wanted > all - used {
            reasons.push(format_smolstr!("Insufficient {name}"));
            exceeds_node |= wanted > all;
        }
    };
    check("cpu", wanted.cpu_milli, used.cpu_milli, all.cpu_milli);
    check("memory", wanted.memory_bytes, used.memory_bytes, all.memory_bytes);
    check(
        "ephemeral-storage",
        wanted.ephemeral_bytes,
        used.ephemeral_bytes,
        all.ephemeral_bytes,
    );
    for (name, amount) in &wanted.other {
        let of = |usage: &super::super::Usage| usage.other.get(name).copied().unwrap_or_default();
        check(name, *amount, of(used), of(all));
    }
    if reasons.is_empty() {
        return None;
    }
    Some(Rejection {
        plugin: NAME,
        resolvable: !(exceeds_node && capacity_known),
        reasons,
    })
}

/// Score LeastAllocated: the share that stays free, averaged over cpu and memory; integer arithmetic as in Kubernetes.
pub fn least_allocated(pod: &PodInfo, node: &NodeInfo) -> i64 {
    let (wanted, used, all) = (&pod.usage, &node.requested, &node.allocatable);
    let resources = [
        (used.scored_cpu_milli + wanted.scored_cpu_milli, all.cpu_milli),
        (used.scored_memory_bytes + wanted.scored_memory_bytes, all.memory_bytes),
    ];
    let (mut sum, mut count) = (0, 0);
    for (used, all) in resources.into_iter().filter(|(_, all)| *all > 0) {
        sum += if used > all { 0 } else { (all - used) * 100 / all };
        count += 1;
    }
    if count == 0 { 0 } else { sum / count }
}

/// Score BalancedAllocation: the closer the shares of cpu and memory in use, the better. None for pods that ask for neither.
pub fn balanced_allocation(pod: &PodInfo, node: &NodeInfo) -> i64 {
    let (wanted, used, all) = (&pod.usage, &node.requested, &node.allocatable);
    if wanted.cpu_milli == 0 && wanted.memory_bytes == 0 {
        return 0;
    }
    let share = |used: i64, all: i64| (all != 0).then(|| (used as f64 / all as f64).min(1.0));
    let cpu = share(used.cpu_milli + wanted.cpu_milli, all.cpu_milli);
    let memory = share(used.memory_bytes + wanted.memory_bytes, all.memory_bytes);
    let deviation = match (cpu, memory) {
        (Some(cpu), Some(memory)) => ((cpu - memory) / 2.0).abs(),
        _ => 0.0,
    };
    ((1.0 - deviation) * 100.0) as i64
}
