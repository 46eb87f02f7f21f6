//! JUnit XML, as CI systems read it: a suite a feature, a case a scenario.
//!
//! Times are those of the wall clock, which is what CI systems plan with; virtual time, seed, timeline hash and the command that
//! replays a case are its properties. What did not pass and is not a failed assertion (undefined, ambiguous, timed out) is an
//! `error`, a failed one a `failure`.

use askama::Template;

use crate::duration;
use crate::error::ReportError;
use crate::record::{Counts, FeatureRecord, Outcome, RunRecord, ScenarioRecord};

/// The record as JUnit XML.
///
/// # Errors
/// See [`ReportError::Render`].
pub fn render(record: &RunRecord) -> Result<String, ReportError> {
    let suites = record.features.iter().map(suite).collect();
    Ok(Document {
        record,
        seconds: seconds(record.wall.duration_ns),
        suites,
    }
    .render()?)
}

#[derive(Template)]
#[template(path = "junit.xml")]
struct Document<'a> {
    record: &'a RunRecord,
    seconds: String,
    suites: Vec<Suite<'a>>,
}

impl Document<'_> {
    fn counts(&self) -> &Counts {
        &self.record.summary.scenarios
    }
}

struct Suite<'a> {
    feature: &'a FeatureRecord,
    counts: Counts,
    seconds: String,
    cases: Vec<Case<'a>>,
}

struct Case<'a> {
    scenario: &'a ScenarioRecord,
    seconds: String,
    simulated: String,
    /// The first line of why it did not pass.
    message: String,
    /// All that is known about it.
    details: String,
    steps: String,
}

impl Case<'_> {
    /// The element that says how it ended, if it did not pass or was skipped.
    fn element(&self) -> Option<&'static str> {
        match self.scenario.outcome {
            Outcome::Passed | Outcome::Skipped => None,
            Outcome::Failed => Some("failure"),
            Outcome::Undefined | Outcome::Ambiguous | Outcome::TimedOut => Some("error"),
        }
    }

    fn skipped(&self) -> bool {
        self.scenario.outcome == Outcome::Skipped
    }
}

fn errors(counts: &Counts) -> u64 {
    counts.undefined + counts.ambiguous + counts.timed_out
}

fn suite(feature: &FeatureRecord) -> Suite<'_> {
    let mut counts = Counts::default();
    let mut wall_ns = 0u64;
    for scenario in &feature.scenarios {
        counts.add(scenario.outcome);
        wall_ns = wall_ns.saturating_add(scenario.wall_duration_ns);
    }
    Suite {
        feature,
        counts,
        seconds: seconds(wall_ns),
        cases: feature.scenarios.iter().map(case).collect(),
    }
}

fn case(scenario: &ScenarioRecord) -> Case<'_> {
    let (message, details) = explanation(scenario);
    Case {
        scenario,
        seconds: seconds(scenario.wall_duration_ns),
        simulated: duration::human(scenario.end_ns),
        message,
        details,
        steps: steps(scenario),
    }
}

/// Why the scenario did not pass: one line, and everything.
fn explanation(scenario: &ScenarioRecord) -> (String, String) {
    let Some(step) = scenario.first_failing_step() else {
        return (scenario.outcome.word().to_owned(), String::new());
    };
    let mut details = format!(
        "{} {} (line {}): {}\n",
        step.keyword, step.text, step.line, step.outcome
    );
    let Some(failure) = &step.failure else {
        return (format!("{} {}: {}", step.keyword, step.text, step.outcome), details);
    };
    let at = failure
        .at_ns
        .map(|at_ns| format!(" at {}", duration::human(at_ns)))
        .unwrap_or_default();
    details.push_str(&format!("{}{at}\n", failure.message));
    for (title, text) in [
        ("expected", failure.expected.as_deref()),
        ("seen", failure.seen.as_deref()),
    ] {
        if let Some(text) = text {
            details.push_str(&format!("{title}: {text}\n"));
        }
    }
    for text in [
        &failure.kubectl_table,
        &failure.events,
        &failure.changes,
        &failure.source_excerpt,
    ] {
        if !text.is_empty() {
            details.push_str(&format!("\n{}\n", text.trim_end()));
        }
    }
    (failure.message.lines().next().unwrap_or_default().to_owned(), details)
}

/// The steps, one a line, with how each ended and when.
fn steps(scenario: &ScenarioRecord) -> String {
    let lines = scenario.steps.iter().map(|step| {
        format!(
            "{} {:>8}  {} {}\n",
            step.outcome.mark(),
            duration::human(step.end_ns),
            step.keyword,
            step.text
        )
    });
    lines.collect()
}

/// Seconds with milliseconds, as JUnit's `time` wants them.
fn seconds(ns: u64) -> String {
    format!("{}.{:03}", ns / 1_000_000_000, ns % 1_000_000_000 / 1_000_000)
}
