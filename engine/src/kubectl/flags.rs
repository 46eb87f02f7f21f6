//! Flags, as kubectl's flag library (pflag) reads them: long and short, with `=` or without, in any place, until `--`.

use super::error::{CommandError, Result};
use crate::api::duration;

/// What a flag holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// `true` or `false`; the bare flag means `true`.
    Bool,
    /// One text; the last one given wins.
    Text,
    /// Texts: the flag may be repeated, and commas separate.
    Texts,
    /// A whole number of 64 bits.
    Int,
    /// A duration such as `30s`.
    Duration,
}

/// A flag a command knows.
#[derive(Debug, Clone, Copy)]
pub struct Flag {
    /// The long name, without dashes.
    pub name: &'static str,
    /// The short name, if it has one.
    pub short: Option<char>,
    /// What it holds.
    pub holds: Holds,
    /// What the bare flag means; none if it needs a value.
    pub bare: Option<&'static str>,
}

impl Flag {
    const fn new(name: &'static str, holds: Holds) -> Flag {
        Flag {
            name,
            short: None,
            holds,
            bare: None,
        }
    }

    /// A flag that is true when given.
    pub const fn bool(name: &'static str) -> Flag {
        Flag {
            bare: Some("true"),
            ..Flag::new(name, Holds::Bool)
        }
    }

    /// A flag with a text.
    pub const fn text(name: &'static str) -> Flag {
        Flag::new(name, Holds::Text)
    }

    /// A flag with texts.
    pub const fn texts(name: &'static str) -> Flag {
        Flag::new(name, Holds::Texts)
    }

    /// A flag with a whole number.
    pub const fn int(name: &'static str) -> Flag {
        Flag::new(name, Holds::Int)
    }

    /// A flag with a duration.
    pub const fn duration(name: &'static str) -> Flag {
        Flag::new(name, Holds::Duration)
    }

    /// The same with a short name.
    pub const fn short(self, short: char) -> Flag {
        Flag {
            short: Some(short),
            ..self
        }
    }

    /// The same with a meaning when given bare.
    pub const fn bare(self, bare: &'static str) -> Flag {
        Flag {
            bare: Some(bare),
            ..self
        }
    }
}

/// The flags every command knows. Those about connections mean nothing here and are accepted.
pub const GLOBAL: &[Flag] = &[
    Flag::text("namespace").short('n'),
    Flag::bool("help").short('h'),
    Flag::text("context"),
    Flag::text("cluster"),
    Flag::text("kubeconfig"),
    Flag::text("server").short('s'),
    Flag::text("user"),
    Flag::text("token"),
    Flag::text("as"),
    Flag::texts("as-group"),
    Flag::text("request-timeout"),
    Flag::text("cache-dir"),
    Flag::bool("insecure-skip-tls-verify"),
    Flag::bool("match-server-version"),
    Flag::bool("warnings-as-errors"),
    Flag::int("v").short('v'),
];

/// The flags that name objects by file.
pub const FILES: &[Flag] = &[
    Flag::texts("filename").short('f'),
    Flag::bool("recursive").short('R'),
    Flag::text("kustomize").short('k'),
];

/// The flags that shape what a changing command prints.
pub const OUTPUT: &[Flag] = &[
    Flag::text("output").short('o'),
    Flag::text("template"),
    Flag::bool("show-managed-fields"),
    Flag::bool("allow-missing-template-keys"),
];

/// The flags of commands that change objects.
pub const CHANGE: &[Flag] = &[
    Flag::text("dry-run").bare("unchanged"),
    Flag::text("field-manager"),
    Flag::bool("record"),
];

/// A command's flags and arguments.
#[derive(Debug, Default, Clone)]
pub struct Arguments {
    /// What stands between the flags.
    pub positional: Vec<String>,
    /// How many positional arguments stand before `--`, if it was given.
    pub before_dashes: Option<usize>,
    values: Vec<(&'static str, String)>,
}

impl Arguments {
    /// Reads a command's arguments by its flag tables.
    ///
    /// # Errors
    /// A flag that is not known or whose value is missing or of another type, in pflag's words.
    pub fn parse(command: &str, words: &[String], tables: &[&[Flag]]) -> Result<Arguments> {
        let mut arguments = Arguments::default();
        let reader = Reader { tables };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let outcome = if word == "--" {
                arguments.before_dashes = Some(arguments.positional.len());
                arguments.positional.extend(words.by_ref().cloned());
                Ok(())
            } else if let Some(long) = word.strip_prefix("--") {
                reader.long(long, &mut words, &mut arguments)
            } else if let Some(shorts) = word.strip_prefix('-').filter(|shorts| !shorts.is_empty()) {
                reader.shorts(shorts, &mut words, &mut arguments)
            } else {
                arguments.positional.push(word.clone());
                Ok(())
            };
            outcome
                .map_err(|text| CommandError::message(format!("{text}\nSee 'kubectl {command} --help' for usage.")))?;
        }
        Ok(arguments)
    }

    /// Whether the flag was given.
    pub fn has(&self, name: &str) -> bool {
        self.values.iter().any(|(given, _)| *given == name)
    }

