//! The object model: kinds, the schema table, decoding, defaulting, patching and validation.

mod kind;

pub use kind::{Kind, KindInfo, Scope, split_api_version};
