//! What a pod is meant to be: the part of a pod that all replicas of a template share.
//!
//! The JSON tree that was admitted is kept whole, for `-o yaml` and for patches; beside it stand, typed, the fields that
//! decide what a pod does. Nothing is written back from the typed side: who changes a spec changes the tree and reads it anew.
//! `spec.nodeName` is not here: it belongs to one pod, not to its template (see [`Pod`](super::Pod)).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use smol_str::SmolStr;

use super::container::{Container, ResourceList, resource_list};
use super::json::{self, ObjectBuilder};
use super::{Labels, Quantity, RestartPolicy};

/// The effect of a taint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TaintEffect {
    /// New pods that do not tolerate it stay away.
    NoSchedule,
    /// New pods that do not tolerate it rather stay away.
    PreferNoSchedule,
    /// Running pods that do not tolerate it are evicted, too.
    NoExecute,
}

impl TaintEffect {
    /// Reads the API's text.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "NoSchedule" => Some(TaintEffect::NoSchedule),
            "PreferNoSchedule" => Some(TaintEffect::PreferNoSchedule),
            "NoExecute" => Some(TaintEffect::NoExecute),
            _ => None,
        }
    }

    /// The API's text.
    pub fn as_str(self) -> &'static str {
        match self {
            TaintEffect::NoSchedule => "NoSchedule",
            TaintEffect::PreferNoSchedule => "PreferNoSchedule",
            TaintEffect::NoExecute => "NoExecute",
        }
    }
}

/// One of `spec.tolerations`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toleration {
    /// The taint's key; empty with `exists` means every key.
    pub key: SmolStr,
    /// Operator `Exists`: any value. Otherwise the value must be equal.
    pub exists: bool,
    /// The taint's value.
    pub value: SmolStr,
    /// The effect tolerated; none means all.
    pub effect: Option<TaintEffect>,
    /// How long a `NoExecute` taint is tolerated, in seconds; none means for ever.
    pub seconds: Option<i64>,
}

impl Toleration {
    /// Whether this tolerates a taint (`v1.Toleration.ToleratesTaint`).
    pub fn tolerates(&self, key: &str, value: &str, effect: TaintEffect) -> bool {
        self.effect.is_none_or(|tolerated| tolerated == effect)
            && (self.key.is_empty() || self.key == key)
            && (self.exists || self.value == value)
    }

    fn from_json(value: &Value) -> Self {
        Toleration {
            key: json::text(value, "key"),
            exists: json::text(value, "operator") == "Exists",
            value: json::text(value, "value"),
            effect: TaintEffect::parse(&json::text(value, "effect")),
            seconds: json::int(value, "tolerationSeconds"),
        }
    }
}

/// A pod's spec. See the module's documentation for why the tree is kept.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct PodSpec {
    /// The whole spec as admitted, without `nodeName`.
    pub json: Value,
    /// Containers that run side by side.
    pub containers: Vec<Container>,
    /// Containers that run before them, one after the other; those that restart always are sidecars.
    pub init_containers: Vec<Container>,
    /// Containers that a person has added to look into the running pod (`kubectl debug`).
    pub ephemeral_containers: Vec<Container>,
    /// What happens when a container ends.
    pub restart_policy: RestartPolicy,
    /// `terminationGracePeriodSeconds`, in seconds.
    pub termination_grace_period_seconds: i64,
    /// `activeDeadlineSeconds`, in seconds.
    pub active_deadline_seconds: Option<i64>,
    /// Labels that a node must have.
    pub node_selector: BTreeMap<SmolStr, SmolStr>,
    /// Taints that the pod bears.
    pub tolerations: Vec<Toleration>,
    /// Who schedules the pod.
    pub scheduler_name: SmolStr,
    /// The priority's number.
    pub priority: i32,
    /// Whether the pod shares the node's network.
    pub host_network: bool,
    /// What one pod asks of its node, computed once: see [`PodSpec::requests`].
    requests: ResourceList,
}

impl PodSpec {
    /// Reads a spec; a `nodeName` in it is dropped (take it out first).
    pub fn from_json(mut spec: Value) -> Self {
        json::take(&mut spec, "nodeName");
        let containers: Vec<_> = json::list(&spec, "containers")
            .iter()
            .map(Container::from_json)
            .collect();
        let init_containers: Vec<_> = json::list(&spec, "initContainers")
            .iter()
            .map(Container::from_json)
            .collect();
        let overhead = resource_list(spec.get("overhead"));
        PodSpec {
            requests: pod_requests(
                &containers,
                &init_containers,
                &pod_level_amounts(&spec, "requests"),
                &overhead,
            ),
            containers,
            init_containers,
            ephemeral_containers: json::list(&spec, "ephemeralContainers")
                .iter()
                .map(Container::from_json)
                .collect(),
            restart_policy: RestartPolicy::parse(&json::text(&spec, "restartPolicy")).unwrap_or_default(),
            termination_grace_period_seconds: json::int(&spec, "terminationGracePeriodSeconds").unwrap_or(30),
            active_deadline_seconds: json::int(&spec, "activeDeadlineSeconds"),
            node_selector: json::labels(&spec, "nodeSelector").as_ref().clone(),
            tolerations: json::list(&spec, "tolerations")
                .iter()
                .map(Toleration::from_json)
                .collect(),
            scheduler_name: json::text(&spec, "schedulerName"),
            priority: json::int32(&spec, "priority").unwrap_or_default(),
            host_network: json::flag(&spec, "hostNetwork"),
            json: spec,
        }
    }

