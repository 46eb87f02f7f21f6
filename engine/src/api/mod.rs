//! The object model: kinds, lean objects, values, decoding, defaulting, patching and validation.

mod condition;
mod container;
mod container_status;
mod cron_job;
mod cron_schedule;
mod daemon_set;
pub mod decode;
pub mod defaulting;
mod deployment;
#[cfg(test)]
pub(crate) mod draws;
pub mod duration;
mod event;
mod horizontal_pod_autoscaler;
mod inert;
mod int_or_string;
mod job;
pub mod json;
mod kind;
mod lease;
mod meta;
mod node;
pub mod ownership;
pub mod patch;
mod pod;
mod pod_disruption_budget;
mod pod_spec;
mod qos;
pub mod quantity;
mod quote;
mod replicaset;
mod replication_controller;
mod resource;
mod restart;
pub mod schema;
pub mod selector;
mod service;
mod stateful_set;
mod time_zone;
pub mod validation;

pub use condition::Condition;
pub use container::{Container, ContainerPort, EnvVar, Handler, Probe, PullPolicy, ResourceList, resource_list};
pub use container_status::{ContainerState, ContainerStatus, Running, Terminated, Waiting};
pub use cron_job::{ConcurrencyPolicy, CronJob, CronJobSpec, CronJobStatus, JobReference};
pub use cron_schedule::{CronError, CronSchedule};
pub use daemon_set::{DaemonSet, DaemonSetSpec, DaemonSetStatus, DaemonSetStrategy};
pub use deployment::{Deployment, DeploymentSpec, DeploymentStatus, DeploymentStrategy};
pub use event::{Event, ObjectReference};
pub use horizontal_pod_autoscaler::{
    HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec, HorizontalPodAutoscalerStatus, MetricSource, MetricSpec,
    MetricTarget, ScaleTarget, ScalingBehavior, ScalingPolicy, ScalingRules, SelectPolicy,
};
pub use inert::Inert;
pub use int_or_string::{IntOrString, IntOrStringError};
pub use job::{Job, JobSpec, JobStatus};
pub use kind::{Kind, KindInfo, Scope, split_api_version};
pub use lease::Lease;
pub use meta::{Deletion, Labels, ObjectKey, ObjectMeta, OwnerReference, Timestamp, Uid};
pub use node::{Node, Taint};
pub use pod::{Pod, PodPhase, PodStatus};
pub use pod_disruption_budget::{PodDisruptionBudget, PodDisruptionBudgetSpec, PodDisruptionBudgetStatus};
pub use pod_spec::{PodSpec, PodTemplate, TaintEffect, Toleration};
pub use qos::qos_class;
pub use quantity::{Quantity, QuantityError};
pub use quote::go_quote;
pub use replicaset::{ReplicaSet, ReplicaSetSpec, ReplicaSetStatus};
pub use replication_controller::ReplicationController;
pub use resource::{Object, Resource};
pub use restart::{RestartPolicy, RestartRule};
pub use selector::{FieldSelector, LabelSelector, Selector};
pub use service::{Endpoint, EndpointSlice, Service, ServicePort, ServiceSpec};
pub use stateful_set::{StatefulSet, StatefulSetSpec, StatefulSetStatus, StatefulSetStrategy};
pub use time_zone::TimeZone;
