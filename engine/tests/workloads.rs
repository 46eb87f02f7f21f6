//! Jobs, CronJobs and autoscalers through the public API of a cluster, with real simulated kubelets.

use std::time::Duration;

use serde_json::Value;
use shakedown_engine::api::decode::Origin;
use shakedown_engine::api::{Kind, Object, Pod, Resource};
use shakedown_engine::environment::{ContainerSelector, Rule};
use shakedown_engine::kubectl::NoFiles;
use shakedown_engine::kubelet::NodeTemplate;
use shakedown_engine::runtime::{Behaviour, CpuUse, MemoryUse};
use shakedown_engine::{Cluster, ClusterOptions};

/// A cluster with three nodes, in which manifests were applied.
fn cluster(settings: &[(&str, &str)], manifests: &[&str]) -> Cluster {
    let mut cluster = Cluster::new(ClusterOptions::default());
    for (name, value) in settings {
        cluster.set_setting(name, value).expect("a known setting");
    }
    for name in ["node-1", "node-2", "node-3"] {
        cluster.add_node(&NodeTemplate::named(name)).expect("a fresh name");
    }
    for manifest in manifests {
        cluster.apply(manifest, &Origin::file("test.yaml")).expect("it applies");
    }
    cluster
}

fn advance(cluster: &mut Cluster, seconds: u64) {
    cluster.advance(Duration::from_secs(seconds)).expect("within limits");
}

fn kubectl(cluster: &mut Cluster, line: &str) -> String {
    let output = cluster.kubectl(line, &NoFiles);
    assert_eq!(output.exit_code, 0, "kubectl {line}: {}", output.stderr);
    output.stdout
}

/// Checks what JSONPath templates print of an object.
#[track_caller]
fn check(cluster: &mut Cluster, object: &str, expect: &[(&str, &str)]) {
    for (path, expect) in expect {
        let printed = kubectl(cluster, &format!("get {object} -o jsonpath='{{{path}}}'"));
        assert_eq!(printed, *expect, "{object} {path} at {}", cluster.now());
    }
}

/// The conditions of an object as they changed: second and `Type=Status/Reason`.
fn conditions(cluster: &Cluster, kind: Kind, name: &str) -> Vec<(u64, String)> {
    let mut seen: Vec<(u64, String)> = Vec::new();
    for change in cluster.log().iter().filter(|change| change.kind() == kind) {
        let Some(after) = change.after.as_ref().filter(|after| after.meta().name == name) else {
            continue;
        };
        let value = after.to_json();
        for condition in value["status"]["conditions"].as_array().into_iter().flatten() {
            let text = |key: &str| condition[key].as_str().unwrap_or_default();
            let line = format!("{}={}/{}", text("type"), text("status"), text("reason"));
            if !seen.iter().any(|(_, known)| *known == line) {
                seen.push((change.at.as_secs(), line));
            }
        }
    }
    seen
}

/// When pods were created, in seconds, with an annotation of theirs.
fn creations(cluster: &Cluster, annotation: &str) -> Vec<(u64, String)> {
    let created = cluster.log().iter().filter(|change| change.before.is_none());
    let pods = created.filter_map(|change| Some((change.at.as_secs(), change.after.as_ref()?.as_pod()?.clone())));
    let annotation = |pod: &Pod| pod.meta.annotations.get(annotation).map(ToString::to_string);
    pods.map(|(at, pod)| (at, annotation(&pod).unwrap_or_default()))
        .collect()
}

fn job(name: &str, spec: &str, command: &str) -> String {
    format!(
        "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: {name}}}\nspec:\n  {spec}\n  template:\n    spec:\n      \
         restartPolicy: Never\n      containers:\n      - {{name: work, image: 'work:v1', command: [sh, -c, '{command}']}}\n"
    )
}

fn cron_job(spec: &str, command: &str) -> String {
    format!(
        "apiVersion: batch/v1\nkind: CronJob\nmetadata: {{name: tick}}\nspec:\n  {spec}\n  jobTemplate:\n    spec:\n      \
         template:\n        spec:\n          restartPolicy: Never\n          containers:\n          - {{name: work, image: \
         'work:v1', command: [sh, -c, '{command}']}}\n"
    )
}

