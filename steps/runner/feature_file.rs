//! A feature file, read: its scenarios with everything they inherit, outlines expanded, every line number true.
//!
//! gherkin's parser does the grammar (any language); what it loses (positions of doc strings and rows, cells beyond the
//! header's width, readable errors) is taken from the source.

use cucumber::gherkin::{self, Feature};
use shakedown_reports::record::ExamplesRow;
use thiserror::Error;

use super::{block::TextBlock, gherkin_text, outline};

/// A feature with its scenarios, in file order.
#[derive(Debug, Clone)]
pub struct FeatureFile {
    /// The path as shown: relative to the current folder if it is below it, with `/` between folders.
    pub path: String,
    /// The folder that paths in steps are relative to.
    pub folder: std::path::PathBuf,
    /// The text behind `Feature:`.
    pub name: String,
    /// The free text below it.
    pub description: String,
    /// The feature's own tags.
    pub tags: Vec<String>,
    /// Every scenario and every row of every outline.
    pub scenarios: Vec<Scenario>,
    /// The source, for excerpts.
    pub lines: Vec<String>,
}

/// A scenario, or one row of an outline.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The text behind `Scenario:`, placeholders filled in.
    pub name: String,
    /// The free text below it.
    pub description: String,
    /// The rule it stands under.
    pub rule: Option<String>,
    /// Its tags and those it inherits, without `@`, without repetition.
    pub tags: Vec<String>,
    /// The lines it spans, tags included: from the first to just before the next scenario.
    pub lines: std::ops::Range<usize>,
    /// The line of its keyword.
    pub line: usize,
    /// The row it was made from.
    pub row: Option<ExampleRow>,
    /// Its steps, those of the backgrounds first.
    pub steps: Vec<Step>,
}

impl Scenario {
    /// The line that selects it and nothing else.
    pub fn selecting_line(&self) -> usize {
        self.row.as_ref().map_or(self.line, |row| row.line)
    }
}

/// One row of examples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleRow {
    /// Its line.
    pub line: usize,
    /// Its place among all rows of the outline, from 0.
    pub index: usize,
    /// The header of its table.
    pub header: Vec<String>,
    /// Its cells, aligned with the header.
    pub cells: Vec<String>,
}

impl From<&ExampleRow> for ExamplesRow {
    fn from(row: &ExampleRow) -> Self {
        Self {
            line: row.line,
            header: row.header.clone(),
            cells: row.cells.clone(),
        }
    }
}

/// A step with its place.
#[derive(Debug, Clone)]
pub struct Step {
    /// As cucumber's functions receive it.
    pub gherkin: gherkin::Step,
    /// Its doc string.
    pub block: Option<TextBlock>,
    /// Whether it comes from a background.
    pub background: bool,
}

/// Why a file is not a feature.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{path}:{line}: {message}")]
pub struct FeatureError {
    /// The file.
    pub path: String,
    /// The line (from 1) at which it goes wrong.
    pub line: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

impl FeatureFile {
    /// Reads `source`, the text of the feature file shown as `path`.
    ///
    /// # Errors
    /// If it is not Gherkin, with the line at which it stops being so.
    pub fn parse(path: &str, folder: &std::path::Path, source: &str) -> Result<Self, FeatureError> {
        let error = |(line, message)| FeatureError {
            path: path.to_owned(),
            line,
            message,
        };
        let lines: Vec<&str> = source.lines().collect();
        let feature = gherkin_text::parse(source, &lines).map_err(error)?;
        let reader = Reader { lines: &lines };
        let mut scenarios = reader.scenarios(&feature);
        close_spans(&mut scenarios, lines.len());
        Ok(Self {
            path: path.to_owned(),
            folder: folder.to_owned(),
            name: feature.name.clone(),
            description: dedent(feature.description.as_deref()),
            tags: feature.tags.clone(),
            scenarios,
            lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        })
    }
}

struct Reader<'a> {
    lines: &'a [&'a str],
}

