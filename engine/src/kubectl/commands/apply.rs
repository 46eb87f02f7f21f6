//! `kubectl apply`: makes objects what their manifests say, by a three-way merge of the last manifest applied, this one, and
//! the object in the cluster.

use std::fmt;

use serde_json::{Map, Value};

use crate::api::decode::{DecodeErrors, Manifest};
use crate::api::patch::three_way_merge;
use crate::api::schema::Schema;
use crate::api::{Kind, ObjectKey};
use crate::apiserver::{ApplyOptions, Reason};
use crate::kubectl::error::{CommandError, REFUSED_CONNECTION, Result};
use crate::kubectl::flags::{Arguments, CHANGE, FILES, Flag, OUTPUT};
use crate::kubectl::output::{Format, Output, compact_json, list_of};
use crate::kubectl::selection::{Info, Query};
use crate::kubectl::session::{DEFAULT_NAMESPACE, DryRun, Session};

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[
    &[
        Flag::text("selector").short('l'),
        Flag::bool("all"),
        Flag::bool("overwrite"),
        Flag::bool("prune"),
        Flag::texts("prune-allowlist"),
        Flag::bool("server-side"),
        Flag::bool("force-conflicts"),
        Flag::bool("force"),
        Flag::bool("openapi-patch"),
        Flag::text("validate").bare("strict"),
        Flag::int("grace-period"),
        Flag::duration("timeout"),
        Flag::bool("wait"),
        Flag::text("cascade").bare("background"),
    ],
    FILES,
    CHANGE,
    OUTPUT,
];

/// Where `kubectl apply` keeps the manifest it last applied.
pub const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What applying did to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is new.
    Created,
    /// It was changed.
    Configured,
    /// It was so already.
    Unchanged,
    /// The API server made of it what the manifest says.
    ServerSideApplied,
}

/// An applied object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Its kind.
    pub kind: Kind,
    /// Its namespace and name.
    pub key: ObjectKey,
    /// What was done.
    pub outcome: Outcome,
}

impl fmt::Display for Applied {
    /// As kubectl prints it: `deployment.apps/web created`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome = match self.outcome {
            Outcome::Created => "created",
            Outcome::Configured => "configured",
            Outcome::Unchanged => "unchanged",
            Outcome::ServerSideApplied => "serverside-applied",
        };
        write!(f, "{}/{} {outcome}", self.kind.info().group_singular(), self.key.name)
    }
}

/// Why one document of a text was not applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplyFailure {
    /// What is wrong, each line with file, line, column and field where one is to blame.
    pub diagnosis: String,
    /// What kubectl would print.
    pub kubectl_text: String,
}

/// Some documents of a text were not applied. Of a document that fails, nothing is applied; the others are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ApplyError {
    /// What was applied all the same.
    pub applied: Vec<Applied>,
    /// What was not, and why; never empty.
    pub failures: Vec<ApplyFailure>,
}

impl ApplyError {
    /// Nothing was applied: the API server does not answer.
    pub(crate) fn unreachable() -> Self {
        ApplyError {
            applied: Vec::new(),
            failures: vec![ApplyFailure {
                diagnosis: REFUSED_CONNECTION.to_owned(),
                kubectl_text: REFUSED_CONNECTION.to_owned(),
            }],
        }
    }
}

impl fmt::Display for ApplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<&str> = self.failures.iter().map(|failure| failure.diagnosis.as_str()).collect();
        f.write_str(&lines.join("\n"))
    }
}

