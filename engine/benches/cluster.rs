//! How fast the simulation is, on one core: `cargo bench -p shakedown-engine`.
//!
//! The bars: an idle hour of 100 nodes with 1,000 running pods under 50 ms; 10,000 pods on 1,000 nodes to Ready under 3 s; 600
//! Deployments of 3 replicas on 100 nodes under 1 s; 50,000 Deployments of 1 replica on 5,000 nodes under 60 s.

use std::time::Duration;

use divan::Bencher;
use shakedown_engine::api::decode::Origin;
use shakedown_engine::api::{Deployment, Pod};
use shakedown_engine::kubelet::NodeTemplate;
use shakedown_engine::{Cluster, ClusterOptions};

fn main() {
    divan::main();
}

/// A cluster of so many nodes, each large enough for 110 pods.
fn cluster(nodes: usize) -> Cluster {
    let mut cluster = Cluster::new(ClusterOptions::default());
    for index in 1..=nodes {
        assert!(cluster.add_node(&NodeTemplate::named(format!("node-{index}"))).is_ok());
    }
    cluster
}

/// Applies Deployments of a web server.
fn deploy(cluster: &mut Cluster, deployments: usize, replicas: usize) {
    for index in 0..deployments {
        let manifest = format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{ name: web-{index} }}\nspec:\n  replicas: {replicas}\n  \
             selector: {{ matchLabels: {{ app: web-{index} }} }}\n  template:\n    metadata: {{ labels: {{ app: web-{index} }} }}\n    \
             spec:\n      containers:\n      - name: app\n        image: web:v1\n        resources: {{ requests: {{ cpu: 10m, memory: 16Mi }} }}\n        \
             readinessProbe: {{ httpGet: {{ path: /, port: 80 }} }}\n        livenessProbe: {{ httpGet: {{ path: /, port: 80 }} }}\n"
        );
        assert!(cluster.apply(&manifest, &Origin::file("bench.yaml")).is_ok());
    }
}

/// Lets time pass until every pod is Ready.
fn run_until_ready(cluster: &mut Cluster, pods: usize) {
    for _ in 0..600 {
        assert!(cluster.advance(Duration::from_secs(1)).is_ok());
        if cluster
            .store()
            .objects()
            .all::<Deployment>()
            .map(|web| web.status.ready_replicas as usize)
            .sum::<usize>()
            == pods
        {
            return;
        }
    }
    let ready = cluster
        .store()
        .objects()
        .all::<Pod>()
        .filter(|pod| pod.is_ready())
        .count();
    panic!("{ready} of {pods} pods are Ready after 10 minutes");
}

/// Pods of Deployments of 10 replicas, from apply to Ready: nodes, pods.
#[divan::bench(args = [(100, 1_000), (1_000, 10_000)], sample_count = 3, sample_size = 1)]
fn pods_to_ready(bencher: Bencher, (nodes, pods): (usize, usize)) {
    bencher
        .with_inputs(|| cluster(nodes))
        .bench_local_values(|mut cluster| {
            deploy(&mut cluster, pods / 10, 10);
            run_until_ready(&mut cluster, pods);
            cluster
        });
}

/// Deployments of 3 replicas on 100 nodes, from apply to Available.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn deployments_600_of_3(bencher: Bencher) {
    bencher.with_inputs(|| cluster(100)).bench_local_values(|mut cluster| {
        deploy(&mut cluster, 600, 3);
        run_until_ready(&mut cluster, 1_800);
        cluster
    });
}

/// Deployments of a single replica, each with a template of its own, from apply to Available: nodes, Deployments.
#[divan::bench(args = [(500, 5_000), (5_000, 50_000)], sample_count = 1, sample_size = 1)]
fn deployments_of_1(bencher: Bencher, (nodes, deployments): (usize, usize)) {
    bencher
        .with_inputs(|| cluster(nodes))
        .bench_local_values(|mut cluster| {
            deploy(&mut cluster, deployments, 1);
            run_until_ready(&mut cluster, deployments);
            cluster
        });
}

/// Virtual hours of 100 nodes with 1,000 running, probed pods in which nothing happens.
#[divan::bench(args = [1, 24], sample_count = 10, sample_size = 1)]
fn idle_hours(bencher: Bencher, hours: u64) {
    bencher
        .with_inputs(|| {
            let mut cluster = cluster(100);
            deploy(&mut cluster, 100, 10);
            run_until_ready(&mut cluster, 1_000);
            assert!(cluster.settle().is_ok());
            cluster
        })
        .bench_local_values(|mut cluster| {
            assert!(cluster.advance(Duration::from_secs(hours * 3600)).is_ok());
            cluster
        });
}
