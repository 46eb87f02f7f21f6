//! What a person sees when a scenario fails: whole outputs of the program, one feature file a kind of failure.
//!
//! Each `tests/failures/NAME.feature` is run as a user would; what is printed must be `NAME.txt`, wall times aside. After a change
//! that is meant, `UPDATE_EXPECTED=1 cargo test --test failures` writes the files anew: read their diff.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs one feature file in the folder of them; what it prints, without wall times, and its exit status.
fn run(feature: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/failures");
    let reports = tempfile::tempdir().expect("a folder for the reports");
    for file in std::fs::read_dir(&folder).expect("the folder").flatten() {
        std::fs::copy(file.path(), reports.path().join(file.file_name())).expect("a copy");
    }
    let output = Command::new(env!("CARGO_BIN_EXE_shakedown"))
        .args(["run", feature])
        .current_dir(reports.path())
        .output()
        .expect("the program runs");
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    let wall = regex::Regex::new(r" in [0-9.]+(ns|µs|ms|s)\b").expect("a pattern");
    let printed = wall.replace_all(&stdout, " in …").into_owned();
    let code = output.status.code().unwrap_or(-1);
    format!("{printed}{stderr}exit status {code}\n")
}

#[test]
fn failures_read_as_they_should() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/failures");
    let mut features: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("the folder")
        .flatten()
        .map(|file| file.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "feature"))
        .collect();
    features.sort();
    assert!(features.len() >= 12, "a dozen kinds of failures");
    let mut wrong = Vec::new();
    for feature in features {
        let name = feature.file_name().and_then(|name| name.to_str()).expect("a name");
        let seen = run(name);
        let expected = feature.with_extension("txt");
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            std::fs::write(&expected, &seen).expect("the file is written");
        }
        let expect = std::fs::read_to_string(&expected).unwrap_or_default();
        if seen != expect {
            wrong.push(format!("== {name}: expected\n{expect}\n== seen\n{seen}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
