//! What the terminal says at the end of a run: what failed and how to see it again, the counts, and where the report is.
//!
//! Every line reads without colour; colours only help to find things. Text that comes from files is made harmless first:
//! a scenario's name must not move the cursor.

use std::path::Path;

use crate::duration;
use crate::escape::visible;
use crate::record::{Counts, FeatureRecord, Outcome, RunRecord, ScenarioRecord, StepRecord};

/// At most so many scenarios are told in full; the report has all.
pub const FAILURES_SHOWN_MAX: usize = 50;

/// How the summary looks.
#[derive(Debug, Clone, Copy, Default)]
pub struct Console<'a> {
    /// With ANSI colours: whether standard output is a terminal and `NO_COLOR` is unset is for the caller to know.
    pub color: bool,
    /// The reports that were written.
    pub reports: &'a [&'a Path],
}

const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const BOLD: &str = "1";
const DIM: &str = "2";

impl Console<'_> {
    /// The summary of a run, with a line feed at its end.
    pub fn summary(&self, record: &RunRecord) -> String {
        let mut lines = self.failures(record);
        let summary = &record.summary;
        for (noun, counts) in [
            ("feature", &summary.features),
            ("scenario", &summary.scenarios),
            ("step", &summary.steps),
        ] {
            lines.push(self.counts(noun, counts));
        }
        lines.push(self.times(record));
        for report in self.reports {
            lines.push(format!(
                "{} {}",
                self.paint(DIM, "report:"),
                visible(&report.display().to_string())
            ));
        }
        lines.push(String::new());
        lines.join("\n")
    }

    fn failures(&self, record: &RunRecord) -> Vec<String> {
        let all = record
            .features
            .iter()
            .flat_map(|feature| feature.scenarios.iter().map(move |scenario| (feature, scenario)));
        let failed: Vec<_> = all.filter(|(_, scenario)| !scenario.outcome.is_pass()).collect();
        if failed.is_empty() {
            return Vec::new();
        }
        let mut lines = vec![self.paint(BOLD, "Scenarios that did not pass"), String::new()];
        for (feature, scenario) in failed.iter().take(FAILURES_SHOWN_MAX) {
            lines.extend(self.failure(feature, scenario));
            lines.push(String::new());
        }
        if let Some(more) = failed.len().checked_sub(FAILURES_SHOWN_MAX).filter(|more| *more > 0) {
            lines.push(format!("… and {more} more"));
            lines.push(String::new());
        }
        lines
    }

    fn failure(&self, feature: &FeatureRecord, scenario: &ScenarioRecord) -> Vec<String> {
        let outcome = scenario.outcome;
        let line = scenario.examples.as_ref().map_or(scenario.line, |row| row.line);
        let place = self.paint(DIM, &format!("{}:{line}", visible(&feature.path)));
        let mark = self.paint(color_of(outcome), outcome.mark());
        let mut lines = vec![format!(
            "{mark} {}  {place}",
            self.paint(BOLD, &one_line(&scenario.name))
        )];
        // Behind the step that decided, others may be known to be undefined: better told at once than one a run.
        let first = scenario.first_failing_step();
        let told = scenario
            .steps
            .iter()
            .filter(|step| step.failure.is_some() || first == Some(*step));
        lines.extend(told.flat_map(|step| self.step(step)));
        if !scenario.replay_command.is_empty() {
            lines.push(format!(
                "    {} {}",
                self.paint(DIM, "replay:"),
                one_line(&scenario.replay_command)
            ));
        }
        lines
    }

    /// A step that did not pass, with all that is known about it.
    fn step(&self, step: &StepRecord) -> Vec<String> {
        let outcome = step.outcome;
        let said = format!("{outcome} on line {} at {}", step.line, duration::human(step.end_ns));
        let mut lines = vec![
            format!("    {} {}", one_line(&step.keyword), one_line(&step.text)),
            format!("    {}", self.paint(color_of(outcome), &said)),
        ];
        let Some(failure) = &step.failure else { return lines };
        lines.extend(visible(&failure.message).lines().map(|line| format!("      {line}")));
        let when = failure.at_ns.map(|at_ns| format!("at {}", duration::human(at_ns)));
        for (title, text) in [
            ("expected", &failure.expected),
            ("seen", &failure.seen),
            ("when", &when),
        ] {
            // Without anything seen the instant is the step's own, which stands above.
            let Some(text) = text
                .as_ref()
                .filter(|_| title != "when" || failure.seen.as_ref().is_some_and(|seen| !seen.contains("\nwhen ")))
            else {
                continue;
            };
            let indented = visible(text).trim_end().replace('\n', "\n                ");
            lines.push(format!("      {title:<8}  {indented}"));
        }
        for text in [
            &failure.kubectl_table,
            &failure.events,
            &failure.changes,
            &failure.source_excerpt,
        ] {
            lines.extend((!text.is_empty()).then(String::new));
            lines.extend(visible(text).lines().map(|line| format!("        {line}")));
        }
        lines
    }

    /// `8 scenarios (5 passed, 3 failed)`
    fn counts(&self, noun: &str, counts: &Counts) -> String {
        let plural = if counts.total == 1 { "" } else { "s" };
        let parts = Outcome::ALL.into_iter().filter(|outcome| counts.of(*outcome) > 0);
        let parts: Vec<_> = parts
            .map(|outcome| self.paint(color_of(outcome), &format!("{} {outcome}", counts.of(outcome))))
            .collect();
        if parts.is_empty() {
            return format!("{} {noun}{plural}", counts.total);
        }
        format!("{} {noun}{plural} ({})", counts.total, parts.join(", "))
    }

    fn times(&self, record: &RunRecord) -> String {
        let simulated = duration::human(record.summary.simulated_ns);
        let wall = duration::human(record.wall.duration_ns);
        format!("{simulated} of cluster time in {wall}, seed {}", record.seed)
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.color {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

fn color_of(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => GREEN,
        Outcome::Skipped => DIM,
        Outcome::Undefined | Outcome::Ambiguous => YELLOW,
        Outcome::TimedOut | Outcome::Failed => RED,
    }
}

/// Visible and without line feeds.
fn one_line(text: &str) -> String {
    visible(text).replace('\n', " ")
}
