//! YAML as kubectl prints it: keys in natural order, lists not indented, scalars quoted only where they must be, long lines
//! folded at 80 columns.
//!
//! Source of the rules: the YAML 1.1 specification as libyaml and go-yaml v2 (`sigs.k8s.io/yaml`) implement it. Deliberately not
//! modelled: keys longer than 128 characters (written as others are), and binary text.

use std::cmp::Ordering;
use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::plain::resolves_to_text;

/// The column behind which a space becomes a line break.
const BEST_WIDTH: usize = 80;
/// How deep values are written; decoding allows no deeper objects.
const DEPTH_MAX: usize = 256;

/// The YAML text of a value, ended by a newline.
pub fn to_yaml(value: &Value) -> String {
    let mut emitter = Emitter::default();
    emitter.node(value, 0, 0);
    emitter.finish_line();
    emitter.out
}

#[derive(Default)]
struct Emitter {
    out: String,
    /// Characters written on the current line.
    column: usize,
}

impl Emitter {
    fn put(&mut self, text: &str) {
        for c in text.chars() {
            self.put_char(c);
        }
    }

    fn put_char(&mut self, c: char) {
        self.out.push(c);
        self.column = if c == '\n' { 0 } else { self.column + 1 };
    }

    fn finish_line(&mut self) {
        if self.column > 0 {
            self.put_char('\n');
        }
    }

    fn indent(&mut self, indent: usize) {
        self.finish_line();
        for _ in 0..indent {
            self.put_char(' ');
        }
    }

    /// Writes a value whose first line goes on at the present column, and whose further lines begin at `indent`.
    fn node(&mut self, value: &Value, indent: usize, depth: usize) {
        match value {
            Value::Object(map) if !map.is_empty() && depth < DEPTH_MAX => self.mapping(map, indent, depth),
            Value::Array(list) if !list.is_empty() && depth < DEPTH_MAX => self.sequence(list, indent, depth),
            Value::Object(_) => self.put("{}"),
            Value::Array(_) => self.put("[]"),
            Value::String(text) => self.text(text, indent + 2, false),
            scalar => self.put(&scalar.to_string()),
        }
    }

    fn mapping(&mut self, map: &Map<String, Value>, indent: usize, depth: usize) {
        let mut entries: Vec<(&String, &Value)> = map.iter().collect();
        entries.sort_by(|(a, _), (b, _)| natural_order(a, b));
        for (i, (key, value)) in entries.into_iter().enumerate() {
            if i > 0 {
                self.indent(indent);
            }
            self.text(key, indent + 2, true);
            self.put_char(':');
            match value {
                Value::Object(map) if !map.is_empty() => {
                    self.indent(indent + 2);
                    self.node(value, indent + 2, depth + 1);
                }
                Value::Array(list) if !list.is_empty() => {
                    self.indent(indent);
                    self.node(value, indent, depth + 1);
                }
                Value::String(text) => {
                    self.put_char(' ');
                    self.text(text, indent + 2, false);
                }
                scalar => {
                    self.put_char(' ');
                    self.node(scalar, indent, depth + 1);
                }
            }
        }
    }

    fn sequence(&mut self, list: &[Value], indent: usize, depth: usize) {
        for (i, value) in list.iter().enumerate() {
            if i > 0 {
                self.indent(indent);
            }
            self.put("- ");
            match value {
                Value::String(text) => self.text(text, indent + 2, false),
                other => self.node(other, indent + 2, depth + 1),
            }
        }
    }

    /// Writes text in the style it needs; folded lines and blocks are indented by `indent`.
    fn text(&mut self, text: &str, indent: usize, is_key: bool) {
        let shape = Shape::of(text);
        let wanted = if text.contains('\n') {
            Style::Literal
        } else if resolves_to_text(text) {
            Style::Plain
        } else {
            Style::Double
        };
        match wanted {
            Style::Plain if shape.plain => self.folded(text, indent, is_key, false),
            Style::Plain if shape.single => self.single_quoted(text, indent, is_key),
            Style::Literal if shape.block && !is_key => self.literal(text, indent),
            _ => self.double_quoted(text, indent, is_key),
        }
    }

    fn folded(&mut self, text: &str, indent: usize, is_key: bool, inside_quotes: bool) {
        let chars: Vec<char> = text.chars().collect();
        let mut after_space = false;
        for (i, &c) in chars.iter().enumerate() {
            let inner = !inside_quotes || (i > 0 && i + 1 < chars.len());
            let breaks = c == ' ' && !is_key && !after_space && self.column > BEST_WIDTH && inner;
            if breaks && chars.get(i + 1) != Some(&' ') {
                self.indent(indent);
            } else {
                if inside_quotes && c == '\'' {
                    self.put_char('\'');
                }
                self.put_char(c);
            }
            after_space = c == ' ';
        }
    }

    fn single_quoted(&mut self, text: &str, indent: usize, is_key: bool) {
        self.put_char('\'');
        self.folded(text, indent, is_key, true);
        self.put_char('\'');
    }