impl Reader<'_> {
    fn scenarios(&self, feature: &Feature) -> Vec<Scenario> {
        let background = self.background(feature.background.as_ref());
        let mut scenarios = Vec::new();
        for scenario in &feature.scenarios {
            self.expand(scenario, None, &feature.tags, &background, &mut scenarios);
        }
        for rule in &feature.rules {
            let mut steps = background.clone();
            steps.extend(self.background(rule.background.as_ref()));
            let tags = merged(&feature.tags, &rule.tags);
            for scenario in &rule.scenarios {
                self.expand(scenario, Some(&rule.name), &tags, &steps, &mut scenarios);
            }
        }
        scenarios
    }

    fn background(&self, background: Option<&gherkin::Background>) -> Vec<Step> {
        background
            .into_iter()
            .flat_map(|background| &background.steps)
            .map(|step| self.step(step, true))
            .collect()
    }

    fn step(&self, step: &gherkin::Step, background: bool) -> Step {
        let mut step = Step {
            gherkin: step.clone(),
            block: None,
            background,
        };
        if step.gherkin.docstring.is_some() {
            step.block = TextBlock::below(self.lines, step.gherkin.position.line);
            step.gherkin.docstring = step.block.as_ref().map(|block| block.text.clone());
        }
        step
    }

    fn expand(
        &self,
        source: &gherkin::Scenario,
        rule: Option<&str>,
        tags: &[String],
        before: &[Step],
        out: &mut Vec<Scenario>,
    ) {
        let own = source.steps.iter().map(|step| self.step(step, false));
        let line = source.position.line;
        let plain = Scenario {
            name: source.name.clone(),
            description: dedent(source.description.as_deref()),
            rule: rule.map(str::to_owned),
            tags: merged(tags, &source.tags),
            lines: self.first_line_with_tags(line)..line,
            line,
            row: None,
            steps: before.iter().cloned().chain(own).collect(),
        };
        if source.examples.is_empty() {
            out.push(plain);
            return;
        }
        let mut index = 0;
        for examples in &source.examples {
            for row in self.rows(examples, &mut index) {
                let mut scenario = plain.clone();
                scenario.name = outline::fill(&plain.name, &row);
                scenario.tags = merged(&plain.tags, &examples.tags);
                for step in scenario.steps.iter_mut().filter(|step| !step.background) {
                    *step = outline::fill_step(step, &row);
                }
                scenario.row = Some(row);
                out.push(scenario);
            }
        }
    }

    fn rows(&self, examples: &gherkin::Examples, index: &mut usize) -> Vec<ExampleRow> {
        let Some((header, rows)) = examples.table.as_ref().and_then(|table| table.rows.split_first()) else {
            return Vec::new();
        };
        let below = self.lines.iter().enumerate().skip(examples.position.line);
        let row_lines = below
            .filter(|(_, line)| line.trim_start().starts_with('|'))
            .map(|(at, _)| at + 1)
            .skip(1);
        let numbered = rows.iter().zip(row_lines);
        numbered
            .map(|(cells, line)| {
                *index += 1;
                ExampleRow {
                    line,
                    index: *index - 1,
                    header: header.clone(),
                    cells: cells.clone(),
                }
            })
            .collect()
    }

    /// The line of the first tag above `line`, or `line`.
    fn first_line_with_tags(&self, line: usize) -> usize {
        let is_tags = |at: &usize| {
            self.lines
                .get(at - 1)
                .is_some_and(|text| text.trim_start().starts_with('@'))
        };
        (1..line).rev().take_while(is_tags).last().unwrap_or(line)
    }
}

/// Lets every scenario reach to just before the next one (rows of one outline share their span).
fn close_spans(scenarios: &mut [Scenario], line_count: usize) {
    let starts: Vec<usize> = scenarios.iter().map(|scenario| scenario.lines.start).collect();
    for scenario in scenarios {
        let next = starts.iter().copied().find(|start| *start > scenario.lines.start);
        scenario.lines.end = next.unwrap_or(line_count + 1);
    }
}

fn merged(inherited: &[String], own: &[String]) -> Vec<String> {
    let mut tags = inherited.to_vec();
    for tag in own {
        if !tags.contains(tag) {
            tags.push(tag.clone());
        }
    }
    tags
}

