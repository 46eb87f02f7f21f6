//! `kubectl label` and `kubectl annotate`.

use serde_json::{Map, Value, json};

use super::change::{Change, print_changed};
use crate::api::selector::names::{label_value_errors, qualified_name_errors};
use crate::apiserver::Patch;
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, CHANGE, FILES, Flag, OUTPUT};
use crate::kubectl::output::Format;
use crate::kubectl::selection::{Info, Query};
use crate::kubectl::session::{DryRun, Session};

/// Their flags.
pub const FLAGS: &[&[Flag]] = &[
    &[
        Flag::bool("overwrite"),
        Flag::bool("list"),
        Flag::bool("all"),
        Flag::bool("all-namespaces").short('A'),
        Flag::text("selector").short('l'),
        Flag::text("field-selector"),
        Flag::text("resource-version"),
        Flag::bool("local"),
    ],
    FILES,
    CHANGE,
    OUTPUT,
];

/// Which of the two.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Labels,
    Annotations,
}

impl What {
    fn field(self) -> &'static str {
        match self {
            What::Labels => "labels",
            What::Annotations => "annotations",
        }
    }

    fn noun(self) -> &'static str {
        match self {
            What::Labels => "label",
            What::Annotations => "annotation",
        }
    }
}

/// What is to be set and removed.
#[derive(Default)]
struct Edits {
    set: Vec<(String, String)>,
    remove: Vec<String>,
}

/// Runs `kubectl label`.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    run_either(session, arguments, What::Labels)
}

/// Runs `kubectl annotate`.
pub fn run_annotate(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    run_either(session, arguments, What::Annotations)
}

fn run_either(session: &mut Session<'_>, arguments: &Arguments, what: What) -> Result<()> {
    let (resources, edits) = split(&arguments.positional);
    let list = arguments.flag("list");
    let change = Change::of(arguments, "labeled")?;
    check_target(arguments, &resources, change.dry_run)?;
    if edits.is_empty() && !list {
        return Err(CommandError::message(format!(
            "at least one {} update is required",
            what.noun()
        )));
    }
    let edits = parse(&edits, what)?;
    let query = Query::of(arguments, &resources);
    let local = arguments.flag("local");
    let found = match local {
        true => query.find_local(session)?,
        false => query.find(session)?,
    };
    if !found.single
        && arguments
            .text("resource-version")
            .is_some_and(|version| !version.is_empty())
    {
        return Err(CommandError::message(
            "--resource-version may only be used with a single resource",
        ));
    }
    let change = Change {
        // What is only local is not sent either.
        dry_run: if local { DryRun::Client } else { change.dry_run },
        ..change
    };
    let mut errors = found.errors;
    for info in &found.infos {
        if list {
            print_list(session, info, &edits, what, found.infos.len() > 1);
            continue;
        }
        if let Err(error) = edit(session, arguments, info, &edits, &change, what) {
            errors.push(error);
            break;
        }
    }
    CommandError::of(errors)
}

/// Checks that the flags and words say which objects are meant.
pub(super) fn check_target(arguments: &Arguments, resources: &[String], dry_run: DryRun) -> Result<()> {
    let has_files = !arguments.texts("filename").is_empty();
    let has = |flag| arguments.text(flag).is_some_and(|text| !text.is_empty());
    let why = if arguments.flag("all") && has("selector") {
        "cannot set --all and --selector at the same time"
    } else if arguments.flag("all") && has("field-selector") {
        "cannot set --all and --field-selector at the same time"
    } else if !arguments.flag("local") {
        if !resources.is_empty() || has_files {
            return Ok(());
        }
        "one or more resources must be specified as <resource> <name> or <resource>/<name>"
    } else if dry_run == DryRun::Server {
        "cannot specify --local and --dry-run=server - did you mean --dry-run=client?"
    } else if !resources.is_empty() {
        "can only use local files by -f rsrc.yaml or --filename=rsrc.json when --local=true is set"
    } else if !has_files {
        "one or more files must be specified as -f rsrc.yaml or --filename=rsrc.json"
    } else {
        return Ok(());
    };
    Err(CommandError::message(why))
}

/// The resources, and the edits: from the first word that is one, everything is.
fn split(words: &[String]) -> (Vec<String>, Vec<String>) {
    let is_edit =
        |word: &String| (word.contains('=') && !word.starts_with('=')) || (word.ends_with('-') && word.len() > 1);
    let first = words.iter().position(is_edit).unwrap_or(words.len());
    let (resources, edits) = words.split_at(first);
    (resources.to_vec(), edits.to_vec())
}

