//! Manifests and commands: what people type at a cluster.

use shakedown_engine::api::decode::{Origin, decode_manifests};
use shakedown_engine::api::{Kind, Node, Resource};
use shakedown_engine::kubectl::{CommandOutput, FileSource};

use super::{StepError, World};
use crate::manifest::FeatureFiles;

/// The last command and what it left behind.
#[derive(Debug, Clone, Default)]
pub struct LastCommand {
    /// The command line, or what stands for it.
    pub line: String,
    /// What it printed and whether it failed.
    pub output: CommandOutput,
}

impl World {
    /// Runs a command line, `kubectl …`, and remembers what it left behind. Commands that wait let virtual time run.
    pub fn command(&mut self, line: &str) -> &LastCommand {
        let files = FeatureFiles::new(&self.scenario().folder);
        let output = self.cluster().kubectl(line, &files);
        let text = format!("{}{}", output.stdout, output.stderr);
        self.keep_snapshot(line, &text);
        self.remember(line, output)
    }

    /// Runs a command line that must succeed.
    ///
    /// # Errors
    /// What the command printed, if it fails.
    pub fn must_command(&mut self, line: &str) -> Result<(), StepError> {
        Self::is_kubectl(line)?;
        let output = &self.command(line).output;
        if output.exit_code == 0 {
            return Ok(());
        }
        Err(StepError::new(
            format!("`{line}` failed:\n{}{}", output.stdout, output.stderr).trim_end(),
        ))
    }

    /// That a line is kubectl's: nothing else is simulated.
    ///
    /// # Errors
    /// If it is not.
    pub fn is_kubectl(line: &str) -> Result<(), StepError> {
        if line.split_whitespace().next() == Some("kubectl") {
            return Ok(());
        }
        Err(StepError::new(format!(
            "`{line}` is no kubectl command; nothing else can be run on a simulated cluster"
        )))
    }

    /// Applies the manifests in a file, a folder or a glob of files, as `kubectl apply -f` would.
    ///
    /// # Errors
    /// If a file cannot be read, or a document is refused: each with its place and the API server's words.
    pub fn apply_files(&mut self, path: &str) -> Result<(), StepError> {
        let files = FeatureFiles::new(&self.scenario().folder);
        let files = files
            .read(path)
            .map_err(|error| StepError::new(format!("the manifest \"{path}\" {error}")))?;
        let mut refused = Vec::new();
        for file in files {
            refused.extend(self.apply(&file.text, &Origin::file(file.name)).err());
        }
        if refused.is_empty() {
            Ok(())
        } else {
            Err(StepError::new(refused.join("\n")))
        }
    }

    /// Takes the Node objects in a file for machines that join, and applies everything else in it.
    ///
    /// # Errors
    /// If the file cannot be read, or an object is refused.
    pub fn cluster_from(&mut self, path: &str) -> Result<(), StepError> {
        let files = FeatureFiles::new(&self.scenario().folder);
        let files = files
            .read(path)
            .map_err(|error| StepError::new(format!("the file \"{path}\" {error}")))?;
        for file in files {
            let origin = Origin::file(file.name);
            for manifest in decode_manifests(&file.text, &origin)? {
                if manifest.kind == Kind::NODE {
                    self.cluster().join_node(Node::from_json(manifest.value))?;
                } else {
                    self.apply(&manifest.value.to_string(), &origin)
                        .map_err(StepError::new)?;
                }
            }
        }
        self.cluster().provide_storage();
        Ok(())
    }

    /// Applies the manifests in the step's doc string.
    ///
    /// # Errors
    /// If there is no doc string, or a document is refused.
    pub fn apply_doc_string(&mut self) -> Result<(), StepError> {
        let block = self.step().and_then(|step| step.block.clone());
        let block = block.ok_or_else(|| StepError::new("a doc string with the manifest is missing below this step"))?;
        let origin = block.origin(&self.scenario().feature);
        self.apply(&block.text, &origin).map_err(StepError::new)
    }

    pub(crate) fn apply(&mut self, text: &str, origin: &Origin) -> Result<(), String> {
        let (applied, refused) = match self.cluster().apply(text, origin) {
            Ok(applied) => (applied, None),
            Err(error) => (error.applied.clone(), Some(error.to_string())),
        };
        let stdout: String = applied.iter().map(|object| format!("{object}\n")).collect();
        let stderr = refused.clone().unwrap_or_default();
        let output = CommandOutput {
            stdout,
            stderr,
            exit_code: i32::from(refused.is_some()),
        };
        self.remember(&format!("kubectl apply -f {}", origin.file), output);
        refused.map_or(Ok(()), Err)
    }
}
