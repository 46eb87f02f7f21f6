//! The scheduler: chooses a node for every pod that has none.
//!
//! As kube-scheduler, one pod at a time ([cycle]): the [queue] says which pod is next, the [framework] asks the [plugins] about the
//! nodes, the [ranking] adds up their scores, the outcome is a [binding](bind), perhaps [after the pod's claims](pre_bind), or a condition and an [event](fit_error) that say why
//! not, and perhaps [evictions](evict). [hints] say which waiting pods an event may help. What makes it fast is in [template]: pods
//! of one template share their verdicts on nodes, and only nodes that changed are looked at again.
//!
//! A [decision] tells everything that was said about one pod; [attempts] reads such decisions off the timeline, and a [snapshot]
//! asks about any pod without a running cluster. The recordings of real decisions are replayed through these.
//!
//! Rules and texts: kube-scheduler v1.34; documentation "Scheduling Framework" and "Scheduler Configuration".
//! Not modelled: several profiles, extenders, storage capacity, dynamic resources (but for what they say in messages).

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
mod pre_bind;
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
