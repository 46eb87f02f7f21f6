//! Jobs and the templates of jobs (`pkg/apis/batch/validation`).

use super::fields::{Errors, Path, Shown, flag, go_string_map, list, map, number, part, set, text};
use super::labels::{check_label_key, check_label_selector, go_label_selector};
use super::names::label_errors;
use super::template::{check_template, selects};
use serde_json::{Value, json};

const INDEXED: &str = "Indexed";
const COMPLETION_MODES: [&str; 2] = ["NonIndexed", INDEXED];
const RESTART_POLICIES: [&str; 2] = ["OnFailure", "Never"];
const ACTIONS: [&str; 4] = ["Count", "FailIndex", "FailJob", "Ignore"];
const OPERATORS: [&str; 2] = ["In", "NotIn"];
const STATUSES: [&str; 3] = ["False", "True", "Unknown"];
const INDEXED_PARALLELISM_LIMIT: i64 = 100_000;
const RULES_LIMIT: usize = 20;
const CONDITIONS_LIMIT: usize = 20;
const EXIT_CODES_LIMIT: usize = 255;

pub(super) fn check_new_job(job: &Value, errors: &mut Errors) {
    check_generated_selector(job, errors);
    check_job(job, errors);
    let spec = part(job, "spec");
    let completions = number(spec, "completions").unwrap_or_default();
    if text(spec, "completionMode") == INDEXED && completions > 0 {
        let name = text(part(job, "metadata"), "name");
        let last = format!("{name}-{}", completions - 1);
        if !label_errors(&last).is_empty() {
            let detail = format!("will not able to create pod with invalid DNS label: {last}");
            errors.invalid(&Path::new("metadata.name"), name, detail);
        }
    }
}

/// A job whose labels are only those that were generated for its pods. It gets them when it is read again, not before.
pub(super) fn without_generated_labels(job: &Value) -> Option<Value> {
    let labels = map(part(job, "metadata"), "labels")?;
    let is_generated = |key: &String| {
        let key = key.strip_prefix("batch.kubernetes.io/").unwrap_or(key);
        matches!(key, "controller-uid" | "job-name")
    };
    let template = map(part(part(part(job, "spec"), "template"), "metadata"), "labels");
    if template != Some(labels) || !labels.keys().all(is_generated) {
        return None;
    }
    let mut job = job.clone();
    job.get_mut("metadata")?.as_object_mut()?.remove("labels");
    Some(job)
}

/// A selector that is not the author's names the job's uid, and so do the pods.
fn check_generated_selector(job: &Value, errors: &mut Errors) {
    let (metadata, spec) = (part(job, "metadata"), part(job, "spec"));
    let Some(selector) = set(spec, "selector").filter(|_| !flag(spec, "manualSelector")) else {
        return;
    };
    let (uid, name) = (text(metadata, "uid"), text(metadata, "name"));
    let path = Path::new("spec.template.metadata.labels");
    let labels = map(part(part(spec, "template"), "metadata"), "labels");
    let expected = [
        ("controller-uid", uid),
        ("job-name", name),
        ("batch.kubernetes.io/controller-uid", uid),
        ("batch.kubernetes.io/job-name", name),
    ];
    for (key, value) in expected {
        let detail = format!("must be '{value}'");
        let given = labels.and_then(|labels| labels.get(key)).and_then(Value::as_str);
        if given.is_none() {
            errors.required(&path.key(key), &detail);
        }
        if given.unwrap_or_default() != value {
            errors.invalid(&path.key(key), Shown(go_string_map(labels)), detail);
        }
    }
    let generated: serde_json::Map<String, Value> = expected
        .iter()
        .map(|(key, value)| ((*key).to_owned(), json!(value)))
        .collect();
    let metadata = json!({ "labels": generated });
    if selects(selector, &metadata) == Some(false) {
        let detail = "`selector` not auto-generated";
        errors.invalid(&Path::new("spec.selector"), go_label_selector(selector), detail);
    }
}

