//! A step's words.

use crate::parameters::kind_words;

/// Longer texts are not compared: the work grows with the product of the lengths.
pub const WORDS_MAX: usize = 48;

/// The words of a step.
pub struct StepWords {
    /// As they are written.
    pub words: Vec<String>,
    /// What each costs as the kind it is nearest to.
    pub kinds: Vec<(f64, &'static str)>,
}

impl StepWords {
    /// The words of a text.
    pub fn of(text: &str) -> Self {
        let words = split(text);
        let known = kind_words();
        let nearest = |word: &String| {
            let costs = known.iter().map(|kind| (letter_distance(word, kind), *kind));
            costs.min_by(|(a, _), (b, _)| a.total_cmp(b)).unwrap_or((1.0, ""))
        };
        let kinds = words.iter().map(nearest).collect();
        Self { words, kinds }
    }
}

/// Words, with everything between quotes one word; a kubectl command without its backticks is one as well.
fn split(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote: Option<char> = None;
    for character in text.chars() {
        match quote {
            None if character.is_whitespace() => words.push(String::new()),
            None => {
                quote = closing(character).filter(|_| words.last().is_some_and(String::is_empty));
                push(&mut words, character);
            }
            Some(close) => {
                quote = (character != close).then_some(close);
                push(&mut words, character);
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words.truncate(WORDS_MAX);
    join_command(words)
}

fn push(words: &mut [String], character: char) {
    if let Some(word) = words.last_mut() {
        word.push(character);
    }
}

/// What closes a quotation that begins with `open`. An apostrophe within a word opens none.
fn closing(open: char) -> Option<char> {
    match open {
        '"' | '`' | '\'' => Some(open),
        '“' => Some('”'),
        _ => None,
    }
}

/// `kubectl get pods prints:` is a command and a word.
fn join_command(mut words: Vec<String>) -> Vec<String> {
    let Some(from) = words.iter().position(|word| word == "kubectl") else {
        return words;
    };
    let to = words.iter().rposition(|word| word.starts_with("prints"));
    let to = to.filter(|to| *to > from).unwrap_or(words.len());
    let command = words.drain(from..to).collect::<Vec<_>>().join(" ");
    words.insert(from, command);
    words
}

/// How much two words differ, 0 to 1; letter case and a missing plural count for little.
pub fn letter_distance(word: &str, known: &str) -> f64 {
    if word == known {
        return 0.0;
    }
    let left: Vec<char> = word.to_lowercase().chars().take(WORDS_MAX).collect();
    let right: Vec<char> = known.to_lowercase().chars().take(WORDS_MAX).collect();
    let longer = left.len().max(right.len()).max(1);
    // Words that share less than half of their letters share nothing.
    if left.len().abs_diff(right.len()) * 2 > longer {
        return 1.0;
    }
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let above = |at: usize| row.get(at).copied().unwrap_or(usize::MAX - 1);
            let before = next.last().copied().unwrap_or_default();
            next.push((above(j) + usize::from(a != b)).min(above(j + 1) + 1).min(before + 1));
        }
        row = next;
    }
    let edits = row.last().copied().unwrap_or_default();
    let distance = (edits as f64 / longer as f64).max(0.05);
    if distance > 0.5 { 1.0 } else { distance }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_quotes_is_one_word() {
        let check = |text: &str, expect: &[&str]| assert_eq!(split(text), expect, "{text}");
        check("pod \"a b\"  is Ready", &["pod", "\"a b\"", "is", "Ready"]);
        check("I run `kubectl get pods`", &["I", "run", "`kubectl get pods`"]);
        check("pod 'a b' isn't Ready", &["pod", "'a b'", "isn't", "Ready"]);
        check("I run kubectl get pods", &["I", "run", "kubectl get pods"]);
        check("kubectl get pods prints:", &["kubectl get pods", "prints:"]);
        check("image \"open", &["image", "\"open"]);
        check(" ", &[]);
    }

    #[test]
    fn words_are_near_if_most_letters_are_the_same() {
        let near = |word, known| letter_distance(word, known) < 0.5;
        assert!(near("noodes", "nodes") && near("redy", "ready") && near("labeled", "labelled"));
        assert!(letter_distance("status", "STATUS") < 0.1);
        assert!(!near("lost", "Ready") && !near("a", "unreachable") && !near("", "nodes"));
    }
}
