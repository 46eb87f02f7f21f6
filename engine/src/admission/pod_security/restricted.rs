//! The Restricted standard: what every container must say to be hardened, beside what Baseline forbids.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Violation;
use super::containers::{all, context, field, named, names, plural, quoted, setters};
use crate::api::json as read;

/// Volumes that a pod may have.
const VOLUMES: [&str; 9] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

/// Everything in a pod that the standard forbids, by the names of the checks.
pub fn check(spec: &Value) -> Vec<Violation> {
    let is_windows = spec.pointer("/os/name").is_some_and(|name| name == "windows");
    let unless_windows = |check: fn(&Value) -> Option<Violation>| (!is_windows).then(|| check(spec)).flatten();
    let found = [
        unless_windows(privilege_escalation),
        unless_windows(capabilities),
        volumes(spec),
        run_as_non_root(spec),
        run_as_user(spec),
        unless_windows(seccomp),
    ];
    found.into_iter().flatten().collect()
}

fn privilege_escalation(spec: &Value) -> Option<Violation> {
    let is_bad = |container: &Value| field(container, "/allowPrivilegeEscalation") != Some(&Value::Bool(false));
    let bad = names(spec, is_bad);
    let detail = || {
        format!(
            "{} must set securityContext.allowPrivilegeEscalation=false",
            named(&bad)
        )
    };
    (!bad.is_empty()).then(|| Violation::new("allowPrivilegeEscalation != false", detail()))?
}

fn capabilities(spec: &Value) -> Option<Violation> {
    let listed = |container: &Value, list: &str| {
        let capabilities = field(container, "/capabilities");
        capabilities
            .map(|capabilities| read::texts(capabilities, list))
            .unwrap_or_default()
    };
    let keeps = names(spec, |container| {
        !listed(container, "drop").iter().any(|name| name == "ALL")
    });
    let added = |container: &Value| {
        listed(container, "add")
            .into_iter()
            .filter(|name| name != "NET_BIND_SERVICE")
    };
    let adds = names(spec, |container| added(container).next().is_some());
    let mut details = Vec::new();
    if !keeps.is_empty() {
        details.push(format!(
            "{} must set securityContext.capabilities.drop=[\"ALL\"]",
            named(&keeps)
        ));
    }
    if !adds.is_empty() {
        let forbidden: BTreeSet<String> = all(spec).flat_map(added).map(|name| name.to_string()).collect();
        let forbidden: Vec<String> = forbidden.into_iter().collect();
        let forbidden = quoted(&forbidden);
        details.push(format!(
            "{} must not include {forbidden} in securityContext.capabilities.add",
            named(&adds)
        ));
    }
    (!details.is_empty()).then(|| Violation::new("unrestricted capabilities", details.join("; ")))?
}

fn volumes(spec: &Value) -> Option<Violation> {
    let kind = |volume: &Value| {
        let members = volume.as_object()?;
        let sources = members.keys().filter(|key| *key != "name");
        sources
            .into_iter()
            .find(|key| !VOLUMES.contains(&key.as_str()))
            .cloned()
    };
    let bad = read::list(spec, "volumes")
        .iter()
        .filter_map(|volume| Some((read::text(volume, "name"), kind(volume)?)));
    let (names, kinds): (Vec<String>, BTreeSet<String>) = bad.map(|(name, kind)| (name.to_string(), kind)).unzip();
    let kinds: Vec<String> = kinds.into_iter().collect();
    if names.is_empty() {
        return None;
    }
    let (volumes, uses) = (
        plural("volume", "volumes", names.len()),
        plural("uses", "use", names.len()),
    );
    let types = plural("type", "types", kinds.len());
    let detail = format!(
        "{volumes} {} {uses} restricted volume {types} {}",
        quoted(&names),
        quoted(&kinds)
    );
    Violation::new("restricted volume types", detail)
}

fn run_as_non_root(spec: &Value) -> Option<Violation> {
    let reason = "runAsNonRoot != true";
    let says = |of: &Value, wanted: bool| context(of).get("runAsNonRoot") == Some(&Value::Bool(wanted));
    let denies = names(spec, |container| says(container, false));
    if !denies.is_empty() || says(spec, false) {
        let setters = setters(says(spec, false), &denies);
        return Violation::new(
            reason,
            format!("{setters} must not set securityContext.runAsNonRoot=false"),
        );
    }
    let silent = names(spec, |container| !says(container, true) && !says(spec, true));
    let detail = || format!("pod or {} must set securityContext.runAsNonRoot=true", named(&silent));
    (!silent.is_empty()).then(|| Violation::new(reason, detail()))?
}

fn run_as_user(spec: &Value) -> Option<Violation> {
    let is_root = |of: &Value| read::int(context(of), "runAsUser") == Some(0);
    let (pod, bad) = (is_root(spec), names(spec, is_root));
    let detail = || format!("{} must not set runAsUser=0", setters(pod, &bad));
    (pod || !bad.is_empty()).then(|| Violation::new("runAsUser=0", detail()))?
}

fn seccomp(spec: &Value) -> Option<Violation> {
    let profile = |of: &Value| {
        field(of, "/seccompProfile/type")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let is_good = |profile: &str| matches!(profile, "RuntimeDefault" | "Localhost");
    let is_bad = |of: &Value| !profile(of).is_empty() && !is_good(&profile(of));
    let (pod, bad) = (is_bad(spec), names(spec, is_bad));
    if pod || !bad.is_empty() {
        let words: BTreeSet<String> = std::iter::once(spec)
            .chain(all(spec))
            .filter(|of| is_bad(of))
            .map(profile)
            .collect();
        let words: Vec<String> = words.into_iter().collect();
        let setters = setters(pod, &bad);
        let detail = format!(
            "{setters} must not set securityContext.seccompProfile.type to {}",
            quoted(&words)
        );
        return Violation::new("seccompProfile", detail);
    }
    let silent = names(spec, |container| {
        profile(container).is_empty() && profile(spec).is_empty()
    });
    let detail = || {
        let containers = named(&silent);
        format!(
            "pod or {containers} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\""
        )
    };
    (!silent.is_empty()).then(|| Violation::new("seccompProfile", detail()))?
}
