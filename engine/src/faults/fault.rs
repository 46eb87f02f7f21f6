//! The faults there are, and how each reads.

use std::fmt;

use smol_str::SmolStr;

use crate::api::{Condition, ObjectKey, Timestamp};
use crate::interference::{Disturbance, WebhookFault};
use crate::kubelet::ProbeKind;

/// What a node runs low on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pressure {
    /// Memory.
    Memory,
    /// Disk.
    Disk,
    /// Process identifiers.
    Pids,
}

impl Pressure {
    /// The node's condition under pressure or without (kubelet `nodestatus/setters.go`).
    pub fn condition(self, on: bool, now: Timestamp) -> Condition {
        let (kind, reason, message) = match (self, on) {
            (Pressure::Memory, true) => (
                "MemoryPressure",
                "KubeletHasInsufficientMemory",
                "kubelet has insufficient memory available",
            ),
            (Pressure::Memory, false) => (
                "MemoryPressure",
                "KubeletHasSufficientMemory",
                "kubelet has sufficient memory available",
            ),
            (Pressure::Disk, true) => ("DiskPressure", "KubeletHasDiskPressure", "kubelet has disk pressure"),
            (Pressure::Disk, false) => (
                "DiskPressure",
                "KubeletHasNoDiskPressure",
                "kubelet has no disk pressure",
            ),
            (Pressure::Pids, true) => (
                "PIDPressure",
                "KubeletHasInsufficientPID",
                "kubelet has insufficient PID available",
            ),
            (Pressure::Pids, false) => (
                "PIDPressure",
                "KubeletHasSufficientPID",
                "kubelet has sufficient PID available",
            ),
        };
        Condition {
            last_update: Some(now),
            ..Condition::new(kind, on, reason, message, now)
        }
    }

    /// The event that goes with it.
    pub fn event(self, on: bool) -> &'static str {
        match (self, on) {
            (Pressure::Memory, true) => "NodeHasInsufficientMemory",
            (Pressure::Memory, false) => "NodeHasSufficientMemory",
            (Pressure::Disk, true) => "NodeHasDiskPressure",
            (Pressure::Disk, false) => "NodeHasNoDiskPressure",
            (Pressure::Pids, true) => "NodeHasInsufficientPID",
            (Pressure::Pids, false) => "NodeHasSufficientPID",
        }
    }
}

/// A process of the control plane that can be down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ControlPlanePart {
    /// kube-scheduler.
    Scheduler,
    /// kube-controller-manager: every controller.
    ControllerManager,
    /// kube-apiserver: nobody can read or write.
    ApiServer,
}

impl fmt::Display for ControlPlanePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ControlPlanePart::Scheduler => "scheduler",
            ControlPlanePart::ControllerManager => "controller manager",
            ControlPlanePart::ApiServer => "API server",
        })
    }
}

/// A fault and what it strikes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Power gone: kubelet and containers.
    NodeLost(SmolStr),
    /// Power gone, and back after a while (setting `node-reboot-duration`).
    NodeReboots(SmolStr),
    /// The control plane is out of reach; containers go on.
    NodePartitioned(SmolStr),
    /// The kubelet stops; containers go on.
    KubeletStops(SmolStr),
    /// The Node object is deleted; healing lets the node register again.
    NodeDeleted(SmolStr),
    /// The node runs low on something.
    NodePressure(SmolStr, Pressure),
    /// Every node of a zone is lost.
    ZoneLost(SmolStr),
    /// An image (a glob) cannot be pulled.
    ImageUnpullable(SmolStr),
    /// A registry serves only so many pulls a minute.
    RegistryLimits(SmolStr, u32),
    /// A volume of a pod cannot be mounted: the pod, the volume.
    MountFails(ObjectKey, SmolStr),
    /// No volume of a StorageClass can be made.
    ProvisioningFails(SmolStr),
    /// A registry such as `docker.io` does not answer.
    RegistryUnreachable(SmolStr),
    /// A process of the control plane does nothing; what it would have done waits until it is back.
    ControlPlaneDown(ControlPlanePart),
    /// A controller crashes in the middle of its next reconcile, and the process of all controllers with it.
    ControllerCrashes(SmolStr),
    /// A node's clock is so many seconds ahead of everybody else's; behind, if negative.
    ClockSkewed(SmolStr, i64),
    /// Everything on a node takes so many times as long.
    NodeSlow(SmolStr, u32),
    /// The API server answers late, refuses writes, or its watch events are late.
    Disturbed(Disturbance),
    /// An admission webhook of this name keeps pods from being made.
    Webhook(SmolStr, WebhookFault),
    /// The kernel kills a container for its memory; no name: every container of the pods.
    OomKilled(Vec<ObjectKey>, Option<SmolStr>),
    /// A container's process exits with a code; no name: every container of the pods.
    Exits(Vec<ObjectKey>, Option<SmolStr>, i32),
    /// A container's process answers nothing any more; no name: every container of the pods.
    Hangs(Vec<ObjectKey>, Option<SmolStr>),
    /// Pods are evicted by their kubelets.
    Evicted(Vec<ObjectKey>),
    /// Pods are deleted without grace.
    Killed(Vec<ObjectKey>),
    /// A probe of pods fails (or, if true, gets no answer in time).
    ProbeFails(Vec<ObjectKey>, ProbeKind, bool),
}

