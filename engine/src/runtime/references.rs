//! References to variables in what a manifest says: `$(NAME)`.

use smol_str::SmolStr;

/// `$(NAME)` in commands, arguments and variables, by the environment so far; `$$` is a dollar, unknown names stay
/// (documentation "Define Dependent Environment Variables").
pub fn expand_references(word: &str, environment: &[(SmolStr, SmolStr)]) -> String {
    if !word.contains('$') {
        return word.to_owned();
    }
    let mut result = String::new();
    let mut rest = word;
    while let Some(at) = rest.find('$') {
        result.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            result.push('$');
            rest = after;
        } else if let Some((name, after)) = rest.strip_prefix('(').and_then(|inner| inner.split_once(')')) {
            match environment.iter().rev().find(|(known, _)| known == name) {
                Some((_, value)) => result.push_str(value),
                None => result.push_str(&format!("$({name})")),
            }
            rest = after;
        } else {
            result.push('$');
        }
    }
    result + rest
}
