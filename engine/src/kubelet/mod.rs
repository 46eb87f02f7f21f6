//! The kubelets: one component for all nodes, an agent for each node, a worker for each pod.
//!
//! What is followed is the kubelet's own machinery, since everything that people see of it (when STATUS turns to
//! CrashLoopBackOff, why a restart comes at once the first time, why a deleted pod lingers for most of a second) is a
//! consequence of who looks when: the lifecycle event generator lists containers once a second; a pod's worker syncs when
//! something happened, one sync at a time, and never on a view older than its last sync; a failed sync is retried after 10 to
//! 15 s; what a sync could not start is shown by the next one. Sources: kubelet `pod_workers.go`, `kubelet_pods.go`,
//! `pleg/generic.go`, `kuberuntime_manager.go`, `prober/worker.go`, `status/status_manager.go`.
//!
//! Not modelled: the periodic resync of pods at which nothing can change (its effect would be none), client-side rate limits
//! of status updates, in-place resize, container garbage collection.

mod actions;
mod admission;
mod agent;
mod backoff;
mod conditions;
mod configuration;
mod containers;
mod contents;
mod cordon;
mod environment;
mod eviction;
mod eviction_ranking;
mod exec;
mod image_garbage;
mod image_reference;
mod images;
mod instance;
mod kubelets;
mod last_word;
mod logs;
mod machine;
mod network;
mod pace;
mod pod_slot;
mod pod_worker;
mod probe_failure;
mod probe_kind;
mod probes;
mod registration;
mod relist;
mod static_pods;
mod status;
mod steps;
mod struck;
mod surroundings;
mod termination;
mod user;
mod volumes;
mod work;

pub(crate) use exec::{ExecError, Executed};
pub use kubelets::{Kubelets, Task, Wake};
pub use probe_kind::ProbeKind;
pub use registration::NodeTemplate;
