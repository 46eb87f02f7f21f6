//! The controllers of kube-controller-manager, one file a controller, named as there.

#[expect(clippy::module_inception, reason = "the noun of this folder")]
mod controllers;
mod cron_job;
mod daemon_set;
mod deployment;
mod disruption;
mod endpoint_slice;
mod endpoints;
mod garbage_collector;
mod history;
mod horizontal_pod_autoscaler;
mod job;
mod namespace;
mod namespace_defaults;
mod node_lifecycle;
mod owner;
mod persistent_volume;
mod pod_control;
mod pod_gc;
mod replica_set;
mod resource_quota;
mod stateful_set;
mod taint_eviction;
mod work_queue;

pub use controllers::{ControllerId, Controllers, Task};
pub(crate) use daemon_set::target_node;
pub use deployment::REVISION_ANNOTATION;
pub use owner::{controller_reference, generate_name_prefix};
pub use replica_set::available_at;
pub use work_queue::WorkQueue;
