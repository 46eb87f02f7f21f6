//! How fast the scheduler is, on one core: `cargo bench -p shakedown-engine --bench scheduler`.
//!
//! The bars: on 5,000 nodes 10,000 simple pods are placed at 20,000 a second or more; 2,000 pods with required zone anti-affinity
//! or hostname spreading at 2,000 a second or more. The nodes have no kubelet, so that only scheduling and its writes are timed:
//! choice, binding, event, and what every other component does on seeing them.

use std::time::Duration;

use divan::Bencher;
use divan::counter::ItemsCount;
use serde_json::{Value, json};
use shakedown_engine::api::{Node, Object, Pod, Resource};
use shakedown_engine::{Cluster, ClusterOptions};

fn main() {
    divan::main();
}

const NODES: usize = 5_000;

/// Nodes in `zones` zones.
fn cluster(nodes: usize, zones: usize) -> Cluster {
    let mut cluster = Cluster::new(ClusterOptions::default());
    cluster.write("bench", |store| {
        for index in 0..nodes {
            let name = format!("node-{index:05}");
            let amounts = json!({ "cpu": "32", "memory": "128Gi", "pods": "110" });
            let labels = json!({ "kubernetes.io/hostname": name,
                "topology.kubernetes.io/zone": format!("zone-{}", index % zones) });
            let node = json!({ "metadata": { "name": name, "labels": labels },
                "status": { "allocatable": amounts, "capacity": amounts } });
            assert!(store.create(Node::from_json(node)).is_ok());
        }
    });
    cluster
}

/// So many pods of each of so many applications. `alike`: replicas share their spec as those of a workload do.
fn pods(apps: usize, replicas: usize, alike: bool, spec: impl Fn(&str) -> Value) -> Vec<Object> {
    let mut pods = Vec::with_capacity(apps * replicas);
    for app in 0..apps {
        let app = format!("app-{app}");
        let mut spec = spec(&app);
        spec["containers"] = json!([{ "name": "app", "image": "web:v1", "resources": { "requests": { "cpu": "100m", "memory": "64Mi" } } }]);
        let make = |name: String| -> Pod {
            let metadata = json!({ "name": name, "namespace": "default", "labels": { "app": app } });
            Pod::from_json(json!({ "metadata": metadata, "spec": spec, "status": { "phase": "Pending" } }))
        };
        let template = make(app.clone());
        for replica in 0..replicas {
            let mut pod = if alike { template.clone() } else { make(String::new()) };
            pod.meta.name = format!("{app}-{replica}").into();
            pods.push(pod.into());
        }
    }
    pods
}

/// Creates the pods and lets the scheduler place them all.
fn place(mut cluster: Cluster, pods: Vec<Object>, placed: usize) -> Cluster {
    cluster.write("bench", |store| {
        for pod in pods {
            assert!(store.create_object(pod).is_ok());
        }
    });
    assert!(cluster.advance(Duration::from_secs(60)).is_ok());
    let bound = cluster
        .store()
        .objects()
        .all::<Pod>()
        .filter(|pod| !pod.node_name.is_empty());
    assert_eq!(bound.count(), placed);
    cluster
}

fn bench(bencher: Bencher, zones: usize, pods: impl Fn() -> Vec<Object>, placed: usize) {
    bencher
        .counter(ItemsCount::new(pods().len()))
        .with_inputs(|| (cluster(NODES, zones), pods()))
        .bench_local_values(|(cluster, pods)| place(cluster, pods, placed));
}

/// 10,000 pods that ask for CPU and memory only: of one workload, of 100, and made one by one.
#[divan::bench(args = ["one workload", "100 workloads", "one by one"], sample_count = 3, sample_size = 1)]
fn simple(bencher: Bencher, of: &str) {
    let (apps, replicas, alike) = match of {
        "one workload" => (1, 10_000, true),
        "100 workloads" => (100, 100, true),
        _ => (1, 10_000, false),
    };
    bench(bencher, 3, || pods(apps, replicas, alike, |_| json!({})), 10_000);
}

fn anti_affinity(app: &str) -> Value {
    let term =
        json!({ "labelSelector": { "matchLabels": { "app": app } }, "topologyKey": "topology.kubernetes.io/zone" });
    json!({ "affinity": { "podAntiAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": [term] } } })
}

/// 2,000 pods, no two of a workload in one zone: workloads of 3, 10 and 2,000 with as many zones.
#[divan::bench(args = [3, 10, 2_000], sample_count = 3, sample_size = 1)]
fn zone_anti_affinity(bencher: Bencher, replicas: usize) {
    let (apps, placed) = (2_000 / replicas, 2_000 / replicas * replicas);
    bench(bencher, replicas, || pods(apps, replicas, true, anti_affinity), placed);
}

/// 2,000 pods of one workload that no zone has room for but three: nearly all wait.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn zone_anti_affinity_without_room(bencher: Bencher) {
    bench(bencher, 3, || pods(1, 2_000, true, anti_affinity), 3);
}

/// 2,000 pods spread over hosts, as they must.
#[divan::bench(args = [10, 2_000], sample_count = 3, sample_size = 1)]
fn hostname_spreading(bencher: Bencher, replicas: usize) {
    let spec = |app: &str| {
        json!({ "topologySpreadConstraints": [{ "maxSkew": 1, "topologyKey": "kubernetes.io/hostname",
            "whenUnsatisfiable": "DoNotSchedule", "labelSelector": { "matchLabels": { "app": app } } }] })
    };
    bench(bencher, 3, || pods(2_000 / replicas, replicas, true, spec), 2_000);
}