#[test]
fn a_job_is_failed_when_its_pods_are_gone_and_was_before_1_31_at_once() {
    let check = |version: &str, expect: &[(u64, &str)]| {
        let manifest = job("work", "activeDeadlineSeconds: 20", "trap \"\" TERM; sleep 600");
        let mut cluster = cluster(&[("kubernetes-version", version)], &[&manifest]);
        advance(&mut cluster, 120);
        let expect: Vec<(u64, String)> = expect.iter().map(|(at, line)| (*at, (*line).to_owned())).collect();
        assert_eq!(conditions(&cluster, Kind::JOB, "work"), expect, "{version}");
    };
    check("1.28", &[(20, "Failed=True/DeadlineExceeded")]);
    check(
        "1.34",
        &[
            (20, "FailureTarget=True/DeadlineExceeded"),
            (51, "Failed=True/DeadlineExceeded"),
        ],
    );
}

#[test]
fn an_index_waits_longer_with_every_failure_of_its_own() {
    let manifest = job(
        "work",
        "completions: 1\n  completionMode: Indexed\n  backoffLimitPerIndex: 3",
        "exit 1",
    );
    let mut cluster = cluster(&[], &[&manifest]);
    advance(&mut cluster, 200);
    let counts = creations(&cluster, "batch.kubernetes.io/job-index-failure-count");
    let gaps: Vec<u64> = counts.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    let failures: Vec<&str> = counts.iter().map(|(_, count)| count.as_str()).collect();
    assert_eq!(failures, ["0", "1", "2", "3"]);
    // 10, 20 and 40 s after the last failure, and the time a pod takes to fail.
    for (gap, wait) in gaps.iter().zip([10, 20, 40]) {
        assert!((wait..wait + 5).contains(gap), "{gaps:?}");
    }
    check(
        &mut cluster,
        "job work",
        &[(".status.failedIndexes", "0"), (".status.failed", "4")],
    );
}

#[test]
fn ignored_failures_of_an_index_are_counted_apart() {
    let spec = "completions: 1\n  completionMode: Indexed\n  backoffLimitPerIndex: 1\n  podFailurePolicy: {rules: [{action: \
                Ignore, onExitCodes: {operator: In, values: [7]}}]}";
    let mut cluster = cluster(&[], &[&job("work", spec, "exit 7")]);
    advance(&mut cluster, 60);
    let ignored = creations(&cluster, "batch.kubernetes.io/job-index-ignored-failure-count");
    let ignored: Vec<&str> = ignored.iter().map(|(_, count)| count.as_str()).collect();
    assert_eq!(ignored, ["", "1", "2"]);
    check(
        &mut cluster,
        "job work",
        &[(".status.failed", ""), (".status.failedIndexes", "")],
    );
}

#[test]
fn the_start_time_of_a_suspended_job_changes_when_it_is_resumed() {
    let mut cluster = cluster(&[], &[&job("work", "parallelism: 1", "sleep 600")]);
    advance(&mut cluster, 10);
    kubectl(&mut cluster, "patch job work -p '{\"spec\":{\"suspend\":true}}'");
    advance(&mut cluster, 60);
    check(
        &mut cluster,
        "job work",
        &[
            (".status.startTime", "2025-01-01T00:00:00Z"),
            (".status.active", ""),
            (".status.terminating", "0"),
        ],
    );
    kubectl(&mut cluster, "patch job work -p '{\"spec\":{\"suspend\":false}}'");
    advance(&mut cluster, 5);
    check(
        &mut cluster,
        "job work",
        &[(".status.startTime", "2025-01-01T00:01:10Z"), (".status.active", "1")],
    );
}

#[test]
fn fewer_completions_take_away_the_indexes_beyond() {
    let spec = "completions: 3\n  parallelism: 3\n  completionMode: Indexed";
    let mut cluster = cluster(&[], &[&job("work", spec, "sleep 600")]);
    advance(&mut cluster, 10);
    kubectl(
        &mut cluster,
        "patch job work -p '{\"spec\":{\"completions\":2,\"parallelism\":2}}'",
    );
    advance(&mut cluster, 60);
    let names = kubectl(
        &mut cluster,
        "get pods -o jsonpath='{.items[*].metadata.labels.batch\\.kubernetes\\.io/job-completion-index}'",
    );
    assert_eq!(names, "0 1");
}

