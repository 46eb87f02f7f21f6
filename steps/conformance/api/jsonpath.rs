//! `kubectl get … -o jsonpath=…`: the template is evaluated on what the server would have answered, built from the recorded
//! objects; `--sort-by`, `-o name` and custom columns too. `kubectl create --dry-run=client` is run as it is, with its files.
//! Flags that are not taken apart here count as failed.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shakedown_engine::api::{FieldSelector, Kind, Selector};
use shakedown_engine::kubectl::jsonpath::{JsonPath, JsonPathError, SortError, sort_by};
use shakedown_engine::kubectl::{CommandOutput, field_selector_refusal, print_answer};

use shakedown_engine::{Cluster, ClusterOptions};

use super::normal;
use crate::conformance::{CannotRun, Case, CaseResult, Outcome, Recording, compare};

/// Replays the recording: one outcome a case.
pub(super) fn replay(recording: &Recording) -> Result<Vec<Outcome>, CannotRun> {
    let outcome = |case: &Case| Outcome {
        id: case.id.clone(),
        result: check(&case.body),
    };
    Ok(recording.cases().iter().map(outcome).collect())
}

fn check(case: &Value) -> CaseResult {
    let mut seen = get(case)?;
    seen.stdout = with_placeholders(&seen.stdout);
    // Where the order of a map was random, any of the outputs seen will do.
    let orders = case.get("seen_stdout").and_then(Value::as_array);
    if !orders.is_some_and(|orders| orders.iter().any(|stdout| stdout.as_str() == Some(&seen.stdout))) {
        compare_text(case, "stdout", &seen.stdout)?;
    }
    compare_text(case, "stderr", &seen.stderr)?;
    compare("exit", case.get("exit").and_then(Value::as_i64), Some(seen.exit))
}

/// The recordings' `<time>`, `<uid>` and `<rv>` stand for values without brackets, which JSON would not have escaped.
fn with_placeholders(text: &str) -> String {
    let placeholders = [r"\u003ctime\u003e", r"\u003cuid\u003e", r"\u003crv\u003e"];
    placeholders
        .iter()
        .zip(["<time>", "<uid>", "<rv>"])
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// Compares what was printed. Managed fields are not recorded with the objects: where they were printed, only what comes
/// before the object or its managed fields counts.
fn compare_text(case: &Value, key: &str, seen: &str) -> CaseResult {
    let expected = case.get(key).and_then(Value::as_str).unwrap_or_default();
    let dump = ["map[string]interface {}{", "\"managedFields\""]
        .iter()
        .filter_map(|dump| expected.find(dump))
        .min();
    match dump.filter(|_| case.get("prints_managed_fields") == Some(&Value::Bool(true))) {
        Some(end) => compare(key, expected.get(..end), seen.get(..end)),
        None => compare(key, expected, seen),
    }
}

struct Printed {
    stdout: String,
    stderr: String,
    exit: i64,
}

impl Printed {
    fn failure(stderr: String) -> Printed {
        Printed {
            stdout: String::new(),
            stderr,
            exit: 1,
        }
    }
}

/// A `get` taken apart.
struct Get<'a> {
    resources: &'a str,
    names: Vec<&'a str>,
    output: &'a str,
    labels: Selector,
    fields: FieldSelector,
    field_text: &'a str,
    sort_by: &'a str,
    template: &'a str,
    refuses_missing_keys: bool,
}

fn parse(args: &[Value]) -> Result<Get<'_>, String> {
    let mut words = args.iter().filter_map(Value::as_str);
    match words.next() {
        Some("get") => {}
        other => return Err(format!("not replayed: kubectl {}", other.unwrap_or_default())),
    }
    let mut get = Get {
        resources: words.next().unwrap_or_default(),
        names: Vec::new(),
        output: "",
        labels: Selector::everything(),
        fields: FieldSelector::default(),
        field_text: "",
        sort_by: "",
        template: "",
        refuses_missing_keys: false,
    };
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} without a value"));
        match word {
            "-o" => get.output = value()?,
            "-l" => get.labels = value()?.parse().map_err(|e| format!("{e}"))?,
            "--field-selector" => {
                get.field_text = value()?;
                get.fields = get.field_text.parse().map_err(|e| format!("{e}"))?;
            }
            "--no-headers" | "-A" => {}
            "--template" => get.template = value()?,
            "--allow-missing-template-keys=false" => get.refuses_missing_keys = true,
            "--sort-by" => get.sort_by = value()?,
            word if word.starts_with("--sort-by=") => get.sort_by = word.trim_start_matches("--sort-by="),
            word if word.starts_with('-') => return Err(format!("not replayed: {word}")),
            name => get.names.push(name),
        }
    }
    Ok(get)
}

