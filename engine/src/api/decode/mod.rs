//! Manifests in: YAML and JSON text to checked objects, each with the place it came from.
//!
//! Reading is strict as the API server's `fieldValidation=Strict` is, and stricter in one thing: a key given twice in YAML is
//! refused (kubectl silently takes the last). Errors name file, line, column and field, and what was probably meant.
//!
//! The way: text → node tree with positions (`yaml`, `json`) → documents, lists expanded (`manifest`) → a walk along the schema
//! table (`check`). Documents are judged one by one, so that a caller can apply the good ones, as kubectl does, or none.
//!
//! Deliberately not modelled: kubectl's order of client-side and server-side refusals.

mod check;
mod document;
mod error;
mod go_yaml;
mod json;
mod manifest;
mod node;
mod scalar;
mod suggest;
#[cfg(test)]
mod tests;
mod value;
mod yaml;

pub use document::{Document, Judgement, read_stream};
pub use error::{DecodeError, DecodeErrors, Problem};
pub(crate) use json::json_problem;
pub use json::{JsonText, parse_json};
pub use manifest::{DecodeOptions, Manifest, Origin, check_object, decode_documents, decode_manifests};
pub use node::Position;
pub use suggest::did_you_mean;
