//! Words that are values: what looks like one, what nearly does and how it would be right.

/// The price of a value that only has to be written otherwise: `'web'` for `"web"`, `three` for `3`.
const WRITTEN_OTHERWISE: f64 = 0.2;
/// The price of a name without its quotes.
const WITHOUT_QUOTES: f64 = 0.45;
/// The price of a word that is no such value at all.
const NO_VALUE: f64 = 0.8;

const NUMBERS: [&str; 11] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
];

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// `"web"`
    Quoted,
    /// `3`
    Number,
    /// `256Mi`
    Quantity,
    /// `90s`
    Duration,
    /// `` `kubectl get pods` ``
    Command,
    /// `statefulset`
    Word,
}

impl Value {
    /// What a parameter of one word looks like; none for those that have templates.
    pub fn of_parameter(name: &str) -> Option<Self> {
        match name {
            "string" => Some(Self::Quoted),
            "int" | "float" => Some(Self::Number),
            "quantity" => Some(Self::Quantity),
            "short" => Some(Self::Duration),
            "command" => Some(Self::Command),
            "word" => Some(Self::Word),
            _ => None,
        }
    }

    /// What stands where a value is missing: something to be replaced.
    pub fn made_up(self) -> &'static str {
        match self {
            Self::Quoted => "\"…\"",
            Self::Number => "1",
            Self::Quantity => "100Mi",
            Self::Duration => "5m",
            Self::Command => "`kubectl get pods`",
            Self::Word => "deployment",
        }
    }

    /// What it costs to read a word as this value, and how that is written. `suffix` must stand right behind it.
    pub fn read(self, word: &str, suffix: &str) -> (f64, String) {
        let bare = word.strip_suffix(suffix).unwrap_or(word);
        let bare = if suffix.is_empty() || bare != word {
            bare
        } else {
            bare.trim_end_matches([',', ':'])
        };
        let (cost, right) = match self {
            Self::Quoted => quoted(bare),
            Self::Number => number(bare),
            Self::Quantity => unit(bare, &["Bytes", "bytes", "B", "b"], is_quantity),
            Self::Duration => unit(bare, &["ins", "in", "ecs", "ec", "rs", "r"], is_duration),
            Self::Command => command(bare),
            Self::Word => (0.0, bare.to_owned()),
        };
        let written = format!("{right}{suffix}");
        (
            if cost == 0.0 && written != word {
                WRITTEN_OTHERWISE
            } else {
                cost
            },
            written,
        )
    }
}

fn is_between(word: &str, open: char, close: char) -> bool {
    word.len() > 1 && word.starts_with(open) && word.ends_with(close)
}

fn quoted(word: &str) -> (f64, String) {
    if is_between(word, '"', '"') {
        return (0.0, word.to_owned());
    }
    let name = word.trim_matches(['"', '\'', '“', '”', '`']);
    let cost = if name == word {
        WITHOUT_QUOTES
    } else {
        WRITTEN_OTHERWISE
    };
    (cost, format!("\"{name}\""))
}

fn number(word: &str) -> (f64, String) {
    if !word.is_empty() && word.chars().all(|c| c.is_ascii_digit()) {
        return (0.0, word.to_owned());
    }
    let meant = NUMBERS.iter().position(|number| word.eq_ignore_ascii_case(number));
    meant.map_or((NO_VALUE, word.to_owned()), |number| {
        (WRITTEN_OTHERWISE, number.to_string())
    })
}

fn command(word: &str) -> (f64, String) {
    if is_between(word, '`', '`') {
        return (0.0, word.to_owned());
    }
    let line = word.trim_matches(['"', '\'', '`']);
    if line.starts_with("kubectl ") {
        (WRITTEN_OTHERWISE, format!("`{line}`"))
    } else {
        (NO_VALUE, word.to_owned())
    }
}

/// A number with a unit, which is right as `looks_right` has it or without the ends that people write behind it.
fn unit(word: &str, ends: &[&str], looks_right: impl Fn(&str) -> bool) -> (f64, String) {
    if looks_right(word) {
        return (0.0, word.to_owned());
    }
    let shorter = ends.iter().filter_map(|end| word.strip_suffix(end));
    match shorter.into_iter().find(|shorter| looks_right(shorter)) {
        Some(meant) => (WRITTEN_OTHERWISE, meant.to_owned()),
        None => (NO_VALUE, word.to_owned()),
    }
}

fn is_quantity(word: &str) -> bool {
    is_parameter::<crate::parameters::Amount>(word)
}

fn is_duration(word: &str) -> bool {
    is_parameter::<crate::parameters::VirtualDuration>(word) && !word.contains(' ')
}

/// Whether a word is what a parameter reads; all of ours begin with a digit.
fn is_parameter<P: std::str::FromStr>(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_digit()) && word.parse::<P>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: Value, word: &str, suffix: &str, expect: Option<&str>) {
        let (cost, written) = value.read(word, suffix);
        assert_eq!((cost < NO_VALUE).then_some(written.as_str()), expect, "{word}");
        assert_eq!(cost == 0.0, written == word, "{word} costs {cost}");
    }

    #[test]
    fn values_are_put_right() {
        check(Value::Quoted, "\"web\"", "", Some("\"web\""));
        check(Value::Quoted, "'web'", "", Some("\"web\""));
        check(Value::Quoted, "“web”", "", Some("\"web\""));
        check(Value::Quoted, "web", ",", Some("\"web\","));
        check(Value::Number, "3", "", Some("3"));
        check(Value::Number, "three", "", Some("3"));
        check(Value::Duration, "5min,", ",", Some("5m,"));
        check(Value::Duration, "5m", ",", Some("5m,"));
        check(Value::Duration, "30secs", "", Some("30s"));
        check(Value::Quantity, "300MB", "", Some("300M"));
        check(Value::Quantity, "300MiB", "", Some("300Mi"));
        check(Value::Command, "kubectl get pods", "", Some("`kubectl get pods`"));
        check(Value::Command, "\"kubectl get pods\"", "", Some("`kubectl get pods`"));
        assert_eq!(Value::Number.read("some", "").0, NO_VALUE);
        assert_eq!(Value::Duration.read("soon", "").0, NO_VALUE);
        assert_eq!(Value::Command.read("helm", "").0, NO_VALUE);
    }
}