/// Applies the documents of a text, as [`crate::Cluster::apply`] does.
pub fn apply_documents(
    session: &mut Session<'_>,
    documents: Vec<std::result::Result<Manifest, DecodeErrors>>,
) -> std::result::Result<Vec<Applied>, ApplyError> {
    let (mut applied, mut failures) = (Vec::new(), Vec::new());
    for document in documents {
        let manifest = match document {
            Ok(manifest) => manifest,
            Err(errors) => {
                failures.push(ApplyFailure {
                    diagnosis: errors.to_string(),
                    kubectl_text: errors.server_message(),
                });
                continue;
            }
        };
        let metadata = manifest.value.get("metadata").unwrap_or(&Value::Null);
        let text = |key| crate::api::json::text(metadata, key);
        let key = match (manifest.kind.is_namespaced(), text("namespace")) {
            (true, namespace) if namespace.is_empty() => ObjectKey::new(DEFAULT_NAMESPACE, text("name")),
            (true, namespace) => ObjectKey::new(namespace, text("name")),
            (false, _) => ObjectKey::cluster(text("name")),
        };
        match apply_one(session, &manifest, key, DryRun::None) {
            Ok((outcome, info)) => applied.push(Applied {
                kind: info.kind,
                key: info.key,
                outcome,
            }),
            Err(error) => failures.push(diagnose(&manifest, &error)),
        }
    }
    if failures.is_empty() {
        Ok(applied)
    } else {
        Err(ApplyError { applied, failures })
    }
}

/// A refusal, with the places in the manifest that it is about.
fn diagnose(manifest: &Manifest, error: &CommandError) -> ApplyFailure {
    let place = |path: &str| {
        let at = manifest.locate(path);
        format!("{}:{}:{}", manifest.file(), at.line, at.column)
    };
    let kubectl_text = error.text().trim_end().to_owned();
    let diagnosis = match error {
        CommandError::Api(error) if !error.causes.is_empty() => {
            let lines: Vec<String> = error
                .causes
                .iter()
                .map(|cause| format!("{}: {cause}", place(&cause.field)))
                .collect();
            lines.join("\n")
        }
        CommandError::Api(error) => format!("{}: {}", place("metadata.name"), error.message),
        _ => format!("{}: {kubectl_text}", place("metadata")),
    };
    ApplyFailure {
        diagnosis,
        kubectl_text,
    }
}

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let (dry_run, format) = (DryRun::of(arguments)?, Format::of(arguments)?);
    if !arguments.positional.is_empty() {
        let text = format!("Unexpected args: [{}]", arguments.positional.join(" "));
        return Err(CommandError::Usage(text, "apply"));
    }
    if arguments.texts("filename").is_empty() {
        return Err(CommandError::message("must specify one of -f and -k"));
    }
    let how = How::of(arguments, dry_run)?;
    let query = Query::of(arguments, &[]).validated(session, arguments)?;
    let read = query.read_files(session)?;
    let (mut errors, mut infos) = (read.errors, Vec::new());
    if errors.is_empty() && read.manifests.is_empty() {
        return Err(CommandError::message("no objects passed to apply"));
    }
    for (manifest, file) in &read.manifests {
        let outcome = query.manifest_key(manifest).and_then(|key| {
            if how.server_side {
                return apply_server_side(session, manifest, key, &how);
            }
            let outcome = apply_one(session, manifest, key, dry_run);
            outcome.map_err(|error| in_file(error, file))
        });
        match outcome {
            Ok((outcome, info)) => {
                if format == Format::Human {
                    let (kind, key) = (info.kind, info.key.clone());
                    let applied = Applied { kind, key, outcome };
                    session.print(format!("{applied}{}", dry_run.suffix()));
                }
                infos.push(info);
            }
            Err(error) => errors.push(error),
        }
    }
    if let Format::Objects(output) = &format {
        print_objects(session, &infos, output)?;
    }
    CommandError::of(errors)
}

/// How the flags say that manifests are applied.
struct How {
    server_side: bool,
    force_conflicts: bool,
    dry_run: DryRun,
}

