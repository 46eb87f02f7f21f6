//! The StatefulSet controller: pods with an identity, one after the other.
//!
//! Source: kube-controller-manager `pkg/controller/statefulset`; documentation "StatefulSets". One file a part: [controller]
//! (watching), [sync] (one reconcile), [identity] (names, hostnames, volumes and claims of the pods), [claims] (making
//! PersistentVolumeClaims and who owns them), [status].

mod claims;
mod controller;
mod identity;
mod status;
mod sync;

pub use controller::StatefulSetController;
