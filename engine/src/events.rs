//! Writing Events as client-go's recorder does: equal ones are counted, floods are filtered.
//!
//! Source: client-go `tools/record` (EventCorrelator): equal events become one with a count; more than ten that differ only in
//! their message within ten minutes are combined; about one object a component may send 25 at once, then one in five minutes;
//! what is held back is counted all the same.
//! Not modelled: expiry after an hour (`--event-ttl`), so that assertions and reports can read all of a scenario's events.

use std::collections::BTreeMap;

use smol_str::{SmolStr, format_smolstr};

use crate::api::{Event, Kind, Object, ObjectKey, ObjectMeta, ObjectReference, Timestamp};
use crate::settings::Settings;
use crate::sim::{SimTime, StableHasher};
use crate::store::{Store, Stored};

/// How many similar events are written apart before they are combined.
const SIMILAR_EVENTS_MAX: usize = 10;
/// How long events count as similar, in seconds.
const SIMILAR_WINDOW_SECS: u64 = 600;

/// What is to be reported.
#[derive(Debug, Clone)]
pub struct Report<'a> {
    /// The component, such as `kubelet`.
    pub component: &'static str,
    /// The node it runs on, if that matters.
    pub host: &'a str,
    /// `Warning` rather than `Normal`.
    pub warning: bool,
    /// One word.
    pub reason: &'static str,
    /// A sentence.
    pub message: String,
    /// By how many seconds the reporter's clock is ahead.
    pub clock_ahead: i64,
    /// Which part of the object, such as `spec.containers{app}`; mostly empty.
    pub field_path: SmolStr,
}

impl<'a> Report<'a> {
    /// A `Normal` event.
    pub fn normal(component: &'static str, reason: &'static str, message: impl Into<String>) -> Self {
        Report {
            component,
            host: "",
            warning: false,
            reason,
            message: message.into(),
            clock_ahead: 0,
            field_path: SmolStr::default(),
        }
    }

    /// A `Warning` event.
    pub fn warning(component: &'static str, reason: &'static str, message: impl Into<String>) -> Self {
        Report {
            warning: true,
            ..Report::normal(component, reason, message)
        }
    }

    /// Says on which node it was seen.
    #[must_use]
    pub fn on(mut self, host: &'a str) -> Self {
        self.host = host;
        self
    }

    /// Says by how many seconds the reporter's clock is ahead.
    #[must_use]
    pub fn by_clock(mut self, ahead: i64) -> Self {
        self.clock_ahead = ahead;
        self
    }

    /// Says which part of the object it is about.
    #[must_use]
    pub fn at(mut self, field_path: impl Into<SmolStr>) -> Self {
        self.field_path = field_path.into();
        self
    }
}

/// What was written about one thing.
#[derive(Debug, Clone)]
struct Written {
    /// The event's name; its namespace is that of the object.
    event: SmolStr,
    /// How often it happened, whether or not the flood filter let it be written.
    count: i32,
}

/// Tokens of the flood filter about one object.
#[derive(Debug, Clone)]
struct Bucket {
    tokens: u32,
    refilled: SimTime,
}

/// Different messages of otherwise equal events.
#[derive(Debug, Clone)]
struct Similar {
    /// Their hashes: mostly one, at most ten.
    messages: Vec<u64>,
    last: SimTime,
}

/// The correlators of all components. Keys are stable hashes of what must be equal: 150,000 pods have a million of them.
#[derive(Debug, Default)]
pub struct EventRecorder {
    written: BTreeMap<u64, Written>,
    buckets: BTreeMap<u64, Bucket>,
    similar: BTreeMap<u64, Similar>,
}

impl EventRecorder {
    /// Reports something about an object.
    pub fn record<T: Stored>(&mut self, store: &mut Store, settings: &Settings, about: &T, report: Report<'_>) {
        self.record_reference(store, settings, reference(T::KIND, about.meta()), report);
    }

    /// Reports something about an object of any kind.
    pub fn record_object(&mut self, store: &mut Store, settings: &Settings, about: &Object, report: Report<'_>) {
        self.record_reference(store, settings, reference(about.kind(), about.meta()), report);
    }

    fn record_reference(&mut self, store: &mut Store, settings: &Settings, about: ObjectReference, report: Report<'_>) {
        let source = source_hash(&about, &report);
        let kind = kind_hash(source, &report);
        let combined = self.is_flood(kind, store.now(), &report.message);
        let key = if combined {
            kind
        } else {
            message_hash(kind, &report.message)
        };
        let message = match combined {
            true => format_smolstr!("(combined from similar events): {}", report.message),
            false => report.message.as_str().into(),
        };
        let known = self.written.get_mut(&key).map(|written| {
            written.count += 1;
            written.clone()
        });
        if !self.take_token(source, store.now(), settings) {
            return;
        }
        let timestamp = Timestamp::from_secs(store.timestamp().secs().saturating_add(report.clock_ahead));
        let counted = known.and_then(|written| {
            let key = ObjectKey {
                namespace: event_namespace(&about),
                name: written.event,
            };
            store.modify::<Event>(&key, |event| {
                event.count = written.count;
                event.last = Some(timestamp);
                event.message = message.clone();
            })
        });
        if counted.is_some() {
            return;
        }
        // An event about an object in a namespace that is gone has nowhere to be written; the real recorder drops it, too.
        let event = new_event(about, &report, message, timestamp, store.new_uid().low_bits());
        if let Ok(event) = store.create(event) {
            self.written.insert(
                key,
                Written {
                    event: event.meta.name.clone(),
                    count: 1,
                },
            );
        }
    }

