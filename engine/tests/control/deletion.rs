//! Deleting owners and namespaces.

use serde_json::json;
use shakedown_engine::api::{Kind, ObjectKey};
use shakedown_engine::store::{DeleteOptions, Propagation};

use super::harness::{Harness, deployment, recorded_cluster};

fn counts(harness: &Harness) -> (usize, usize, usize) {
    let objects = harness.cluster.store().objects();
    let count = |kind| objects.of_kind(kind).count();
    (count(Kind::DEPLOYMENT), count(Kind::REPLICA_SET), count(Kind::POD))
}

fn delete_web(propagation: Propagation) -> Harness {
    let mut harness = recorded_cluster();
    harness.create(deployment(2, json!({})));
    harness.until(20.0);
    harness.cluster.write("user", |store| {
        let options = DeleteOptions {
            propagation,
            ..DeleteOptions::default()
        };
        store
            .delete(Kind::DEPLOYMENT, &ObjectKey::new("default", "web"), options)
            .expect("it is there");
    });
    harness
}

#[test]
fn in_the_background_owners_go_first() {
    let mut harness = delete_web(Propagation::Background);
    harness.until(20.3);
    assert_eq!(counts(&harness), (0, 0, 2));
    harness.until(25.0);
    assert_eq!(counts(&harness), (0, 0, 0));
}

#[test]
fn in_the_foreground_owners_go_last() {
    let mut harness = delete_web(Propagation::Foreground);
    harness.until(20.3);
    assert_eq!(counts(&harness), (1, 1, 2));
    assert!(harness.pods().iter().all(|pod| pod.meta.is_deleted()));
    harness.until(25.0);
    assert_eq!(counts(&harness), (0, 0, 0));
}

#[test]
fn orphans_stay() {
    let mut harness = delete_web(Propagation::Orphan);
    harness.until(25.0);
    assert_eq!(counts(&harness), (0, 1, 2));
    let objects = harness.cluster.store().objects();
    assert!(
        objects
            .of_kind(Kind::REPLICA_SET)
            .all(|set| set.meta().owners.is_empty())
    );
}

#[test]
fn a_namespace_is_emptied_after_five_seconds_and_goes_when_its_pods_have() {
    let mut harness = recorded_cluster();
    harness.create(deployment(2, json!({})));
    harness.until(10.0);
    harness.delete(Kind::NAMESPACE, "default");
    harness.until(14.9);
    assert_eq!(counts(&harness), (1, 1, 2));
    harness.until(15.2);
    assert_eq!(counts(&harness), (0, 0, 2));
    let namespace = ObjectKey::cluster("default");
    let value = harness
        .cluster
        .store()
        .objects()
        .object(Kind::NAMESPACE, &namespace)
        .expect("it waits")
        .to_json();
    assert_eq!(value["status"]["phase"], "Terminating");
    assert_eq!(
        value["status"]["conditions"][3]["message"],
        "Some resources are remaining: pods. has 2 resource instances"
    );
    harness.until(20.5);
    assert!(
        harness
            .cluster
            .store()
            .objects()
            .object(Kind::NAMESPACE, &namespace)
            .is_none()
    );
}
