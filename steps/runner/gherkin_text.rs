//! From the text of a feature file to gherkin's tree, with errors that people understand.
//!
//! gherkin's parser says where it stopped and every token it could have gone on with; it cuts table rows to the width of the
//! first one in silence; and it refuses a backslash in a cell unless it escapes something, while Gherkin takes it as it stands and
//! regular expressions are full of them. So lines are looked at here, before and after it.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use cucumber::gherkin::{self, Feature, GherkinEnv};

use super::panics;

/// A line (from 1) and what is wrong with it.
type Mistake = (usize, String);

/// Reads the text of a feature file.
///
/// # Errors
/// If it is not Gherkin, with the line at which it stops being so.
pub fn parse(source: &str, lines: &[&str]) -> Result<Feature, Mistake> {
    let code = outside_doc_strings(lines);
    if !code
        .iter()
        .any(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
    {
        return Err((
            1,
            "there is no feature in this file; a feature begins with `Feature: NAME`".to_owned(),
        ));
    }
    check_tables(&code)?;
    parse_gherkin(&with_literal_backslashes(source, lines, &code), lines)
}

/// The source with every backslash in a table that escapes nothing (`\d`) written as gherkin's parser wants it (`\\d`).
fn with_literal_backslashes<'a>(source: &'a str, lines: &[&str], code: &[(usize, &str)]) -> Cow<'a, str> {
    let mut changed: Vec<Cow<'_, str>> = Vec::new();
    for (line_number, line) in code {
        let is_row = line.trim_start().starts_with('|');
        if is_row && let Cow::Owned(row) = double_literal_backslashes(line) {
            if changed.is_empty() {
                changed = lines.iter().map(|line| Cow::Borrowed(*line)).collect();
            }
            if let Some(line) = changed.get_mut(line_number - 1) {
                *line = Cow::Owned(row);
            }
        }
    }
    if changed.is_empty() {
        return Cow::Borrowed(source);
    }
    let mut text = changed.join("\n");
    text.push('\n');
    Cow::Owned(text)
}

fn double_literal_backslashes(row: &str) -> Cow<'_, str> {
    let mut doubled = String::new();
    let mut characters = row.chars().peekable();
    while let Some(character) = characters.next() {
        doubled.push(character);
        if character != '\\' {
            continue;
        }
        match characters.next_if(|next| matches!(next, 'n' | '|' | '\\')) {
            Some(escaped) => doubled.push(escaped),
            None => doubled.push('\\'),
        }
    }
    if doubled.len() == row.len() {
        Cow::Borrowed(row)
    } else {
        Cow::Owned(doubled)
    }
}

fn parse_gherkin(source: &str, lines: &[&str]) -> Result<Feature, Mistake> {
    if let Some((line, language)) = unknown_language(lines) {
        return Err((
            line,
            format!("the language `{language}` is not known to Gherkin; for example `# language: ko`"),
        ));
    }
    let quietly = panics::quiet(|| catch_unwind(AssertUnwindSafe(|| Feature::parse(source, GherkinEnv::default()))));
    match quietly {
        Ok(Ok(feature)) => Ok(feature),
        Ok(Err(error)) => Err(explain(&error.to_string(), lines)),
        Err(_) => Err((1, "this file cannot be read as Gherkin".to_owned())),
    }
}

/// `# language: xx` in front of the feature, if Gherkin does not know `xx`.
fn unknown_language<'a>(lines: &[&'a str]) -> Option<(usize, &'a str)> {
    let leading = lines
        .iter()
        .enumerate()
        .take_while(|(_, line)| line.trim().is_empty() || line.trim_start().starts_with('#'));
    let directive = |line: &'a str| {
        line.trim()
            .strip_prefix('#')?
            .trim_start()
            .strip_prefix("language")?
            .trim_start()
            .strip_prefix(':')
    };
    let (at, language) = leading
        .filter_map(|(at, line)| Some((at, directive(line)?.trim())))
        .next()?;
    (!gherkin::is_language_supported(language)).then_some((at + 1, language))
}

