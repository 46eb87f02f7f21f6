//! What the scheduler does and says.

use serde_json::{Value, json};
use shakedown_engine::api::{Pod, Resource};

use super::harness::{Harness, deployment, node, recorded_cluster};

fn pod(name: &str, spec: Value) -> shakedown_engine::api::Object {
    let mut object = json!({
        "metadata": { "name": name, "namespace": "default" },
        "spec": { "containers": [{ "name": "app", "image": "run:v1" }] },
    });
    for (key, value) in spec.as_object().into_iter().flatten() {
        object["spec"][key] = value.clone();
    }
    Pod::from_json(object).into()
}

fn asking(cpu: &str) -> Value {
    json!({ "containers": [{ "name": "app", "image": "run:v1", "resources": { "requests": { "cpu": cpu } } }] })
}

#[test]
fn a_pod_that_fits_nowhere_is_told_why() {
    let check = |version: &str, spec: Value, expect: &str| {
        let mut harness = recorded_cluster();
        harness
            .cluster
            .set_setting("kubernetes-version", version)
            .expect("a known release");
        harness.create(pod("big", spec));
        harness.until(5.0);
        let expect = ("FailedScheduling".to_owned(), expect.to_owned(), 1);
        assert_eq!(harness.events("Pod"), std::slice::from_ref(&expect));
        let pods = harness.pods();
        let condition = &pods[0].status.conditions[0];
        assert_eq!(
            (condition.reason.as_str(), condition.message.as_str()),
            ("Unschedulable", expect.1.as_str())
        );
    };
    let no_victims = "4 No preemption victims found for incoming pod.";
    check(
        "1.28",
        asking("10"),
        &format!("0/4 nodes are available: 4 Insufficient cpu. preemption: 0/4 nodes are available: {no_victims}."),
    );
    check(
        "1.34",
        asking("10"),
        "0/4 nodes are available: 4 Insufficient cpu. no new claims to deallocate, preemption: 0/4 nodes are available: \
         4 Preemption is not helpful for scheduling.",
    );
    check(
        "1.34",
        json!({ "nodeSelector": { "disk": "ssd" } }),
        "0/4 nodes are available: 4 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, \
         preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.",
    );
}

#[test]
fn a_parked_pod_is_tried_again_when_a_node_fits_and_after_five_minutes() {
    let mut harness = recorded_cluster();
    harness.create(pod("big", asking("10")));
    harness.until(340.0);
    let counts = |harness: &Harness| -> Vec<i32> { harness.events("Pod").iter().map(|(.., count)| *count).collect() };
    assert_eq!(counts(&harness), [2], "tried once more after five minutes");
    harness.create(node("node-5", "a", "16"));
    harness.until(345.0);
    assert_eq!(harness.pods()[0].node_name, "node-5");
}

#[test]
fn replicas_are_spread_over_hosts_and_zones() {
    let mut harness = recorded_cluster();
    harness.create(deployment(8, json!({})));
    harness.until(5.0);
    let mut counts = std::collections::BTreeMap::new();
    for pod in harness.pods() {
        *counts.entry(pod.node_name.to_string()).or_insert(0) += 1;
    }
    assert_eq!(counts.into_values().collect::<Vec<_>>(), [2, 2, 2, 2]);
}
