//! Lost nodes: what the recordings show, with their timings.

use shakedown_engine::api::{Condition, Kind, Pod};

use super::harness::{Harness, deployment, recorded_cluster};
use serde_json::json;

fn with_pods(replicas: i32) -> Harness {
    let mut harness = recorded_cluster();
    harness.create(deployment(replicas, json!({})));
    harness.until(30.0);
    harness
}

fn ready(pod: &Pod) -> &str {
    Condition::find(&pod.status.conditions, "Ready").map_or("", |ready| ready.status.as_str())
}

#[test]
fn a_lost_node_is_tainted_and_its_pods_are_evicted_five_minutes_later() {
    let mut harness = with_pods(4);
    harness.silence("node-1", true);
    harness.until(400.0);
    let history = harness.taint_history("node-1");
    let sets: Vec<&[String]> = history.iter().map(|(_, taints)| taints.as_slice()).collect();
    let (no_schedule, no_execute) = ("unreachable:NoSchedule".to_owned(), "unreachable:NoExecute".to_owned());
    assert_eq!(
        sets,
        [
            &[][..],
            std::slice::from_ref(&no_schedule),
            &[no_execute, no_schedule.clone()]
        ]
    );
    let (lost, tainted) = (history[1].0 - 30.0, history[2].0 - history[1].0);
    assert!((30.0..=45.1).contains(&lost), "noticed after {lost}");
    assert!((4.9..=5.2).contains(&tainted), "tainted {tainted} later");
    let pods = harness.pods();
    let evicted: Vec<&Pod> = pods.iter().filter(|pod| pod.meta.is_deleted()).collect();
    assert_eq!((evicted.len(), pods.len()), (1, 5), "its replacement runs elsewhere");
    assert_eq!((evicted[0].node_name.as_str(), ready(evicted[0])), ("node-1", "False"));
    let reason =
        Condition::find(&evicted[0].status.conditions, "DisruptionTarget").map(|condition| condition.reason.as_str());
    assert_eq!(reason, Some("DeletionByTaintManager"));
    let log = harness.cluster.log().iter();
    let at = log.filter(|change| {
        change
            .after
            .as_ref()
            .is_some_and(|after| after.kind() == Kind::POD && after.meta().is_deleted())
    });
    let evicted_at = at
        .map(|change| change.at.as_nanos() as f64 / 1e9)
        .next()
        .unwrap_or_default();
    assert!(
        (299.9..=300.1).contains(&(evicted_at - history[2].0)),
        "evicted at {evicted_at}"
    );
}

#[test]
fn a_node_that_comes_back_keeps_its_pods() {
    let mut harness = with_pods(4);
    harness.silence("node-1", true);
    harness.until(110.0);
    harness.silence("node-1", false);
    harness.until(500.0);
    let sets: Vec<Vec<String>> = harness
        .taint_history("node-1")
        .into_iter()
        .map(|(_, taints)| taints)
        .collect();
    assert_eq!(
        sets.len(),
        5,
        "NoSchedule goes at once, NoExecute at the next look: {sets:?}"
    );
    assert_eq!(
        (sets[3].as_slice(), sets[4].len()),
        (&["unreachable:NoExecute".to_owned()][..], 0)
    );
    assert!(harness.pods().iter().all(|pod| !pod.meta.is_deleted()));
    let events = harness.events("Pod");
    let cancelled = events.iter().filter(|(reason, message, _)| {
        reason == "TaintManagerEviction" && message.starts_with("Cancelling deletion of Pod default/web-")
    });
    assert_eq!(cancelled.count(), 1);
}

#[test]
fn nothing_is_evicted_when_all_nodes_are_lost() {
    let mut harness = with_pods(4);
    for node in ["node-1", "node-2", "node-3", "node-4"] {
        harness.silence(node, true);
    }
    harness.until(420.0);
    for node in ["node-1", "node-2", "node-3", "node-4"] {
        let last = harness.taint_history(node).pop().map(|(_, taints)| taints);
        assert_eq!(last, Some(vec!["unreachable:NoSchedule".to_owned()]), "{node}");
    }
    assert!(
        harness
            .pods()
            .iter()
            .all(|pod| !pod.meta.is_deleted() && ready(pod) == "False")
    );
}

#[test]
fn the_nodes_of_a_lost_zone_are_tainted_ten_seconds_apart() {
    let mut harness = with_pods(8);
    harness.silence("node-1", true);
    harness.silence("node-2", true);
    harness.until(150.0);
    let tainted = |node: &str| {
        harness
            .taint_history(node)
            .get(2)
            .map(|(at, _)| *at)
            .unwrap_or_default()
    };
    let gap = (tainted("node-1") - tainted("node-2")).abs();
    assert!((9.9..=10.2).contains(&gap), "{gap}");
}

#[test]
fn pods_of_a_deleted_node_are_removed_within_two_looks_of_the_quarantine() {
    let mut harness = with_pods(4);
    harness.silence("node-4", true);
    harness.delete(Kind::NODE, "node-4");
    harness.until(69.0);
    assert_eq!(harness.pods().iter().filter(|pod| pod.node_name == "node-4").count(), 1);
    harness.until(111.0);
    assert_eq!(harness.pods().iter().filter(|pod| pod.node_name == "node-4").count(), 0);
    assert_eq!(harness.pods().len(), 4);
}

#[test]
fn a_healthy_cluster_leaves_nothing_to_do() {
    let mut harness = with_pods(4);
    harness.cluster.settle().expect("nothing goes on");
    let before = harness.cluster.log().len();
    harness.until(7200.0);
    assert_eq!(harness.cluster.log().len(), before);
}