/// Turns the parser's error (a position and every token it could have gone on with) into one about the line.
fn explain(error: &str, lines: &[&str]) -> Mistake {
    let position = error
        .strip_prefix("Error at ")
        .and_then(|rest| rest.split(':').next()?.parse::<usize>().ok());
    let reached = position.unwrap_or(1).clamp(1, lines.len().max(1));
    let is_blank = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    let at = (reached..=lines.len())
        .find(|at| lines.get(at - 1).is_some_and(|line| !is_blank(line)))
        .unwrap_or(reached);
    let found = lines.get(at - 1).map_or("", |line| line.trim());
    let opened = lines
        .iter()
        .filter(|line| line.trim_start().starts_with("\"\"\""))
        .count();
    let message = if opened % 2 == 1 {
        "a doc string opened with `\"\"\"` is not closed".to_owned()
    } else if found.starts_with("\"\"\"") || found.starts_with("```") || found.starts_with('|') {
        format!("`{found}`: a doc string or table stands below a step, one of each at most")
    } else {
        format!(
            "`{found}` is not understood here; a line begins with Feature:, Rule:, Background:, Scenario:, Scenario Outline:, \
             Examples:, Given, When, Then, And, But, *, | or @ (in another language: with `# language: xx` on top)"
        )
    };
    (at, message)
}

/// The lines that are Gherkin rather than the contents of doc strings, with their numbers from 1.
fn outside_doc_strings<'a>(lines: &[&'a str]) -> Vec<(usize, &'a str)> {
    let mut open: Option<&str> = None;
    let mut outside = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let fence = ["\"\"\"", "```"]
            .into_iter()
            .find(|fence| line.trim_start().starts_with(fence));
        match (open, fence) {
            (Some(opened), Some(fence)) if opened == fence => open = None,
            (None, Some(fence)) => {
                let closes_itself = line.trim_start().get(3..).is_some_and(|rest| rest.contains(fence));
                open = (!closes_itself).then_some(fence);
                outside.push((index + 1, *line));
            }
            (Some(_), _) => {}
            (None, None) => outside.push((index + 1, *line)),
        }
    }
    outside
}

/// gherkin cuts rows to the width of the first one; a cell lost in silence is a test that asserts less than it says.
fn check_tables(code: &[(usize, &str)]) -> Result<(), Mistake> {
    let mut width: Option<(usize, usize)> = None;
    for (line_number, line) in code {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if !line.starts_with('|') {
            width = None;
            continue;
        }
        if !ends_with_bar(line) {
            return Err((*line_number, format!("`{line}`: a table row ends with `|`")));
        }
        let cells = count_cells(line);
        match width {
            None => width = Some((*line_number, cells)),
            Some((first, expected)) if expected != cells => {
                return Err((
                    *line_number,
                    format!(
                        "this row has {cells} cells, the table's first row (line {first}) has {expected}; write `\\|` for a bar inside a cell"
                    ),
                ));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

fn ends_with_bar(line: &str) -> bool {
    line.len() > 1
        && line.ends_with('|')
        && line.bytes().rev().skip(1).take_while(|byte| *byte == b'\\').count() % 2 == 0
}

fn count_cells(line: &str) -> usize {
    let mut escaped = false;
    let mut bars = 0_usize;
    for byte in line.bytes() {
        bars += usize::from(byte == b'|' && !escaped);
        escaped = byte == b'\\' && !escaped;
    }
    bars.saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::double_literal_backslashes;

    #[test]
    fn a_backslash_that_escapes_nothing_stands_for_itself() {
        for (row, expect) in [
            ("| plain |", "| plain |"),
            (r"| /10\.\d+/ |", r"| /10\\.\\d+/ |"),
            (r"| a\|b \n c\\d |", r"| a\|b \n c\\d |"),
            (r"| \\\d |", r"| \\\\d |"),
        ] {
            assert_eq!(double_literal_backslashes(row), expect);
        }
    }
}
