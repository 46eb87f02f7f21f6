//! What the API server adds to an object on its way in.
//!
//! Three steps, as in the server: the object takes the shape Go gives it (`canonical`: nulls and empty fields go, structs appear,
//! quantities are rewritten), unset fields get their defaults (`default_object`), and a new object is prepared (`prepare`: its
//! status and the fields only the server may set). Defaults are those of Kubernetes v1.34; source: `pkg/apis/*/v1/defaults.go`
//! of kube-apiserver, and the API reference's "Defaults to …".
//!
//! Deliberately not modelled: what needs other objects (default service accounts, storage classes, priority classes, limit ranges),
//! and what is allocated (uid, cluster IPs, node ports): that is the store's and admission's business.

mod autoscaling;
mod canonical;
mod edit;
mod gates;
mod network;
mod pod;
mod prepare;
mod registry;
mod storage;
mod update;
mod volume;
mod workload;

pub use canonical::canonical;
pub use gates::{drop_disabled, drop_restart_rules};
pub(crate) use prepare::base64;
pub use prepare::{has_generation, prepare_for_create};
pub use registry::default_object;
pub use update::{prepare_for_update, prepare_status_update};
