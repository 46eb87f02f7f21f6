//! The shared work against the plain way: a template that has followed every change decides as one that sees the nodes for the
//! first time, and both as counting everything by hand would.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};
use smol_str::SmolStr;

use super::super::NodeInfo;
use super::super::framework::evaluate;
use super::super::sampling::Sampling;
use super::*;
use crate::api::{Node, Resource, TaintEffect, Uid};
use crate::sim::Random;

const ZONE: &str = "topology.kubernetes.io/zone";
const HOST: &str = "kubernetes.io/hostname";

fn node(index: u64, random: &mut Random) -> Arc<Node> {
    let amounts = json!({ "cpu": (2 + random.range_inclusive(0, 2) * 2).to_string(), "memory": "8Gi", "pods": "12" });
    let mut labels = json!({ HOST: format!("n{index:03}") });
    if random.index(8) > 0 {
        labels[ZONE] = format!("z{}", random.index(3)).into();
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

fn term(app: &str, key: &str) -> Value {
    json!({ "labelSelector": { "matchLabels": { "app": app } }, "topologyKey": key })
}

/// What the templates of the test differ in.
fn specs() -> Vec<Value> {
    let constraint = |app: &str, key: &str, when: &str| {
        json!({ "maxSkew": 1, "topologyKey": key, "whenUnsatisfiable": when,
            "labelSelector": { "matchLabels": { "app": app } } })
    };
    let required = "requiredDuringSchedulingIgnoredDuringExecution";
    let preferred = "preferredDuringSchedulingIgnoredDuringExecution";
    let ssd = json!({ "matchExpressions": [{ "key": "disk", "operator": "In", "values": ["ssd"] }] });
    vec![
        json!({}),
        json!({ "affinity": { "nodeAffinity": { preferred: [{ "weight": 7, "preference": ssd }] } } }),
        json!({ "nodeSelector": { "disk": "ssd" } }),
        json!({ "topologySpreadConstraints": [constraint("t3", ZONE, "DoNotSchedule"), constraint("t3", HOST, "ScheduleAnyway")] }),
        json!({ "topologySpreadConstraints": [constraint("t4", HOST, "DoNotSchedule"), constraint("t4", ZONE, "ScheduleAnyway")] }),
        json!({ "affinity": { "podAntiAffinity": { required: [term("t5", HOST)] } } }),
        json!({ "affinity": { "podAffinity": { required: [term("t6", ZONE)] },
            "podAntiAffinity": { preferred: [{ "weight": 30, "podAffinityTerm": term("t5", HOST) }] } } }),
        json!({ "affinity": { "podAffinity": { preferred: [{ "weight": 50, "podAffinityTerm": term("t3", ZONE) }] },
            "podAntiAffinity": { required: [term("t2", ZONE)] } } }),
    ]
}

fn pod(index: usize, spec: &Value) -> Pod {
    let mut spec = spec.clone();
    let requests = json!({ "cpu": format!("{}m", 100 + 50 * index) });
    spec["containers"] = json!([{ "name": "app", "resources": { "requests": requests } }]);
    Pod::from_json(json!({
        "metadata": { "namespace": "default", "name": format!("t{index}"), "labels": { "app": format!("t{index}") } },
        "spec": spec,
    }))
}

fn names(slots: &Slots, nodes: &Nodes) -> Vec<SmolStr> {
    slots.iter().map(|slot| nodes.slots()[slot].name().clone()).collect()
}

/// The feasible nodes as spreading and inter-pod affinity have them, counted pod by pod.
fn refused_by_hand(index: usize, node: &NodeInfo, nodes: &Nodes) -> bool {
    let label = |info: &NodeInfo, key: &str| info.node.meta.labels.get(key).cloned();
    let count = |app: &str, key: &str, value: &SmolStr| {
        let domain = nodes
            .slots()
            .iter()
            .filter(|info| label(info, key).as_ref() == Some(value));
        let pods = domain.flat_map(|info| &info.pods);
        pods.filter(|placed| placed.info.labels["app"] == app).count()
    };
    let skew_too_great = |app: &str, key: &str| {
        let Some(own) = label(node, key) else { return true };
        let domains: BTreeSet<SmolStr> = nodes.slots().iter().filter_map(|info| label(info, key)).collect();
        let least = domains.iter().map(|domain| count(app, key, domain)).min().unwrap_or(0);
        count(app, key, &own) + 1 - least > 1
    };
    let here = |app: &str, key: &str| label(node, key).is_some_and(|value| count(app, key, &value) > 0);
    let own = match index {
        3 => skew_too_great("t3", ZONE),
        4 => skew_too_great("t4", HOST),
        5 => here("t5", HOST),
        6 => {
            let anywhere = nodes.slots().iter().any(|info| {
                label(info, ZONE).is_some() && info.pods.iter().any(|placed| placed.info.labels["app"] == "t6")
            });
            label(node, ZONE).is_none() || (anywhere && !here("t6", ZONE))
        }
        7 => here("t2", ZONE),
        _ => false,
    };
    own || (index == 2 && here("t7", ZONE))
}

#[test]
fn shared_work_chooses_what_the_plain_way_chooses() {
    let (mut random, mut nodes) = (Random::new(11), Nodes::default());
    let (settings, objects) = (Settings::default(), Objects::default());
    (0..45).for_each(|index| nodes.set_node(&node(index, &mut random)));
    let pods: Vec<Pod> = specs()
        .iter()
        .enumerate()
        .map(|(index, spec)| pod(index, spec))
        .collect();
    let template = |pod: &Pod, nodes: &mut Nodes| {
        let shape = nodes.shape(pod);
        Template::new(
            pod,
            nodes.shapes().get(shape).cloned().expect("it was just taken in"),
            &objects,
        )
    };
    let mut templates: Vec<Template> = pods.iter().map(|pod| template(pod, &mut nodes)).collect();
    let mut bound: Vec<Arc<Pod>> = Vec::new();
    let mut placed = [0; 8];
    for round in 0..1_500_u64 {
        let which = random.index(pods.len());
        let following = &mut templates[which];
        following.refresh(&pods[which], &mut nodes, &objects, &settings);
        let mut fresh = template(&pods[which], &mut nodes);
        fresh.refresh(&pods[which], &mut nodes, &objects, &settings);
        let best = following.best(None);
        assert_eq!(
            names(&best, &nodes),
            names(&fresh.best(None), &nodes),
            "round {round}, template {which}"
        );
        assert_eq!(
            following.verdicts(),
            fresh.verdicts(),
            "round {round}, template {which}"
        );
        for (slot, info) in nodes.slots().iter().enumerate() {
            let alone = matches!(evaluate(&fresh.pod, info, &fresh.state), Verdict::Feasible(_));
            let expect = alone && !refused_by_hand(which, info, &nodes);
            let seen = matches!(following.verdict(slot), Verdict::Feasible(_));
            assert_eq!(seen, expect, "round {round}, template {which}, {}", info.name());
        }
        let tie = random.index(best.len().max(1));
        match best.nth(tie).filter(|_| random.index(4) > 0) {
            Some(slot) => {
                let mut pod = pods[which].clone();
                pod.meta.uid = Uid::from_random(u128::from(round));
                pod.meta.name = format!("p{round}").into();
                pod.node_name = nodes.slots()[slot].name().clone();
                placed[which] += 1;
                bound.push(Arc::new(pod));
                nodes.pod_changed(None, bound.last());
            }
            None if !bound.is_empty() && random.index(2) == 0 => {
                let gone = bound.swap_remove(random.index(bound.len()));
                nodes.pod_changed(Some(&gone), None);
            }
            None => nodes.set_node(&node(random.range_inclusive(0, 49), &mut random)),
        }
    }
    assert!(
        placed.iter().all(|count| *count > 5),
        "every template places pods: {placed:?}"
    );
}

/// A template that looks at nodes as it is asked about them, beside one that looks at all of them first: the search finds the same.
#[test]
fn looking_where_asked_finds_what_looking_everywhere_finds() {
    let (mut random, mut nodes) = (Random::new(5), Nodes::default());
    let objects = Objects::default();
    let mut settings = Settings::default();
    settings.scheduler_percentage_of_nodes_to_score = 1;
    (0..160).for_each(|index| nodes.set_node(&node(index, &mut random)));
    let pods: Vec<Pod> = specs()
        .iter()
        .enumerate()
        .map(|(index, spec)| pod(index, spec))
        .collect();
    let mut templates: Vec<[Template; 2]> = Vec::new();
    for pod in &pods {
        let shape = nodes.shape(pod);
        let info = nodes.shapes().get(shape).cloned().expect("it was just taken in");
        templates.push([(); 2].map(|()| Template::new(pod, info.clone(), &objects)));
    }
    let mut searches = [Sampling::default(), Sampling::default()];
    let mut waited = 0;
    for round in 0..600_u64 {
        let which = random.index(pods.len());
        let [asked, whole] = &mut templates[which];
        for template in [&mut *asked, &mut *whole] {
            template.refresh(&pods[which], &mut nodes, &objects, &settings);
        }
        whole.look_at_all(&nodes);
        let everywhere = whole.feasible_slots();
        let [search, search_everywhere] = &mut searches;
        let expect = search_everywhere.sample(&nodes, &settings, |slot| everywhere.contains(slot));
        waited += usize::from(!asked.is_whole());
        let known = asked.is_whole().then(|| asked.feasible_slots());
        let found = search.sample(&nodes, &settings, |slot| match &known {
            Some(known) => known.contains(slot),
            None => asked.look(slot, &nodes),
        });
        let listed = |slots: &Option<Slots>| slots.as_ref().map(|slots| names(slots, &nodes));
        assert_eq!(listed(&found), listed(&expect), "round {round}, template {which}");
        let best = whole.best(expect.as_ref());
        let seen = asked.best(found.as_ref());
        assert_eq!(
            names(&seen, &nodes),
            names(&best, &nodes),
            "round {round}, template {which}"
        );
        if let Some(slot) = best.nth(random.index(best.len().max(1))) {
            let mut pod = pods[which].clone();
            pod.meta.uid = Uid::from_random(u128::from(round));
            pod.meta.name = format!("p{round}").into();
            pod.node_name = nodes.slots()[slot].name().clone();
            nodes.pod_changed(None, Some(&Arc::new(pod)));
        }
        if random.index(6) == 0 {
            // A node with other labels: everything is looked at anew.
            nodes.set_node(&node(random.range_inclusive(0, 159), &mut random));
        }
    }
    assert!(waited > 5, "some searches begin before all nodes are known: {waited}");
}
