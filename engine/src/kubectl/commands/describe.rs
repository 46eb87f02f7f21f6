//! `kubectl describe`: pods. Other kinds are not described yet.

use serde_json::Value;

use crate::api::Kind;
use crate::kubectl::describe;
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, FILES, Flag};
use crate::kubectl::selection::{Info, Query};
use crate::kubectl::session::Session;

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
    let found = query.find(session)?;
    if let Some(other) = found.infos.iter().find(|info| info.kind != Kind::POD) {
        let kind = other.kind.info().plural;
        return Err(CommandError::message(format!(
            "describing {kind} is not modelled; get -o yaml shows everything"
        )));
    }
    let mut errors = found.errors;
    if found.infos.is_empty() && errors.is_empty() {
        errors.extend(none_found(session, &query));
    }
    let mut pages = Vec::new();
    for info in &found.infos {
        let events = events_about(session, info);
        let events = arguments.flag_or_true("show-events").then_some(events);
        pages.push(describe::pod(&info.value, events.as_deref(), session.now_ns()));
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

/// The events about an object, in the order in which they were written: their real names end in the time, so that the API
/// server lists them so.
fn events_about(session: &Session<'_>, info: &Info) -> Vec<Value> {
    let objects = session.cluster.store().objects();
    let events = objects
        .of_kind_in(Kind::EVENT, &info.key.namespace)
        .map(|object| session.external(object));
    let uid = info.value.pointer("/metadata/uid");
    events
        .filter(|event| event.pointer("/involvedObject/uid") == uid)
        .collect()
}
