//! ReplicaSets: adoption, release, and which pods go first.

use serde_json::json;
use shakedown_engine::api::{Pod, ReplicaSet, Resource};

use super::harness::{Harness, recorded_cluster, template};

fn replica_set(replicas: i32) -> shakedown_engine::api::Object {
    ReplicaSet::from_json(json!({
        "metadata": { "name": "web", "namespace": "default" },
        "spec": { "replicas": replicas, "selector": { "matchLabels": { "app": "web" } }, "template": template("run:v1") },
    }))
    .into()
}

fn bare(name: &str) -> shakedown_engine::api::Object {
    Pod::from_json(json!({
        "metadata": { "name": name, "namespace": "default", "labels": { "app": "web" } },
        "spec": { "containers": [{ "name": "app", "image": "run:v1" }] },
    }))
    .into()
}

fn statuses(harness: &Harness) -> Vec<i32> {
    let mut statuses: Vec<i32> = Vec::new();
    for change in harness.cluster.log() {
        if let Some(shakedown_engine::api::Object::ReplicaSet(set)) = &change.after
            && statuses.last() != Some(&set.status.replicas)
        {
            statuses.push(set.status.replicas);
        }
    }
    statuses
}

#[test]
fn bare_pods_are_adopted_and_one_too_many_is_deleted() {
    let mut harness = recorded_cluster();
    for name in ["bare-0", "bare-1", "bare-2"] {
        harness.create(bare(name));
    }
    harness.until(15.0);
    harness.create(replica_set(2));
    harness.until(20.0);
    assert_eq!(statuses(&harness), [0, 3, 2]);
    let events = harness.events("ReplicaSet");
    assert_eq!(events.len(), 1, "{events:?}");
    assert!(
        events[0].0 == "SuccessfulDelete" && events[0].1.starts_with("Deleted pod: bare-"),
        "{events:?}"
    );
    assert!(
        harness
            .pods()
            .iter()
            .all(|pod| pod.meta.controller().is_some_and(|owner| owner.name == "web"))
    );
}

#[test]
fn pods_that_are_not_ready_go_first() {
    let mut harness = recorded_cluster();
    harness.create(replica_set(3));
    harness.until(10.0);
    let victim = harness.pods()[1].meta.clone();
    harness.cluster.write("kubelet", |store| {
        let now = store.timestamp();
        store.modify::<Pod>(&victim.key(), |pod| {
            let condition = shakedown_engine::api::Condition::new("Ready", false, "", "", now);
            pod.status.set_condition(condition);
        });
        store.modify::<ReplicaSet>(&shakedown_engine::api::ObjectKey::new("default", "web"), |set| {
            std::sync::Arc::make_mut(&mut set.spec).replicas = 2;
        });
    });
    harness.until(20.0);
    assert!(harness.pods().iter().all(|pod| pod.meta.uid != victim.uid));
}

#[test]
fn a_relabelled_pod_is_released_and_replaced() {
    let mut harness = recorded_cluster();
    harness.create(replica_set(2));
    harness.until(10.0);
    let pod = harness.pods()[0].meta.clone();
    harness.cluster.write("user", |store| {
        store.modify::<Pod>(&pod.key(), |pod| {
            std::sync::Arc::make_mut(&mut pod.meta.labels).insert("app".into(), "debug".into());
        });
    });
    harness.until(20.0);
    let pods = harness.pods();
    assert_eq!(pods.len(), 3);
    let released = pods
        .iter()
        .find(|other| other.meta.uid == pod.uid)
        .map(|pod| pod.meta.owners.len());
    assert_eq!(released, Some(0));
}
