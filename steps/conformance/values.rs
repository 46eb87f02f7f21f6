//! The suite `values`: durations, quantities, selectors and IntOrString scaling, recorded from Kubernetes' apimachinery.

use std::collections::BTreeMap;

use serde_json::Value;
use shakedown_engine::api::selector::Requirement;
use shakedown_engine::api::{
    FieldSelector, IntOrString, IntOrStringError, LabelSelector, Quantity, Selector, duration,
};
use smol_str::SmolStr;

use super::recording::Recording;
use super::run::CannotRun;
use super::{CaseResult, Outcome, Suite, compare};

/// Recordings of values.
pub const SUITE: Suite = Suite {
    name: "values",
    extension: "jsonl",
    knows: |name| checker(name).is_some(),
    replay,
};

type Text = BTreeMap<SmolStr, SmolStr>;

/// A check of one case against what the simulation says; `sets` are the label or field sets that selectors are tried on.
type Checker = fn(case: &Value, sets: &[Text]) -> CaseResult;

/// How to check the cases of a recording, and the file of the sets they speak of.
fn checker(recording: &str) -> Option<(Checker, Option<&'static str>)> {
    Some(match recording {
        "duration" => (duration_text, None),
        "quantity" => (quantity, None),
        "quantity_invalid" => (quantity_invalid, None),
        "quantity_arith" => (quantity_arithmetic, None),
        "intstr" => (int_or_string, None),
        "label_parse" => (label_parse, Some("label_sets.json")),
        "label_selector" => (label_selector, Some("label_sets.json")),
        "field_parse" => (field_parse, Some("field_sets.json")),
        _ => return None,
    })
}

fn replay(recording: &Recording) -> Result<Vec<Outcome>, CannotRun> {
    let Some((check, sets)) = checker(recording.name()) else {
        return Ok(Vec::new());
    };
    let sets: Vec<Text> = match sets {
        Some(file) => recording.companion_as(file)?,
        None => Vec::new(),
    };
    let outcome = |(id, body): (&String, &Value)| Outcome {
        id: id.clone(),
        result: check(body, &sets),
    };
    Ok(recording
        .cases()
        .iter()
        .map(|case| outcome((&case.id, &case.body)))
        .collect())
}

fn text<'a>(case: &'a Value, key: &str) -> Result<&'a str, String> {
    case.get(key)
        .and_then(Value::as_str)
        .ok_or_else(|| format!("the case has no text {key:?}"))
}

fn int(case: &Value, key: &str) -> Result<i64, String> {
    case.get(key)
        .and_then(Value::as_i64)
        .ok_or_else(|| format!("the case has no number {key:?}"))
}

fn duration_text(case: &Value, _: &[Text]) -> CaseResult {
    let ns = int(case, "millis")?.saturating_mul(duration::MILLISECOND_NS);
    compare("text", text(case, "text")?, duration::human(ns))?;
    compare("short", text(case, "short")?, duration::short_human(ns))
}

fn parsed(text: &str) -> Result<Quantity, String> {
    Quantity::parse(text).map_err(|e| format!("{text:?} is refused: {e}"))
}

fn quantity(case: &Value, _: &[Text]) -> CaseResult {
    let seen = parsed(text(case, "input")?)?;
    compare("string", text(case, "string")?, seen.to_string())?;
    compare("canonical", text(case, "canonical")?, seen.canonical())?;
    compare("value", int(case, "value")?, seen.value())?;
    compare("milli", int(case, "milli")?, seen.milli_value())?;
    compare("sign", int(case, "sign")?, i64::from(seen.sign()))?;
    compare("format", text(case, "format")?, seen.format().name())?;
    compare(
        "as_int64",
        case.get("as_int64").and_then(Value::as_i64),
        seen.as_int64(),
    )?;
    let json = serde_json::to_value(&seen).map_err(|e| e.to_string())?;
    compare("json_roundtrip", case.get("json_roundtrip"), Some(&json))?;
    let back: Quantity = serde_json::from_value(json).map_err(|e| e.to_string())?;
    compare("json_roundtrip, read back", seen, back)
}

