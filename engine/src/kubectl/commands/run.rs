//! `kubectl run`: one pod of an image.
//!
//! Source: kubectl `pkg/cmd/run`, generator `run-pod/v1`. With `-i`, `-t` or `--attach` the command waits until the container
//! has ended and prints what it wrote. Not modelled: `--overrides`, standard input.

use serde_json::{Map, Value, json};

use crate::api::{Kind, ObjectKey, Pod};
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, CHANGE, Flag, OUTPUT};
use crate::kubectl::output::{Format, Output};
use crate::kubectl::session::{DEFAULT_NAMESPACE, DryRun, Session};
use crate::store::DeleteOptions;

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[
    &[
        Flag::text("image"),
        Flag::text("restart"),
        Flag::text("labels").short('l'),
        Flag::text("env"),
        Flag::text("annotations"),
        Flag::text("port"),
        Flag::text("image-pull-policy"),
        Flag::text("overrides"),
        Flag::bool("expose"),
        Flag::bool("command"),
        Flag::bool("privileged"),
        Flag::bool("stdin").short('i'),
        Flag::bool("tty").short('t'),
        Flag::bool("attach"),
        Flag::bool("leave-stdin-open"),
        Flag::bool("rm"),
        Flag::bool("quiet").short('q'),
        Flag::bool("save-config"),
        Flag::duration("pod-running-timeout"),
    ],
    CHANGE,
    OUTPUT,
];

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let (dry_run, format) = (DryRun::of(arguments)?, Format::of(arguments)?);
    let usage = |text: &str| CommandError::Usage(text.to_owned(), "run");
    if arguments.text("image").is_none() {
        return Err(CommandError::message("required flag(s) \"image\" not set"));
    }
    let Some(name) = arguments.positional.first() else {
        return Err(usage("NAME is required for run"));
    };
    let attach = ["attach", "stdin", "tty"].iter().any(|flag| arguments.flag(flag));
    if arguments.flag("rm") && !attach {
        return Err(usage("--rm should only be used for attached containers"));
    }
    if arguments.flag("expose") && arguments.text("port").is_none() {
        return Err(usage("--port must be set when exposing a service"));
    }
    let namespace = arguments.text("namespace").unwrap_or(DEFAULT_NAMESPACE);
    let pod = pod_of(arguments, name)?;
    let service = arguments.flag("expose").then(|| service_of(arguments, name));
    for (kind, value) in service
        .map(|service| (Kind::SERVICE, service))
        .into_iter()
        .chain([(Kind::POD, pod)])
    {
        let created = create(session, kind, value, namespace, dry_run)?;
        print(session, kind, &created, &format, dry_run, service_prints(arguments))?;
    }
    if attach && dry_run == DryRun::None {
        attach_to(session, &ObjectKey::new(namespace, name.as_str()), arguments)?;
    }
    Ok(())
}

/// With `--expose` there are two objects, each its own document.
fn service_prints(arguments: &Arguments) -> bool {
    arguments.flag("expose")
}

fn create(session: &mut Session<'_>, kind: Kind, mut value: Value, namespace: &str, dry_run: DryRun) -> Result<Value> {
    if dry_run == DryRun::Client {
        return Ok(value);
    }
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.insert("namespace".to_owned(), namespace.into());
    }
    Ok(session.create(kind, value, dry_run)?)
}

fn print(
    session: &mut Session<'_>,
    kind: Kind,
    value: &Value,
    format: &Format,
    dry_run: DryRun,
    several: bool,
) -> Result<()> {
    let name = crate::api::json::text(value.get("metadata").unwrap_or(&Value::Null), "name");
    match format {
        Format::Objects(output) => {
            let mut text = output.render(Some(kind), value)?;
            if several && *output == Output::Yaml {
                text = match kind {
                    Kind::SERVICE => format!("{text}---\n"),
                    _ => format!("---\n{text}"),
                };
            }
            session.stdout.push_str(&text);
        }
        _ => {
            let subject = kind.info().group_singular();
            session.print(format!("{subject}/{name} created{}", dry_run.suffix()));
        }
    }
    Ok(())
}

