//! One run of kubectl: the cluster it talks to, the files it may read, what it prints.

use std::time::Duration;

use serde_json::Value;
use smol_str::SmolStr;

use super::error::{CommandError, Result};
use super::files::{FileError, FileSource};
use super::flags::{Arguments, is_boolean, is_true};
use super::output::Output;
use crate::api::decode::{Problem, check_object};
use crate::api::{Kind, Node, Object, ObjectKey, Resource, Timestamp};
use crate::apiserver::{ApiError, FieldValidation, Reason, Request, external, in_release, with_managed_fields};
use crate::cluster::{Cluster, Progress};
use crate::sim::SimTime;

/// The namespace of a command that names none.
pub const DEFAULT_NAMESPACE: &str = "default";

/// Who owns what `kubectl apply` sets by itself.
pub const CLIENT_SIDE_APPLY: &str = "kubectl-client-side-apply";

/// What a log calls kubectl's process: the first of its machine.
const PROCESS: u32 = 1;

/// One run of kubectl.
pub struct Session<'c> {
    /// The cluster.
    pub cluster: &'c mut Cluster,
    /// The files that commands may name.
    pub files: &'c dyn FileSource,
    /// What was printed to standard output.
    pub stdout: String,
    /// What was printed to standard error.
    pub stderr: String,
    /// How many YAML documents were printed: from the second on, a line of dashes stands above them.
    documents: usize,
    /// What the API server is asked to do about unknown fields.
    pub validation: FieldValidation,
    /// Who owns the fields that this run sets.
    pub manager: SmolStr,
}

/// A version of a kind that is still accepted here, though servers have stopped serving it: teaching material is full of them.
struct Deprecated {
    kind: Kind,
    api_version: &'static str,
    /// The release that deprecated it.
    since: &'static str,
    /// The release that stopped serving it.
    until: &'static str,
}

/// Source: Kubernetes documentation, "Deprecated API Migration Guide".
const DEPRECATED: &[Deprecated] = &[Deprecated {
    kind: Kind::POD_DISRUPTION_BUDGET,
    api_version: "policy/v1beta1",
    since: "v1.21",
    until: "v1.25",
}];

/// `--dry-run`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DryRun {
    /// Not at all.
    None,
    /// Nothing is sent.
    Client,
    /// Everything is sent, nothing is stored.
    Server,
}

impl DryRun {
    /// Reads the flag.
    ///
    /// # Errors
    /// A value that kubectl does not know.
    pub fn of(arguments: &Arguments) -> Result<DryRun> {
        match arguments.text("dry-run") {
            None | Some("none") => Ok(DryRun::None),
            // The bare flag, and truth values, are old forms.
            Some("client" | "unchanged") => Ok(DryRun::Client),
            Some("server") => Ok(DryRun::Server),
            Some(text) if is_true(text) => Ok(DryRun::Client),
            Some(text) if is_boolean(text) => Ok(DryRun::None),
            Some(other) => Err(CommandError::message(format!(
                "Invalid dry-run value ({other}). Must be \"none\", \"server\", or \"client\"."
            ))),
        }
    }

    /// What kubectl adds to its success messages.
    pub fn suffix(self) -> &'static str {
        match self {
            DryRun::None => "",
            DryRun::Client => " (dry run)",
            DryRun::Server => " (server dry run)",
        }
    }
}

/// The text of one file.
///
/// # Errors
/// It cannot be had.
pub fn read_text(files: &dyn FileSource, path: &str) -> Result<String> {
    match files.read(path) {
        Ok(files) => Ok(files.into_iter().next().map(|file| file.text).unwrap_or_default()),
        Err(FileError::NotFound) => Err(CommandError::message(format!("open {path}: no such file or directory"))),
        Err(FileError::Unreadable(why)) => Err(CommandError::message(format!("open {path}: {why}"))),
    }
}

impl<'c> Session<'c> {
    /// A run against a cluster.
    pub fn new(cluster: &'c mut Cluster, files: &'c dyn FileSource) -> Self {
        Session {
            cluster,
            files,
            stdout: String::new(),
            stderr: String::new(),
            documents: 0,
            validation: FieldValidation::Strict,
            manager: CLIENT_SIDE_APPLY.into(),
        }
    }
}

