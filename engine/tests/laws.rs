//! Random pods, workloads, drains, rollouts and faults: whatever happens, no law of [`shakedown_engine::laws`] is broken.
//!
//! A failing plan is shrunk: steps are left out as long as it still fails. Seeds are fixed, so that every run tries the same.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};
use shakedown_engine::api::decode::Origin;
use shakedown_engine::api::{Kind, Object, ObjectKey};
use shakedown_engine::faults::{ControlPlanePart, Fault, Pressure};
use shakedown_engine::interference::{Disturbance, WebhookFault};
use shakedown_engine::kubectl::NoFiles;
use shakedown_engine::kubelet::{NodeTemplate, ProbeKind};
use shakedown_engine::laws::{self, Broken, Laws};
use shakedown_engine::sim::{Random, Seed, SimTime};
use shakedown_engine::store::Change;
use shakedown_engine::{Cluster, ClusterOptions};

/// How many plans are tried, and how many steps each has.
const PLANS: u64 = 150;
const STEPS: usize = 25;

/// A step of a plan.
#[derive(Debug, Clone)]
enum Step {
    Apply(Value),
    Kubectl(String),
    Strike(Fault, Option<u64>),
    Pass(u64),
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Apply(manifest) => write!(f, "apply {manifest}"),
            Step::Kubectl(line) => write!(f, "kubectl {line}"),
            Step::Strike(fault, lasting) => write!(f, "{fault} for {lasting:?} s"),
            Step::Pass(secs) => write!(f, "{secs} s pass"),
        }
    }
}

/// Draws plans.
struct Draw(Random);