fn get(case: &Value) -> Result<Printed, String> {
    let args = case
        .get("args")
        .and_then(Value::as_array)
        .ok_or("the case has no args")?;
    if args.first().and_then(Value::as_str) == Some("create") {
        return Ok(run(case, args));
    }
    let get = parse(args)?;
    let (format, template) = get.output.split_once('=').unwrap_or((get.output, ""));
    let kind = Kind::from_resource_name(get.resources).filter(|_| !get.field_text.is_empty());
    if let Some(refusal) = kind.and_then(|kind| field_selector_refusal(get.field_text, kind)) {
        return Ok(Printed::failure(refusal));
    }
    match format {
        "name" => {}
        _ if !get.template.is_empty() => return by_engine(case, args, &get),
        "jsonpath" | "jsonpath-as-json" if template.is_empty() => {
            return Ok(Printed::failure(
                "error: template format specified but no template given\n".to_owned(),
            ));
        }
        "jsonpath" | "jsonpath-as-json" => {}
        "custom-columns"
        | "custom-columns-file"
        | "jsonpath-file"
        | "go-template"
        | "go-template-file"
        | "template" => {
            return by_engine(case, args, &get);
        }
        _ => return Err(format!("not replayed: -o {format}")),
    }
    let path = match JsonPath::parse(template) {
        Ok(path) => path.allow_missing_keys(!get.refuses_missing_keys),
        Err(error) => {
            return Ok(Printed::failure(format!(
                "error: error parsing jsonpath {template}, {error}\n"
            )));
        }
    };
    let (answer, mut stderr) = match answer(case, &get)? {
        (Some(answer), stderr) => (answer, stderr),
        (None, stderr) => return Ok(Printed::failure(stderr)),
    };
    let printed = match format {
        "name" => Ok(names(&answer)),
        "jsonpath" => path.evaluate(&answer),
        _ => path.evaluate_as_json(&answer),
    };
    let explained = |error: &JsonPathError| format!("error: {}", path.explain(error, &answer));
    stderr.push_str(&printed.as_ref().err().map(explained).unwrap_or_default());
    Ok(Printed {
        exit: i64::from(!stderr.is_empty()),
        stdout: printed.unwrap_or_default(),
        stderr,
    })
}

