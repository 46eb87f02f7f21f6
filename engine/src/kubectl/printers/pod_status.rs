//! READY, STATUS and RESTARTS of a pod: what `kubectl get pods` shows, and what assertions ask for at every change of every
//! pod. So it is written over borrowed views and allocates nothing but a STATUS that must be composed (`Init:1/2`).
//!
//! STATUS is not a field of the API; the API server's printer composes it, step after step, the last writer winning
//! (kubernetes `pkg/printers/internalversion`, printPod; the phases behind it:
//! <https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/>).

use std::borrow::Cow;

/// What the printer reads of a pod. Implemented by the stored pod and by external JSON, so that both show the same.
pub trait PodColumns {
    /// `status.phase`, empty if unset.
    fn phase(&self) -> &str;
    /// `status.reason`, empty if unset.
    fn reason(&self) -> &str;
    /// Whether `metadata.deletionTimestamp` is set.
    fn is_deleted(&self) -> bool;
    /// `status.conditions`, in order.
    fn conditions(&self) -> impl Iterator<Item = ConditionColumns<'_>>;
    /// The length of `spec.containers`.
    fn container_count(&self) -> usize;
    /// The length of `spec.initContainers`.
    fn init_container_count(&self) -> usize;
    /// How many of `spec.initContainers` are sidecars (`restartPolicy: Always`).
    fn sidecar_count(&self) -> usize;
    /// Whether `spec.initContainers` has a sidecar of that name.
    fn is_sidecar(&self, name: &str) -> bool;
    /// `status.initContainerStatuses`, in order.
    fn init_statuses(&self) -> impl Iterator<Item = ContainerColumns<'_>>;
    /// `status.containerStatuses`, in order.
    fn statuses(&self) -> impl DoubleEndedIterator<Item = ContainerColumns<'_>>;
}

/// One entry of `status.conditions`; unset fields are empty.
#[derive(Debug, Clone, Copy)]
pub struct ConditionColumns<'a> {
    /// `type`, e.g. `Ready`.
    pub type_name: &'a str,
    /// `True`, `False` or `Unknown`.
    pub status: &'a str,
    /// `reason`.
    pub reason: &'a str,
}

/// One container status. The API allows at most one of the three states, but does not enforce it on what it stores.
#[derive(Debug, Clone, Copy)]
pub struct ContainerColumns<'a> {
    /// `name`.
    pub name: &'a str,
    /// `ready`.
    pub ready: bool,
    /// `started` is set and true.
    pub started: bool,
    /// `restartCount`.
    pub restart_count: i64,
    /// The `reason` of `state.waiting` if there is such a state; it may be empty.
    pub waiting: Option<&'a str>,
    /// Whether there is `state.running`.
    pub running: bool,
    /// `state.terminated`, if there is.
    pub terminated: Option<TerminatedColumns<'a>>,
    /// `lastState.terminated.finishedAt` in nanoseconds since the Unix epoch, if it is set.
    pub last_finished_at_ns: Option<i64>,
}

/// A terminated container.
#[derive(Debug, Clone, Copy)]
pub struct TerminatedColumns<'a> {
    /// `exitCode`.
    pub exit_code: i64,
    /// `signal`, 0 if unset.
    pub signal: i64,
    /// `reason`, empty if unset.
    pub reason: &'a str,
}

/// The three columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodSummary<'a> {
    /// Ready containers, sidecars included. More than `total` if there are more statuses than containers.
    pub ready: usize,
    /// Containers that are meant to be ready: the app containers and the sidecars.
    pub total: usize,
    /// The STATUS text.
    pub status: Cow<'a, str>,
    /// Restarts of the containers looked at.
    pub restarts: Restarts,
}

/// How often containers restarted, and when the last of those runs ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Restarts {
    /// The number shown.
    pub count: i64,
    /// In nanoseconds since the Unix epoch; shown as `(5m ago)` unless the count is 0.
    pub last_finished_at_ns: Option<i64>,
}

impl Restarts {
    fn add(&mut self, container: &ContainerColumns<'_>) {
        self.count = self.count.saturating_add(container.restart_count);
        self.last_finished_at_ns = self.last_finished_at_ns.max(container.last_finished_at_ns);
    }
}

