//! What the API server's admission plugins do to objects that are to be stored: one file a plugin, called in the server's order
//! by [`chain`]. First the mutating ones complete an object, then it is validated, then the validating ones may refuse it; what
//! they count (quotas) is charged last.
//!
//! Every pod comes this way, whoever makes it: a person's through [`mutate`] and [`validate`] on its JSON, a controller's through
//! [`create_pod`] on a typed pod. What admission makes of a template is remembered with it ([`Admitted`]) for as long as nothing
//! changes that it depends on, so all replicas share one spec.
//!
//! Source: kube-apiserver's default plugins, in the order of `pkg/kubeapiserver/options/plugins.go`; documentation "Admission
//! Control in Kubernetes". Deliberately not modelled: plugins that are off by default, NodeRestriction and other plugins about
//! who asks, webhooks as objects (a webhook is a fault here).

mod admitted;
mod chain;
mod claim_resize;
mod create;
mod default_tolerations;
mod label_keys;
mod limit_ranger;
pub mod pod_security;
mod priority;
mod refusal;
pub mod resource_quota;
mod runtime_class;
mod schedule_zone;
mod service_account;
mod taint_nodes;
mod webhook;

pub use admitted::Admitted;
pub use chain::{finish_pod, mutate, validate};
pub use create::{begin, create, create_object, create_pod};
pub use refusal::Refusal;
pub use service_account::render_token_volume;
