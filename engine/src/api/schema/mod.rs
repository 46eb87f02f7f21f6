//! The schema table: which fields every type of the built-in API has, what they hold and how lists of them merge.
//!
//! It is data (`schema.txt`), made at development time by `tools/schema` from Kubernetes' own OpenAPI definitions, and read once
//! when first asked for. Decoding, defaulting, patching and validation walk it instead of knowing the types themselves.
//!
//! The format, a line each: `kind API_VERSION KIND TYPE`, or `type NAME` followed by its fields, indented:
//! `FIELD TYPE [required] [merge] [retainKeys] [replace] [mergeKey=K] [keys=K,K] [set] [atomic] [always|pointer|value] [go=GO_TYPE]`.

mod table;

pub use table::{Field, FieldType, Schema, TypeId, TypeInfo, ZeroRule};
