//! Changing objects piece by piece: the three kinds of patch the API server takes, and the merge behind `kubectl apply`.
//!
//! A strategic merge patch is a JSON merge patch that knows, from the schema table, which lists are merged element by element and
//! by which key. `three_way_patch` is what `kubectl apply` computes of the last applied, the new and the live object.
//!
//! Server-side apply merges by another rule: see `ownership`.

mod combine;
mod conflict;
mod difference;
mod error;
mod json_merge;
mod json_patch;
mod order;
mod scope;
mod strategic;
mod three_way;

pub use error::{PatchError, go_text};
pub use json_merge::json_merge_patch;
pub use json_patch::json_patch;
pub use strategic::strategic_merge_patch;
pub use three_way::{ThreeWayPatch, three_way_patch};
