//! "Did you mean": the expressions of the vocabulary that are nearest to a step that none of them matches, and the step as each
//! of them would have it.
//!
//! Compared word by word, since people drop, add or misspell words rather than letters all over. What a parameter accepts is
//! spelt out (`{pods}` is `every pod labelled {string}` and so on), so that a slip inside one is found as well.

mod align;
mod pattern;
mod said;
mod value;
mod words;

use super::expressions::Expression;

use said::ALIASES;
use words::StepWords;

/// Above this distance (0 the same, 1 nothing in common) an expression is no help.
const DISTANCE_MAX: f64 = 0.5;
/// So much farther than the nearest one an expression may be.
const DISTANCE_BEHIND_MAX: f64 = 0.12;
/// Above this distance a step put right is a guess that helps nobody.
const SENTENCE_DISTANCE_MAX: f64 = 0.375;
/// So many are shown.
const SUGGESTIONS_MAX: usize = 3;

/// An expression that may have been meant.
#[derive(Debug)]
pub struct Suggestion<'a> {
    /// The expression.
    pub expression: &'a Expression,
    /// The step put right by it, what was missing made up; none if too much is wrong with it.
    pub sentence: Option<String>,
    distance: f64,
}

/// The nearest expressions, best first.
pub fn nearest<'a>(step: &str, catalogue: &'a [Expression]) -> Vec<Suggestion<'a>> {
    let words = StepWords::of(step);
    let mut ranked: Vec<Suggestion<'_>> = catalogue
        .iter()
        .filter(|expression| !expression.text.starts_with('/'))
        .map(|expression| best(expression, &words))
        .collect();
    ranked.sort_by(|a, b| {
        let by_text = || a.expression.text.cmp(&b.expression.text);
        a.distance.total_cmp(&b.distance).then_with(by_text)
    });
    let limit = ranked.first().map_or(0.0, |best| best.distance + DISTANCE_BEHIND_MAX);
    ranked.retain(|suggestion| suggestion.distance <= limit.min(DISTANCE_MAX));
    ranked.truncate(SUGGESTIONS_MAX);
    ranked
}

/// What the expression itself, or what people say instead of it, makes of the words.
fn best<'a>(expression: &'a Expression, words: &StepWords) -> Suggestion<'a> {
    let aliases = ALIASES.iter().filter(|(_, meant)| *meant == expression.text);
    let texts = aliases.map(|(said, _)| *said).chain([expression.text.as_str()]);
    let fits = texts.map(|text| align::align(words, &pattern::patterns(text)));
    let fits = fits.map(|fit| (fit.distance(words.words.len()), fit));
    let best = fits.min_by(|(a, _), (b, _)| a.total_cmp(b));
    Suggestion {
        expression,
        distance: best.as_ref().map_or(1.0, |(distance, _)| *distance),
        sentence: best
            .filter(|(distance, _)| *distance <= SENTENCE_DISTANCE_MAX)
            .map(|(_, fit)| fit.sentence()),
    }
}

/// `Given/When the manifest {string}`.
pub fn describe(expression: &Expression) -> String {
    let keywords: Vec<&str> = expression.keywords.iter().map(|keyword| keyword.word()).collect();
    format!("{} {}", keywords.join("/"), expression.text)
}