fn parse(words: &[String], what: What) -> Result<Edits> {
    let mut edits = Edits::default();
    for word in words {
        let noun = what.noun();
        if let Some((key, value)) = word.split_once('=') {
            let value = match what {
                What::Annotations => value,
                What::Labels if value.contains('=') => {
                    return Err(CommandError::message(format!("invalid label spec: {word}")));
                }
                What::Labels => value,
            };
            if what == What::Labels {
                check_label(word, key, value)?;
            }
            edits.set.push((key.to_owned(), value.to_owned()));
        } else if let Some(key) = word.strip_suffix('-') {
            edits.remove.push(key.to_owned());
        } else {
            return Err(CommandError::message(format!("unknown {noun} spec: {word}")));
        }
    }
    if edits
        .remove
        .iter()
        .any(|key| edits.set.iter().any(|(set, _)| set == key))
    {
        let noun = match what {
            What::Labels => "a label",
            What::Annotations => "an annotation",
        };
        return Err(CommandError::message(format!(
            "can not both modify and remove {noun} in the same command"
        )));
    }
    Ok(edits)
}

fn check_label(word: &str, key: &str, value: &str) -> Result<()> {
    let problems = label_value_errors(value);
    if !problems.is_empty() {
        let problem = problems.join(";");
        return Err(CommandError::message(format!(
            "invalid label value: {word:?}: {problem}"
        )));
    }
    let problems = qualified_name_errors(key);
    if problems.is_empty() {
        return Ok(());
    }
    Err(CommandError::message(format!(
        "invalid label key {key:?}: {}",
        problems.join(";")
    )))
}

fn present(info: &Info, what: What) -> Option<&Map<String, Value>> {
    info.value.get("metadata")?.get(what.field())?.as_object()
}

/// Lists what there would be after the edits, which are not made.
fn print_list(session: &mut Session<'_>, info: &Info, edits: &Edits, what: What, several: bool) {
    let mut entries = present(info, what).cloned().unwrap_or_default();
    entries.retain(|key, _| !edits.remove.contains(key));
    let set = edits
        .set
        .iter()
        .map(|(key, value)| (key.clone(), Value::from(value.as_str())));
    entries.extend(set);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let indent = if several { " " } else { "" };
    if several {
        let (kind, group) = (info.kind, info.kind.info().group);
        session.warn(format!(
            "Listing {} for {kind}.{group}/{}:",
            what.field(),
            info.key.name
        ));
    }
    for (key, value) in &entries {
        session.print(format!("{indent}{key}={}", text(value)));
    }
}

fn edit(
    session: &mut Session<'_>,
    arguments: &Arguments,
    info: &Info,
    edits: &Edits,
    change: &Change,
    what: What,
) -> Result<()> {
    let empty = Map::new();
    let before = present(info, what).unwrap_or(&empty);
    if !arguments.flag("overwrite") {
        check_overwrite(before, edits, what)?;
    }
    if change.format == Format::Human && what == What::Labels {
        for key in edits.remove.iter().filter(|key| !before.contains_key(*key)) {
            session.print(format!("label \"{key}\" not found."));
        }
    }
    let mut entries = Map::new();
    entries.extend(
        edits
            .set
            .iter()
            .map(|(key, value)| (key.clone(), Value::from(value.as_str()))),
    );
    entries.extend(edits.remove.iter().map(|key| (key.clone(), Value::Null)));
    let mut metadata = json!({ what.field(): entries });
    if let (Some(version), Some(metadata)) = (arguments.text("resource-version"), metadata.as_object_mut()) {
        metadata.insert("resourceVersion".to_owned(), version.into());
    }
    let patch = Patch::Merge(json!({ "metadata": metadata }));
    let value = match change.dry_run {
        DryRun::Client => {
            let mut value = info.value.clone();
            patch.apply(info.kind, &mut value)?;
            value
        }
        dry_run => session.request(dry_run, |request| request.patch(info.kind, &info.key, &patch))?,
    };
    let done = done(before, edits, what);
    let changed = Info { value, ..info.clone() };
    let change = Change {
        dry_run: change.dry_run,
        format: change.format.clone(),
        done,
    };
    print_changed(session, &changed, &change)
}

/// What kubectl says it did.
fn done(before: &Map<String, Value>, edits: &Edits, what: What) -> &'static str {
    if what == What::Annotations {
        return "annotated";
    }
    let sets = edits
        .set
        .iter()
        .any(|(key, value)| before.get(key).and_then(Value::as_str) != Some(value));
    let removes = edits.remove.iter().any(|key| before.contains_key(key));
    match (sets, removes) {
        (true, _) => "labeled",
        (false, true) => "unlabeled",
        (false, false) => "not labeled",
    }
}

fn check_overwrite(before: &Map<String, Value>, edits: &Edits, what: What) -> Result<()> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut taken = Vec::new();
    for (key, wanted) in &edits.set {
        if let Some(present) = before.get(key).map(text).filter(|present| present != wanted) {
            taken.push(format!("'{key}' already has a value ({present})"));
        }
    }
    if taken.is_empty() {
        return Ok(());
    }
    Err(CommandError::message(match what {
        What::Labels => taken
            .iter()
            .map(|entry| format!("{entry}, and --overwrite is false"))
            .collect::<Vec<_>>()
            .join("\n"),
        What::Annotations => {
            format!(
                "--overwrite is false but found the following declared annotation(s): {}",
                taken.join("; ")
            )
        }
    }))
}
