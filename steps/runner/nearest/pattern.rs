//! Expressions as sequences of patterns, with what each parameter accepts spelt out.

use super::value::Value;
use super::words::WORDS_MAX;

/// Parameters nest no deeper than this: `{pods}` has objects, objects have namespaces.
const DEPTH_MAX: usize = 4;

/// What one place of a sentence may hold.
#[derive(Debug, Clone)]
pub enum Pattern {
    /// One of these words.
    Words(Vec<String>),
    /// A word for a kind: there are many, so what a step's words cost as kinds is worked out once.
    Kind,
    /// A word that looks like a value, with what must stand right behind it.
    Value(Value, String),
    /// A word that people say (none if empty), and what is written for it.
    Instead {
        /// What is said.
        said: String,
        /// What is written.
        written: String,
    },
    /// One of these sequences; what it covers is the parameter's.
    OneOf(Vec<Vec<Pattern>>),
}

/// A part of an expression.
enum Part<'a> {
    Literal(&'a str),
    /// A parameter, with a literal that is stuck to it: `{int}x`.
    Parameter(&'a str, &'a str),
}

/// The patterns of an expression.
pub fn patterns(expression: &str) -> Vec<Pattern> {
    sequence(expression, 0)
}

fn sequence(expression: &str, depth: usize) -> Vec<Pattern> {
    let parts = expression.split_whitespace().flat_map(parts).take(WORDS_MAX);
    parts.map(|part| pattern(&part, depth)).collect()
}

/// `{tense}{pods}` are two parts, and so are `lost{lasting}`; `{int}x` is one.
fn parts(word: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = word;
    while !rest.is_empty() {
        let inside = rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
        let Some((name, behind)) = inside else {
            let end = rest.find('{').filter(|end| *end > 0).unwrap_or(rest.len());
            let (literal, behind) = rest.split_at(end);
            parts.push(Part::Literal(literal));
            rest = behind;
            continue;
        };
        let suffix = behind
            .find('{')
            .map_or(behind, |end| behind.get(..end).unwrap_or_default());
        let suffix = if matches!(suffix, "," | ":" | "x" | "%") {
            suffix
        } else {
            ""
        };
        parts.push(Part::Parameter(name, suffix));
        rest = behind.get(suffix.len()..).unwrap_or_default();
    }
    parts
}

fn pattern(part: &Part<'_>, depth: usize) -> Pattern {
    let (name, suffix) = match part {
        Part::Literal(literal) => return instead(literal).unwrap_or_else(|| Pattern::Words(spellings(literal))),
        Part::Parameter(name, suffix) => (*name, *suffix),
    };
    if name == "kind" {
        return Pattern::Kind;
    }
    if let Some(value) = Value::of_parameter(name) {
        return Pattern::Value(value, suffix.to_owned());
    }
    if let Some(words) = words(name) {
        return Pattern::Words(words.into_iter().map(|word| format!("{word}{suffix}")).collect());
    }
    let templates = templates(name).iter().filter(|_| depth < DEPTH_MAX);
    Pattern::OneOf(
        templates
            .map(|template| sequence(&format!("{template}{suffix}"), depth + 1))
            .collect(),
    )
}

/// `<said=written>`
fn instead(literal: &str) -> Option<Pattern> {
    let (said, written) = literal.strip_prefix('<')?.strip_suffix('>')?.split_once('=')?;
    Some(Pattern::Instead {
        said: said.to_owned(),
        written: written.replace('_', " "),
    })
}

/// `node(s)` is `node` and `nodes`; `is/are` is `is` and `are`.
fn spellings(literal: &str) -> Vec<String> {
    let both = |word: &str| match word
        .split_once('(')
        .and_then(|(stem, rest)| Some((stem, rest.split_once(')')?)))
    {
        Some((stem, (optional, rest))) => vec![format!("{stem}{optional}{rest}"), format!("{stem}{rest}")],
        None => vec![word.to_owned()],
    };
    literal.split('/').flat_map(both).collect()
}

/// The words of parameters that are one of a few.
fn words(parameter: &str) -> Option<Vec<&'static str>> {
    match parameter {
        "replicas" => Some(vec![
            "ready",
            "available",
            "updated",
            "unavailable",
            "current",
            "desired",
        ]),
        "probe" => Some(vec!["liveness", "readiness", "startup"]),
        "pressure" => Some(vec!["memory", "disk", "PIDs"]),
        "unit" => Some(vec![
            "seconds", "second", "minutes", "minute", "hours", "hour", "days", "day",
        ]),
        _ => None,
    }
}

/// What the wider parameters accept, as expressions; some have parameters that only stand here.
fn templates(parameter: &str) -> &'static [&'static str] {
    match parameter {
        "tense" => &[
            "",
            "within {duration},",
            "for {duration},",
            "at all times,",
            "at no time,",
            "at some time,",
            "during the rollout,",
            "<always,=at_all_times,>",
            "<never,=at_no_time,>",
            "<eventually,=within_5m,>",
        ],
        "duration" => &["{short}", "{int} {unit}"],
        "lasting" => &["", "for {duration}"],
        "because" => &[
            "",
            "because {string}",
            "with message {string}",
            "because {string} with message {string}",
        ],
        "count" => &["{int}", "exactly {int}", "at least {int}", "at most {int}"],
        "names" => &[
            "{string}",
            "{string}, {string}",
            "{string}, {string}, {string}",
            "{string}, {string}, {string}, {string}",
        ],
        "object" | "resource" => &["{kind} {string}{place}"],
        "place" => &["", "in namespace {string}"],
        "pod" => &["pod {string}{place}"],
        "pods" => &["pod(s) {string}{place}", "{some}{of}{with}{on}{place}"],
        "some" => &[
            "every pod",
            "<all=every> <pods=pod>",
            "<each=every> pod",
            "a pod",
            "no pod(s)",
            "exactly {int} pod(s)",
            "at least {int} pod(s)",
            "at most {int} pod(s)",
        ],
        "of" => &["", "of {kind} {string}"],
        "with" => &["", "labelled {string}"],
        "on" => &["", "on node {string}"],
        "containers" => &[
            "containers of image {string}",
            "container(s) {string} of {object}",
            "containers of {object}",
            "containers labelled {string}{place}",
        ],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::catalogue;

    #[test]
    fn every_parameter_of_the_vocabulary_is_spelt_out() {
        fn check(patterns: &[Pattern], expression: &str) {
            assert!(!patterns.is_empty(), "{expression}");
            for pattern in patterns {
                if let Pattern::OneOf(choices) = pattern {
                    assert!(!choices.is_empty(), "a parameter of `{expression}` is unknown here");
                    choices
                        .iter()
                        .filter(|choice| !choice.is_empty())
                        .for_each(|choice| check(choice, expression));
                }
            }
        }
        for expression in catalogue() {
            check(&patterns(&expression.text), &expression.text);
        }
    }
}
