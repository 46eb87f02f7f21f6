//! The Baseline standard: what is known to let a container out of its box.

use std::collections::BTreeSet;

use serde_json::Value;

use super::containers::{all, context, field, named, names, plural, quoted, setters};
use super::{PodLook, Violation};
use crate::api::json as read;
use crate::settings::Settings;

/// Capabilities that a container may add.
const CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];
/// Sysctls that a pod may set.
const SYSCTLS: [&str; 6] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_local_reserved_ports",
];
/// … and since v1.29.
const SYSCTLS_SINCE_29: [&str; 4] = [
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
];
/// … and since v1.32.
const SYSCTLS_SINCE_32: [&str; 2] = ["net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"];
/// SELinux types that a container may have.
const SELINUX_TYPES: [&str; 4] = ["", "container_t", "container_init_t", "container_kvm_t"];
/// … and since v1.31.
const SELINUX_TYPE_SINCE_31: &str = "container_engine_t";

/// Everything in a pod that the standard forbids, by the names of the checks; what the stricter standard says in other words is
/// left to it.
pub fn check(pod: PodLook<'_>, is_restricted: bool, settings: &Settings) -> Vec<Violation> {
    let spec = pod.spec;
    let unless_restricted = |check: fn(&Value) -> Option<Violation>| (!is_restricted).then(|| check(spec)).flatten();
    let found = [
        app_armor(pod, settings),
        unless_restricted(capabilities),
        host_namespaces(spec),
        unless_restricted(host_paths),
        host_ports(spec),
        privileged(spec),
        proc_mount(spec),
        selinux(spec, settings),
        unless_restricted(seccomp),
        sysctls(spec, settings),
        host_process(spec),
    ];
    found.into_iter().flatten().collect()
}

