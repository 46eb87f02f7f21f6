//! A doc string with its place in the feature file.
//!
//! gherkin's parser gives a doc string without position, keeps a media type (`"""yaml`) as its first line and then fails to
//! remove the indentation. So the text is taken from the source again, by Gherkin's own rule: the indentation of the opening
//! fence is removed from every line.

use shakedown_engine::api::decode::Origin;

/// A doc string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextBlock {
    /// Its lines, the fence's indentation removed, joined by newlines.
    pub text: String,
    /// The word behind the opening fence, e.g. `yaml`.
    pub media_type: Option<String>,
    /// The line of the feature file (from 1) that holds the text's first line.
    pub first_line: usize,
    /// How many columns of indentation were removed.
    pub indent: usize,
}

const FENCES: [&str; 2] = ["\"\"\"", "```"];

impl TextBlock {
    /// Where it stands, for whoever reads it as a manifest.
    pub fn origin(&self, feature: &str) -> Origin {
        Origin {
            file: feature.to_owned(),
            lines_before: u32::try_from(self.first_line.saturating_sub(1)).unwrap_or_default(),
            indent: u32::try_from(self.indent).unwrap_or_default(),
        }
    }

    /// The doc string below line `step_line` (from 1) of `lines`.
    pub(super) fn below(lines: &[&str], step_line: usize) -> Option<Self> {
        let is_skipped = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
        let (above, opening) = lines
            .iter()
            .enumerate()
            .skip(step_line)
            .find(|(_, line)| !is_skipped(line))?;
        let fence = FENCES
            .into_iter()
            .find(|fence| opening.trim_start().starts_with(fence))?;
        let indent = opening.len() - opening.trim_start().len();
        let media_type = opening.trim_start().trim_start_matches(fence).trim();
        let mut text = String::new();
        for line in lines
            .iter()
            .skip(above + 1)
            .take_while(|line| !line.trim_start().starts_with(fence))
        {
            let removed = line
                .bytes()
                .take(indent)
                .take_while(|byte| matches!(byte, b' ' | b'\t'))
                .count();
            text.push_str(line.get(removed..).unwrap_or_default());
            text.push('\n');
        }
        let text = text.trim_end_matches('\n').replace("\\\"\\\"\\\"", "\"\"\"");
        let media_type = (!media_type.is_empty()).then(|| media_type.to_owned());
        Some(Self {
            text,
            media_type,
            first_line: above + 2,
            indent,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expect: Option<(&str, Option<&str>, usize, usize)>) {
        let lines: Vec<&str> = source.lines().collect();
        let block = TextBlock::below(&lines, 1);
        let seen = block
            .as_ref()
            .map(|b| (b.text.as_str(), b.media_type.as_deref(), b.first_line, b.indent));
        assert_eq!(seen, expect, "{source}");
    }

    #[test]
    fn the_fence_decides_the_indentation() {
        check(
            "Given x:\n  \"\"\"\n  a:\n    b: 1\n  \"\"\"",
            Some(("a:\n  b: 1", None, 3, 2)),
        );
        check(
            "Given x:\n  \"\"\"yaml\n  a: 1\n  \"\"\"",
            Some(("a: 1", Some("yaml"), 3, 2)),
        );
        check(
            "Given x:\n\n  # why\n  ```\n  a\n\n  b\n  ```",
            Some(("a\n\nb", None, 5, 2)),
        );
        check("Given x:\n    \"\"\"\n  less\n    \"\"\"", Some(("less", None, 3, 4)));
        check(
            "Given x:\n  \"\"\"\n  \\\"\\\"\\\"\n  \"\"\"",
            Some(("\"\"\"", None, 3, 2)),
        );
        check("Given x\nWhen y", None);
    }
}
