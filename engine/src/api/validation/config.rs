//! ConfigMaps and Secrets (`pkg/apis/core/validation`).

use super::fields::{Errors, IMMUTABLE, Path, Shown, flag, map, part, set, text};
use super::names::config_key_errors;
use crate::api::decode::json_problem;
use serde_json::{Map, Value};

/// The most bytes that the values may have together.
const SIZE_LIMIT: usize = 1024 * 1024;
const ACCOUNT_ANNOTATION: &str = "kubernetes.io/service-account.name";

pub(super) fn check_config_map(config_map: &Value, errors: &mut Errors) {
    let (plain, binary) = (map(config_map, "data"), map(config_map, "binaryData"));
    let has = |bag: Option<&Map<String, Value>>, key: &str| bag.is_some_and(|bag| bag.contains_key(key));
    let mut size = 0;
    for (bag, field, other, other_field) in [
        (plain, "data", binary, "binaryData"),
        (binary, "binaryData", plain, "data"),
    ] {
        let path = Path::new(field);
        for (key, value) in bag.into_iter().flatten() {
            errors.invalid_each(&path.key(key), key, config_key_errors(key));
            if field == "data" && has(other, key) {
                let detail = format!("duplicate of key present in {other_field}");
                errors.invalid(&path.key(key), key.as_str(), detail);
            }
            let value = value.as_str().unwrap_or_default();
            size += if field == "data" {
                value.len()
            } else {
                decoded_len(value)
            };
        }
    }
    if size > SIZE_LIMIT {
        errors.too_long(&Path::new(""), format!("must have at most {SIZE_LIMIT} bytes"));
    }
}

/// How many bytes base64 text stands for.
fn decoded_len(text: &str) -> usize {
    let digits = text
        .bytes()
        .filter(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'));
    digits.count() * 3 / 4
}

/// What base64 text stands for; it has been decoded once before, so it is well formed.
fn decoded(text: &str) -> Vec<u8> {
    let digit = |b: u8| match b {
        b'A'..=b'Z' => Some(b - b'A'),
        b'a'..=b'z' => Some(b - b'a' + 26),
        b'0'..=b'9' => Some(b - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for value in text.bytes().filter_map(digit) {
        bits = (bits << 6 | u32::from(value)) & 0xffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    bytes
}

pub(super) fn check_secret(secret: &Value, errors: &mut Errors) {
    let (data, path) = (part(secret, "data"), Path::new("data"));
    let mut size = 0;
    for (key, value) in map(secret, "data").into_iter().flatten() {
        errors.invalid_each(&path.key(key), key, config_key_errors(key));
        size += decoded_len(value.as_str().unwrap_or_default());
    }
    if size > SIZE_LIMIT {
        errors.too_long(&path, format!("must have at most {SIZE_LIMIT} bytes"));
    }
    let mut require = |keys: &[&str]| {
        for key in keys {
            if set(data, key).is_none() {
                errors.required(&path.key(key), "");
            }
        }
    };
    match text(secret, "type") {
        "kubernetes.io/service-account-token" => {
            let annotations = part(part(secret, "metadata"), "annotations");
            if text(annotations, ACCOUNT_ANNOTATION).is_empty() {
                let path = Path::new("metadata.annotations").key(ACCOUNT_ANNOTATION);
                errors.required(&path, "");
            }
        }
        "kubernetes.io/dockercfg" => check_registry_config(data, ".dockercfg", errors),
        "kubernetes.io/dockerconfigjson" => check_registry_config(data, ".dockerconfigjson", errors),
        // One of the two is enough.
        "kubernetes.io/basic-auth" if set(data, "username").is_none() && set(data, "password").is_none() => {
            require(&["username", "password"]);
        }
        "kubernetes.io/ssh-auth" if text(data, "ssh-privatekey").is_empty() => {
            errors.required(&path.key("ssh-privatekey"), "");
        }
        "kubernetes.io/tls" => require(&["tls.crt", "tls.key"]),
        _ => {}
    }
}

/// Credentials of registries are JSON.
fn check_registry_config(data: &Value, key: &str, errors: &mut Errors) {
    let path = Path::new("data").key(key);
    if set(data, key).is_none() {
        return errors.required(&path, "");
    }
    let bytes = decoded(text(data, key));
    let config = String::from_utf8_lossy(&bytes);
    let why = match serde_json::from_str::<Value>(&config) {
        Ok(Value::Object(_) | Value::Null) => return,
        Ok(other) => {
            let found = match other {
                Value::Array(_) => "array",
                Value::String(_) => "string",
                Value::Bool(_) => "bool",
                _ => "number",
            };
            format!("json: cannot unmarshal {found} into Go value of type map[string]interface {{}}")
        }
        Err(_) => json_problem(&config).unwrap_or_default(),
    };
    errors.invalid(&path, "<secret contents redacted>", why);
}

/// A ConfigMap or Secret that was made immutable stays as it is.
pub(super) fn check_frozen(new: &Value, old: &Value, errors: &mut Errors) {
    if !flag(old, "immutable") {
        return;
    }
    const FROZEN: &str = "field is immutable when `immutable` is set";
    if !flag(new, "immutable") {
        errors.forbidden(&Path::new("immutable"), FROZEN);
    }
    for field in ["data", "binaryData"] {
        if part(new, field) != part(old, field) {
            errors.forbidden(&Path::new(field), FROZEN);
        }
    }
}

/// A secret keeps its type.
pub(super) fn check_secret_update(new: &Value, old: &Value, errors: &mut Errors) {
    if text(new, "type") != text(old, "type") {
        let shown: Shown = text(new, "type").into();
        errors.invalid(&Path::new("type"), shown, IMMUTABLE);
    }
    check_frozen(new, old, errors);
}
