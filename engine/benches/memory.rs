//! How much memory a cluster takes: `cargo bench -p shakedown-engine --bench memory`.
//!
//! Read `max alloc`, the greatest number of bytes that were allocated at one time, objects, timeline, events and the bookkeeping of
//! every component included. The bar: 150,000 pods on 5,000 nodes in 2 GiB, 14,300 bytes a pod.

use std::time::Duration;

use divan::{AllocProfiler, Bencher};
use shakedown_engine::api::Deployment;
use shakedown_engine::api::decode::Origin;
use shakedown_engine::kubelet::NodeTemplate;
use shakedown_engine::{Cluster, ClusterOptions};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// Deployments of 100 replicas on nodes of 30 pods each, from nothing to Ready.
#[divan::bench(args = [1_000, 10_000, 150_000], sample_count = 1, sample_size = 1)]
fn cluster_of_pods(bencher: Bencher, pods: usize) {
    bencher.bench_local(|| {
        let mut cluster = Cluster::new(ClusterOptions::default());
        for index in 0..pods / 30 {
            assert!(cluster.add_node(&NodeTemplate::named(format!("node-{index}"))).is_ok());
        }
        for index in 0..pods / 100 {
            let manifest = format!(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{ name: web-{index} }}\nspec:\n  replicas: 100\n  \
                 selector: {{ matchLabels: {{ app: web-{index} }} }}\n  template:\n    metadata: {{ labels: {{ app: web-{index} }} }}\n    \
                 spec:\n      containers:\n      - name: app\n        image: web:v1\n        resources: {{ requests: {{ cpu: 10m, memory: 16Mi }} }}\n        \
                 readinessProbe: {{ httpGet: {{ path: /, port: 80 }} }}\n"
            );
            assert!(cluster.apply(&manifest, &Origin::file("bench.yaml")).is_ok());
        }
        assert!(cluster.advance(Duration::from_secs(120)).is_ok());
        let ready: i32 = cluster
            .store()
            .objects()
            .all::<Deployment>()
            .map(|web| web.status.ready_replicas)
            .sum();
        assert_eq!(usize::try_from(ready), Ok(pods));
        cluster
    });
}
