//! What must be true of any Kubernetes cluster at every instant, whatever scenarios do to it.
//!
//! A law looks at one change (the object before and after, and for some what is known of others) and costs in proportion to that
//! object, so that all of them can be held against every change of every scenario. A broken law is a defect of the simulation,
//! never of the scenario. One file a subject: [metadata], [pod]s and their containers, [status] of workloads, what controllers
//! create ([creation]), who owns what ([ownership]), [eviction], [storage]; [quiet] is about a cluster that has settled. Sources: API
//! conventions ("Metadata"), documentation "Pod Lifecycle", "Workloads", "Disruptions", kubelet `status_manager.go`
//! (`checkContainerStateTransition`).
//!
//! Deliberately no laws: Running may turn back to Pending (a new sandbox runs the init containers again); a phase that the
//! garbage collector of pods sets leaves containers and conditions as they were last seen, since nobody can ask the node.

mod creation;
mod eviction;
#[expect(clippy::module_inception, reason = "the noun of this folder")]
mod laws;
mod metadata;
mod ownership;
mod pod;
mod quiet;
mod status;
mod storage;

pub use laws::{Broken, Laws, first_broken};
pub use quiet::unconverged;
