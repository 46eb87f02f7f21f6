//! `kubectl rollout history`, and the revisions that it and `rollout undo` look at.

use serde_json::{Map, Value};

use crate::api::{Kind, Object, Uid};
use crate::apiserver::Patch;
use crate::kubectl::describe::template_text;
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, FILES, Flag, OUTPUT};
use crate::kubectl::output::Format;
use crate::kubectl::selection::{Info, Query};
use crate::kubectl::session::Session;
use crate::kubectl::tabwriter::TabWriter;

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[
    &[Flag::int("revision"), Flag::text("selector").short('l')],
    FILES,
    OUTPUT,
];

/// The annotation that counts a Deployment's revisions.
pub const REVISION: &str = "deployment.kubernetes.io/revision";
/// The annotation that says why something was changed.
const CHANGE_CAUSE: &str = "kubernetes.io/change-cause";

/// A revision of a workload.
pub struct Revision {
    /// Its number.
    pub number: i64,
    /// The ReplicaSet or ControllerRevision that keeps it, as the API shows it.
    pub value: Value,
}

impl Revision {
    fn annotation(&self, key: &str) -> Option<&str> {
        self.value.get("metadata")?.get("annotations")?.get(key)?.as_str()
    }
}

/// The revisions of a workload, oldest first.
pub fn revisions(session: &Session<'_>, info: &Info) -> Vec<Revision> {
    let uid: Uid = info
        .value
        .pointer("/metadata/uid")
        .and_then(Value::as_str)
        .and_then(|uid| uid.parse().ok())
        .unwrap_or_default();
    let keeper = if info.kind == Kind::DEPLOYMENT {
        Kind::REPLICA_SET
    } else {
        Kind::CONTROLLER_REVISION
    };
    let owned = session.cluster.store().objects().owned_by(uid);
    let mut revisions: Vec<Revision> = owned
        .filter(|object| object.kind() == keeper)
        .filter_map(|object| revision_of(session, object))
        .collect();
    revisions.sort_by_key(|revision| revision.number);
    revisions
}

fn revision_of(session: &Session<'_>, object: &Object) -> Option<Revision> {
    let value = session.external(object);
    let number = match object.kind() {
        Kind::REPLICA_SET => object.meta().annotations.get(REVISION)?.parse().ok()?,
        _ => value.get("revision")?.as_i64()?,
    };
    Some(Revision { number, value })
}

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let query = Query::of(arguments, &arguments.positional).kind_alone();
    if query.words.is_empty() && query.files.is_empty() {
        return Err(CommandError::message("required resource not specified"));
    }
    let format = Format::of(arguments)?;
    let wanted = arguments.int("revision").unwrap_or(0);
    if wanted < 0 {
        return Err(CommandError::message("revision must be a positive integer"));
    }
    let found = query.find(session)?;
    let mut errors = found.errors;
    for info in &found.infos {
        if let Err(error) = show(session, info, &format, wanted) {
            errors.push(error);
        }
    }
    CommandError::of(errors)
}

fn show(session: &mut Session<'_>, info: &Info, format: &Format, wanted: i64) -> Result<()> {
    if !matches!(info.kind, Kind::DEPLOYMENT | Kind::DAEMON_SET | Kind::STATEFUL_SET) {
        let kind = info.kind.name();
        return Err(CommandError::message(format!(
            "no history viewer has been implemented for \"{kind}\""
        )));
    }
    let revisions = revisions(session, info);
    if wanted == 0 {
        let text = table(&revisions);
        session.print(format!("{} \n{text}", info.label()));
        return Ok(());
    }
    let Some(revision) = revisions.iter().find(|revision| revision.number == wanted) else {
        return Err(CommandError::message("unable to find the specified revision"));
    };
    match format {
        Format::Objects(output) => {
            let kind = if info.kind == Kind::DEPLOYMENT {
                Kind::REPLICA_SET
            } else {
                Kind::CONTROLLER_REVISION
            };
            let text = output.render(Some(kind), &revision.value)?;
            session.stdout.push_str(&text);
            Ok(())
        }
        _ => {
            let text = template_text(&template_of(info, revision)?);
            session.print(format!("{} with revision #{wanted}\n{text}", info.label()));
            Ok(())
        }
    }
}

/// The pod template that a revision keeps.
///
/// # Errors
/// A ControllerRevision whose patch does not apply.
pub fn template_of(info: &Info, revision: &Revision) -> Result<Value> {
    let mut template = match info.kind {
        Kind::DEPLOYMENT => revision.value.pointer("/spec/template").cloned().unwrap_or_default(),
        _ => {
            let data = revision.value.get("data").cloned().unwrap_or_default();
            let mut object = info.value.clone();
            Patch::Strategic(data).apply(info.kind, &mut object)?;
            object.pointer("/spec/template").cloned().unwrap_or_default()
        }
    };
    // What the revision was made for is shown with the template's own annotations.
    let cause = revision
        .annotation(CHANGE_CAUSE)
        .filter(|_| info.kind == Kind::DEPLOYMENT);
    if let (Some(cause), Some(template)) = (cause, template.as_object_mut()) {
        let empty = || Value::Object(Map::new());
        let metadata = template.entry("metadata").or_insert_with(empty).as_object_mut();
        let annotations = metadata.map(|metadata| metadata.entry("annotations").or_insert_with(empty));
        if let Some(annotations) = annotations.and_then(Value::as_object_mut) {
            annotations.insert(CHANGE_CAUSE.to_owned(), cause.into());
        }
    }
    Ok(template)
}

fn table(revisions: &[Revision]) -> String {
    if revisions.is_empty() {
        return "No rollout history found.".to_owned();
    }
    let mut lines = "REVISION\tCHANGE-CAUSE\n".to_owned();
    for revision in revisions {
        let cause = revision
            .annotation(CHANGE_CAUSE)
            .filter(|cause| !cause.is_empty())
            .unwrap_or("<none>");
        lines.push_str(&format!("{}\t{cause}\n", revision.number));
    }
    TabWriter::DESCRIBE.align(&lines)
}
