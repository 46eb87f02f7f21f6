//! The object model: kinds, the schema table, decoding, defaulting, patching and validation.

pub mod decode;
mod kind;
pub mod schema;

pub use kind::{Kind, KindInfo, Scope, split_api_version};
