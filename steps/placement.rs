//! Why pods run where they run, for the record: the scheduler's decisions, read from the timeline.

use shakedown_engine::Cluster;
use shakedown_engine::api::Pod;
use shakedown_engine::scheduler::{Attempt, Outcome, attempts};
use shakedown_reports::record::{NodePlacement, Placement, PluginScore};

/// Every attempt to schedule the pods that are `wanted`, in order of time.
pub fn placements(cluster: &Cluster, wanted: impl FnMut(&Pod) -> bool) -> Vec<Placement> {
    let attempts = attempts(cluster.log(), cluster.settings(), wanted);
    attempts.iter().map(placement).collect()
}

fn placement(attempt: &Attempt) -> Placement {
    let decision = &attempt.decision;
    let mut nodes: Vec<NodePlacement> = (decision.feasible.iter())
        .map(|scores| NodePlacement {
            node: scores.node.to_string(),
            total: Some(scores.total),
            scores: (scores.plugins.iter())
                .map(|score| PluginScore {
                    plugin: score.plugin.to_owned(),
                    weighted: score.weighted,
                    raw: score.raw,
                })
                .collect(),
            ..NodePlacement::default()
        })
        .collect();
    nodes.sort_by_key(|node| std::cmp::Reverse(node.total));
    nodes.extend(decision.rejected.iter().map(|(node, rejection)| NodePlacement {
        node: node.to_string(),
        refused_by: rejection.plugin.to_owned(),
        reasons: rejection.reasons.iter().map(ToString::to_string).collect(),
        ..NodePlacement::default()
    }));
    let candidates = decision.preemption.iter().flat_map(|preemption| &preemption.candidates);
    let preemption = candidates.map(|candidate| {
        let victims: Vec<String> = candidate
            .victims
            .iter()
            .map(|victim| victim.meta.key().to_string())
            .collect();
        format!("on {} without {}", candidate.node, victims.join(", "))
    });
    Placement {
        pod: attempt.pod.meta.key().to_string(),
        at_ns: attempt.at.as_nanos(),
        node: attempt.node.as_ref().map(ToString::to_string),
        ties: if decision.outcome == Outcome::Scheduled {
            decision.best.len()
        } else {
            0
        },
        message: decision.message.clone(),
        preemption: preemption.collect(),
        nodes,
    }
}