    fn double_quoted(&mut self, text: &str, indent: usize, is_key: bool) {
        self.put_char('"');
        let chars: Vec<char> = text.chars().collect();
        let mut after_space = false;
        for (i, &c) in chars.iter().enumerate() {
            let inner = i > 0 && i + 1 < chars.len();
            if c == ' ' && !is_key && !after_space && self.column > BEST_WIDTH && inner {
                self.indent(indent);
                if chars.get(i + 1) == Some(&' ') {
                    self.put_char('\\');
                }
            } else if !is_printable(c) || is_break(c) || c == '"' || c == '\\' {
                self.put(&escape(c));
            } else {
                self.put_char(c);
            }
            after_space = c == ' ';
        }
        self.put_char('"');
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.put_char('|');
        if text.starts_with([' ', '\n']) {
            self.put_char('2');
        }
        if !text.ends_with('\n') {
            self.put_char('-');
        } else if text == "\n" || text.ends_with("\n\n") {
            self.put_char('+');
        }
        self.put_char('\n');
        for line in text.split_inclusive('\n') {
            if line != "\n" {
                for _ in 0..indent {
                    self.put_char(' ');
                }
            }
            self.put(line);
        }
    }
}

enum Style {
    Plain,
    Literal,
    Double,
}

/// Which styles a text can be written in.
struct Shape {
    plain: bool,
    single: bool,
    block: bool,
}

impl Shape {
    fn of(text: &str) -> Shape {
        let chars: Vec<char> = text.chars().collect();
        let (Some(first), Some(last)) = (chars.first(), chars.last()) else {
            return Shape {
                plain: true,
                single: true,
                block: false,
            };
        };
        let blank = |c: Option<&char>| c.is_none_or(|&c| c == ' ' || c == '\t' || is_break(c));
        let mut indicators = text.starts_with("---") || text.starts_with("...");
        let mut shape = Shape {
            plain: true,
            single: true,
            block: true,
        };
        for (i, &c) in chars.iter().enumerate() {
            let (before, after) = (i.checked_sub(1).and_then(|i| chars.get(i)), chars.get(i + 1));
            indicators |= match c {
                '#' if i > 0 => blank(before),
                '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' => {
                    i == 0
                }
                '?' | '-' => i == 0 && blank(after),
                ':' => blank(after),
                _ => false,
            };
            let breaks_space = c == ' ' && before.is_some_and(|&c| is_break(c));
            let spaces_break = is_break(c) && before == Some(&' ');
            if breaks_space {
                (shape.plain, shape.single) = (false, false);
            }
            if spaces_break || !is_printable(c) {
                (shape.plain, shape.single, shape.block) = (false, false, false);
            }
            shape.plain &= !is_break(c);
        }
        let edge = |c: &char| *c == ' ' || is_break(*c);
        shape.plain &= !edge(first) && !edge(last) && !indicators;
        shape.block &= *last != ' ';
        shape
    }
}

fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
        || c == '\u{85}'
}

fn escape(c: char) -> String {
    let short = match c {
        '\0' => "\\0",
        '\u{7}' => "\\a",
        '\u{8}' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\u{b}' => "\\v",
        '\u{c}' => "\\f",
        '\r' => "\\r",
        '\u{1b}' => "\\e",
        '"' => "\\\"",
        '\\' => "\\\\",
        '\u{85}' => "\\N",
        '\u{a0}' => "\\_",
        '\u{2028}' => "\\L",
        '\u{2029}' => "\\P",
        _ => "",
    };
    if !short.is_empty() {
        return short.to_owned();
    }
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = match u32::from(c) {
        code @ 0..=0xff => write!(text, "\\x{code:02X}"),
        code @ 0x100..=0xffff => write!(text, "\\u{code:04X}"),
        code => write!(text, "\\U{code:08X}"),
    };
    text
}

/// The order of keys: letters behind everything else, numbers in text by their value.
fn natural_order(a: &str, b: &str) -> Ordering {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let Some(at) = a.iter().zip(&b).position(|(x, y)| x != y) else {
        return a.len().cmp(&b.len());
    };
    let (Some(&x), Some(&y)) = (a.get(at), b.get(at)) else {
        return Ordering::Equal;
    };
    match (x.is_alphabetic(), y.is_alphabetic()) {
        (true, true) => return x.cmp(&y),
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    let before: Vec<char> = a
        .iter()
        .take(at)
        .rev()
        .take_while(|c| c.is_ascii_digit())
        .copied()
        .collect();
    let leading = u64::from((x == '0' || y == '0') && before.iter().any(|c| *c != '0'));
    let number = |text: &[char]| {
        let digits: Vec<u64> = text
            .iter()
            .skip(at)
            .map_while(|c| c.to_digit(10))
            .map(u64::from)
            .collect();
        let value = digits
            .iter()
            .fold(leading, |value, digit| value.wrapping_mul(10).wrapping_add(*digit));
        (value, digits.len())
    };
    number(&a).cmp(&number(&b)).then(x.cmp(&y))
}
