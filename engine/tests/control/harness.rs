//! A cluster whose kubelets are played by a few lines: a bound pod runs after a moment and is ready a while later.

use std::time::Duration;

use serde_json::{Value, json};
use shakedown_engine::api::{
    Condition, ContainerState, ContainerStatus, Deployment, Event, Kind, Lease, Node, Object, ObjectKey, ObjectMeta,
    Pod, PodPhase, ReplicaSet, Resource,
};
use shakedown_engine::sim::SimTime;
use shakedown_engine::store::DeleteOptions;
use shakedown_engine::{Cluster, ClusterOptions};

/// How long the stand-in takes until a pod runs.
const START: Duration = Duration::from_millis(1200);
/// How long after that it is ready (the recordings' readiness probe).
const READY: Duration = Duration::from_secs(5);
/// How long a pod takes to end.
const STOP: Duration = Duration::from_millis(600);

/// A cluster under test.
pub struct Harness {
    pub cluster: Cluster,
    /// What the stand-in has yet to do.
    due: Vec<(SimTime, ObjectKey, Step)>,
    seen: usize,
    /// Pods whose image contains this never start.
    broken: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Run,
    Ready,
    Gone,
}

/// The recordings' cluster: node-1 … node-4 in two zones.
pub fn recorded_cluster() -> Harness {
    let mut harness = Harness::new(ClusterOptions::default());
    harness
        .cluster
        .set_setting("kubernetes-version", "1.28")
        .expect("a known release");
    for (name, zone) in [("node-1", "a"), ("node-2", "a"), ("node-3", "b"), ("node-4", "b")] {
        harness.create(node(name, zone, "4"));
        harness.create(lease(name));
    }
    harness
}

/// A node as the recordings have it.
pub fn node(name: &str, zone: &str, cpu: &str) -> Object {
    let amounts = json!({ "cpu": cpu, "memory": "8Gi", "pods": "110", "ephemeral-storage": "100Gi" });
    Node::from_json(json!({
        "metadata": { "name": name, "labels": { "kubernetes.io/hostname": name, "topology.kubernetes.io/zone": zone } },
        "status": {
            "allocatable": amounts, "capacity": amounts,
            "conditions": [{ "type": "Ready", "status": "True", "reason": "KubeletReady" }],
        },
    }))
    .into()
}

/// A node's heartbeat.
fn lease(name: &str) -> Object {
    Lease {
        meta: ObjectMeta::named("kube-node-lease", name),
        period: Duration::from_secs(10),
        ..Lease::default()
    }
    .into()
}

/// A Deployment called `web`.
pub fn deployment(replicas: i32, spec: Value) -> Object {
    let mut object = json!({
        "metadata": { "name": "web", "namespace": "default" },
        "spec": {
            "replicas": replicas,
            "selector": { "matchLabels": { "app": "web" } },
            "template": template("run:v1"),
        },
    });
    for (key, value) in spec.as_object().into_iter().flatten() {
        object["spec"][key] = value.clone();
    }
    Deployment::from_json(object).into()
}

/// A pod template with one container.
pub fn template(image: &str) -> Value {
    json!({
        "metadata": { "labels": { "app": "web" } },
        "spec": { "containers": [{ "name": "app", "image": image }] },
    })
}

impl Harness {
    pub fn new(options: ClusterOptions) -> Self {
        Harness {
            cluster: Cluster::new(options),
            due: Vec::new(),
            seen: 0,
            broken: "pullfail",
        }
    }

    pub fn create(&mut self, object: Object) {
        self.cluster
            .write("user", |store| store.create_object(object))
            .expect("nothing stands in the way");
    }

    /// Changes the Deployment `web` as a user would.
    pub fn edit(&mut self, change: impl FnOnce(&mut Value)) {
        let key = ObjectKey::new("default", "web");
        self.cluster.write("user", |store| {
            let present = store.get::<Deployment>(&key).expect("it was applied").clone();
            let mut value = present.to_json();
            change(&mut value);
            store.update(Deployment::from_json(value)).expect("it is there");
        });
    }

    pub fn delete(&mut self, kind: Kind, name: &str) {
        let key = if kind.is_namespaced() {
            ObjectKey::new("default", name)
        } else {
            ObjectKey::cluster(name)
        };
        self.cluster
            .write("user", |store| store.delete(kind, &key, DeleteOptions::default()))
            .expect("it is there");
    }

    /// The kubelet of a node falls silent, or speaks again.
    pub fn silence(&mut self, name: &str, silent: bool) {
        let now = self.cluster.now();
        self.cluster.write("fault", |store| {
            store.modify::<Lease>(&ObjectKey::new("kube-node-lease", name), |lease| match silent {
                true => lease.silent_since = Some(now),
                false => (lease.first_renewal, lease.silent_since) = (now, None),
            });
            let timestamp = store.timestamp();
            if !silent {
                store.modify::<Node>(&ObjectKey::cluster(name), |node| {
                    node.conditions = vec![Condition::new("Ready", true, "KubeletReady", "", timestamp)];
                });
            }
        });
    }

    /// When each set of an object's taints came to be, in seconds, as `key:effect` without the common prefix.
    pub fn taint_history(&self, name: &str) -> Vec<(f64, Vec<String>)> {
        let mut history: Vec<(f64, Vec<String>)> = Vec::new();
        for change in self.cluster.log() {
            let Some(Object::Node(node)) = change.after.as_ref().filter(|after| after.meta().name == name) else {
                continue;
            };
            let key = |key: &str| key.trim_start_matches("node.kubernetes.io/").to_owned();
            let mut taints: Vec<String> = node
                .taints
                .iter()
                .map(|taint| format!("{}:{}", key(&taint.key), taint.effect.as_str()))
                .collect();
            taints.sort();
            if history.last().is_none_or(|(_, last)| *last != taints) {
                history.push((change.at.as_nanos() as f64 / 1e9, taints));
            }
        }
        history
    }

