//! A pod as stored: metadata, a shared spec, the node it is bound to, a compact status.
//!
//! Lean on purpose: 150,000 of them and their history must fit into memory, so a status change copies no spec. The external
//! form is rebuilt at the edge by [`Pod::to_json`]. Not kept: resize status.

use std::sync::Arc;

use serde_json::Value;
use smol_str::SmolStr;

use super::json::{self, ObjectBuilder};
use super::pod_spec::PodSpec;
use super::{Kind, ObjectMeta, SharedList, Timestamp};

/// `status.phase`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PodPhase {
    /// Not set: only in objects that never passed through an API server.
    #[default]
    Unset,
    /// Accepted, but not every container has been started yet.
    Pending,
    /// Bound to a node, and every container has been started.
    Running,
    /// All containers ended with exit code 0 and none will be restarted.
    Succeeded,
    /// All containers ended, at least one of them in failure.
    Failed,
    /// The node has not been heard of.
    Unknown,
}

impl PodPhase {
    /// The API's text.
    pub fn as_str(self) -> &'static str {
        match self {
            PodPhase::Unset => "",
            PodPhase::Pending => "Pending",
            PodPhase::Running => "Running",
            PodPhase::Succeeded => "Succeeded",
            PodPhase::Failed => "Failed",
            PodPhase::Unknown => "Unknown",
        }
    }

    /// Reads the API's text; anything else is `Unset`.
    pub fn parse(text: &str) -> Self {
        [
            PodPhase::Pending,
            PodPhase::Running,
            PodPhase::Succeeded,
            PodPhase::Failed,
            PodPhase::Unknown,
        ]
        .into_iter()
        .find(|phase| phase.as_str() == text)
        .unwrap_or_default()
    }

    /// Whether the pod has ended for good.
    pub fn is_terminal(self) -> bool {
        matches!(self, PodPhase::Succeeded | PodPhase::Failed)
    }
}

/// A condition of a pod, node or workload.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Condition {
    /// What it is about, such as `Ready`.
    pub kind: SmolStr,
    /// `True`, `False` or `Unknown`.
    pub status: SmolStr,
    /// One word why.
    pub reason: SmolStr,
    /// A sentence why.
    pub message: SmolStr,
    /// When `status` last changed.
    pub last_transition: Option<Timestamp>,
    /// When it was last written (workloads: `lastUpdateTime`; nodes: `lastHeartbeatTime`).
    pub last_update: Option<Timestamp>,
}

impl Condition {
    /// A condition that has just become what it is.
    pub fn new(
        kind: &'static str,
        status: bool,
        reason: impl Into<SmolStr>,
        message: impl Into<SmolStr>,
        now: Timestamp,
    ) -> Self {
        Condition {
            kind: SmolStr::new_static(kind),
            status: SmolStr::new_static(if status { "True" } else { "False" }),
            reason: reason.into(),
            message: message.into(),
            last_transition: Some(now),
            last_update: None,
        }
    }

    /// Whether its status is `True`.
    pub fn is_true(&self) -> bool {
        self.status == "True"
    }

    /// Reads a condition; `update_key` names the field of `last_update`.
    pub fn from_json(value: &Value, update_key: &str) -> Self {
        Condition {
            kind: json::text(value, "type"),
            status: json::text(value, "status"),
            reason: json::text(value, "reason"),
            message: json::text(value, "message"),
            last_transition: json::time(value, "lastTransitionTime"),
            last_update: json::time(value, update_key),
        }
    }

    /// The condition as the API shows it; `update_key` names the field of `last_update`.
    pub fn to_json(&self, update_key: &str) -> Value {
        let mut object = ObjectBuilder::default();
        object
            .put("type", self.kind.as_str())
            .put("status", self.status.as_str());
        object.text("reason", &self.reason).text("message", &self.message);
        object
            .option("lastTransitionTime", self.last_transition)
            .option(update_key, self.last_update);
        object.build()
    }

