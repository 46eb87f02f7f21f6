//! ConfigMaps, Secrets and ServiceAccounts.

use serde_json::Value;

use super::Subject;
use super::head::{labels, name};
use super::page::Page;
use crate::kubectl::field;

/// Describes a ConfigMap.
pub fn config_map(page: &mut Page, subject: &Subject<'_, '_>) {
    let object = subject.object();
    name(page, object);
    labels(page, object);
    page.line(0, "\nData\n====");
    for (key, value) in field::map(object, "data").into_iter().flatten() {
        page.line(0, format!("{key}:\n----\n{}\n", value.as_str().unwrap_or_default()));
    }
    page.line(0, "\nBinaryData\n====");
    for (key, value) in field::map(object, "binaryData").into_iter().flatten() {
        page.line(0, format!("{key}: {} bytes", bytes(value)));
    }
    page.line(0, "");
}

/// Describes a Secret: how long its values are, not what they are.
pub fn secret(page: &mut Page, subject: &Subject<'_, '_>) {
    let object = subject.object();
    name(page, object);
    labels(page, object);
    page.line(0, format!("\nType:\t{}", field::text(object, "type")));
    page.line(0, "\nData\n====");
    for (key, value) in field::map(object, "data").into_iter().flatten() {
        page.field(0, key, format!("{} bytes", bytes(value)));
    }
}

/// How many bytes a text in base64 stands for.
fn bytes(value: &Value) -> usize {
    let text = value.as_str().unwrap_or_default();
    text.trim_end_matches('=').len() * 3 / 4
}

/// Describes a ServiceAccount.
pub fn service_account(page: &mut Page, subject: &Subject<'_, '_>) {
    let object = subject.object();
    name(page, object);
    labels(page, object);
    let names = |path| {
        let list = field::items(object, path);
        list.iter().map(|entry| field::text(entry, "name").to_owned())
    };
    page.list("Image pull secrets", names("imagePullSecrets"));
    page.list("Mountable secrets", names("secrets"));
    page.list("Tokens", []);
}
