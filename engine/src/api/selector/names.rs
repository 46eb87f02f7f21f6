//! What label keys and values may look like, with the messages of apimachinery's `util/validation`.
//!
//! Documented under "Labels and Selectors: Syntax and character set". Lengths are counted in bytes, as Go's `len` does.

/// The longest name part of a key, and the longest label value.
const LONGEST_NAME: usize = 63;
/// The longest DNS subdomain: the prefix part of a key.
const LONGEST_SUBDOMAIN: usize = 253;

const QUALIFIED_NAME: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an \
    alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is \
    '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and \
    must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation \
    is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and \
    must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
    '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

/// What is wrong with a label or annotation key (`[prefix/]name`); empty when nothing is.
pub fn qualified_name_errors(key: &str) -> Vec<String> {
    let mut errors = Vec::new();
    let name = match key.split_once('/') {
        None => key,
        Some((_, name)) if name.contains('/') => {
            let example = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
            return vec![format!("a qualified name {QUALIFIED_NAME} {example}")];
        }
        Some((prefix, name)) => {
            if prefix.is_empty() {
                errors.push("prefix part must be non-empty".to_owned());
            } else {
                errors.extend(subdomain_errors(prefix).into_iter().map(|e| format!("prefix part {e}")));
            }
            name
        }
    };
    if name.is_empty() {
        errors.push("name part must be non-empty".to_owned());
    } else if name.len() > LONGEST_NAME {
        errors.push(format!("name part {}", too_long(LONGEST_NAME)));
    }
    if !is_name(name) {
        errors.push(format!("name part {QUALIFIED_NAME}"));
    }
    errors
}

/// What is wrong with a label value; empty when nothing is.
pub fn label_value_errors(value: &str) -> Vec<String> {
    let mut errors = Vec::new();
    if value.len() > LONGEST_NAME {
        errors.push(too_long(LONGEST_NAME));
    }
    if !value.is_empty() && !is_name(value) {
        errors.push(LABEL_VALUE.to_owned());
    }
    errors
}

/// What is wrong with a DNS subdomain (the names of most objects); empty when nothing is.
pub fn subdomain_errors(name: &str) -> Vec<String> {
    let mut errors = Vec::new();
    if name.len() > LONGEST_SUBDOMAIN {
        errors.push(too_long(LONGEST_SUBDOMAIN));
    }
    if !name.split('.').all(is_dns_label) {
        errors.push(SUBDOMAIN.to_owned());
    }
    errors
}

fn too_long(longest: usize) -> String {
    format!("must be no more than {longest} characters")
}

/// `([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]`
fn is_name(name: &str) -> bool {
    let edge = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = name.as_bytes();
    let inner = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    edge(bytes.first()) && edge(bytes.last()) && bytes.iter().all(inner)
}

/// `[a-z0-9]([-a-z0-9]*[a-z0-9])?`
fn is_dns_label(label: &str) -> bool {
    let alphanumeric = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = label.as_bytes();
    bytes.first().is_some_and(alphanumeric)
        && bytes.last().is_some_and(alphanumeric)
        && bytes.iter().all(|b| alphanumeric(b) || *b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        let check = |key: &str, expect: &[&str]| {
            let seen = qualified_name_errors(key);
            assert_eq!(seen.len(), expect.len(), "{key}: {seen:?}");
            assert!(
                seen.iter().zip(expect).all(|(s, e)| s.starts_with(e)),
                "{key}: {seen:?}"
            );
        };
        check("app", &[]);
        check("app.kubernetes.io/name", &[]);
        check("a_b.c-D", &[]);
        check(&format!("{}/{}", "a".repeat(253), "b".repeat(63)), &[]);
        check("", &["name part must be non-empty", "name part must consist"]);
        check("/x", &["prefix part must be non-empty"]);
        check("Upper.case/x", &["prefix part a lowercase RFC 1123 subdomain"]);
        check("a..b/x", &["prefix part a lowercase"]);
        check(
            &format!("{}/x", "a".repeat(254)),
            &["prefix part must be no more than 253 characters"],
        );
        check(
            &format!("{}-", "a".repeat(63)),
            &["name part must be no more than 63", "name part must consist"],
        );
        check("a/b/c", &["a qualified name must consist"]);
    }

    #[test]
    fn values() {
        let check = |value: &str, good: bool| assert_eq!(label_value_errors(value).is_empty(), good, "{value}");
        check("", true);
        check("a", true);
        check("1.2-3_x", true);
        check("-a", false);
        check("a.", false);
        check("a b", false);
        check("é", false);
        check(&"a".repeat(63), true);
        check(&"a".repeat(64), false);
    }
}
