//! A made-up run of nine scenarios: every fault of the mission, every way to end, Korean keywords, a table and a doc string.
//! The times follow what real clusters show, but nothing was simulated to make it.

use shakedown_reports::record::{
    Environment, ExamplesRow, Failure, FaultMark, FeatureRecord, KubectlSnapshot, Lane, LogLine, Outcome, RunRecord,
    ScenarioRecord, Segment, StepRecord, Wall,
};

const SECOND_NS: u64 = 1_000_000_000;

/// The run.
pub fn sample() -> RunRecord {
    let features = vec![node_loss(), images(), memory(), probes(), tutorial()];
    let wall = Wall {
        started_at: "2026-11-21T00:19:54Z".to_owned(),
        duration_ns: 143_000_000,
        environment: Environment {
            os: "linux".to_owned(),
            arch: "x86_64".to_owned(),
            jobs: 2,
        },
    };
    RunRecord::new("0.1.0", 42, "shakedown run features --seed 42", features, wall)
}

fn node_loss() -> FeatureRecord {
    let path = "features/smoke/node_loss.feature";
    let description = "A node that is gone takes five minutes and a grace period to lose its pods:\nthe default tolerations of not-ready and unreachable.";
    feature(
        path,
        "Losing a node",
        description,
        vec![pods_move(path), pods_stay(path), scheduler_down(path)],
    )
}

fn pods_move(path: &str) -> ScenarioRecord {
    let mut scenario = scenario(
        path,
        12,
        "The pods of a lost node are replaced elsewhere",
        &["smoke", "nodes"],
        760,
    );
    scenario.steps = vec![
        step("Given", "a cluster with 3 nodes", 8, 0, 0).in_background(),
        step(
            "And",
            "a deployment \"web\" with 3 replicas of image \"nginx:1.25\"",
            13,
            0,
            0,
        ),
        step("And", "the cluster settles", 14, 0, 9),
        step("When", "node \"node-2\" is lost for 10m", 15, 60, 60),
        step(
            "Then",
            "within 1m, node \"node-2\" shows STATUS \"NotReady\"",
            16,
            60,
            109,
        ),
        step(
            "And",
            "within 6m, a pod labelled \"app=web\" shows STATUS \"Terminating\"",
            17,
            109,
            412,
        ),
        step(
            "And",
            "within 30s, deployment \"web\" has 3 available replicas",
            18,
            412,
            417,
        ),
        step("And", "within 10m, no pod on node \"node-2\" exists", 19, 417, 668),
        step(
            "And",
            "at all times, deployment \"web\" has at least 2 available replicas",
            20,
            668,
            760,
        ),
    ];
    scenario.lanes = vec![
        lane(
            "web-6d4cf56db6-4wq2k",
            "node-1",
            &starting(1, 5).then(760, "Running", "1/1", 0),
        ),
        lane(
            "web-6d4cf56db6-9ljzt",
            "node-2",
            &starting(1, 6)
                .then(109, "Running", "1/1", 0)
                .then(412, "Running", "0/1", 0)
                .then(668, "Terminating", "0/1", 0),
        ),
        lane(
            "web-6d4cf56db6-vx7mn",
            "node-3",
            &starting(1, 5).then(760, "Running", "1/1", 0),
        ),
        lane(
            "web-6d4cf56db6-k2xpr",
            "node-1",
            &starting(412, 5).then(760, "Running", "1/1", 0),
        ),
    ];
    scenario.faults = vec![fault("node \"node-2\" is lost", "node/node-2", 60, Some(660))];
    scenario.snapshots = vec![KubectlSnapshot {
        title: "kubectl get nodes".to_owned(),
        text: "NAME     STATUS     ROLES    AGE   VERSION\nnode-1   Ready      <none>   109s  v1.34.0\nnode-2   NotReady   <none>   109s  v1.34.0\nnode-3   Ready      <none>   109s  v1.34.0\n".to_owned(),
        at_ns: 109 * SECOND_NS,
    }];
    scenario.logs = vec![
        log(60, "INFO", "faults", "node/node-2: power is gone"),
        log(
            109,
            "WARN",
            "node-lifecycle",
            "node/node-2: no lease renewal for 50s, Ready is Unknown",
        ),
        log(
            411,
            "INFO",
            "taint-eviction",
            "pod/web-6d4cf56db6-9ljzt: toleration of unreachable:NoExecute ran out",
        ),
    ];
    scenario
}

