//! The scheduler: chooses a node for every pod that has none.
//!
//! As kube-scheduler, one pod at a time: the [queue] says which pod is next, the [framework] runs the [plugins] over the nodes,
//! the [outcome](fit_error) is a binding or a condition and an event that say why not. What makes it fast is in
//! [template]: pods of one template share their verdicts on nodes, and only nodes that changed are looked at again.
//! Rules and texts: kube-scheduler v1.34; documentation "Scheduling Framework" and "Scheduler Configuration".
//! Not modelled: `percentageOfNodesToScore` below 100 (all nodes are looked at), several profiles, extenders.

mod attempts;
mod bind;
mod counter;
mod cycle;
mod decision;
mod evict;
mod fit_error;
mod framework;
mod hints;
mod node_info;
mod nodes;
mod objects;
mod placement;
pub mod plugins;
mod pod_info;
mod queue;
mod ranking;
mod sampling;
#[expect(clippy::module_inception, reason = "the noun of this folder")]
mod scheduler;
mod shapes;
mod slots;
mod snapshot;
mod template;
mod topology;
mod usage;
mod volumes;

pub use attempts::{Attempt, attempts};
pub use decision::{Decision, NodeScores, Outcome, PluginScore};
pub use framework::{Rejection, Scores};
pub use node_info::{NodeInfo, PlacedPod};
pub use nodes::Nodes;
pub use placement::Placement;
pub use plugins::default_preemption::{Candidate, Preemption};
pub use pod_info::PodInfo;
pub use scheduler::{Scheduler, Task};
pub use snapshot::Snapshot;
pub use usage::{Scored, Usage};