    /// The flag's text, if it was given.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values
            .iter()
            .rev()
            .find(|(given, _)| *given == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether the flag is true; false if it was not given.
    pub fn flag(&self, name: &str) -> bool {
        self.text(name).is_some_and(is_true)
    }

    /// Whether the flag is true, or was not given at all.
    pub fn flag_or_true(&self, name: &str) -> bool {
        self.text(name).is_none_or(is_true)
    }

    /// The flag's texts in order.
    pub fn texts(&self, name: &str) -> Vec<&str> {
        let given = self.values.iter().filter(|(given, _)| *given == name);
        given.flat_map(|(_, value)| value.split(',')).collect()
    }

    /// What a flag that may be repeated was given, commas and all.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let given = self.values.iter().filter(|(given, _)| *given == name);
        given.map(|(_, value)| value.as_str()).collect()
    }

    /// The command as `--record` notes it: the arguments, then the flags by name.
    pub fn change_cause(&self, command: &str) -> String {
        let mut words = vec![format!("kubectl {command}")];
        words.extend(self.positional.iter().cloned());
        let mut flags: Vec<String> = self
            .values
            .iter()
            .map(|(name, value)| format!("--{name}={value}"))
            .collect();
        flags.sort();
        words.extend(flags);
        words.join(" ")
    }

    /// The flag's number, if it was given.
    pub fn int(&self, name: &str) -> Option<i64> {
        self.text(name).and_then(|text| text.parse().ok())
    }

    /// The flag's duration in nanoseconds, if it was given.
    pub fn duration_ns(&self, name: &str) -> Option<i64> {
        self.text(name).and_then(|text| duration::parse_ns(text).ok())
    }
}

/// Whether a text means true.
pub fn is_true(text: &str) -> bool {
    matches!(text, "1" | "t" | "T" | "true" | "TRUE" | "True")
}

struct Reader<'t> {
    tables: &'t [&'t [Flag]],
}

impl Reader<'_> {
    fn find(&self, matches: impl Fn(&Flag) -> bool) -> Option<Flag> {
        self.tables
            .iter()
            .copied()
            .chain([GLOBAL])
            .flatten()
            .copied()
            .find(|flag| matches(flag))
    }

    fn long<'w>(
        &self,
        word: &str,
        rest: &mut impl Iterator<Item = &'w String>,
        arguments: &mut Arguments,
    ) -> std::result::Result<(), String> {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (word, None),
        };
        if name.is_empty() || name.starts_with('-') {
            return Err(format!("bad flag syntax: --{word}"));
        }
        let flag = self
            .find(|flag| flag.name == name)
            .ok_or_else(|| format!("unknown flag: --{name}"))?;
        let value = value
            .or_else(|| flag.bare.map(str::to_owned))
            .or_else(|| rest.next().cloned());
        let value = value.ok_or_else(|| format!("flag needs an argument: --{name}"))?;
        arguments.set(flag, value)
    }

    fn shorts<'w>(
        &self,
        shorts: &str,
        rest: &mut impl Iterator<Item = &'w String>,
        arguments: &mut Arguments,
    ) -> std::result::Result<(), String> {
        let mut left = shorts;
        while let Some(short) = left.chars().next() {
            let flag = self
                .find(|flag| flag.short == Some(short))
                .ok_or_else(|| format!("unknown shorthand flag: '{short}' in -{left}"))?;
            let tail = left.get(short.len_utf8()..).unwrap_or_default();
            if let Some(value) = tail.strip_prefix('=').filter(|value| !value.is_empty()) {
                return arguments.set(flag, value.to_owned());
            }
            if let Some(bare) = flag.bare {
                arguments.set(flag, bare.to_owned())?;
                left = tail;
                continue;
            }
            let value = if tail.is_empty() {
                rest.next().cloned()
            } else {
                Some(tail.to_owned())
            };
            let value = value.ok_or_else(|| format!("flag needs an argument: '{short}' in -{left}"))?;
            return arguments.set(flag, value);
        }
        Ok(())
    }
}

impl Arguments {
    fn set(&mut self, flag: Flag, value: String) -> std::result::Result<(), String> {
        let wrong = match flag.holds {
            Holds::Bool => {
                (!is_boolean(&value)).then(|| format!("strconv.ParseBool: parsing {value:?}: invalid syntax"))
            }
            Holds::Int => value.parse::<i64>().is_err().then(|| {
                let digits = value.strip_prefix(['-', '+']).unwrap_or(&value);
                let in_range = digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit());
                let why = if in_range {
                    "invalid syntax"
                } else {
                    "value out of range"
                };
                format!("strconv.ParseInt: parsing {value:?}: {why}")
            }),
            Holds::Duration => duration::parse_ns(&value).err().map(|error| error.to_string()),
            Holds::Text | Holds::Texts => None,
        };
        if let Some(wrong) = wrong {
            let names = match flag.short {
                Some(short) => format!("-{short}, --{}", flag.name),
                None => format!("--{}", flag.name),
            };
            return Err(format!("invalid argument {value:?} for \"{names}\" flag: {wrong}"));
        }
        self.values.push((flag.name, value));
        Ok(())
    }
}

/// Whether a text is a truth value.
pub fn is_boolean(text: &str) -> bool {
    is_true(text) || matches!(text, "0" | "f" | "F" | "false" | "FALSE" | "False")
}