fn pods_stay(path: &str) -> ScenarioRecord {
    let mut scenario = scenario(
        path,
        23,
        "A node that comes back in time keeps its pods",
        &["smoke", "nodes"],
        300,
    );
    scenario.steps = vec![
        step("Given", "a cluster with nodes:", 24, 0, 0).with_table(&[
            &["name", "cpu", "memory", "zone"],
            &["node-1", "4", "8Gi", "a"],
            &["node-2", "4", "8Gi", "b"],
        ]),
        step("And", "the manifest:", 28, 0, 0)
            .with_doc("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 2"),
        step("And", "90 seconds pass", 30, 0, 90),
        step(
            "When",
            "node \"node-2\" is partitioned from the control plane for 2m",
            31,
            90,
            90,
        ),
        step("Then", "for 3m, deployment \"web\" has 2 updated replicas", 32, 90, 270),
        step(
            "And",
            "at no time, a pod labelled \"app=web\" shows STATUS \"Terminating\"",
            33,
            270,
            300,
        ),
    ];
    scenario.lanes = vec![
        lane(
            "web-5b8f7c9d4-2hxvs",
            "node-1",
            &starting(1, 4).then(300, "Running", "1/1", 0),
        ),
        lane(
            "web-5b8f7c9d4-tz6wd",
            "node-2",
            &starting(1, 4)
                .then(142, "Running", "1/1", 0)
                .then(214, "Running", "0/1", 0)
                .then(300, "Running", "1/1", 0),
        ),
    ];
    scenario.faults = vec![fault(
        "node \"node-2\" is partitioned from the control plane",
        "node/node-2",
        90,
        Some(210),
    )];
    scenario
}

fn scheduler_down(path: &str) -> ScenarioRecord {
    let mut scenario = scenario(path, 36, "Without a scheduler nothing gets a node", &["chaos"], 3600);
    scenario.outcome = Outcome::TimedOut;
    let mut late = step("And", "the cluster settles", 40, 0, 3600);
    late.outcome = Outcome::TimedOut;
    late.failure = Some(Failure {
        message: "the cluster did not settle within 1h of virtual time".to_owned(),
        expected: Some("nothing left on the agenda but periodic work".to_owned()),
        seen: Some("pod \"web-0\" waits for a node, 3600 scheduling attempts".to_owned()),
        at_ns: Some(3600 * SECOND_NS),
        ..Failure::default()
    });
    scenario.steps = vec![
        step("Given", "a cluster with 1 node", 37, 0, 0),
        step("When", "the scheduler is down", 38, 0, 0),
        step("And", "a pod \"web-0\" of image \"nginx:1.25\"", 39, 0, 0),
        late,
        skipped("Then", "pod \"web-0\" is not scheduled", 41),
    ];
    scenario.lanes = vec![lane("web-0", "", &starting(0, 0).then(3600, "Pending", "0/1", 0))];
    scenario.faults = vec![fault("the scheduler is down", "scheduler", 0, None)];
    scenario
}

fn images() -> FeatureRecord {
    let path = "features/smoke/image_pull.feature";
    feature(
        path,
        "Images that cannot be pulled",
        "",
        vec![image_recovers(path), rollout_stuck(path)],
    )
}

