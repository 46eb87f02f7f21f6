//! The scheduler: chooses a node for every pod that has none.
//!
//! As kube-scheduler, one pod at a time: the [queue] says which pod is next, the [framework] runs the [plugins] over the nodes,
//! the [outcome](fit_error) is a binding or a condition and an event that say why not. What makes it fast is in
//! [equivalence]: pods of one template share their verdicts on nodes, and only nodes that changed are looked at again.
//! Rules and texts: kube-scheduler v1.34; documentation "Scheduling Framework" and "Scheduler Configuration".
//! Not modelled: `percentageOfNodesToScore` below 100 (all nodes are looked at), several profiles, extenders.

mod bind;
mod equivalence;
mod fit_error;
mod framework;
mod node_info;
mod placement;
pub mod plugins;
mod pod_info;
mod queue;
#[expect(clippy::module_inception, reason = "the noun of this folder")]
mod scheduler;

pub use framework::{Rejection, Scores, Verdict, evaluate};
pub use node_info::{NodeInfo, Nodes, Usage};
pub use placement::Placement;
pub use pod_info::PodInfo;
pub use scheduler::{Scheduler, Task};