/// Why a fault could not strike.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// No such node.
    #[error("there is no node \"{0}\"")]
    NoNode(SmolStr),
    /// No node in that zone.
    #[error("there is no node in zone \"{0}\" (label topology.kubernetes.io/zone)")]
    NoZone(SmolStr),
    /// No pod was named.
    #[error("there is no pod that the fault could strike")]
    NoPods,
    /// No such StorageClass.
    #[error("there is no storage class \"{0}\"")]
    NoStorageClass(SmolStr),
    /// No such pod.
    #[error("there is no pod \"{0}\"")]
    NoPod(ObjectKey),
    /// The pod is there, but nothing in it runs that could be struck.
    #[error("{} of pod \"{pod}\" is running", container.as_ref().map_or("no container".to_owned(), |name| format!("no container \"{name}\"")))]
    NotRunning {
        /// The pod.
        pod: ObjectKey,
        /// The container asked for.
        container: Option<SmolStr>,
    },
    /// The container has no such probe.
    #[error("no container of pod \"{pod}\" has a {probe} probe")]
    NoProbe {
        /// The pod.
        pod: ObjectKey,
        /// The probe asked for.
        probe: &'static str,
    },
    /// It is so already.
    #[error("{0}: it is so already")]
    Already(String),
    /// No such fault is in force.
    #[error("no such fault is in force")]
    NotInForce,
}

impl Fault {
    /// What it strikes, as reports name it.
    pub fn target(&self) -> String {
        match self {
            Fault::NodeLost(node)
            | Fault::NodeReboots(node)
            | Fault::NodePartitioned(node)
            | Fault::KubeletStops(node)
            | Fault::NodeDeleted(node)
            | Fault::NodePressure(node, _)
            | Fault::ClockSkewed(node, _)
            | Fault::NodeSlow(node, _) => format!("node {node}"),
            Fault::ControllerCrashes(controller) => controller.to_string(),
            Fault::ZoneLost(zone) => format!("zone {zone}"),
            Fault::ImageUnpullable(image) => format!("image {image}"),
            Fault::RegistryUnreachable(registry) | Fault::RegistryLimits(registry, _) => format!("registry {registry}"),
            Fault::MountFails(pod, _) => format!("pod \"{pod}\""),
            Fault::ProvisioningFails(class) => format!("storage class {class}"),
            Fault::ControlPlaneDown(part) => format!("the {part}"),
            Fault::Disturbed(Disturbance::WatchLate(controller, _)) => controller.to_string(),
            Fault::Disturbed(_) => "the API server".to_owned(),
            Fault::Webhook(name, _) => format!("admission webhook \"{name}\""),
            Fault::OomKilled(pods, _)
            | Fault::Exits(pods, ..)
            | Fault::Hangs(pods, _)
            | Fault::Evicted(pods)
            | Fault::Killed(pods)
            | Fault::ProbeFails(pods, ..) => {
                let names: Vec<String> = pods.iter().take(3).map(|pod| format!("pod {}", pod.name)).collect();
                format!("{}{}", names.join(", "), if pods.len() > 3 { ", …" } else { "" })
            }
        }
    }

