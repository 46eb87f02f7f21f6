//! kubectl: what people type and see. Commands with their flags, tables and their cells, descriptions, YAML.

mod command_line;
mod commands;
pub mod describe;
mod error;
mod field;
mod field_selector;
mod file_query;
mod files;
mod flags;
mod gotemplate;
mod groups;
pub mod jsonpath;
mod openapi;
mod output;
pub mod printers;
mod reader;
mod resources;
mod run;
mod selection;
mod session;
pub mod table;
pub mod tabwriter;
mod text;
mod yaml;

pub(crate) use commands::apply_documents;
pub use commands::{Applied, ApplyError, ApplyFailure, Outcome};
pub use files::{FileError, FileSource, NoFiles, SourceFile, is_manifest};
pub use run::{CommandOutput, field_selector_refusal, print_answer};
pub(crate) use run::{run_line, run_words};
pub use session::DEFAULT_NAMESPACE;
pub(crate) use session::Session;
pub use yaml::to_yaml;