fn image_recovers(path: &str) -> ScenarioRecord {
    let mut scenario = scenario(
        path,
        5,
        "A pull that works again ends the back-off",
        &["smoke", "images"],
        240,
    );
    scenario.steps = vec![
        step("Given", "a cluster with 1 node", 6, 0, 0),
        step("And", "image \"web:v2\" cannot be pulled for 2m", 7, 0, 0),
        step("When", "a pod \"web\" of image \"web:v2\"", 8, 0, 0),
        step("Then", "within 5s, pod \"web\" shows STATUS \"ErrImagePull\"", 9, 0, 2),
        step(
            "And",
            "within 30s, pod \"web\" shows STATUS \"ImagePullBackOff\"",
            10,
            2,
            14,
        ),
        step("And", "within 5m, pod \"web\" is Ready", 11, 14, 168),
        step(
            "And",
            "pod \"web\" went through STATUS \"Pending, ContainerCreating, ErrImagePull, ImagePullBackOff, ErrImagePull, ImagePullBackOff, ErrImagePull, ImagePullBackOff, ErrImagePull, ImagePullBackOff, Running\"",
            12,
            168,
            240,
        ),
    ];
    let pulls = starting(0, 2)
        .then(13, "ErrImagePull", "0/1", 0)
        .then(25, "ImagePullBackOff", "0/1", 0)
        .then(38, "ErrImagePull", "0/1", 0)
        .then(51, "ImagePullBackOff", "0/1", 0)
        .then(67, "ErrImagePull", "0/1", 0)
        .then(94, "ImagePullBackOff", "0/1", 0)
        .then(108, "ErrImagePull", "0/1", 0)
        .then(168, "ImagePullBackOff", "0/1", 0)
        .then(240, "Running", "1/1", 0);
    scenario.lanes = vec![lane("web", "node-1", &pulls)];
    scenario.faults = vec![fault("image \"web:v2\" cannot be pulled", "image/web:v2", 0, Some(120))];
    scenario
}

fn rollout_stuck(path: &str) -> ScenarioRecord {
    let mut scenario = scenario(
        path,
        16,
        "A rollout to an image that does not exist keeps the old pods",
        &["smoke", "images", "rollout"],
        672,
    );
    let mut failed = step("Then", "within 10m, deployment \"web\" has rolled out", 21, 72, 672);
    failed.outcome = Outcome::Failed;
    failed.failure = Some(Failure {
        message: "deployment \"web\" had not rolled out after 10m".to_owned(),
        expected: Some("rolled out: 3 updated and available replicas".to_owned()),
        seen: Some("1 of 3 updated, 3 available, 1 unavailable\ncondition Progressing=False because ProgressDeadlineExceeded".to_owned()),
        at_ns: Some(672 * SECOND_NS),
        kubectl_table: "NAME                   READY   STATUS             RESTARTS   AGE   IP           NODE\nweb-6d4cf56db6-4wq2k   1/1     Running            0          11m   10.244.1.2   node-1\nweb-6d4cf56db6-9ljzt   1/1     Running            0          11m   10.244.2.2   node-2\nweb-6d4cf56db6-vx7mn   1/1     Running            0          11m   10.244.1.3   node-1\nweb-7f9cd58b66-qk8hw   0/1     ImagePullBackOff   0          10m   10.244.2.3   node-2\n".to_owned(),
        events: "LAST SEEN   TYPE      REASON              OBJECT                     MESSAGE\n10m         Normal    Scheduled           pod/web-7f9cd58b66-qk8hw   Successfully assigned default/web-7f9cd58b66-qk8hw to node-2\n4m2s        Warning   Failed              pod/web-7f9cd58b66-qk8hw   Error: ErrImagePull\n8s          Warning   Failed              pod/web-7f9cd58b66-qk8hw   Error: ImagePullBackOff\n8s          Normal    BackOff             pod/web-7f9cd58b66-qk8hw   Back-off pulling image \"web:v9\"\n".to_owned(),
        changes: "AT            NAME                   READY   STATUS             RESTARTS\n0:00:40.000   web-7f9cd58b66-qk8hw   0/1     ErrImagePull       0\n0:00:54.000   web-7f9cd58b66-qk8hw   0/1     ImagePullBackOff   0\n".to_owned(),
        source_excerpt: "  19 |     When I run `kubectl set image deployment/web web=web:v9`\n  20 |     And 10 seconds pass\n> 21 |     Then within 10m, deployment \"web\" has rolled out\n  22 |     And deployment \"web\" has 3 available replicas\n".to_owned(),
    });
    scenario.outcome = Outcome::Failed;
    scenario.steps = vec![
        step("Given", "a cluster with 2 nodes", 17, 0, 0),
        step("And", "the manifest \"web.yaml\"", 18, 0, 62),
        step(
            "When",
            "I run `kubectl set image deployment/web web=web:v9`",
            19,
            62,
            62,
        ),
        step("And", "10 seconds pass", 20, 62, 72),
        failed,
        skipped("And", "deployment \"web\" has 3 available replicas", 22),
    ];
    let mut pulls = starting(62, 2);
    let mut at_s = 64;
    for wait_s in [11, 24, 45, 83, 166, 279] {
        pulls = pulls.then(at_s + 11, "ErrImagePull", "0/1", 0);
        pulls = pulls.then(
            (at_s + wait_s + 2).min(672).max(at_s + 12),
            "ImagePullBackOff",
            "0/1",
            0,
        );
        at_s = at_s + wait_s + 2;
    }
    scenario.lanes = vec![
        lane(
            "web-6d4cf56db6-4wq2k",
            "node-1",
            &starting(1, 5).then(672, "Running", "1/1", 0),
        ),
        lane(
            "web-6d4cf56db6-9ljzt",
            "node-2",
            &starting(1, 5).then(672, "Running", "1/1", 0),
        ),
        lane(
            "web-6d4cf56db6-vx7mn",
            "node-1",
            &starting(1, 6).then(672, "Running", "1/1", 0),
        ),
        lane("web-7f9cd58b66-qk8hw", "node-2", &pulls.clipped(672)),
    ];
    scenario.faults = vec![fault("image \"web:v9\" exists on no registry", "image/web:v9", 0, None)];
    scenario
}

