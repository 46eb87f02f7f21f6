//! What the recordings keep of objects other than pods: cells of `kubectl get`, counts, conditions, taints.

use serde_json::{Map, Value, json};
use shakedown_engine::api::{Kind, Object};
use shakedown_engine::kubectl::printers::{columns, row};

/// The kinds that are recorded, with the columns that v1.28 prints and that do not change by themselves.
const RECORDED: &[(Kind, &[&str])] = &[
    (Kind::DEPLOYMENT, &["Ready", "Up-to-date", "Available"]),
    (Kind::REPLICA_SET, &["Desired", "Current", "Ready"]),
    (Kind::NODE, &["Status", "Roles"]),
    (
        Kind::DAEMON_SET,
        &[
            "Desired",
            "Current",
            "Ready",
            "Up-to-date",
            "Available",
            "Node Selector",
        ],
    ),
    (Kind::JOB, &["Completions"]),
    (Kind::STATEFUL_SET, &["Ready"]),
    (
        Kind::PERSISTENT_VOLUME_CLAIM,
        &[
            "Status",
            "Volume",
            "Capacity",
            "Access Modes",
            "StorageClass",
            "VolumeMode",
        ],
    ),
    (Kind::CRON_JOB, &["Schedule", "Suspend", "Active"]),
    (
        Kind::POD_DISRUPTION_BUDGET,
        &["Min Available", "Max Unavailable", "Allowed Disruptions"],
    ),
];

/// Fields of a status that are no counts of the moment.
const NOT_COUNTED: &[&str] = &[
    "accessModes",
    "active",
    "capacity",
    "collisionCount",
    "completionTime",
    "conditions",
    "currentRevision",
    "lastScheduleTime",
    "lastSuccessfulTime",
    "observedGeneration",
    "phase",
    "startTime",
    "updateRevision",
];

/// What is recorded of an object at one instant.
pub struct Seen {
    /// The cells.
    pub row: Value,
    /// The counts; none for kinds that have no such thing.
    pub status: Option<Value>,
    /// `[type, status, reason]` of each condition, sorted.
    pub conditions: Value,
    /// `key=value:effect` of each taint, sorted; nodes only.
    pub taints: Option<Value>,
}

/// What the recordings keep of an object; none of most kinds.
pub fn seen(object: &Object, now_ns: i64) -> Option<Seen> {
    let kind = object.kind();
    let (_, kept) = RECORDED.iter().find(|(recorded, _)| *recorded == kind)?;
    let value = object.to_json();
    let cells = row(kind, &value, now_ns).ok()?;
    let mut shown = Map::new();
    for (column, cell) in columns(kind).iter().zip(&cells) {
        if kept.contains(&column.name) {
            shown.insert(column.name.to_owned(), Value::from(cell));
        }
    }
    let has_counts = !matches!(kind, Kind::NODE | Kind::PERSISTENT_VOLUME_CLAIM);
    Some(Seen {
        row: Value::Object(shown),
        status: has_counts.then(|| counts(kind, &value["status"])),
        conditions: conditions(&value["status"]["conditions"]),
        taints: (kind == Kind::NODE).then(|| taints(&value["spec"]["taints"])),
    })
}

fn counts(kind: Kind, status: &Value) -> Value {
    let is_count = |name: &str| !NOT_COUNTED.contains(&name) || (kind == Kind::JOB && name == "active");
    let fields = status.as_object().into_iter().flatten();
    fields
        .filter(|(name, _)| is_count(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect::<Map<_, _>>()
        .into()
}

/// `[type, status, reason]` of each condition, sorted.
pub fn conditions(list: &Value) -> Value {
    let mut conditions: Vec<[&str; 3]> = list
        .as_array()
        .into_iter()
        .flatten()
        .map(|condition| ["type", "status", "reason"].map(|field| condition[field].as_str().unwrap_or_default()))
        .collect();
    conditions.sort_unstable();
    json!(conditions)
}

fn taints(list: &Value) -> Value {
    let text = |taint: &Value| {
        let field = |name: &str| taint[name].as_str().unwrap_or_default().to_owned();
        match field("value") {
            value if value.is_empty() => format!("{}:{}", field("key"), field("effect")),
            value => format!("{}={value}:{}", field("key"), field("effect")),
        }
    };
    let mut taints: Vec<String> = list.as_array().into_iter().flatten().map(text).collect();
    taints.sort();
    json!(taints)
}
