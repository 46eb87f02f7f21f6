//! Assertions about pods.

use cucumber::then;
use shakedown_engine::api::{Condition, Node, ObjectKey, Pod, Selector};
use shakedown_engine::kubectl::printers::{ready_text, summarize};
use shakedown_engine::timeline::View;

use crate::World;
use crate::assertion::{Claim, Verdict};
use crate::hint;
use crate::parameters::{Because, Count, Glob, Pods, Tense, Text};
use crate::world::StepError;

/// `status.phase` (API reference, PodStatus).
const PHASES: [&str; 5] = ["Pending", "Running", "Succeeded", "Failed", "Unknown"];

/// What a condition may be (API reference, ConditionStatus).
pub(super) const CONDITION_STATUS: [&str; 3] = ["True", "False", "Unknown"];

/// What the STATUS column shows most often; any reason that a kubelet gives may stand there.
pub(super) const USUAL_STATUS: [&str; 33] = [
    "Pending",
    "SchedulingGated",
    "ContainerCreating",
    "PodInitializing",
    "Init:Error",
    "Init:CrashLoopBackOff",
    "Init:ErrImagePull",
    "Init:ImagePullBackOff",
    "Init:OOMKilled",
    "Running",
    "NotReady",
    "Completed",
    "Succeeded",
    "Failed",
    "Error",
    "StartError",
    "ContainerCannotRun",
    "OOMKilled",
    "CrashLoopBackOff",
    "ErrImagePull",
    "ImagePullBackOff",
    "ErrImageNeverPull",
    "InvalidImageName",
    "CreateContainerConfigError",
    "CreateContainerError",
    "RunContainerError",
    "ContainerStatusUnknown",
    "Evicted",
    "Preempting",
    "DeadlineExceeded",
    "Terminating",
    "Terminated",
    "Unknown",
];

/// Compares a text that a pod shows with the one asked for.
fn equal(what: &str, seen: &str, wanted: &str) -> Verdict {
    if seen == wanted {
        Ok(())
    } else {
        Err(format!("{what} \"{seen}\""))
    }
}

/// Asserts the name that a pod's processes see as their host's: `spec.hostname`, else the pod's own name.
///
/// Example: `Then pod "redis-set-0" has hostname "redis-set-0"`
#[then(expr = "{tense}{pods} has/have hostname {string}")]
fn have_hostname(world: &mut World, tense: Tense, pods: Pods, wanted: Text) -> Result<(), StepError> {
    let claim = Claim::pods(&pods, format!("hostname {:?}", wanted.0), |_, pod| {
        let given = pod.spec.json.get("hostname").and_then(serde_json::Value::as_str);
        // The kernel's limit on host names (kubelet `GeneratePodHostNameAndDomain`).
        let seen: String = given.unwrap_or(&pod.meta.name).chars().take(63).collect();
        if seen == wanted.0 {
            Ok(())
        } else {
            Err(format!("hostname {seen:?}"))
        }
    })?;
    world.assert(tense, &claim)
}

/// Asserts `status.phase`: Pending, Running, Succeeded, Failed or Unknown.
///
/// Example: `Then pod "web-0" has phase "Running"`
#[then(expr = "{tense}{pods} has/have phase {string}")]
fn have_phase(world: &mut World, tense: Tense, pods: Pods, phase: Text) -> Result<(), StepError> {
    hint::one_of("phase", &phase, &PHASES)?;
    let check = |_: &View<'_>, pod: &Pod| equal("phase", pod.status.phase.as_str(), &phase);
    world.assert(tense, &Claim::pods(&pods, format!("phase \"{phase}\""), check)?)
}

/// Asserts the STATUS column of `kubectl get pods`.
///
/// Example: `Then within 5m, pod "web-0" shows STATUS "CrashLoopBackOff"`
#[then(expr = "{tense}{pods} show/shows STATUS {string}")]
fn show_status(world: &mut World, tense: Tense, pods: Pods, status: Text) -> Result<(), StepError> {
    hint::well_spelt("STATUS", &status, &USUAL_STATUS)?;
    let check = |_: &View<'_>, pod: &Pod| equal("STATUS", &summarize(pod).status, &status);
    world.assert(tense, &Claim::pods(&pods, format!("STATUS \"{status}\""), check)?)
}

