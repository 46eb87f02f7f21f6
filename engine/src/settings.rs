//! Every timing constant of the simulated components, by name, with the real component's default.
//!
//! Scenarios change them by `cluster setting "node-monitor-grace-period" is "50s"`. Where releases of Kubernetes differ, the
//! setting `kubernetes-version` decides; it moves the defaults that differ, and nothing a scenario has set itself.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use smol_str::SmolStr;

use crate::api::{Quantity, duration};

/// A release of Kubernetes, such as 1.34.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// 1.
    pub major: u32,
    /// 34.
    pub minor: u32,
}

/// Why a setting was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// There is no such setting.
    #[error("there is no cluster setting \"{name}\"{hint}", hint = did_you_mean(.nearest))]
    Unknown {
        /// The name asked for.
        name: String,
        /// The nearest names there are.
        nearest: Vec<&'static str>,
    },
    /// The value is of another type.
    #[error("cluster setting \"{name}\" takes {expected}, not \"{value}\"")]
    Value {
        /// The setting.
        name: &'static str,
        /// What it takes, with an example.
        expected: &'static str,
        /// What was given.
        value: String,
    },
}

fn did_you_mean(nearest: &[&str]) -> String {
    match nearest.first() {
        Some(name) => format!("; did you mean \"{name}\"?"),
        None => String::new(),
    }
}

/// A type that a setting can have.
trait SettingValue: Sized {
    const EXPECTED: &'static str;
    fn read(text: &str) -> Option<Self>;
    fn show(&self) -> String;
}

impl SettingValue for Duration {
    const EXPECTED: &'static str = "a duration such as \"40s\" or \"5m\"";
    fn read(text: &str) -> Option<Self> {
        duration::parse_ns(text)
            .ok()
            .and_then(|ns| u64::try_from(ns).ok())
            .map(Duration::from_nanos)
    }
    fn show(&self) -> String {
        duration::format_ns(i64::try_from(self.as_nanos()).unwrap_or(i64::MAX))
    }
}

/// Feature gates that are not as the release has them by default: `NAME=true,NAME=false`.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct FeatureGates(BTreeMap<SmolStr, bool>);

impl SettingValue for FeatureGates {
    const EXPECTED: &'static str = "feature gates such as \"SidecarContainers=true\", separated by commas";
    fn read(text: &str) -> Option<Self> {
        let gates = text.split(',').map(str::trim).filter(|gate| !gate.is_empty());
        let read = |gate: &str| {
            let (name, value) = gate.split_once('=')?;
            Some((name.trim().into(), bool::read(value.trim())?))
        };
        gates.map(read).collect::<Option<BTreeMap<_, _>>>().map(FeatureGates)
    }
    fn show(&self) -> String {
        let gates: Vec<String> = self.0.iter().map(|(name, on)| format!("{name}={on}")).collect();
        gates.join(",")
    }
}

