//! A pod as stored: metadata, a shared spec, the node it is bound to, a compact status.
//!
//! Lean on purpose: 150,000 of them and their history must fit into memory, so a status change copies no spec. The external
//! form is rebuilt at the edge by [`Pod::to_json`]. Not kept: resize status.

use std::sync::Arc;

use serde_json::Value;
use smol_str::SmolStr;

use super::json::{self, ObjectBuilder};
use super::pod_spec::PodSpec;
use super::{Condition, ContainerStatus, Kind, ObjectMeta, SharedList, Timestamp};

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
