//! The DaemonSet controller: a pod on every node that fits.
//!
//! Source: kube-controller-manager `pkg/controller/daemon`; documentation "DaemonSet". One file a part: [controller] (watching,
//! the reconcile), [placement] (which nodes a pod belongs on, and how it is tied to its node), [ledger] (what is remembered of
//! each node, so that a change costs what it touches), [manage] (which pods come and go on one node), [rolling] (updates).

mod controller;
mod ledger;
mod manage;
mod placement;
mod rolling;

pub use controller::DaemonSetController;
pub use placement::target_node;
