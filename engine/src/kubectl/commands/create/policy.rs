//! `kubectl create quota`, `poddisruptionbudget` and `priorityclass`.

use serde_json::{Map, Value, json};

use super::generated::{COMMON, object, only_name, required, store};
use crate::api::selector::Operator;
use crate::api::{Kind, Quantity, Selector};
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, CHANGE, Flag, OUTPUT};
use crate::kubectl::session::Session;

/// The flags of `quota`.
pub const QUOTA_FLAGS: &[&[Flag]] = &[&[Flag::text("hard"), Flag::text("scopes")], COMMON, CHANGE, OUTPUT];
/// The flags of `poddisruptionbudget`.
pub const BUDGET_FLAGS: &[&[Flag]] = &[
    &[
        Flag::text("min-available"),
        Flag::text("max-unavailable"),
        Flag::text("selector"),
    ],
    COMMON,
    CHANGE,
    OUTPUT,
];
/// The flags of `priorityclass`.
pub const PRIORITY_FLAGS: &[&[Flag]] = &[
    &[
        Flag::int("value"),
        Flag::bool("global-default"),
        Flag::text("description"),
        Flag::text("preemption-policy"),
    ],
    COMMON,
    CHANGE,
    OUTPUT,
];

/// Runs `create quota`.
pub fn run_quota(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let name = only_name(arguments, "create quota")?;
    let mut spec = Map::new();
    if let Some(hard) = arguments.text("hard").filter(|hard| !hard.is_empty()) {
        spec.insert("hard".to_owned(), resource_list(hard)?.into());
    }
    if let Some(scopes) = arguments.text("scopes").filter(|scopes| !scopes.is_empty()) {
        let scopes: Vec<&str> = scopes.split(',').collect();
        spec.insert("scopes".to_owned(), scopes.into());
    }
    let mut quota = object(arguments, Kind::RESOURCE_QUOTA, name);
    quota.insert("spec".to_owned(), spec.into());
    quota.insert("status".to_owned(), json!({}));
    store(
        session,
        arguments,
        Kind::RESOURCE_QUOTA,
        "failed to create quota: ",
        quota,
    )
}

/// `cpu=1,memory=1Gi` as a resource list.
///
/// # Errors
/// What is no `<resource>=<value>`, or no quantity.
pub fn resource_list(text: &str) -> Result<Map<String, Value>> {
    let mut list = Map::new();
    for statement in text.split(',') {
        let parts: Vec<&str> = statement.split('=').collect();
        let [resource, value] = parts.as_slice() else {
            return Err(CommandError::message(format!(
                "Invalid argument syntax {statement}, expected <resource>=<value>"
            )));
        };
        let quantity = Quantity::parse(value).map_err(|error| CommandError::message(error.to_string()))?;
        list.insert((*resource).to_owned(), quantity.to_string().into());
    }
    Ok(list)
}

/// Runs `create poddisruptionbudget`.
pub fn run_budget(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let name = only_name(arguments, "create poddisruptionbudget")?;
    let given = |flag| arguments.text(flag).unwrap_or_default();
    let (min, max, selector) = (given("min-available"), given("max-unavailable"), given("selector"));
    if selector.is_empty() {
        return Err(CommandError::message("a selector must be specified"));
    }
    if min.is_empty() && max.is_empty() {
        return Err(CommandError::message(
            "one of min-available or max-unavailable must be specified",
        ));
    }
    if !min.is_empty() && !max.is_empty() {
        return Err(CommandError::message(
            "min-available and max-unavailable cannot be both specified",
        ));
    }
    let mut spec = Map::new();
    for (flag, field, text) in [
        ("min-available", "minAvailable", min),
        ("max-unavailable", "maxUnavailable", max),
    ] {
        if !text.is_empty() {
            spec.insert(field.to_owned(), number_or_percentage(flag, text)?);
        }
    }
    spec.insert("selector".to_owned(), label_selector(selector)?);
    let mut budget = object(arguments, Kind::POD_DISRUPTION_BUDGET, name);
    budget.insert("spec".to_owned(), spec.into());
    let status = json!({ "currentHealthy": 0, "desiredHealthy": 0, "disruptionsAllowed": 0, "expectedPods": 0 });
    budget.insert("status".to_owned(), status);
    let failure = "failed to create poddisruptionbudgets: ";
    store(session, arguments, Kind::POD_DISRUPTION_BUDGET, failure, budget)
}

fn number_or_percentage(flag: &str, text: &str) -> Result<Value> {
    let digits = text.strip_suffix('%').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(CommandError::message(format!("invalid format specified for {flag}")));
    }
    Ok(text.parse::<i32>().map_or_else(|_| text.into(), Value::from))
}

/// A selector of the command line as an object holds it.
///
/// # Errors
/// It is malformed, or no selector of objects can say it.
pub fn label_selector(text: &str) -> Result<Value> {
    let selector: Selector = text
        .parse()
        .map_err(|error| CommandError::message(format!("couldn't parse the selector string \"{text}\": {error}")))?;
    let (mut labels, mut expressions) = (Map::new(), Vec::new());
    for requirement in selector.requirements() {
        let (key, values) = (requirement.key().as_str(), requirement.values());
        let operator = match requirement.operator() {
            Operator::Equals | Operator::DoubleEquals => {
                let value = values.first().map(|value| value.as_str()).unwrap_or_default();
                labels.insert(key.to_owned(), value.into());
                continue;
            }
            Operator::In => "In",
            Operator::NotIn | Operator::NotEquals => "NotIn",
            Operator::Exists => "Exists",
            Operator::DoesNotExist => "DoesNotExist",
            other => {
                let name = other.name();
                return Err(CommandError::message(format!(
                    "couldn't parse the selector string \"{text}\": operator \"{name}\" cannot be converted to LabelSelectorOperator"
                )));
            }
        };
        let values: Vec<&str> = values.iter().map(|value| value.as_str()).collect();
        let mut expression = json!({ "key": key, "operator": operator });
        if let Some(map) = expression.as_object_mut().filter(|_| !values.is_empty()) {
            map.insert("values".to_owned(), values.into());
        }
        expressions.push(expression);
    }
    let mut object = Map::new();
    if !expressions.is_empty() {
        object.insert("matchExpressions".to_owned(), expressions.into());
    }
    if !labels.is_empty() {
        object.insert("matchLabels".to_owned(), labels.into());
    }
    Ok(object.into())
}

/// Runs `create priorityclass`.
pub fn run_priority(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    required(arguments, &["value"])?;
    let name = only_name(arguments, "create priorityclass")?;
    let mut class = object(arguments, Kind::PRIORITY_CLASS, name);
    if let Some(description) = arguments.text("description").filter(|text| !text.is_empty()) {
        class.insert("description".to_owned(), description.into());
    }
    if arguments.flag("global-default") {
        class.insert("globalDefault".to_owned(), true.into());
    }
    let policy = arguments
        .text("preemption-policy")
        .filter(|policy| !policy.is_empty())
        .unwrap_or("PreemptLowerPriority");
    class.insert("preemptionPolicy".to_owned(), policy.into());
    class.insert("value".to_owned(), arguments.int("value").unwrap_or(0).into());
    store(
        session,
        arguments,
        Kind::PRIORITY_CLASS,
        "failed to create priorityclass: ",
        class,
    )
}