#[test]
fn another_schedule_starts_nothing_at_once() {
    let mut cluster = cluster(&[], &[&cron_job("schedule: '0 * * * *'", "true")]);
    advance(&mut cluster, 30 * 60);
    kubectl(
        &mut cluster,
        "patch cronjob tick -p '{\"spec\":{\"schedule\":\"*/20 * * * *\"}}'",
    );
    advance(&mut cluster, 60);
    assert_eq!(kubectl(&mut cluster, "get jobs -o name"), "");
    advance(&mut cluster, 10 * 60);
    assert_eq!(kubectl(&mut cluster, "get jobs -o name"), "job.batch/tick-28928200\n");
}

#[test]
fn a_job_that_vanishes_is_noticed() {
    let mut cluster = cluster(&[], &[&cron_job("schedule: '*/30 * * * *'", "sleep 3000")]);
    advance(&mut cluster, 31 * 60);
    kubectl(&mut cluster, "delete job tick-28928190");
    advance(&mut cluster, 5);
    check(&mut cluster, "cronjob tick", &[(".status.active", "")]);
    let events = kubectl(
        &mut cluster,
        "get events -o jsonpath='{.items[?(@.reason==\"MissingJob\")].message}'",
    );
    assert_eq!(events, "Active job went missing: tick-28928190");
}

#[test]
fn nothing_happens_to_a_cron_job_between_its_starts() {
    let mut cluster = cluster(&[], &[&cron_job("schedule: '@monthly'", "true")]);
    cluster.settle().expect("it settles");
    let changes = cluster.log().len();
    advance(&mut cluster, 20 * 24 * 3600);
    assert_eq!(cluster.log().len(), changes);
    advance(&mut cluster, 12 * 24 * 3600);
    check(
        &mut cluster,
        "cronjob tick",
        &[(".status.lastScheduleTime", "2025-02-01T00:00:00Z")],
    );
}

/// A Deployment whose containers do what the behaviour says, and an autoscaler that asks this of them.
fn autoscaled(behaviour: Behaviour, replicas: u32, metric: &str) -> Cluster {
    let mut cluster = cluster(&[], &[]);
    cluster.behave(Rule {
        containers: ContainerSelector::Image("web:v1".into()),
        behaviour,
    });
    let manifest = format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec:\n  replicas: {replicas}\n  selector: \
         {{matchLabels: {{app: web}}}}\n  template:\n    metadata: {{labels: {{app: web}}}}\n    spec:\n      containers:\n      \
         - {{name: app, image: 'web:v1', readinessProbe: {{exec: {{command: [check]}}, periodSeconds: 1}}, resources: \
         {{requests: {{cpu: 100m, memory: 100Mi}}}}}}\n---\napiVersion: autoscaling/v2\nkind: \
         HorizontalPodAutoscaler\nmetadata: {{name: web}}\nspec:\n  scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, \
         name: web}}\n  maxReplicas: 10\n  metrics: [{metric}]\n"
    );
    cluster.apply(&manifest, &Origin::file("web.yaml")).expect("it applies");
    cluster
}

const HALF: &str = "{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}";
const MEMORY: &str = "{type: Resource, resource: {name: memory, target: {type: AverageValue, averageValue: 100Mi}}}";

fn cpu(milli: u64) -> Behaviour {
    Behaviour {
        cpu: Some(CpuUse {
            initial_milli: milli,
            later: None,
        }),
        ..Behaviour::default()
    }
}

#[test]
fn an_autoscaler_with_nothing_to_do_sleeps() {
    let mut cluster = autoscaled(cpu(50), 2, HALF);
    cluster.settle().expect("it settles");
    let changes = cluster.log().len();
    advance(&mut cluster, 24 * 3600);
    assert_eq!(cluster.log().len(), changes);
}

#[test]
fn it_wakes_when_the_load_changes_and_remembers_what_it_would_have_said_meanwhile() {
    let mut cluster = autoscaled(cpu(50), 4, HALF);
    advance(&mut cluster, 3600);
    cluster.behave(Rule {
        containers: ContainerSelector::Image("web:v1".into()),
        behaviour: cpu(10),
    });
    // What it would have recommended until now holds for five minutes.
    advance(&mut cluster, 280);
    check(&mut cluster, "deployment web", &[(".spec.replicas", "4")]);
    advance(&mut cluster, 60);
    check(&mut cluster, "deployment web", &[(".spec.replicas", "1")]);
}