fn quantity_invalid(case: &Value, _: &[Text]) -> CaseResult {
    compare(
        "error",
        Err(text(case, "error")?.to_owned()),
        Quantity::parse(text(case, "input")?).map_err(|e| e.to_string()),
    )
}

fn quantity_arithmetic(case: &Value, _: &[Text]) -> CaseResult {
    let (a, b) = (parsed(text(case, "a")?)?, parsed(text(case, "b")?)?);
    compare("add", text(case, "add")?, a.add(&b).to_string())?;
    compare("sub", text(case, "sub")?, a.sub(&b).to_string())?;
    compare("cmp", int(case, "cmp")?, a.cmp(&b) as i64)
}

fn int_or_string(case: &Value, _: &[Text]) -> CaseResult {
    let value: Option<IntOrString> = match case.get("input") {
        Some(Value::Null) | None => None,
        Some(input) => Some(serde_json::from_value(input.clone()).map_err(|e| format!("input: {e}"))?),
    };
    let total = int(case, "total")?;
    let scaled = |round_up| match &value {
        Some(value) => value.scaled_value(total, round_up).map_err(|e| e.to_string()),
        None => Err(IntOrStringError::Nil.to_string()),
    };
    let expected = |key| match text(case, "error") {
        Ok(error) => Ok(Err(error.to_owned())),
        Err(_) => int(case, key).map(Ok),
    };
    compare("round_up", expected("round_up")?, scaled(true))?;
    compare("round_down", expected("round_down")?, scaled(false))
}

/// What a selector is compared by, whichever kind it is.
struct Seen {
    string: String,
    requirements: Value,
    matches: Vec<bool>,
}

/// Compares a selector, or the error it was refused with.
fn compare_selector(case: &Value, seen: Result<Seen, String>) -> CaseResult {
    let seen = match (text(case, "error").ok(), seen) {
        (None, Ok(seen)) => seen,
        (expected, seen) => return compare("error", expected, seen.err().as_deref()),
    };
    compare("string", text(case, "string")?, seen.string)?;
    if let Some(requirements) = case.get("requirements") {
        compare("requirements", requirements, &seen.requirements)?;
    }
    compare("matches", case.get("matches"), Some(&Value::from(seen.matches)))
}

fn seen(selector: &Selector, sets: &[Text]) -> Seen {
    let requirement = |r: &Requirement| {
        let values: Vec<&str> = r.values().iter().map(SmolStr::as_str).collect();
        serde_json::json!({"key": r.key().as_str(), "op": r.operator().name(), "values": values})
    };
    Seen {
        string: selector.to_string(),
        requirements: selector.requirements().iter().map(requirement).collect(),
        matches: sets.iter().map(|labels| selector.matches(labels)).collect(),
    }
}

fn label_parse(case: &Value, sets: &[Text]) -> CaseResult {
    let selector = text(case, "input")?.parse::<Selector>();
    compare_selector(case, selector.map(|s| seen(&s, sets)).map_err(|e| e.to_string()))
}

fn label_selector(case: &Value, sets: &[Text]) -> CaseResult {
    let field: Option<LabelSelector> = match case.get("selector") {
        Some(field) => serde_json::from_value(field.clone()).map_err(|e| format!("selector: {e}"))?,
        None => None,
    };
    compare("format", text(case, "format")?, LabelSelector::format(field.as_ref()))?;
    let selector = field.map_or(Ok(Selector::nothing()), |field| field.to_selector());
    compare_selector(case, selector.map(|s| seen(&s, sets)).map_err(|e| e.to_string()))
}

fn field_parse(case: &Value, sets: &[Text]) -> CaseResult {
    let selector = text(case, "input")?.parse::<FieldSelector>();
    let seen = |selector: FieldSelector| Seen {
        string: selector.to_string(),
        requirements: selector
            .terms()
            .iter()
            .map(|t| {
                let op = if t.equal { "=" } else { "!=" };
                serde_json::json!({"field": t.field.as_str(), "op": op, "value": t.value.as_str()})
            })
            .collect(),
        matches: sets
            .iter()
            .map(|fields| selector.matches(|path| fields.get(path).map_or("", SmolStr::as_str)))
            .collect(),
    };
    compare_selector(case, selector.map(seen).map_err(|e| e.to_string()))
}
