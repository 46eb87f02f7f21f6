//! From the paths on the command line to the feature files: folders are searched, `file.feature:12` names lines.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::feature_file::FeatureFile;

/// Deeper folders are not searched: no real suite has them, a loop of links would.
const FOLDER_DEPTH_MAX: usize = 32;

/// A feature file and the lines of it that were asked for; none means all of it.
#[derive(Debug)]
pub struct SelectedFile {
    /// The file.
    pub feature: FeatureFile,
    /// The lines named on the command line.
    pub lines: Vec<usize>,
}

/// Reads everything that `paths` name, in the order of the paths' names.
///
/// # Errors
/// Every problem found, one message each: what cannot be read, what is not Gherkin.
pub fn read(paths: &[String]) -> Result<Vec<SelectedFile>, Vec<String>> {
    let mut wanted: BTreeMap<PathBuf, Option<Vec<usize>>> = BTreeMap::new();
    let mut problems = Vec::new();
    for argument in paths {
        let (path, lines) = split_lines(argument);
        match files_below(&path) {
            Ok(files) if files.is_empty() => {
                problems.push(format!("{argument}: there is no .feature file in this folder"))
            }
            Ok(files) => files.into_iter().for_each(|file| want(wanted.entry(file), &lines)),
            Err(problem) => problems.push(problem),
        }
    }
    let mut features = Vec::new();
    for (path, lines) in wanted {
        match read_file(&path) {
            Ok(feature) => features.push(SelectedFile {
                feature,
                lines: lines.unwrap_or_default(),
            }),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        Ok(features)
    } else {
        Err(problems)
    }
}

/// A file named once as a whole is wanted as a whole.
fn want(entry: std::collections::btree_map::Entry<'_, PathBuf, Option<Vec<usize>>>, lines: &[usize]) {
    let known = entry.or_insert_with(|| Some(Vec::new()));
    match known {
        Some(_) if lines.is_empty() => *known = None,
        Some(known) => known.extend(lines),
        None => {}
    }
}

/// `a.feature:3:9` is the file and its lines 3 and 9; a path that exists as it is written wins.
fn split_lines(argument: &str) -> (PathBuf, Vec<usize>) {
    let mut path = argument;
    let mut lines = Vec::new();
    while !Path::new(path).exists() {
        let Some((before, number)) = path.rsplit_once(':') else {
            return (PathBuf::from(argument), Vec::new());
        };
        let Ok(line) = number.parse() else {
            return (PathBuf::from(argument), Vec::new());
        };
        lines.push(line);
        path = before;
    }
    (PathBuf::from(path), lines)
}

fn files_below(path: &Path) -> Result<Vec<PathBuf>, String> {
    let shown = path.display();
    let metadata = std::fs::metadata(path).map_err(|error| format!("{shown}: {error}"))?;
    if metadata.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    let mut folders = vec![(path.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for entry in entries {
            let entry = entry.map_err(|error| format!("{}: {error}", folder.display()))?;
            let path = entry.path();
            if path.is_dir() && depth < FOLDER_DEPTH_MAX {
                folders.push((path, depth + 1));
            } else if path.extension().is_some_and(|extension| extension == "feature") {
                files.push(path);
            }
        }
    }
    Ok(files)
}

fn read_file(path: &Path) -> Result<FeatureFile, String> {
    let source = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let source = String::from_utf8(source).map_err(|_| format!("{}: this file is not UTF-8 text", path.display()))?;
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    FeatureFile::parse(&shown_path(path), folder, source.trim_start_matches('\u{feff}'))
        .map_err(|error| error.to_string())
}

/// Relative to the current folder where possible, so that records do not depend on where a checkout lies.
fn shown_path(path: &Path) -> String {
    let relative = std::env::current_dir()
        .ok()
        .and_then(|folder| path.strip_prefix(folder).ok().map(Path::to_owned));
    let path = relative.unwrap_or_else(|| path.to_owned());
    let parts: Vec<_> = path
        .iter()
        .map(|part| part.to_string_lossy())
        .filter(|part| part != ".")
        .collect();
    let joined = parts.join("/");
    if path.is_absolute() {
        joined.replacen("//", "/", 1)
    } else {
        joined
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suite() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        };
        write("b.feature", "Feature: B\n  Scenario: one\n    Given a\n");
        write("sub/a.feature", "Feature: A\n  Scenario: two\n    Given a\n");
        write("bad/c.feature", "nonsense\n");
        write("bad/d.feature", "nonsense\n");
        write("empty/readme.md", "nothing\n");
        folder
    }

    /// Paths below the suite's folder in, `name lines` of each feature or the problems out.
    fn check(paths: &[&str], expect: Result<&[&str], &[&str]>) {
        let folder = suite();
        let absolute: Vec<String> = paths
            .iter()
            .map(|path| format!("{}/{path}", folder.path().display()))
            .collect();
        let root = format!("{}/", folder.path().display());
        let seen = read(&absolute).map(|files| {
            files
                .iter()
                .map(|f| format!("{} {:?}", f.feature.name, f.lines))
                .collect()
        });
        let seen: Result<Vec<String>, Vec<String>> =
            seen.map_err(|problems| problems.iter().map(|problem| problem.replace(&root, "")).collect());
        match (seen, expect) {
            (Ok(seen), Ok(expect)) => assert_eq!(seen, expect),
            (Err(seen), Err(expect)) => {
                assert_eq!(seen.len(), expect.len(), "{seen:?}");
                for (problem, expected) in seen.iter().zip(expect) {
                    assert!(problem.contains(expected), "{problem} lacks {expected}");
                }
            }
            (seen, expect) => panic!("{seen:?} instead of {expect:?}"),
        }
    }

    #[test]
    fn folders_files_and_lines_select() {
        check(&["b.feature", "sub"], Ok(&["B []", "A []"]));
        check(&["b.feature:2:3"], Ok(&["B [3, 2]"]));
        check(&["b.feature:2", "b.feature"], Ok(&["B []"]));
    }

    #[test]
    fn every_problem_is_told_at_once() {
        check(
            &["bad"],
            Err(&["bad/c.feature:1: `nonsense`", "bad/d.feature:1: `nonsense`"]),
        );
        check(&["nowhere"], Err(&["nowhere: No such file"]));
        check(&["empty"], Err(&["empty: there is no .feature file in this folder"]));
    }
}