fn memory() -> FeatureRecord {
    let path = "features/smoke/oom.feature";
    feature(path, "Memory limits", "", vec![leak(path), limit_row(path)])
}

fn leak(path: &str) -> ScenarioRecord {
    let mut scenario = scenario(
        path,
        4,
        "A leak is OOM killed, restarted and backs off",
        &["smoke", "memory"],
        420,
    );
    scenario.steps = vec![
        step("Given", "a cluster with 1 node", 5, 0, 0),
        step(
            "And",
            "containers labelled \"app=leaky\" use 300Mi of memory after 10s",
            6,
            0,
            0,
        ),
        step("When", "the manifest \"leaky.yaml\"", 7, 0, 0),
        step("Then", "within 1m, pod \"leaky\" shows STATUS \"OOMKilled\"", 8, 0, 12),
        step(
            "And",
            "within 2m, container \"app\" of pod \"leaky\" was last terminated because \"OOMKilled\" with exit code 137",
            9,
            12,
            14,
        ),
        step(
            "And",
            "within 5m, pod \"leaky\" shows STATUS \"CrashLoopBackOff\"",
            10,
            14,
            36,
        ),
        step(
            "And",
            "within 10m, pod \"leaky\" has restarted at least 5 times",
            11,
            36,
            420,
        ),
    ];
    let mut life = starting(0, 2).then(12, "Running", "1/1", 0);
    let mut at_s = 12;
    for (restarts, wait_s) in [(1u32, 2u64), (2, 14), (3, 27), (4, 42), (5, 91), (6, 172)] {
        life = life
            .then(at_s + wait_s.min(12), "OOMKilled", "0/1", restarts - 1)
            .then(at_s + wait_s, "CrashLoopBackOff", "0/1", restarts - 1)
            .then(at_s + wait_s + 10, "Running", "1/1", restarts);
        at_s += wait_s + 10;
    }
    scenario.lanes = vec![lane(
        "leaky",
        "node-1",
        &life.then(420, "OOMKilled", "0/1", 6).clipped(420),
    )];
    scenario.faults = (0..2)
        .map(|index| {
            fault(
                "container \"app\" of pod \"leaky\" is OOM killed",
                "pod/leaky",
                12 + index * 12,
                Some(12 + index * 12),
            )
        })
        .collect();
    scenario
}

fn limit_row(path: &str) -> ScenarioRecord {
    let mut scenario = scenario(
        path,
        15,
        "A limit of 64Mi is enough for image \"web:v1\"",
        &["memory"],
        31,
    );
    scenario.examples = Some(ExamplesRow {
        line: 24,
        header: vec!["limit".to_owned(), "image".to_owned()],
        cells: vec!["64Mi".to_owned(), "web:v1".to_owned()],
    });
    scenario.id = format!("{path}:24");
    scenario.replay_command = format!("shakedown run {path}:24 --seed 42");
    scenario.outcome = Outcome::Failed;
    let mut failed = step("Then", "for 10m, pod \"web\" shows STATUS \"Running\"", 19, 3, 31);
    failed.outcome = Outcome::Failed;
    failed.failure = Some(Failure {
        message: "pod \"web\" did not show STATUS \"Running\" for 10m: it changed after 28s".to_owned(),
        expected: Some("STATUS \"Running\"".to_owned()),
        seen: Some("STATUS \"OOMKilled\"".to_owned()),
        at_ns: Some(31 * SECOND_NS),
        kubectl_table: "NAME   READY   STATUS      RESTARTS   AGE\nweb    0/1     OOMKilled   0          31s\n"
            .to_owned(),
        ..Failure::default()
    });
    scenario.steps = vec![
        step("Given", "a cluster with 1 node", 16, 0, 0),
        step("And", "the manifest \"web-64Mi.yaml\"", 17, 0, 0),
        step("And", "the cluster settles", 18, 0, 3),
        failed,
    ];
    scenario.lanes = vec![lane(
        "web",
        "node-1",
        &starting(0, 2)
            .then(31, "Running", "1/1", 0)
            .then(31, "OOMKilled", "0/1", 0),
    )];
    scenario
}

