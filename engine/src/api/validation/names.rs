//! Rules of names that labels do not need: DNS labels, ports, environment variables, keys of config maps (apimachinery's
//! `util/validation`).

const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end \
    with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const LABEL_1035: &str = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic \
    character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is \
    '[a-z]([-a-z0-9]*[a-z0-9])?')";
const VARIABLE: &str = "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and \
    must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is \
    '[-._a-zA-Z][-._a-zA-Z0-9]*')";
const CONFIG_KEY: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or \
    'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const HEADER: &str = "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for \
    validation is '[-A-Za-z0-9]+')";
const PERCENT: &str = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex \
    used for validation is '[0-9]+%')";

const WILDCARD: &str = "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of \
    lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for \
    validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

const LONGEST_SUBDOMAIN: usize = 253;
const LONGEST_LABEL: usize = 63;
const LONGEST_PORT_NAME: usize = 15;

fn too_long(longest: usize) -> String {
    format!("must be no more than {longest} characters")
}

fn is_lower(b: u8) -> bool {
    b.is_ascii_lowercase() || b.is_ascii_digit()
}

fn is_label(name: &str) -> bool {
    let bytes = name.as_bytes();
    bytes.first().is_some_and(|b| is_lower(*b))
        && bytes.last().is_some_and(|b| is_lower(*b))
        && bytes.iter().all(|b| is_lower(*b) || *b == b'-')
}

/// What is wrong with a DNS label: names of containers, volumes, namespaces.
pub(super) fn label_errors(name: &str) -> Vec<String> {
    let mut errors = Vec::new();
    if name.len() > LONGEST_LABEL {
        errors.push(too_long(LONGEST_LABEL));
    }
    if !is_label(name) {
        // What is a name of several labels has too many of them.
        let is_subdomain = name.split('.').all(is_label);
        let message = if is_subdomain { "must not contain dots" } else { LABEL };
        errors.push(message.to_owned());
    }
    errors
}

/// What is wrong with a DNS label of the older kind, which begins with a letter: names of services.
pub(super) fn label_1035_errors(name: &str) -> Vec<String> {
    let mut errors = Vec::new();
    if name.len() > LONGEST_LABEL {
        errors.push(too_long(LONGEST_LABEL));
    }
    if !is_label(name) || !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        errors.push(LABEL_1035.to_owned());
    }
    errors
}

/// What is wrong with a host's name that begins with a wildcard.
pub(super) fn wildcard_errors(name: &str) -> Vec<String> {
    let mut errors = Vec::new();
    if name.len() > LONGEST_SUBDOMAIN {
        errors.push(too_long(LONGEST_SUBDOMAIN));
    }
    let is_wildcard = name
        .strip_prefix("*.")
        .is_some_and(|rest| rest.split('.').all(is_label));
    if !is_wildcard {
        errors.push(WILDCARD.to_owned());
    }
    errors
}

/// What is wrong with a name that only has to be usable in a URL.
pub(super) fn path_segment_errors(name: &str) -> Vec<String> {
    match name {
        "." | ".." => vec![format!("may not be '{name}'")],
        _ => ["/", "%"]
            .into_iter()
            .filter(|c| name.contains(c))
            .map(|c| format!("may not contain '{c}'"))
            .collect(),
    }
}

/// What is wrong with a port's name.
pub(crate) fn port_name_errors(name: &str) -> Vec<String> {
    let mut errors = Vec::new();
    if name.len() > LONGEST_PORT_NAME {
        errors.push(too_long(LONGEST_PORT_NAME));
    }
    if name.is_empty() || !name.bytes().all(|b| is_lower(b) || b == b'-') {
        errors.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)".to_owned());
    }
    if !name.bytes().any(|b| b.is_ascii_lowercase()) {
        errors.push("must contain at least one letter (a-z)".to_owned());
    }
    if name.contains("--") {
        errors.push("must not contain consecutive hyphens".to_owned());
    }
    if name.starts_with('-') || name.ends_with('-') {
        errors.push("must not begin or end with a hyphen".to_owned());
    }
    errors
}

/// What is wrong with a port's number.
pub(super) fn port_number_error(port: i64) -> Option<&'static str> {
    (!(1..=65_535).contains(&port)).then_some("must be between 1 and 65535, inclusive")
}

fn is_config_key(key: &str) -> bool {
    !key.is_empty()
        && key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// Names that would be directories: `.` and what begins with `..`.
fn directory_errors(name: &str) -> Option<String> {
    match name {
        "." => Some("must not be '.'".to_owned()),
        ".." => Some("must not be '..'".to_owned()),
        _ if name.starts_with("..") => Some("must not start with '..'".to_owned()),
        _ => None,
    }
}

/// What is wrong with an environment variable's name.
pub(crate) fn variable_errors(name: &str) -> Vec<String> {
    let mut errors = Vec::new();
    if !is_config_key(name) || name.starts_with(|c: char| c.is_ascii_digit()) {
        errors.push(VARIABLE.to_owned());
    }
    errors.extend(directory_errors(name));
    errors
}

/// What is wrong with a key of a config map or secret.
pub(crate) fn config_key_errors(key: &str) -> Vec<String> {
    let mut errors = Vec::new();
    if key.len() > 253 {
        errors.push(too_long(253));
    }
    if !is_config_key(key) {
        errors.push(CONFIG_KEY.to_owned());
    }
    errors.extend(directory_errors(key));
    errors
}

/// What is wrong with an HTTP header's name.
pub(super) fn header_error(name: &str) -> Option<&'static str> {
    let is_header = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    (!is_header).then_some(HEADER)
}

/// What is wrong with a percentage.
pub(super) fn percent_error(text: &str) -> Option<&'static str> {
    let is_percent = text
        .strip_suffix('%')
        .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    (!is_percent).then_some(PERCENT)
}
