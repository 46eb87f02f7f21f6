//! `kubectl taint`.

use serde_json::{Value, json};

use super::change::{Change, print_changed};
use crate::api::selector::names::{label_value_errors, qualified_name_errors};
use crate::api::{Kind, json as read};
use crate::apiserver::Patch;
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, CHANGE, Flag, OUTPUT};
use crate::kubectl::selection::{Info, Query};
use crate::kubectl::session::{DryRun, Session};

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[
    &[
        Flag::text("selector").short('l'),
        Flag::bool("overwrite"),
        Flag::bool("all"),
        Flag::text("validate").bare("strict"),
    ],
    CHANGE,
    OUTPUT,
];

/// A taint as written on the command line; an empty effect stands for all (only for removals).
#[derive(Clone, PartialEq, Eq)]
struct Spec {
    key: String,
    value: String,
    effect: String,
}

impl Spec {
    fn parse(text: &str) -> std::result::Result<Spec, String> {
        let (pair, effect) = match text.split(':').collect::<Vec<_>>().as_slice() {
            [key] => ((*key).to_owned(), String::new()),
            [pair, effect] => ((*pair).to_owned(), (*effect).to_owned()),
            _ => return Err(format!("invalid taint spec: {text}")),
        };
        let (mut key, mut value) = (pair.clone(), String::new());
        if text.contains(':') {
            if !matches!(effect.as_str(), "NoSchedule" | "PreferNoSchedule" | "NoExecute") {
                return Err(format!("invalid taint effect: {effect}, unsupported taint effect"));
            }
            match pair.split('=').collect::<Vec<_>>().as_slice() {
                [name] => key = (*name).to_owned(),
                [name, given] => (key, value) = ((*name).to_owned(), (*given).to_owned()),
                _ => return Err(format!("invalid taint spec: {text}")),
            }
            let problems = label_value_errors(&value);
            if !problems.is_empty() {
                return Err(format!("invalid taint spec: {text}, {}", problems.join("; ")));
            }
        }
        let problems = qualified_name_errors(&key);
        if !problems.is_empty() {
            return Err(format!("invalid taint spec: {text}, {}", problems.join("; ")));
        }
        Ok(Spec { key, value, effect })
    }

    fn of(taint: &Value) -> Spec {
        let text = |key| read::text(taint, key).to_string();
        Spec {
            key: text("key"),
            value: text("value"),
            effect: text("effect"),
        }
    }

    fn matches(&self, other: &Spec) -> bool {
        self.key == other.key && self.effect == other.effect
    }

    fn to_json(&self) -> Value {
        let mut object = read::ObjectBuilder::default();
        object.put("key", self.key.as_str()).text("value", &self.value);
        object.put("effect", self.effect.as_str()).build()
    }
}

#[derive(Default)]
struct Edits {
    add: Vec<Spec>,
    remove: Vec<Spec>,
}

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let words = &arguments.positional;
    let is_spec = |word: &String| word.contains('=') || word.contains(':') || word.ends_with('-');
    let first = words.iter().position(is_spec).unwrap_or(words.len());
    let (resources, specs) = words.split_at(first);
    if let Some(late) = specs.iter().find(|word| !is_spec(word)) {
        return Err(CommandError::message(format!(
            "all resources must be specified before taint changes: {late}"
        )));
    }
    let Some(resource) = resources.first() else {
        return Err(CommandError::message(
            "one or more resources must be specified as <resource> <name>",
        ));
    };
    if specs.is_empty() {
        return Err(CommandError::message("at least one taint update is required"));
    }
    let edits = parse(specs).map_err(|text| CommandError::Usage(text, "taint"))?;
    match Kind::from_resource_name(resource) {
        Some(Kind::NODE) => {}
        Some(_) => {
            return Err(CommandError::message(format!(
                "invalid resource type {resource}, only node types are supported"
            )));
        }
        None => {
            return Err(CommandError::Verbatim(format!(
                "the server doesn't have a resource type \"{resource}\""
            )));
        }
    }
    check_conflicts(&edits)?;
    let change = Change {
        done: "tainted",
        ..Change::of(arguments, "")?
    };
    let query = Query::of(arguments, resources);
    let found = query.find(session)?;
    let mut errors = found.errors;
    for info in &found.infos {
        if let Err(error) = taint(session, info, &edits, &change, arguments.flag("overwrite")) {
            errors.push(error);
            break;
        }
    }
    CommandError::of(errors)
}

