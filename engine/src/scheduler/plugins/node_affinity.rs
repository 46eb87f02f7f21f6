//! NodeAffinity: `nodeSelector` and node affinity, required and preferred.
//!
//! Documentation: "Assigning Pods to Nodes". Terms are alternatives; within one, all expressions must hold.

use std::collections::BTreeSet;

use serde_json::Value;
use smol_str::SmolStr;

use super::super::{NodeInfo, PodInfo, Rejection};
use crate::api::{Node, json};

/// The plugin's name.
pub const NAME: &str = "NodeAffinity";
/// Its weight among the scores.
pub const WEIGHT: i64 = 2;

/// One requirement on a label (or, in `matchFields`, on `metadata.name`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeRequirement {
    key: SmolStr,
    operator: SmolStr,
    values: Vec<SmolStr>,
}

impl NodeRequirement {
    fn from_json(value: &Value) -> Self {
        NodeRequirement {
            key: json::text(value, "key"),
            operator: json::text(value, "operator"),
            values: json::texts(value, "values"),
        }
    }

    /// Whether a label's value (none: it is absent) fulfils this. Unknown operators are fulfilled by nothing.
    fn holds(&self, value: Option<&SmolStr>) -> bool {
        let number = |text: &SmolStr| text.parse::<i64>().ok();
        let compared = |greater: bool| match (value.and_then(number), self.values.first().and_then(number)) {
            (Some(have), Some(want)) => (greater && have > want) || (!greater && have < want),
            _ => false,
        };
        match self.operator.as_str() {
            "In" => value.is_some_and(|value| self.values.contains(value)),
            "NotIn" => value.is_none_or(|value| !self.values.contains(value)),
            "Exists" => value.is_some(),
            "DoesNotExist" => value.is_none(),
            "Gt" => compared(true),
            "Lt" => compared(false),
            _ => false,
        }
    }
}

/// One alternative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeSelectorTerm {
    expressions: Vec<NodeRequirement>,
    fields: Vec<NodeRequirement>,
}

impl NodeSelectorTerm {
    /// Reads a term.
    pub fn from_json(value: &Value) -> Self {
        let requirements = |key| json::list(value, key).iter().map(NodeRequirement::from_json).collect();
        NodeSelectorTerm {
            expressions: requirements("matchExpressions"),
            fields: requirements("matchFields"),
        }
    }

    /// The nodes that the term names, if it names any.
    fn names(&self) -> Option<BTreeSet<SmolStr>> {
        let named = |field: &&NodeRequirement| field.key == "metadata.name" && field.operator == "In";
        let sets = self.fields.iter().filter(named);
        sets.map(|field| field.values.iter().cloned().collect::<BTreeSet<_>>())
            .reduce(|a, b| &a & &b)
    }

    /// Whether a node fulfils the term; a term without requirements is fulfilled by none.
    pub fn matches(&self, node: &Node) -> bool {
        let name = |requirement: &NodeRequirement| {
            requirement.holds((requirement.key == "metadata.name").then_some(&node.meta.name))
        };
        !(self.expressions.is_empty() && self.fields.is_empty())
            && self
                .expressions
                .iter()
                .all(|requirement| requirement.holds(node.meta.labels.get(&requirement.key)))
            && self.fields.iter().all(name)
    }
}

/// A term that is worth something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreferredTerm {
    weight: i64,
    term: NodeSelectorTerm,
}

impl PreferredTerm {
    /// Reads a weighted term.
    pub fn from_json(value: &Value) -> Self {
        PreferredTerm {
            weight: json::int(value, "weight").unwrap_or_default(),
            term: NodeSelectorTerm::from_json(value.get("preference").unwrap_or(&Value::Null)),
        }
    }
}

/// What PreFilter finds: a pod whose every required term names nodes by `metadata.name` is tried on those only.
///
/// # Errors
/// The terms contradict themselves: no node can be meant.
pub fn narrowed(pod: &PodInfo) -> Result<Option<BTreeSet<SmolStr>>, Rejection> {
    let mut names = BTreeSet::new();
    let Some(terms) = pod.required_affinity.as_ref().filter(|terms| !terms.is_empty()) else {
        return Ok(None);
    };
    for term in terms {
        match term.names() {
            Some(of_term) => names.extend(of_term),
            None => return Ok(None),
        }
    }
    if names.is_empty() {
        return Err(Rejection::unresolvable(NAME, "pod affinity terms conflict"));
    }
    Ok(Some(names))
}

/// Whether a node fulfils what the pod requires of it.
pub fn matches(pod: &PodInfo, node: &Node) -> bool {
    (pod.node_selector.iter()).all(|(key, value)| node.meta.labels.get(key) == Some(value))
        && (pod.required_affinity.as_ref()).is_none_or(|terms| terms.iter().any(|term| term.matches(node)))
}

/// Filter.
pub fn filter(pod: &PodInfo, node: &NodeInfo) -> Option<Rejection> {
    (!matches(pod, &node.node))
        .then(|| Rejection::unresolvable(NAME, "node(s) didn't match Pod's node affinity/selector"))
}

/// Raw score: the weights of the preferred terms that the node fulfils.
pub fn score(pod: &PodInfo, node: &NodeInfo) -> i64 {
    let fulfilled = pod
        .preferred_affinity
        .iter()
        .filter(|preferred| preferred.term.matches(&node.node));
    fulfilled.map(|preferred| preferred.weight).sum()
}

/// Normalised against the highest of all feasible nodes.
pub fn normalize(raw: i64, highest: i64) -> i64 {
    if highest == 0 { raw } else { 100 * raw / highest }
}