impl Draw {
    fn pick<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.0.index(all.len())].clone()
    }

    fn below(&mut self, end: u64) -> u64 {
        self.0.range_inclusive(0, end - 1)
    }

    fn plan(&mut self) -> Vec<Step> {
        let mut steps = vec![Step::Apply(self.pod(0)), Step::Apply(self.deployment())];
        let others = [
            self.stateful_set(),
            self.daemon_set(),
            self.job(),
            self.budget(),
            self.cron_job(),
            autoscaler(),
        ];
        steps.extend(others.into_iter().map(Step::Apply));
        steps.extend((0..STEPS).map(|_| self.step()));
        steps.push(Step::Pass(1_000));
        steps
    }

    fn step(&mut self) -> Step {
        let pod = self.below(4);
        let key = ObjectKey::new("default", format!("pod-{pod}"));
        let node = smol_str::SmolStr::from(self.pick(&["node-1", "node-2"]));
        let pods = vec![key];
        let lasting = self.pick(&[None, Some(5), Some(60), Some(400)]);
        if self.below(2) == 0 {
            return self.workload_step();
        }
        match self.below(20) {
            0..=3 => Step::Apply(self.pod(pod)),
            4 => Step::Kubectl(format!("delete pod pod-{pod} --wait=false")),
            5 => Step::Kubectl(format!("delete pod pod-{pod} --grace-period=0 --force --wait=false")),
            6 => Step::Kubectl(format!("debug pod-{pod} --image=busybox -- sleep {}", self.below(90))),
            7 => Step::Kubectl(format!("exec pod-{pod} -- kill 1")),
            8 => Step::Kubectl(format!("set image deployment/web app=web:v{}", self.below(3))),
            9 => Step::Strike(Fault::Exits(pods, None, 3), None),
            10 => Step::Strike(Fault::OomKilled(pods, None), None),
            11 => Step::Strike(Fault::Evicted(pods), None),
            12 => Step::Strike(Fault::ProbeFails(pods, ProbeKind::Liveness, false), lasting),
            13 => Step::Strike(Fault::NodeReboots(node), None),
            14 => Step::Strike(Fault::NodeLost(node), Some(lasting.unwrap_or(700))),
            15 => Step::Strike(Fault::KubeletStops(node), Some(lasting.unwrap_or(90))),
            16 => Step::Strike(Fault::NodePartitioned(node), Some(lasting.unwrap_or(500))),
            17 => Step::Strike(Fault::NodePressure(node, Pressure::Memory), lasting),
            18 => Step::Strike(Fault::ImageUnpullable("web:*".into()), lasting),
            _ => Step::Pass(self.pick(&[0, 1, 3, 12, 45, 130, 320])),
        }
    }

    /// A step that is about workloads, or about those who keep them.
    fn workload_step(&mut self) -> Step {
        let node = self.pick(&["node-1", "node-2"]);
        let workload = self.pick(&["deployment/web", "statefulset/db"]);
        let controller = self.pick(&["replicaset", "deployment", "statefulset", "daemonset", "job"]);
        let controller = smol_str::SmolStr::from(format!("{controller}-controller"));
        let number = self.below(6);
        let lasting = Some(self.pick(&[3, 30, 200]));
        let kubectl = Step::Kubectl;
        match self.below(18) {
            0 | 1 => kubectl(format!("scale {workload} --replicas={number}")),
            2 => kubectl(format!("set image {workload} app=busybox:v{number}")),
            3 => kubectl(format!("rollout undo {workload}")),
            4 => kubectl(format!("rollout restart {workload}")),
            5 => kubectl(format!(
                "drain {node} --ignore-daemonsets --delete-emptydir-data --force --timeout=40s"
            )),
            6 => kubectl(format!("uncordon {node}")),
            7 => kubectl("delete pod -l app=web --wait=false".to_owned()),
            8 => kubectl("delete pod db-0 --grace-period=0 --force --wait=false".to_owned()),
            9 => kubectl(format!("patch pdb web -p '{{\"spec\":{{\"minAvailable\":{number}}}}}'")),
            10 => Step::Apply(self.deployment()),
            11 => Step::Strike(Fault::ControllerCrashes(controller), lasting),
            12 => Step::Strike(Fault::ControlPlaneDown(ControlPlanePart::ControllerManager), lasting),
            13 => Step::Strike(Fault::Disturbed(Disturbance::Rejects(30)), lasting),
            14 => Step::Strike(
                Fault::Disturbed(Disturbance::WatchLate(controller, Duration::from_secs(number))),
                lasting,
            ),
            15 => Step::Strike(Fault::ControlPlaneDown(ControlPlanePart::Scheduler), lasting),
            16 => Step::Strike(Fault::Webhook("policy".into(), WebhookFault::DoesNotAnswer), lasting),
            _ => self.odd_node(node.into(), lasting),
        }
    }

    /// A node that is deleted, slow, or shows the wrong time.
    fn odd_node(&mut self, node: smol_str::SmolStr, lasting: Option<u64>) -> Step {
        let fault = match self.below(3) {
            0 => Fault::NodeDeleted(node),
            1 => Fault::NodeSlow(node, 20),
            _ => Fault::ClockSkewed(node, 90),
        };
        Step::Strike(fault, lasting)
    }

    fn container(&mut self, name: &str) -> Value {
        let command = self.pick(&[
            json!(null),
            json!(["sh", "-c", "exit 1"]),
            json!(["sh", "-c", "sleep 7; exit 0"]),
            json!(["sleep", "infinity"]),
            json!(["exit", "1"]),
            json!([
                "sh",
                "-c",
                "until [ -f /work/go ]; do sleep 2; done; echo went >> /work/log"
            ]),
            json!(["sh", "-c", "sleep 20; touch /work/go; tail -F /work/log"]),
        ]);
        let image = self.pick(&["web:v1", "busybox", "nginx", "BAD"]);
        let mut container = json!({
            "name": name, "image": image, "volumeMounts": [{ "name": "work", "mountPath": "/work" }],
        });
        if !command.is_null() {
            container["command"] = command;
        }
        if self.below(3) == 0 {
            container["livenessProbe"] = json!({ "httpGet": { "path": "/", "port": 80 }, "periodSeconds": 4 });
        }
        if self.below(3) == 0 {
            container["readinessProbe"] = json!({ "exec": { "command": ["cat", "/work/go"] }, "periodSeconds": 3 });
        }
        if self.below(6) == 0 {
            container["lifecycle"] = json!({ "preStop": { "exec": { "command": ["sleep", "4"] } } });
        }
        if self.below(6) == 0 {
            container["envFrom"] = json!([{ "configMapRef": { "name": "none" } }]);
        }
        container
    }

    fn spec(&mut self) -> Value {
        let mut spec = json!({
            "containers": [self.container("app")],
            "volumes": [{ "name": "work", "emptyDir": {} }],
            "terminationGracePeriodSeconds": self.pick(&[0, 2, 30]),
        });
        if self.below(3) == 0 {
            let second = self.container("second");
            spec["containers"]
                .as_array_mut()
                .into_iter()
                .for_each(|list| list.push(second.clone()));
        }
        if self.below(3) == 0 {
            let mut init = self.container("init");
            for probe in ["livenessProbe", "readinessProbe", "lifecycle"] {
                init.as_object_mut().map(|init| init.remove(probe));
            }
            if self.below(2) == 0 {
                init["restartPolicy"] = "Always".into();
            }
            spec["initContainers"] = json!([init]);
        }
        spec
    }

    fn pod(&mut self, number: u64) -> Value {
        let mut spec = self.spec();
        spec["restartPolicy"] = self.pick(&["Always", "OnFailure", "Never"]).into();
        if self.below(5) == 0 {
            spec["activeDeadlineSeconds"] = 40.into();
        }
        json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": format!("pod-{number}") }, "spec": spec })
    }

    /// What all workloads have in common: a selector and a template.
    fn workload(&mut self, kind: &str, name: &str, mut spec: Value) -> Value {
        let mut pod = self.spec();
        pod["restartPolicy"] = "Always".into();
        spec["selector"] = json!({ "matchLabels": { "app": name } });
        spec["template"] = json!({ "metadata": { "labels": { "app": name } }, "spec": pod });
        json!({ "apiVersion": "apps/v1", "kind": kind, "metadata": { "name": name }, "spec": spec })
    }

    fn deployment(&mut self) -> Value {
        let strategy = self.pick(&[
            json!({ "type": "Recreate" }),
            json!({ "rollingUpdate": { "maxSurge": 1, "maxUnavailable": 0 } }),
            json!({ "rollingUpdate": { "maxSurge": 0, "maxUnavailable": "50%" } }),
            json!({}),
        ]);
        let spec = json!({ "replicas": self.below(6), "strategy": strategy, "minReadySeconds": self.pick(&[0, 8]) });
        self.workload("Deployment", "web", spec)
    }

    fn stateful_set(&mut self) -> Value {
        let spec = json!({
            "replicas": self.below(4), "serviceName": "db",
            "podManagementPolicy": self.pick(&["OrderedReady", "Parallel"]),
        });
        self.workload("StatefulSet", "db", spec)
    }

    fn daemon_set(&mut self) -> Value {
        let (surge, unavailable) = self.pick(&[(0, 1), (1, 0)]);
        let rolling = json!({ "maxSurge": surge, "maxUnavailable": unavailable });
        self.workload(
            "DaemonSet",
            "agent",
            json!({ "updateStrategy": { "rollingUpdate": rolling } }),
        )
    }

    fn job(&mut self) -> Value {
        let mut pod = self.spec();
        pod["restartPolicy"] = self.pick(&["OnFailure", "Never"]).into();
        let (completions, parallelism) = (1 + self.below(4), 1 + self.below(3));
        json!({
            "apiVersion": "batch/v1", "kind": "Job", "metadata": { "name": "work" },
            "spec": {
                "completions": completions, "parallelism": parallelism, "backoffLimit": 3,
                "template": { "metadata": { "labels": { "app": "work" } }, "spec": pod },
            },
        })
    }

    fn cron_job(&mut self) -> Value {
        let mut pod = self.spec();
        pod["restartPolicy"] = "Never".into();
        let policy = self.pick(&["Allow", "Forbid", "Replace"]);
        json!({
            "apiVersion": "batch/v1", "kind": "CronJob", "metadata": { "name": "tick" },
            "spec": {
                "schedule": "*/3 * * * *", "concurrencyPolicy": policy,
                "jobTemplate": { "spec": { "backoffLimit": 1, "activeDeadlineSeconds": 100, "template": { "spec": pod } } },
            },
        })
    }

    fn budget(&mut self) -> Value {
        json!({
            "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": { "name": "web" },
            "spec": {
                "minAvailable": self.pick(&[json!(1), json!("50%"), json!(3)]),
                "selector": { "matchLabels": { "app": "web" } },
            },
        })
    }
}

