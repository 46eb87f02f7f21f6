//! The page around the scenarios: summary, tree, legend, filters.

use std::collections::BTreeMap;

use askama::Template;

use crate::duration;
use crate::error::ReportError;
use crate::record::{FeatureRecord, Outcome, RunRecord, ScenarioRecord};

use super::anchor::Anchors;
use super::budget;
use super::scenario::{ScenarioView, bare_tag};
use super::status::Look;

/// A run with at most so many scenarios shows them all unfolded.
const OPEN_ALL_MAX: usize = 4;

/// A run with at most so many features shows its whole tree unfolded.
const TREE_OPEN_MAX: usize = 30;

/// The record as an HTML page.
///
/// # Errors
/// See [`ReportError::Render`].
pub fn render(record: &RunRecord) -> Result<String, ReportError> {
    Ok(Page::new(record).render()?)
}

/// So many scenarios that did not pass are listed at the top.
const FAILURES_LISTED_MAX: usize = 50;

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    record: &'a RunRecord,
    features: Vec<FeatureView<'a>>,
    tags: Vec<(&'a str, usize)>,
    simulated: String,
    wall: String,
}

/// A feature and what is shown of it.
struct FeatureView<'a> {
    feature: &'a FeatureRecord,
    anchor: String,
    open_in_tree: bool,
    scenarios: Vec<ScenarioView<'a>>,
}

/// An outcome and how many scenarios had it.
struct Share {
    outcome: Outcome,
    count: u64,
    percent: String,
}

impl<'a> Page<'a> {
    fn new(record: &'a RunRecord) -> Self {
        let all: Vec<&ScenarioRecord> = record.features.iter().flat_map(|feature| &feature.scenarios).collect();
        let mut rooms = budget::scenarios_with_lanes(&all).into_iter();
        let open_all = all.len() <= OPEN_ALL_MAX;
        let mut anchors = Anchors::default();
        let mut features = Vec::with_capacity(record.features.len());
        for feature in &record.features {
            let anchor = anchors.make(&feature.path);
            let scenarios = feature.scenarios.iter().map(|scenario| {
                let open = open_all || !scenario.outcome.is_pass();
                let room = rooms.next().unwrap_or_default();
                ScenarioView::new(feature, scenario, anchors.make(&scenario.id), open, room)
            });
            let scenarios = scenarios.collect();
            let open_in_tree = record.features.len() <= TREE_OPEN_MAX || !feature.outcome().is_pass();
            features.push(FeatureView {
                feature,
                anchor,
                open_in_tree,
                scenarios,
            });
        }
        Self {
            record,
            features,
            tags: tags(&all),
            simulated: duration::human(record.summary.simulated_ns),
            wall: duration::human(record.wall.duration_ns),
        }
    }

    /// What did not pass, to be listed above everything else.
    fn failures(&self) -> Vec<&ScenarioView<'a>> {
        self.not_passed().take(FAILURES_LISTED_MAX).collect()
    }

    fn failures_hidden(&self) -> usize {
        self.not_passed().count().saturating_sub(FAILURES_LISTED_MAX)
    }

    fn not_passed(&self) -> impl Iterator<Item = &ScenarioView<'a>> {
        let all = self.features.iter().flat_map(|feature| &feature.scenarios);
        all.filter(|item| !item.outcome().is_pass() && item.outcome() != Outcome::Skipped)
    }

    fn css(&self) -> &'static str {
        include_str!("../../templates/page.css")
    }

    fn js(&self) -> &'static str {
        include_str!("../../templates/page.js")
    }

    fn legend(&self) -> [(Look, &'static str); 12] {
        Look::LEGEND
    }

    fn number(&self, number: &u64) -> String {
        thousands(*number)
    }

    /// The run in a few words.
    fn verdict(&self) -> String {
        let counts = &self.record.summary.scenarios;
        match (counts.total, counts.not_passed()) {
            (0, _) => "nothing ran".to_owned(),
            (1, 0) => "1 scenario passed".to_owned(),
            (total, 0) => format!("all {total} scenarios passed"),
            (total, bad) if bad == counts.failed => format!("{bad} of {total} scenarios failed"),
            (total, bad) => format!("{bad} of {total} scenarios did not pass"),
        }
    }

    fn shares(&self) -> Vec<Share> {
        let counts = &self.record.summary.scenarios;
        let there = Outcome::ALL.into_iter().filter(|outcome| counts.of(*outcome) > 0);
        let share = there.map(|outcome| {
            let count = counts.of(outcome);
            Share {
                outcome,
                count,
                percent: format!("{:.2}%", count as f64 * 100.0 / counts.total.max(1) as f64),
            }
        });
        share.collect()
    }

    /// How much faster than the wall clock the simulation ran, e.g. `6,200`; none if it was not faster.
    fn speed(&self) -> Option<String> {
        let factor = self
            .record
            .summary
            .simulated_ns
            .checked_div(self.record.wall.duration_ns)?;
        let factor = match factor {
            0 | 1 => return None,
            small @ 2..100 => small,
            large => large / 10u64.pow(large.ilog10() - 1) * 10u64.pow(large.ilog10() - 1),
        };
        Some(thousands(factor))
    }

    fn environment(&self) -> String {
        let environment = &self.record.wall.environment;
        let jobs = if environment.jobs == 1 {
            "1 job".to_owned()
        } else {
            format!("{} jobs", environment.jobs)
        };
        let parts = [
            environment.os.as_str(),
            environment.arch.as_str(),
            if environment.jobs > 0 { &jobs } else { "" },
        ];
        parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// The tags of all scenarios with how many have them.
fn tags<'a>(scenarios: &[&'a ScenarioRecord]) -> Vec<(&'a str, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for tag in scenarios.iter().flat_map(|scenario| &scenario.tags) {
        *counts.entry(bare_tag(tag)).or_default() += 1;
    }
    counts.into_iter().collect()
}

/// `1234567` as `1,234,567`.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
