//! `kubectl create secret generic`, `docker-registry` and `tls`.
//!
//! Deliberately not modelled: whether a certificate and its key belong together.

use serde_json::{Map, Value, json};

use super::config::{Data, SOURCES, Target, data};
use super::generated::{COMMON, object, only_name, store};
use super::hash::with_hash;
use crate::api::Kind;
use crate::api::defaulting::base64;
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, CHANGE, Flag, OUTPUT};
use crate::kubectl::output::compact_json;
use crate::kubectl::session::Session;

/// The flags of `generic`.
pub const FLAGS: &[&[Flag]] = &[SOURCES, &[Flag::text("type")], COMMON, CHANGE, OUTPUT];
/// The flags of `docker-registry`.
pub const REGISTRY_FLAGS: &[&[Flag]] = &[
    &[
        Flag::text("docker-server"),
        Flag::text("docker-username"),
        Flag::text("docker-password"),
        Flag::text("docker-email"),
        Flag::texts("from-file"),
        Flag::bool("append-hash"),
    ],
    COMMON,
    CHANGE,
    OUTPUT,
];
/// The flags of `tls`.
pub const TLS_FLAGS: &[&[Flag]] = &[
    &[Flag::text("cert"), Flag::text("key"), Flag::bool("append-hash")],
    COMMON,
    CHANGE,
    OUTPUT,
];

/// The registry of those who name none.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";

/// Runs `create secret generic`.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let name = only_name(arguments, "create secret generic")?;
    let data = data(session, arguments, &Target::Secret)?;
    create(
        session,
        arguments,
        name,
        arguments.text("type").unwrap_or_default(),
        &data,
    )
}

/// Runs `create secret docker-registry`.
pub fn run_registry(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let name = only_name(arguments, "create secret docker-registry")?;
    let given = |flag| arguments.text(flag).unwrap_or_default();
    let (user, password) = (given("docker-username"), given("docker-password"));
    let server = arguments.text("docker-server").unwrap_or(DOCKER_HUB);
    let mut texts = Data::new();
    if arguments.texts("from-file").is_empty() {
        if user.is_empty() || password.is_empty() || server.is_empty() {
            return Err(CommandError::message(
                "either --from-file or the combination of --docker-username, --docker-password and --docker-server is required",
            ));
        }
        let auth = base64(format!("{user}:{password}").as_bytes());
        let text = registry_config(server, user, password, given("docker-email"), &auth);
        texts.insert(".dockerconfigjson".to_owned(), text.into_bytes());
    } else {
        texts = data(session, arguments, &Target::Secret)?;
    }
    create(session, arguments, name, "kubernetes.io/dockerconfigjson", &texts)
}

/// The file in which docker keeps who logs in where; its entries are in docker's order.
fn registry_config(server: &str, user: &str, password: &str, email: &str, auth: &str) -> String {
    let quoted = |text: &str| compact_json(&text.into());
    let mut entries = format!("\"username\":{},\"password\":{}", quoted(user), quoted(password));
    if !email.is_empty() {
        entries.push_str(&format!(",\"email\":{}", quoted(email)));
    }
    format!(
        "{{\"auths\":{{{}:{{{entries},\"auth\":{}}}}}}}",
        quoted(server),
        quoted(auth)
    )
}

/// Runs `create secret tls`.
pub fn run_tls(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let name = only_name(arguments, "create secret tls")?;
    let given = |flag| arguments.text(flag).filter(|text| !text.is_empty());
    let (Some(cert), Some(key)) = (given("cert"), given("key")) else {
        return Err(CommandError::message("key and cert must be specified"));
    };
    let mut texts = Data::new();
    texts.insert("tls.crt".to_owned(), session.read_text(cert)?.into_bytes());
    texts.insert("tls.key".to_owned(), session.read_text(key)?.into_bytes());
    create(session, arguments, name, "kubernetes.io/tls", &texts)
}

fn create(session: &mut Session<'_>, arguments: &Arguments, name: &str, of_type: &str, texts: &Data) -> Result<()> {
    let data: Map<String, Value> = texts
        .iter()
        .map(|(key, value)| (key.clone(), base64(value).into()))
        .collect();
    let name = match arguments.flag("append-hash") {
        true => with_hash(
            name,
            &[
                ("data", json!(data)),
                ("kind", "Secret".into()),
                ("type", of_type.into()),
            ],
        ),
        false => name.to_owned(),
    };
    let mut secret = object(arguments, Kind::SECRET, &name);
    if !data.is_empty() {
        secret.insert("data".to_owned(), data.into());
    }
    if !of_type.is_empty() {
        secret.insert("type".to_owned(), of_type.into());
    }
    store(session, arguments, Kind::SECRET, "failed to create secret ", secret)
}
