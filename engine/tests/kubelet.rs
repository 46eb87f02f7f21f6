//! Pods on a node, from their binding to their end: what `kubectl get pods` would show, row by row.
//!
//! The pods are bound to their node by the test itself. Expected rows are those of the recordings of real Kubernetes.

use std::time::Duration;

use serde_json::{Value, json};
use shakedown_engine::api::{Condition, Event, Kind, Node, Object, ObjectKey, Pod, PodPhase, Resource};
use shakedown_engine::environment::{ContainerSelector, Rule};
use shakedown_engine::faults::{Fault, FaultError, Pressure};
use shakedown_engine::kubectl::printers::{ready_text, summarize};
use shakedown_engine::kubelet::{NodeTemplate, ProbeKind};
use shakedown_engine::runtime::{Behaviour, ExecScript, Life, MemoryUse, Outcome, PullFailure, Stop};
use shakedown_engine::store::{Change, DeleteOptions, Verb};
use shakedown_engine::{Cluster, ClusterOptions};

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// A cluster of one node and what the test does to it.
struct Run {
    cluster: Cluster,
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut cluster = Cluster::new(ClusterOptions {
            seed,
            ..ClusterOptions::default()
        });
        cluster
            .set_setting("kubernetes-version", "1.28")
            .expect("a known release");
        cluster
            .add_node(&NodeTemplate::named("node-1"))
            .expect("the first node");
        Run { cluster }
    }

    /// Creates the pod `p`, bound to the node.
    fn pod(&mut self, spec: Value) -> &mut Self {
        let mut object = json!({ "metadata": { "name": "p", "namespace": "default" }, "spec": spec });
        object["spec"]["nodeName"] = "node-1".into();
        let mut pod = Pod::from_json(object);
        pod.status.phase = PodPhase::Pending;
        self.cluster
            .write("user", |store| store.create(pod))
            .expect("a new pod");
        self
    }

    fn behave(&mut self, behaviour: Behaviour) -> &mut Self {
        self.cluster.behave(Rule {
            containers: ContainerSelector::Image("app:v1".into()),
            behaviour,
        });
        self
    }

    fn pass(&mut self, duration: u64) -> &mut Self {
        self.cluster.advance(secs(duration)).expect("within the limits");
        self
    }

    fn delete(&mut self, options: DeleteOptions) -> &mut Self {
        let key = ObjectKey::new("default", "p");
        self.cluster
            .write("user", |store| store.delete(Kind::POD, &key, options))
            .expect("the pod is there");
        self
    }

    fn strike(&mut self, fault: Fault) -> &mut Self {
        self.cluster.inject(fault, None).expect("the fault strikes");
        self
    }

    fn current(&self) -> Pod {
        let pod = self.cluster.store().get::<Pod>(&ObjectKey::new("default", "p"));
        pod.expect("the pod is there").as_ref().clone()
    }

    /// The rows of all pods together, repeats removed; a removed pod's last row is `gone`.
    fn rows(&self) -> Vec<String> {
        let mut rows: Vec<String> = self.cluster.log().iter().filter_map(row).collect();
        rows.dedup();
        rows
    }

    fn events(&self) -> Vec<String> {
        let events = self.cluster.store().objects().all::<Event>();
        events
            .map(|event| format!("{} {} x{}", event.reason, event.message, event.count))
            .collect()
    }

    fn has_event(&self, start: &str) -> bool {
        self.events().iter().any(|event| event.starts_with(start))
    }
}

fn row(change: &Change) -> Option<String> {
    let Object::Pod(pod) = change.object() else { return None };
    if change.verb() == Verb::Deleted {
        return Some("gone".to_owned());
    }
    let summary = summarize(pod.as_ref());
    let status = if pod.meta.is_deleted() {
        "Terminating"
    } else {
        &summary.status
    };
    Some(format!("{} {status} {}", ready_text(&summary), summary.restarts.count))
}

fn app(extra: Value) -> Value {
    let mut container = json!({ "name": "app", "image": "app:v1", "imagePullPolicy": "IfNotPresent" });
    merge(&mut container, extra);
    json!({ "containers": [container], "restartPolicy": "Always" })
}