#[test]
fn cpu_of_pods_that_are_not_ready_does_not_count() {
    let slow = Behaviour {
        ready_after: Some(Duration::from_secs(120)),
        ..cpu(100)
    };
    let mut cluster = autoscaled(slow, 2, HALF);
    advance(&mut cluster, 100);
    check(&mut cluster, "deployment web", &[(".spec.replicas", "2")]);
    check(
        &mut cluster,
        "hpa web",
        &[(
            ".status.conditions[?(@.type==\"ScalingActive\")].message",
            "the HPA was unable to compute the replica count: \
           failed to get cpu utilization: did not receive metrics for any ready pods",
        )],
    );
    advance(&mut cluster, 60);
    check(&mut cluster, "deployment web", &[(".spec.replicas", "4")]);
}

#[test]
fn a_leak_is_followed() {
    let leaking = Behaviour {
        memory: Some(MemoryUse {
            initial_bytes: 90 << 20,
            leak_bytes_per_minute: 2 << 20,
            ..MemoryUse::default()
        }),
        ..Behaviour::default()
    };
    let mut cluster = autoscaled(leaking, 1, MEMORY);
    cluster.settle().expect("a leak keeps nobody waiting");
    advance(&mut cluster, 5 * 60);
    check(&mut cluster, "deployment web", &[(".spec.replicas", "1")]);
    advance(&mut cluster, 7 * 60);
    check(&mut cluster, "deployment web", &[(".spec.replicas", "2")]);
    // The first pod uses 124Mi by now, the second 20Mi less: a tenth above the target between them.
    advance(&mut cluster, 5 * 60);
    check(&mut cluster, "deployment web", &[(".spec.replicas", "3")]);
}

#[test]
fn what_was_written_for_autoscaling_v1_works() {
    let manifest = "apiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler\nmetadata: {name: old}\nspec:\n  scaleTargetRef: \
                    {apiVersion: apps/v1, kind: Deployment, name: web}\n  maxReplicas: 5\n  targetCPUUtilizationPercentage: 60\n";
    let cluster = cluster(&[], &[manifest]);
    let stored = cluster.log().iter().find_map(|change| match change.after.as_ref()? {
        Object::HorizontalPodAutoscaler(autoscaler) => Some(autoscaler.to_json()),
        _ => None,
    });
    let metric = stored.map(|stored| stored["spec"]["metrics"][0]["resource"]["target"]["averageUtilization"].clone());
    assert_eq!(metric, Some(Value::from(60)));
}

/// How many events of a reason an object has, all counted.
fn event_count(cluster: &mut Cluster, kind: &str, name: &str, reason: &str) -> u64 {
    let selector = format!("involvedObject.kind={kind},involvedObject.name={name},reason={reason}");
    let counts = kubectl(
        cluster,
        &format!("get events --field-selector {selector} -o jsonpath='{{.items[*].count}}'"),
    );
    counts
        .split_whitespace()
        .filter_map(|count| count.parse::<u64>().ok())
        .sum()
}

#[test]
fn a_workload_made_anew_finds_the_revisions_that_were_left_behind() {
    let template = "selector: {matchLabels: {app: x}}\n  template:\n    metadata: {labels: {app: x}}\n    spec: {containers: [{name: \
                    app, image: app}]}\n";
    for (kind, resource, pods) in [("StatefulSet", "sts", 3), ("DaemonSet", "ds", 3)] {
        let replicas = if kind == "StatefulSet" {
            "replicas: 3\n  serviceName: x\n  "
        } else {
            ""
        };
        let manifest =
            format!("apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: x}}\nspec:\n  {replicas}{template}");
        let mut cluster = cluster(&[], &[&manifest]);
        advance(&mut cluster, 60);
        kubectl(&mut cluster, &format!("delete {resource} x --cascade=orphan"));
        cluster
            .apply(&manifest, &Origin::file("test.yaml"))
            .expect("it applies");
        advance(&mut cluster, 60);
        let owners = "get pods,controllerrevisions -o jsonpath='{.items[*].metadata.ownerReferences[0].name}'";
        let owners = kubectl(&mut cluster, owners);
        assert_eq!(owners.split_whitespace().count(), pods + 1, "{kind}: {owners}");
        let started = event_count(&mut cluster, kind, "x", "SuccessfulCreate");
        assert_eq!(started, pods as u64, "{kind}: no pod is made anew");
    }
}

