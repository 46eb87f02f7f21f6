//! Every assertion can fail: each sentence of `tests/vocabulary/untrue.feature` is untrue of the cluster above it.
//!
//! That the sentences of the vocabulary do what they say is told by `features/vocabulary/`, which the suite runs.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

#[test]
fn what_is_untrue_fails() {
    let feature = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vocabulary/untrue.feature");
    let folder = tempfile::tempdir().expect("a folder");
    let record = folder.path().join("run.json");
    let output = Command::new(env!("CARGO_BIN_EXE_shakedown"))
        .arg("run")
        .arg(&feature)
        .arg("--format")
        .arg(format!("json={}", record.display()))
        .current_dir(folder.path())
        .output()
        .expect("the program runs");
    assert_eq!(output.status.code(), Some(1));
    let record: Value = serde_json::from_str(&std::fs::read_to_string(record).expect("the record")).expect("JSON");
    let scenarios = record["features"][0]["scenarios"].as_array().expect("scenarios");
    assert!(scenarios.len() > 90, "only {} scenarios", scenarios.len());
    let mut wrong = Vec::new();
    for scenario in scenarios {
        let steps = scenario["steps"].as_array().expect("steps");
        let (last, above) = steps.split_last().expect("a step");
        let explained = last["failure"]["expected"].is_string() && last["failure"]["seen"].is_string();
        if last["outcome"] != "failed" || !explained || above.iter().any(|step| step["outcome"] != "passed") {
            wrong.push(format!("{}: {}", scenario["name"], last["failure"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
