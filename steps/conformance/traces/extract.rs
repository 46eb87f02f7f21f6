//! What the timeline shows, told as the recordings tell it.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shakedown_engine::Cluster;
use shakedown_engine::api::{ContainerStatus, Kind, Object, Pod, Uid};
use shakedown_engine::kubectl::printers::{ready_text, summarize};
use shakedown_engine::sim::SimTime;
use shakedown_engine::store::{Change, Verb};

use super::alias::{Aliases, EventAliases, is_random};
use super::case::{Entry, EventCount, ObjectTrace, PodTrace, Take};
use super::objects;

/// Reads the log from one change on and tells pods, objects and events; times count from `start`.
pub struct Extract<'a> {
    cluster: &'a Cluster,
    start: SimTime,
    end: SimTime,
    aliases: Aliases,
    pods: Vec<PodTrace>,
    pod_index: BTreeMap<Uid, usize>,
    objects: BTreeMap<String, ObjectTrace>,
}

/// Adds what is seen, if it is not what was seen last.
fn push(entries: &mut Vec<Entry>, at: f64, values: Vec<Value>) {
    if entries.last().is_none_or(|last| last.1 != values) {
        entries.push(Entry(at, values));
    }
}

impl<'a> Extract<'a> {
    /// Nothing yet; what happens after `end` will be left out (a command that waits may have gone on).
    pub fn new(cluster: &'a Cluster, start: SimTime, end: SimTime) -> Self {
        Extract {
            cluster,
            start,
            end,
            aliases: Aliases::default(),
            pods: Vec::new(),
            pod_index: BTreeMap::new(),
            objects: BTreeMap::new(),
        }
    }

    /// Tells everything that happened in `namespace` and to nodes since change number `from`.
    pub fn take(mut self, from: usize, namespace: &str) -> (Take, Aliases) {
        let log = self.cluster.log();
        let log = log
            .get(..log.partition_point(|change| change.at <= self.end))
            .unwrap_or(log);
        let (before, after) = log.split_at(from.min(log.len()));
        for change in after {
            let object = change.object();
            if object.kind() != Kind::NODE && object.meta().namespace != namespace {
                continue;
            }
            if change.verb() == Verb::Created {
                self.aliases.learn(object);
            }
            match object {
                Object::Pod(pod) => self.pod(pod, change),
                _ => self.object(object, change),
            }
        }
        let events = events(before, after, namespace, &self.aliases);
        let replace = |pod: &mut PodTrace| {
            for Entry(_, values) in pod.containers.values_mut().flatten() {
                if let Some(Value::String(message)) = values.get_mut(3) {
                    *message = self.aliases.replace(message);
                }
            }
        };
        self.pods.iter_mut().for_each(replace);
        let take = Take {
            pods: self.pods,
            objects: self.objects,
            events,
            ..Take::default()
        };
        (take, self.aliases)
    }

    /// Seconds since the start, as the recordings round them.
    fn secs(&self, at: SimTime) -> f64 {
        (at.since(self.start).as_secs_f64() * 10.0).round() / 10.0
    }

    fn pod(&mut self, pod: &Pod, change: &Change) {
        let at = self.secs(change.at);
        let index = match self.pod_index.get(&pod.meta.uid) {
            Some(index) => *index,
            None => {
                let trace = PodTrace {
                    owner: self.aliases.owner(pod),
                    name: (!is_random(&pod.meta)).then(|| pod.meta.name.to_string()),
                    created: at,
                    ..PodTrace::default()
                };
                self.pods.push(trace);
                self.pod_index.insert(pod.meta.uid, self.pods.len() - 1);
                self.pods.len() - 1
            }
        };
        let Some(trace) = self.pods.get_mut(index) else { return };
        let gone = change.verb() == Verb::Deleted;
        let summary = summarize(pod);
        // That release prints Terminating for any pod that is being deleted, whatever its phase.
        let status = match gone || pod.meta.is_deleted() {
            true => "Terminating".to_owned(),
            false => summary.status.to_string(),
        };
        push(
            &mut trace.rows,
            at,
            vec![
                ready_text(&summary).into(),
                status.into(),
                summary.restarts.count.into(),
            ],
        );
        if gone {
            trace.gone = Some(at);
            return;
        }
        if !pod.node_name.is_empty() {
            trace.node = Some(pod.node_name.to_string());
        }
        push(&mut trace.phase, at, vec![pod.status.phase.as_str().into()]);
        let mut conditions: Vec<[&str; 3]> = pod
            .status
            .conditions
            .iter()
            .map(|c| [c.kind.as_str(), c.status.as_str(), c.reason.as_str()])
            .collect();
        conditions.sort_unstable();
        push(&mut trace.conditions, at, vec![json!(conditions)]);
        for status in pod.status.init_containers.iter().chain(&pod.status.containers) {
            push(
                trace.containers.entry(status.name.to_string()).or_default(),
                at,
                state(status),
            );
        }
    }