#[test]
fn a_request_that_hangs_at_a_webhook_hangs_for_its_whole_time() {
    use shakedown_engine::faults::Fault;
    use shakedown_engine::interference::WebhookFault;

    let mut cluster = cluster(&[], &[]);
    let fault = Fault::Webhook("policy".into(), WebhookFault::DoesNotAnswer);
    cluster.inject(fault, None).expect("it strikes");
    let begin = cluster.now();
    let output = cluster.kubectl("run web --image=nginx", &NoFiles);
    assert!(output.stderr.contains("context deadline exceeded"), "{}", output.stderr);
    assert_eq!(cluster.now().since(begin), Duration::from_secs(10));
    kubectl(&mut cluster, "create deployment web --image=nginx");
    let template = "selector: {matchLabels: {app: x}}\n  template: {metadata: {labels: {app: x}}, spec: {containers: [{name: app, \
                    image: app}]}}\n";
    let set = |kind: &str| format!("apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: x}}\nspec:\n  {template}");
    for manifest in [set("StatefulSet"), set("DaemonSet"), job("x", "parallelism: 1", "true")] {
        cluster
            .apply(&manifest, &Origin::file("test.yaml"))
            .expect("it applies");
    }
    advance(&mut cluster, 9);
    let failed = |cluster: &mut Cluster| {
        let kinds = ["StatefulSet", "DaemonSet", "Job"];
        kinds.map(|kind| event_count(cluster, kind, "x", "FailedCreate") > 0)
    };
    assert_eq!(failed(&mut cluster), [false; 3], "the requests still hang");
    advance(&mut cluster, 2);
    assert_eq!(failed(&mut cluster), [true; 3]);
    // Two time-outs and the short waits between them.
    advance(&mut cluster, 10);
    assert_eq!(event_count(&mut cluster, "StatefulSet", "x", "FailedCreate"), 2);
    cluster.heal_matching(|_| true);
    cluster.settle().expect("within limits");
    assert_eq!(kubectl(&mut cluster, "get pods -o name").lines().count(), 6);
}

#[test]
fn a_namespace_says_which_finalizers_hold_it() {
    let mut cluster = cluster(&[], &["apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"]);
    let held =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: held, namespace: shop, finalizers: [example.com/keep]}\n";
    cluster.apply(held, &Origin::file("test.yaml")).expect("it applies");
    kubectl(&mut cluster, "delete namespace shop --wait=false");
    advance(&mut cluster, 10);
    let condition = ".status.conditions[?(@.type==\"NamespaceFinalizersRemaining\")]";
    check(
        &mut cluster,
        "namespace shop",
        &[
            (&format!("{condition}.reason"), "SomeFinalizersRemain"),
            (
                &format!("{condition}.message"),
                "Some content in the namespace has finalizers remaining: example.com/keep in 1 resource instances",
            ),
        ],
    );
}

#[test]
fn schedules_that_name_a_zone_are_followed_where_they_still_exist() {
    let manifest = cron_job("schedule: 'TZ=Asia/Seoul 5 9 * * *'", "true");
    let mut old = cluster(&[("kubernetes-version", "1.28")], &[&manifest]);
    // 09:05 in Seoul is 00:05 in Greenwich, where the simulation begins at midnight.
    advance(&mut old, 310);
    assert_eq!(kubectl(&mut old, "get jobs -o name").lines().count(), 1);
    assert!(event_count(&mut old, "CronJob", "tick", "UnsupportedSchedule") > 0);
}

#[test]
fn a_pod_that_its_job_has_left_behind_can_be_deleted() {
    let mut cluster = cluster(&[], &[&job("work", "parallelism: 1", "sleep 600")]);
    advance(&mut cluster, 10);
    kubectl(&mut cluster, "delete job work --cascade=orphan");
    advance(&mut cluster, 5);
    let finalizers = kubectl(&mut cluster, "get pods -o jsonpath='{.items[*].metadata.finalizers}'");
    assert_eq!(finalizers, "");
    kubectl(&mut cluster, "delete pods --all");
    assert_eq!(kubectl(&mut cluster, "get pods -o name"), "");
}