fn autoscaler() -> Value {
    let cpu = json!({ "name": "cpu", "target": { "type": "AverageValue", "averageValue": "100m" } });
    json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": { "name": "web" },
        "spec": {
            "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": "web" },
            "minReplicas": 2, "maxReplicas": 4, "metrics": [{ "type": "Resource", "resource": cpu }],
        },
    })
}

/// The law that a plan breaks, if it does. Steps that are refused (a pod that is there already, a fault without a target) are
/// part of the game.
fn broken_by(plan: &[Step], seed: u64) -> Option<Broken> {
    let mut cluster = Cluster::new(ClusterOptions {
        seed,
        ..ClusterOptions::default()
    });
    for node in ["node-1", "node-2"] {
        cluster.add_node(&NodeTemplate::named(node)).expect("a new node");
    }
    for step in plan {
        match step {
            Step::Apply(manifest) => drop(cluster.apply(&manifest.to_string(), &Origin::default())),
            Step::Kubectl(line) => drop(cluster.kubectl(line, &NoFiles)),
            Step::Strike(fault, lasting) => drop(cluster.inject(fault.clone(), lasting.map(Duration::from_secs))),
            Step::Pass(secs) => cluster.advance(Duration::from_secs(*secs)).expect("within the limits"),
        }
    }
    laws::first_broken(cluster.log()).or_else(|| {
        // What crashes again and again never settles.
        cluster.settle().ok()?;
        let seen = laws::unconverged(cluster.store().objects())?;
        Some(Broken {
            law: "a quiet cluster is converged",
            seen,
            change: "the end".to_owned(),
        })
    })
}