fn words(args: &[Value]) -> Vec<String> {
    args.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn files(case: &Value) -> BTreeMap<String, String> {
    let files = case.get("files").and_then(Value::as_object);
    files
        .into_iter()
        .flatten()
        .filter_map(|(name, text)| Some((name.clone(), text.as_str()?.to_owned())))
        .collect()
}

fn printed(output: CommandOutput) -> Printed {
    Printed {
        stdout: output.stdout,
        stderr: output.stderr,
        exit: i64::from(output.exit_code),
    }
}

/// A command that asks the server nothing.
fn run(case: &Value, args: &[Value]) -> Printed {
    let mut cluster = Cluster::new(ClusterOptions::default());
    printed(cluster.kubectl_arguments(&words(args), &files(case)))
}

/// The engine's own printing of what the server would have answered.
fn by_engine(case: &Value, args: &[Value], get: &Get<'_>) -> Result<Printed, String> {
    let (answer, missing) = answer(case, get)?;
    let Some(answer) = answer else {
        return Ok(Printed::failure(missing));
    };
    let seen = match get.output {
        "yaml" => {
            let seen = print_answer(&words(args), &with_values(&answer), &files(case));
            CommandOutput {
                stdout: normal::text(&seen.stdout),
                ..seen
            }
        }
        _ => print_answer(&words(args), &answer, &files(case)),
    };
    let mut seen = printed(seen);
    if !missing.is_empty() {
        seen.exit = 1;
    }
    seen.stderr.push_str(&missing);
    Ok(seen)
}

/// An answer with values in the place of the recorder's placeholders, which YAML quotes otherwise.
fn with_values(answer: &Value) -> Value {
    match answer {
        Value::String(text) => match text.as_str() {
            "<time>" => "2025-01-01T00:00:00Z".into(),
            "<uid>" => "00000000-0000-0000-0000-000000000000".into(),
            "<rv>" => "1".into(),
            text => text.into(),
        },
        Value::Array(list) => list.iter().map(with_values).collect(),
        Value::Object(map) => {
            let filled = map.iter().map(|(key, value)| (key.clone(), with_values(value)));
            Value::Object(filled.collect())
        }
        scalar => scalar.clone(),
    }
}

/// What `-o name` prints.
fn names(answer: &Value) -> String {
    let items = answer
        .get("items")
        .and_then(Value::as_array)
        .map_or(std::slice::from_ref(answer), Vec::as_slice);
    let kind = |object| Kind::from_name(text(object, "/kind")).map(|kind| kind.info().group_singular());
    let name = |object| {
        format!(
            "{}/{}\n",
            kind(object).unwrap_or_default(),
            text(object, "/metadata/name")
        )
    };
    items.iter().map(name).collect()
}

/// Sorts a list's items; what kubectl says where it cannot.
fn sort(items: &mut Vec<Value>, field: &str) -> Result<(), String> {
    sort_by(field, items).map_err(|error| match error {
        SortError::Unsortable { .. } => format!("F<klog> sorter.go:329] {error}\n"),
        error => format!("error: {error}\n"),
    })
}

/// One object where one was asked for by its name, else a list; and what was said about those that are not there.
fn answer(case: &Value, get: &Get<'_>) -> Result<(Option<Value>, String), String> {
    let objects = case
        .get("objects")
        .and_then(Value::as_array)
        .ok_or("the case has no objects")?;
    let kinds: Vec<Kind> = get.resources.split(',').filter_map(Kind::from_resource_name).collect();
    let of_kinds = |object: &&Value| kinds.iter().any(|kind| text(object, "/kind") == kind.name());
    if get.names.is_empty() {
        let selected =
            |object: &&Value| get.labels.matches(&labels(object)) && get.fields.matches(|path| field(object, path));
        let mut items: Vec<Value> = objects.iter().filter(of_kinds).filter(selected).cloned().collect();
        if !get.sort_by.is_empty()
            && let Err(reason) = sort(&mut items, get.sort_by)
        {
            return Ok((None, reason));
        }
        return Ok((Some(list(items)), String::new()));
    }
    let (mut items, mut missing) = (Vec::new(), String::new());
    for name in &get.names {
        match objects
            .iter()
            .filter(of_kinds)
            .find(|object| text(object, "/metadata/name") == *name)
        {
            Some(object) => items.push(object),
            None => {
                let resource = kinds.first().map_or("", |kind| kind.info().plural);
                missing.push_str(&format!(
                    "Error from server (NotFound): {resource} \"{name}\" not found\n"
                ));
            }
        }
    }
    Ok(match (items.as_slice(), get.names.len()) {
        ([], 1) => (None, missing),
        ([object], 1) => (Some(Value::clone(object)), missing),
        _ => (Some(list(items.into_iter().cloned().collect())), missing),
    })
}

fn list(items: Vec<Value>) -> Value {
    json!({"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": items})
}

fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn field<'a>(object: &'a Value, path: &str) -> &'a str {
    match object.pointer(&format!("/{}", path.replace('.', "/"))) {
        Some(Value::String(text)) => text,
        Some(Value::Bool(true)) => "true",
        Some(Value::Bool(false)) => "false",
        _ => "",
    }
}

fn labels(object: &Value) -> BTreeMap<smol_str::SmolStr, smol_str::SmolStr> {
    let labels = object.pointer("/metadata/labels").and_then(Value::as_object);
    labels
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| Some((key.into(), value.as_str()?.into())))
        .collect()
}
