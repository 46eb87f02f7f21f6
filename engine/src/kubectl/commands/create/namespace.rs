//! `kubectl create namespace`.

use serde_json::json;

use super::generated::{COMMON, object, only_name, store};
use crate::api::Kind;
use crate::kubectl::error::Result;
use crate::kubectl::flags::{Arguments, CHANGE, Flag, OUTPUT};
use crate::kubectl::session::Session;

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[COMMON, CHANGE, OUTPUT];

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let name = only_name(arguments, "create namespace")?;
    let mut namespace = object(arguments, Kind::NAMESPACE, name);
    namespace.insert("spec".to_owned(), json!({}));
    namespace.insert("status".to_owned(), json!({}));
    store(session, arguments, Kind::NAMESPACE, "", namespace)
}
