//! The Deployment controller: rolls a template out through ReplicaSets.
//!
//! Source: kube-controller-manager `pkg/controller/deployment`; documentation "Deployments". One file a part, divided as there:
//! [controller] (watching, the reconcile), [replica_sets] (finding, making, scaling them), [rolling], [recreate], [scale]
//! (proportional scaling), [status] (status and progress), [revision] (revisions and history).

mod controller;
mod recreate;
mod replica_sets;
mod revision;
mod rolling;
mod scale;
mod status;

pub use controller::DeploymentController;
pub use revision::{REVISION_ANNOTATION, template_hash};
