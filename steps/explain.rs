//! `shakedown explain-scheduling`: why pods run where they run, or nowhere.
//!
//! What is asked about is run first: a scenario of a feature file, or manifests on a cluster. Then the timeline is read for the
//! scheduler's attempts, and each is told with every node: the plugin that refused it, or each plugin's score and the total.

use std::path::Path;

use shakedown_reports::record::{Outcome, Placement};
use tokio::runtime::Builder;

use crate::World;
use crate::parameters::Glob;
use crate::placement::placements;
use crate::runner::run_only;

/// What is to be explained.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// One `FILE.feature:LINE`, or manifests (files, folders, globs).
    pub paths: Vec<String>,
    /// A file with the cluster's nodes, for manifests.
    pub cluster: Option<String>,
    /// How many nodes of the usual size the cluster has, if there is no such file.
    pub nodes: u64,
    /// The pods: a name or a glob, with `NAMESPACE/` before it if that matters; all pods if empty.
    pub pod: String,
    /// The run's seed.
    pub seed: u64,
    /// All attempts, not only each pod's last.
    pub all: bool,
}

/// The answer.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The attempts, in order of time.
    pub placements: Vec<Placement>,
    /// What should be known beside: the scenario failed, and where.
    pub notes: Vec<String>,
}

/// Runs what is asked about and explains it.
///
/// # Errors
/// What cannot be read or run, or that no such pod was ever tried.
pub fn explain(question: &Question) -> Result<Answer, Vec<String>> {
    let runtime = Builder::new_current_thread()
        .build()
        .map_err(|error| vec![error.to_string()])?;
    let (record, mut world) = match question.paths.as_slice() {
        [path] if path.contains(".feature") => run_only(&runtime, path, question.seed)?,
        [] => return Err(vec!["name a scenario (FILE.feature:LINE) or manifests".to_owned()]),
        paths if paths.iter().any(|path| path.contains(".feature")) => {
            return Err(vec!["name one scenario, or manifests, but not both".to_owned()]);
        }
        paths => {
            crate::runner::run_scenario_text(&runtime, &scenario_text(question, paths), Path::new("."), question.seed)?
        }
    };
    let mut answer = Answer::default();
    for step in record.steps.iter().filter(|step| step.outcome != Outcome::Passed) {
        let Some(failure) = &step.failure else { continue };
        answer
            .notes
            .push(format!("`{} {}`: {}", step.keyword, step.text, failure.message));
        answer.notes.extend(failure.seen.clone());
    }
    answer.placements = asked(&mut world, question);
    if answer.placements.is_empty() {
        let mut problems = answer.notes;
        problems.push(nothing_found(&mut world, question));
        return Err(problems);
    }
    Ok(answer)
}

/// Manifests on a cluster, as a scenario.
fn scenario_text(question: &Question, paths: &[String]) -> String {
    let mut text = "Feature: explain-scheduling\n  Scenario: manifests\n".to_owned();
    match &question.cluster {
        Some(cluster) => text.push_str(&format!("    Given a cluster from \"{cluster}\"\n")),
        None => text.push_str(&format!("    Given a cluster with {} nodes\n", question.nodes)),
    }
    for path in paths {
        text.push_str(&format!("    And the manifest \"{path}\"\n"));
    }
    text.push_str("    When the cluster settles\n");
    text
}

fn asked(world: &mut World, question: &Question) -> Vec<Placement> {
    let (namespace, name) = match question.pod.split_once('/') {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, question.pod.as_str()),
    };
    let name = Glob(if name.is_empty() { "*" } else { name }.to_owned());
    let found = placements(world.cluster(), |pod| {
        namespace.is_none_or(|namespace| pod.meta.namespace == namespace) && name.matches(&pod.meta.name)
    });
    let mut kept: Vec<Placement> = Vec::new();
    for placement in found {
        if !question.all {
            kept.retain(|earlier| earlier.pod != placement.pod);
        }
        kept.push(placement);
    }
    kept
}

/// The scheduler never tried such a pod.
fn nothing_found(world: &mut World, question: &Question) -> String {
    let mut pods: Vec<String> = Vec::new();
    for placement in placements(world.cluster(), |_| true) {
        if !pods.contains(&placement.pod) {
            pods.push(placement.pod);
        }
    }
    pods.truncate(10);
    match pods.as_slice() {
        [] => "the scheduler tried no pod at all (pods that name their node or have scheduling gates never meet it)"
            .to_owned(),
        pods => format!(
            "the scheduler tried no pod \"{}\"; it tried {}",
            question.pod,
            pods.join(", ")
        ),
    }
}
