//! What the API server refuses, in its words.
//!
//! Each kind's checks stand in a file of their own and are composed of small ones; they look at an object that has its defaults, and
//! come in the order of kube-apiserver's `pkg/apis/*/validation`, because its answer lists them in that order. Kinds without a
//! file get the checks all objects share (names, labels, owners). `validate` says which checks a kind has, for new and for changed
//! objects; what a message shows of Go's values is made by `fields` and `go_*`.
//!
//! Deliberately not modelled: the deprecated volume types' own fields, dynamic resource allocation, and everything that needs other
//! objects.

mod address;
mod advice;
mod affinity;
mod autoscaling;
mod config;
mod container;
mod cron_job;
mod daemon_set;
mod endpoints;
mod env;
mod ephemeral;
mod error;
mod fields;
mod go_diff;
mod go_report;
mod go_value;
mod ingress;
mod job;
mod job_update;
mod labels;
mod meta;
mod names;
mod namespace;
mod network_policy;
mod node;
mod pod;
mod pod_update;
mod policy;
mod probe;
mod quota;
mod rbac;
mod resources;
mod restart;
mod scheduling;
mod security;
mod service;
mod stateful_set;
mod status;
mod storage;
mod storage_update;
mod template;
#[cfg(test)]
mod tests;
mod validate;
mod volume;
mod workload;

pub use advice::advice;
pub use ephemeral::validate_ephemeral_update;
pub use error::{ErrorKind, FieldError, invalid_message, kubectl_message};
pub(crate) use names::{config_key_errors, port_name_errors, variable_errors};
pub use status::validate_status_update;
pub use validate::{Gates, validate_create, validate_update};