fn parse(specs: &[String]) -> std::result::Result<Edits, String> {
    let mut edits = Edits::default();
    for text in specs {
        if let Some(text) = text.strip_suffix('-') {
            let spec = Spec::parse(text)?;
            edits.remove.push(Spec {
                value: String::new(),
                ..spec
            });
            continue;
        }
        let spec = Spec::parse(text)?;
        if spec.effect.is_empty() {
            return Err(format!("invalid taint spec: {text}"));
        }
        if edits.add.iter().any(|known| known.matches(&spec)) {
            return Err(format!(
                "duplicated taints with the same key and effect: {{{} {} {} <nil>}}",
                spec.key, spec.value, spec.effect
            ));
        }
        edits.add.push(spec);
    }
    Ok(edits)
}

fn check_conflicts(edits: &Edits) -> Result<()> {
    let covers = |remove: &&Spec| {
        let same = |add: &Spec| add.key == remove.key && (remove.effect.is_empty() || remove.effect == add.effect);
        edits.add.iter().any(same)
    };
    let conflicts: Vec<String> = edits
        .remove
        .iter()
        .filter(covers)
        .map(|remove| format!("{}={}", remove.key, remove.effect))
        .collect();
    if conflicts.is_empty() {
        return Ok(());
    }
    Err(CommandError::message(format!(
        "can not both modify and remove the following taint(s) in the same command: {}",
        conflicts.join(", ")
    )))
}

fn taint(session: &mut Session<'_>, info: &Info, edits: &Edits, change: &Change, overwrite: bool) -> Result<()> {
    let spec = info.value.get("spec").unwrap_or(&Value::Null);
    let present = read::list(spec, "taints");
    let is = |spec: &Spec| present.iter().any(|taint| Spec::of(taint).matches(spec));
    if !overwrite {
        let taken: Vec<&str> = edits
            .add
            .iter()
            .filter(|spec| is(spec))
            .map(|spec| spec.key.as_str())
            .collect();
        if !taken.is_empty() {
            return Err(CommandError::message(format!(
                "node {} already has {} taint(s) with same effect(s) and --overwrite is false",
                info.key.name,
                taken.join(",")
            )));
        }
    }
    let mut taints: Vec<Value> = edits.add.iter().map(Spec::to_json).collect();
    let kept = |taint: &&Value| !edits.add.iter().any(|add| add.matches(&Spec::of(taint)));
    taints.extend(present.iter().filter(kept).cloned());
    let added = taints.len() != present.len();
    for remove in &edits.remove {
        let before = taints.len();
        taints.retain(|taint| {
            let taint = Spec::of(taint);
            taint.key != remove.key || (!remove.effect.is_empty() && taint.effect != remove.effect)
        });
        if taints.len() == before {
            let text = if remove.effect.is_empty() {
                remove.key.clone()
            } else {
                format!("{}:{}", remove.key, remove.effect)
            };
            return Err(CommandError::message(format!("taint {text:?} not found")));
        }
    }
    let done = match (added, !edits.remove.is_empty()) {
        _ if overwrite => "modified",
        (true, true) => "modified",
        (true, false) => "tainted",
        (false, _) => "untainted",
    };
    let patch = Patch::Merge(json!({ "spec": { "taints": taints } }));
    let value = match change.dry_run {
        DryRun::Client => info.value.clone(),
        dry_run => session.request(dry_run, |request| request.patch(info.kind, &info.key, &patch))?,
    };
    let changed = Info { value, ..info.clone() };
    let change = Change {
        dry_run: DryRun::None,
        format: change.format.clone(),
        done,
    };
    print_changed(session, &changed, &change)
}
