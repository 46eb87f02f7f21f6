//! Every verb with a missing or wrong argument answers as kubectl does and changes nothing. The commands and their answers stand in
//! `refusals.txt`.

use shakedown_engine::api::decode::Origin;
use shakedown_engine::kubectl::NoFiles;
use shakedown_engine::kubelet::NodeTemplate;
use shakedown_engine::{Cluster, ClusterOptions};

const REFUSALS: &str = include_str!("refusals.txt");

const MANIFESTS: &str = r#"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: app, image: "nginx:1.25"}, {name: side, image: "nginx:1.25"}]}
---
apiVersion: v1
kind: Pod
metadata: {name: p1, labels: {app: p}}
spec: {containers: [{name: app, image: "nginx:1.25"}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: cfg}
data: {a: b}
---
apiVersion: batch/v1
kind: Job
metadata: {name: j1}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: busybox, command: ["true"]}]}}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec: {serviceName: db, selector: {matchLabels: {app: db}}, template: {metadata: {labels: {app: db}}, spec: {containers: [{name: app, image: "a:1"}]}}}
"#;

fn cluster() -> Cluster {
    let mut cluster = Cluster::new(ClusterOptions::default());
    for name in ["node-1", "node-2"] {
        cluster.add_node(&NodeTemplate::named(name)).expect("a fresh name");
    }
    cluster
        .apply(MANIFESTS, &Origin::file("setup.yaml"))
        .expect("the setup applies");
    cluster.settle().expect("the setup settles");
    cluster
}

/// The commands and what each is answered.
fn refusals() -> Vec<(&'static str, String)> {
    let mut refusals: Vec<(&str, String)> = Vec::new();
    for line in REFUSALS.lines().filter(|line| !line.starts_with('#')) {
        match (line.strip_prefix("$ "), refusals.last_mut()) {
            (Some(command), _) => refusals.push((command, String::new())),
            (None, Some((_, answer))) => {
                answer.push_str(line.trim_end());
                answer.push('\n');
            }
            (None, None) => panic!("`{line}` answers no command"),
        }
    }
    refusals
}

#[test]
fn what_is_typed_wrongly_is_refused_in_kubectls_words_and_changes_nothing() {
    let mut cluster = cluster();
    let mut wrong = Vec::new();
    for (command, expect) in refusals() {
        let changes = cluster.log().len();
        let output = cluster.kubectl(command, &NoFiles);
        let said = format!("{}{}", output.stdout, output.stderr);
        let said: String = said.lines().map(|line| format!("{}\n", line.trim_end())).collect();
        if (said.as_str(), output.exit_code) != (expect.as_str(), 1) {
            wrong.push(format!(
                "$ {command}\nexpected {expect}seen (exit {}) {said}",
                output.exit_code
            ));
        }
        assert_eq!(cluster.log().len(), changes, "kubectl {command} changes nothing");
    }
    assert!(
        wrong.is_empty(),
        "{} answers differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
