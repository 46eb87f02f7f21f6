//! Feature files: every step bound to its function, every manifest it names checked, every kubectl line understood.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;
use shakedown_engine::api::decode::Origin;
use shakedown_engine::kubectl::{FileSource, NoFiles};
use shakedown_engine::{Cluster, ClusterOptions};

use super::manifests;
use super::problem::Problem;
use crate::manifest::FeatureFiles;
use crate::runner::{FeatureFile, Scenario, Step, Vocabulary};

/// The steps that apply manifests which must be good: those that merely try may have bad ones on purpose.
static APPLIES: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"^(?:(?:I apply )?the manifest|a cluster from) "(?<path>[^"]+)"$"#).ok());
static APPLIES_BLOCK: [&str; 2] = ["the manifest:", "I apply the manifest:"];

/// What is known about the features so far.
pub(super) struct FeatureCheck<'a> {
    pub vocabulary: &'a Vocabulary,
    /// Manifest files seen, so that each is checked once.
    pub manifests: BTreeSet<String>,
    /// Problems, each once: steps of a background and of outlines occur many times.
    pub problems: BTreeSet<Problem>,
}

impl FeatureCheck<'_> {
    /// Checks a scenario.
    pub fn scenario(&mut self, feature: &FeatureFile, scenario: &Scenario) {
        if scenario.steps.is_empty() {
            let message = "this scenario has no steps: it proves nothing";
            self.report(Problem::of_line(&feature.path, scenario.line, message, &feature.lines));
        }
        for step in &scenario.steps {
            self.step(feature, step);
        }
    }

    fn step(&mut self, feature: &FeatureFile, step: &Step) {
        let line = step.gherkin.position.line;
        let text = step.gherkin.value.as_str();
        if let Err(not_found) = self.vocabulary.find(&step.gherkin) {
            let message = not_found.failure.message;
            self.report(Problem::of_line(&feature.path, line, &message, &feature.lines));
            return;
        }
        let named = APPLIES.as_ref().and_then(|applies| applies.captures(text));
        if let Some(path) = named.as_ref().and_then(|named| named.name("path")) {
            self.files(feature, line, path.as_str());
        } else if APPLIES_BLOCK.contains(&text) {
            self.block(feature, step, line);
        } else if let Some(problem) = kubectl_problem(text) {
            self.report(Problem::of_line(&feature.path, line, &problem, &feature.lines));
        }
    }

    /// A manifest file, a folder or a glob.
    fn files(&mut self, feature: &FeatureFile, line: usize, path: &str) {
        match FeatureFiles::new(&feature.folder).read(path) {
            Ok(files) => files
                .into_iter()
                .for_each(|file| self.manifest_file(&file.name, &file.text)),
            Err(error) => {
                let message = format!("the file \"{path}\" {error}");
                self.report(Problem::of_line(&feature.path, line, &message, &feature.lines));
            }
        }
    }

    /// A manifest file, once.
    pub fn manifest_file(&mut self, name: &str, text: &str) {
        if self.manifests.insert(name.to_owned()) {
            let lines: Vec<String> = text.lines().map(str::to_owned).collect();
            for message in manifests::problems(text, &Origin::file(name)) {
                self.report(Problem::placed(message, Some(&lines)));
            }
        }
    }

    /// A doc string.
    fn block(&mut self, feature: &FeatureFile, step: &Step, line: usize) {
        let Some(block) = &step.block else {
            let message = "a doc string with the manifest is missing below this step";
            self.report(Problem::of_line(&feature.path, line, message, &feature.lines));
            return;
        };
        self.manifests.insert(format!("{}:{line}", feature.path));
        for message in manifests::problems(&block.text, &block.origin(&feature.path)) {
            self.report(Problem::placed(message, Some(&feature.lines)));
        }
    }

    fn report(&mut self, problem: Problem) {
        self.problems.insert(problem);
    }
}

/// What kubectl says about a line before it looks at any cluster: unknown commands and flags.
fn kubectl_problem(text: &str) -> Option<String> {
    let line = text.split_once('`')?.1.rsplit_once('`')?.0;
    if !text.starts_with("I ") || line.split_whitespace().next() != Some("kubectl") {
        return None;
    }
    let output = Cluster::new(ClusterOptions::default()).kubectl(line, &NoFiles);
    let first = output.stderr.lines().next()?;
    [
        "error: unknown command",
        "error: unknown flag",
        "error: unknown shorthand",
    ]
    .iter()
    .any(|start| first.starts_with(start))
    .then(|| first.to_owned())
}

/// Whether a path is a manifest by its name.
pub(super) fn is_manifest(path: &Path) -> bool {
    path.file_name()
        .and_then(|name| name.to_str())
        .is_some_and(shakedown_engine::kubectl::is_manifest)
}