impl How {
    fn of(arguments: &Arguments, dry_run: DryRun) -> Result<How> {
        let how = How {
            server_side: arguments.flag("server-side"),
            force_conflicts: arguments.flag("force-conflicts"),
            dry_run,
        };
        let refuse = |text: &str| Err(CommandError::message(text));
        if how.force_conflicts && !how.server_side {
            return refuse("--force-conflicts only works with --server-side");
        }
        if how.server_side && dry_run == DryRun::Client {
            return refuse("--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)");
        }
        if how.server_side && arguments.flag("force") {
            return refuse("--force cannot be used with --server-side");
        }
        if arguments.flag("prune") {
            if !arguments.flag("all") && arguments.text("selector").is_none_or(str::is_empty) {
                return refuse(
                    "all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all \
                     flag. If you did not mean to prune all resources, specify a label selector",
                );
            }
            return refuse("--prune is not modelled");
        }
        Ok(how)
    }
}

/// What kubectl adds to a conflict.
const CONFLICT_HELP: &str = "\
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the `--force-conflicts` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts";

/// Lets the API server apply one manifest.
fn apply_server_side(
    session: &mut Session<'_>,
    manifest: &Manifest,
    key: ObjectKey,
    how: &How,
) -> Result<(Outcome, Info)> {
    let kind = manifest.kind;
    if key.name.is_empty() {
        return Err(CommandError::message("resource name may not be empty"));
    }
    let mut config = with_last_applied(&manifest.value, &key);
    let noted = take_last_applied(&mut config, &manifest.value);
    let options = ApplyOptions {
        force: how.force_conflicts,
        last_applied: Some((LAST_APPLIED, noted.as_str())).filter(|_| session.manager == "kubectl"),
    };
    let applied = session.request(how.dry_run, |request| request.apply(kind, &key, config, options));
    let value = applied.map_err(|error| match error.reason {
        Reason::Conflict if !error.causes.is_empty() => {
            CommandError::message(format!("{}\n{CONFLICT_HELP}", error.message))
        }
        _ => error.into(),
    })?;
    Ok((Outcome::ServerSideApplied, Info { kind, key, value }))
}

