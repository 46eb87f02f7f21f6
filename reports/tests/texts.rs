//! The text renderings of the sample run, compared with committed files. After a wanted change:
//! `UPDATE_EXPECTED=1 cargo test -p shakedown-reports --test texts`, then read the difference.

#[path = "../examples/sample/record.rs"]
mod sample;

use std::path::Path;

use shakedown_reports::record::{FORMAT_VERSION, RunRecord};
use shakedown_reports::{Console, Format, ReportError, json, render, write};

fn check(text: &str, name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expected").join(name);
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&path, text).expect("the expected text can be written");
    }
    let expected = std::fs::read_to_string(&path).expect("the expected text is committed");
    assert_eq!(text, expected, "differs from tests/expected/{name}");
}

#[test]
fn the_console_summary_says_what_failed_and_how_to_see_it_again() {
    let reports = [Path::new("target/shakedown/report.html")];
    let run = sample::sample();
    check(
        &Console {
            color: false,
            reports: &reports,
        }
        .summary(&run),
        "console.txt",
    );
    check(
        &Console {
            color: true,
            reports: &reports,
        }
        .summary(&run),
        "console_color.txt",
    );
}

#[test]
fn the_console_summary_of_a_green_and_of_an_empty_run_is_short() {
    let mut run = sample::sample();
    run.features.retain(|feature| feature.outcome().is_pass());
    let green = RunRecord::new("0.1.0", 42, "shakedown run features", run.features, run.wall.clone());
    let expected =
        "1 feature (1 passed)\n1 scenario (1 passed)\n6 steps (6 passed)\n5m of cluster time in 143ms, seed 42\n";
    assert_eq!(Console::default().summary(&green), expected);
    let empty = RunRecord::new("0.1.0", 42, "shakedown run features", Vec::new(), run.wall);
    let expected = "0 features\n0 scenarios\n0 steps\n0s of cluster time in 143ms, seed 42\n";
    assert_eq!(Console::default().summary(&empty), expected);
}

#[test]
fn junit_has_a_suite_a_feature_and_a_case_a_scenario() {
    check(
        &render(&sample::sample(), Format::Junit).expect("a rendering"),
        "junit.xml",
    );
}

#[test]
fn the_record_comes_back_from_json_as_it_was() {
    let run = sample::sample();
    let text = render(&run, Format::Json).expect("a rendering");
    assert_eq!(json::parse(&text).expect("a record"), run);
    assert!(
        text.starts_with("{\n  \"format_version\": 1,\n  \"tool_version\""),
        "fields keep their order"
    );
}

#[test]
fn records_differ_in_wall_times_alone_when_the_machine_does() {
    let (here, mut there) = (sample::sample(), sample::sample());
    there.wall.started_at = "2027-01-01T00:00:00Z".to_owned();
    there.wall.environment.jobs = 1;
    there.features[0].scenarios[0].wall_duration_ns = 1;
    there.features[0].scenarios[0].steps[0].wall_duration_ns = 1;
    let bytes = |run: RunRecord| render(&run, Format::Json).expect("a rendering");
    assert_ne!(bytes(here.clone()), bytes(there.clone()));
    assert_eq!(
        bytes(here.clone().without_wall_times()),
        bytes(there.without_wall_times())
    );
    let stripped = bytes(here.without_wall_times());
    let durations: Vec<_> = stripped.lines().filter(|line| line.contains("\"wall_")).collect();
    assert!(durations.len() > 50);
    assert!(
        durations.iter().all(|line| line.trim_end_matches(',').ends_with(": 0")),
        "{durations:?}"
    );
}

#[test]
fn records_of_other_formats_and_other_files_are_refused() {
    let check = |text: &str, expect: &str| assert_eq!(json::parse(text).expect_err(text).to_string(), expect);
    let newer = format!("{{\"format_version\": {}}}", FORMAT_VERSION + 1);
    check(
        &newer,
        "the run record has format 2, this version reads formats up to 1; use a newer version of shakedown",
    );
    check(
        "{}",
        "not a run record: missing field `format_version` at line 1 column 2",
    );
    check("", "not a run record: EOF while parsing a value at line 1 column 0");
    let older = json::parse("{\"format_version\": 1}").expect("missing fields have defaults");
    assert_eq!(
        older,
        RunRecord {
            format_version: 1,
            ..RunRecord::default()
        }
    );
}

#[test]
fn an_unwritable_place_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "x").expect("a file");
    let path = file.join("report.html");
    let error = write(&sample::sample(), Format::Html, &path).expect_err("a file is no folder");
    assert!(matches!(&error, ReportError::Write { path: named, .. } if *named == path));
    assert!(
        error
            .to_string()
            .starts_with(&format!("cannot write {}: ", path.display())),
        "{error}"
    );
}
