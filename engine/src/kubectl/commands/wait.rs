//! `kubectl wait`.

use serde_json::Value;

use crate::api::json as read;
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, FILES, Flag, OUTPUT};
use crate::kubectl::jsonpath::{self, JsonPath};
use crate::kubectl::selection::{Info, Query};
use crate::kubectl::session::Session;

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[
    &[
        Flag::text("for"),
        Flag::duration("timeout"),
        Flag::bool("all"),
        Flag::bool("all-namespaces").short('A'),
        Flag::text("selector").short('l'),
        Flag::text("field-selector"),
        Flag::bool("local"),
    ],
    FILES,
    OUTPUT,
];

/// How long it waits unless told: 30 s.
const DEFAULT_TIMEOUT_NS: i64 = 30 * 1_000_000_000;
/// How long a negative time-out means: a week.
const LONGEST_TIMEOUT_NS: i64 = 7 * 24 * 3_600 * 1_000_000_000;

enum Awaited {
    Gone,
    There,
    Condition { name: String, status: String },
    Path { path: JsonPath, value: Option<String> },
}

impl Awaited {
    fn parse(text: &str) -> Result<Awaited> {
        let lower = text.to_ascii_lowercase();
        if lower == "delete" {
            return Ok(Awaited::Gone);
        }
        if lower == "create" {
            return Ok(Awaited::There);
        }
        if let Some(condition) = text.strip_prefix("condition=") {
            let (name, status) = condition.split_once('=').unwrap_or((condition, "true"));
            return Ok(Awaited::Condition {
                name: name.to_owned(),
                status: status.to_owned(),
            });
        }
        if let Some(rest) = text.strip_prefix("jsonpath=") {
            let rest = rest.trim_matches('\'');
            let (path, value) = match rest.find("}=").map(|at| rest.split_at(at + 1)) {
                Some((path, value)) => (path, value.strip_prefix('=')),
                None if rest.contains('{') => (rest, None),
                None => rest
                    .split_once('=')
                    .map_or((rest, None), |(path, value)| (path, Some(value))),
            };
            if value == Some("") {
                return Err(CommandError::message(
                    "jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3",
                ));
            }
            let path = JsonPath::parse_relaxed(path).map_err(|error| CommandError::message(error.to_string()))?;
            return Ok(Awaited::Path {
                path,
                value: value.map(|value| value.trim_matches(['\'', '"']).to_owned()),
            });
        }
        Err(CommandError::message(format!("unrecognized condition: {text:?}")))
    }

    fn is_met(&self, object: Option<&Value>) -> bool {
        match (self, object) {
            (Awaited::Gone, object) => object.is_none(),
            (Awaited::There, object) => object.is_some(),
            (_, None) => false,
            (Awaited::Condition { name, status }, Some(object)) => has_condition(object, name, status),
            (Awaited::Path { path, value }, Some(object)) => {
                let found: Vec<String> = path
                    .find(object)
                    .unwrap_or_default()
                    .iter()
                    .flatten()
                    .map(|value| jsonpath::plain(value))
                    .collect();
                match value {
                    Some(value) => matches!(found.as_slice(), [one] if one == value),
                    None => !found.is_empty(),
                }
            }
        }
    }
}

fn has_condition(object: &Value, name: &str, wanted: &str) -> bool {
    let status = object.get("status").unwrap_or(&Value::Null);
    let conditions = read::list(status, "conditions");
    let condition = conditions
        .iter()
        .find(|condition| read::text(condition, "type").eq_ignore_ascii_case(name));
    let Some(condition) = condition else { return false };
    let generation = object.pointer("/metadata/generation").and_then(Value::as_i64);
    let observed = read::int(condition, "observedGeneration").or_else(|| read::int(status, "observedGeneration"));
    let stale = generation
        .zip(observed)
        .is_some_and(|(generation, observed)| observed < generation);
    !stale && read::text(condition, "status").eq_ignore_ascii_case(wanted)
}

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let awaited = Awaited::parse(arguments.text("for").unwrap_or_default())?;
    let timeout_ns = match arguments.duration_ns("timeout") {
        None => DEFAULT_TIMEOUT_NS,
        Some(timeout) if timeout < 0 => LONGEST_TIMEOUT_NS,
        Some(timeout) => timeout,
    };
    let deadline = session.now_plus(timeout_ns);
    let query = Query::of(arguments, &arguments.positional);
    let mut found = query.find(session)?;
    if matches!(awaited, Awaited::There) {
        while !found.errors.is_empty() && session.wait_for_change(Some(deadline))? {
            found = query.find(session)?;
        }
    }
    let gone = matches!(awaited, Awaited::Gone);
    let mut errors: Vec<CommandError> = found
        .errors
        .into_iter()
        .filter(|error| !(gone && is_not_found(error)))
        .collect();
    if found.infos.is_empty() {
        if errors.is_empty() && !gone {
            return Err(CommandError::message("no matching resources found"));
        }
        return CommandError::of(errors);
    }
    for info in &found.infos {
        match wait_for(session, info, &awaited, deadline) {
            Ok(true) => session.print(format!("{} condition met", info.label())),
            Ok(false) => errors.push(CommandError::message(format!(
                "timed out waiting for the condition on {}",
                info.plural_label()
            ))),
            Err(error) => return Err(error),
        }
    }
    CommandError::of(errors)
}

fn is_not_found(error: &CommandError) -> bool {
    matches!(error, CommandError::Api(error) if error.reason == crate::apiserver::Reason::NotFound)
}

fn wait_for(session: &mut Session<'_>, info: &Info, awaited: &Awaited, deadline: crate::sim::SimTime) -> Result<bool> {
    let uid = info.value.pointer("/metadata/uid").cloned();
    loop {
        let present = session.get(info.kind, &info.key);
        // A namesake that came after is another object.
        let same = present
            .as_ref()
            .filter(|object| !matches!(awaited, Awaited::Gone) || object.pointer("/metadata/uid") == uid.as_ref());
        if awaited.is_met(same) {
            return Ok(true);
        }
        if !session.wait_for_change(Some(deadline))? {
            return Ok(false);
        }
    }
}