/// AppArmor profiles, in the fields and in the older annotations.
fn app_armor(pod: PodLook<'_>, settings: &Settings) -> Option<Violation> {
    const PREFIX: &str = "container.apparmor.security.beta.kubernetes.io/";
    let profile = |of: &Value| {
        field(of, "/appArmorProfile/type")
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let bad = |of: &Value| profile(of).filter(|profile| !matches!(profile.as_str(), "RuntimeDefault" | "Localhost"));
    let is_allowed = |text: &str| text.is_empty() || text == "runtime/default" || text.starts_with("localhost/");
    let annotated = (pod.annotations.iter()).filter(|(key, value)| key.starts_with(PREFIX) && !is_allowed(value));
    let annotated: Vec<String> = annotated.map(|(key, value)| format!("{key}={value:?}")).collect();
    let containers = names(pod.spec, |container| bad(container).is_some());
    let values = bad(pod.spec).into_iter().chain(all(pod.spec).filter_map(bad));
    let mut values: Vec<String> = values.collect::<BTreeSet<String>>().into_iter().collect();
    values.extend(annotated.iter().cloned());
    if values.is_empty() {
        return None;
    }
    let reason = plural(
        "forbidden AppArmor profile",
        "forbidden AppArmor profiles",
        values.len(),
    );
    if !settings.since(1, 30) {
        return Violation::new(reason, values.join(", "));
    }
    let mut setters: Vec<String> = bad(pod.spec).map(|_| "pod".to_owned()).into_iter().collect();
    setters.extend((!containers.is_empty()).then(|| named(&containers)));
    setters.extend((!annotated.is_empty()).then(|| plural("annotation", "annotations", annotated.len()).to_owned()));
    let detail = format!(
        "{} must not set AppArmor profile type to {}",
        setters.join(" and "),
        quoted(&values)
    );
    Violation::new(reason, detail)
}

fn capabilities(spec: &Value) -> Option<Violation> {
    let added = |container: &Value| {
        let added = field(container, "/capabilities").map(|capabilities| read::texts(capabilities, "add"));
        let foreign = added
            .into_iter()
            .flatten()
            .filter(|name| !CAPABILITIES.contains(&name.as_str()));
        foreign.map(|name| name.to_string()).collect::<BTreeSet<String>>()
    };
    let bad = names(spec, |container| !added(container).is_empty());
    let forbidden: Vec<String> = all(spec).flat_map(added).collect::<BTreeSet<_>>().into_iter().collect();
    let detail = || {
        format!(
            "{} must not include {} in securityContext.capabilities.add",
            named(&bad),
            quoted(&forbidden)
        )
    };
    (!bad.is_empty()).then(|| Violation::new("non-default capabilities", detail()))?
}

fn host_namespaces(spec: &Value) -> Option<Violation> {
    let shared = ["hostNetwork", "hostPID", "hostIPC"]
        .into_iter()
        .filter(|field| read::flag(spec, field));
    let shared: Vec<String> = shared.map(|field| format!("{field}=true")).collect();
    (!shared.is_empty()).then(|| Violation::new("host namespaces", shared.join(", ")))?
}

fn host_paths(spec: &Value) -> Option<Violation> {
    let volumes = read::list(spec, "volumes")
        .iter()
        .filter(|volume| volume.get("hostPath").is_some());
    let volumes: Vec<String> = volumes.map(|volume| read::text(volume, "name").to_string()).collect();
    let detail = || format!("{} {}", plural("volume", "volumes", volumes.len()), quoted(&volumes));
    (!volumes.is_empty()).then(|| Violation::new("hostPath volumes", detail()))?
}

fn host_ports(spec: &Value) -> Option<Violation> {
    let of = |container: &Value| {
        let ports = read::list(container, "ports")
            .iter()
            .filter_map(|port| read::int(port, "hostPort"));
        ports
            .filter(|port| *port != 0)
            .map(|port| port.to_string())
            .collect::<Vec<_>>()
    };
    let bad = names(spec, |container| !of(container).is_empty());
    let ports: Vec<String> = all(spec).flat_map(of).collect::<BTreeSet<_>>().into_iter().collect();
    if bad.is_empty() {
        return None;
    }
    let (uses, word) = (
        plural("uses", "use", bad.len()),
        plural("hostPort", "hostPorts", ports.len()),
    );
    Violation::new(word, format!("{} {uses} {word} {}", named(&bad), ports.join(", ")))
}

fn privileged(spec: &Value) -> Option<Violation> {
    let bad = names(spec, |container| read::flag(context(container), "privileged"));
    let detail = || format!("{} must not set securityContext.privileged=true", named(&bad));
    (!bad.is_empty()).then(|| Violation::new("privileged", detail()))?
}

fn proc_mount(spec: &Value) -> Option<Violation> {
    let given = |container: &Value| read::text(context(container), "procMount").to_string();
    let is_bad = |container: &Value| !matches!(given(container).as_str(), "" | "Default");
    let bad = names(spec, is_bad);
    let words: BTreeSet<String> = all(spec).filter(|container| is_bad(container)).map(given).collect();
    let words: Vec<String> = words.into_iter().collect();
    let detail = || {
        format!(
            "{} must not set securityContext.procMount to {}",
            named(&bad),
            quoted(&words)
        )
    };
    (!bad.is_empty()).then(|| Violation::new("procMount", detail()))?
}

fn selinux(spec: &Value, settings: &Settings) -> Option<Violation> {
    let is_allowed =
        |kind: &str| SELINUX_TYPES.contains(&kind) || (settings.since(1, 31) && kind == SELINUX_TYPE_SINCE_31);
    let faults = |of: &Value| {
        let options = field(of, "/seLinuxOptions").unwrap_or(&Value::Null);
        let kind = read::text(options, "type");
        let foreign = (!is_allowed(&kind)).then(|| format!("type \"{kind}\""));
        let set = |name: &str| (!read::text(options, name).is_empty()).then(|| format!("{name} may not be set"));
        [foreign, set("user"), set("role")]
            .into_iter()
            .flatten()
            .collect::<Vec<String>>()
    };
    let (pod, bad) = (
        !faults(spec).is_empty(),
        names(spec, |container| !faults(container).is_empty()),
    );
    let mut said: Vec<String> = Vec::new();
    for fault in faults(spec).into_iter().chain(all(spec).flat_map(faults)) {
        if !said.contains(&fault) {
            said.push(fault);
        }
    }
    let detail = || {
        format!(
            "{} set forbidden securityContext.seLinuxOptions: {}",
            setters(pod, &bad),
            said.join("; ")
        )
    };
    (!said.is_empty()).then(|| Violation::new("seLinuxOptions", detail()))?
}

fn seccomp(spec: &Value) -> Option<Violation> {
    let is_bad = |of: &Value| field(of, "/seccompProfile/type").is_some_and(|profile| profile == "Unconfined");
    let (pod, bad) = (is_bad(spec), names(spec, is_bad));
    let detail = || {
        format!(
            "{} must not set securityContext.seccompProfile.type to \"Unconfined\"",
            setters(pod, &bad)
        )
    };
    (pod || !bad.is_empty()).then(|| Violation::new("seccompProfile", detail()))?
}

fn sysctls(spec: &Value, settings: &Settings) -> Option<Violation> {
    let is_allowed = |name: &str| {
        SYSCTLS.contains(&name)
            || (settings.since(1, 29) && SYSCTLS_SINCE_29.contains(&name))
            || (settings.since(1, 32) && SYSCTLS_SINCE_32.contains(&name))
    };
    let set = read::list(context(spec), "sysctls")
        .iter()
        .map(|sysctl| read::text(sysctl, "name"));
    let bad: Vec<String> = set
        .filter(|name| !is_allowed(name))
        .map(|name| name.to_string())
        .collect();
    (!bad.is_empty()).then(|| Violation::new("forbidden sysctls", bad.join(", ")))?
}

fn host_process(spec: &Value) -> Option<Violation> {
    let is_bad = |of: &Value| field(of, "/windowsOptions/hostProcess") == Some(&Value::Bool(true));
    let (pod, bad) = (is_bad(spec), names(spec, is_bad));
    let detail = || {
        format!(
            "{} must not set securityContext.windowsOptions.hostProcess=true",
            setters(pod, &bad)
        )
    };
    (pod || !bad.is_empty()).then(|| Violation::new("hostProcess", detail()))?
}