/// What is asked of new and of changed jobs.
pub(super) fn check_job(job: &Value, errors: &mut Errors) {
    let (spec, path) = (part(job, "spec"), Path::new("spec"));
    check_job_spec(spec, &path, errors);
    match set(spec, "selector") {
        None => errors.required(&path.at("selector"), ""),
        Some(selector) => check_label_selector(selector, &path.at("selector"), errors),
    }
    let metadata = part(part(spec, "template"), "metadata");
    if selects(part(spec, "selector"), metadata) == Some(false) {
        let path = path.at("template").at("metadata").at("labels");
        let shown = Shown(go_string_map(map(metadata, "labels")));
        errors.invalid(&path, shown, "`selector` does not match template `labels`");
    }
}

/// A job's spec, but for its selector.
pub(super) fn check_job_spec(spec: &Value, path: &Path, errors: &mut Errors) {
    for field in [
        "parallelism",
        "completions",
        "activeDeadlineSeconds",
        "backoffLimit",
        "ttlSecondsAfterFinished",
        "backoffLimitPerIndex",
        "maxFailedIndexes",
    ] {
        errors.nonnegative(spec, field, path);
    }
    check_completion(spec, path, errors);
    if let Some(policy) = set(spec, "podFailurePolicy") {
        check_failure_policy(policy, spec, &path.at("podFailurePolicy"), errors);
    }
    let replacements: &[&str] = match set(spec, "podFailurePolicy") {
        Some(_) => &["Failed"],
        None => &["Failed", "TerminatingOrFailed"],
    };
    errors.one_of_if_set(spec, "podReplacementPolicy", path, replacements);
    check_template(part(spec, "template"), &path.at("template"), errors);
    let restart_path = path.at("template").at("spec").at("restartPolicy");
    match text(part(part(spec, "template"), "spec"), "restartPolicy") {
        "Always" | "" => errors.required(&restart_path, "valid values: \"OnFailure\", \"Never\""),
        "Never" => {}
        "OnFailure" if set(spec, "podFailurePolicy").is_none() => {}
        "OnFailure" => {
            let detail = "only \"Never\" is supported when podFailurePolicy is specified";
            errors.invalid(&restart_path, "OnFailure", detail);
        }
        other => errors.not_supported(&restart_path, other, &RESTART_POLICIES),
    }
}

fn check_completion(spec: &Value, path: &Path, errors: &mut Errors) {
    errors.one_of_if_set(spec, "completionMode", path, &COMPLETION_MODES);
    let (completions, failed) = (number(spec, "completions"), number(spec, "maxFailedIndexes"));
    if failed.is_some() && number(spec, "backoffLimitPerIndex").is_none() {
        errors.required(&path.at("backoffLimitPerIndex"), "when maxFailedIndexes is specified");
    }
    if text(spec, "completionMode") != INDEXED {
        for field in ["backoffLimitPerIndex", "maxFailedIndexes"] {
            if let Some(value) = number(spec, field) {
                errors.invalid(&path.at(field), value, "requires indexed completion mode");
            }
        }
        return;
    }
    if completions.is_none() {
        errors.required(&path.at("completions"), "when completion mode is Indexed");
    }
    if let Some(parallelism) = number(spec, "parallelism").filter(|n| *n > INDEXED_PARALLELISM_LIMIT) {
        let detail =
            format!("must be less than or equal to {INDEXED_PARALLELISM_LIMIT} when completion mode is Indexed");
        errors.invalid(&path.at("parallelism"), parallelism, detail);
    }
    if let (Some(completions), Some(failed)) = (completions, failed)
        && failed > completions
    {
        let detail = "must be less than or equal to completions";
        errors.invalid(&path.at("maxFailedIndexes"), failed, detail);
    }
}

