//! A recorded scenario and its takes, as the JSON has them.

use std::collections::BTreeMap;

use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One scenario.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Case {
    /// The namespace that everything happens in.
    pub namespace: String,
    /// Feature gates that were not as the release has them by default.
    #[serde(default)]
    pub feature_gates: String,
    /// The wall clock at the first action.
    pub start: String,
    /// Whether nothing else ran on the recorder's cluster.
    pub isolated: bool,
    /// File name → YAML.
    pub manifests: BTreeMap<String, String>,
    /// What was seen, once or several times.
    pub takes: Vec<Take>,
}

/// What was seen of a scenario once.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Take {
    /// How long it was watched, in seconds.
    pub duration: f64,
    /// What was done.
    pub actions: Vec<Action>,
    /// The pods, in order of creation.
    pub pods: Vec<PodTrace>,
    /// Other objects by `Kind/name`.
    pub objects: BTreeMap<String, ObjectTrace>,
    /// The events, equal ones added up.
    pub events: Vec<EventCount>,
}

/// Something that was done; times in seconds from the first action.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Action {
    /// When.
    pub t: f64,
    /// When it was done with.
    #[serde(default)]
    pub end: f64,
    /// A command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubectl: Option<String>,
    /// It ran in the background until `end`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waits: bool,
    /// Its exit status.
    #[serde(default)]
    pub exit: i32,
    /// What it printed.
    #[serde(default)]
    pub stdout: String,
    /// What it complained of.
    #[serde(default)]
    pub stderr: String,
    /// A pod that the eviction API was asked to evict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evict: Option<String>,
    /// A fault that struck or healed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// The node it struck.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// The image it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}

/// What was seen from `0` on: a row of cells, a phase, a set of conditions. JSON has it as `[t, value, …]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Value>", into = "Vec<Value>")]
pub struct Entry(pub f64, pub Vec<Value>);

impl TryFrom<Vec<Value>> for Entry {
    type Error = &'static str;
    fn try_from(list: Vec<Value>) -> Result<Self, Self::Error> {
        let at = list
            .first()
            .and_then(Value::as_f64)
            .ok_or("expected [seconds, value, …]")?;
        Ok(Entry(at, list.into_iter().skip(1).collect()))
    }
}

impl From<Entry> for Vec<Value> {
    fn from(Entry(at, values): Entry) -> Self {
        std::iter::once(Value::from(at)).chain(values).collect()
    }
}

/// The life of one pod.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PodTrace {
    /// `Deployment/web#2`: of its second ReplicaSet; none if nothing owns it.
    pub owner: Option<String>,
    /// None where it is random.
    pub name: Option<String>,
    /// When it appeared.
    pub created: f64,
    /// When it was gone.
    pub gone: Option<f64>,
    /// Where it ran; empty if nowhere.
    #[serde(default)]
    pub node: Option<String>,
    /// READY, STATUS, restarts.
    pub rows: Vec<Entry>,
    /// Its phases.
    pub phase: Vec<Entry>,
    /// Its sets of conditions.
    pub conditions: Vec<Entry>,
    /// Its containers' states, by their names.
    pub containers: BTreeMap<String, Vec<Entry>>,
}

/// The history of another object.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ObjectTrace {
    /// `kubectl get`.
    pub rows: Vec<Entry>,
    /// Its counts.
    pub status: Vec<Entry>,
    /// Its sets of conditions.
    pub conditions: Vec<Entry>,
    /// A node's taints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taints: Option<Vec<Entry>>,
    /// When it was gone.
    pub gone: Option<f64>,
}

/// Equal events, added up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventCount {
    /// `Kind/name`.
    pub about: String,
    /// Normal or Warning.
    #[serde(rename = "type")]
    pub kind: String,
    /// One word.
    pub reason: String,
    /// A sentence.
    pub message: String,
    /// How often.
    pub count: i64,
}

impl Case {
    /// Reads a scenario.
    ///
    /// # Errors
    /// What is missing or of another shape.
    pub fn read(body: &Value) -> Result<Case, String> {
        let mut case: Case = serde_json::from_value(body.clone()).map_err(|e| e.to_string())?;
        if case.takes.is_empty() {
            return Err("it has no takes".to_owned());
        }
        for take in &mut case.takes {
            take.mask_container_ids();
        }
        Ok(case)
    }
}

impl Take {
    /// The runtime's identities of containers are random, but the recorder did not alias them: no two takes could be equal.
    pub fn mask_container_ids(&mut self) {
        let Ok(id) = Regex::new("[0-9a-f]{64}") else { return };
        let mask = |text: &str| id.replace_all(text, "{id}").into_owned();
        let states = self
            .pods
            .iter_mut()
            .flat_map(|pod| pod.containers.values_mut())
            .flatten();
        for message in states.filter_map(|Entry(_, values)| values.get_mut(3)) {
            if let Value::String(text) = message {
                *text = mask(text);
            }
        }
        for event in &mut self.events {
            event.message = mask(&event.message);
        }
    }
}
