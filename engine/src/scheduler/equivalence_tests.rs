//! The shared work against the plain way: all plugins asked about all nodes, for each pod anew.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::api::{Node, Resource, TaintEffect};
use crate::sim::Random;

/// The best nodes by name, from scratch.
fn plainly(pod: &PodInfo, namespace: &str, spread: Option<&DefaultSpread>, nodes: &Nodes) -> Vec<SmolStr> {
    let settings = Settings::default();
    let verdicts = nodes.slots().iter().map(|node| (node, evaluate(pod, node, &settings)));
    let feasible: Vec<(&NodeInfo, Scores)> = verdicts
        .filter_map(|(node, verdict)| match verdict {
            Verdict::Feasible(scores) => Some((node, scores)),
            Verdict::Rejected(_) => None,
        })
        .collect();
    let zone = |node: &NodeInfo| node.node.meta.labels.get(ZONE_LABEL).cloned();
    let zones: BTreeSet<Option<SmolStr>> = feasible.iter().map(|(node, _)| zone(node)).collect();
    let weights = Weights::new(feasible.len(), zones.len());
    let count = |node: &NodeInfo| {
        let counted = node
            .pods
            .iter()
            .filter(|pod| spread.is_some_and(|spread| spread.counts(namespace, pod)));
        i64::try_from(counted.count()).unwrap_or_default()
    };
    let zone_count = |of: &SmolStr| {
        let in_zone = nodes.slots().iter().filter(|node| zone(node).as_ref() == Some(of));
        let included = in_zone.filter(|node| node_affinity::matches(pod, &node.node));
        included.map(count).sum::<i64>()
    };
    let raw: Vec<i64> = feasible
        .iter()
        .map(|(node, _)| weights.score(count(node), zone(node).as_ref().map(zone_count)))
        .collect();
    let (lowest, highest) = (
        raw.iter().min().copied().unwrap_or(0),
        raw.iter().max().copied().unwrap_or(0),
    );
    let taints = feasible.iter().map(|(_, scores)| scores.taints).max().unwrap_or(0);
    let affinity = feasible.iter().map(|(_, scores)| scores.affinity).max().unwrap_or(0);
    let total = |(index, (_, scores)): (usize, &(&NodeInfo, Scores))| {
        let spread = if spread.is_some() {
            pod_topology_spread::normalize(raw[index], lowest, highest)
        } else {
            0
        };
        scores.own
            + 3 * taint_toleration::normalize(scores.taints, taints)
            + 2 * node_affinity::normalize(scores.affinity, affinity)
            + 2 * spread
    };
    let totals: Vec<i64> = feasible.iter().enumerate().map(total).collect();
    let best = totals.iter().max().copied();
    let winners = feasible.iter().zip(&totals).filter(|(_, total)| Some(**total) == best);
    winners.map(|((node, _), _)| node.name().clone()).collect()
}

fn node(index: u64, random: &mut Random) -> Arc<Node> {
    let amounts = json!({ "cpu": (2 + random.range_inclusive(0, 2) * 2).to_string(), "memory": "8Gi", "pods": "12" });
    let mut labels = json!({ "kubernetes.io/hostname": format!("n{index:03}") });
    if random.index(8) > 0 {
        labels[ZONE_LABEL] = format!("z{}", random.index(3)).into();
    }
    if random.index(3) == 0 {
        labels["disk"] = "ssd".into();
    }
    let mut node = Node::from_json(json!({
        "metadata": { "name": format!("n{index:03}"), "labels": labels },
        "status": { "allocatable": amounts, "capacity": amounts },
    }));
    if random.index(4) == 0 {
        node.taints
            .push(crate::api::Taint::new("slow", TaintEffect::PreferNoSchedule));
    }
    Arc::new(node)
}

fn template(index: u64) -> Pod {
    let mut spec = json!({ "containers": [{ "name": "app", "resources": { "requests": { "cpu": format!("{}m", 100 + 150 * index) } } }] });
    if index == 1 {
        let preference = json!({ "matchExpressions": [{ "key": "disk", "operator": "In", "values": ["ssd"] }] });
        spec["affinity"] = json!({ "nodeAffinity": { "preferredDuringSchedulingIgnoredDuringExecution": [
            { "weight": 7, "preference": preference }] } });
    }
    if index == 2 {
        spec["nodeSelector"] = json!({ "disk": "ssd" });
    }
    Pod::from_json(json!({
        "metadata": { "namespace": "default", "name": format!("t{index}"), "labels": { "app": format!("t{index}") } },
        "spec": spec,
    }))
}

#[test]
fn shared_work_chooses_what_the_plain_way_chooses() {
    let mut random = Random::new(11);
    let mut nodes = Nodes::default();
    let settings = Settings::default();
    (0..40).for_each(|index| nodes.set_node(&node(index, &mut random)));
    let pods: Vec<Pod> = (0..4).map(template).collect();
    // The last template is spread by nothing.
    let spread = |pod: &Pod| (pod.meta.name != "t3").then(|| DefaultSpread::by_labels(&pod.meta.labels));
    let mut templates: Vec<Template> = pods.iter().map(|pod| Template::new(pod, spread(pod))).collect();
    let mut bound: Vec<Arc<Pod>> = Vec::new();
    for round in 0..600_u64 {
        let which = random.index(pods.len());
        let template = &mut templates[which];
        template.refresh(&nodes, &settings);
        let expect = plainly(&template.pod, "default", spread(&pods[which]).as_ref(), &nodes);
        let tie = random.index(expect.len().max(1));
        let chosen = template.choose(|ties| {
            assert_eq!(ties, expect.len(), "round {round}: so many are equally good");
            tie
        });
        let chosen = chosen.map(|slot| nodes.slots()[slot].name().clone());
        assert_eq!(
            chosen.as_ref(),
            expect.get(if expect.len() == 1 { 0 } else { tie }),
            "round {round}"
        );
        match chosen.filter(|_| random.index(3) > 0) {
            Some(name) => {
                let mut pod = pods[which].clone();
                pod.meta.uid = crate::api::Uid::from_random(u128::from(round));
                pod.node_name = name;
                bound.push(Arc::new(pod));
                nodes.pod_changed(None, bound.last());
            }
            None if !bound.is_empty() && random.index(2) == 0 => {
                let gone = bound.swap_remove(random.index(bound.len()));
                nodes.pod_changed(Some(&gone), None);
            }
            None => nodes.set_node(&node(random.range_inclusive(0, 44), &mut random)),
        }
    }
    assert!(bound.len() > 100, "the nodes fill up: {}", bound.len());
}