fn pod_of(arguments: &Arguments, name: &str) -> Result<Value> {
    let mut container = Map::new();
    let words: Vec<Value> = arguments
        .positional
        .iter()
        .skip(1)
        .map(|word| word.as_str().into())
        .collect();
    if !words.is_empty() {
        let member = if arguments.flag("command") { "command" } else { "args" };
        container.insert(member.to_owned(), words.into());
    }
    let mut env = Vec::new();
    for pair in arguments.all("env") {
        match pair.split_once('=').filter(|(name, _)| !name.is_empty()) {
            Some((name, value)) => env.push(json!({ "name": name, "value": value })),
            None => return Err(CommandError::message(format!("invalid env: {pair}"))),
        }
    }
    if !env.is_empty() {
        container.insert("env".to_owned(), env.into());
    }
    container.insert("image".to_owned(), arguments.text("image").unwrap_or_default().into());
    if let Some(policy) = arguments.text("image-pull-policy") {
        container.insert("imagePullPolicy".to_owned(), policy.into());
    }
    container.insert("name".to_owned(), name.into());
    if let Some(port) = arguments.text("port") {
        container.insert("ports".to_owned(), json!([{ "containerPort": port_number(port)? }]));
    }
    container.insert("resources".to_owned(), json!({}));
    if arguments.flag("privileged") {
        container.insert("securityContext".to_owned(), json!({ "privileged": true }));
    }
    for (flag, member) in [("stdin", "stdin"), ("stdin", "stdinOnce"), ("tty", "tty")] {
        if arguments.flag(flag) {
            container.insert(member.to_owned(), true.into());
        }
    }
    let mut metadata = Map::new();
    metadata.insert("creationTimestamp".to_owned(), Value::Null);
    if let Some(annotations) = arguments.text("annotations") {
        metadata.insert("annotations".to_owned(), pairs(annotations, "annotation")?);
    }
    let labels = match arguments.text("labels") {
        Some(labels) => pairs(labels, "label")?,
        None => json!({ "run": name }),
    };
    metadata.insert("labels".to_owned(), labels);
    metadata.insert("name".to_owned(), name.into());
    let restart = arguments.text("restart").unwrap_or("Always");
    Ok(json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": metadata,
        "spec": { "containers": [container], "dnsPolicy": "ClusterFirst", "restartPolicy": restart },
        "status": {},
    }))
}

fn port_number(text: &str) -> Result<i32> {
    text.parse()
        .map_err(|_| CommandError::message(format!("strconv.ParseInt: parsing {text:?}: invalid syntax")))
}

fn pairs(text: &str, what: &str) -> Result<Value> {
    let mut map = Map::new();
    for pair in text.split(',') {
        let Some((key, value)) = pair.split_once('=') else {
            return Err(CommandError::message(format!("unexpected {what} spec: {pair}")));
        };
        map.insert(key.to_owned(), value.into());
    }
    Ok(map.into())
}

fn service_of(arguments: &Arguments, name: &str) -> Value {
    let port = arguments
        .text("port")
        .and_then(|port| port.parse::<i32>().ok())
        .unwrap_or_default();
    json!({
        "apiVersion": "v1", "kind": "Service",
        "metadata": { "creationTimestamp": Value::Null, "name": name },
        "spec": {
            "ports": [{ "port": port, "protocol": "TCP", "targetPort": port }],
            "selector": { "run": name },
        },
        "status": { "loadBalancer": {} },
    })
}

/// Waits until the pod has ended, prints what it wrote, and removes it if it is to be removed.
fn attach_to(session: &mut Session<'_>, key: &ObjectKey, arguments: &Arguments) -> Result<()> {
    let mut log = None;
    let uid = session.cluster.store().get::<Pod>(key).map(|pod| pod.meta.uid);
    let pod = loop {
        let Some(pod) = session
            .cluster
            .store()
            .get::<Pod>(key)
            .filter(|pod| Some(pod.meta.uid) == uid)
            .cloned()
        else {
            return Err(CommandError::message(format!("pod \"{}\" is gone", key.name)));
        };
        let first = pod.spec.init_containers.len();
        log = session
            .cluster
            .container_log(&pod.node_name, pod.meta.uid, first, false)
            .or(log);
        let restarts = pod.status.containers.first().map_or(0, |status| status.restart_count);
        let ended = pod
            .status
            .containers
            .first()
            .is_some_and(|status| status.state.terminated.is_some());
        if pod.status.phase.is_terminal() || (ended && restarts == 0) {
            break pod;
        }
        session.wait_for_change(None)?;
    };
    for (_, line) in log.unwrap_or_default() {
        session.print(line);
    }
    let ended = pod
        .status
        .containers
        .first()
        .and_then(|status| status.state.terminated.clone());
    if arguments.flag("rm") {
        session.request(DryRun::None, |request| {
            request.delete(Kind::POD, key, DeleteOptions::default())
        })?;
        session.print(format!("pod \"{}\" deleted from {} namespace", key.name, key.namespace));
        while session
            .cluster
            .store()
            .get::<Pod>(key)
            .is_some_and(|pod| Some(pod.meta.uid) == uid)
        {
            session.wait_for_change(None)?;
        }
    }
    match ended.filter(|ended| ended.exit_code != 0) {
        Some(ended) => Err(CommandError::Verbatim(format!(
            "pod {}/{} terminated ({})",
            key.namespace, key.name, ended.reason
        ))),
        None => Ok(()),
    }
}
