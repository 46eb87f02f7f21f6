//! The cheapest way to make a sentence of some patterns out of a step's words: an edit distance over words that keeps the
//! sentence it makes.

use std::rc::Rc;

use super::pattern::Pattern;
use super::words::{StepWords, letter_distance};

/// The price of a word that is missing or too many.
const WORD: f64 = 1.0;
/// The price of a word that people use for one of ours.
const INSTEAD: f64 = 0.1;

/// A sentence, as the list of its words from the last to the first: cells share their beginnings.
#[derive(Debug)]
struct Said {
    word: String,
    before: Option<Rc<Said>>,
}

/// The best that can be made of the first so many words of the step.
#[derive(Debug, Clone)]
pub struct Fit {
    cost: f64,
    length: usize,
    said: Option<Rc<Said>>,
}

impl Fit {
    fn then(&self, cost: f64, word: String) -> Self {
        let before = self.said.clone();
        Self {
            cost: self.cost + cost,
            length: self.length + usize::from(!word.is_empty()),
            said: Some(Rc::new(Said { word, before })),
        }
    }

    fn without(&self, cost: f64) -> Self {
        let cost = self.cost + cost;
        Self { cost, ..self.clone() }
    }

    fn cheaper(self, other: Self) -> Self {
        if other.cost < self.cost { other } else { self }
    }

    /// How far the step is from the sentence: 0 the same, 1 nothing in common.
    pub fn distance(&self, words: usize) -> f64 {
        self.cost / words.max(self.length).max(1) as f64
    }

    /// The sentence.
    pub fn sentence(&self) -> String {
        let mut words = Vec::new();
        let mut next = self.said.as_ref();
        while let Some(said) = next {
            words.push(said.word.as_str());
            next = said.before.as_ref();
        }
        words.retain(|word| !word.is_empty());
        words.reverse();
        words.join(" ")
    }
}

/// Fits words to patterns.
pub fn align(words: &StepWords, patterns: &[Pattern]) -> Fit {
    let nothing = Fit {
        cost: 0.0,
        length: 0,
        said: None,
    };
    let row: Vec<Fit> = (0..=words.words.len())
        .map(|dropped| nothing.without(WORD * dropped as f64))
        .collect();
    let row = behind(row, words, patterns);
    row.last().cloned().unwrap_or(nothing)
}

/// The row behind a sequence of patterns.
fn behind(row: Vec<Fit>, words: &StepWords, patterns: &[Pattern]) -> Vec<Fit> {
    patterns
        .iter()
        .fold(row, |row, pattern| behind_one(row, words, pattern))
}

fn behind_one(row: Vec<Fit>, words: &StepWords, pattern: &Pattern) -> Vec<Fit> {
    let Pattern::OneOf(choices) = pattern else {
        return behind_word(&row, words, pattern);
    };
    let rows = choices.iter().map(|choice| behind(row.clone(), words, choice));
    let cheapest = rows.reduce(|best, other| best.into_iter().zip(other).map(|(a, b)| a.cheaper(b)).collect());
    cheapest.unwrap_or(row)
}

fn behind_word(row: &[Fit], words: &StepWords, pattern: &Pattern) -> Vec<Fit> {
    let mut next: Vec<Fit> = Vec::with_capacity(row.len());
    for (index, above) in row.iter().enumerate() {
        let (cost, made_up) = missing(pattern);
        let mut best = above.then(cost, made_up);
        if let Some((at, before)) = index.checked_sub(1).and_then(|at| Some((at, row.get(at)?))) {
            let (cost, written) = read(pattern, words, at);
            best = before.then(cost, written).cheaper(best);
        }
        if let Some(left) = next.last() {
            best = best.cheaper(left.without(WORD));
        }
        next.push(best);
    }
    next
}

/// What stands for a pattern that nothing in the step stands for, and its price.
fn missing(pattern: &Pattern) -> (f64, String) {
    match pattern {
        Pattern::Words(known) => (WORD, known.first().cloned().unwrap_or_default()),
        Pattern::Kind => (WORD, "pod".to_owned()),
        Pattern::Value(value, suffix) => (WORD, format!("{}{suffix}", value.made_up())),
        Pattern::Instead { said, written } if said.is_empty() => (0.0, written.clone()),
        Pattern::Instead { written, .. } => (WORD, written.clone()),
        Pattern::OneOf(_) => (WORD, String::new()),
    }
}

/// What it costs to read the word at a place as a pattern, and how it is written then.
fn read(pattern: &Pattern, words: &StepWords, at: usize) -> (f64, String) {
    let word = words.words.get(at).map(String::as_str).unwrap_or_default();
    match pattern {
        Pattern::Words(known) => {
            let costs = known.iter().map(|known| (letter_distance(word, known), known));
            let best = costs.min_by(|(a, _), (b, _)| a.total_cmp(b));
            best.map_or((WORD, word.to_owned()), |(cost, known)| (cost, known.clone()))
        }
        Pattern::Kind => {
            let (cost, kind) = words.kinds.get(at).copied().unwrap_or((WORD, ""));
            (cost, kind.to_owned())
        }
        Pattern::Value(value, suffix) => value.read(word, suffix),
        // A little dearer than the words of the vocabulary.
        Pattern::Instead { said, written } => (letter_distance(word, said).max(INSTEAD), written.clone()),
        Pattern::OneOf(_) => (WORD, word.to_owned()),
    }
}