impl Session<'_> {
    /// Prints a line to standard output.
    pub fn print(&mut self, line: impl AsRef<str>) {
        self.stdout.push_str(line.as_ref());
        self.stdout.push('\n');
    }

    /// Prints an object as `-o` asks.
    ///
    /// # Errors
    /// A template that does not fit.
    pub fn print_object(&mut self, output: &Output, kind: Kind, value: &Value) -> Result<()> {
        let text = output.render(Some(kind), value)?;
        if *output == Output::Yaml {
            if self.documents > 0 {
                self.stdout.push_str("---\n");
            }
            self.documents += 1;
        }
        self.stdout.push_str(&text);
        Ok(())
    }

    /// Warns, as the API server does, of a version that a manifest should no longer be written in.
    pub fn warn_of_version(&mut self, api_version: &str, kind: Kind) {
        let deprecated = DEPRECATED
            .iter()
            .find(|deprecated| deprecated.kind == kind && deprecated.api_version == api_version);
        if let Some(old) = deprecated {
            let (name, new) = (kind.name(), kind.info().api_version());
            self.warn(format!(
                "Warning: {api_version} {name} is deprecated in {}+, unavailable in {}+; use {new} {name}",
                old.since, old.until
            ));
        }
    }

    /// Prints a line to standard error.
    pub fn warn(&mut self, line: impl AsRef<str>) {
        self.stderr.push_str(line.as_ref());
        self.stderr.push('\n');
    }

    /// Prints what kubectl's own code logs, by klog: severity, month and day, time, process, place.
    pub fn log(&mut self, severity: char, place: &str, text: &str) {
        let now = self.timestamp().to_string();
        let (date, time) = now.split_once('T').unwrap_or_default();
        let day: String = date.split('-').skip(1).collect();
        let time = time.trim_end_matches('Z');
        self.warn(format!("{severity}{day} {time}.000000 {PROCESS:7} {place}] {text}"));
    }

    /// Makes requests to the API server.
    pub fn request<R>(&mut self, dry_run: DryRun, work: impl FnOnce(&mut Request<'_, '_>) -> R) -> R {
        let manager = self.manager.clone();
        let (result, warnings) = self.cluster.with_context("kubectl", |context, _| {
            let mut request = Request {
                context,
                dry_run: dry_run == DryRun::Server,
                manager,
                warnings: Vec::new(),
            };
            (work(&mut request), request.warnings)
        });
        for warning in warnings {
            self.warn(format!("Warning: {warning}"));
        }
        result
    }

    /// Holds an object that is about to be sent against its kind's fields, as the API server's decoder does.
    ///
    /// # Errors
    /// A value of a wrong type, or fields that the server does not know, unless `--validate` lets them pass.
    pub fn decode(&mut self, kind: Kind, value: &Value) -> std::result::Result<(), ApiError> {
        let strict = decode_body(kind, value).map_err(|error| ApiError {
            message: in_release(error.message.clone(), self.cluster.settings()),
            ..error
        })?;
        match self.validation {
            _ if strict.is_empty() => {}
            FieldValidation::Ignore => {}
            FieldValidation::Warn => strict.iter().for_each(|text| self.warn(format!("Warning: {text}"))),
            FieldValidation::Strict => {
                let why = format!("strict decoding error: {}", strict.join(", "));
                return Err(undecodable(kind, value, &why));
            }
        }
        Ok(())
    }

    /// Creates an object and returns it as stored. A Node that a person creates is a machine that joins.
    ///
    /// # Errors
    /// What the API server refuses.
    pub fn create(&mut self, kind: Kind, value: Value, dry_run: DryRun) -> std::result::Result<Value, ApiError> {
        self.decode(kind, &value)?;
        if kind != Kind::NODE || dry_run != DryRun::None {
            return self.request(dry_run, |request| request.create(kind, value));
        }
        self.request(DryRun::Server, |request| request.create(kind, value.clone()))?;
        let node = Node::from_json(value);
        let key = node.meta.key();
        self.cluster.join_node(node)?;
        self.get(kind, &key).ok_or_else(|| ApiError::not_found(kind, &key.name))
    }

    /// An object, if it is there.
    pub fn object(&self, kind: Kind, key: &ObjectKey) -> Option<&Object> {
        self.cluster.store().objects().object(kind, key)
    }

    /// An object as the API shows it, if it is there.
    pub fn get(&self, kind: Kind, key: &ObjectKey) -> Option<Value> {
        self.object(kind, key).map(|object| self.external(object))
    }

    /// An object as the API shows it now.
    pub fn external(&self, object: &Object) -> Value {
        external(object, self.cluster.now(), self.cluster.store().epoch())
    }

    /// An object as the API really answers: with its managed fields, which kubectl leaves out unless told to show them.
    pub fn whole(&self, kind: Kind, key: &ObjectKey, shown: Value) -> Value {
        match self.object(kind, key) {
            Some(object) => with_managed_fields(object, shown),
            None => shown,
        }
    }

    /// The calendar time.
    pub fn timestamp(&self) -> Timestamp {
        self.cluster.store().epoch().at(self.cluster.now())
    }

    /// The calendar time in nanoseconds since the Unix epoch.
    pub fn now_ns(&self) -> i64 {
        let epoch_ns = self.cluster.store().epoch().secs().saturating_mul(1_000_000_000);
        epoch_ns.saturating_add(i64::try_from(self.cluster.now().as_nanos()).unwrap_or(i64::MAX))
    }

    /// The instant `timeout_ns` from now.
    pub fn now_plus(&self, timeout_ns: i64) -> SimTime {
        self.cluster.now() + Duration::from_nanos(u64::try_from(timeout_ns).unwrap_or(0))
    }

    /// When a command with a `--timeout` gives up; none if it has none (0).
    pub fn deadline(&self, timeout_ns: i64) -> Option<SimTime> {
        (timeout_ns > 0).then(|| self.now_plus(timeout_ns))
    }

    /// The text of one file.
    ///
    /// # Errors
    /// It cannot be had.
    pub fn read_text(&self, path: &str) -> Result<String> {
        read_text(self.files, path)
    }

    /// Lets virtual time pass until something changes; false when `deadline` has come. Without a deadline it is an error when
    /// nothing more is going to change, or a limit is reached.
    ///
    /// # Errors
    /// A limit of the simulation, which also ends a wait that would never end.
    pub fn wait_for_change(&mut self, deadline: Option<SimTime>) -> Result<bool> {
        let limit = self.cluster.wait_limit();
        let until = deadline.unwrap_or(limit).min(limit);
        match self.cluster.run_until_change(until)? {
            Progress::Changed => Ok(true),
            Progress::Deadline if deadline.is_some_and(|deadline| deadline <= limit) => Ok(false),
            Progress::Deadline => Err(CommandError::message(
                "the command waits for something that does not happen (limit of virtual time reached)",
            )),
        }
    }
}

