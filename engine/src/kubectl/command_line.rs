//! A line as a person types it, split into arguments as a POSIX shell splits words: quotes, backslashes, comments not.
//!
//! Deliberately not modelled: variables, globs, pipes and redirections; a line that needs a shell is refused.

/// Splits a line into words; a leading `kubectl` (or a prompt's `$ kubectl`) is dropped.
///
/// # Errors
/// A quote that is not closed, or something only a shell can do.
pub fn split(line: &str) -> Result<Vec<String>, String> {
    let mut words = words(line)?;
    if words.first().is_some_and(|word| word == "$") {
        words.remove(0);
    }
    if words.first().is_some_and(|word| word == "kubectl") {
        words.remove(0);
    }
    Ok(words)
}

fn words(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' | '\n' | '\r' => words.extend(word.take()),
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        Some('\'') => break,
                        Some(quoted) => word.push(quoted),
                        None => return Err("a single quote is not closed".to_owned()),
                    }
                }
            }
            '"' => double_quoted(&mut chars, word.get_or_insert_default())?,
            '\\' => match chars.next() {
                Some('\n') => {}
                Some(escaped) => word.get_or_insert_default().push(escaped),
                None => return Err("the line ends with a backslash".to_owned()),
            },
            '|' | ';' | '&' | '<' | '>' | '`' if word.is_none() => {
                return Err(format!("`{c}` needs a shell; give one kubectl command, or quote it"));
            }
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Ok(words)
}

fn double_quoted(chars: &mut impl Iterator<Item = char>, word: &mut String) -> Result<(), String> {
    loop {
        match chars.next() {
            Some('"') => return Ok(()),
            Some('\\') => match chars.next() {
                Some(escaped @ ('"' | '\\' | '$' | '`')) => word.push(escaped),
                Some('\n') => {}
                Some(other) => word.extend(['\\', other]),
                None => return Err("a double quote is not closed".to_owned()),
            },
            Some(quoted) => word.push(quoted),
            None => return Err("a double quote is not closed".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    fn check(line: &str, expect: Result<&[&str], &str>) {
        let expect = expect
            .map(|words| words.iter().map(ToString::to_string).collect())
            .map_err(str::to_owned);
        assert_eq!(split(line), expect, "{line}");
    }

    #[test]
    fn lines_split_as_a_shell_splits_them() {
        check("kubectl get pods", Ok(&["get", "pods"]));
        check("  get   pods  ", Ok(&["get", "pods"]));
        check("$ kubectl get po", Ok(&["get", "po"]));
        check(
            r#"patch x -p '{"a": "b c"}'"#,
            Ok(&["patch", "x", "-p", r#"{"a": "b c"}"#]),
        );
        check(
            r#"annotate x "a=b \"c\" \n" d\ e f'g'"h""#,
            Ok(&["annotate", "x", "a=b \"c\" \\n", "d e", "fgh"]),
        );
        check("get '' \"\"", Ok(&["get", "", ""]));
        check("", Ok(&[]));
        check(
            "get -o jsonpath={.items[*].metadata.name}",
            Ok(&["get", "-o", "jsonpath={.items[*].metadata.name}"]),
        );
        check("get 'pods", Err("a single quote is not closed"));
        check("get \"pods", Err("a double quote is not closed"));
        check("get pods \\", Err("the line ends with a backslash"));
        check(
            "get pods | grep x",
            Err("`|` needs a shell; give one kubectl command, or quote it"),
        );
    }
}
