//! TaintToleration: nodes repel pods that do not tolerate their taints.
//!
//! Documentation: "Taints and Tolerations".

use smol_str::format_smolstr;

use super::super::{NodeInfo, PodInfo, Rejection};
use crate::api::TaintEffect;

/// The plugin's name.
pub const NAME: &str = "TaintToleration";
/// Its weight among the scores.
pub const WEIGHT: i64 = 3;

/// Filter: the first taint in list order that is not tolerated decides.
pub fn filter(pod: &PodInfo, node: &NodeInfo) -> Option<Rejection> {
    if node.is_open {
        return None;
    }
    let untolerated = node.node.taints.iter().find(|taint| {
        taint.effect != TaintEffect::PreferNoSchedule && !pod.tolerates(&taint.key, &taint.value, taint.effect)
    })?;
    let reason = format_smolstr!(
        "node(s) had untolerated taint {{{}: {}}}",
        untolerated.key,
        untolerated.value
    );
    Some(Rejection::unresolvable(NAME, reason))
}

/// Raw score: how many `PreferNoSchedule` taints are not tolerated.
pub fn score(pod: &PodInfo, node: &NodeInfo) -> i64 {
    if node.is_open {
        return 0;
    }
    let untolerated = node.node.taints.iter().filter(|taint| {
        taint.effect == TaintEffect::PreferNoSchedule && !pod.tolerates(&taint.key, &taint.value, taint.effect)
    });
    i64::try_from(untolerated.count()).unwrap_or(i64::MAX)
}

/// Normalised: the fewer the better, against the most of all feasible nodes.
pub fn normalize(raw: i64, most: i64) -> i64 {
    if most == 0 { 100 } else { 100 - 100 * raw / most }
}
