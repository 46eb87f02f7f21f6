//! From the text of a step to its function.
//!
//! The keyword decides first (`image "x" cannot be pulled` is a state as Given and a fault as When); a step that its own
//! keyword does not know is looked for among the others, as cucumber's rules have it: `And 5m passes` may follow a Then.

use cucumber::gherkin;
use cucumber::step::{AmbiguousMatchError, Collection, Context, Location, Step};
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
        match self.lookup(step) {
            Ok(Some(found)) => Ok(found),
            Ok(None) => Err(self.undefined(&step.value)),
            Err(ambiguity) => Err(self.ambiguous(&ambiguity)),
        }
    }

    fn lookup(&self, step: &gherkin::Step) -> Result<Option<Found<'_>>, AmbiguousMatchError> {
        let own = step.ty;
        let others = Keyword::ALL.into_iter().map(Keyword::step_type).filter(|ty| *ty != own);
        for ty in std::iter::once(own).chain(others) {
            let mut asked = step.clone();
            asked.ty = ty;
            if let Some((function, _, place, context)) = self.collection.find(&asked)? {
                return Ok(Some(Found {
                    function,
                    context,
                    place,
                }));
            }
        }
        Ok(None)
    }

    fn undefined(&self, text: &str) -> NotFound {
        let near = nearest(text, &self.catalogue);
        let put_right = (near.iter())
            .filter_map(|suggestion| suggestion.sentence.as_deref())
            .find(|sentence| self.knows(sentence));
        let shown = near.iter().map(|suggestion| {
            let example = suggestion.expression.example();
            let example = example.filter(|_| put_right.is_none());
            let example = example.map(|(keyword, text)| format!("\n    e.g. {} {text}", keyword.word()));
            format!("\n  {}{}", describe(suggestion.expression), example.unwrap_or_default())
        });
        let shown: String = shown.collect();
        let help = match put_right {
            _ if near.is_empty() => {
                "nothing in the vocabulary resembles it; `shakedown steps WORD` looks for one".to_owned()
            }
            Some(sentence) => format!("did you mean `{sentence}`?{shown}"),
            None => format!("did you mean:{shown}"),
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

    /// Whether a sentence is a step, whatever its keyword.
    fn knows(&self, sentence: &str) -> bool {
        let step = gherkin::Step {
            keyword: Keyword::Given.word().to_owned(),
            ty: Keyword::Given.step_type(),
            value: sentence.to_owned(),
            docstring: None,
            table: None,
            span: gherkin::Span::default(),
            position: gherkin::LineCol::default(),
        };
        self.lookup(&step).is_ok_and(|found| found.is_some())
    }

    fn ambiguous(&self, ambiguity: &AmbiguousMatchError) -> NotFound {
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
        let message = format!(
            "more than one step matches; make one of them narrower:\n  {}",
            candidates.join("\n  ")
        );
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
    use cucumber::codegen::LocalBoxFuture;
    use cucumber::gherkin::{LineCol, Span, Step};

    use super::super::feature_set;
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
    fn every_expression_stands_in_a_scenario_of_the_suite() {
        let vocabulary = Vocabulary::linked();
        let mut used = std::collections::BTreeSet::new();
        for file in feature_set::read(&["features".to_owned()]).expect("the suite") {
            let scenarios = file.feature.scenarios.iter();
            for step in scenarios.flat_map(|scenario| &scenario.steps) {
                let place = vocabulary.find(&step.gherkin).ok().and_then(|found| found.place);
                used.extend(place.map(|place| (place.path.replace('\\', "/"), place.line)));
            }
        }
        // An expression's attributes, one for each keyword, stand below its place and above the next one's.
        let mut unused: Vec<String> = vocabulary.catalogue.iter().map(describe).collect();
        for (path, line) in used {
            let above = vocabulary.catalogue.iter().filter_map(|expression| {
                let (file, first) = expression.place.rsplit_once(':')?;
                let first = first.parse::<u32>().ok()?;
                (path.ends_with(file) && first <= line).then_some((first, expression))
            });
            if let Some((_, expression)) = above.max_by_key(|(first, _)| *first) {
                unused.retain(|text| *text != describe(expression));
            }
        }
        assert!(
            unused.is_empty(),
            "no scenario of features/ shows what these do:\n{}",
            unused.join("\n")
        );
    }

    #[test]
    fn a_step_may_follow_any_keyword() {
        let vocabulary = Vocabulary::linked();
        for keyword in Keyword::ALL {
            assert!(vocabulary.find(&step(keyword, "5m passes")).is_ok());
        }
    }

    /// What is said of a step that nobody knows.
    fn said_of(text: &str) -> String {
        let vocabulary = Vocabulary::linked();
        let found = vocabulary.find(&step(Keyword::Given, text));
        found.map_or_else(|not_found| not_found.failure.message, |_| "it is a step".to_owned())
    }

    #[test]
    fn an_unknown_step_is_told_what_is_near() {
        assert_eq!(
            said_of("the sead is 7"),
            "no step matches `the sead is 7`\ndid you mean `the seed is 7`?\n  Given the seed is {int}"
        );
        let nothing = "the weather in Lisbon turns out to be rather agreeable";
        assert!(said_of(nothing).contains("nothing in the vocabulary resembles it"));
        assert!(said_of("x").contains("nothing in the vocabulary resembles it"));
    }

    #[test]
    fn an_ambiguous_step_is_told_what_competes_for_it() {
        fn nothing(_: &mut World, _: Context) -> LocalBoxFuture<'_, ()> {
            Box::pin(async {})
        }
        let linked = Vocabulary::linked();
        let lost = linked
            .catalogue
            .iter()
            .find(|known| known.text == "node {string} is lost{lasting}");
        let known = lost.map(|known| known.place.clone()).expect("its place");
        let (path, line) = known.split_once(':').expect("a file and a line");
        let place = |path: &str, line| Location {
            path: path.to_owned().leak(),
            line,
            column: 1,
        };
        let known = place(path, line.parse().expect("a line"));
        let regex = |text: &str| regex::Regex::new(text).expect("an expression");
        let collection = Collection::new()
            .given(Some(known), regex("^node .* is lost$"), nothing)
            .given(Some(place("tests/steps.rs", 7)), regex("^node .*$"), nothing);
        let vocabulary = Vocabulary { collection, ..linked };
        let not_found = vocabulary.find(&step(Keyword::Given, "node \"a\" is lost")).map(|_| ());
        let not_found = not_found.expect_err("two functions match");
        assert_eq!(not_found.outcome, Outcome::Ambiguous);
        assert_eq!(
            not_found.failure.message,
            format!(
                "more than one step matches; make one of them narrower:\n  Given/When node {{string}} is lost{{lasting}}  \
                 ({path}:{line})\n  /^node .*$/  (tests/steps.rs:7)"
            )
        );
    }

    #[test]
    fn slips_of_the_pen_are_put_right() {
        let slips = include_str!("../../tests/slips.txt").lines();
        let pairs: Vec<(&str, &str)> = slips.filter_map(|line| line.split_once(" => ")).collect();
        assert!(pairs.len() > 60, "only {} slips", pairs.len());
        let wrong: Vec<String> = pairs
            .into_iter()
            .filter(|(slip, right)| !said_of(slip).contains(&format!("did you mean `{right}`?")))
            .map(|(slip, right)| format!("{slip} => {right}\n{}", said_of(slip)))
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    }
}