    /// Lets time pass, in seconds since the start.
    pub fn until(&mut self, seconds: f64) {
        let deadline = SimTime::ZERO + Duration::from_secs_f64(seconds);
        while self.cluster.now() < deadline {
            self.take_notice();
            let next = self
                .due
                .iter()
                .map(|(at, ..)| *at)
                .min()
                .unwrap_or(deadline)
                .min(deadline);
            self.cluster.run_until_change(next).expect("within limits");
            self.act();
        }
        self.take_notice();
    }

    fn take_notice(&mut self) {
        while let Some(change) = self.cluster.log().get(self.seen).cloned() {
            self.seen += 1;
            let (Some(Object::Pod(pod)), before) = (&change.after, change.before.as_ref().and_then(Object::as_pod))
            else {
                continue;
            };
            let key = pod.meta.key();
            let was_bound = before.is_some_and(|before| !before.node_name.is_empty());
            if !pod.node_name.is_empty() && !was_bound && !pod.spec.containers[0].image.contains(self.broken) {
                self.due.push((change.at + START, key.clone(), Step::Run));
                self.due.push((change.at + START + READY, key.clone(), Step::Ready));
            }
            let silent = self.is_silent(&pod.node_name);
            if pod.meta.is_deleted() && !silent && !before.is_some_and(|before| before.meta.is_deleted()) {
                self.due.push((change.at + STOP, key, Step::Gone));
            }
        }
    }

    fn is_silent(&self, node: &str) -> bool {
        let lease = self
            .cluster
            .store()
            .get::<Lease>(&ObjectKey::new("kube-node-lease", node));
        lease.is_some_and(|lease| lease.silent_since.is_some())
    }

    fn act(&mut self) {
        let now = self.cluster.now();
        let (due, later) = self.due.drain(..).partition(|(at, ..)| *at <= now);
        self.due = later;
        let due: Vec<(SimTime, ObjectKey, Step)> = due;
        for (_, key, step) in due {
            self.cluster.write("kubelet", |store| {
                let timestamp = store.timestamp();
                match step {
                    Step::Gone => {
                        store.delete(Kind::POD, &key, DeleteOptions::now()).ok();
                    }
                    Step::Run | Step::Ready => {
                        store.modify::<Pod>(&key, |pod| {
                            let ready = step == Step::Ready;
                            pod.status.phase = PodPhase::Running;
                            let condition = Condition::new("Ready", ready, "", "", timestamp);
                            pod.status.set_condition(condition);
                            pod.status.containers = vec![ContainerStatus {
                                name: "app".into(),
                                ready,
                                state: ContainerState::running(timestamp),
                                ..ContainerStatus::default()
                            }]
                            .into();
                            pod.status.pod_ip = "10.0.0.1".into();
                        });
                    }
                }
            });
        }
    }

    /// The ReplicaSets of `web`, by age: what they ask for, have and have ready.
    pub fn replica_sets(&self) -> Vec<(i32, i32, i32)> {
        let mut sets: Vec<_> = self.cluster.store().objects().all::<ReplicaSet>().collect();
        sets.sort_by_key(|set| (set.meta.creation, set.meta.name.clone()));
        sets.iter()
            .map(|set| (set.spec.replicas, set.status.replicas, set.status.ready_replicas))
            .collect()
    }

    pub fn deployment(&self) -> Deployment {
        let key = ObjectKey::new("default", "web");
        self.cluster
            .store()
            .get::<Deployment>(&key)
            .expect("it was applied")
            .as_ref()
            .clone()
    }

    pub fn pods(&self) -> Vec<Pod> {
        self.cluster
            .store()
            .objects()
            .all::<Pod>()
            .map(|pod| pod.as_ref().clone())
            .collect()
    }

    /// All events about objects of a kind: reason, message, count, in the order in which they were first seen.
    pub fn events(&self, kind: &str) -> Vec<(String, String, i32)> {
        let mut events: Vec<_> = self
            .cluster
            .store()
            .objects()
            .all::<Event>()
            .filter(|event| event.involved.kind == kind)
            .collect();
        events.sort_by_key(|event| (event.first, event.meta.resource_version));
        events
            .iter()
            .map(|event| (event.reason.to_string(), event.message.to_string(), event.count))
            .collect()
    }

    /// Each state of an object's conditions, as `Type=Status/Reason`, in the order of types.
    pub fn condition_history(&self, kind: Kind, name: &str) -> Vec<Vec<String>> {
        let mut history: Vec<Vec<String>> = Vec::new();
        for change in self.cluster.log().iter().filter(|change| change.kind() == kind) {
            let Some(after) = change.after.as_ref().filter(|after| after.meta().name == name) else {
                continue;
            };
            let value = after.to_json();
            let mut conditions: Vec<String> = (value["status"]["conditions"].as_array().into_iter().flatten())
                .map(|condition| {
                    let text = |key: &str| condition[key].as_str().unwrap_or_default().to_owned();
                    format!("{}={}/{}", text("type"), text("status"), text("reason"))
                })
                .collect();
            conditions.sort();
            if history.last() != Some(&conditions) {
                history.push(conditions);
            }
        }
        history
    }
}
