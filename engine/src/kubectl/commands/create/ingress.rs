//! `kubectl create ingress`: rules such as `example.com/path*=service:80,tls=secret`.

use serde_json::{Map, Value, json};

use super::generated::{COMMON, object, only_name, store};
use crate::api::Kind;
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, CHANGE, Flag, OUTPUT};
use crate::kubectl::session::Session;

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[
    &[
        Flag::text("class"),
        Flag::texts("rule"),
        Flag::text("default-backend"),
        Flag::texts("annotation"),
    ],
    COMMON,
    CHANGE,
    OUTPUT,
];

/// A rule of the command line.
struct Rule<'a> {
    host: &'a str,
    path: &'a str,
    service: &'a str,
    port: &'a str,
    /// The TLS secret; empty for the default certificate, none without TLS.
    tls: Option<&'a str>,
}

impl Rule<'_> {
    fn parse(text: &str) -> Option<Rule<'_>> {
        let is_word = |text: &str, more: &[char]| {
            text.chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-' || more.contains(&c))
        };
        let (rule, tls) = match text.split_once(',') {
            Some((rule, tls)) => {
                let secret = tls.strip_prefix("tls")?;
                (rule, Some(secret.strip_prefix('=').unwrap_or(secret)))
            }
            None => (text, None),
        };
        let (url, backend) = rule.split_once('=')?;
        let at = url.find('/')?;
        let (host, path) = url.split_at_checked(at)?;
        let (service, port) = backend.split_once(':')?;
        let is_right = is_word(host, &['*', '.'])
            && !path.contains('\n')
            && !service.is_empty()
            && is_word(service, &[])
            && !port.is_empty()
            && is_word(port, &[])
            && tls.is_none_or(|secret| is_word(secret, &[]));
        is_right.then_some(Rule {
            host,
            path,
            service,
            port,
            tls,
        })
    }

    fn path_json(&self) -> Value {
        let (path, path_type) = match self.path.strip_suffix('*') {
            Some(prefix) => (prefix, "Prefix"),
            None => (self.path, "Exact"),
        };
        json!({ "backend": backend(self.service, self.port), "path": path, "pathType": path_type })
    }
}

fn backend(service: &str, port: &str) -> Value {
    let port = match port.parse::<i32>() {
        Ok(number) => json!({ "number": number }),
        Err(_) => json!({ "name": port }),
    };
    json!({ "service": { "name": service, "port": port } })
}

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let name = only_name(arguments, "create ingress")?;
    let default = arguments.text("default-backend").unwrap_or_default();
    let texts = arguments.all("rule");
    if default.is_empty() && texts.is_empty() {
        return Err(CommandError::message(
            "not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a \
             list of rules (which catch specific paths)",
        ));
    }
    let mut rules = Vec::new();
    for text in texts {
        rules.push(Rule::parse(text).ok_or_else(|| {
            CommandError::message(format!(
                "rule {text} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]"
            ))
        })?);
    }
    let annotations = annotations(arguments)?;
    let mut spec = Map::new();
    if let Some(class) = arguments.text("class").filter(|class| !class.is_empty()) {
        spec.insert("ingressClassName".to_owned(), class.into());
    }
    if !default.is_empty() {
        let Some((service, port)) = default.split_once(':').filter(|(_, port)| !port.contains(':')) else {
            return Err(CommandError::message(
                "default-backend should be in format servicename:serviceport",
            ));
        };
        spec.insert("defaultBackend".to_owned(), backend(service, port));
    }
    for (field, list) in [("rules", rules_json(&rules)), ("tls", tls_json(&rules))] {
        if !list.is_empty() {
            spec.insert(field.to_owned(), list.into());
        }
    }
    let mut ingress = object(arguments, Kind::INGRESS, name);
    if let Some(metadata) = ingress.get_mut("metadata").and_then(Value::as_object_mut)
        && !annotations.is_empty()
    {
        metadata.insert("annotations".to_owned(), annotations.into());
    }
    ingress.insert("spec".to_owned(), spec.into());
    ingress.insert("status".to_owned(), json!({ "loadBalancer": {} }));
    store(session, arguments, Kind::INGRESS, "failed to create ingress: ", ingress)
}

fn annotations(arguments: &Arguments) -> Result<Map<String, Value>> {
    let mut annotations = Map::new();
    for given in arguments.all("annotation") {
        let Some((key, value)) = given.split_once('=') else {
            return Err(CommandError::message(format!(
                "annotation {given} is invalid and should be in format key=[value]"
            )));
        };
        annotations.insert(key.to_owned(), value.into());
    }
    Ok(annotations)
}

/// The rules by host, in the order in which the hosts were named.
fn rules_json(rules: &[Rule<'_>]) -> Vec<Value> {
    let mut hosts: Vec<(&str, Vec<Value>)> = Vec::new();
    for rule in rules {
        match hosts.iter_mut().find(|(host, _)| *host == rule.host) {
            Some((_, paths)) => paths.push(rule.path_json()),
            None => hosts.push((rule.host, vec![rule.path_json()])),
        }
    }
    let rule = |(host, paths): (&str, Vec<Value>)| match host {
        "" => json!({ "http": { "paths": paths } }),
        host => json!({ "host": host, "http": { "paths": paths } }),
    };
    hosts.into_iter().map(rule).collect()
}

/// The certificates: one entry a secret, each host once.
fn tls_json(rules: &[Rule<'_>]) -> Vec<Value> {
    let mut secrets: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for rule in rules {
        let Some(secret) = rule.tls.filter(|_| !seen.contains(&rule.host)) else {
            continue;
        };
        seen.push(rule.host);
        match secrets.iter_mut().find(|(known, _)| *known == secret) {
            Some((_, hosts)) => hosts.push(rule.host),
            None if rule.host.is_empty() && secret.is_empty() => {}
            None if rule.host.is_empty() => secrets.push((secret, Vec::new())),
            None => secrets.push((secret, vec![rule.host])),
        }
    }
    let entry = |(secret, hosts): (&str, Vec<&str>)| {
        let mut entry = Map::new();
        if !hosts.is_empty() {
            entry.insert("hosts".to_owned(), hosts.into());
        }
        if !secret.is_empty() {
            entry.insert("secretName".to_owned(), secret.into());
        }
        Value::Object(entry)
    };
    secrets.into_iter().map(entry).collect()
}