fn probes() -> FeatureRecord {
    let path = "features/smoke/liveness.feature";
    let mut scenario = scenario(
        path,
        6,
        "A failing liveness probe restarts the container",
        &["smoke", "probes"],
        300,
    );
    scenario.steps = vec![
        step("Given", "a cluster with 2 nodes", 7, 0, 0),
        step("And", "the manifest \"web.yaml\"", 8, 0, 60),
        step(
            "When",
            "the liveness probe of pod \"web-6d4cf56db6-4wq2k\" fails for 90s",
            9,
            60,
            60,
        ),
        step(
            "Then",
            "within 1m, pod \"web-6d4cf56db6-4wq2k\" has restarted 1 time",
            10,
            60,
            96,
        ),
        step(
            "And",
            "pod \"web-6d4cf56db6-4wq2k\" has event \"Unhealthy\"",
            11,
            96,
            96,
        ),
        step(
            "And",
            "at all times, pod \"web-6d4cf56db6-9ljzt\" is Ready",
            12,
            96,
            300,
        ),
    ];
    scenario.lanes = vec![
        lane(
            "web-6d4cf56db6-4wq2k",
            "node-1",
            &starting(1, 5)
                .then(95, "Running", "1/1", 0)
                .then(101, "Running", "0/1", 1)
                .then(130, "Running", "1/1", 1)
                .then(136, "Running", "0/1", 2)
                .then(300, "Running", "1/1", 2),
        ),
        lane(
            "web-6d4cf56db6-9ljzt",
            "node-2",
            &starting(1, 5).then(300, "Running", "1/1", 0),
        ),
        lane(
            "migrate-x8x2c",
            "node-2",
            &starting(5, 4)
                .then(47, "Running", "1/1", 0)
                .then(300, "Completed", "0/1", 0),
        ),
    ];
    scenario.faults = vec![fault(
        "the liveness probe of pod \"web-6d4cf56db6-4wq2k\" fails",
        "pod/web-6d4cf56db6-4wq2k",
        60,
        Some(150),
    )];
    feature(path, "Liveness probes", "", vec![scenario])
}

fn tutorial() -> FeatureRecord {
    let path = "features/tutorials/pods.feature";
    let mut scenario = scenario(path, 5, "파드는 스스로 되살아나지 않는다", &["tutorial"], 12);
    scenario.outcome = Outcome::Undefined;
    let mut undefined = step("그러면", "pod \"nginx\" shows STATUS \"Running\" and smiles", 8, 12, 12);
    undefined.outcome = Outcome::Undefined;
    undefined.failure = Some(Failure {
        message: "no step matches\ndid you mean `{tense}{pods} shows STATUS {string}`?".to_owned(),
        ..Failure::default()
    });
    scenario.steps = vec![
        step("먼저", "a cluster with 1 node", 6, 0, 0),
        step("만일", "a pod \"nginx\" of image \"nginx:1.25\"", 7, 0, 12),
        undefined,
    ];
    scenario.lanes = vec![lane("nginx", "node-1", &starting(0, 3).then(12, "Running", "1/1", 0))];
    feature(path, "파드", "", vec![scenario])
}

fn feature(path: &str, name: &str, description: &str, scenarios: Vec<ScenarioRecord>) -> FeatureRecord {
    FeatureRecord {
        path: path.to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        tags: Vec::new(),
        scenarios,
    }
}