/// What a strict decoder complains of.
///
/// # Errors
/// A value of a wrong type.
fn decode_body(kind: Kind, value: &Value) -> std::result::Result<Vec<String>, ApiError> {
    let given = value.get("kind").and_then(Value::as_str).unwrap_or_default();
    if given != kind.name() {
        let api_version = value.get("apiVersion").and_then(Value::as_str).unwrap_or_default();
        let why = format!(
            "no kind \"{given}\" is registered for version \"{api_version}\" in scheme \"pkg/api/legacyscheme/scheme.go:30\""
        );
        return Err(undecodable(kind, value, &why));
    }
    let mut strict = Vec::new();
    for error in check_object(kind, value) {
        match &error.problem {
            Problem::WrongType { server: why, .. } | Problem::BadValue { message: why } => {
                return Err(undecodable(kind, value, why));
            }
            problem => strict.push(format!("{problem} \"{}\"", error.path)),
        }
    }
    Ok(strict)
}

fn undecodable(kind: Kind, value: &Value, why: &str) -> ApiError {
    let text = |key| crate::api::json::text(value, key);
    let (given, api_version) = (text("kind"), text("apiVersion"));
    let version = api_version.rsplit('/').next().unwrap_or_default();
    let message = format!(
        "{given} in version \"{version}\" cannot be handled as a {}: {why}",
        kind.name()
    );
    ApiError::new(Reason::BadRequest, message)
}