/// Works out the three columns.
pub fn summarize<P: PodColumns>(pod: &P) -> PodSummary<'_> {
    let init = scan_init(pod);
    let mut status = match init.text {
        Some(text) => text,
        None => Cow::Borrowed(before_containers(pod)),
    };
    let (mut ready, mut restarts) = (init.ready_sidecars, init.restarts);
    if init.done || condition_status(pod, "Initialized") == Some("True") {
        let app = scan_app(pod);
        ready += app.ready;
        restarts = init.sidecar_restarts;
        pod.statuses().for_each(|container| restarts.add(&container));
        if let Some(text) = app.text {
            status = text;
        }
        // Some containers are done while others serve: a pod that lives on.
        if status == "Completed" && app.some_running {
            let is_ready = pod.conditions().any(|c| c.type_name == "Ready" && c.status == "True");
            status = Cow::Borrowed(if is_ready { "Running" } else { "NotReady" });
        }
    }
    if pod.is_deleted() {
        if pod.reason() == "NodeLost" {
            status = Cow::Borrowed("Unknown");
        } else if !matches!(pod.phase(), "Succeeded" | "Failed") {
            status = Cow::Borrowed("Terminating");
        }
    }
    PodSummary {
        ready,
        total: pod.container_count() + pod.sidecar_count(),
        status,
        restarts,
    }
}

/// The text that holds as long as no container has anything to say.
fn before_containers<P: PodColumns>(pod: &P) -> &str {
    if pod
        .conditions()
        .any(|c| c.type_name == "PodScheduled" && c.reason == "SchedulingGated")
    {
        "SchedulingGated"
    } else if !pod.reason().is_empty() {
        pod.reason()
    } else {
        pod.phase()
    }
}

/// The status of the first condition of a type.
fn condition_status<'a, P: PodColumns>(pod: &'a P, type_name: &str) -> Option<&'a str> {
    pod.conditions().find(|c| c.type_name == type_name).map(|c| c.status)
}

struct InitScan<'a> {
    /// Whether every init container is done.
    done: bool,
    /// What the one that is not has to say.
    text: Option<Cow<'a, str>>,
    ready_sidecars: usize,
    /// Of all init containers visited.
    restarts: Restarts,
    /// Of the sidecars among them.
    sidecar_restarts: Restarts,
}

/// Goes through the init containers up to the first that is not done: a plain one is done once it exited with 0, a sidecar
/// once it has started, whatever became of it since.
fn scan_init<P: PodColumns>(pod: &P) -> InitScan<'_> {
    let mut scan = InitScan {
        done: true,
        text: None,
        ready_sidecars: 0,
        restarts: Restarts::default(),
        sidecar_restarts: Restarts::default(),
    };
    for (position, container) in pod.init_statuses().enumerate() {
        let is_sidecar = pod.is_sidecar(container.name);
        scan.restarts.add(&container);
        if is_sidecar {
            scan.sidecar_restarts.add(&container);
        }
        if container.terminated.is_some_and(|t| t.exit_code == 0) {
            continue;
        }
        if is_sidecar && container.started {
            scan.ready_sidecars += usize::from(container.ready);
            continue;
        }
        scan.done = false;
        scan.text = Some(init_text(&container, position, pod.init_container_count()));
        break;
    }
    scan
}

/// What an init container that is not done makes of STATUS.
fn init_text<'a>(container: &ContainerColumns<'a>, position: usize, total: usize) -> Cow<'a, str> {
    let text = match (container.terminated, container.waiting) {
        (Some(terminated), _) => format!("Init:{}", terminated_text(terminated)),
        (None, Some(reason)) if !matches!(reason, "" | "PodInitializing") => format!("Init:{reason}"),
        _ => format!("Init:{position}/{total}"),
    };
    Cow::Owned(text)
}

struct AppScan<'a> {
    ready: usize,
    text: Option<Cow<'a, str>>,
    /// Whether some container is ready and running.
    some_running: bool,
}

/// Goes through the app containers; the first that waits for a reason or has terminated gives the text.
fn scan_app<P: PodColumns>(pod: &P) -> AppScan<'_> {
    let mut scan = AppScan {
        ready: 0,
        text: None,
        some_running: false,
    };
    // From the last, because what is written last stays: that of the lowest index.
    for container in pod.statuses().rev() {
        match (container.waiting, container.terminated) {
            (Some(reason), _) if !reason.is_empty() => scan.text = Some(Cow::Borrowed(reason)),
            (_, Some(terminated)) => scan.text = Some(terminated_text(terminated)),
            _ if container.ready && container.running => {
                scan.ready += 1;
                scan.some_running = true;
            }
            _ => {}
        }
    }
    scan
}

