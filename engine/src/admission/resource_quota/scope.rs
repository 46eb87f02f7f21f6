//! The scopes of a quota: which pods it is about.
//!
//! Source: `pkg/quota/v1/evaluator/core/pods.go`; documentation "Resource Quotas: Quota scopes".

use serde_json::Value;
use smol_str::SmolStr;

use crate::api::{Pod, json as read, qos_class};

/// One requirement; `spec.scopes` are requirements with the operator Exists.
#[derive(Debug, Clone, PartialEq)]
pub struct Scope {
    name: SmolStr,
    operator: SmolStr,
    values: Vec<SmolStr>,
}

impl Scope {
    /// `spec.scopes` and `spec.scopeSelector` of a quota.
    pub fn read_all(spec: &Value) -> Vec<Self> {
        let named = read::texts(spec, "scopes").into_iter().map(|name| Scope {
            name,
            operator: SmolStr::new_static("Exists"),
            values: Vec::new(),
        });
        let selected = spec
            .get("scopeSelector")
            .map(|selector| read::list(selector, "matchExpressions"));
        let selected = selected.into_iter().flatten().map(|requirement| Scope {
            name: read::text(requirement, "scopeName"),
            operator: read::text(requirement, "operator"),
            values: read::texts(requirement, "values"),
        });
        named.chain(selected).collect()
    }

    /// Whether a pod is of this scope.
    pub fn matches(&self, pod: &Pod) -> bool {
        let is_terminating = pod.spec.active_deadline_seconds.is_some_and(|seconds| seconds >= 0);
        let is_best_effort = || qos_class(&pod.spec) == "BestEffort";
        match self.name.as_str() {
            "Terminating" => is_terminating,
            "NotTerminating" => !is_terminating,
            "BestEffort" => is_best_effort(),
            "NotBestEffort" => !is_best_effort(),
            "PriorityClass" => self.matches_class(&read::text(&pod.spec.json, "priorityClassName")),
            "CrossNamespacePodAffinity" => reaches_other_namespaces(&pod.spec.json),
            _ => false,
        }
    }

    fn matches_class(&self, class: &SmolStr) -> bool {
        match self.operator.as_str() {
            "In" => self.values.contains(class),
            "NotIn" => !self.values.contains(class),
            "DoesNotExist" => class.is_empty(),
            _ => !class.is_empty(),
        }
    }
}

/// Whether a pod's affinity or anti-affinity looks at pods of other namespaces.
fn reaches_other_namespaces(spec: &Value) -> bool {
    let kinds = ["podAffinity", "podAntiAffinity"]
        .into_iter()
        .filter_map(|kind| spec.get("affinity")?.get(kind));
    let mut terms = kinds.flat_map(|kind| {
        let required = read::list(kind, "requiredDuringSchedulingIgnoredDuringExecution").iter();
        let preferred = read::list(kind, "preferredDuringSchedulingIgnoredDuringExecution").iter();
        required.chain(preferred.filter_map(|term| term.get("podAffinityTerm")))
    });
    terms.any(|term| {
        let selects = term
            .get("namespaceSelector")
            .is_some_and(|selector| !selector.is_null());
        selects || !read::list(term, "namespaces").is_empty()
    })
}