    /// What the pod asks of its node per resource: the greater of what its containers need together and what its greatest
    /// init container needs beside the sidecars started before it; where the pod itself says, that; plus overhead.
    ///
    /// Source: component-helpers `resource.PodRequests`; documentation "Init Containers: resource sharing within containers".
    pub fn requests(&self) -> &ResourceList {
        &self.requests
    }

    /// What the pod may not exceed, added up in the same way (component-helpers `resource.PodLimits`). Computed at every call.
    pub fn limits(&self) -> ResourceList {
        let pod_level = pod_level_amounts(&self.json, "limits");
        let overhead = resource_list(self.json.get("overhead"));
        let mut limits = pod_total(&self.containers, &self.init_containers, |container| &container.limits);
        limits.extend(pod_level);
        for (name, more) in &overhead {
            limits.entry(name.clone()).and_modify(|limit| *limit = limit.add(more));
        }
        limits
    }

    /// Whether the pod itself, beside its containers, says what it asks for (pod-level resources).
    pub fn has_pod_level_requests(&self) -> bool {
        !pod_level_amounts(&self.json, "requests").is_empty()
    }

    /// The grace period for ending.
    pub fn grace_period(&self) -> Duration {
        Duration::from_secs(u64::try_from(self.termination_grace_period_seconds).unwrap_or(0))
    }

    /// Every container with its position, init containers first.
    pub fn all_containers(&self) -> impl Iterator<Item = &Container> {
        self.init_containers.iter().chain(&self.containers)
    }
}

/// `spec.resources.requests` or `limits`, of the resources that can be asked for at the level of the pod: cpu, memory, huge pages.
///
/// Documentation: "Assign Pod-level CPU and memory resources".
fn pod_level_amounts(spec: &Value, list: &str) -> ResourceList {
    let mut amounts = resource_list(spec.get("resources").and_then(|resources| resources.get(list)));
    amounts.retain(|name, _| name == "cpu" || name == "memory" || name.starts_with("hugepages-"));
    amounts
}

/// See [`PodSpec::requests`].
fn pod_requests(
    containers: &[Container],
    init_containers: &[Container],
    pod_level: &ResourceList,
    overhead: &ResourceList,
) -> ResourceList {
    let mut requests = pod_total(containers, init_containers, |container| &container.requests);
    requests.extend(
        pod_level
            .iter()
            .map(|(name, quantity)| (name.clone(), quantity.clone())),
    );
    add(&mut requests, overhead);
    requests
}

/// The greater of what containers need together and what the greatest init container needs beside earlier sidecars.
fn pod_total(
    containers: &[Container],
    init_containers: &[Container],
    amounts: impl Fn(&Container) -> &ResourceList,
) -> ResourceList {
    let raise = |highest: &mut ResourceList, candidate: &ResourceList| {
        for (name, quantity) in candidate {
            let entry = highest.entry(name.clone()).or_insert_with(|| quantity.clone());
            if *entry < *quantity {
                *entry = quantity.clone();
            }
        }
    };
    let (mut running, mut sidecars, mut starting) = (ResourceList::new(), ResourceList::new(), ResourceList::new());
    for container in containers {
        add(&mut running, amounts(container));
    }
    for container in init_containers {
        let mut peak = sidecars.clone();
        add(&mut peak, amounts(container));
        if container.is_sidecar() {
            sidecars = peak.clone();
        }
        raise(&mut starting, &peak);
    }
    add(&mut running, &sidecars);
    raise(&mut running, &starting);
    running
}

fn add(sum: &mut ResourceList, more: &ResourceList) {
    for (name, quantity) in more {
        let entry = sum.entry(name.clone()).or_insert_with(Quantity::zero);
        *entry = entry.add(quantity);
    }
}

/// A pod template: what a workload makes pods of.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct PodTemplate {
    /// Labels of each pod.
    pub labels: Labels,
    /// Annotations of each pod.
    pub annotations: Labels,
    /// What else its metadata says, such as a name, which has no effect; null if nothing.
    pub metadata_json: Value,
    /// The spec that all of them share.
    pub spec: Arc<PodSpec>,
}

impl PodTemplate {
    /// Reads `spec.template` of a workload.
    pub fn from_json(mut template: Value) -> Self {
        let mut metadata = json::take(&mut template, "metadata");
        let labels = json::labels(&metadata, "labels");
        let annotations = json::labels(&metadata, "annotations");
        for member in ["labels", "annotations", "creationTimestamp"] {
            json::take(&mut metadata, member);
        }
        let is_empty = metadata.as_object().is_none_or(serde_json::Map::is_empty);
        PodTemplate {
            labels,
            annotations,
            metadata_json: if is_empty { Value::Null } else { metadata },
            spec: Arc::new(PodSpec::from_json(json::take(&mut template, "spec"))),
        }
    }

    /// `spec.template` as the API shows it.
    pub fn to_json(&self) -> Value {
        let mut metadata = ObjectBuilder::from(self.metadata_json.clone());
        metadata.put("creationTimestamp", Value::Null);
        metadata
            .labels("labels", &self.labels)
            .labels("annotations", &self.annotations);
        let mut template = ObjectBuilder::default();
        template
            .put("metadata", metadata.build())
            .put("spec", self.spec.json.clone());
        template.build()
    }
}
