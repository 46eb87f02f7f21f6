//! `kubectl create job` and `kubectl create cronjob`.

use serde_json::{Map, Value, json};

use super::generated::{COMMON, name_before_dashes, object, required, store};
use super::workload::container;
use crate::api::Kind;
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, CHANGE, Flag, OUTPUT};
use crate::kubectl::selection::{Info, Query};
use crate::kubectl::session::Session;

/// The flags of both.
pub const FLAGS: &[&[Flag]] = &[
    &[
        Flag::text("image"),
        Flag::text("from"),
        Flag::text("schedule"),
        Flag::text("restart"),
    ],
    COMMON,
    CHANGE,
    OUTPUT,
];

/// The annotation of a Job that a person made of a CronJob.
const INSTANTIATED: &str = "cronjob.kubernetes.io/instantiate";

/// Runs `create job`.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let (name, command) = name_before_dashes(arguments, "create job")?;
    let given = |flag| arguments.text(flag).unwrap_or_default();
    let (image, from) = (given("image"), given("from"));
    if image.is_empty() == from.is_empty() {
        return Err(CommandError::message("either --image or --from must be specified"));
    }
    if !command.is_empty() && !from.is_empty() {
        return Err(CommandError::message("cannot specify --from and command"));
    }
    let mut job = object(arguments, Kind::JOB, name);
    if from.is_empty() {
        job.insert("spec".to_owned(), spec(name, image, command, "Never"));
    } else {
        copy_cron_job(&find_cron_job(session, arguments, from)?, &mut job);
    }
    job.insert("status".to_owned(), json!({}));
    store(session, arguments, Kind::JOB, "failed to create job: ", job)
}

/// Runs `create cronjob`.
pub fn run_cron_job(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    required(arguments, &["image", "schedule"])?;
    let (name, command) = name_before_dashes(arguments, "create cronjob")?;
    let given = |flag| arguments.text(flag).filter(|text| !text.is_empty());
    let restart = given("restart").unwrap_or("OnFailure");
    let job = spec(name, given("image").unwrap_or_default(), command, restart);
    let mut cron_job = object(arguments, Kind::CRON_JOB, name);
    cron_job.insert(
        "spec".to_owned(),
        json!({
            "jobTemplate": { "metadata": { "creationTimestamp": null, "name": name }, "spec": job },
            "schedule": given("schedule").unwrap_or_default(),
        }),
    );
    cron_job.insert("status".to_owned(), json!({}));
    store(
        session,
        arguments,
        Kind::CRON_JOB,
        "failed to create cronjob: ",
        cron_job,
    )
}

/// The spec of a Job of one container that is named after it.
fn spec(name: &str, image: &str, command: &[String], restart: &str) -> Value {
    let container = container(name.to_owned(), image, command);
    let pod = json!({ "containers": [container], "restartPolicy": restart });
    json!({ "template": { "metadata": { "creationTimestamp": null }, "spec": pod } })
}

fn find_cron_job(session: &Session<'_>, arguments: &Arguments, from: &str) -> Result<Info> {
    let mut found = Query::of(arguments, &[from.to_owned()]).find(session)?;
    if let Some(error) = found.errors.pop() {
        return Err(error);
    }
    let Some(info) = found.infos.pop() else {
        return Err(CommandError::message("from must be an existing cronjob"));
    };
    match info.kind {
        Kind::CRON_JOB => Ok(info),
        kind => Err(CommandError::message(format!(
            "unknown object type *{}.{}",
            kind.info().version,
            kind.name()
        ))),
    }
}

/// The Job that the CronJob would have made, noted as made by hand.
fn copy_cron_job(cron_job: &Info, job: &mut Map<String, Value>) {
    let at = |path| cron_job.value.pointer(path).cloned().unwrap_or_default();
    let mut annotations = match at("/spec/jobTemplate/metadata/annotations") {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    annotations.insert(INSTANTIATED.to_owned(), "manual".into());
    if let Some(metadata) = job.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.insert("annotations".to_owned(), annotations.into());
        if let labels @ Value::Object(_) = at("/spec/jobTemplate/metadata/labels") {
            metadata.insert("labels".to_owned(), labels);
        }
        let owner = json!({
            "apiVersion": "batch/v1", "controller": true, "kind": "CronJob",
            "name": cron_job.key.name.as_str(), "uid": at("/metadata/uid"),
        });
        metadata.insert("ownerReferences".to_owned(), json!([owner]));
    }
    let mut spec = at("/spec/jobTemplate/spec");
    // A client's own type writes out a time that it has not.
    let template = spec.get_mut("template").and_then(Value::as_object_mut);
    if let Some(template) = template {
        let metadata = template.entry("metadata").or_insert_with(|| json!({}));
        metadata["creationTimestamp"] = Value::Null;
    }
    job.insert("spec".to_owned(), spec);
}
