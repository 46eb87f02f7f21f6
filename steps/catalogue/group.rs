//! Expressions grouped by subject: one group a file of step functions.

use serde::Serialize;

use crate::runner::{Expression, catalogue};
use crate::vocabulary::SOURCES;

/// Steps of one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// The subject, such as `Faults of nodes and zones`.
    pub title: String,
    /// Its steps, in the order of the source.
    pub steps: Vec<Entry>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The keywords it is meant for: `Given`, `When`, `Then`.
    pub keywords: Vec<&'static str>,
    /// The expression.
    pub expression: String,
    /// What it does.
    pub documentation: String,
    /// One example, with its keyword.
    pub example: Option<String>,
    /// `file:line` of the function.
    pub place: String,
}

/// The whole vocabulary of this program: its own groups, then the steps that other crates have added.
pub fn groups() -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for expression in catalogue() {
        let title = title_of(&expression.place);
        let entry = Entry::from(&expression);
        match groups.iter_mut().find(|group| group.title == title) {
            Some(group) => group.steps.push(entry),
            None => groups.push(Group {
                title,
                steps: vec![entry],
            }),
        }
    }
    groups
}

/// The first line of the file's own documentation.
fn title_of(place: &str) -> String {
    let source = SOURCES.iter().find(|(file, _)| {
        let behind = place.strip_prefix(file);
        behind.is_some_and(|rest| rest.starts_with(':'))
    });
    let title = source.and_then(|(_, source)| source.lines().next()?.strip_prefix("//! "));
    title.map_or_else(
        || "Steps of your own".to_owned(),
        |title| title.trim_end_matches('.').to_owned(),
    )
}

impl From<&Expression> for Entry {
    fn from(expression: &Expression) -> Self {
        let documentation = expression.documentation.lines();
        let documentation: Vec<&str> = documentation
            .take_while(|line| !line.starts_with("Example: "))
            .collect();
        Entry {
            keywords: expression.keywords.iter().map(|keyword| keyword.word()).collect(),
            expression: expression.text.clone(),
            documentation: documentation.join("\n").trim().to_owned(),
            example: expression
                .example()
                .map(|(keyword, text)| format!("{} {text}", keyword.word())),
            place: expression.place.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_stands_in_a_group_of_its_subject_with_an_example() {
        let groups = groups();
        let listed: usize = groups.iter().map(|group| group.steps.len()).sum();
        assert_eq!(listed, catalogue().len());
        for group in &groups {
            assert_ne!(group.title, "Steps of your own", "{:?}", group.steps);
            for step in &group.steps {
                assert!(
                    step.example.is_some() && !step.documentation.is_empty(),
                    "{}",
                    step.place
                );
            }
        }
        assert!(groups.iter().any(|group| group.title == "Faults of nodes and zones"));
    }
}