fn scenario(path: &str, line: usize, name: &str, tags: &[&str], end_s: u64) -> ScenarioRecord {
    ScenarioRecord {
        id: format!("{path}:{line}"),
        name: name.to_owned(),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        line,
        seed: 42,
        timeline_hash: format!("{:016x}", 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(line as u64 + end_s)),
        end_ns: end_s * SECOND_NS,
        wall_duration_ns: 3_100_000 + end_s * 21_000,
        replay_command: format!("shakedown run {path}:{line} --seed 42"),
        ..ScenarioRecord::default()
    }
}

fn step(keyword: &str, text: &str, line: usize, from_s: u64, to_s: u64) -> StepRecord {
    StepRecord {
        keyword: keyword.to_owned(),
        text: text.to_owned(),
        line,
        start_ns: from_s * SECOND_NS,
        end_ns: to_s * SECOND_NS,
        wall_duration_ns: 61_000 + (to_s - from_s) * 9_000,
        ..StepRecord::default()
    }
}

fn skipped(keyword: &str, text: &str, line: usize) -> StepRecord {
    StepRecord {
        keyword: keyword.to_owned(),
        text: text.to_owned(),
        line,
        outcome: Outcome::Skipped,
        ..StepRecord::default()
    }
}

/// What a step may have beside its text.
trait StepParts {
    fn in_background(self) -> Self;
    fn with_doc(self, doc: &str) -> Self;
    fn with_table(self, rows: &[&[&str]]) -> Self;
}

impl StepParts for StepRecord {
    fn in_background(mut self) -> Self {
        self.background = true;
        self
    }

    fn with_doc(mut self, doc: &str) -> Self {
        self.doc_string = Some(doc.to_owned());
        self
    }

    fn with_table(mut self, rows: &[&[&str]]) -> Self {
        self.table = rows
            .iter()
            .map(|row| row.iter().map(|cell| (*cell).to_owned()).collect())
            .collect();
        self
    }
}

fn fault(text: &str, target: &str, from_s: u64, to_s: Option<u64>) -> FaultMark {
    FaultMark {
        text: text.to_owned(),
        target: target.to_owned(),
        from_ns: from_s * SECOND_NS,
        to_ns: to_s.map(|to_s| to_s * SECOND_NS),
    }
}

fn log(at_s: u64, level: &str, target: &str, text: &str) -> LogLine {
    LogLine {
        at_ns: at_s * SECOND_NS,
        level: level.to_owned(),
        target: target.to_owned(),
        text: text.to_owned(),
    }
}

fn lane(subject: &str, node: &str, life: &Life) -> Lane {
    Lane {
        subject: subject.to_owned(),
        namespace: "default".to_owned(),
        node: node.to_owned(),
        segments: life.0.clone(),
    }
}

/// A pod's life, segment by segment.
struct Life(Vec<Segment>);

/// A pod created at `at_s`, `creating_s` of ContainerCreating.
fn starting(at_s: u64, creating_s: u64) -> Life {
    let at_ns = at_s * SECOND_NS;
    let segment = |from_ns, to_ns, status: &str| Segment {
        from_ns,
        to_ns,
        status: status.to_owned(),
        ready: "0/1".to_owned(),
        restarts: 0,
    };
    let scheduled_ns = at_ns + SECOND_NS / 20;
    if creating_s == 0 {
        return Life(vec![segment(at_ns, at_ns, "Pending")]);
    }
    Life(vec![
        segment(at_ns, scheduled_ns, "Pending"),
        segment(scheduled_ns, at_ns + creating_s * SECOND_NS, "ContainerCreating"),
    ])
}

impl Life {
    fn then(mut self, until_s: u64, status: &str, ready: &str, restarts: u32) -> Self {
        let from_ns = self.0.last().map(|segment| segment.to_ns).unwrap_or_default();
        let to_ns = until_s * SECOND_NS;
        self.0.push(Segment {
            from_ns,
            to_ns: to_ns.max(from_ns),
            status: status.to_owned(),
            ready: ready.to_owned(),
            restarts,
        });
        self
    }

    fn clipped(mut self, end_s: u64) -> Self {
        let end_ns = end_s * SECOND_NS;
        self.0.retain(|segment| segment.from_ns < end_ns);
        for segment in &mut self.0 {
            segment.to_ns = segment.to_ns.min(end_ns);
        }
        self
    }
}
