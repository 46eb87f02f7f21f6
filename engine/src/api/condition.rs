//! Conditions: what is observed of an object, one sentence each, with when that last changed.
//!
//! Pods, nodes, workloads and budgets share the form; they differ in the name of the second time.

use serde_json::Value;
use smol_str::SmolStr;

use super::Timestamp;
use super::json::{self, ObjectBuilder};

/// A condition of a pod, node or workload.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Condition {
    /// What it is about, such as `Ready`.
    pub kind: SmolStr,
    /// `True`, `False` or `Unknown`.
    pub status: SmolStr,
    /// One word why.
    pub reason: SmolStr,
    /// A sentence why.
    pub message: SmolStr,
    /// When `status` last changed.
    pub last_transition: Option<Timestamp>,
    /// When it was last written (workloads: `lastUpdateTime`; nodes: `lastHeartbeatTime`).
    pub last_update: Option<Timestamp>,
}

impl Condition {
    /// A condition that has just become what it is.
    pub fn new(
        kind: &'static str,
        status: bool,
        reason: impl Into<SmolStr>,
        message: impl Into<SmolStr>,
        now: Timestamp,
    ) -> Self {
        Condition {
            kind: SmolStr::new_static(kind),
            status: SmolStr::new_static(if status { "True" } else { "False" }),
            reason: reason.into(),
            message: message.into(),
            last_transition: Some(now),
            last_update: None,
        }
    }

    /// Whether its status is `True`.
    pub fn is_true(&self) -> bool {
        self.status == "True"
    }

    /// Reads a condition; `update_key` names the field of `last_update`.
    pub fn from_json(value: &Value, update_key: &str) -> Self {
        Condition {
            kind: json::text(value, "type"),
            status: json::text(value, "status"),
            reason: json::text(value, "reason"),
            message: json::text(value, "message"),
            last_transition: json::time(value, "lastTransitionTime"),
            last_update: json::time(value, update_key),
        }
    }

    /// The condition as the API shows it; `update_key` names the field of `last_update`.
    pub fn to_json(&self, update_key: &str) -> Value {
        let mut object = ObjectBuilder::default();
        object
            .put("type", self.kind.as_str())
            .put("status", self.status.as_str());
        object.text("reason", &self.reason).text("message", &self.message);
        object
            .option("lastTransitionTime", self.last_transition)
            .option(update_key, self.last_update);
        object.build()
    }

    /// The condition of this type, if there is one.
    pub fn find<'a>(conditions: &'a [Condition], kind: &str) -> Option<&'a Condition> {
        conditions.iter().find(|condition| condition.kind == kind)
    }

    /// Puts `condition` in the place of the one of its type, or at the end; the transition time of an unchanged status stays.
    pub fn set(conditions: &mut Vec<Condition>, mut condition: Condition) {
        match conditions.iter_mut().find(|present| present.kind == condition.kind) {
            Some(present) => {
                if present.status == condition.status {
                    condition.last_transition = present.last_transition;
                }
                *present = condition;
            }
            None => conditions.push(condition),
        }
    }
}
