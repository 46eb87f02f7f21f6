//! Which scenarios of the files run: lines, tags, names.

use regex::Regex;

use super::{feature_file::Scenario, tag_expression::TagExpression};

/// The selection of one run; every part that is set must agree.
#[derive(Debug, Default)]
pub struct Selection {
    /// `--tags`
    pub tags: Option<TagExpression>,
    /// `--name`
    pub name: Option<Regex>,
}

impl Selection {
    /// Whether the scenario runs; `lines` are those named for its file, none means all.
    pub fn selects(&self, scenario: &Scenario, lines: &[usize], siblings: &[Scenario]) -> bool {
        let by_line = lines.is_empty() || lines.iter().any(|line| line_selects(*line, scenario, siblings));
        let by_tags = self.tags.as_ref().is_none_or(|tags| tags.matches(&scenario.tags));
        let by_name = self.name.as_ref().is_none_or(|name| name.is_match(&scenario.name));
        by_line && by_tags && by_name
    }
}

/// A line selects the scenario it lies in; a row of examples that row alone; a line above all scenarios the whole file.
fn line_selects(line: usize, scenario: &Scenario, siblings: &[Scenario]) -> bool {
    let first = siblings
        .iter()
        .map(|sibling| sibling.lines.start)
        .min()
        .unwrap_or(usize::MAX);
    let is_a_row = siblings
        .iter()
        .any(|sibling| sibling.row.as_ref().is_some_and(|row| row.line == line));
    if is_a_row {
        scenario.selecting_line() == line
    } else {
        line < first || scenario.lines.contains(&line)
    }
}

#[cfg(test)]
mod tests {
    use super::super::feature_file::FeatureFile;
    use super::*;

    const SOURCE: &str = "Feature: F\n  @a\n  Scenario: one\n    Given x\n\n  @b\n  Scenario Outline: two <n>\n    Given x\n    Examples:\n      | n |\n      | 1 |\n      | 2 |\n";

    fn check(lines: &[usize], tags: Option<&str>, name: Option<&str>, expect: &[&str]) {
        let feature = FeatureFile::parse("a", std::path::Path::new("."), SOURCE).expect("a feature");
        let selection = Selection {
            tags: tags.map(|tags| tags.parse().expect("tags")),
            name: name.map(|name| Regex::new(name).expect("a regular expression")),
        };
        let all = &feature.scenarios;
        let seen: Vec<&str> = all
            .iter()
            .filter(|s| selection.selects(s, lines, all))
            .map(|s| s.name.as_str())
            .collect();
        assert_eq!(seen, expect, "{lines:?} {tags:?} {name:?}");
    }

    #[test]
    fn lines_tags_and_names_select() {
        check(&[], None, None, &["one", "two 1", "two 2"]);
        check(&[1], None, None, &["one", "two 1", "two 2"]);
        check(&[2], None, None, &["one"]);
        check(&[4], None, None, &["one"]);
        check(&[7], None, None, &["two 1", "two 2"]);
        check(&[12], None, None, &["two 2"]);
        check(&[4, 11], None, None, &["one", "two 1"]);
        check(&[], Some("@b"), None, &["two 1", "two 2"]);
        check(&[], Some("not @b"), None, &["one"]);
        check(&[], None, Some("2$"), &["two 2"]);
        check(&[], Some("@a"), Some("2$"), &[]);
    }
}