impl SettingValue for u32 {
    const EXPECTED: &'static str = "a whole number such as \"25\"";
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

impl SettingValue for Quantity {
    const EXPECTED: &'static str = "a quantity such as \"100Mi\"";
    fn read(text: &str) -> Option<Self> {
        Quantity::parse(text).ok()
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

impl SettingValue for bool {
    const EXPECTED: &'static str = "\"on\" or \"off\"";
    fn read(text: &str) -> Option<Self> {
        match text {
            "on" | "true" => Some(true),
            "off" | "false" => Some(false),
            _ => None,
        }
    }
    fn show(&self) -> String {
        if *self { "on" } else { "off" }.to_owned()
    }
}

/// What the control plane does with the pods of a node that is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PodEviction {
    /// It taints the node `NoExecute`; each pod goes when it no longer tolerates that.
    Taints,
    /// It marks all pods of the node as lost (`NodeLost`) and deletes them after a while, as before taints did it.
    MarkLost,
}

impl SettingValue for PodEviction {
    const EXPECTED: &'static str = "\"taints\" or \"mark-lost\"";
    fn read(text: &str) -> Option<Self> {
        match text {
            "taints" => Some(PodEviction::Taints),
            "mark-lost" => Some(PodEviction::MarkLost),
            _ => None,
        }
    }
    fn show(&self) -> String {
        match self {
            PodEviction::Taints => "taints".to_owned(),
            PodEviction::MarkLost => "mark-lost".to_owned(),
        }
    }
}

impl SettingValue for Version {
    const EXPECTED: &'static str = "a release such as \"1.34\"";
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.trim_start_matches('v').split('.');
        let (major, minor) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let version = Version { major, minor };
        (Version { major: 1, minor: 20 }..=Version { major: 1, minor: 40 })
            .contains(&version)
            .then_some(version)
    }
    fn show(&self) -> String {
        format!("{}.{}", self.major, self.minor)
    }
}

macro_rules! settings {
    ($($(#[doc = $doc:literal])* $field:ident: $type:ty = $default:expr, $name:literal;)*) => {
        /// All settings. The documentation of each gives the real component's default and where it is documented.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Settings {
            $($(#[doc = $doc])* pub $field: $type,)*
            set: BTreeSet<&'static str>,
        }

        impl Default for Settings {
            fn default() -> Self {
                Settings { $($field: $default,)* set: BTreeSet::new() }
            }
        }

        impl Settings {
            /// The names of all settings.
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            /// Changes a setting by name, as a scenario does.
            pub fn set(&mut self, name: &str, value: &str) -> Result<(), SettingError> {
                match name {
                    $($name => {
                        let expected = <$type as SettingValue>::EXPECTED;
                        let value = <$type as SettingValue>::read(value.trim())
                            .ok_or_else(|| SettingError::Value { name: $name, expected, value: value.to_owned() })?;
                        self.$field = value;
                        self.set.insert($name);
                    })*
                    _ => return Err(SettingError::Unknown { name: name.to_owned(), nearest: nearest(name) }),
                }
                self.follow_version();
                Ok(())
            }

            /// Every setting with its present value and its documentation, for the catalogue and the report.
            pub fn list(&self) -> Vec<(&'static str, String, String)> {
                vec![$(($name, self.$field.show(), concat!($($doc, "\n"),*).trim().to_owned())),*]
            }
        }
    };
}

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

settings! {
    /// The release whose behaviour is simulated.
    kubernetes_version: Version = Version { major: 1, minor: 34 }, "kubernetes-version";
    /// Feature gates that are not as the release has them by default, such as `SidecarContainers=true`. Documentation "Feature
    /// Gates"; only those of fields that a release drops make a difference. Every component `--feature-gates`: none.
    feature_gates: FeatureGates = FeatureGates::default(), "feature-gates";
    /// How long a node may stay silent before it counts as unreachable. kube-controller-manager
    /// `--node-monitor-grace-period`: 50s since v1.32, 40s before.
    node_monitor_grace_period: Duration = secs(50), "node-monitor-grace-period";
    /// How often node health is looked at. kube-controller-manager `--node-monitor-period`: 5s.
    node_monitor_period: Duration = secs(5), "node-monitor-period";
    /// How often a kubelet renews its node's Lease: a quarter of the Lease's 40s. KubeletConfiguration
    /// `nodeLeaseDurationSeconds`.
    node_lease_renew_interval: Duration = secs(10), "node-lease-renew-interval";
    /// How long pods tolerate a node that is not ready or unreachable unless they say otherwise. kube-apiserver
    /// `--default-not-ready-toleration-seconds` and `--default-unreachable-toleration-seconds`: 300s.
    default_toleration: Duration = secs(300), "default-toleration-seconds";
    /// How the pods of a lost node are evicted: `taints` (since v1.13 the default, since v1.18 the only way) or `mark-lost`, the
    /// node lifecycle controller's own way of earlier releases (`kubectl get pods` shows Unknown).
    pod_eviction: PodEviction = PodEviction::Taints, "pod-eviction";
    /// How long a node must be lost under `mark-lost` until its pods are evicted. kube-controller-manager
    /// `--pod-eviction-timeout` (removed in v1.27): 5m.
    pod_eviction_timeout: Duration = secs(300), "pod-eviction-timeout";
    /// Below how much memory left a node evicts pods. KubeletConfiguration `evictionHard` `memory.available`: 100Mi.
    eviction_hard_memory_available: Quantity = Quantity::new(100 << 20, crate::api::quantity::Format::BinarySI), "eviction-hard-memory-available";
    /// Below how much memory left a node evicts pods once that has lasted a while; 0: there is no such threshold.
    /// KubeletConfiguration `evictionSoft` `memory.available`: none.
    eviction_soft_memory_available: Quantity = Quantity::new(0, crate::api::quantity::Format::BinarySI), "eviction-soft-memory-available";
    /// How long memory must be below the soft threshold until pods are evicted. KubeletConfiguration `evictionSoftGracePeriod`: none
    /// (the documentation's example has 1m30s).
    eviction_soft_grace_period: Duration = secs(90), "eviction-soft-grace-period";
    /// How long pods that are evicted because of a soft threshold get to end, at most. KubeletConfiguration
    /// `evictionMaxPodGracePeriod`: 0.
    eviction_max_pod_grace_period: Duration = secs(0), "eviction-max-pod-grace-period";
    /// How long nothing must have been short until a node's pressure condition ends. KubeletConfiguration
    /// `evictionPressureTransitionPeriod`: 5m.
    eviction_pressure_transition_period: Duration = secs(300), "eviction-pressure-transition-period";
    /// How full the disk must be, in percent, until images that nobody uses are removed. KubeletConfiguration
    /// `imageGCHighThresholdPercent`: 85.
    image_gc_high_threshold: u32 = 85, "image-gc-high-threshold-percent";
    /// Down to how full it is made then. KubeletConfiguration `imageGCLowThresholdPercent`: 80.
    image_gc_low_threshold: u32 = 80, "image-gc-low-threshold-percent";
    /// How long an image stays at least after it was last used. KubeletConfiguration `imageMinimumGCAge`: 2m.
    image_minimum_gc_age: Duration = secs(120), "image-minimum-gc-age";
    /// The first delay before a container that ended is restarted. Kubelet: 10s ("Pod Lifecycle: container restarts").
    container_backoff_initial: Duration = secs(10), "container-backoff-initial";
    /// The greatest delay before a restart. Kubelet: 300s.
    container_backoff_max: Duration = secs(300), "container-backoff-max";
    /// The first delay after an image pull failed. Kubelet: 10s ("Images: ImagePullBackOff").
    image_backoff_initial: Duration = secs(10), "image-backoff-initial";
    /// The greatest delay after failed pulls. Kubelet: 300s.
    image_backoff_max: Duration = secs(300), "image-backoff-max";
    /// How often a kubelet looks at each pod even if nothing happened. KubeletConfiguration `syncFrequency`: 1m.
    kubelet_sync_frequency: Duration = secs(60), "kubelet-sync-frequency";
    /// How often a kubelet asks the runtime what its containers do (PLEG relisting): 1s.
    kubelet_relist_period: Duration = secs(1), "kubelet-relist-period";
    /// How often a failed pod sync is retried at the earliest; up to half as much again is added at random. Kubelet: 10s.
    kubelet_retry_period: Duration = secs(10), "kubelet-retry-period";
    /// How long the sandbox of a pod takes to stand (the recordings' scripted runtime: 150ms).
    sandbox_duration: Duration = millis(150), "sandbox-duration";
    /// How long a pod's volumes take to mount: the kubelet looks every 300ms whether they are there (volume manager
    /// `podAttachAndMountRetryInterval`).
    volume_mount_duration: Duration = millis(300), "volume-mount-duration";
    /// Whether the provisioners that StorageClasses name are installed; without them, their claims wait.
    external_provisioners: bool = true, "external-provisioners";
    /// How long a driver takes to make a volume unless a scenario says otherwise.
    volume_provision_duration: Duration = secs(1), "volume-provision-duration";
    /// How long a kubelet takes from its start to its first look at its pods.
    kubelet_start_duration: Duration = secs(1), "kubelet-start-duration";
    /// How long the controllers are away after one of them has crashed: the new process waits until the Lease of the old one has
    /// run out. kube-controller-manager `--leader-elect-lease-duration`: 15s.
    controller_manager_restart_duration: Duration = secs(15), "controller-manager-restart-duration";
    /// How long a node that reboots is away unless a scenario says otherwise.
    node_reboot_duration: Duration = secs(30), "node-reboot-duration";
    /// How long an image takes to pull unless a scenario says otherwise (the recordings' scripted runtime: 300ms).
    image_pull_duration: Duration = millis(300), "image-pull-duration";
    /// How long creating a container takes (the recordings' scripted runtime: 30ms).
    container_create_duration: Duration = millis(30), "container-create-duration";
    /// How long starting a container takes (the recordings' scripted runtime: 50ms).
    container_start_duration: Duration = millis(50), "container-start-duration";
    /// How long a process takes to end on SIGTERM unless a scenario says otherwise (the recordings' scripted runtime: 100ms).
    container_stop_duration: Duration = millis(100), "container-stop-duration";
    /// The shortest time in which a component notices a change (watch and work queue).
    component_latency_min: Duration = millis(2), "component-latency-min";
    /// The longest time in which a component notices a change.
    component_latency_max: Duration = millis(20), "component-latency-max";
    /// How long the API server waits for an admission webhook (`timeoutSeconds` of a webhook, by default 10s).
    webhook_timeout: Duration = secs(10), "webhook-timeout";
    /// How many events about one object a component may send at once. client-go event correlator: 25.
    event_burst: u32 = 25, "event-burst";
    /// How long until it may send one more. client-go event correlator: 5m.
    event_refill_period: Duration = secs(300), "event-refill-period";
    /// How long the scheduler needs for one pod. kube-scheduler measured on small clusters: about half a millisecond.
    scheduler_cycle_duration: Duration = Duration::from_micros(500), "scheduler-cycle-duration";
    /// How long a pod that fits nowhere waits at least before it is tried again. kube-scheduler `podInitialBackoffSeconds`: 1s.
    scheduler_backoff_initial: Duration = secs(1), "scheduler-backoff-initial";
    /// How long it waits at most once something has changed. kube-scheduler `podMaxBackoffSeconds`: 10s.
    scheduler_backoff_max: Duration = secs(10), "scheduler-backoff-max";
    /// How long it waits if nothing changes. kube-scheduler `--pod-max-in-unschedulable-pods-duration`: 5m.
    scheduler_unschedulable_max: Duration = secs(300), "scheduler-unschedulable-max";
    /// How many of the feasible nodes are scored, in hundredths; 0 for the adaptive formula. KubeSchedulerConfiguration
    /// `percentageOfNodesToScore`: 0 ("Scheduler Performance Tuning"). Clusters of less than 100 nodes are always looked at whole.
    scheduler_percentage_of_nodes_to_score: u32 = 0, "scheduler-percentage-of-nodes-to-score";
    /// Whether the cluster has a metrics-server: without one there is no `kubectl top`, and autoscalers fail with
    /// FailedGetResourceMetric. An add-on; clusters of cloud providers have it, kubeadm's and kind's have not.
    metrics_server: bool = true, "metrics-server";
    /// How often metrics-server asks what containers use. metrics-server `--metric-resolution`: 15s in its manifests.
    metric_resolution: Duration = secs(15), "metric-resolution";
    /// How often an autoscaler is looked at. kube-controller-manager `--horizontal-pod-autoscaler-sync-period`: 15s.
    hpa_sync_period: Duration = secs(15), "horizontal-pod-autoscaler-sync-period";
    /// How far from its target a metric may be. kube-controller-manager `--horizontal-pod-autoscaler-tolerance`: 0.1.
    hpa_tolerance: Quantity = Quantity::from_milli(100, crate::api::quantity::Format::DecimalSI), "horizontal-pod-autoscaler-tolerance";
    /// For how long an autoscaler does not scale down below what it has recommended, unless its behavior says otherwise.
    /// kube-controller-manager `--horizontal-pod-autoscaler-downscale-stabilization`: 5m.
    hpa_downscale_stabilization: Duration = secs(300), "horizontal-pod-autoscaler-downscale-stabilization";
    /// How long after its start the CPU of a pod that is not ready does not count. kube-controller-manager
    /// `--horizontal-pod-autoscaler-cpu-initialization-period`: 5m.
    hpa_cpu_initialization_period: Duration = secs(300), "horizontal-pod-autoscaler-cpu-initialization-period";
    /// How long after its start a pod that is not ready counts as never having been ready. kube-controller-manager
    /// `--horizontal-pod-autoscaler-initial-readiness-delay`: 30s.
    hpa_initial_readiness_delay: Duration = secs(30), "horizontal-pod-autoscaler-initial-readiness-delay";
    /// Whether pods get a service account and its token volume (the ServiceAccount admission plugin).
    service_account_admission: bool = true, "service-account-admission";
}

impl Settings {
    /// Moves the defaults that differ between releases, where the scenario has not set them.
    fn follow_version(&mut self) {
        if !self.set.contains("node-monitor-grace-period") {
            self.node_monitor_grace_period = secs(if self.since(1, 32) { 50 } else { 40 });
        }
    }

    /// Whether the simulated release is this one or a later one.
    pub fn since(&self, major: u32, minor: u32) -> bool {
        self.kubernetes_version >= Version { major, minor }
    }

    /// Whether a feature gate is on; by default it is since Kubernetes 1.`minor`.
    pub fn is_on(&self, gate: &str, minor: u32) -> bool {
        let told = self.feature_gates.0.get(gate).copied();
        told.unwrap_or_else(|| self.since(1, minor))
    }
}

/// The settings whose names share most words with `name`, best first.
fn nearest(name: &str) -> Vec<&'static str> {
    let words: BTreeSet<&str> = name.split(['-', '_', ' ']).collect();
    let mut candidates: Vec<(usize, &'static str)> = Settings::NAMES
        .iter()
        .map(|candidate| {
            (
                candidate.split('-').filter(|word| words.contains(word)).count(),
                *candidate,
            )
        })
        .filter(|(shared, _)| *shared > 0)
        .collect();
    candidates.sort_by_key(|(shared, _)| std::cmp::Reverse(*shared));
    candidates.into_iter().map(|(_, candidate)| candidate).take(3).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_set_by_name_and_refused_with_a_reason() {
        let mut settings = Settings::default();
        assert_eq!(settings.set("node-monitor-period", "2s"), Ok(()));
        assert_eq!(settings.node_monitor_period, secs(2));
        let check = |settings: &mut Settings, name, value, expect: &str| {
            assert_eq!(
                settings.set(name, value).map_err(|error| error.to_string()),
                Err(expect.to_owned())
            );
        };
        check(
            &mut settings,
            "node-monitor-grace",
            "2s",
            "there is no cluster setting \"node-monitor-grace\"; did you mean \"node-monitor-grace-period\"?",
        );
        check(
            &mut settings,
            "node-monitor-period",
            "soon",
            "cluster setting \"node-monitor-period\" takes a duration such as \"40s\" or \"5m\", not \"soon\"",
        );
    }

    #[test]
    fn the_release_moves_defaults_but_not_what_was_set() {
        let mut settings = Settings::default();
        assert_eq!(settings.node_monitor_grace_period, secs(50));
        assert_eq!(settings.set("kubernetes-version", "1.28"), Ok(()));
        assert_eq!(settings.node_monitor_grace_period, secs(40));
        assert_eq!(settings.set("node-monitor-grace-period", "20s"), Ok(()));
        assert_eq!(settings.set("kubernetes-version", "1.34"), Ok(()));
        assert_eq!(settings.node_monitor_grace_period, secs(20));
    }
}
