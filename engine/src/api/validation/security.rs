//! Security contexts of pods and containers.

use super::fields::{Errors, Path, list, number, part, set, text};
use serde_json::Value;

const ID_RANGE: &str = "must be between 0 and 2147483647, inclusive";
const SYSCTL: &str = "must have at most 253 characters and match regex \
    ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";
const PROFILES: [&str; 3] = ["Localhost", "RuntimeDefault", "Unconfined"];

fn check_id(context: &Value, field: &str, path: &Path, errors: &mut Errors) {
    if let Some(id) = number(context, field).filter(|id| !(0..=i64::from(i32::MAX)).contains(id)) {
        errors.invalid(&path.at(field), id, ID_RANGE);
    }
}

pub(super) fn check_pod_security(context: &Value, path: &Path, errors: &mut Errors) {
    for field in ["fsGroup", "runAsUser", "runAsGroup"] {
        check_id(context, field, path, errors);
    }
    for (i, group) in list(context, "supplementalGroups").iter().enumerate() {
        if let Some(id) = group.as_i64().filter(|id| !(0..=i64::from(i32::MAX)).contains(id)) {
            errors.invalid(&path.at("supplementalGroups").index(i), id, ID_RANGE);
        }
    }
    check_sysctls(context, path, errors);
    errors.one_of_if_set(context, "fsGroupChangePolicy", path, &["Always", "OnRootMismatch"]);
    check_seccomp(context, path, errors);
}

fn check_sysctls(context: &Value, path: &Path, errors: &mut Errors) {
    let mut names = Vec::new();
    for (i, sysctl) in list(context, "sysctls").iter().enumerate() {
        let path = path.at("sysctls").index(i).at("name");
        let name = text(sysctl, "name");
        if name.is_empty() {
            errors.required(&path, "");
        } else if !is_sysctl(name) {
            errors.invalid(&path, name, SYSCTL);
        } else if names.contains(&name) {
            errors.duplicate(&path, name);
        }
        names.push(name);
    }
}

fn is_sysctl(name: &str) -> bool {
    let is_segment = |segment: &str| {
        let edge = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let bytes = segment.as_bytes();
        let inner = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
        edge(bytes.first()) && edge(bytes.last()) && bytes.iter().all(inner)
    };
    name.len() <= 253 && name.split(['.', '/']).all(is_segment)
}

fn check_seccomp(context: &Value, path: &Path, errors: &mut Errors) {
    let Some(profile) = set(context, "seccompProfile") else {
        return;
    };
    let path = path.at("seccompProfile");
    match text(profile, "type") {
        "" => errors.required(&path.at("type"), "type is required when seccompProfile is set"),
        "Localhost" if text(profile, "localhostProfile").is_empty() => {
            errors.required(
                &path.at("localhostProfile"),
                "must be set when seccomp type is Localhost",
            );
        }
        "Localhost" => {}
        kind if !PROFILES.contains(&kind) => errors.not_supported(&path.at("type"), kind, &PROFILES),
        _ if set(profile, "localhostProfile").is_some() => {
            let detail = "can only be set when seccomp type is Localhost";
            errors.invalid(&path.at("localhostProfile"), text(profile, "localhostProfile"), detail);
        }
        _ => {}
    }
}

pub(super) fn check_container_security(context: &Value, path: &Path, errors: &mut Errors) {
    for field in ["runAsUser", "runAsGroup"] {
        check_id(context, field, path, errors);
    }
    errors.one_of_if_set(context, "procMount", path, &["Default", "Unmasked"]);
    check_seccomp(context, path, errors);
    if context.get("allowPrivilegeEscalation") != Some(&Value::Bool(false)) {
        return;
    }
    if context.get("privileged") == Some(&Value::Bool(true)) {
        let detail = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true";
        errors.invalid(path, super::fields::Shown(go_context(context)), detail);
    }
    let added = list(part(context, "capabilities"), "add");
    if added
        .iter()
        .any(|c| matches!(c.as_str(), Some("SYS_ADMIN" | "CAP_SYS_ADMIN")))
    {
        let detail = "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN";
        errors.invalid(path, super::fields::Shown(go_context(context)), detail);
    }
}

/// A security context as Go prints it: which of its fields are set.
fn go_context(context: &Value) -> String {
    let fields = [
        ("Capabilities", "capabilities", "*core.Capabilities"),
        ("Privileged", "privileged", "*bool"),
        ("SELinuxOptions", "seLinuxOptions", "*core.SELinuxOptions"),
        (
            "WindowsOptions",
            "windowsOptions",
            "*core.WindowsSecurityContextOptions",
        ),
        ("RunAsUser", "runAsUser", "*int64"),
        ("RunAsGroup", "runAsGroup", "*int64"),
        ("RunAsNonRoot", "runAsNonRoot", "*bool"),
        ("ReadOnlyRootFilesystem", "readOnlyRootFilesystem", "*bool"),
        ("AllowPrivilegeEscalation", "allowPrivilegeEscalation", "*bool"),
        ("ProcMount", "procMount", "*core.ProcMountType"),
        ("SeccompProfile", "seccompProfile", "*core.SeccompProfile"),
    ];
    let shown = fields.map(|(name, field, kind)| {
        format!(
            "{name}:({kind})({})",
            if set(context, field).is_some() { "<ptr>" } else { "nil" }
        )
    });
    format!("core.SecurityContext{{{}}}", shown.join(", "))
}
