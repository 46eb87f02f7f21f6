//! The API server's storage: objects by kind and key, with resource versions, indexes and a log of every change.
//!
//! All components meet here and nowhere else. A write is atomic and immediately visible (etcd's linearizability); what
//! delays components is when they look. Not modelled: watch caches that lag, compaction, conflicts between writers (a
//! reconcile reads and writes in one instant, so optimistic locking never fails).

mod delete;
mod error;
mod fuse;
mod log;
mod objects;
#[expect(clippy::module_inception, reason = "the noun of this folder")]
mod store;

pub use delete::{DeleteOptions, Propagation};
pub use error::StoreError;
pub use log::{Change, Verb};
pub use objects::{Objects, Stored};
pub use store::Store;
