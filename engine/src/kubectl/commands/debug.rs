//! `kubectl debug`: an ephemeral container in a pod that runs, a copy of a pod, or a pod on a node.
//!
//! Source: kubectl `pkg/cmd/debug`; documentation "Debug Running Pods". Nobody sits at the terminal: the command returns at
//! once, and the container runs. Not modelled: `--profile`, `--same-node`, `--custom`.

use std::sync::Arc;

use serde_json::{Value, json};
use smol_str::SmolStr;

use crate::api::{Kind, Node, ObjectKey, Pod, PodSpec, json as read};
use crate::apiserver::ApiError;
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, Flag};
use crate::kubectl::session::{DEFAULT_NAMESPACE, DryRun, Session};

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[&[
    Flag::text("image"),
    Flag::text("container").short('c'),
    Flag::text("target"),
    Flag::text("copy-to"),
    Flag::texts("set-image"),
    Flag::text("env"),
    Flag::text("profile"),
    Flag::text("image-pull-policy"),
    Flag::bool("share-processes"),
    Flag::bool("replace"),
    Flag::bool("same-node"),
    Flag::bool("stdin").short('i'),
    Flag::bool("tty").short('t'),
    Flag::bool("attach"),
    Flag::bool("quiet").short('q'),
    Flag::bool("arguments-only"),
]];

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let Some(target) = arguments.positional.first() else {
        return Err(CommandError::message("NAME or TYPE/NAME is required for debug"));
    };
    if arguments.text("image").is_none() && arguments.text("copy-to").is_none() {
        return Err(CommandError::message(
            "you must specify --image when not using --copy-to.",
        ));
    }
    let (kind, name) = target.split_once('/').unwrap_or(("pod", target));
    if matches!(kind, "node" | "nodes" | "no") {
        return node(session, arguments, name);
    }
    if !matches!(kind, "pod" | "pods" | "po") {
        return Err(CommandError::message(format!("\"{kind}\" not supported by debug")));
    }
    let key = ObjectKey::new(arguments.text("namespace").unwrap_or(DEFAULT_NAMESPACE), name);
    let Some(pod) = session.cluster.store().get::<Pod>(&key).cloned() else {
        return Err(ApiError::not_found(Kind::POD, name).into());
    };
    match arguments.text("copy-to") {
        Some(copy) => copy_pod(session, arguments, &pod, copy),
        None => ephemeral(session, arguments, &pod),
    }
}

/// The name asked for, or one made up.
fn container_name(session: &mut Session<'_>, arguments: &Arguments) -> SmolStr {
    if let Some(name) = arguments.text("container") {
        return name.into();
    }
    let uid = session
        .cluster
        .with_context("kubectl", |context, _| context.store.new_uid());
    let suffix: String = (uid.to_string().chars())
        .filter(char::is_ascii_hexdigit)
        .take(5)
        .collect();
    let name = format!("debugger-{suffix}");
    session.warn(format!("Defaulting debug container name to {name}."));
    name.into()
}

/// What a debugging container is like: `--image`, and what stands behind `--`.
fn container(arguments: &Arguments, name: &str) -> Value {
    let mut container = json!({
        "name": name, "image": arguments.text("image").unwrap_or_default(), "resources": {},
        "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
    });
    let words: Vec<&String> = arguments.positional.iter().skip(1).collect();
    if let Some(map) = container.as_object_mut() {
        if !words.is_empty() {
            let member = if arguments.flag("arguments-only") {
                "args"
            } else {
                "command"
            };
            map.insert(member.to_owned(), json!(words));
        }
        let tag = arguments.text("image").unwrap_or_default();
        let latest = !tag.rsplit('/').next().unwrap_or_default().contains(':') || tag.ends_with(":latest");
        let policy = arguments
            .text("image-pull-policy")
            .unwrap_or(if latest { "Always" } else { "IfNotPresent" });
        map.insert("imagePullPolicy".to_owned(), policy.into());
        for (flag, member) in [("stdin", "stdin"), ("tty", "tty")] {
            if arguments.flag(flag) {
                map.insert(member.to_owned(), true.into());
            }
        }
        let env: Vec<Value> = (arguments.all("env").into_iter())
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| json!({ "name": name, "value": value }))
            .collect();
        if !env.is_empty() {
            map.insert("env".to_owned(), env.into());
        }
    }
    container
}

