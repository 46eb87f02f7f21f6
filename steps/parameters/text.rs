//! The text of a `{string}`, with its escaped quotes resolved: `"{.status.conditions[?(@.type==\"Ready\")].status}"`.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

/// What stood between the quotes. Only quotes are escaped; any other backslash is text (JSONPath and patterns need theirs).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(pub String);

impl FromStr for Text {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.replace("\\\"", "\"").replace("\\'", "'")))
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_quotes_are_escaped() {
        let check =
            |text: &str, expect: &str| assert_eq!(text.parse::<Text>().map(|text| text.0), Ok(expect.to_owned()));
        check(r#"{[?(@.type==\"Ready\")]}"#, r#"{[?(@.type=="Ready")]}"#);
        check(
            r"{.metadata.labels.app\.kubernetes\.io/name}",
            r"{.metadata.labels.app\.kubernetes\.io/name}",
        );
    }
}
