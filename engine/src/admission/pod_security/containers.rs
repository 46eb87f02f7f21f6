//! Words about the containers of a pod.

use serde_json::Value;

use crate::api::json as read;

/// Every container of a pod: init containers, containers, ephemeral ones.
pub fn all(spec: &Value) -> impl Iterator<Item = &Value> {
    let lists = ["initContainers", "containers", "ephemeralContainers"];
    lists.into_iter().flat_map(move |list| read::list(spec, list))
}

/// The names of the containers of which something is true.
pub fn names(spec: &Value, is_bad: impl Fn(&Value) -> bool) -> Vec<String> {
    all(spec)
        .filter(|container| is_bad(container))
        .map(|container| read::text(container, "name").to_string())
        .collect()
}

/// A container's `securityContext`, or the pod's.
pub fn context(of: &Value) -> &Value {
    of.get("securityContext").unwrap_or(&Value::Null)
}

/// A field of a `securityContext`, by its path.
pub fn field<'a>(of: &'a Value, path: &str) -> Option<&'a Value> {
    context(of).pointer(path).filter(|value| !value.is_null())
}

/// One word or the other.
pub fn plural<'a>(one: &'a str, many: &'a str, count: usize) -> &'a str {
    if count == 1 { one } else { many }
}

/// `"a", "b"`.
pub fn quoted(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    quoted.join(", ")
}

/// `container "a"` or `containers "a", "b"`.
pub fn named(names: &[String]) -> String {
    format!("{} {}", plural("container", "containers", names.len()), quoted(names))
}

/// `pod and container "a"`: whoever has set something.
pub fn setters(pod: bool, containers: &[String]) -> String {
    match (pod, containers.is_empty()) {
        (true, true) => "pod".to_owned(),
        (true, false) => format!("pod and {}", named(containers)),
        _ => named(containers),
    }
}
