//! The catalogue of step expressions: what each accepts, what it does, one example.
//!
//! cucumber's collection knows regular expressions and places only. What people should read is the expression as it is
//! written and the doc comment above it, so the catalogue is read from the sources of the step functions, which are compiled
//! in. A test holds that it and the collection are the same set. Steps of other crates appear with their regular expression.

use std::collections::BTreeMap;

use cucumber::codegen::{StepConstructor, WorldInventory, inventory};
use cucumber::gherkin::StepType;

use crate::World;
use crate::vocabulary::SOURCES;

/// Which keyword introduces a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keyword {
    /// What the scenario starts from.
    Given,
    /// What happens.
    When,
    /// What must hold.
    Then,
}

impl Keyword {
    /// Every keyword.
    pub const ALL: [Keyword; 3] = [Self::Given, Self::When, Self::Then];

    /// As gherkin names it.
    pub fn step_type(self) -> StepType {
        match self {
            Self::Given => StepType::Given,
            Self::When => StepType::When,
            Self::Then => StepType::Then,
        }
    }

    /// As it is written in English.
    pub fn word(self) -> &'static str {
        match self {
            Self::Given => "Given",
            Self::When => "When",
            Self::Then => "Then",
        }
    }
}

/// One expression of the vocabulary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression {
    /// The keywords it is meant for, at least one.
    pub keywords: Vec<Keyword>,
    /// The cucumber expression, or a regular expression between slashes.
    pub text: String,
    /// What it does: the doc comment of its function.
    pub documentation: String,
    /// `file:line` of the attribute; the first, if it has several.
    pub place: String,
}

impl Expression {
    /// The example of the documentation: its keyword and its text.
    pub fn example(&self) -> Option<(Keyword, &str)> {
        let line = self
            .documentation
            .lines()
            .find_map(|line| line.strip_prefix("Example: "))?;
        // Two backticks around an example that contains some itself.
        let text = match line.trim().strip_prefix("``") {
            Some(inside) => inside.strip_suffix("``")?.trim(),
            None => line.trim().strip_prefix('`')?.strip_suffix('`')?,
        };
        let (word, text) = text.split_once(' ')?;
        let keyword = Keyword::ALL.into_iter().find(|keyword| keyword.word() == word)?;
        Some((keyword, text))
    }
}

/// Every expression that this program knows, in the order of the sources.
pub fn catalogue() -> Vec<Expression> {
    let mut expressions: Vec<Expression> = SOURCES
        .iter()
        .flat_map(|(file, source)| read_source(file, source))
        .collect();
    let mut foreign: BTreeMap<String, Expression> = BTreeMap::new();
    for (keyword, place, regex) in registered() {
        let file = place.rsplit_once(':').map_or(place.as_str(), |(file, _)| file);
        if SOURCES.iter().any(|(known, _)| file.ends_with(known)) {
            continue;
        }
        let text = format!("/{regex}/");
        let entry = foreign.entry(text.clone());
        let entry = entry.or_insert(Expression {
            keywords: Vec::new(),
            text,
            documentation: String::new(),
            place,
        });
        entry.keywords.push(keyword);
    }
    expressions.extend(foreign.into_values());
    expressions
}

/// Keyword, `file:line` and regular expression of every step function of every crate.
pub(super) fn registered() -> Vec<(Keyword, String, String)> {
    fn all<T: inventory::Collect + StepConstructor<World>>(keyword: Keyword) -> Vec<(Keyword, String, String)> {
        let described = inventory::iter::<T>.into_iter().map(|step| {
            let (place, regex, _) = step.inner();
            (
                keyword,
                format!("{}:{}", place.path.replace('\\', "/"), place.line),
                regex().as_str().to_owned(),
            )
        });
        described.collect()
    }
    let mut steps = all::<<World as WorldInventory>::Given>(Keyword::Given);
    steps.extend(all::<<World as WorldInventory>::When>(Keyword::When));
    steps.extend(all::<<World as WorldInventory>::Then>(Keyword::Then));
    steps.sort();
    steps
}

/// The expressions of one source file. Understands what rustfmt leaves of `/// …` and `#[given(expr = "…")]`, nothing more;
/// the test below fails for whatever it overlooks.
fn read_source(file: &str, source: &str) -> Vec<Expression> {
    let mut expressions: Vec<Expression> = Vec::new();
    let mut documentation = String::new();
    let mut attributes: Vec<(Keyword, String, usize)> = Vec::new();
    let mut lines = source.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let line = line.trim();
        if let Some(text) = line.strip_prefix("///") {
            documentation.push_str(text.strip_prefix(' ').unwrap_or(text));
            documentation.push('\n');
        } else if let Some(keyword) = attribute_keyword(line) {
            let mut attribute = line.to_owned();
            while !attribute.ends_with(")]") {
                let Some((_, more)) = lines.next() else { break };
                attribute.push_str(more.trim());
            }
            attributes.extend(literal(&attribute).map(|text| (keyword, text, index + 1)));
        } else if !line.starts_with("#[") {
            for (keyword, text, line_number) in attributes.drain(..) {
                match expressions.iter_mut().find(|known| known.text == text) {
                    Some(known) => known.keywords.push(keyword),
                    None => expressions.push(Expression {
                        keywords: vec![keyword],
                        text,
                        documentation: documentation.trim_end().to_owned(),
                        place: format!("{file}:{line_number}"),
                    }),
                }
            }
            documentation.clear();
        }
    }
    expressions
}

fn attribute_keyword(line: &str) -> Option<Keyword> {
    Keyword::ALL
        .into_iter()
        .find(|keyword| line.starts_with(&format!("#[{}(", keyword.word().to_lowercase())))
}

/// The string of `#[given(expr = "…")]`; of `regex = r"…"` between slashes.
fn literal(attribute: &str) -> Option<String> {
    let (before, rest) = attribute.split_once('"')?;
    let (text, _) = rest.rsplit_once('"')?;
    if before.contains("regex") {
        return Some(format!("/{text}/"));
    }
    let raw = before.trim_end_matches('#').ends_with('r');
    Some(if raw {
        text.to_owned()
    } else {
        text.replace("\\\"", "\"").replace("\\\\", "\\")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doc_comments_and_attributes_are_read_as_written() {
        let source = "/// Applies it.\n///\n/// Example: `the manifest \"a.yaml\"`\n#[given(expr = \"the manifest {string}\")]\n#[when(\n    expr = \"the manifest {string}\"\n)]\n#[then(regex = r\"^x (\\d+)$\")]\nfn apply() {}\n\n/// Helper.\nfn helper() {}\n";
        let seen = read_source("a.rs", source);
        let brief: Vec<_> = seen
            .iter()
            .map(|e| (e.keywords.as_slice(), e.text.as_str(), e.place.as_str()))
            .collect();
        assert_eq!(
            brief,
            [
                (
                    [Keyword::Given, Keyword::When].as_slice(),
                    "the manifest {string}",
                    "a.rs:4"
                ),
                ([Keyword::Then].as_slice(), "/^x (\\d+)$/", "a.rs:8"),
            ]
        );
        assert!(
            seen.iter()
                .all(|expression| expression.documentation.starts_with("Applies it.\n\nExample:"))
        );
    }

    #[test]
    fn the_catalogue_and_the_collection_are_the_same_set() {
        let listed: usize = catalogue().iter().map(|expression| expression.keywords.len()).sum();
        assert_eq!(
            listed,
            registered().len(),
            "every step function's file belongs into SOURCES"
        );
        for expression in catalogue() {
            assert!(
                !expression.documentation.is_empty(),
                "{} says not what it does",
                expression.place
            );
        }
    }
}