fn merge(into: &mut Value, extra: Value) {
    for (key, value) in extra.as_object().into_iter().flatten() {
        into[key] = value.clone();
    }
}

fn policy(mut spec: Value, policy: &str) -> Value {
    spec["restartPolicy"] = policy.into();
    spec
}

fn lives(lives: &[Life]) -> Behaviour {
    Behaviour {
        lives: lives.to_vec(),
        ..Behaviour::default()
    }
}

/// What a pod of this spec shows in `duration` seconds, whatever the seed.
fn check(spec: Value, behaviour: Behaviour, duration: u64, expect: &[&str]) {
    for seed in 0..3 {
        let mut run = Run::new(seed);
        run.behave(behaviour.clone()).pod(spec.clone()).pass(duration);
        assert_eq!(run.rows(), expect, "seed {seed}, events {:#?}", run.events());
    }
}

const STARTING: [&str; 2] = ["0/1 Pending 0", "0/1 ContainerCreating 0"];

fn after_start(rows: &[&'static str]) -> Vec<&'static str> {
    STARTING.iter().chain(rows).copied().collect()
}

#[test]
fn a_pod_runs() {
    check(
        app(json!({})),
        Behaviour::default(),
        60,
        &after_start(&["1/1 Running 0"]),
    );
}

#[test]
fn a_failing_container_is_restarted_with_back_off() {
    let rows = after_start(&[
        "1/1 Running 0",
        "0/1 Error 0",
        "1/1 Running 1",
        "0/1 Error 1",
        "0/1 CrashLoopBackOff 1",
        "1/1 Running 2",
        "0/1 Error 2",
    ]);
    check(
        app(json!({ "command": ["sh", "-c", "sleep 5; exit 1"] })),
        Behaviour::default(),
        34,
        &rows,
    );
}

#[test]
fn pods_complete_and_fail() {
    let after = |code, spec_policy, rows: &[&'static str]| {
        let ends = lives(&[Life::Exit { code, after: secs(3) }]);
        check(policy(app(json!({})), spec_policy), ends, 60, &after_start(rows));
    };
    after(0, "Never", &["1/1 Running 0", "0/1 Completed 0"]);
    after(1, "Never", &["1/1 Running 0", "0/1 Error 0"]);
    after(0, "OnFailure", &["1/1 Running 0", "0/1 Completed 0"]);
}

#[test]
fn a_process_that_outgrows_its_limit_is_killed() {
    let leaks = Behaviour {
        memory: Some(MemoryUse {
            initial_bytes: 10 << 20,
            later: Some((secs(4), 300 << 20)),
            leak_bytes_per_minute: 0,
        }),
        ..Behaviour::default()
    };
    let spec = policy(
        app(json!({ "resources": { "limits": { "memory": "128Mi" } } })),
        "Never",
    );
    check(spec, leaks, 60, &after_start(&["1/1 Running 0", "0/1 OOMKilled 0"]));
}

#[test]
fn pulls_fail_and_are_held_back() {
    let missing = Behaviour {
        pull_failure: Some(PullFailure::NotFound),
        ..Behaviour::default()
    };
    let rows = after_start(&["0/1 ErrImagePull 0", "0/1 ImagePullBackOff 0", "0/1 ErrImagePull 0"]);
    check(app(json!({})), missing, 36, &rows);
    let never = app(json!({ "imagePullPolicy": "Never" }));
    check(
        never,
        Behaviour::default(),
        60,
        &after_start(&["0/1 ErrImageNeverPull 0"]),
    );
    let invalid = app(json!({ "image": "App:v1" }));
    check(
        invalid,
        Behaviour::default(),
        60,
        &after_start(&["0/1 InvalidImageName 0"]),
    );
}

#[test]
fn an_image_that_can_be_pulled_again_lets_the_pod_run() {
    let mut run = Run::new(0);
    run.strike(Fault::ImageUnpullable("app:*".into()))
        .pod(app(json!({})))
        .pass(60);
    assert_eq!(run.current().status.phase, PodPhase::Pending);
    assert!(run.cluster.faults()[0].struck > 0, "the fault has struck");
    assert_eq!(run.cluster.heal_matching(|record| record.target == "image app:*"), 1);
    run.pass(120);
    assert!(run.current().is_ready());
    assert!(run.has_event("BackOff Back-off pulling image \"app:v1\""));
}

#[test]
fn what_cannot_be_executed_is_a_start_error() {
    let rows = after_start(&[
        "0/1 RunContainerError 0",
        "0/1 RunContainerError 1",
        "0/1 CrashLoopBackOff 1",
        "0/1 RunContainerError 2",
    ]);
    check(
        app(json!({ "command": ["exit", "1"] })),
        Behaviour::default(),
        24,
        &rows,
    );
}

#[test]
fn missing_configuration_holds_containers_up_until_it_is_there() {
    let refer =
        json!({ "env": [{ "name": "K", "valueFrom": { "configMapKeyRef": { "name": "settings", "key": "k" } } }] });
    let mut run = Run::new(0);
    run.pod(app(refer)).pass(30);
    let shown = run.rows();
    assert_eq!(
        shown.last().map(String::as_str),
        Some("0/1 CreateContainerConfigError 0")
    );
    assert!(run.has_event("Failed Error: configmap \"settings\" not found"));
    let map = json!({ "metadata": { "name": "settings", "namespace": "default" }, "data": { "k": "v" } });
    let map = Object::from_json(Kind::CONFIG_MAP, map);
    run.cluster
        .write("user", |store| store.create_object(map))
        .expect("a new ConfigMap");
    run.pass(30);
    assert!(run.current().is_ready());
}

#[test]
fn missing_volumes_are_mounted_with_back_off() {
    let mut spec = app(json!({}));
    spec["volumes"] = json!([{ "name": "s", "secret": { "secretName": "creds" } }]);
    let mut run = Run::new(0);
    run.pod(spec).pass(150);
    assert!(run.has_event("FailedMount MountVolume.SetUp failed for volume \"s\" : secret \"creds\" not found x9"));
    let secret = Object::from_json(
        Kind::SECRET,
        json!({ "metadata": { "name": "creds", "namespace": "default" } }),
    );
    run.cluster
        .write("user", |store| store.create_object(secret))
        .expect("a new Secret");
    run.pass(60);
    assert_eq!(run.current().status.phase, PodPhase::Pending);
    run.pass(60);
    assert!(run.current().is_ready());
}

#[test]
fn init_containers_come_first() {
    let mut spec = app(json!({}));
    spec["initContainers"] = json!([
        { "name": "one", "image": "one:v1", "command": ["sh", "-c", "sleep 5"] },
        { "name": "two", "image": "two:v1", "command": ["sleep", "5"] },
    ]);
    let rows = [
        "0/1 Pending 0",
        "0/1 Init:0/2 0",
        "0/1 Init:1/2 0",
        "0/1 PodInitializing 0",
        "1/1 Running 0",
    ];
    check(spec, Behaviour::default(), 60, &rows);
}

#[test]
fn probes_decide_on_readiness_and_restarts() {
    let probe =
        |words: &str| json!({ "exec": { "command": ["probe", words] }, "periodSeconds": 2, "failureThreshold": 3 });
    let script = |words: &str, outcome| Behaviour {
        exec: vec![(
            vec!["probe".into(), words.into()],
            ExecScript {
                outcome,
                output: "no".into(),
                ..ExecScript::default()
            },
        )],
        ..Behaviour::default()
    };
    let rows = after_start(&["0/1 Running 0", "1/1 Running 0", "0/1 Running 0"]);
    let between = script("a", Outcome::FailsBetween(Duration::ZERO, secs(10)));
    check(app(json!({ "readinessProbe": probe("a") })), between, 60, &rows[..4]);
    let after = script("b", Outcome::FailsAfter(secs(20)));
    check(app(json!({ "readinessProbe": probe("b") })), after.clone(), 60, &rows);
    let rows = after_start(&["1/1 Running 0", "1/1 Running 1"]);
    let mut run = Run::new(0);
    run.behave(after)
        .pod(app(json!({ "livenessProbe": probe("b") })))
        .pass(40);
    assert_eq!(run.rows(), rows);
    assert!(run.has_event("Killing Container app failed liveness probe, will be restarted x1"));
    assert!(run.has_event("Unhealthy Liveness probe failed: no x3"));
}

#[test]
fn deletion_gives_time_and_then_kills() {
    let stop = |stop| Behaviour {
        stop: Some(stop),
        ..Behaviour::default()
    };
    let check = |behaviour: Behaviour, deleted_secs: u64, code: i32| {
        let mut run = Run::new(0);
        run.behave(behaviour)
            .pod(app(json!({})))
            .pass(10)
            .delete(DeleteOptions::default())
            .pass(deleted_secs);
        let still = run
            .cluster
            .store()
            .get::<Pod>(&ObjectKey::new("default", "p"))
            .is_some();
        assert!(still, "the pod is given its time");
        run.pass(3);
        assert_eq!(run.rows().last().map(String::as_str), Some("gone"));
        let last = run
            .cluster
            .log()
            .iter()
            .rev()
            .find_map(|change| change.before.as_ref()?.as_pod().cloned());
        let ended = last.and_then(|pod| pod.status.containers.first()?.state.terminated.clone());
        assert_eq!(ended.map(|ended| ended.exit_code), Some(code));
    };
    let after = |seconds| {
        stop(Stop::Exit {
            code: 0,
            after: Some(secs(seconds)),
        })
    };
    check(after(4), 3, 0);
    check(stop(Stop::Ignore), 29, 137);
    check(after(60), 29, 137);
}

#[test]
fn forced_deletion_removes_the_object_at_once() {
    let mut run = Run::new(0);
    run.pod(app(json!({}))).pass(10).delete(DeleteOptions::now());
    assert_eq!(run.rows().last().map(String::as_str), Some("gone"));
    run.pass(5);
    assert!(run.has_event("Killing Stopping container app x1"));
}

#[test]
fn nodes_refuse_what_does_not_fit() {
    let spec = app(json!({ "resources": { "requests": { "cpu": "10" } } }));
    let mut run = Run::new(0);
    run.pod(spec).pass(5);
    assert_eq!(run.rows(), ["0/1 Pending 0", "0/1 OutOfcpu 0"]);
    let event = "OutOfcpu Node didn't have enough resource: cpu, requested: 10000, used: 0, capacity: 4000 x1";
    assert!(run.has_event(event), "{:?}", run.events());
}

#[test]
fn a_lost_node_comes_back_with_its_pods_restarted() {
    let mut run = Run::new(0);
    run.pod(app(json!({}))).pass(10);
    let id = run
        .cluster
        .inject(Fault::NodeLost("node-1".into()), Some(secs(20)))
        .expect("a running node");
    run.pass(19);
    assert_eq!(run.rows().last().map(String::as_str), Some("1/1 Running 0"));
    run.pass(30);
    let rows = after_start(&["1/1 Running 0", "0/1 Unknown 0", "1/1 Running 1"]);
    assert_eq!(run.rows(), rows);
    assert!(run.has_event("SandboxChanged Pod sandbox changed, it will be killed and re-created. x1"));
    let record = &run.cluster.faults()[0];
    assert_eq!((record.id, record.struck), (id, 1));
    assert_eq!(record.to.map(|to| to.since(record.from)), Some(secs(20)));
}

#[test]
fn behind_a_partition_containers_go_on_unseen() {
    let mut run = Run::new(0);
    let spec = policy(app(json!({ "command": ["sleep", "20"] })), "Never");
    run.pod(spec)
        .pass(10)
        .strike(Fault::NodePartitioned("node-1".into()))
        .pass(60);
    assert_eq!(run.rows().last().map(String::as_str), Some("1/1 Running 0"));
    assert_eq!(run.cluster.heal_matching(|record| record.target == "node node-1"), 1);
    run.pass(2);
    assert_eq!(run.current().status.phase, PodPhase::Succeeded);
    let restarts = run.current().status.containers[0].restart_count;
    assert_eq!(restarts, 0);
}

#[test]
fn a_stopped_kubelet_leaves_containers_alone() {
    let mut run = Run::new(0);
    run.pod(app(json!({})))
        .pass(10)
        .strike(Fault::KubeletStops("node-1".into()))
        .pass(10)
        .delete(DeleteOptions::default());
    run.pass(100);
    assert_eq!(run.rows().last().map(String::as_str), Some("1/1 Terminating 0"));
    assert_eq!(run.cluster.heal_matching(|_| true), 1);
    run.pass(5);
    assert_eq!(run.rows().last().map(String::as_str), Some("gone"));
}

#[test]
fn faults_of_containers() {
    let key = || vec![ObjectKey::new("default", "p")];
    let strike = |fault: Fault, probe: Value, rows: &[&'static str]| {
        let mut run = Run::new(0);
        run.pod(app(probe)).pass(10).strike(fault.clone()).pass(50);
        assert_eq!(run.rows(), after_start(rows), "{fault}");
    };
    let crashed = ["1/1 Running 0", "0/1 OOMKilled 0", "1/1 Running 1"];
    strike(Fault::OomKilled(key(), None), json!({}), &crashed);
    let crashed = ["1/1 Running 0", "0/1 Error 0", "1/1 Running 1"];
    strike(Fault::Exits(key(), Some("app".into()), 2), json!({}), &crashed);
    let http = json!({ "httpGet": { "path": "/", "port": 80 }, "periodSeconds": 5 });
    let restarted = ["1/1 Running 0", "1/1 Running 1"];
    strike(Fault::Hangs(key(), None), json!({ "livenessProbe": http }), &restarted);
    let unready = ["0/1 Running 0", "1/1 Running 0", "0/1 Running 0"];
    let fails = Fault::ProbeFails(key(), ProbeKind::Readiness, true);
    strike(fails, json!({ "readinessProbe": http }), &unready);
    // The containers' ends stand above the pod's reason in STATUS, as in Kubernetes.
    strike(Fault::Evicted(key()), json!({}), &["1/1 Running 0", "0/1 Completed 0"]);
    strike(Fault::Killed(key()), json!({}), &["1/1 Running 0", "gone"]);
}

#[test]
fn evicted_pods_fail_with_the_reason() {
    let mut run = Run::new(0);
    run.pod(app(json!({})))
        .pass(10)
        .strike(Fault::Evicted(vec![ObjectKey::new("default", "p")]))
        .pass(10);
    let status = run.current().status;
    assert_eq!((status.phase, status.reason.as_str()), (PodPhase::Failed, "Evicted"));
    let disrupted = Condition::find(&status.conditions, "DisruptionTarget").map(|condition| condition.reason.clone());
    assert_eq!(disrupted.as_deref(), Some("TerminationByKubelet"));
    assert!(run.has_event("Evicted The node was low on resource: memory."));
}

#[test]
fn a_fault_without_a_target_says_so() {
    let check = |fault: Fault, expect: &str| {
        let mut run = Run::new(0);
        run.pod(app(json!({}))).pass(10);
        let error = run
            .cluster
            .inject(fault, None)
            .map_err(|error: FaultError| error.to_string());
        assert_eq!(error.err().as_deref(), Some(expect));
        assert!(run.cluster.faults().is_empty());
    };
    let key = |name: &str| vec![ObjectKey::new("default", name)];
    check(Fault::NodeLost("node-9".into()), "there is no node \"node-9\"");
    check(
        Fault::ZoneLost("a".into()),
        "there is no node in zone \"a\" (label topology.kubernetes.io/zone)",
    );
    check(Fault::Evicted(key("x")), "there is no pod \"default/x\"");
    check(Fault::Killed(Vec::new()), "there is no pod that the fault could strike");
    check(
        Fault::OomKilled(key("p"), Some("db".into())),
        "no container \"db\" of pod \"default/p\" is running",
    );
    check(
        Fault::ProbeFails(key("p"), ProbeKind::Liveness, false),
        "no container of pod \"default/p\" has a liveness probe",
    );
}

#[test]
fn pressure_shows_in_the_nodes_conditions() {
    let mut run = Run::new(0);
    let status = |run: &Run| {
        let node = run.cluster.store().get::<Node>(&ObjectKey::cluster("node-1")).cloned();
        let conditions = node.map(|node| node.conditions.clone()).unwrap_or_default();
        Condition::find(&conditions, "MemoryPressure").map(|condition| condition.reason.to_string())
    };
    run.strike(Fault::NodePressure("node-1".into(), Pressure::Memory));
    assert_eq!(status(&run).as_deref(), Some("KubeletHasInsufficientMemory"));
    run.cluster.heal_matching(|_| true);
    // The condition outlives the shortage by the transition period, 5m.
    run.cluster.advance(Duration::from_secs(290)).expect("time passes");
    assert_eq!(status(&run).as_deref(), Some("KubeletHasInsufficientMemory"));
    run.cluster.advance(Duration::from_secs(30)).expect("time passes");
    assert_eq!(status(&run).as_deref(), Some("KubeletHasSufficientMemory"));
}

#[test]
fn what_others_write_into_a_status_is_put_right() {
    let mut run = Run::new(1);
    run.pod(app(json!({}))).pass(5);
    let key = ObjectKey::new("default", "p");
    let before = run.current().status;
    let foreign = Condition::new(
        "example.com/checked",
        true,
        "",
        "",
        before.start_time.unwrap_or_default(),
    );
    let set = foreign.clone();
    run.cluster.write("user", |store| {
        store.modify::<Pod>(&key, |pod| {
            pod.status.containers.clear();
            pod.status.conditions.clear();
            pod.status.phase = PodPhase::Pending;
            pod.status.set_condition(set);
        })
    });
    assert_eq!(run.current().status.containers.len(), 0);
    run.pass(1);
    let after = run.current().status;
    assert_eq!((after.phase, &after.containers), (before.phase, &before.containers));
    assert_eq!(after.conditions.last(), Some(&foreign), "what others own stays");
    assert_eq!(after.conditions.len(), before.conditions.len() + 1);
}

#[test]
fn clusters_settle_with_what_runs_and_with_what_never_will() {
    let settle = |spec: Value| {
        let mut run = Run::new(0);
        run.pod(spec);
        run.cluster.settle().expect("the cluster settles");
        run.rows().pop()
    };
    assert_eq!(settle(app(json!({}))).as_deref(), Some("1/1 Running 0"));
    assert_eq!(
        settle(app(json!({ "image": "App" }))).as_deref(),
        Some("0/1 InvalidImageName 0")
    );
    let crashing = app(json!({ "command": ["false"] }));
    assert_eq!(settle(crashing).as_deref(), Some("0/1 CrashLoopBackOff 1"));
}

#[test]
fn a_mirror_made_anew_is_another_object_of_the_same_pod() {
    let mut run = Run::new(1);
    run.pass(1);
    let spec = app(json!({}));
    let pod =
        json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "p", "namespace": "default" }, "spec": spec });
    run.cluster.add_static_pod("node-1", pod).expect("a static pod");
    run.pass(10);
    let mirror = |run: &Run| {
        let key = ObjectKey::new("default", "p-node-1");
        run.cluster
            .store()
            .get::<Pod>(&key)
            .expect("the mirror")
            .as_ref()
            .clone()
    };
    let before = mirror(&run);
    run.cluster
        .write("user", |store| {
            store.delete(Kind::POD, &before.meta.key(), DeleteOptions::default())
        })
        .expect("the mirror is there");
    run.pass(10);
    let after = mirror(&run);
    assert_ne!(before.meta.uid, after.meta.uid);
    assert_eq!(before.status.containers, after.status.containers);
    assert_eq!(after.status.containers.len(), 1);
}
