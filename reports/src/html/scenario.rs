//! A scenario as the page shows it.

use crate::duration;
use crate::record::{FeatureRecord, LogLine, Outcome, ScenarioRecord, StepRecord};

use super::budget::LOG_LINES_SHOWN_MAX;
use super::chart::Chart;

/// A scenario and what is drawn of it.
pub struct ScenarioView<'a> {
    pub scenario: &'a ScenarioRecord,
    pub anchor: String,
    pub place: String,
    pub tags: Vec<&'a str>,
    /// The tags as one text for the filter: each with a line feed before and behind it.
    pub tag_keys: String,
    pub open: bool,
    pub simulated: String,
    pub wall: String,
    pub steps: Vec<StepView<'a>>,
    pub chart: Option<Chart>,
    /// Lanes that the page had no room for.
    pub chart_left_out: bool,
    pub logs: &'a [LogLine],
    pub logs_hidden: usize,
}

/// A step and when it ran.
pub struct StepView<'a> {
    pub step: &'a StepRecord,
    pub number: usize,
    pub at: String,
    pub took: String,
    pub wall: String,
    pub parts: Vec<TextPart<'a>>,
}

/// A piece of a step's text.
#[derive(Debug, PartialEq, Eq)]
pub struct TextPart<'a> {
    /// Between quotes or backticks: a value, not a word.
    pub is_value: bool,
    pub text: &'a str,
}

impl<'a> ScenarioView<'a> {
    /// Prepares a scenario.
    pub fn new(
        feature: &'a FeatureRecord,
        scenario: &'a ScenarioRecord,
        anchor: String,
        open: bool,
        room: bool,
    ) -> Self {
        let line = scenario.examples.as_ref().map_or(scenario.line, |row| row.line);
        let tags: Vec<&str> = scenario.tags.iter().map(|tag| bare_tag(tag)).collect();
        let logs_hidden = scenario.logs.len().saturating_sub(LOG_LINES_SHOWN_MAX);
        Self {
            scenario,
            anchor,
            place: format!("{}:{line}", feature.path),
            tag_keys: format!("\n{}\n", tags.join("\n")),
            tags,
            open,
            simulated: duration::human(scenario.end_ns),
            wall: duration::human(scenario.wall_duration_ns),
            steps: scenario.steps.iter().enumerate().map(step_view).collect(),
            chart: if room { Chart::of(scenario) } else { None },
            chart_left_out: !room && !scenario.lanes.is_empty(),
            logs: scenario.logs.get(logs_hidden..).unwrap_or_default(),
            logs_hidden,
        }
    }

    /// Its outcome.
    pub fn outcome(&self) -> Outcome {
        self.scenario.outcome
    }

    /// The step that did not pass, and the first line of why.
    pub fn story(&self) -> Option<(String, &'a str)> {
        let step = self.scenario.first_failing_step()?;
        let message = step.failure.as_ref()?.message.lines().next()?;
        Some((format!("{} {}", step.keyword, step.text), message))
    }

    /// A virtual time in words.
    pub fn at(&self, at_ns: &u64) -> String {
        duration::human(*at_ns)
    }

    /// Its examples row as pairs of header and cell.
    pub fn examples(&self) -> Vec<(&str, &str)> {
        let Some(row) = &self.scenario.examples else {
            return Vec::new();
        };
        row.header
            .iter()
            .map(String::as_str)
            .zip(row.cells.iter().map(String::as_str))
            .collect()
    }
}

/// A tag without its `@`.
pub fn bare_tag(tag: &str) -> &str {
    tag.strip_prefix('@').unwrap_or(tag)
}

fn step_view((index, step): (usize, &StepRecord)) -> StepView<'_> {
    let took_ns = step.end_ns.saturating_sub(step.start_ns);
    let ran = step.outcome != Outcome::Skipped;
    StepView {
        step,
        number: index + 1,
        at: if ran {
            duration::human(step.end_ns)
        } else {
            String::new()
        },
        took: if took_ns > 0 {
            format!("+{}", duration::human(took_ns))
        } else {
            String::new()
        },
        wall: if ran {
            duration::human(step.wall_duration_ns)
        } else {
            String::new()
        },
        parts: parts(&step.text),
    }
}

/// A step's text, cut at quotes and backticks; the marks stay with the values.
fn parts(text: &str) -> Vec<TextPart<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find(['"', '`']) {
        let (before, quoted) = rest.split_at(open);
        let mark = if quoted.starts_with('"') { '"' } else { '`' };
        let Some(inner) = quoted.get(1..).and_then(|inner| inner.find(mark)) else {
            break;
        };
        let (value, after) = quoted.split_at(inner + 2);
        if !before.is_empty() {
            parts.push(TextPart {
                is_value: false,
                text: before,
            });
        }
        parts.push(TextPart {
            is_value: true,
            text: value,
        });
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(TextPart {
            is_value: false,
            text: rest,
        });
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::parts;

    fn check(text: &str, expect: &str) {
        let found: Vec<_> = parts(text)
            .iter()
            .map(|part| {
                if part.is_value {
                    format!("[{}]", part.text)
                } else {
                    part.text.to_owned()
                }
            })
            .collect();
        assert_eq!(found.concat(), expect, "{text:?}");
    }

    #[test]
    fn values_are_what_stands_between_quotes() {
        check(
            "pod \"web\" shows STATUS \"Running\"",
            "pod [\"web\"] shows STATUS [\"Running\"]",
        );
        check(
            "I run `kubectl get pods -l \"a=b\"`",
            "I run [`kubectl get pods -l \"a=b\"`]",
        );
        check("an open \"quote", "an open \"quote");
        check("\"\"", "[\"\"]");
        check("\"값\" 이다", "[\"값\"] 이다");
        check("", "");
    }
}
