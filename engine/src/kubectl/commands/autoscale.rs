//! `kubectl autoscale`.
//!
//! Source: kubectl `pkg/cmd/autoscale`.

use super::scale::SCALABLE;
use serde_json::{Value, json};

use super::change::{Change, print_changed};
use crate::api::{Kind, ObjectKey, Quantity};
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, CHANGE, FILES, Flag, OUTPUT};
use crate::kubectl::selection::{Info, Query};
use crate::kubectl::session::{DryRun, Session};

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[
    &[
        Flag::int("min"),
        Flag::int("max"),
        Flag::int("cpu-percent"),
        Flag::text("cpu"),
        Flag::text("memory"),
        Flag::text("name"),
        Flag::bool("save-config"),
    ],
    FILES,
    CHANGE,
    OUTPUT,
];

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let Some(max) = arguments.int("max") else {
        return Err(CommandError::message("required flag(s) \"max\" not set"));
    };
    if arguments.has("cpu-percent") && session.cluster.settings().since(1, 34) {
        session.warn(
            "Flag --cpu-percent has been deprecated, Use --cpu with percentage or resource quantity format (e.g., '70%' for \
             utilization or '500m' for milliCPU).",
        );
    }
    let min = arguments.int("min").unwrap_or(-1);
    if max < 1 {
        let message = format!("--max=MAXPODS is required and must be at least 1, max: {max}");
        return Err(CommandError::message(message));
    }
    if max < min {
        let message = format!("--max=MAXPODS must be larger or equal to --min=MINPODS, max: {max}, min: {min}");
        return Err(CommandError::message(message));
    }
    let mut spec = json!({ "maxReplicas": max });
    if min > 0 {
        spec["minReplicas"] = min.into();
    }
    let metrics = metrics(arguments)?;
    if !metrics.is_empty() {
        spec["metrics"] = metrics.into();
    }
    let change = Change::of(arguments, "autoscaled")?;
    let found = Query::of(arguments, &arguments.positional).find(session)?;
    let mut errors = found.errors;
    if found.infos.is_empty() && errors.is_empty() {
        return Err(CommandError::message("no objects passed to autoscale"));
    }
    for info in &found.infos {
        if let Err(error) = autoscale(session, arguments, info, &spec, &change) {
            errors.push(error);
            break;
        }
    }
    CommandError::of(errors)
}

fn autoscale(
    session: &mut Session<'_>,
    arguments: &Arguments,
    info: &Info,
    spec: &Value,
    change: &Change,
) -> Result<()> {
    let names = info.kind.info();
    if !SCALABLE.contains(&info.kind) {
        return Err(CommandError::message(format!(
            "cannot autoscale a {}: could not find scale subresource for {}, Resource={} in discovery information",
            names.kind,
            names.api_version(),
            names.plural
        )));
    }
    let name = arguments.text("name").filter(|name| !name.is_empty());
    let key = ObjectKey::new(info.key.namespace.clone(), name.unwrap_or(info.key.name.as_str()));
    let mut spec = spec.clone();
    spec["scaleTargetRef"] =
        json!({ "apiVersion": names.api_version(), "kind": names.kind, "name": info.key.name.as_str() });
    let kind = Kind::HORIZONTAL_POD_AUTOSCALER;
    let value = json!({
        "apiVersion": kind.info().api_version(), "kind": kind.name(),
        "metadata": { "name": key.name.as_str(), "namespace": key.namespace.as_str() }, "spec": spec,
    });
    let value = match change.dry_run {
        DryRun::Client => value,
        dry_run => session.create(kind, value, dry_run)?,
    };
    print_changed(session, &Info { kind, key, value }, change)
}

/// The metrics that the flags ask for; none leaves them to the API server.
fn metrics(arguments: &Arguments) -> Result<Vec<Value>> {
    let (percent, cpu) = (
        arguments.int("cpu-percent").filter(|percent| *percent > 0),
        arguments.text("cpu"),
    );
    let cpu = cpu.filter(|text| !text.is_empty());
    if percent.is_some() && cpu.is_some() {
        return Err(CommandError::message("--cpu-percent and --cpu are mutually exclusive"));
    }
    let mut metrics = Vec::new();
    if let Some(percent) = percent {
        metrics.push(metric(
            "cpu",
            json!({ "type": "Utilization", "averageUtilization": percent }),
        ));
    }
    if let Some(text) = cpu {
        metrics.push(metric("cpu", target("cpu", "m", text)?));
    }
    if let Some(text) = arguments.text("memory").filter(|text| !text.is_empty()) {
        metrics.push(metric("memory", target("memory", "Mi", text)?));
    }
    Ok(metrics)
}

fn metric(resource: &str, target: Value) -> Value {
    json!({ "type": "Resource", "resource": { "name": resource, "target": target } })
}

/// `70%` is a share of what the pods request, anything else an amount; a bare number is one of `unit`.
fn target(resource: &str, unit: &str, text: &str) -> Result<Value> {
    let text = text.trim();
    if let Some(percent) = text.strip_suffix('%') {
        let number = percent.parse::<i32>().ok().filter(|number| *number >= 0);
        let number = number.ok_or_else(|| CommandError::message(format!("invalid percentage value: {percent}")))?;
        return Ok(json!({ "type": "Utilization", "averageUtilization": number }));
    }
    let amount = if text.parse::<f64>().is_ok() {
        Quantity::parse(&format!("{text}{unit}"))
    } else {
        Quantity::parse(text)
    };
    let amount = amount.map_err(|_| CommandError::message(format!("invalid resource {resource} value: {text}")))?;
    Ok(json!({ "type": "AverageValue", "averageValue": amount.to_string() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_shares_or_amounts() {
        let check = |resource: &str, unit: &str, text: &str, expect: std::result::Result<Value, &str>| {
            let target = target(resource, unit, text).map_err(|error| error.text());
            assert_eq!(target, expect.map_err(|text| format!("error: {text}\n")));
        };
        let share = |percent: i32| Ok(json!({ "type": "Utilization", "averageUtilization": percent }));
        let amount = |text: &str| Ok(json!({ "type": "AverageValue", "averageValue": text }));
        check("cpu", "m", "70%", share(70));
        check("cpu", "m", "500m", amount("500m"));
        check("cpu", "m", "500", amount("500m"));
        check("memory", "Mi", "200", amount("200Mi"));
        check("memory", "Mi", "1Gi", amount("1Gi"));
        check("cpu", "m", "-5%", Err("invalid percentage value: -5"));
        check("memory", "Mi", "much", Err("invalid resource memory value: much"));
    }
}
