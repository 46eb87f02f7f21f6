//! "Did you mean": the expressions of the vocabulary that are nearest to a step that none of them matches.
//!
//! Compared word by word, since people drop, add or misspell words rather than letters all over. A parameter of an expression
//! stands for what it plausibly covers: `{string}` for one quoted word, `{pods}` for any number of words at a small price.

use super::expressions::Expression;

/// Above this distance (0 the same, 1 nothing in common) an expression is no help.
const DISTANCE_MAX: f64 = 0.55;
/// So many are shown.
const SUGGESTIONS_MAX: usize = 3;
/// Longer texts are not compared: the work grows with the product of the lengths.
const WORDS_MAX: usize = 64;
/// The price of each word that a wide parameter covers.
const WIDE_WORD: f64 = 0.12;

/// The nearest expressions, best first, as `KEYWORD TEXT`.
pub fn nearest(step: &str, catalogue: &[Expression]) -> Vec<String> {
    let words = step_words(step);
    let mut ranked: Vec<(f64, &Expression)> = catalogue
        .iter()
        .map(|expression| (distance(&words, &expression.text), expression))
        .collect();
    ranked.sort_by(|(a, left), (b, right)| a.total_cmp(b).then_with(|| left.text.cmp(&right.text)));
    let best = ranked.first().map_or(1.0, |(distance, _)| *distance);
    let near = ranked
        .into_iter()
        .filter(|(distance, _)| *distance <= DISTANCE_MAX && *distance <= best + 0.2);
    near.take(SUGGESTIONS_MAX)
        .map(|(_, expression)| describe(expression))
        .collect()
}

/// `Given/When the manifest {string}`.
pub fn describe(expression: &Expression) -> String {
    let keywords: Vec<&str> = expression.keywords.iter().map(|keyword| keyword.word()).collect();
    format!("{} {}", keywords.join("/"), expression.text)
}

/// Words, with everything between quotes one word.
fn step_words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote: Option<char> = None;
    for character in text.chars() {
        match quote {
            None if character.is_whitespace() => words.push(String::new()),
            None => {
                quote = matches!(character, '"' | '`').then_some(character);
                push(&mut words, character);
            }
            Some(open) => {
                quote = (character != open).then_some(open);
                push(&mut words, character);
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words.truncate(WORDS_MAX);
    words
}

fn push(words: &mut [String], character: char) {
    if let Some(word) = words.last_mut() {
        word.push(character);
    }
}

/// One word of an expression.
enum Pattern<'a> {
    /// Covers exactly one word that looks like this.
    One(fn(&str) -> bool),
    /// Covers any number of words; none only if it may be empty.
    Wide { may_be_empty: bool },
    /// One of these words.
    Words(Vec<&'a str>),
}

fn patterns(expression: &str) -> Vec<Pattern<'_>> {
    expression
        .split_whitespace()
        .flat_map(parts)
        .take(WORDS_MAX)
        .map(pattern)
        .collect()
}

/// `{tense}{pods}` are two words, and so are `{tense}node`; `{int}:` is one.
fn parts(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let end = rest.find('}').map_or(rest.len(), |at| at + 1);
        let tail = rest.get(end..).unwrap_or_default();
        let end = if tail.starts_with([',', ':']) { end + 1 } else { end };
        let (part, behind) = rest.split_at(end);
        rest = behind;
        (!part.is_empty()).then_some(part)
    })
}

fn pattern(word: &str) -> Pattern<'_> {
    let starts_with_digit = |word: &str| word.starts_with(|first: char| first.is_ascii_digit());
    match word.trim_end_matches([',', ':']) {
        "{string}" => Pattern::One(|word| word.starts_with('"')),
        "{int}" | "{duration}" | "{quantity}" | "{float}" => Pattern::One(starts_with_digit),
        "{command}" => Pattern::One(|word| word.starts_with('`')),
        "{tense}" | "{because}" | "{lasting}" => Pattern::Wide { may_be_empty: true },
        "{count}" => Pattern::Wide { may_be_empty: false },
        parameter if parameter.starts_with('{') => Pattern::Wide { may_be_empty: false },
        _ => Pattern::Words(word.split('/').collect()),
    }
}

/// The edit distance between the step's words and the expression's, over the number of words that the expression itself
/// fixes: what its wide parameters cover is no resemblance.
fn distance(words: &[String], expression: &str) -> f64 {
    let patterns = patterns(expression);
    let mut row: Vec<f64> = (0..=words.len()).map(|count| count as f64).collect();
    for pattern in &patterns {
        row = match pattern {
            Pattern::Wide { may_be_empty } => wide_row(&row, *may_be_empty),
            Pattern::One(_) | Pattern::Words(_) => word_row(&row, words, pattern),
        };
    }
    let fixed = patterns
        .iter()
        .filter(|pattern| !matches!(pattern, Pattern::Wide { .. }))
        .count();
    row.last().copied().unwrap_or(1.0) / (fixed + 1) as f64
}