/// Asserts the READY column of `kubectl get pods`: ready containers of all.
///
/// Example: `Then pod "web-0" shows READY "1/2"`
#[then(expr = "{tense}{pods} show/shows READY {string}")]
fn show_ready(world: &mut World, tense: Tense, pods: Pods, ready: Text) -> Result<(), StepError> {
    let check = |_: &View<'_>, pod: &Pod| equal("READY", &ready_text(&summarize(pod)), &ready);
    world.assert(tense, &Claim::pods(&pods, format!("READY \"{ready}\""), check)?)
}

/// Asserts the RESTARTS column of `kubectl get pods`.
///
/// Example: `Then within 10m, pod "web-0" has restarted at least 3 times`
#[then(expr = "{tense}{pods} has/have restarted {count} time(s)")]
fn have_restarted(world: &mut World, tense: Tense, pods: Pods, count: Count) -> Result<(), StepError> {
    let check = |_: &View<'_>, pod: &Pod| {
        let restarts = summarize(pod).restarts.count;
        let holds = count.holds(u64::try_from(restarts).unwrap_or_default());
        if holds {
            Ok(())
        } else {
            Err(format!("{restarts} restarts"))
        }
    };
    world.assert(tense, &Claim::pods(&pods, format!("{count} restarts"), check)?)
}

/// Asserts that the pods' condition Ready is True: they get traffic.
///
/// Example: `Then within 2m, every pod of deployment "web" is Ready`
#[then(expr = "{tense}{pods} is/are Ready")]
fn are_ready(world: &mut World, tense: Tense, pods: Pods) -> Result<(), StepError> {
    let check = |_: &View<'_>, pod: &Pod| if pod.is_ready() { Ok(()) } else { Err(not_ready(pod)) };
    world.assert(tense, &Claim::pods(&pods, "Ready", check)?)
}

/// Asserts that the pods' condition Ready is not True: they get no traffic.
///
/// Example: `Then within 1m, pod "web-0" is not Ready`
#[then(expr = "{tense}{pods} is/are not Ready")]
fn are_not_ready(world: &mut World, tense: Tense, pods: Pods) -> Result<(), StepError> {
    let check = |_: &View<'_>, pod: &Pod| {
        if pod.is_ready() {
            Err("Ready".to_owned())
        } else {
            Ok(())
        }
    };
    world.assert(tense, &Claim::pods(&pods, "not Ready", check)?)
}

fn not_ready(pod: &Pod) -> String {
    let because = Condition::find(&pod.status.conditions, "Ready");
    let reason = because
        .map(|condition| condition.reason.as_str())
        .filter(|reason| !reason.is_empty());
    let reason = reason.map(|reason| format!(" because {reason}")).unwrap_or_default();
    format!("not Ready{reason}, STATUS \"{}\"", summarize(pod).status)
}

/// Asserts a condition of the pods, optionally its reason and a part of its message.
///
/// Example: `Then pod "web-0" has condition "PodScheduled" "False" because "Unschedulable"`
#[then(expr = "{tense}{pods} has/have condition {string} {string}{because}")]
fn have_condition(
    world: &mut World,
    tense: Tense,
    pods: Pods,
    kind: Text,
    status: Text,
    because: Because,
) -> Result<(), StepError> {
    hint::one_of("status of a condition", &status, &CONDITION_STATUS)?;
    let check = |_: &View<'_>, pod: &Pod| condition(&pod.status.conditions, &kind, &status, &because);
    world.assert(
        tense,
        &Claim::pods(&pods, format!("condition \"{kind}\" \"{status}\"{because}"), check)?,
    )
}

