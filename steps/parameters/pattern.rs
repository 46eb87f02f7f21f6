//! The pieces that parameters' regular expressions share, and the small tools that read what they matched.
//!
//! Macros, because a parameter's expression must be a literal at compile time.

use super::{ObjectRef, ParameterError};

/// A quoted name or pattern.
macro_rules! quoted {
    () => {
        r#""[^"]*""#
    };
}

/// Kinds other than pods, with kubectl's short names.
macro_rules! other_kinds {
    () => {
        "(?:deployment|deploy|statefulset|sts|daemonset|ds|replicaset|rs|replicationcontroller|rc|job|cronjob|cj|node|no|\
         service|svc|endpoints|ep|endpointslice|ingress|ing|networkpolicy|netpol|configmap|cm|secret|serviceaccount|sa|\
         persistentvolumeclaim|pvc|persistentvolume|pv|storageclass|sc|volumeattachment|poddisruptionbudget|pdb|namespace|ns|\
         horizontalpodautoscaler|hpa|priorityclass|pc|resourcequota|quota|limitrange|limits|lease)"
    };
}

/// All kinds.
macro_rules! kinds {
    () => {
        concat!("(?:pod|po|", $crate::parameters::pattern::other_kinds!(), ")")
    };
}

/// `90s`, `1h30m`, `5 minutes`.
macro_rules! duration {
    () => {
        r"(?:(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+|\d+ (?:millisecond|second|minute|hour|day)s?)"
    };
}

/// ` in namespace "x"`, or nothing.
macro_rules! in_namespace {
    () => {
        r#"(?: in namespace "[^"]*")?"#
    };
}

pub(crate) use {duration, in_namespace, kinds, other_kinds, quoted};

/// Makes a type a cucumber parameter: `parameter!(Type, "name", regex pieces…)`.
macro_rules! parameter {
    ($type:ty, $name:literal, $($piece:expr),+ $(,)?) => {
        impl cucumber::Parameter for $type {
            const REGEX: &'static str = concat!($($piece),+);
            const NAME: &'static str = $name;
        }
    };
}

pub(crate) use parameter;

/// Reads a phrase from left to right.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Phrase<'a> {
    rest: &'a str,
}

impl<'a> Phrase<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    /// Takes `word` if it comes next.
    pub(crate) fn take(&mut self, word: &str) -> bool {
        match self.rest.strip_prefix(word) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Takes what is between the next two quotes.
    pub(crate) fn quoted(&mut self) -> Result<&'a str, ParameterError> {
        let inside = self
            .rest
            .trim_start()
            .strip_prefix('"')
            .and_then(|rest| rest.split_once('"'));
        let (inside, rest) = inside.ok_or_else(|| self.unexpected("a name in quotes"))?;
        self.rest = rest;
        Ok(inside)
    }

    /// Takes the next word.
    pub(crate) fn word(&mut self) -> &'a str {
        let (word, rest) = self.rest.split_at(self.rest.find(' ').unwrap_or(self.rest.len()));
        self.rest = rest.strip_prefix(' ').unwrap_or(rest);
        word
    }

    /// Takes `kind "name"` with its namespace.
    pub(crate) fn object(&mut self) -> Result<ObjectRef, ParameterError> {
        let kind = self.word();
        let name = self.quoted()?;
        let namespace = self.namespace()?;
        ObjectRef::new(kind, name, namespace)
    }

    /// Takes ` in namespace "x"` if it comes next.
    pub(crate) fn namespace(&mut self) -> Result<Option<&'a str>, ParameterError> {
        if self.take(" in namespace ") {
            self.quoted().map(Some)
        } else {
            Ok(None)
        }
    }

    /// That nothing is left.
    pub(crate) fn end(self) -> Result<(), ParameterError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(self.unexpected("nothing more"))
        }
    }

    pub(crate) fn unexpected(self, expected: &str) -> ParameterError {
        ParameterError::new(format!("expected {expected} at `{}`", self.rest))
    }
}

/// For the tests of parameters: that the whole of `text` is what cucumber would take, and what it is read as.
#[cfg(test)]
pub(crate) fn check_parameter<P>(text: &str, expect: Option<P>)
where
    P: cucumber::Parameter + std::str::FromStr + std::fmt::Debug + PartialEq,
    P::Err: std::fmt::Debug,
{
    let regex = regex::Regex::new(&format!("^(?:{})$", P::REGEX)).expect("a regular expression");
    assert_eq!(
        regex.captures_len(),
        1,
        "{{{}}} must not have capturing groups",
        P::NAME
    );
    let seen = regex
        .is_match(text)
        .then(|| text.parse::<P>().expect("what matches can be read"));
    assert_eq!(seen, expect, "{text}");
}
