//! `kubectl version`.

use crate::kubectl::error::Result;
use crate::kubectl::flags::{Arguments, Flag};
use crate::kubectl::session::Session;

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[&[Flag::bool("client"), Flag::text("output").short('o')]];

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let version = session.cluster.settings().kubernetes_version;
    let version = format!("v{}.{}.0", version.major, version.minor);
    session.print(format!("Client Version: {version}"));
    session.print("Kustomize Version: v5.7.1");
    if !arguments.flag("client") {
        session.print(format!("Server Version: {version}"));
    }
    Ok(())
}