/// The plan without the steps that it does not need to fail.
fn shrunk(mut plan: Vec<Step>, seed: u64) -> Vec<Step> {
    let mut length = plan.len() / 2;
    while length > 0 {
        let mut from = 0;
        while from < plan.len() {
            let to = (from + length).min(plan.len());
            let candidate: Vec<Step> = plan[..from].iter().chain(&plan[to..]).cloned().collect();
            match broken_by(&candidate, seed) {
                Some(_) => plan = candidate,
                None => from = to,
            }
        }
        length /= 2;
    }
    plan
}

#[test]
fn no_law_is_broken_whatever_happens() {
    for seed in 0..PLANS {
        let plan = Draw(Seed(seed).stream("plan")).plan();
        if broken_by(&plan, seed).is_some() {
            let plan = shrunk(plan, seed);
            let broken = broken_by(&plan, seed)
                .map(|broken| broken.to_string())
                .unwrap_or_default();
            let steps: Vec<String> = plan.iter().map(ToString::to_string).collect();
            panic!("seed {seed}: {broken}\n  {}", steps.join("\n  "));
        }
    }
}

#[test]
fn plans_do_something() {
    // A property over runs in which nothing happens would hold of anything.
    let plan = Draw(Seed(1).stream("plan")).plan();
    let mut restarts = 0;
    for seed in 0..10 {
        let mut cluster = Cluster::new(ClusterOptions::default());
        cluster.add_node(&NodeTemplate::named("node-1")).expect("a new node");
        for step in Draw(Seed(seed).stream("plan")).plan() {
            if let Step::Apply(manifest) = &step {
                drop(cluster.apply(&manifest.to_string(), &Origin::default()));
            }
        }
        cluster.advance(Duration::from_secs(300)).expect("within the limits");
        let pods = cluster.store().objects().all::<shakedown_engine::api::Pod>();
        restarts += pods
            .flat_map(|pod| &pod.status.containers)
            .map(|status| status.restart_count)
            .sum::<i32>();
    }
    assert!(plan.len() > STEPS && restarts > 10, "{restarts} restarts");
}

/// A change by a component, of objects as JSON has them.
fn change(writer: &'static str, kind: Kind, before: &Value, after: &Value) -> Change {
    let read = |value: &Value| (!value.is_null()).then(|| Object::from_json(kind, value.clone()));
    Change {
        revision: 0,
        at: SimTime::ZERO,
        writer,
        before: read(before),
        after: read(after),
    }
}

/// The law that the last of some changes breaks; those before it must break none.
fn law_broken(changes: Vec<Change>) -> Option<&'static str> {
    let mut laws = Laws::default();
    let last = changes.len() - 1;
    let mut broken = None;
    for (index, mut change) in changes.into_iter().enumerate() {
        change.revision = index as u64 + 1;
        broken = laws.check(&change);
        assert!(index == last || broken.is_none(), "change {index}: {broken:?}");
    }
    broken.map(|broken| broken.law)
}