/// Takes the note of what is applied out of a manifest that has none of its own, and returns it.
fn take_last_applied(config: &mut Value, manifest: &Value) -> String {
    let had_annotations = manifest.pointer("/metadata/annotations").is_some();
    let Some(metadata) = config.get_mut("metadata").and_then(Value::as_object_mut) else {
        return String::new();
    };
    let annotations = metadata.get_mut("annotations").and_then(Value::as_object_mut);
    let noted = annotations.and_then(|annotations| annotations.remove(LAST_APPLIED));
    if !had_annotations {
        metadata.remove("annotations");
    }
    noted.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn print_objects(session: &mut Session<'_>, infos: &[Info], output: &Output) -> Result<()> {
    match (infos, output) {
        (infos, Output::Name) => {
            for info in infos {
                session.print(info.label());
            }
        }
        ([one], output) => {
            let text = output.render(Some(one.kind), &one.value)?;
            session.stdout.push_str(&text);
        }
        ([], _) => {}
        (all, output) => {
            let text = output.render(None, &list_of(all))?;
            session.stdout.push_str(&text);
        }
    }
    Ok(())
}

/// What kubectl says before the server's words: what it was doing, with which file.
fn in_file(error: CommandError, file: &str) -> CommandError {
    match error {
        CommandError::Api(error) => CommandError::Api(error.with_context(&format!("error when creating \"{file}\""))),
        other => other,
    }
}

/// Applies one manifest.
///
/// # Errors
/// It has no name, cannot be merged, or the API server refuses it.
pub fn apply_one(
    session: &mut Session<'_>,
    manifest: &Manifest,
    key: ObjectKey,
    dry_run: DryRun,
) -> Result<(Outcome, Info)> {
    let kind = manifest.kind;
    if key.name.is_empty() {
        return Err(unnamed(manifest, &key));
    }
    session.warn_of_version(&crate::api::json::text(&manifest.value, "apiVersion"), kind);
    let modified = with_last_applied(&manifest.value, &key);
    let info = |value| Info {
        kind,
        key: key.clone(),
        value,
    };
    let Some(live) = session.get(kind, &key) else {
        let value = match dry_run {
            DryRun::Client => modified,
            _ => session.create(kind, modified, dry_run)?,
        };
        return Ok((Outcome::Created, info(value)));
    };
    let original = last_applied(&live);
    if original.is_none() {
        session.warn(format!(
            "Warning: resource {}/{} is missing the {LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply \
             should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The \
             missing annotation will be patched automatically.",
            kind.info().plural, key.name
        ));
    }
    let Some(info_of_kind) = Schema::builtin().of_kind(kind) else {
        return Err(CommandError::message(format!("no schema for {kind}")));
    };
    let merged = three_way_merge(info_of_kind, &original.unwrap_or(Value::Null), &modified, &live)
        .map_err(|error| CommandError::message(error.to_string()))?;
    let merged = with_member(merged, "apiVersion", live.get("apiVersion"));
    if merged == live {
        return Ok((Outcome::Unchanged, info(live)));
    }
    let value = match dry_run {
        DryRun::Client => merged,
        _ => session.request(dry_run, |request| request.replace(kind, merged))?,
    };
    Ok((Outcome::Configured, info(value)))
}

fn unnamed(manifest: &Manifest, key: &ObjectKey) -> CommandError {
    let metadata = manifest.value.get("metadata").unwrap_or(&Value::Null);
    let generate_name = crate::api::json::text(metadata, "generateName");
    if !generate_name.is_empty() {
        return CommandError::message(format!("from {generate_name}: cannot use generate name with apply"));
    }
    let info = manifest.kind.info();
    CommandError::message(format!(
        "error when retrieving current configuration of:\nResource: \"{group}/{version}, Resource={resource}\", GroupVersionKind: \
         \"{group}/{version}, Kind={kind}\"\nName: \"\", Namespace: \"{namespace}\"\nfrom server for: \"{file}\": resource name may \
         not be empty",
        group = info.group,
        version = info.version,
        resource = info.plural,
        kind = info.kind,
        namespace = key.namespace,
        file = manifest.file(),
    ))
}

/// The manifest that was last applied to an object.
fn last_applied(live: &Value) -> Option<Value> {
    let text = live.get("metadata")?.get("annotations")?.get(LAST_APPLIED)?.as_str()?;
    serde_json::from_str(text).ok()
}

/// The manifest's object in its namespace, with itself noted in its annotation.
pub fn with_last_applied(manifest: &Value, key: &ObjectKey) -> Value {
    let mut object = manifest.clone();
    let Some(map) = object.as_object_mut() else {
        return object;
    };
    let metadata = map.entry("metadata").or_insert_with(|| Value::Object(Map::new()));
    if let Some(metadata) = metadata.as_object_mut() {
        if !key.namespace.is_empty() {
            metadata.insert("namespace".to_owned(), key.namespace.as_str().into());
        }
        let annotations = metadata
            .entry("annotations")
            .or_insert_with(|| Value::Object(Map::new()));
        match annotations.as_object_mut() {
            Some(annotations) => {
                annotations.remove(LAST_APPLIED);
            }
            None => *annotations = Value::Object(Map::new()),
        }
    }
    let text = format!("{}\n", compact_json(&object));
    let annotations = object
        .get_mut("metadata")
        .and_then(|metadata| metadata.get_mut("annotations"));
    if let Some(annotations) = annotations.and_then(Value::as_object_mut) {
        annotations.insert(LAST_APPLIED.to_owned(), text.into());
    }
    object
}

fn with_member(mut value: Value, member: &str, wanted: Option<&Value>) -> Value {
    if let (Some(map), Some(wanted)) = (value.as_object_mut(), wanted) {
        map.insert(member.to_owned(), wanted.clone());
    }
    value
}
