//! `{names}`: `"a", "b", "c"`.

use std::str::FromStr;

use super::ParameterError;
use super::pattern::{Phrase, parameter};

/// Names in quotes, separated by commas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names(pub Vec<String>);

parameter!(Names, "names", r#""[^"]*"(?:(?:, and |, | and )"[^"]*")*"#);

impl FromStr for Names {
    type Err = ParameterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut phrase = Phrase::new(text);
        let mut names = vec![phrase.quoted()?.to_owned()];
        while phrase.take(", and ") || phrase.take(", ") || phrase.take(" and ") {
            names.push(phrase.quoted()?.to_owned());
        }
        phrase.end()?;
        Ok(Self(names))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::check_parameter;

    #[test]
    fn lists_of_names() {
        let names = |names: &[&str]| Some(Names(names.iter().map(|name| (*name).to_owned()).collect()));
        check_parameter("\"a\"", names(&["a"]));
        check_parameter("\"a\", \"b\", \"c\"", names(&["a", "b", "c"]));
        check_parameter("\"a\" and \"b\"", names(&["a", "b"]));
        check_parameter::<Names>("a, b", None);
    }
}