const UID: &str = "01234567-89ab-4def-8123-456789abcdef";

fn owned(name: &str, kind: &str, owner: &str, spec: Value) -> Value {
    json!({
        "metadata": { "name": name, "namespace": "default", "labels": { "app": "web" }, "ownerReferences": [
            { "apiVersion": "apps/v1", "kind": kind, "name": owner, "uid": UID, "controller": true }] },
        "spec": spec,
    })
}

fn workload(name: &str, spec: Value) -> Value {
    json!({ "metadata": { "name": name, "namespace": "default", "uid": UID, "generation": 2 }, "spec": spec })
}

#[test]
fn controllers_make_no_more_than_they_are_asked_for() {
    let check = |writer, kind: Kind, owner: &Value, made: (Kind, &[Value]), expect: Option<&'static str>| {
        let mut changes = vec![change("kubectl", kind, &Value::Null, owner)];
        changes.extend(made.1.iter().map(|object| change(writer, made.0, &Value::Null, object)));
        assert_eq!(law_broken(changes), expect, "{writer} {owner}");
    };
    let pod = |name: &str, kind: &str, spec: Value| owned(name, kind, "web", spec);
    let plain = |name: &str, kind: &str| pod(name, kind, json!({}));
    let two = workload("web", json!({ "replicas": 2 }));
    let pods = ["a", "b", "c"].map(|name| plain(name, "ReplicaSet"));
    check(
        "replicaset-controller",
        Kind::REPLICA_SET,
        &two,
        (Kind::POD, &pods[..2]),
        None,
    );
    let law = "a ReplicaSet makes no more pods than its replicas";
    check(
        "replicaset-controller",
        Kind::REPLICA_SET,
        &two,
        (Kind::POD, &pods),
        Some(law),
    );
    check("kubectl", Kind::REPLICA_SET, &two, (Kind::POD, &pods), None);

    let law = Some("a StatefulSet makes one pod of each identity");
    let of_set = |name: &str| [plain(name, "StatefulSet")];
    check(
        "statefulset-controller",
        Kind::STATEFUL_SET,
        &two,
        (Kind::POD, &of_set("web-1")),
        None,
    );
    for name in ["web-2", "web-01", "web", "other-0"] {
        check(
            "statefulset-controller",
            Kind::STATEFUL_SET,
            &two,
            (Kind::POD, &of_set(name)),
            law,
        );
    }

    let on_node = |name: &str| pod(name, "DaemonSet", json!({ "nodeName": "node-1" }));
    let agents = [on_node("a"), on_node("b")];
    let surge = |surge| {
        workload(
            "web",
            json!({ "updateStrategy": { "rollingUpdate": { "maxSurge": surge } } }),
        )
    };
    let law = "a DaemonSet makes one pod a node, and one more where it surges";
    check(
        "daemonset-controller",
        Kind::DAEMON_SET,
        &surge(1),
        (Kind::POD, &agents),
        None,
    );
    check(
        "daemonset-controller",
        Kind::DAEMON_SET,
        &surge(0),
        (Kind::POD, &agents),
        Some(law),
    );

    let job = workload("web", json!({ "parallelism": 1 }));
    let workers = [plain("a", "Job"), plain("b", "Job")];
    check("job-controller", Kind::JOB, &job, (Kind::POD, &workers[..1]), None);
    let law = "a Job makes no more pods than its parallelism";
    check("job-controller", Kind::JOB, &job, (Kind::POD, &workers), Some(law));

    let set = |name: &str, replicas: i32| owned(name, "Deployment", "web", json!({ "replicas": replicas }));
    let rolling = json!({ "replicas": 4, "strategy": { "rollingUpdate": { "maxSurge": 1, "maxUnavailable": 0 } } });
    let deployment = workload("web", rolling);
    let law = "a Deployment's ReplicaSets never want more than replicas + maxSurge";
    let sets = [set("old", 4), set("new", 1)];
    check(
        "deployment-controller",
        Kind::DEPLOYMENT,
        &deployment,
        (Kind::REPLICA_SET, &sets),
        None,
    );
    let sets = [set("old", 4), set("new", 2)];
    check(
        "deployment-controller",
        Kind::DEPLOYMENT,
        &deployment,
        (Kind::REPLICA_SET, &sets),
        Some(law),
    );
}

