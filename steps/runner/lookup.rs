//! From the text of a step to its function.
//!
//! The keyword decides first (`image "x" cannot be pulled` is a state as Given and a fault as When); a step that its own
//! keyword does not know is looked for among the others, as cucumber's rules have it: `And 5m passes` may follow a Then.

use cucumber::gherkin;
use cucumber::step::{Collection, Context, Location, Step};
use shakedown_reports::record::{Failure, Outcome};

use super::expressions::{Expression, Keyword, catalogue};
use super::nearest::{describe, nearest};
use crate::World;

/// The functions and what is known about them; built once for a run.
pub struct Vocabulary {
    collection: Collection<World>,
    catalogue: Vec<Expression>,
}

/// A step's function.
pub struct Found<'a> {
    /// The function.
    pub function: &'a Step<World>,
    /// What it is called with.
    pub context: Context,
    /// Where it is written.
    pub place: Option<Location>,
}

/// A step that cannot be run.
#[derive(Debug)]
pub struct NotFound {
    /// Undefined or ambiguous.
    pub outcome: Outcome,
    /// The nearest or the competing expressions.
    pub failure: Box<Failure>,
}

impl Vocabulary {
    /// Everything that is linked into this program.
    pub fn linked() -> Self {
        Self {
            collection: <World as cucumber::World>::collection(),
            catalogue: catalogue(),
        }
    }

    /// The function for a step.
    ///
    /// # Errors
    /// If none or more than one matches.
    pub fn find(&self, step: &gherkin::Step) -> Result<Found<'_>, NotFound> {
        let own = step.ty;
        let others = Keyword::ALL.into_iter().map(Keyword::step_type).filter(|ty| *ty != own);
        for ty in std::iter::once(own).chain(others) {
            let mut asked = step.clone();
            asked.ty = ty;
            match self.collection.find(&asked) {
                Ok(Some((function, _, place, context))) => {
                    return Ok(Found {
                        function,
                        context,
                        place,
                    });
                }
                Ok(None) => {}
                Err(ambiguity) => return Err(self.ambiguous(&ambiguity)),
            }
        }
        Err(self.undefined(&step.value))
    }

    fn undefined(&self, text: &str) -> NotFound {
        let near = nearest(text, &self.catalogue);
        let help = match near.as_slice() {
            [] => "nothing in the vocabulary resembles it".to_owned(),
            near => format!("did you mean:\n  {}", near.join("\n  ")),
        };
        let failure = Failure {
            message: format!("no step matches `{text}`\n{help}"),
            ..Failure::default()
        };
        NotFound {
            outcome: Outcome::Undefined,
            failure: Box::new(failure),
        }
    }

    fn ambiguous(&self, ambiguity: &cucumber::step::AmbiguousMatchError) -> NotFound {
        let candidates: Vec<String> = ambiguity
            .possible_matches
            .iter()
            .map(|(regex, place)| {
                let place = place.map(|place| format!("{}:{}", place.path.replace('\\', "/"), place.line));
                let place = place.unwrap_or_default();
                let known = self
                    .catalogue
                    .iter()
                    .find(|expression| !place.is_empty() && place.ends_with(&expression.place));
                let text = known.map_or_else(|| format!("/{}/", regex.as_str()), describe);
                format!("{text}  ({place})")
            })
            .collect();
        let message = format!("more than one step matches:\n  {}", candidates.join("\n  "));
        let failure = Failure {
            message,
            ..Failure::default()
        };
        NotFound {
            outcome: Outcome::Ambiguous,
            failure: Box::new(failure),
        }
    }
}

#[cfg(test)]
mod tests {
    use cucumber::gherkin::{LineCol, Span, Step};

    use super::*;

    fn step(keyword: Keyword, text: &str) -> Step {
        Step {
            keyword: keyword.word().to_owned(),
            ty: keyword.step_type(),
            value: text.to_owned(),
            docstring: None,
            table: None,
            span: Span::default(),
            position: LineCol::default(),
        }
    }

    #[test]
    fn every_example_finds_its_own_function_and_no_other() {
        let vocabulary = Vocabulary::linked();
        for expression in &vocabulary.catalogue {
            let example = expression.example();
            let (keyword, text) = example.unwrap_or_else(|| panic!("{} has no example", expression.place));
            match vocabulary.find(&step(keyword, text)) {
                Ok(found) => {
                    let place = found
                        .place
                        .map(|place| place.path.replace('\\', "/"))
                        .unwrap_or_default();
                    let file = expression.place.rsplit_once(':').map_or("", |(file, _)| file);
                    assert!(place.ends_with(file), "{text} is found in {place}, not in {file}");
                }
                Err(not_found) => panic!("{text}: {}", not_found.failure.message),
            }
        }
    }

    #[test]
    fn a_step_may_follow_any_keyword() {
        let vocabulary = Vocabulary::linked();
        for keyword in Keyword::ALL {
            assert!(vocabulary.find(&step(keyword, "5m passes")).is_ok());
        }
    }

    #[test]
    fn an_unknown_step_is_told_what_is_near() {
        let vocabulary = Vocabulary::linked();
        let not_found = vocabulary
            .find(&step(Keyword::Given, "the sead is 7"))
            .map(|_| ())
            .expect_err("no such step");
        assert_eq!(not_found.outcome, Outcome::Undefined);
        assert_eq!(
            not_found.failure.message,
            "no step matches `the sead is 7`\ndid you mean:\n  Given the seed is {int}"
        );
    }
}
