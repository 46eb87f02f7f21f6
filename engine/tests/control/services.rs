//! EndpointSlices follow pods.

use serde_json::json;
use shakedown_engine::api::{EndpointSlice, Resource, Service};

use super::harness::{Harness, deployment, recorded_cluster};

fn service() -> shakedown_engine::api::Object {
    Service::from_json(json!({
        "metadata": { "name": "web", "namespace": "default" },
        "spec": { "clusterIP": "10.96.0.7", "selector": { "app": "web" }, "ports": [{ "port": 80, "targetPort": 8080 }] },
    }))
    .into()
}

/// Endpoints and ready ones, of all slices.
fn endpoints(harness: &Harness) -> (usize, usize) {
    let slices = harness.cluster.store().objects().all::<EndpointSlice>();
    let all: Vec<bool> = slices
        .flat_map(|slice| slice.endpoints.iter().map(|endpoint| endpoint.ready))
        .collect();
    (all.len(), all.iter().filter(|ready| **ready).count())
}

#[test]
fn endpoints_come_with_addresses_and_are_ready_with_the_pods() {
    let mut harness = recorded_cluster();
    harness.create(service());
    harness.until(1.0);
    assert_eq!(
        harness.cluster.store().objects().all::<EndpointSlice>().count(),
        1,
        "a slice without endpoints"
    );
    harness.create(deployment(3, json!({})));
    harness.until(3.0);
    assert_eq!(endpoints(&harness), (3, 0));
    harness.until(10.0);
    assert_eq!(endpoints(&harness), (3, 3));
    harness.edit(|value| value["spec"]["replicas"] = 1.into());
    harness.until(10.2);
    assert_eq!(
        endpoints(&harness),
        (3, 1),
        "those that are being deleted are not ready"
    );
    harness.until(15.0);
    assert_eq!(endpoints(&harness), (1, 1));
}

#[test]
fn a_slice_holds_a_hundred_endpoints() {
    let mut harness = recorded_cluster();
    harness.create(service());
    harness.create(deployment(250, json!({})));
    harness.until(10.0);
    let slices: Vec<usize> = harness
        .cluster
        .store()
        .objects()
        .all::<EndpointSlice>()
        .map(|slice| slice.endpoints.len())
        .collect();
    assert_eq!((slices.iter().sum::<usize>(), slices.len()), (250, 3), "{slices:?}");
}
