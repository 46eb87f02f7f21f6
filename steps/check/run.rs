//! From paths to problems.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::problem::Problem;
use super::scenarios::{FeatureCheck, is_manifest};
use crate::runner::{FeatureFile, Selection, Vocabulary, read_features};

/// Deeper folders are not searched.
const FOLDER_DEPTH_MAX: usize = 32;

/// What was checked, and what was found.
#[derive(Debug, Default)]
pub struct Checked {
    /// `file:line  name` of every scenario that would be run, in file order.
    pub scenarios: Vec<String>,
    /// How many steps they have.
    pub steps: usize,
    /// The manifests, by file, or `file:line` of the step above a doc string.
    pub manifests: Vec<String>,
    /// The problems, by file and line.
    pub problems: Vec<Problem>,
}

/// Checks feature files, manifests, and folders of them. A folder with features is checked with the manifests that its steps
/// name; one without, with all manifests in it.
pub fn check(paths: &[String]) -> Checked {
    let vocabulary = Vocabulary::linked();
    let mut found = FeatureCheck {
        vocabulary: &vocabulary,
        manifests: BTreeSet::new(),
        problems: BTreeSet::new(),
    };
    let mut checked = Checked::default();
    for path in paths {
        match plain_manifests(Path::new(path)) {
            Some(files) => files.iter().for_each(|file| read_manifest(&mut found, file)),
            None => features(&mut found, &mut checked, path),
        }
    }
    checked.manifests = found.manifests.into_iter().collect();
    checked.problems = found.problems.into_iter().collect();
    checked
}

fn features(found: &mut FeatureCheck<'_>, checked: &mut Checked, path: &str) {
    match read_features(std::slice::from_ref(&path.to_owned())) {
        Err(problems) => found
            .problems
            .extend(problems.into_iter().map(|message| Problem::placed(message, None))),
        Ok(files) => {
            for file in files {
                if file.feature.scenarios.is_empty() {
                    let message = "there is no scenario in this feature; one begins with `Scenario: NAME`";
                    let problem = Problem::of_line(&file.feature.path, 1, message, &file.feature.lines);
                    found.problems.insert(problem);
                }
                let selection = Selection::default();
                let all = &file.feature.scenarios;
                let selected = all
                    .iter()
                    .filter(|scenario| selection.selects(scenario, &file.lines, all));
                selected.for_each(|scenario| one(found, checked, &file.feature, scenario));
            }
        }
    }
}

fn one(found: &mut FeatureCheck<'_>, checked: &mut Checked, feature: &FeatureFile, scenario: &crate::runner::Scenario) {
    checked.steps += scenario.steps.len();
    checked.scenarios.push(format!(
        "{}:{}  {}",
        feature.path,
        scenario.selecting_line(),
        scenario.name
    ));
    found.scenario(feature, scenario);
}

/// The manifests that a path means, if it means manifests: a file by its name, a folder that has no features.
fn plain_manifests(path: &Path) -> Option<Vec<PathBuf>> {
    if path.is_file() {
        return is_manifest(path).then(|| vec![path.to_owned()]);
    }
    let mut manifests = Vec::new();
    let mut folders = vec![(path.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() && depth < FOLDER_DEPTH_MAX {
                folders.push((path, depth + 1));
            } else if path.extension().is_some_and(|extension| extension == "feature") {
                return None;
            } else if is_manifest(&path) {
                manifests.push(path);
            }
        }
    }
    manifests.sort();
    (!manifests.is_empty()).then_some(manifests)
}

fn read_manifest(found: &mut FeatureCheck<'_>, path: &Path) {
    let name = path.display().to_string();
    match std::fs::read(path).map(String::from_utf8) {
        Ok(Ok(text)) => found.manifest_file(&name, &text),
        Ok(Err(_)) => {
            _ = found
                .problems
                .insert(Problem::placed(format!("{name}: it is not UTF-8 text"), None))
        }
        Err(error) => _ = found.problems.insert(Problem::placed(format!("{name}: {error}"), None)),
    }
}