    /// Whether there have been so many different messages that this one is only counted with the others.
    fn is_flood(&mut self, kind: u64, now: SimTime, message: &str) -> bool {
        let similar = self.similar.entry(kind).or_insert(Similar {
            messages: Vec::new(),
            last: now,
        });
        if now.since(similar.last).as_secs() > SIMILAR_WINDOW_SECS {
            similar.messages.clear();
        }
        similar.last = now;
        let hash = StableHasher::of(message);
        if similar.messages.contains(&hash) {
            return false;
        }
        let is_flood = similar.messages.len() + 1 >= SIMILAR_EVENTS_MAX;
        if !is_flood {
            similar.messages.reserve_exact(1);
            similar.messages.push(hash);
        }
        is_flood
    }

    fn take_token(&mut self, source: u64, now: SimTime, settings: &Settings) -> bool {
        let bucket = self.buckets.entry(source).or_insert(Bucket {
            tokens: settings.event_burst,
            refilled: now,
        });
        let period = settings.event_refill_period.as_nanos().max(1);
        let refills = u32::try_from(now.since(bucket.refilled).as_nanos() / period).unwrap_or(u32::MAX);
        if refills > 0 {
            bucket.tokens = bucket.tokens.saturating_add(refills).min(settings.event_burst);
            bucket.refilled += settings.event_refill_period.saturating_mul(refills);
        }
        let granted = bucket.tokens > 0;
        bucket.tokens -= u32::from(granted);
        granted
    }
}

/// Who reports about which object.
fn source_hash(about: &ObjectReference, report: &Report<'_>) -> u64 {
    let mut hasher = StableHasher::default();
    for part in [
        report.component,
        report.host,
        &about.kind,
        &about.namespace,
        &about.name,
    ] {
        hasher.write_str(part);
    }
    hasher.write_u64(about.uid.low_bits());
    hasher.finish()
}

/// … and for which reason.
fn kind_hash(source: u64, report: &Report<'_>) -> u64 {
    let mut hasher = StableHasher::default();
    hasher.write_u64(source);
    hasher.write_str(&report.field_path);
    hasher.write_str(report.reason);
    hasher.write(&[u8::from(report.warning)]);
    hasher.finish()
}

/// … and in which words.
fn message_hash(kind: u64, message: &str) -> u64 {
    let mut hasher = StableHasher::default();
    hasher.write_u64(kind);
    hasher.write_str(message);
    hasher.finish()
}

/// Events about cluster-wide objects go to the namespace default.
fn event_namespace(about: &ObjectReference) -> SmolStr {
    match about.namespace.is_empty() {
        true => SmolStr::new_static("default"),
        false => about.namespace.clone(),
    }
}

fn new_event(about: ObjectReference, report: &Report<'_>, message: SmolStr, now: Timestamp, suffix: u64) -> Event {
    Event {
        meta: ObjectMeta::named(event_namespace(&about), format_smolstr!("{}.{suffix:016x}", about.name)),
        involved: ObjectReference {
            field_path: report.field_path.clone(),
            ..about
        },
        event_type: SmolStr::new_static(if report.warning { "Warning" } else { "Normal" }),
        reason: SmolStr::new_static(report.reason),
        message,
        component: SmolStr::new_static(report.component),
        host: report.host.into(),
        count: 1,
        first: Some(now),
        last: Some(now),
    }
}

fn reference(kind: Kind, meta: &ObjectMeta) -> ObjectReference {
    ObjectReference {
        api_version: kind.info().api_version().into(),
        kind: SmolStr::new_static(kind.name()),
        namespace: meta.namespace.clone(),
        name: meta.name.clone(),
        uid: meta.uid,
        field_path: SmolStr::default(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::api::{Inert, Node};
    use crate::sim::Seed;

    /// Reports each message at its second; returns message and count of what is stored, by message.
    fn record(reports: &[(u64, &str)]) -> Vec<(String, i32)> {
        let mut store = Store::new(Seed(1), Timestamp::DEFAULT_EPOCH, 1_000);
        let namespace = serde_json::json!({ "metadata": { "name": "default" } });
        assert!(
            store
                .create_object(Inert::from_json(Kind::NAMESPACE, namespace).into())
                .is_ok()
        );
        let node = Node {
            meta: ObjectMeta::named("", "node-1"),
            ..Node::default()
        };
        let (mut recorder, settings) = (EventRecorder::default(), Settings::default());
        for (secs, message) in reports {
            store.enter(SimTime::ZERO + Duration::from_secs(*secs), "test");
            recorder.record(
                &mut store,
                &settings,
                &node,
                Report::warning("kubelet", "Failed", *message),
            );
        }
        let mut events: Vec<_> = store
            .objects()
            .all::<Event>()
            .map(|event| (event.message.to_string(), event.count))
            .collect();
        events.sort();
        events
    }

    #[test]
    fn equal_events_are_counted() {
        assert_eq!(
            record(&[(0, "a"), (1, "a"), (2, "b")]),
            [("a".to_owned(), 2), ("b".to_owned(), 1)]
        );
    }

    #[test]
    fn a_flood_is_held_back_but_counted() {
        let mut reports = vec![(0, "a"); 40];
        assert_eq!(record(&reports), [("a".to_owned(), 25)]);
        reports.push((301, "a"));
        assert_eq!(record(&reports), [("a".to_owned(), 41)]);
    }

    #[test]
    fn different_messages_are_combined_from_the_tenth_on() {
        let messages: Vec<String> = (0..12).map(|n| format!("attempt {n:02}")).collect();
        let reports: Vec<_> = messages.iter().map(|message| (0, message.as_str())).collect();
        let events = record(&reports);
        assert_eq!(events.len(), 10);
        assert_eq!(events[0], ("(combined from similar events): attempt 11".to_owned(), 3));
    }
}