/// The next row of the table, for a parameter that covers any number of words.
fn wide_row(row: &[f64], may_be_empty: bool) -> Vec<f64> {
    let missing = if may_be_empty { 0.0 } else { 1.0 };
    let mut next: Vec<f64> = row.iter().map(|cost| cost + missing).collect();
    let mut covering = f64::INFINITY;
    for (index, cost) in next.iter_mut().enumerate() {
        if index > 0 {
            covering = (covering + WIDE_WORD).min(row.get(index - 1).copied().unwrap_or(f64::INFINITY) + WIDE_WORD);
        }
        *cost = cost.min(covering);
    }
    next
}

/// The next row of the table, for what stands for one word.
fn word_row(row: &[f64], words: &[String], pattern: &Pattern<'_>) -> Vec<f64> {
    let mut next = vec![row.first().copied().unwrap_or_default() + 1.0];
    for (index, word) in words.iter().enumerate() {
        let substituted = row.get(index).copied().unwrap_or(f64::INFINITY) + word_cost(word, pattern);
        let dropped = row.get(index + 1).copied().unwrap_or(f64::INFINITY) + 1.0;
        let added = next.get(index).copied().unwrap_or(f64::INFINITY) + 1.0;
        next.push(substituted.min(dropped).min(added));
    }
    next
}

fn word_cost(word: &str, pattern: &Pattern<'_>) -> f64 {
    match pattern {
        Pattern::One(looks_right) => f64::from(u8::from(!looks_right(word))) * 0.8,
        Pattern::Words(known) => known
            .iter()
            .map(|known| letter_distance(word, known))
            .fold(1.0, f64::min),
        Pattern::Wide { .. } => WIDE_WORD,
    }
}

/// How much two words differ, 0 to 1; letter case and a plural or optional `(s)` count for little.
fn letter_distance(word: &str, known: &str) -> f64 {
    let known = known.replace(['(', ')'], "");
    if word == known {
        return 0.0;
    }
    let left: Vec<char> = word.to_lowercase().chars().take(WORDS_MAX).collect();
    let right: Vec<char> = known.to_lowercase().chars().take(WORDS_MAX).collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    let edits = row.last().copied().unwrap_or_default().max(usize::from(left == right));
    let distance = (edits as f64 / left.len().max(right.len()).max(1) as f64).max(0.05);
    // Words that share less than half of their letters share nothing.
    if distance > 0.5 { 1.0 } else { distance }
}

#[cfg(test)]
mod tests {
    use super::super::expressions::Keyword;
    use super::*;

    const VOCABULARY: [&str; 10] = [
        "a cluster with {int} node(s)",
        "a cluster with {int} nodes of {quantity} CPU and {quantity} memory",
        "a cluster with nodes:",
        "{duration} pass/passes",
        "node {string} is lost",
        "{tense}{pods} is/are Ready",
        "{tense}{pods} show/shows STATUS {string}",
        "{tense}{object} has {int} {count} replica(s)",
        "{tense}node {string} is Ready",
        "I run {command}",
    ];

    fn check(step: &str, expect: &[&str]) {
        let catalogue: Vec<Expression> = VOCABULARY
            .iter()
            .map(|text| Expression {
                keywords: vec![Keyword::Given],
                text: (*text).to_owned(),
                documentation: String::new(),
                place: String::new(),
            })
            .collect();
        let seen = nearest(step, &catalogue);
        let expect: Vec<String> = expect.iter().map(|text| format!("Given {text}")).collect();
        assert_eq!(seen.first(), expect.first(), "{step}: {seen:?}");
        assert!(expect.iter().all(|text| seen.contains(text)), "{step}: {seen:?}");
    }

    #[test]
    fn slips_of_the_pen_find_their_expression() {
        check("a cluster of 3 nodes", &["a cluster with {int} node(s)"]);
        check("a clustre with nodes", &["a cluster with nodes:"]);
        check("node \"node-2\" is gone", &["node {string} is lost"]);
        check("the node \"node-2\" is lost", &["node {string} is lost"]);
        check(
            "every pod of deployment \"web\" is redy",
            &["{tense}{pods} is/are Ready"],
        );
        check(
            "in 5m, every pod of deployment \"web\" is ready",
            &["{tense}{pods} is/are Ready"],
        );
        check("node \"node-1\" is redy", &["{tense}node {string} is Ready"]);
        check(
            "within 5 minutes, every pod of deployment \"web\" shows status \"Running\"",
            &["{tense}{pods} show/shows STATUS {string}"],
        );
        check(
            "deployment \"web\" has 3 ready pods",
            &["{tense}{object} has {int} {count} replica(s)"],
        );
        check("we run `kubectl get pods`", &["I run {command}"]);
        check("5 minutes passed", &["{duration} pass/passes"]);
    }

    #[test]
    fn what_resembles_nothing_gets_no_suggestion() {
        check("the weather in Lisbon turns out to be rather agreeable", &[]);
        check("x", &[]);
    }
}