fn check_failure_policy(policy: &Value, spec: &Value, path: &Path, errors: &mut Errors) {
    let path = path.at("rules");
    let rules = list(policy, "rules");
    if rules.len() > RULES_LIMIT {
        errors.too_many(&path, rules.len(), RULES_LIMIT);
    }
    let pod = part(part(spec, "template"), "spec");
    let containers: Vec<&str> = ["containers", "initContainers"]
        .into_iter()
        .flat_map(|field| list(pod, field))
        .map(|container| text(container, "name"))
        .collect();
    for (i, rule) in rules.iter().enumerate() {
        let path = path.index(i);
        match text(rule, "action") {
            "" => required_one_of(&path.at("action"), &ACTIONS, errors),
            "FailIndex" if set(spec, "backoffLimitPerIndex").is_none() => {
                let detail = "requires the backoffLimitPerIndex to be set";
                errors.invalid(&path.at("action"), "FailIndex", detail);
            }
            action if !ACTIONS.contains(&action) => errors.not_supported(&path.at("action"), action, &ACTIONS),
            _ => {}
        }
        let codes = set(rule, "onExitCodes");
        if let Some(codes) = codes {
            check_exit_codes(codes, &containers, &path.at("onExitCodes"), errors);
        }
        let conditions = list(rule, "onPodConditions");
        check_conditions(conditions, &path.at("onPodConditions"), errors);
        match (codes, conditions.is_empty()) {
            (Some(_), false) => {
                errors.wrong(
                    &path,
                    "specifying both OnExitCodes and OnPodConditions is not supported",
                );
            }
            (None, true) => errors.wrong(&path, "specifying one of OnExitCodes and OnPodConditions is required"),
            _ => {}
        }
    }
}

/// A word is missing; the message lists those that would do.
fn required_one_of(path: &Path, values: &[&str], errors: &mut Errors) {
    let quoted: Vec<String> = values.iter().map(|value| format!("\"{value}\"")).collect();
    errors.required(path, &format!("valid values: [{}]", quoted.join(" ")));
}

fn check_word(object: &Value, field: &str, values: &[&str], path: &Path, errors: &mut Errors) {
    match text(object, field) {
        "" => required_one_of(&path.at(field), values, errors),
        word if !values.contains(&word) => errors.not_supported(&path.at(field), word, values),
        _ => {}
    }
}

fn check_conditions(conditions: &[Value], path: &Path, errors: &mut Errors) {
    if conditions.len() > CONDITIONS_LIMIT {
        errors.too_many(path, conditions.len(), CONDITIONS_LIMIT);
    }
    for (i, condition) in conditions.iter().enumerate() {
        let path = path.index(i);
        check_label_key(text(condition, "type"), &path.at("type"), errors);
        check_word(condition, "status", &STATUSES, &path, errors);
    }
}

fn check_exit_codes(codes: &Value, containers: &[&str], path: &Path, errors: &mut Errors) {
    check_word(codes, "operator", &OPERATORS, path, errors);
    let container = text(codes, "containerName");
    if set(codes, "containerName").is_some() && !containers.contains(&container) {
        let detail = "must be one of the container or initContainer names in the pod template";
        errors.invalid(&path.at("containerName"), container, detail);
    }
    let path = path.at("values");
    let values: Vec<i64> = list(codes, "values").iter().filter_map(Value::as_i64).collect();
    let shown = || {
        let texts: Vec<String> = values.iter().map(i64::to_string).collect();
        match set(codes, "values") {
            None => Shown("[]int32(nil)".to_owned()),
            Some(_) => Shown(format!("[]int32{{{}}}", texts.join(", "))),
        }
    };
    if values.is_empty() {
        errors.invalid(&path, shown(), "at least one value is required");
    } else if values.len() > EXIT_CODES_LIMIT {
        errors.too_many(&path, values.len(), EXIT_CODES_LIMIT);
    }
    for (i, value) in values.iter().enumerate() {
        if *value == 0 && text(codes, "operator") == "In" {
            errors.invalid(&path.index(i), 0, "must not be 0 for the In operator");
        }
        if values.iter().take(i).any(|earlier| earlier == value) {
            errors.duplicate(&path.index(i), *value);
        }
    }
    if !values.is_sorted() {
        errors.invalid(&path, shown(), "must be ordered");
    }
}
