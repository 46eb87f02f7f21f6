//! Text from feature files, manifests and simulated processes, made harmless for a page, an XML file and a terminal.
//!
//! Two dangers, one place: characters with a meaning in markup, and characters that cannot be seen but change what is
//! (terminal escapes, reordering of text from right to left). The second kind is shown as a picture (`␛`) or by number
//! (`⟨U+202E⟩`) everywhere, because a reader must see them too.

use std::borrow::Cow;
use std::fmt::{self, Write};

use askama::filters::Escaper;

/// The escaper of all templates (see `askama.toml`). HTML and XML share it: `&#39;` and friends mean the same in both, and no
/// character that XML forbids gets through.
#[derive(Debug, Clone, Copy, Default)]
pub struct Markup;

impl Escaper for Markup {
    fn write_escaped_str<W: Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        let mut clean_from = 0;
        for (index, character) in text.char_indices() {
            let entity = match character {
                '&' => Some("&amp;"),
                '<' => Some("&lt;"),
                '>' => Some("&gt;"),
                '"' => Some("&quot;"),
                '\'' => Some("&#39;"),
                _ => None,
            };
            if entity.is_none() && !is_invisible(character) {
                continue;
            }
            dest.write_str(text.get(clean_from..index).unwrap_or_default())?;
            clean_from = index + character.len_utf8();
            match entity {
                Some(entity) => dest.write_str(entity)?,
                None => write_picture(&mut dest, character)?,
            }
        }
        dest.write_str(text.get(clean_from..).unwrap_or_default())
    }
}

/// `text` with everything invisible made visible; for terminals. Line feeds and tabs stay.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_invisible) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if is_invisible(character) {
            // Writing to a String does not fail.
            let _ = write_picture(&mut out, character);
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

/// Control characters other than line feed and tab, marks that reorder text, and code points that are no characters.
fn is_invisible(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => true,
        '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}' => true,
        other => other.is_control(),
    }
}

fn write_picture<W: Write>(dest: &mut W, character: char) -> fmt::Result {
    let code = u32::from(character);
    // The Control Pictures block mirrors the C0 controls.
    match (code, char::from_u32(0x2400 + code)) {
        (0..=0x1F, Some(picture)) => dest.write_char(picture),
        (0x7F, _) => dest.write_char('␡'),
        _ => write!(dest, "⟨U+{code:04X}⟩"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, markup: &str, terminal: &str) {
        let mut out = String::new();
        Markup
            .write_escaped_str(&mut out, text)
            .expect("a String takes everything");
        assert_eq!(out, markup, "markup of {text:?}");
        assert_eq!(visible(text), terminal, "terminal text of {text:?}");
    }

    #[test]
    fn markup_and_invisible_characters_are_defused() {
        check("plain 한국어 ✓", "plain 한국어 ✓", "plain 한국어 ✓");
        check(
            "<b a=\"1\" c='2'>&",
            "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;",
            "<b a=\"1\" c='2'>&",
        );
        check("]]>", "]]&gt;", "]]>");
        check("a\tb\nc", "a\tb\nc", "a\tb\nc");
        check("\r\u{1b}[2J\0", "␍␛[2J␀", "␍␛[2J␀");
        check("\u{7f}\u{85}\u{9b}", "␡⟨U+0085⟩⟨U+009B⟩", "␡⟨U+0085⟩⟨U+009B⟩");
        check("\u{202e}gpj\u{2066}", "⟨U+202E⟩gpj⟨U+2066⟩", "⟨U+202E⟩gpj⟨U+2066⟩");
        check("\u{feff}\u{ffff}<", "⟨U+FEFF⟩⟨U+FFFF⟩&lt;", "⟨U+FEFF⟩⟨U+FFFF⟩<");
    }
}
