//! `kubectl create service clusterip`, `nodeport`, `loadbalancer` and `externalname`.

use serde_json::{Map, Value, json};

use super::generated::{COMMON, object, only_name, required, store};
use crate::api::Kind;
use crate::api::validation::port_name_errors;
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, CHANGE, Flag, OUTPUT};
use crate::kubectl::session::Session;

const PORTS: &[Flag] = &[Flag::texts("tcp"), Flag::text("clusterip")];

/// The flags of `clusterip` and `loadbalancer`.
pub const FLAGS: &[&[Flag]] = &[PORTS, COMMON, CHANGE, OUTPUT];
/// The flags of `nodeport`.
pub const NODE_PORT_FLAGS: &[&[Flag]] = &[PORTS, &[Flag::int("node-port")], COMMON, CHANGE, OUTPUT];
/// The flags of `externalname`.
pub const EXTERNAL_FLAGS: &[&[Flag]] = &[PORTS, &[Flag::text("external-name")], COMMON, CHANGE, OUTPUT];

/// Runs `create service clusterip`.
pub fn run_cluster_ip(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    create(session, arguments, "ClusterIP", "create service clusterip")
}

/// Runs `create service nodeport`.
pub fn run_node_port(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    create(session, arguments, "NodePort", "create service nodeport")
}

/// Runs `create service loadbalancer`.
pub fn run_load_balancer(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    create(session, arguments, "LoadBalancer", "create service loadbalancer")
}

/// Runs `create service externalname`.
pub fn run_external_name(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    required(arguments, &["external-name"])?;
    create(session, arguments, "ExternalName", "create service externalname")
}

fn create(session: &mut Session<'_>, arguments: &Arguments, of_type: &str, command: &'static str) -> Result<()> {
    let name = only_name(arguments, command)?;
    let tcp = arguments.texts("tcp");
    let given = |flag| arguments.text(flag).unwrap_or_default();
    let (cluster_ip, external_name) = (given("clusterip"), given("external-name"));
    if cluster_ip == "None" && of_type != "ClusterIP" {
        return Err(CommandError::message(
            "ClusterIP=None can only be used with ClusterIP service type",
        ));
    }
    if cluster_ip != "None" && tcp.is_empty() && of_type != "ExternalName" {
        return Err(CommandError::message(
            "at least one tcp port specifier must be provided",
        ));
    }
    let mut spec = Map::new();
    for (field, text) in [("clusterIP", cluster_ip), ("externalName", external_name)] {
        if !text.is_empty() {
            spec.insert(field.to_owned(), text.into());
        }
    }
    let ports: Vec<Value> = tcp
        .iter()
        .map(|port| port_of(port, arguments.int("node-port")))
        .collect::<Result<_>>()?;
    if !ports.is_empty() {
        spec.insert("ports".to_owned(), ports.into());
    }
    spec.insert("selector".to_owned(), json!({ "app": name }));
    spec.insert("type".to_owned(), of_type.into());
    let mut service = object(arguments, Kind::SERVICE, name);
    if let Some(metadata) = service.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.insert("labels".to_owned(), json!({ "app": name }));
    }
    service.insert("spec".to_owned(), spec.into());
    service.insert("status".to_owned(), json!({ "loadBalancer": {} }));
    let failure = format!("failed to create {of_type} service: ");
    store(session, arguments, Kind::SERVICE, &failure, service)
}

/// `80` or `80:8080` or `80:http`.
fn port_of(text: &str, node_port: Option<i64>) -> Result<Value> {
    let mut parts = text.split(':');
    let first = parts.next().unwrap_or_default();
    let port = number(first, 0)?;
    let target = match parts.next() {
        None => port.into(),
        Some(target) => match target.parse::<i64>() {
            Ok(number) if (1..=65_535).contains(&number) => number.into(),
            Ok(_) => {
                return Err(CommandError::message("must be between 1 and 65535, inclusive"));
            }
            Err(_) => {
                let errors = port_name_errors(target);
                if !errors.is_empty() {
                    return Err(CommandError::message(errors.join(",")));
                }
                target.into()
            }
        },
    };
    let mut port =
        json!({ "name": text.replace(':', "-"), "port": port, "protocol": "TCP", "targetPort": Value::Null });
    if let Some(map) = port.as_object_mut() {
        map.insert("targetPort".to_owned(), target);
        if let Some(node_port) = node_port.filter(|port| *port != 0) {
            map.insert("nodePort".to_owned(), node_port.into());
        }
    }
    Ok(port)
}

fn number(text: &str, smallest: i64) -> Result<i64> {
    let wrong = |why| CommandError::message(format!("strconv.ParseUint: parsing {text:?}: {why}"));
    let number: i64 = text.parse().map_err(|_| wrong("invalid syntax"))?;
    match number {
        number if number < smallest => Err(wrong("invalid syntax")),
        number if number > 65_535 => Err(wrong("value out of range")),
        number => Ok(number),
    }
}