/// A reason, or else a signal, or else an exit code.
fn terminated_text(terminated: TerminatedColumns<'_>) -> Cow<'_, str> {
    match terminated {
        TerminatedColumns { reason, .. } if !reason.is_empty() => Cow::Borrowed(reason),
        TerminatedColumns { signal, .. } if signal != 0 => Cow::Owned(format!("Signal:{signal}")),
        TerminatedColumns { exit_code, .. } => Cow::Owned(format!("ExitCode:{exit_code}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::{Pod, Resource};

    /// READY, STATUS and restarts of a pod with two app containers `a`, `b`, an init container `i` and a sidecar `s`.
    fn check(metadata: serde_json::Value, status: serde_json::Value, expect: (&str, &str, i64)) {
        let spec = json!({
            "containers": [{"name": "a"}, {"name": "b"}],
            "initContainers": [{"name": "i"}, {"name": "s", "restartPolicy": "Always"}],
        });
        let pod = Pod::from_json(json!({"metadata": metadata, "spec": spec, "status": status.clone()}));
        let seen = summarize(&pod);
        let ready = format!("{}/{}", seen.ready, seen.total);
        assert_eq!(
            (ready.as_str(), seen.status.as_ref(), seen.restarts.count),
            expect,
            "{status}"
        );
    }

    #[test]
    fn the_last_step_that_has_something_to_say_wins() {
        let none = || json!({});
        let running = json!({"name": "a", "ready": true, "restartCount": 1, "state": {"running": {}}});
        let crashed = json!({"name": "b", "restartCount": 2, "state": {"waiting": {"reason": "CrashLoopBackOff"}}});
        let completed = json!({"name": "b", "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}});
        check(none(), json!({"phase": "Pending"}), ("0/3", "Pending", 0));
        check(
            none(),
            json!({"phase": "Failed", "reason": "Evicted"}),
            ("0/3", "Evicted", 0),
        );
        let gated = json!([{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}]);
        check(
            none(),
            json!({"phase": "Pending", "conditions": gated}),
            ("0/3", "SchedulingGated", 0),
        );
        check(
            none(),
            json!({"phase": "Running", "containerStatuses": [running]}),
            ("1/3", "Running", 1),
        );
        check(
            none(),
            json!({"phase": "Running", "containerStatuses": [running, crashed]}),
            ("1/3", "CrashLoopBackOff", 3),
        );
        check(
            none(),
            json!({"phase": "Running", "containerStatuses": [running, completed]}),
            ("1/3", "NotReady", 1),
        );
        let ready = json!([{"type": "Ready", "status": "True"}]);
        let served = json!({"phase": "Running", "conditions": ready, "containerStatuses": [running, completed]});
        check(none(), served, ("1/3", "Running", 1));
    }

    #[test]
    fn init_containers_speak_until_they_are_done() {
        let init = |statuses: serde_json::Value| json!({"phase": "Pending", "initContainerStatuses": statuses});
        let waiting = json!({"name": "i", "state": {"waiting": {"reason": "PodInitializing"}}});
        let failed = json!({"name": "i", "restartCount": 4, "state": {"terminated": {"exitCode": 7}}});
        let killed = json!({"name": "i", "state": {"terminated": {"exitCode": 137, "signal": 9}}});
        let done = json!({"name": "i", "restartCount": 4, "state": {"terminated": {"exitCode": 0}}});
        let sidecar = json!({"name": "s", "ready": true, "started": true, "restartCount": 5, "state": {"running": {}}});
        let starting = json!({"name": "s", "started": false, "state": {"running": {}}});
        check(json!({}), init(json!([waiting])), ("0/3", "Init:0/2", 0));
        check(json!({}), init(json!([failed])), ("0/3", "Init:ExitCode:7", 4));
        check(json!({}), init(json!([killed])), ("0/3", "Init:Signal:9", 0));
        check(json!({}), init(json!([done, starting])), ("0/3", "Init:1/2", 4));
        // Once the app containers are looked at, restarts of plain init containers no longer count.
        check(json!({}), init(json!([done, sidecar])), ("1/3", "Pending", 5));
    }

    #[test]
    fn deletion_shows_except_in_a_pod_that_has_ended() {
        let deleted = || json!({"deletionTimestamp": "2009-11-10T23:00:00Z"});
        check(deleted(), json!({"phase": "Running"}), ("0/3", "Terminating", 0));
        check(deleted(), json!({"phase": "Succeeded"}), ("0/3", "Succeeded", 0));
        check(
            deleted(),
            json!({"phase": "Failed", "reason": "NodeLost"}),
            ("0/3", "Unknown", 0),
        );
    }

    #[test]
    fn the_text_is_borrowed_unless_it_must_be_composed() {
        let status = json!({"containerStatuses": [{"name": "a", "state": {"waiting": {"reason": "ErrImagePull"}}}]});
        let pod = Pod::from_json(json!({"spec": {"containers": [{"name": "a"}]}, "status": status}));
        assert!(matches!(summarize(&pod).status, Cow::Borrowed("ErrImagePull")));
    }
}
