//! `kubectl expose`: a Service for the pods of an object.
//!
//! Source: kubectl `pkg/cmd/expose`, `pkg/polymorphichelpers`.

use serde_json::{Map, Value, json};

use super::change::{Change, print_changed};
use crate::api::{Kind, ObjectKey};
use crate::apiserver::Patch;
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, CHANGE, FILES, Flag, OUTPUT};
use crate::kubectl::selection::{Info, Query};
use crate::kubectl::session::{DEFAULT_NAMESPACE, DryRun, Session};

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[
    &[
        Flag::text("protocol"),
        Flag::text("port"),
        Flag::text("type"),
        Flag::text("load-balancer-ip"),
        Flag::text("selector"),
        Flag::text("labels").short('l'),
        Flag::text("target-port"),
        Flag::text("external-ip"),
        Flag::text("overrides"),
        Flag::text("override-type"),
        Flag::text("name"),
        Flag::text("session-affinity"),
        Flag::text("cluster-ip"),
        Flag::bool("save-config"),
    ],
    FILES,
    CHANGE,
    OUTPUT,
];

/// The longest name of a Service.
const LONGEST_NAME: usize = 63;

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let change = Change::of(arguments, "exposed")?;
    // Its `--selector` is the new Service's, not one of objects.
    let query = Query {
        selector: None,
        ..Query::of(arguments, &arguments.positional)
    };
    let found = query.find(session)?;
    let mut errors = found.errors;
    for info in &found.infos {
        errors.extend(expose(session, arguments, info, &change).err());
    }
    CommandError::of(errors)
}

fn expose(session: &mut Session<'_>, arguments: &Arguments, info: &Info, change: &Change) -> Result<()> {
    let kind = Kind::SERVICE;
    let mut value = service(arguments, info)?;
    if let Some(text) = given(arguments, "overrides") {
        let overrides = serde_json::from_str(text)
            .map_err(|error| CommandError::message(format!("couldn't read --overrides: {error}")))?;
        Patch::Merge(overrides).apply(kind, &mut value)?;
    }
    let namespace = match change.dry_run {
        DryRun::Client => arguments.text("namespace"),
        _ => Some(arguments.text("namespace").unwrap_or(DEFAULT_NAMESPACE)),
    };
    if let (Some(namespace), Some(metadata)) = (namespace, value.get_mut("metadata").and_then(Value::as_object_mut)) {
        metadata.insert("namespace".to_owned(), namespace.into());
    }
    if change.dry_run != DryRun::Client {
        value = session.create(kind, value, change.dry_run)?;
    }
    let name = value
        .get("metadata")
        .map(|metadata| crate::api::json::text(metadata, "name"));
    let key = ObjectKey::new(namespace.unwrap_or_default(), name.unwrap_or_default());
    print_changed(session, &Info { kind, key, value }, change)
}

fn given<'a>(arguments: &'a Arguments, flag: &str) -> Option<&'a str> {
    arguments.text(flag).filter(|text| !text.is_empty())
}

fn service(arguments: &Arguments, info: &Info) -> Result<Value> {
    let template = exposed_template(info)?;
    let selector = match given(arguments, "selector") {
        Some(text) => labels(text)?,
        None => selector_of(info)?,
    };
    let name: String = match given(arguments, "name") {
        Some(name) => name.to_owned(),
        None => info.key.name.chars().take(LONGEST_NAME).collect(),
    };
    let labels = match given(arguments, "labels") {
        Some(text) => Some(labels(text)?),
        None => info.value.pointer("/metadata/labels").cloned(),
    };
    let mut metadata = Map::new();
    metadata.insert("creationTimestamp".to_owned(), Value::Null);
    if let Some(labels) = labels.filter(|labels| labels.as_object().is_some_and(|labels| !labels.is_empty())) {
        metadata.insert("labels".to_owned(), labels);
    }
    metadata.insert("name".to_owned(), name.into());
    let mut spec = Map::new();
    let ports = ports(arguments, info, template)?;
    if !ports.is_empty() {
        spec.insert("ports".to_owned(), ports.into());
    }
    spec.insert("selector".to_owned(), selector);
    for (flag, field) in [
        ("cluster-ip", "clusterIP"),
        ("load-balancer-ip", "loadBalancerIP"),
        ("type", "type"),
    ] {
        if let Some(text) = given(arguments, flag) {
            spec.insert(field.to_owned(), text.into());
        }
    }
    if let Some(address) = given(arguments, "external-ip") {
        spec.insert("externalIPs".to_owned(), json!([address]));
    }
    match given(arguments, "session-affinity") {
        None => {}
        Some(affinity @ ("None" | "ClientIP")) => {
            spec.insert("sessionAffinity".to_owned(), affinity.into());
        }
        Some(other) => return Err(CommandError::message(format!("unknown session affinity: {other}"))),
    }
    Ok(json!({
        "apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec, "status": { "loadBalancer": {} },
    }))
}

