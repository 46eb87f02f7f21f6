//! Defaults of horizontal pod autoscalers (`pkg/apis/autoscaling/v2/defaults.go`) and of limit ranges.

use super::edit::{Object, default, each, ensure, field, text};
use serde_json::{Value, json};

/// autoscaling/v1 knows one metric only; given again, it replaces what it was made into before.
pub(super) fn convert_autoscaler(autoscaler: &mut Object) {
    let Some(spec) = field(autoscaler, "spec") else { return };
    if let Some(percent) = spec.remove("targetCPUUtilizationPercentage") {
        let target = json!({"type": "Utilization", "averageUtilization": percent});
        let metric = json!({"type": "Resource", "resource": {"name": "cpu", "target": target}});
        spec.insert("metrics".to_owned(), json!([metric]));
    }
}

pub(super) fn default_autoscaler(autoscaler: &mut Object) {
    let Some(spec) = field(autoscaler, "spec") else { return };
    default(spec, "minReplicas", 1);
    let metric = json!([{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}}]);
    default(spec, "metrics", metric);
    let Some(behavior) = field(spec, "behavior") else {
        return;
    };
    if let Some(up) = ensure(behavior, "scaleUp") {
        default(up, "stabilizationWindowSeconds", 0);
        default(up, "selectPolicy", "Max");
        let policies = json!([
            {"type": "Pods", "value": 4, "periodSeconds": 15},
            {"type": "Percent", "value": 100, "periodSeconds": 15},
        ]);
        default(up, "policies", policies);
    }
    if let Some(down) = ensure(behavior, "scaleDown") {
        default(down, "selectPolicy", "Max");
        default(
            down,
            "policies",
            json!([{"type": "Percent", "value": 100, "periodSeconds": 15}]),
        );
    }
}

/// A container's default limit is its maximum, its default request the default limit, or else its minimum.
pub(super) fn default_limit_range(range: &mut Object) {
    let Some(spec) = field(range, "spec") else { return };
    for limit in each(spec, "limits").filter(|limit| text(limit, "type") == "Container") {
        for (target, source) in [
            ("default", "max"),
            ("defaultRequest", "default"),
            ("defaultRequest", "min"),
        ] {
            let values = limit
                .get(source)
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default();
            if values.is_empty() {
                continue;
            }
            if let Some(defaults) = ensure(limit, target) {
                for (resource, value) in values {
                    default(defaults, &resource, value);
                }
            }
        }
    }
}