    /// The condition of this type, if there is one.
    pub fn find<'a>(conditions: &'a [Condition], kind: &str) -> Option<&'a Condition> {
        conditions.iter().find(|condition| condition.kind == kind)
    }

    /// Puts `condition` in the place of the one of its type, or at the end; the transition time of an unchanged status stays.
    pub fn set(conditions: &mut Vec<Condition>, mut condition: Condition) {
        match conditions.iter_mut().find(|present| present.kind == condition.kind) {
            Some(present) => {
                if present.status == condition.status {
                    condition.last_transition = present.last_transition;
                }
                *present = condition;
            }
            None => conditions.push(condition),
        }
    }
}

/// Why a container does not run yet.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// One word, such as `ContainerCreating`.
    pub reason: SmolStr,
    /// A sentence.
    pub message: SmolStr,
}

/// How a container ended.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Terminated {
    /// The process's exit code; 137 for SIGKILL.
    pub exit_code: i32,
    /// The signal, where the runtime reports one; else 0.
    pub signal: i32,
    /// One word, such as `Error`, `OOMKilled`, `Completed`.
    pub reason: SmolStr,
    /// A sentence.
    pub message: SmolStr,
    /// When it started; none for containers that never ran.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Which container it was.
    pub container_id: SmolStr,
}

/// The state of a container. Exactly one is set in what a kubelet writes; external objects may have any.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ContainerState {
    /// It has not been started.
    pub waiting: Option<Box<Waiting>>,
    /// It runs since then (the time may be missing in external objects).
    pub running: Option<Running>,
    /// It has ended.
    pub terminated: Option<Box<Terminated>>,
}

/// That a container runs.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Running {
    /// Since when.
    pub started_at: Option<Timestamp>,
}

impl ContainerState {
    /// Waiting for `reason`.
    pub fn waiting(reason: impl Into<SmolStr>, message: impl Into<SmolStr>) -> Self {
        let waiting = Waiting {
            reason: reason.into(),
            message: message.into(),
        };
        ContainerState {
            waiting: Some(Box::new(waiting)),
            ..ContainerState::default()
        }
    }

    /// Running since `started_at`.
    pub fn running(started_at: Timestamp) -> Self {
        ContainerState {
            running: Some(Running {
                started_at: Some(started_at),
            }),
            ..ContainerState::default()
        }
    }

    /// Ended.
    pub fn terminated(terminated: Terminated) -> Self {
        ContainerState {
            terminated: Some(Box::new(terminated)),
            ..ContainerState::default()
        }
    }

    /// Reads a state.
    pub fn from_json(value: &Value) -> Self {
        let waiting = value.get("waiting").map(|waiting| {
            Box::new(Waiting {
                reason: json::text(waiting, "reason"),
                message: json::text(waiting, "message"),
            })
        });
        let running = value.get("running").map(|running| Running {
            started_at: json::time(running, "startedAt"),
        });
        let terminated = value.get("terminated").map(|ended| {
            Box::new(Terminated {
                exit_code: json::int32(ended, "exitCode").unwrap_or_default(),
                signal: json::int32(ended, "signal").unwrap_or_default(),
                reason: json::text(ended, "reason"),
                message: json::text(ended, "message"),
                started_at: json::time(ended, "startedAt"),
                finished_at: json::time(ended, "finishedAt"),
                container_id: json::text(ended, "containerID"),
            })
        });
        ContainerState {
            waiting,
            running,
            terminated,
        }
    }

    /// The state as the API shows it.
    pub fn to_json(&self) -> Value {
        let mut state = ObjectBuilder::default();
        if let Some(waiting) = &self.waiting {
            let mut object = ObjectBuilder::default();
            state.put(
                "waiting",
                object
                    .text("reason", &waiting.reason)
                    .text("message", &waiting.message)
                    .build(),
            );
        }
        if let Some(running) = &self.running {
            state.put(
                "running",
                ObjectBuilder::default().option("startedAt", running.started_at).build(),
            );
        }
        if let Some(ended) = &self.terminated {
            let mut object = ObjectBuilder::default();
            object
                .put("exitCode", ended.exit_code)
                .number("signal", ended.signal.into());
            object.text("reason", &ended.reason).text("message", &ended.message);
            object.put("startedAt", ended.started_at.map_or(Value::Null, Value::from));
            object.put("finishedAt", ended.finished_at.map_or(Value::Null, Value::from));
            state.put("terminated", object.text("containerID", &ended.container_id).build());
        }
        state.build()
    }
}