/// Adds an ephemeral container to a pod, by the subresource that may.
fn ephemeral(session: &mut Session<'_>, arguments: &Arguments, pod: &Arc<Pod>) -> Result<()> {
    if let Some(target) = arguments.text("target") {
        if !pod.spec.all_containers().any(|container| container.name == target) {
            let message = format!("unable to find target container {target:?} in pod {:?}", pod.meta.name);
            return Err(CommandError::message(message));
        }
        session.warn(format!(
            "Targeting container \"{target}\". If you don't see processes from this container it may be because the \
             container runtime doesn't support this feature."
        ));
    }
    let name = container_name(session, arguments);
    let all = pod.spec.all_containers().chain(&pod.spec.ephemeral_containers);
    if all.into_iter().any(|container| container.name == name) {
        let message = format!("container {name:?} already exists in pod {:?}", pod.meta.name);
        return Err(CommandError::message(message));
    }
    let mut container = container(arguments, &name);
    if let (Some(target), Some(map)) = (arguments.text("target"), container.as_object_mut()) {
        map.insert("targetContainerName".to_owned(), target.into());
    }
    let key = pod.meta.key();
    session.cluster.with_context("kubectl", |context, _| {
        context.store.modify::<Pod>(&key, |pod| {
            let mut spec = pod.spec.json.clone();
            if let Some(map) = spec.as_object_mut() {
                let list = map.entry("ephemeralContainers").or_insert_with(|| json!([]));
                list.as_array_mut()
                    .into_iter()
                    .for_each(|list| list.push(container.clone()));
            }
            pod.spec = Arc::new(PodSpec::from_json(spec));
        });
    });
    Ok(())
}

/// Creates a copy of a pod that may differ: other images, another command, one container more.
fn copy_pod(session: &mut Session<'_>, arguments: &Arguments, pod: &Pod, copy: &str) -> Result<()> {
    // As the API shows it: its token volume has a name there.
    let shown = session.get(Kind::POD, &pod.meta.key());
    let mut spec = shown
        .map(|mut shown| read::take(&mut shown, "spec"))
        .unwrap_or_default();
    let changes: Vec<(&str, &str)> = (arguments.texts("set-image").into_iter())
        .filter_map(|pair| pair.split_once('='))
        .collect();
    let wanted = arguments.text("container");
    let exists = wanted.is_some_and(|name| pod.spec.containers.iter().any(|container| container.name == name));
    let new_name = match arguments.text("image").is_some() && !exists {
        true => Some(container_name(session, arguments)),
        false => None,
    };
    if let Some(map) = spec.as_object_mut() {
        map.remove("ephemeralContainers");
        map.remove("nodeName");
        if arguments.flag("share-processes") || new_name.is_some() {
            map.insert("shareProcessNamespace".to_owned(), true.into());
        }
        let containers = map.get_mut("containers").and_then(Value::as_array_mut);
        for container in containers.into_iter().flatten().filter_map(Value::as_object_mut) {
            let name = container
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            if let Some((_, image)) = changes.iter().find(|(of, _)| *of == "*" || *of == name) {
                container.insert("image".to_owned(), (*image).into());
            }
            if Some(name.as_str()) == wanted {
                let words: Vec<&String> = arguments.positional.iter().skip(1).collect();
                if !words.is_empty() {
                    container.insert("command".to_owned(), json!(words));
                    container.remove("args");
                }
                if let Some(image) = arguments.text("image") {
                    container.insert("image".to_owned(), image.into());
                }
            }
            // A copy is to be looked at, not to be restarted or to serve.
            for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
                container.remove(probe);
            }
        }
        if let (Some(name), Some(list)) = (&new_name, map.get_mut("containers").and_then(Value::as_array_mut)) {
            list.push(container(arguments, name));
        }
    }
    let metadata = json!({ "name": copy, "namespace": pod.meta.namespace.as_str() });
    let value = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec });
    session.create(Kind::POD, value, DryRun::None)?;
    Ok(())
}

/// A pod on a node that sees the node's files and processes.
fn node(session: &mut Session<'_>, arguments: &Arguments, name: &str) -> Result<()> {
    if session.cluster.store().get::<Node>(&ObjectKey::cluster(name)).is_none() {
        return Err(ApiError::not_found(Kind::NODE, name).into());
    }
    let mut container = container(arguments, arguments.text("container").unwrap_or("debugger"));
    if let Some(map) = container.as_object_mut() {
        map.insert(
            "volumeMounts".to_owned(),
            json!([{ "mountPath": "/host", "name": "host-root" }]),
        );
    }
    let value = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "generateName": format!("node-debugger-{name}-"),
            "namespace": arguments.text("namespace").unwrap_or(DEFAULT_NAMESPACE),
        },
        "spec": {
            "containers": [container], "hostIPC": true, "hostNetwork": true, "hostPID": true, "nodeName": name,
            "restartPolicy": "Never", "tolerations": [{ "operator": "Exists" }],
            "volumes": [{ "name": "host-root", "hostPath": { "path": "/" } }],
        },
    });
    let created = session.create(Kind::POD, value, DryRun::None)?;
    let pod = created
        .get("metadata")
        .map(|metadata| read::text(metadata, "name"))
        .unwrap_or_default();
    session.warn(format!(
        "Creating debugging pod {pod} with container {} on node {name}.",
        arguments.text("container").unwrap_or("debugger")
    ));
    Ok(())
}
