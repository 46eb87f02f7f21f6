//! A command that is not there: what runtimes say of it.

use smol_str::SmolStr;

/// The command is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartFailure {
    /// What was to be executed.
    pub executable: SmolStr,
}

impl StartFailure {
    /// runc's words for a command run in a container that runs already.
    pub fn exec_message(&self) -> String {
        let message = self.message();
        let at = message.find("unable to start container process").unwrap_or(0);
        format!(
            "OCI runtime exec failed: exec failed: {}",
            message.get(at..).unwrap_or_default()
        )
    }

    /// containerd's and runc's words.
    pub fn message(&self) -> String {
        let why = self.why();
        format!(
            "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: \
             unable to start container process: {why}"
        )
    }

    /// Docker's and runc's words, as dockershim passed them on until v1.23.
    pub fn docker_message(&self) -> String {
        let why = self.why();
        format!("OCI runtime create failed: container_linux.go:380: starting container process caused: {why}")
    }

    fn why(&self) -> String {
        let why = match self.executable.contains('/') {
            true => format!("stat {}: no such file or directory", self.executable),
            false => "executable file not found in $PATH".to_owned(),
        };
        format!("exec: \"{}\": {why}: unknown", self.executable)
    }
}
