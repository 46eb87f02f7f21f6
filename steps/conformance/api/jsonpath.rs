//! `kubectl get … -o jsonpath=…`: the template is evaluated on what the server would have answered, built from the recorded
//! objects. Commands that need more of kubectl than that (sorting, other outputs, files) count as failed.

use serde_json::{Value, json};
use shakedown_engine::api::{FieldSelector, Kind, Selector};
use shakedown_engine::kubectl::jsonpath::{JsonPath, JsonPathError};

use crate::conformance::{CaseResult, compare};

/// Replays one case.
pub(super) fn check(case: &Value) -> CaseResult {
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
        refuses_missing_keys: false,
    };
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} without a value"));
        match word {
            "-o" => get.output = value()?,
            "-l" => get.labels = value()?.parse().map_err(|e| format!("{e}"))?,
            "--field-selector" => get.fields = value()?.parse().map_err(|e| format!("{e}"))?,
            "--allow-missing-template-keys=false" => get.refuses_missing_keys = true,
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
    let get = parse(args)?;
    let (format, template) = get.output.split_once('=').unwrap_or((get.output, ""));
    if !matches!(format, "jsonpath" | "jsonpath-as-json") {
        return Err(format!("not replayed: -o {format}"));
    }
    if template.is_empty() {
        return Ok(Printed::failure(
            "error: template format specified but no template given\n".to_owned(),
        ));
    }
    let path = match JsonPath::parse(template) {
        Ok(path) => path.allow_missing_keys(!get.refuses_missing_keys),
        Err(error) => {
            return Ok(Printed::failure(format!(
                "error: error parsing jsonpath {template}, {error}\n"
            )));
        }
    };
    let (answer, mut stderr) = answer(case, &get)?;
    let Some(answer) = answer else {
        return Ok(Printed::failure(stderr));
    };
    let printed = if format == "jsonpath" {
        path.evaluate(&answer)
    } else {
        path.evaluate_as_json(&answer)
    };
    let explained = |error: &JsonPathError| format!("error: {}", path.explain(error, &answer));
    stderr.push_str(&printed.as_ref().err().map(explained).unwrap_or_default());
    Ok(Printed {
        exit: i64::from(!stderr.is_empty()),
        stdout: printed.unwrap_or_default(),
        stderr,
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
        let items: Vec<&Value> = objects.iter().filter(of_kinds).filter(selected).collect();
        return Ok((Some(list(&items)), String::new()));
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
        (items, _) => (Some(list(items)), missing),
    })
}

fn list(items: &[&Value]) -> Value {
    json!({"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": items})
}

fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn field<'a>(object: &'a Value, path: &str) -> &'a str {
    text(object, &format!("/{}", path.replace('.', "/")))
}

fn labels(object: &Value) -> std::collections::BTreeMap<smol_str::SmolStr, smol_str::SmolStr> {
    let labels = object.pointer("/metadata/labels").and_then(Value::as_object);
    labels
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| Some((key.into(), value.as_str()?.into())))
        .collect()
}