    fn object(&mut self, object: &Object, change: &Change) {
        let epoch_ns = self.cluster.store().epoch().secs().saturating_mul(1_000_000_000);
        let now_ns = epoch_ns.saturating_add(i64::try_from(change.at.as_nanos()).unwrap_or(i64::MAX));
        let Some(seen) = objects::seen(object, now_ns) else {
            return;
        };
        let at = self.secs(change.at);
        let trace = self.objects.entry(self.aliases.object_name(object)).or_default();
        if change.verb() == Verb::Deleted {
            trace.gone = Some(at);
            return;
        }
        trace.gone = None;
        push(&mut trace.rows, at, vec![seen.row]);
        if let Some(status) = seen.status {
            push(&mut trace.status, at, vec![status]);
        }
        push(&mut trace.conditions, at, vec![seen.conditions]);
        if let Some(taints) = seen.taints {
            push(trace.taints.get_or_insert_default(), at, vec![taints]);
        }
    }
}

/// State, reason, exit code, message, restart count, ready, started.
fn state(status: &ContainerStatus) -> Vec<Value> {
    let state = &status.state;
    let (name, reason, code, message) = match (&state.waiting, &state.running, &state.terminated) {
        (Some(waiting), ..) => (
            "waiting",
            Value::from(waiting.reason.as_str()),
            Value::Null,
            waiting.message.as_str(),
        ),
        (_, Some(_), _) => ("running", Value::Null, Value::Null, ""),
        (.., Some(ended)) => (
            "terminated",
            ended.reason.as_str().into(),
            ended.exit_code.into(),
            ended.message.as_str(),
        ),
        _ => ("waiting", "ContainerCreating".into(), Value::Null, ""),
    };
    vec![
        name.into(),
        reason,
        code,
        message.into(),
        status.restart_count.into(),
        status.ready.into(),
        status.started.into(),
    ]
}

/// The events of a namespace and of nodes that are there in the end, without what they counted before.
fn events(before: &[Change], after: &[Change], namespace: &str, aliases: &Aliases) -> Vec<EventCount> {
    let mut last: BTreeMap<Uid, &Object> = BTreeMap::new();
    let mut counted: BTreeMap<Uid, i64> = BTreeMap::new();
    for change in before {
        if let Object::Event(event) = change.object() {
            counted.insert(event.meta.uid, event.count.into());
        }
    }
    for change in after {
        let object @ Object::Event(event) = change.object() else {
            continue;
        };
        if change.verb() == Verb::Deleted {
            last.remove(&event.meta.uid);
        } else if event.meta.namespace == namespace || event.involved.kind == "Node" {
            last.insert(event.meta.uid, object);
        }
    }
    let patterns = EventAliases::new();
    let mut sums: BTreeMap<[String; 4], i64> = BTreeMap::new();
    for (uid, object) in last {
        let Object::Event(event) = object else { continue };
        let key = [
            format!("{}/{}", event.involved.kind, aliases.replace(&event.involved.name)),
            event.event_type.to_string(),
            event.reason.to_string(),
            patterns.replace(aliases.replace(&event.message)),
        ];
        *sums.entry(key).or_default() += i64::from(event.count) - counted.get(&uid).copied().unwrap_or_default();
    }
    let count = |([about, kind, reason, message], count): ([String; 4], i64)| EventCount {
        about,
        kind,
        reason,
        message,
        count,
    };
    sums.into_iter().map(count).collect()
}
