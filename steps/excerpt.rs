//! Excerpts of feature files and manifests with a caret under what is meant.
//!
//! Diagnostics name their place as compilers do (`web.yaml:7:9: …`), so the place is taken from the message: whoever reports a
//! problem need not know who will show it.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// Lines shown above and below the one that is meant.
const CONTEXT_LINES: usize = 2;

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, as shown.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1; none means the whole line.
    pub column: Option<usize>,
}

impl Place {
    /// The place that a diagnostic begins with: `web.yaml:7:9: unknown field`, or `a.feature:7: …`.
    pub fn named_in(message: &str) -> Option<Place> {
        let (place, _) = message.lines().next()?.split_once(": ")?;
        let (before, last) = place.rsplit_once(':')?;
        let last = last.parse().ok()?;
        let whole = |path: &str, line, column| Place {
            path: path.to_owned(),
            line,
            column,
        };
        match before.rsplit_once(':').map(|(path, line)| (path, line.parse())) {
            Some((path, Ok(line))) => Some(whole(path, line, Some(last))),
            _ => Some(whole(before, last, None)),
        }
    }
}

/// The lines of a file; none if it cannot be read.
pub fn read_lines(path: &str) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(text.lines().map(str::to_owned).collect())
}

/// The lines around a place, numbered, a caret under the word at its column or under the whole line.
pub fn show(place: &Place, lines: &[String]) -> Option<String> {
    let index = place.line.checked_sub(1)?;
    let meant = lines.get(index)?;
    let first = index.saturating_sub(CONTEXT_LINES);
    let shown = lines.get(first..(index + CONTEXT_LINES + 1).min(lines.len()))?;
    let before: usize = shown.iter().take(index - first).map(|line| line.len() + 1).sum();
    let span = span(meant, place.column);
    let source = shown.join("\n");
    let snippet = Snippet::source(&source)
        .path(&place.path)
        .line_start(first + 1)
        .fold(false)
        .annotation(AnnotationKind::Primary.span(before + span.start..before + span.end));
    Some(Renderer::plain().render(&[Group::with_level(Level::ERROR).element(snippet)]))
}

/// The bytes of a line that are meant.
fn span(line: &str, column: Option<usize>) -> std::ops::Range<usize> {
    let indent = line.len() - line.trim_start().len();
    let whole = indent..line.trim_end().len().max(indent);
    let Some(column) = column else { return whole };
    let Some((start, _)) = line.char_indices().nth(column.saturating_sub(1)) else {
        return whole;
    };
    let rest = line.get(start..).unwrap_or_default();
    let word = rest.find(|c: char| c.is_whitespace() || matches!(c, ':' | ',' | '}' | ']'));
    let length = word
        .unwrap_or(rest.len())
        .max(rest.chars().next().map_or(0, char::len_utf8));
    start..start + length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_named_as_compilers_do() {
        let check = |message: &str, expect: Option<(&str, usize, Option<usize>)>| {
            let seen = Place::named_in(message);
            let seen = seen
                .as_ref()
                .map(|place| (place.path.as_str(), place.line, place.column));
            assert_eq!(seen, expect, "{message}");
        };
        check("a/web.yaml:7:9: spec: unknown field", Some(("a/web.yaml", 7, Some(9))));
        check("a.feature:7: not Gherkin", Some(("a.feature", 7, None)));
        check("C:\\a.yaml:7:9: bad", Some(("C:\\a.yaml", 7, Some(9))));
        check("it did not hold within 1m: too bad", None);
        check("", None);
    }

    fn check(line: usize, column: Option<usize>, expect: &[&str]) {
        let lines: Vec<String> = ["kind: Pod", "spec:", "  imgae: größer", "", "x: 1"]
            .map(str::to_owned)
            .to_vec();
        let place = Place {
            path: "web.yaml".to_owned(),
            line,
            column,
        };
        let shown = show(&place, &lines);
        let seen: Vec<&str> = shown
            .as_deref()
            .map(|text| text.lines().map(str::trim_end).collect())
            .unwrap_or_default();
        assert_eq!(seen, expect);
    }

    #[test]
    fn the_caret_stands_under_the_word() {
        check(
            3,
            Some(3),
            &[
                " --> web.yaml:3:3",
                "  |",
                "1 | kind: Pod",
                "2 | spec:",
                "3 |   imgae: größer",
                "  |   ^^^^^",
                "4 |",
                "5 | x: 1",
                "  |",
            ],
        );
        check(
            3,
            None,
            &[
                " --> web.yaml:3:3",
                "  |",
                "1 | kind: Pod",
                "2 | spec:",
                "3 |   imgae: größer",
                "  |   ^^^^^^^^^^^^^",
                "4 |",
                "5 | x: 1",
                "  |",
            ],
        );
        check(9, None, &[]);
        check(0, None, &[]);
    }
}
