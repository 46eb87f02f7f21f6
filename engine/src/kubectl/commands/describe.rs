//! `kubectl describe`.

use serde_json::Value;

use crate::api::Kind;
use crate::kubectl::describe;
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, FILES, Flag};
use crate::kubectl::selection::{Info, Query};
use crate::kubectl::session::{DEFAULT_NAMESPACE, Session};

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[
    &[
        Flag::text("selector").short('l'),
        Flag::bool("all-namespaces").short('A'),
        Flag::bool("show-events"),
        Flag::int("chunk-size"),
    ],
    FILES,
];

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let query = Query::of(arguments, &arguments.positional).kind_alone();
    if query.words.is_empty() && query.files.is_empty() {
        return Err(CommandError::message(
            "You must specify the type of resource to describe. Use \"kubectl api-resources\" for a complete list of supported resources.",
        ));
    }
    let mut found = query.find(session)?;
    if found.infos.is_empty() {
        let matching = by_prefix(session, &query)?;
        if !matching.is_empty() {
            found.errors.clear();
            found.infos = matching;
        }
    }
    let mut errors = found.errors;
    if found.infos.is_empty() && errors.is_empty() {
        errors.extend(none_found(session, &query));
    }
    let mut pages = Vec::new();
    for info in &found.infos {
        let events = events_about(session, info);
        let events = arguments.flag_or_true("show-events").then_some(events);
        pages.push(describe::describe(session, info, events.as_deref()));
    }
    session.stdout.push_str(&pages.join("\n\n"));
    CommandError::of(errors)
}

fn none_found(session: &mut Session<'_>, query: &Query<'_>) -> Option<CommandError> {
    session.warn(if query.all_namespaces {
        "No resources found".to_owned()
    } else {
        format!("No resources found in {} namespace.", query.namespace)
    });
    None
}

/// The objects whose names begin with the one that was asked for: kubectl tries that where there is none of the name itself.
fn by_prefix(session: &Session<'_>, query: &Query<'_>) -> Result<Vec<Info>> {
    let words: Vec<&str> = match query.words.as_slice() {
        [pair] if pair.contains('/') => pair.split('/').collect(),
        words => words.iter().map(String::as_str).collect(),
    };
    let [kind, prefix] = words.as_slice() else {
        return Ok(Vec::new());
    };
    let all = Query {
        words: vec![(*kind).to_owned()],
        kind_alone: true,
        ..query.clone()
    };
    let mut infos = all.find(session)?.infos;
    infos.retain(|info| info.key.name.starts_with(prefix));
    Ok(infos)
}

/// The events about an object, in the order in which they were written: their real names end in the time, so that the API
/// server lists them so.
fn events_about(session: &Session<'_>, info: &Info) -> Vec<Value> {
    let objects = session.cluster.store().objects();
    // Events about objects without a namespace are kept in the default one.
    let namespace = match info.key.namespace.as_str() {
        "" => DEFAULT_NAMESPACE,
        namespace => namespace,
    };
    let events = objects
        .of_kind_in(Kind::EVENT, namespace)
        .map(|object| session.external(object));
    let uid = info.value.pointer("/metadata/uid");
    let text = |event: &Value, path| event.pointer(path).and_then(Value::as_str).map(str::to_owned);
    events
        .filter(|event| {
            // The kubelet writes a node's name where its uid belongs.
            let of_node = info.kind == Kind::NODE
                && text(event, "/involvedObject/kind").as_deref() == Some("Node")
                && text(event, "/involvedObject/name").as_deref() == Some(info.key.name.as_str());
            of_node || event.pointer("/involvedObject/uid") == uid
        })
        .collect()
}