/// The status of one container.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ContainerStatus {
    /// The container's name.
    pub name: SmolStr,
    /// What it does now.
    pub state: ContainerState,
    /// How its previous life ended.
    pub last_state: ContainerState,
    /// Whether it passes its readiness probe.
    pub ready: bool,
    /// Whether it has passed its startup probe; none where the kubelet has not said.
    pub started: Option<bool>,
    /// How often it was restarted.
    pub restart_count: i32,
    /// The image's reference.
    pub image: SmolStr,
    /// The image's digest; empty until it was pulled.
    pub image_id: SmolStr,
    /// The container's identity; empty until it was created.
    pub container_id: SmolStr,
}

impl ContainerStatus {
    /// Reads one entry of `status.containerStatuses`.
    pub fn from_json(value: &Value) -> Self {
        let state = |key: &str| value.get(key).map(ContainerState::from_json).unwrap_or_default();
        ContainerStatus {
            name: json::text(value, "name"),
            state: state("state"),
            last_state: state("lastState"),
            ready: json::flag(value, "ready"),
            started: value.get("started").and_then(Value::as_bool),
            restart_count: json::int32(value, "restartCount").unwrap_or_default(),
            image: json::text(value, "image"),
            image_id: json::text(value, "imageID"),
            container_id: json::text(value, "containerID"),
        }
    }

    /// The entry as the API shows it.
    pub fn to_json(&self) -> Value {
        let mut object = ObjectBuilder::default();
        object
            .put("name", self.name.as_str())
            .put("state", self.state.to_json());
        object
            .put("lastState", self.last_state.to_json())
            .put("ready", self.ready);
        object
            .put("restartCount", self.restart_count)
            .put("image", self.image.as_str());
        object
            .put("imageID", self.image_id.as_str())
            .text("containerID", &self.container_id);
        object.option("started", self.started).build()
    }
}

/// The status of a pod.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct PodStatus {
    /// Where the pod stands as a whole.
    pub phase: PodPhase,
    /// One word why, such as `Evicted`.
    pub reason: SmolStr,
    /// A sentence why.
    pub message: SmolStr,
    /// In the order in which they first appeared.
    pub conditions: SharedList<Condition>,
    /// In the order of `spec.initContainers`.
    pub init_containers: SharedList<ContainerStatus>,
    /// In the order of `spec.containers`.
    pub containers: SharedList<ContainerStatus>,
    /// In the order of `spec.ephemeralContainers`.
    pub ephemeral_containers: SharedList<ContainerStatus>,
    /// The pod's address; empty until its sandbox stands.
    pub pod_ip: SmolStr,
    /// Further addresses (external objects only).
    pub pod_ips: SharedList<SmolStr>,
    /// The node's address.
    pub host_ip: SmolStr,
    /// When a kubelet accepted the pod.
    pub start_time: Option<Timestamp>,
    /// `Guaranteed`, `Burstable` or `BestEffort`.
    pub qos_class: SmolStr,
    /// The node that preemption made room on.
    pub nominated_node_name: SmolStr,
}

impl PodStatus {
    /// Sets a condition, see [`Condition::set`].
    pub fn set_condition(&mut self, condition: Condition) {
        self.conditions.edit(|conditions| Condition::set(conditions, condition));
    }

    /// Shares the lists that are as they were.
    pub fn share_with(&mut self, before: &PodStatus) {
        self.conditions.share_with(&before.conditions);
        self.init_containers.share_with(&before.init_containers);
        self.containers.share_with(&before.containers);
        self.ephemeral_containers.share_with(&before.ephemeral_containers);
    }
}

/// A pod.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Pod {
    /// Metadata.
    pub meta: ObjectMeta,
    /// What all replicas of its template share.
    pub spec: Arc<PodSpec>,
    /// `spec.nodeName`: where it is bound; empty until it is.
    pub node_name: SmolStr,
    /// How it does.
    pub status: PodStatus,
}