/// The pods' spec of an object that can be exposed; a Service stands for itself.
fn exposed_template(info: &Info) -> Result<&Value> {
    let path = match info.kind {
        Kind::POD | Kind::SERVICE => "/spec",
        Kind::DEPLOYMENT | Kind::REPLICA_SET | Kind::REPLICATION_CONTROLLER => "/spec/template/spec",
        kind => {
            let group = match kind.info().group {
                "" => String::new(),
                group => format!(".{group}"),
            };
            return Err(CommandError::message(format!("cannot expose a {}{group}", kind.name())));
        }
    };
    Ok(info.value.pointer(path).unwrap_or(&Value::Null))
}

fn selector_of(info: &Info) -> Result<Value> {
    let refuse = |why: &str| {
        Err(CommandError::message(format!(
            "couldn't retrieve selectors via --selector flag or introspection: {why}"
        )))
    };
    let (path, missing) = match info.kind {
        Kind::POD => ("/metadata/labels", "the pod has no labels and cannot be exposed"),
        Kind::SERVICE => ("/spec/selector", "the service has no pod selector set"),
        Kind::REPLICATION_CONTROLLER => ("/spec/selector", "invalid selector"),
        _ if info.value.pointer("/spec/selector/matchExpressions").is_some() => {
            return refuse("couldn't convert expressions to map-based selector format");
        }
        _ => ("/spec/selector/matchLabels", "invalid deployment: no selectors"),
    };
    match info.value.pointer(path).filter(|labels| labels.is_object()) {
        Some(labels) => Ok(labels.clone()),
        None => refuse(missing),
    }
}

/// `a=b,c=d` as a map.
fn labels(text: &str) -> Result<Value> {
    let mut labels = Map::new();
    for pair in text.split(',') {
        match pair.split_once('=').filter(|(key, _)| !key.is_empty()) {
            Some((key, value)) => labels.insert(key.to_owned(), value.into()),
            None => return Err(CommandError::message(format!("unexpected label spec: {pair}"))),
        };
    }
    Ok(labels.into())
}

/// The ports of an object: number and protocol, as text.
fn ports_of(info: &Info, template: &Value) -> Vec<(String, String)> {
    let list = |value: &Value, key| crate::api::json::list(value, key).to_vec();
    let (ports, number) = match info.kind {
        Kind::SERVICE => (list(template, "ports"), "port"),
        _ => {
            let containers = list(template, "containers");
            let ports = containers.iter().flat_map(|container| list(container, "ports"));
            (ports.collect(), "containerPort")
        }
    };
    let port = |port: &Value| {
        let number = port.get(number).map(Value::to_string).unwrap_or_default();
        let protocol = port.get("protocol").and_then(Value::as_str).unwrap_or("TCP");
        (number, protocol.to_owned())
    };
    ports.iter().map(port).collect()
}

fn ports(arguments: &Arguments, info: &Info, template: &Value) -> Result<Vec<Value>> {
    let known = ports_of(info, template);
    let numbers: Vec<&str> = match given(arguments, "port") {
        Some(text) => text.split(',').collect(),
        None => known.iter().map(|(number, _)| number.as_str()).collect(),
    };
    if numbers.is_empty() && arguments.text("cluster-ip") != Some("None") {
        return Err(CommandError::message(
            "couldn't find port via --port flag or introspection",
        ));
    }
    let mut ports = Vec::new();
    for (index, number) in numbers.iter().enumerate() {
        let port: i64 = number
            .parse()
            .map_err(|_| CommandError::message(format!("strconv.Atoi: parsing {number:?}: invalid syntax")))?;
        let of_object = known.iter().find(|(known, _)| known == number);
        let protocol = given(arguments, "protocol")
            .or(of_object.map(|(_, protocol)| protocol.as_str()))
            .unwrap_or("TCP");
        let target: Value = match given(arguments, "target-port") {
            None => port.into(),
            Some(target) => target.parse::<i32>().map_or_else(|_| target.into(), Value::from),
        };
        let mut entry = json!({ "port": port, "protocol": protocol, "targetPort": target });
        if let Some(map) = entry.as_object_mut().filter(|_| numbers.len() > 1) {
            map.insert("name".to_owned(), format!("port-{}", index + 1).into());
        }
        ports.push(entry);
    }
    Ok(ports)
}
