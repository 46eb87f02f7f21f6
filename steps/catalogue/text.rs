//! The catalogue as text, Markdown and JSON.

use std::fmt::Write;

use super::group::{Entry, Group};

/// For a terminal: the expression, what it does, an example.
pub fn text(groups: &[Group]) -> String {
    let mut out = String::new();
    for group in groups {
        let underline = "=".repeat(group.title.chars().count());
        _ = writeln!(out, "{}\n{underline}\n", group.title);
        for step in &group.steps {
            _ = writeln!(out, "{}", headline(step));
            for line in step.documentation.lines() {
                _ = writeln!(out, "    {line}");
            }
            if let Some(example) = &step.example {
                _ = writeln!(out, "    e.g. {example}");
            }
            out.push('\n');
        }
    }
    out
}

/// For a page of documentation.
pub fn markdown(groups: &[Group]) -> String {
    let mut out = "# The vocabulary\n".to_owned();
    for group in groups {
        _ = writeln!(out, "\n## {}\n", group.title);
        for step in &group.steps {
            let documentation = step
                .documentation
                .split("\n\n")
                .map(|paragraph| paragraph.replace('\n', " "));
            let documentation: Vec<String> = documentation.collect();
            _ = writeln!(out, "- {}: {}", code(&headline(step)), documentation.join(" "));
            if let Some(example) = &step.example {
                _ = writeln!(out, "  <br>e.g. {}", code(example));
            }
        }
    }
    out
}

/// For programs: an array of groups.
///
/// # Errors
/// Never for this data; serde_json cannot know that.
pub fn json(groups: &[Group]) -> Result<String, serde_json::Error> {
    Ok(serde_json::to_string_pretty(groups)? + "\n")
}

fn headline(step: &Entry) -> String {
    format!("{} {}", step.keywords.join("/"), step.expression)
}

/// Markdown's code span, of more backticks where the text has some.
fn code(text: &str) -> String {
    if text.contains('`') {
        format!("`` {text} ``")
    } else {
        format!("`{text}`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<Group> {
        vec![Group {
            title: "Time".to_owned(),
            steps: vec![Entry {
                keywords: vec!["Given", "When"],
                expression: "I run {command}".to_owned(),
                documentation: "Runs it\nat once.".to_owned(),
                example: Some("When I run `kubectl get pods`".to_owned()),
                place: "time.rs:1".to_owned(),
            }],
        }]
    }

    #[test]
    fn forms() {
        let sample = sample();
        assert_eq!(
            text(&sample),
            "Time\n====\n\nGiven/When I run {command}\n    Runs it\n    at once.\n    e.g. When I run `kubectl get pods`\n\n"
        );
        assert_eq!(
            markdown(&sample),
            "# The vocabulary\n\n## Time\n\n- `Given/When I run {command}`: Runs it at once.\n  <br>e.g. `` When I run `kubectl get pods` ``\n"
        );
        let json: serde_json::Value = serde_json::from_str(&json(&sample).expect("JSON")).expect("JSON");
        assert_eq!(json[0]["steps"][0]["keywords"][1], "When");
    }
}
