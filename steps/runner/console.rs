//! What a run prints while it goes: a line for each scenario, in file order; `-v` adds the steps,
//! `-q` leaves the lines out. What failed and why, the
//! counts and the reports' places come at the end, where people look (`shakedown_reports::Console`).

use std::io::{IsTerminal, Write};
use std::path::Path;

use shakedown_reports::record::{FeatureRecord, Outcome, RunRecord, ScenarioRecord};
use shakedown_reports::{duration, visible};

/// The printer of one run.
pub struct Console {
    out: std::io::Stdout,
    color: bool,
    verbose: bool,
    quiet: bool,
}

impl Console {
    /// Colours only where someone looks: a terminal, without NO_COLOR.
    pub fn new(no_color: bool, verbose: bool, quiet: bool) -> Self {
        let out = std::io::stdout();
        let wanted = !no_color && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let color = wanted && out.is_terminal();
        Self {
            out,
            color,
            verbose,
            quiet,
        }
    }

    /// The headline of a feature.
    pub fn feature(&self, feature: &FeatureRecord) {
        if self.quiet {
            return;
        }
        self.line(&format!(
            "{}  {}",
            self.paint("1", &visible(&feature.name)),
            self.paint("2", &visible(&feature.path))
        ));
    }

    /// A finished scenario.
    pub fn scenario(&self, path: &str, scenario: &ScenarioRecord) {
        if self.quiet {
            return;
        }
        let place = scenario.id.strip_prefix(path).unwrap_or(&scenario.id);
        let times = match scenario.outcome {
            Outcome::Skipped => String::new(),
            _ => format!(
                "{} in {}",
                duration::human(scenario.end_ns),
                duration::human(scenario.wall_duration_ns)
            ),
        };
        let aside = self.paint("2", &format!("{place}  {times}"));
        self.line(&format!(
            "  {} {}  {aside}",
            self.mark(scenario.outcome),
            one_line(&scenario.name)
        ));
        for line in &scenario.logs {
            let at = duration::human(line.at_ns);
            eprintln!("      {at:>8} {:5} {} {}", line.level, line.target, visible(&line.text));
        }
        for step in scenario.steps.iter().filter(|_| self.verbose) {
            let at = self.paint("2", &format!("at {}", duration::human(step.end_ns)));
            self.line(&format!(
                "      {} {} {}  {at}",
                self.mark(step.outcome),
                step.keyword,
                one_line(&step.text)
            ));
        }
    }

    /// The last lines: failures, counts, reports.
    pub fn summary(&self, record: &RunRecord, reports: &[&Path]) {
        let summary = shakedown_reports::Console {
            color: self.color,
            reports,
        }
        .summary(record);
        self.line(&format!("\n{}", summary.trim_end()));
    }

    /// One line to standard output. A reader that has gone away (`| head`) is no reason to fail.
    pub fn line(&self, text: &str) {
        _ = writeln!(self.out.lock(), "{text}");
    }

    fn mark(&self, outcome: Outcome) -> String {
        let code = match outcome {
            Outcome::Passed => "32",
            Outcome::Skipped => "2",
            Outcome::Undefined | Outcome::Ambiguous => "33",
            Outcome::TimedOut | Outcome::Failed => "31",
        };
        self.paint(code, outcome.mark())
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.color {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

fn one_line(text: &str) -> String {
    visible(text).replace('\n', " ")
}
