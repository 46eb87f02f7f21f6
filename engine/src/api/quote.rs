//! Strings as Go's `%q` prints them: Kubernetes quotes what it refuses this way in its messages.
//!
//! Which characters count as printable is approximated: unassigned code points are printed as they are.

/// `text` in double quotes, with Go's escapes for quotes, backslashes and what cannot be printed.
pub fn go_quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\u{7}' => quoted.push_str("\\a"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{b}' => quoted.push_str("\\v"),
            c if is_printable(c) => quoted.push(c),
            c => quoted.push_str(&match u32::from(c) {
                code @ 0..=0x7f => format!("\\x{code:02x}"),
                code @ 0x80..=0xffff => format!("\\u{code:04x}"),
                code => format!("\\U{code:08x}"),
            }),
        }
    }
    quoted.push('"');
    quoted
}

/// Letters, marks, numbers, punctuation, symbols and the ASCII space; not control, format, private or other space characters.
fn is_printable(c: char) -> bool {
    c == ' '
        || !(c.is_control()
            || c.is_whitespace()
            || matches!(u32::from(c), 0xad | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0xe000..=0xf8ff | 0xfeff | 0xe0000..=0xe0fff | 0xf0000..))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_as_go() {
        let check = |text, expect| assert_eq!(go_quote(text), expect);
        check("", r#""""#);
        check("a\"b\\c", r#""a\"b\\c""#);
        check("\n\t\u{7}\u{0}\u{7f}", r#""\n\t\a\x00\x7f""#);
        check("é１", "\"é１\"");
        check("\u{a0}\u{feff}\u{e0001}", r#""\u00a0\ufeff\U000e0001""#);
    }
}
