//! The containers of a description: image, ports, state, resources, probes, mounts.

use serde_json::Value;

use super::environment::{environment, environment_sources};
use super::page::Page;
use super::probe::probe;
use crate::kubectl::{field, text};

/// Adds the containers of one kind: their specs from `spec.<key>` of a pod, their statuses from `status.<status_key>`. The title of
/// those of a template is indented, and their names by one space more than a pod's.
pub fn containers(page: &mut Page, title: &str, pod: &Value, key: &str, status_key: &str) {
    let indent = if title.starts_with(' ') { " " } else { "" };
    let containers = pod.get("spec").map_or(&[][..], |spec| field::items(spec, key));
    let statuses = pod
        .get("status")
        .map_or(&[][..], |status| field::items(status, status_key));
    page.line(
        0,
        format!("{title}:{}", if containers.is_empty() { " <none>" } else { "" }),
    );
    for container in containers {
        let name = field::text(container, "name");
        page.line(1, format!("{indent}{name}:"));
        let status = statuses.iter().rfind(|status| field::text(status, "name") == name);
        basics(page, container, status);
        words(page, "Command", field::items(container, "command"));
        words(page, "Args", field::items(container, "args"));
        if let Some(status) = status {
            states(page, status);
        }
        resources(page, "Limits", container, "resources.limits");
        resources(page, "Requests", container, "resources.requests");
        for (title, key) in [
            ("Liveness", "livenessProbe"),
            ("Readiness", "readinessProbe"),
            ("Startup", "startupProbe"),
        ] {
            if let Some(spec) = field::at(container, key) {
                page.field(2, title, probe(spec));
            }
        }
        environment_sources(page, container);
        environment(page, pod, container);
        mounts(page, container);
    }
}

fn basics(page: &mut Page, container: &Value, status: Option<&Value>) {
    if let Some(status) = status {
        page.field(2, "Container ID", field::text(status, "containerID"));
    }
    page.field(2, "Image", field::text(container, "image"));
    if let Some(status) = status {
        page.field(2, "Image ID", field::text(status, "imageID"));
    }
    ports(page, "Port", container, "containerPort");
    ports(page, "Host Port", container, "hostPort");
    if let Some(profile) = field::at(container, "securityContext.seccompProfile") {
        page.field(2, "SeccompProfile", field::text(profile, "type"));
        page.field_if_set(3, "LocalhostProfile", field::text(profile, "localhostProfile"));
    }
}

fn ports(page: &mut Page, title: &str, container: &Value, key: &str) {
    let ports = field::items(container, "ports").iter();
    let ports = ports.map(|port| format!("{}/{}", field::integer(port, key), field::text(port, "protocol")));
    match ports.collect::<Vec<_>>().as_slice() {
        [] => page.field(2, title, "<none>"),
        [port] => page.field(2, title, port),
        ports => page.field(2, &format!("{title}s"), ports.join(", ")),
    }
}

/// A command line, one word a line, or more where a word has several.
fn words(page: &mut Page, title: &str, words: &[Value]) {
    if !words.is_empty() {
        page.line(2, format!("{title}:"));
    }
    for line in words.iter().filter_map(Value::as_str).flat_map(|word| word.split('\n')) {
        page.line(3, line);
    }
}

fn states(page: &mut Page, status: &Value) {
    state(page, "State", field::at(status, "state").unwrap_or(&Value::Null));
    if let Some(last) = field::at(status, "lastState").filter(|last| field::at(last, "terminated").is_some()) {
        state(page, "Last State", last);
    }
    page.field(
        2,
        "Ready",
        if field::boolean(status, "ready") {
            "True"
        } else {
            "False"
        },
    );
    page.field(2, "Restart Count", field::integer(status, "restartCount"));
}

fn state(page: &mut Page, title: &str, state: &Value) {
    let date = |path| text::date(field::text(state, path));
    if field::at(state, "running").is_some() {
        page.field(2, title, "Running");
        page.field(3, "Started", date("running.startedAt"));
    } else if let Some(terminated) = field::at(state, "terminated").filter(|_| field::at(state, "waiting").is_none()) {
        page.field(2, title, "Terminated");
        page.field_if_set(3, "Reason", field::text(terminated, "reason"));
        page.field_if_set(3, "Message", field::text(terminated, "message"));
        page.field(3, "Exit Code", field::integer(terminated, "exitCode"));
        if field::integer(terminated, "signal") > 0 {
            page.field(3, "Signal", field::integer(terminated, "signal"));
        }
        page.field(3, "Started", date("terminated.startedAt"));
        page.field(3, "Finished", date("terminated.finishedAt"));
    } else {
        page.field(2, title, "Waiting");
        page.field_if_set(3, "Reason", field::text(state, "waiting.reason"));
    }
}

fn resources(page: &mut Page, title: &str, container: &Value, path: &str) {
    let Some(resources) = field::map(container, path).filter(|resources| !resources.is_empty()) else {
        return;
    };
    page.line(2, format!("{title}:"));
    for (name, quantity) in resources {
        page.field(3, name, text::quantity(Some(quantity)));
    }
}

fn mounts(page: &mut Page, container: &Value) {
    let mut mounts: Vec<&Value> = field::items(container, "volumeMounts").iter().collect();
    mounts.sort_by_key(|mount| field::text(mount, "mountPath"));
    page.line(
        2,
        if mounts.is_empty() {
            "Mounts:\t<none>"
        } else {
            "Mounts:"
        },
    );
    for mount in mounts {
        let access = if field::boolean(mount, "readOnly") { "ro" } else { "rw" };
        let sub_path = match field::text(mount, "subPath") {
            "" => String::new(),
            path => format!(",path={path:?}"),
        };
        let (path, name) = (field::text(mount, "mountPath"), field::text(mount, "name"));
        page.line(3, format!("{path} from {name} ({access}{sub_path})"));
    }
    let mut devices: Vec<&Value> = field::items(container, "volumeDevices").iter().collect();
    devices.sort_by_key(|device| field::text(device, "devicePath"));
    if !devices.is_empty() {
        page.line(2, "Devices:");
    }
    for device in devices {
        page.line(
            3,
            format!(
                "{} from {}",
                field::text(device, "devicePath"),
                field::text(device, "name")
            ),
        );
    }
}
