//! The Job controller: pods that run to their end.
//!
//! Source: kube-controller-manager `pkg/controller/job`; documentation "Jobs". One file a part: [controller] (watching),
//! [sync] (one reconcile), [tally] (what the pods amount to), [policy] (podFailurePolicy and successPolicy), [indexes] (sets of
//! completion indexes), [ttl] (deleting Jobs that have ended). Not modelled: `managedBy`, and the steps through
//! `uncountedTerminatedPods` (a pod is counted and loses its finalizer in one instant).

mod controller;
mod indexes;
mod policy;
mod sync;
mod tally;
mod ttl;

pub use controller::JobController;
pub use ttl::TtlAfterFinished;