fn dedent(text: Option<&str>) -> String {
    let lines: Vec<&str> = text.unwrap_or_default().lines().map(str::trim).collect();
    lines.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(source: &str) -> Result<FeatureFile, String> {
        FeatureFile::parse("a.feature", std::path::Path::new("."), source).map_err(|error| error.to_string())
    }

    /// `line name [tags] first-step…` of every scenario.
    fn check(source: &str, expect: &[&str]) {
        let feature = parse(source).unwrap_or_else(|error| panic!("{error}\n{source}"));
        let describe = |scenario: &Scenario| {
            let steps: Vec<_> = scenario.steps.iter().map(|step| step.gherkin.value.as_str()).collect();
            format!(
                "{} {} [{}] {}",
                scenario.selecting_line(),
                scenario.name,
                scenario.tags.join(" "),
                steps.join("; ")
            )
        };
        let seen: Vec<String> = feature.scenarios.iter().map(describe).collect();
        assert_eq!(seen, expect, "{source}");
    }

    fn check_error(source: &str, expect: &str) {
        let error = parse(source).map(|_| ()).expect_err("must be refused");
        assert!(error.contains(expect), "{error}\n does not contain\n{expect}");
    }

    #[test]
    fn backgrounds_rules_and_tags_are_inherited() {
        check(
            "@f\nFeature: F\n  Background:\n    Given a\n  @s\n  Scenario: S\n    When b\n  @r\n  Rule: R\n    Background:\n      Given c\n    Scenario: T\n      Then d\n",
            &["6 S [f s] a; b", "12 T [f r] a; c; d"],
        );
    }

    #[test]
    fn each_row_is_a_scenario_with_its_own_line() {
        check(
            "Feature: F\n  Scenario Outline: <n> nodes\n    Given <n>\n    @x\n    Examples: one\n      | n |\n      # why\n      | 1 |\n\n      | 2 |\n    Examples:\n      | n |\n      | 3 |\n",
            &["8 1 nodes [x] 1", "10 2 nodes [x] 2", "13 3 nodes [] 3"],
        );
    }

    #[test]
    fn other_languages_work() {
        check(
            "# language: ko\n기능: 파드\n  시나리오: 생성\n    먼저 a\n    만약 b\n    그러면 c\n",
            &["3 생성 [] a; b; c"],
        );
    }

    #[test]
    fn windows_line_ends_and_a_missing_last_newline_are_fine() {
        check("Feature: F\r\n  Scenario: S\r\n    Given a", &["2 S [] a"]);
    }

    #[test]
    fn doc_strings_with_a_media_type_keep_their_shape() {
        let source = "Feature: F\n  Scenario: S\n    Given m:\n      \"\"\"yaml\n      a:\n        b: 1\n      \"\"\"\n    And n\n";
        let feature = parse(source).unwrap_or_else(|error| panic!("{error}"));
        let step = &feature.scenarios[0].steps[0];
        assert_eq!(step.gherkin.docstring.as_deref(), Some("a:\n  b: 1"));
        assert_eq!(
            step.block.as_ref().map(|block| (block.first_line, block.indent)),
            Some((5, 6))
        );
    }

    #[test]
    fn what_is_not_gherkin_is_refused_with_its_line() {
        check_error("", "a.feature:1: there is no feature in this file");
        check_error("# only a comment\n", "a.feature:1: there is no feature");
        check_error(
            "Feature: F\n  Scenario: S\n    Given a\n    Whne b\n",
            "a.feature:4: `Whne b` is not understood here",
        );
        check_error(
            "# language: xx\nFeature: F\n",
            "a.feature:1: the language `xx` is not known",
        );
        check_error(
            "Feature: F\n  Scenario: S\n    Given a\n      | a | b |\n      | 1 | 2 | 3 |\n",
            "a.feature:5: this row has 3 cells",
        );
        check_error(
            "Feature: F\n  Scenario: S\n    Given a\n      | a |\n      | 1 \n",
            "a.feature:5: `| 1`: a table row ends with `|`",
        );
        check_error(
            "Feature: F\n  Scenario: S\n    Given a\n      \"\"\"\n      x\n",
            "a doc string opened with `\"\"\"` is not closed",
        );
        check_error("hello\n", "a.feature:1: `hello` is not understood here");
    }
}
