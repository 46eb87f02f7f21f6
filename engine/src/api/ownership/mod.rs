//! Who owns which fields of an object: what server-side apply merges and refuses by.
//!
//! Every request that writes an object makes its manager the owner of the fields it set; an apply may not change what others own,
//! and takes away what its manager applied before and no longer does. Source: documentation, "Server-Side Apply", and
//! structured-merge-diff.
//!
//! Deliberately not modelled: owners of subresources, translation between versions. Components write without owning anything.

mod fields;
mod manager;
mod merge;
mod shown;

pub use fields::{FieldSet, leaves, problems, shown};
pub use manager::{Conflict, FieldManager, FieldManagers, apply, created, updated};
pub use merge::{merge, without};
pub use shown::managed_fields;
