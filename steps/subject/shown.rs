//! What an assertion is about, and how it is shown when it fails: the table kubectl prints and the latest events.

use serde_json::Value;
use shakedown_engine::api::{Event, Kind, ObjectKey};
use shakedown_engine::kubectl::table::{Table, TableOptions};
use shakedown_engine::timeline::View;

use super::PodQuery;
use crate::parameters::ObjectRef;

/// More rows explain nothing.
const ROWS_MAX: usize = 20;
/// So many of the latest events are shown.
const EVENTS_MAX: usize = 8;

/// What an assertion is about.
#[derive(Debug, Clone)]
pub enum Subject {
    /// Pods.
    Pods(PodQuery),
    /// One object.
    Object(ObjectRef),
    /// The cluster as a whole.
    Cluster,
}

impl Subject {
    /// Whether there is something to be asked about.
    pub fn exists(&self, view: &View<'_>) -> bool {
        match self {
            Self::Pods(query) => query.exists(view),
            Self::Object(object) => view.objects.object(object.kind, &object.key()).is_some(),
            Self::Cluster => true,
        }
    }

    /// Whether it is one thing by its name, rather than whatever satisfies a phrase.
    pub fn is_named(&self) -> bool {
        match self {
            Self::Pods(query) => query.pods.is_one(),
            Self::Object(_) => true,
            Self::Cluster => false,
        }
    }

    /// What `kubectl get -o wide` would print of it at this instant.
    pub fn table(&self, view: &View<'_>) -> String {
        match self {
            Self::Pods(query) => {
                let pods: Vec<Value> = query
                    .select(view)
                    .iter()
                    .map(|pod| view.to_json(&(*pod).clone().into()))
                    .collect();
                table(Kind::POD, &pods, view)
            }
            Self::Object(object) => {
                let found: Vec<Value> = view
                    .objects
                    .object(object.kind, &object.key())
                    .map(|object| view.to_json(object))
                    .into_iter()
                    .collect();
                table(object.kind, &found, view)
            }
            Self::Cluster => {
                let pods: Vec<Value> = view
                    .objects
                    .of_kind(Kind::POD)
                    .take(ROWS_MAX + 1)
                    .map(|pod| view.to_json(pod))
                    .collect();
                table(Kind::POD, &pods, view)
            }
        }
    }

    /// The objects it is at this instant; none for the cluster as a whole.
    pub fn objects(&self, view: &View<'_>) -> Vec<(Kind, ObjectKey)> {
        match self {
            Self::Pods(query) => query
                .select(view)
                .iter()
                .map(|pod| (Kind::POD, pod.meta.key()))
                .collect(),
            Self::Object(object) => vec![(object.kind, object.key())],
            Self::Cluster => Vec::new(),
        }
    }

    /// Its latest events at this instant, oldest first.
    pub fn events(&self, view: &View<'_>) -> String {
        let about = self.objects(view);
        let mut events: Vec<&Event> = about
            .iter()
            .flat_map(|(kind, key)| events_about(view, *kind, key))
            .collect();
        events.sort_by_key(|event| (event.last, event.meta.resource_version));
        let latest: Vec<Value> = events
            .split_off(events.len().saturating_sub(EVENTS_MAX))
            .into_iter()
            .map(shown_event)
            .collect();
        table(Kind::EVENT, &latest, view)
    }
}

fn shown_event(event: &Event) -> Value {
    shakedown_engine::api::Resource::to_json(event)
}

/// The events about one object, by name.
pub fn events_about<'v>(view: &View<'v>, kind: Kind, key: &ObjectKey) -> Vec<&'v Event> {
    let namespace = if key.namespace.is_empty() {
        "default"
    } else {
        key.namespace.as_str()
    };
    let in_namespace = view.objects.all_in::<Event>(namespace);
    let about = |event: &&std::sync::Arc<Event>| event.involved.kind == kind.name() && event.involved.name == key.name;
    in_namespace.filter(about).map(std::sync::Arc::as_ref).collect()
}

fn table(kind: Kind, objects: &[Value], view: &View<'_>) -> String {
    let now_ns = view.timestamp().secs().saturating_mul(1_000_000_000);
    let options = TableOptions {
        wide: kind == Kind::POD,
        ..TableOptions::default()
    };
    let mut text = match Table::new(kind, objects.iter().take(ROWS_MAX), now_ns) {
        Ok(table) => table.render(&options),
        Err(error) => error.to_string(),
    };
    if objects.len() > ROWS_MAX {
        text.push_str(&format!("… and {} more\n", objects.len() - ROWS_MAX));
    }
    text
}
