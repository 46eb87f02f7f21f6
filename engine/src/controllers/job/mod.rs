//! The Job controller: pods that run to their end.
//!
//! Source: kube-controller-manager `pkg/controller/job`; documentation "Jobs". One file a part: [controller] (watching),
//! [sync] (one reconcile), [tally] (what the pods amount to), [end] (whether the Job has ended), [pods] (making pods), [back_off]
//! (waiting), [policy] (podFailurePolicy and successPolicy), [indexes] (sets of completion indexes), [ttl] (deleting Jobs that have
//! ended). Not modelled: the steps through `uncountedTerminatedPods` (a pod is counted and loses its finalizer in one instant).

mod back_off;
mod controller;
mod end;
mod indexes;
mod pods;
mod policy;
mod sync;
mod tally;
mod ttl;

pub use controller::JobController;
pub use ttl::TtlAfterFinished;