#[test]
fn owners_budgets_and_generations_are_kept() {
    let pod = |ready: &str, target: &[Value]| {
        let mut conditions = vec![
            json!({ "type": "Ready", "status": ready }),
            json!({ "type": "ContainersReady", "status": ready }),
        ];
        conditions.extend(target.iter().cloned());
        json!({
            "metadata": { "name": "web-1", "namespace": "default", "labels": { "app": "web" } },
            "spec": { "nodeName": "node-1" }, "status": { "phase": "Running", "conditions": conditions },
        })
    };
    let target = json!({ "type": "DisruptionTarget", "status": "True", "reason": "EvictionByEvictionAPI" });
    let budget = |status: Value| {
        json!({
            "metadata": { "name": "web", "namespace": "default", "generation": 1 },
            "spec": { "selector": { "matchLabels": { "app": "web" } }, "minAvailable": 1 }, "status": status,
        })
    };
    let evict = |ready: &str, status: Value| {
        let evicted = change(
            "kubectl",
            Kind::POD,
            &pod(ready, &[]),
            &pod(ready, std::slice::from_ref(&target)),
        );
        let budget = change(
            "disruption-controller",
            Kind::POD_DISRUPTION_BUDGET,
            &Value::Null,
            &budget(status),
        );
        law_broken(vec![budget, evicted])
    };
    let protected = Some("no pod is evicted that a budget protects");
    assert_eq!(
        evict("True", json!({ "currentHealthy": 1, "desiredHealthy": 1 })),
        protected
    );
    let paid = json!({ "disruptedPods": { "web-1": "2025-01-01T00:00:00Z" } });
    assert_eq!(evict("True", paid), None);
    assert_eq!(
        evict("False", json!({ "currentHealthy": 1, "desiredHealthy": 1 })),
        None
    );
    assert_eq!(
        evict("False", json!({ "currentHealthy": 0, "desiredHealthy": 1 })),
        protected
    );

    let observed = |generation: i64| json!({ "metadata": { "name": "web", "namespace": "default", "generation": 3 }, "status": { "observedGeneration": generation } });
    for kind in [
        Kind::DEPLOYMENT,
        Kind::REPLICA_SET,
        Kind::STATEFUL_SET,
        Kind::DAEMON_SET,
    ] {
        let law = |before, after| law_broken(vec![change("controller", kind, &observed(before), &observed(after))]);
        assert_eq!(law(2, 3), None, "{kind}");
        assert_eq!(law(3, 2), Some("observedGeneration never falls"), "{kind}");
        assert_eq!(law(3, 4), Some("a status is about a generation that exists"), "{kind}");
    }

    let taken =
        |owners: Value| json!({ "metadata": { "name": "a", "namespace": "default", "ownerReferences": owners } });
    let owner = |uid: &str| json!({ "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": uid, "controller": true });
    let (mine, yours) = (owner(UID), owner("11234567-89ab-4def-8123-456789abcdef"));
    let law = |before: Value, after: Value| law_broken(vec![change("x", Kind::POD, &taken(before), &taken(after))]);
    assert_eq!(law(json!([]), json!([mine])), None);
    assert_eq!(law(json!([mine]), json!([])), None);
    assert_eq!(
        law(json!([mine]), json!([yours])),
        Some("a controller takes in only what is nobody's")
    );
    assert_eq!(
        law(json!([]), json!([mine, yours])),
        Some("an object has one controller at most")
    );
}

#[test]
fn a_cluster_that_has_not_settled_is_not_converged() {
    let mut cluster = Cluster::new(ClusterOptions::default());
    cluster.add_node(&NodeTemplate::named("node-1")).expect("a new node");
    let web = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "web" },
        "spec": {
            "replicas": 3, "selector": { "matchLabels": { "app": "web" } },
            "template": {
                "metadata": { "labels": { "app": "web" } },
                "spec": { "containers": [{ "name": "app", "image": "web:v1" }] },
            },
        },
    });
    cluster
        .apply(&web.to_string(), &Origin::default())
        .expect("a Deployment");
    let seen = laws::unconverged(cluster.store().objects()).unwrap_or_default();
    assert!(seen.contains("has been seen"), "{seen}");
    cluster.settle().expect("within the limits");
    assert_eq!(laws::unconverged(cluster.store().objects()), None);
}
