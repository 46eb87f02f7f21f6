//! `kubectl create deployment`.
//!
//! Containers are named after their images. Deliberately not modelled: the random suffix of a name made of an image whose name
//! holds `_` or `.`.

use serde_json::{Map, Value, json};

use super::generated::{COMMON, name_before_dashes, object, required, store};
use crate::api::Kind;
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, CHANGE, Flag, OUTPUT};
use crate::kubectl::session::Session;

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[
    &[
        Flag::texts("image"),
        Flag::int("port"),
        Flag::int("replicas").short('r'),
    ],
    COMMON,
    CHANGE,
    OUTPUT,
];

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    required(arguments, &["image"])?;
    let (name, command) = name_before_dashes(arguments, "create deployment")?;
    let images = arguments.texts("image");
    if images.len() > 1 && !command.is_empty() {
        return Err(CommandError::message(
            "cannot specify multiple --image options and command",
        ));
    }
    let mut containers: Vec<Map<String, Value>> = images
        .iter()
        .map(|image| container(container_name(image), image, command))
        .collect();
    if let (Some(port), Some(first)) = (arguments.int("port").filter(|port| *port >= 0), containers.first_mut()) {
        first.insert("ports".to_owned(), json!([{ "containerPort": port }]));
    }
    let mut deployment = object(arguments, Kind::DEPLOYMENT, name);
    if let Some(metadata) = deployment.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.insert("labels".to_owned(), json!({ "app": name }));
    }
    let template = json!({
        "metadata": { "creationTimestamp": null, "labels": { "app": name } },
        "spec": { "containers": containers },
    });
    deployment.insert(
        "spec".to_owned(),
        json!({
            "replicas": arguments.int("replicas").unwrap_or(1),
            "selector": { "matchLabels": { "app": name } },
            "strategy": {},
            "template": template,
        }),
    );
    deployment.insert("status".to_owned(), json!({}));
    store(
        session,
        arguments,
        Kind::DEPLOYMENT,
        "failed to create deployment: ",
        deployment,
    )
}

/// A container that runs a command, or what its image says.
pub fn container(name: String, image: &str, command: &[String]) -> Map<String, Value> {
    let mut container = Map::new();
    if !command.is_empty() {
        container.insert("command".to_owned(), command.into());
    }
    container.insert("image".to_owned(), image.into());
    container.insert("name".to_owned(), name.into());
    container.insert("resources".to_owned(), json!({}));
    container
}

/// The last part of an image's name, without tag and digest.
fn container_name(image: &str) -> String {
    let last = image.rsplit('/').next().unwrap_or(image);
    let name = last.split([':', '@']).next().unwrap_or(last);
    name.replace(['_', '.'], "-")
}