    /// Whether it lasts until it is healed; the others happen at one instant.
    pub fn lasts(&self) -> bool {
        !matches!(
            self,
            Fault::OomKilled(..) | Fault::Exits(..) | Fault::Evicted(_) | Fault::Killed(_)
        )
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |container: &Option<SmolStr>| match container {
            Some(container) => format!("container \"{container}\" of {}", self.target()),
            None => self.target(),
        };
        match self {
            Fault::NodeLost(node) => write!(f, "node \"{node}\" is lost"),
            Fault::NodeReboots(node) => write!(f, "node \"{node}\" reboots"),
            Fault::NodePartitioned(node) => write!(f, "node \"{node}\" is partitioned from the control plane"),
            Fault::KubeletStops(node) => write!(f, "the kubelet on node \"{node}\" stops"),
            Fault::NodeDeleted(node) => write!(f, "node \"{node}\" is deleted"),
            Fault::NodePressure(node, pressure) => {
                let what = match pressure {
                    Pressure::Memory => "memory",
                    Pressure::Disk => "disk",
                    Pressure::Pids => "PIDs",
                };
                write!(f, "node \"{node}\" runs low on {what}")
            }
            Fault::ZoneLost(zone) => write!(f, "zone \"{zone}\" is lost"),
            Fault::ImageUnpullable(image) => write!(f, "image \"{image}\" cannot be pulled"),
            Fault::RegistryUnreachable(registry) => write!(f, "registry \"{registry}\" is unreachable"),
            Fault::RegistryLimits(registry, pulls) => {
                write!(f, "registry \"{registry}\" limits pulls to {pulls} per minute")
            }
            Fault::MountFails(pod, volume) => {
                write!(f, "volume \"{volume}\" of pod \"{}\" cannot be mounted", pod.name)
            }
            Fault::ProvisioningFails(class) => write!(f, "storage class \"{class}\" cannot provision"),
            Fault::ControlPlaneDown(part) => write!(f, "the {part} is down"),
            Fault::ControllerCrashes(controller) => {
                let name = controller.strip_suffix("-controller").unwrap_or(controller);
                write!(f, "the {name} controller crashes in the middle of its next reconcile")
            }
            Fault::ClockSkewed(node, seconds) => {
                let way = if *seconds < 0 { "behind" } else { "ahead" };
                write!(f, "the clock of node \"{node}\" runs {}s {way}", seconds.unsigned_abs())
            }
            Fault::NodeSlow(node, factor) => write!(f, "node \"{node}\" runs slow by {factor}x"),
            Fault::Disturbed(Disturbance::Late(delay)) => write!(f, "the API server answers {delay:?} late"),
            Fault::Disturbed(Disturbance::Rejects(percent)) => {
                write!(f, "the API server rejects {percent}% of writes")
            }
            Fault::Disturbed(Disturbance::WatchLate(controller, delay)) => {
                write!(f, "watch events of the {controller} arrive {delay:?} late")
            }
            Fault::Webhook(name, WebhookFault::Denies) => write!(f, "admission webhook \"{name}\" denies pods"),
            Fault::Webhook(name, WebhookFault::DoesNotAnswer) => {
                write!(f, "admission webhook \"{name}\" does not answer")
            }
            Fault::OomKilled(_, container) => write!(f, "{} is OOM killed", of(container)),
            Fault::Exits(_, container, code) => write!(f, "{} exits with code {code}", of(container)),
            Fault::Hangs(_, container) => write!(f, "{} hangs", of(container)),
            Fault::Evicted(_) => write!(f, "{} is evicted", self.target()),
            Fault::Killed(_) => write!(f, "{} is killed", self.target()),
            Fault::ProbeFails(_, probe, times_out) => {
                let how = if *times_out { "times out" } else { "fails" };
                write!(
                    f,
                    "the {} probe of {} {how}",
                    probe.name().to_lowercase(),
                    self.target()
                )
            }
        }
    }
}