impl Pod {
    /// Whether the condition `Ready` is `True`.
    pub fn is_ready(&self) -> bool {
        Condition::find(&self.status.conditions, "Ready").is_some_and(Condition::is_true)
    }

    /// Whether it still counts for its owner: neither ended nor being deleted (`controller.IsPodActive`).
    pub fn is_active(&self) -> bool {
        !self.status.phase.is_terminal() && !self.meta.is_deleted()
    }

    fn status_to_json(&self) -> Value {
        let status = &self.status;
        let mut object = ObjectBuilder::default();
        object
            .text("phase", status.phase.as_str())
            .text("reason", &status.reason)
            .text("message", &status.message);
        object.list(
            "conditions",
            status.conditions.iter().map(|condition| {
                let mut value = condition.to_json("lastUpdateTime");
                if let Some(map) = value.as_object_mut() {
                    map.insert("lastProbeTime".to_owned(), Value::Null);
                }
                value
            }),
        );
        object.list(
            "initContainerStatuses",
            status.init_containers.iter().map(ContainerStatus::to_json),
        );
        object.list(
            "containerStatuses",
            status.containers.iter().map(ContainerStatus::to_json),
        );
        object.list(
            "ephemeralContainerStatuses",
            status.ephemeral_containers.iter().map(ContainerStatus::to_json),
        );
        object.text("podIP", &status.pod_ip).text("hostIP", &status.host_ip);
        let ip = |ip: &SmolStr| serde_json::json!({ "ip": ip.as_str() });
        if status.pod_ips.is_empty() && !status.pod_ip.is_empty() {
            object.put("podIPs", vec![ip(&status.pod_ip)]);
        }
        object.list("podIPs", status.pod_ips.iter().map(ip));
        if !status.host_ip.is_empty() {
            object.put("hostIPs", vec![ip(&status.host_ip)]);
        }
        object
            .option("startTime", status.start_time)
            .text("qosClass", &status.qos_class);
        object.text("nominatedNodeName", &status.nominated_node_name).build()
    }
}

impl super::Resource for Pod {
    const KIND: Kind = Kind::POD;

    fn meta(&self) -> &ObjectMeta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.meta
    }

    fn from_json(mut value: Value) -> Self {
        let mut spec = json::take(&mut value, "spec");
        let node_name = json::text(&spec, "nodeName");
        json::take(&mut spec, "nodeName");
        let status = json::take(&mut value, "status");
        let containers = |key| {
            json::list(&status, key)
                .iter()
                .map(ContainerStatus::from_json)
                .collect()
        };
        Pod {
            meta: ObjectMeta::from_json(&json::take(&mut value, "metadata")),
            spec: Arc::new(PodSpec::from_json(spec)),
            node_name,
            status: PodStatus {
                phase: PodPhase::parse(&json::text(&status, "phase")),
                reason: json::text(&status, "reason"),
                message: json::text(&status, "message"),
                conditions: json::list(&status, "conditions")
                    .iter()
                    .map(|condition| Condition::from_json(condition, "lastUpdateTime"))
                    .collect(),
                init_containers: containers("initContainerStatuses"),
                containers: containers("containerStatuses"),
                ephemeral_containers: containers("ephemeralContainerStatuses"),
                pod_ip: json::text(&status, "podIP"),
                pod_ips: json::list(&status, "podIPs")
                    .iter()
                    .map(|ip| json::text(ip, "ip"))
                    .collect(),
                host_ip: json::text(&status, "hostIP"),
                start_time: json::time(&status, "startTime"),
                qos_class: json::text(&status, "qosClass"),
                nominated_node_name: json::text(&status, "nominatedNodeName"),
            },
        }
    }

    fn to_json(&self) -> Value {
        let mut spec = self.spec.json.clone();
        if let (Some(map), false) = (spec.as_object_mut(), self.node_name.is_empty()) {
            map.insert("nodeName".to_owned(), self.node_name.as_str().into());
        }
        crate::admission::render_token_volume(&mut spec, self.meta.uid.low_bits());
        super::resource::external(
            Kind::POD,
            &self.meta,
            [("spec", spec), ("status", self.status_to_json())],
        )
    }
}