/// Whether there is such a condition.
pub(super) fn condition(conditions: &[Condition], kind: &str, status: &str, because: &Because) -> Verdict {
    let Some(condition) = Condition::find(conditions, kind) else {
        return Err(format!("no condition \"{kind}\""));
    };
    if condition.status == status && because.holds(&condition.reason, &condition.message) {
        return Ok(());
    }
    let full = Because {
        reason: Some(condition.reason.to_string()),
        message: Some(condition.message.to_string()),
    };
    Err(format!("condition \"{kind}\" \"{}\"{full}", condition.status))
}

/// Asserts the node that the pods are bound to; a glob allows several.
///
/// Example: `Then every pod of deployment "web" runs on node "node-*"`
#[then(expr = "{tense}{pods} run/runs on node {string}")]
fn run_on_node(world: &mut World, tense: Tense, pods: Pods, node: Text) -> Result<(), StepError> {
    let wanted = Glob(node.0);
    let check = |_: &View<'_>, pod: &Pod| {
        if !pod.node_name.is_empty() && wanted.matches(&pod.node_name) {
            Ok(())
        } else {
            Err(place(pod))
        }
    };
    world.assert(tense, &Claim::pods(&pods, format!("on node \"{wanted}\""), check)?)
}

/// Asserts that the pods are bound to nodes with these labels.
///
/// Example: `Then pod "db-0" runs on a node labelled "disk=ssd"`
#[then(expr = "{tense}{pods} run/runs on a node labelled {string}")]
fn run_on_labelled_node(world: &mut World, tense: Tense, pods: Pods, labels: Text) -> Result<(), StepError> {
    let selector: Selector = labels.parse()?;
    let check = |view: &View<'_>, pod: &Pod| match view.objects.get::<Node>(&ObjectKey::cluster(pod.node_name.clone()))
    {
        Some(node) if selector.matches(&node.meta.labels) => Ok(()),
        _ => Err(place(pod)),
    };
    world.assert(
        tense,
        &Claim::pods(&pods, format!("on a node labelled \"{labels}\""), check)?,
    )
}

fn place(pod: &Pod) -> String {
    if pod.node_name.is_empty() {
        "on no node".to_owned()
    } else {
        format!("on node \"{}\"", pod.node_name)
    }
}

/// Asserts that the scheduler has bound the pods to no node.
///
/// Example: `Then for 5m, pod "big" is not scheduled`
#[then(expr = "{tense}{pods} is/are not scheduled")]
fn are_not_scheduled(world: &mut World, tense: Tense, pods: Pods) -> Result<(), StepError> {
    let check = |_: &View<'_>, pod: &Pod| {
        if pod.node_name.is_empty() {
            Ok(())
        } else {
            Err(place(pod))
        }
    };
    world.assert(tense, &Claim::pods(&pods, "on no node", check)?)
}

/// Asserts the quality of service class: Guaranteed, Burstable or BestEffort.
///
/// Example: `Then pod "web-0" has QoS class "Burstable"`
#[then(expr = "{tense}{pods} has/have QoS class {string}")]
fn have_qos_class(world: &mut World, tense: Tense, pods: Pods, class: Text) -> Result<(), StepError> {
    hint::one_of("QoS class", &class, &["Guaranteed", "Burstable", "BestEffort"])?;
    let check = |_: &View<'_>, pod: &Pod| equal("QoS class", shakedown_engine::api::qos_class(&pod.spec), &class);
    world.assert(tense, &Claim::pods(&pods, format!("QoS class \"{class}\""), check)?)
}

/// Asserts that there are such pods.
///
/// Example: `Then exactly 3 pods of deployment "web" exist`
#[then(expr = "{tense}{pods} exist/exists")]
fn exist(world: &mut World, tense: Tense, pods: Pods) -> Result<(), StepError> {
    world.assert(tense, &Claim::pods_exist(&pods, true)?)
}

/// Asserts that there is no such pod.
///
/// Example: `Then within 1m, pod "web-0" does not exist`
#[then(expr = "{tense}{pods} do/does not exist")]
fn do_not_exist(world: &mut World, tense: Tense, pods: Pods) -> Result<(), StepError> {
    world.assert(tense, &Claim::pods_exist(&pods, false)?)
}
