//! What a run prints: one line a scenario, everything about a failure, counts, and where the report is.

use std::io::{IsTerminal, Write};

use shakedown_reports::record::{Counts, Failure, FeatureRecord, Outcome, RunRecord, ScenarioRecord, StepRecord};

/// The printer of one run.
pub struct Console {
    out: std::io::Stdout,
    colours: bool,
    verbose: bool,
}

const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const DIM: &str = "2";
const BOLD: &str = "1";

impl Console {
    /// Colours only where someone looks: a terminal, without NO_COLOR.
    pub fn new(no_color: bool, verbose: bool) -> Self {
        let out = std::io::stdout();
        let wanted = !no_color && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let colours = wanted && out.is_terminal();
        Self { out, colours, verbose }
    }

    /// The headline of a feature.
    pub fn feature(&self, feature: &FeatureRecord) {
        self.line(&format!("\n{}  {}", self.paint(BOLD, &feature.name), self.paint(DIM, &feature.path)));
    }

    /// A finished scenario.
    pub fn scenario(&self, path: &str, scenario: &ScenarioRecord) {
        let times = if scenario.outcome == Outcome::Skipped {
            "skipped".to_owned()
        } else {
            format!("{} simulated, {} ms", virtual_time(scenario.end_ns), scenario.wall_duration_ns / 1_000_000)
        };
        let place = scenario.id.strip_prefix(path).unwrap_or(&scenario.id);
        self.line(&format!("  {} {}  {}", self.mark(scenario.outcome), scenario.name, self.paint(DIM, &format!("{place}  {times}"))));
        let failed = !matches!(scenario.outcome, Outcome::Passed | Outcome::Skipped);
        for step in &scenario.steps {
            if self.verbose || step.failure.is_some() {
                self.step(path, step);
            }
        }
        if failed && scenario.steps.is_empty() {
            self.line("      the scenario has no steps: it proves nothing");
        }
        if failed {
            self.line(&format!("      replay: {}", self.paint(BOLD, &scenario.replay_command)));
        }
    }

    fn step(&self, path: &str, step: &StepRecord) {
        let place = self.paint(DIM, &format!("{path}:{}", step.line));
        self.line(&format!("    {} {} {}  {place}", self.mark(step.outcome), step.keyword, step.text));
        if let Some(failure) = &step.failure {
            for line in failure_lines(failure) {
                self.line(&format!("      {line}"));
            }
        }
    }

    /// The last lines.
    pub fn summary(&self, record: &RunRecord, report: Option<&std::path::Path>) {
        self.line(&format!("\n{}", self.counts("scenario", &record.summary.scenarios)));
        self.line(&self.counts("step", &record.summary.steps));
        let wall = format!("{:.2} s", record.wall.duration_ns as f64 / 1e9);
        self.line(&format!("{} simulated in {wall} · seed {}", virtual_time(record.summary.simulated_ns), record.seed));
        if let Some(report) = report {
            self.line(&format!("report: {}", report.display()));
        }
    }

    fn counts(&self, what: &str, counts: &Counts) -> String {
        let plural = if counts.total == 1 { "" } else { "s" };
        let parts = Outcome::ALL.into_iter().filter(|outcome| counts.of(*outcome) > 0);
        let parts: Vec<String> =
            parts.map(|outcome| self.paint(colour(outcome), &format!("{} {outcome}", counts.of(outcome)))).collect();
        format!("{} {what}{plural}: {}", counts.total, parts.join(", "))
    }

    /// One line to standard output. A reader that has gone away (`| head`) is no reason to fail.
    pub fn line(&self, text: &str) {
        let mut out = self.out.lock();
        _ = writeln!(out, "{text}");
    }

    fn mark(&self, outcome: Outcome) -> String {
        self.paint(colour(outcome), outcome.mark())
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colours { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

fn colour(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => GREEN,
        Outcome::Skipped => DIM,
        Outcome::Undefined | Outcome::Ambiguous => YELLOW,
        Outcome::TimedOut | Outcome::Failed => RED,
    }
}

fn failure_lines(failure: &Failure) -> Vec<String> {
    let mut lines: Vec<String> = failure.message.lines().map(str::to_owned).collect();
    let at = failure.at_ns.map(|at| format!(" (at {})", virtual_time(at))).unwrap_or_default();
    lines.extend(failure.expected.iter().map(|expected| format!("expected: {}", indented(expected, 10))));
    lines.extend(failure.seen.iter().map(|seen| format!("seen:     {}{at}", indented(seen, 10))));
    for block in [&failure.kubectl_table, &failure.events] {
        if !block.is_empty() {
            lines.push(String::new());
            lines.extend(block.lines().map(|line| format!("  {line}")));
        }
    }
    lines
}

fn indented(text: &str, columns: usize) -> String {
    text.trim_end().replace('\n', &format!("\n{}", " ".repeat(columns + 6)))
}

/// Virtual time for people: `0s`, `250ms`, `1m30s`, `2h5m`; as Go prints durations, without the zero parts.
pub fn virtual_time(nanoseconds: u64) -> String {
    let milliseconds = nanoseconds / 1_000_000;
    let units = [(3_600_000, u64::MAX, "h"), (60_000, 60, "m"), (1000, 60, "s"), (1, 1000, "ms")];
    let parts = units.into_iter().map(|(unit, wrap, name)| (milliseconds / unit % wrap, name));
    let text: String = parts.filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count}{name}")).collect();
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn virtual_time_reads_well() {
        let check = |milliseconds: u64, expect: &str| assert_eq!(virtual_time(milliseconds * 1_000_000), expect);
        check(0, "0s");
        check(250, "250ms");
        check(1500, "1s500ms");
        check(60_250, "1m250ms");
        check(90_000, "1m30s");
        check(7_500_000, "2h5m");
    }
}
