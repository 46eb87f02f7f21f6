//! Writing Events as client-go's recorder does: equal ones are counted, floods are filtered.
//!
//! Source: client-go `tools/record` (EventCorrelator): equal events become one with a count; more than ten that differ only in
//! their message within ten minutes are combined; about one object a component may send 25 at once, then one in five minutes.
//! Not modelled: expiry after an hour (`--event-ttl`), so that assertions and reports can read all of a scenario's events.

use std::collections::BTreeMap;

use smol_str::{SmolStr, format_smolstr};

use crate::api::{Event, Kind, Object, ObjectKey, ObjectMeta, ObjectReference};
use crate::settings::Settings;
use crate::sim::SimTime;
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

    /// Says which part of the object it is about.
    #[must_use]
    pub fn at(mut self, field_path: impl Into<SmolStr>) -> Self {
        self.field_path = field_path.into();
        self
    }
}

type Source = (&'static str, SmolStr, ObjectReferenceKey);
type ObjectReferenceKey = (SmolStr, ObjectKey, crate::api::Uid);
type EventKey = (Source, SmolStr, bool, &'static str, String);
type SimilarKey = (Source, SmolStr, bool, &'static str);

/// Tokens of the flood filter about one object.
#[derive(Debug, Clone)]
struct Bucket {
    tokens: u32,
    refilled: SimTime,
}

/// Different messages of otherwise equal events.
#[derive(Debug, Clone)]
struct Similar {
    messages: std::collections::BTreeSet<String>,
    last: SimTime,
}

/// The correlators of all components.
#[derive(Debug, Default)]
pub struct EventRecorder {
    written: BTreeMap<EventKey, ObjectKey>,
    buckets: BTreeMap<Source, Bucket>,
    similar: BTreeMap<SimilarKey, Similar>,
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

    fn record_reference(
        &mut self,
        store: &mut Store,
        settings: &Settings,
        involved: ObjectReference,
        report: Report<'_>,
    ) {
        let object = ObjectKey::new(involved.namespace.clone(), involved.name.clone());
        let source: Source = (
            report.component,
            report.host.into(),
            (involved.kind.clone(), object, involved.uid),
        );
        let message = self.combined_message(&source, store.now(), &report);
        let key: EventKey = (
            source,
            report.field_path.clone(),
            report.warning,
            report.reason,
            message,
        );
        if !self.take_token(&key.0, store.now(), settings) {
            return;
        }
        let timestamp = store.timestamp();
        if let Some(present) = self.written.get(&key) {
            let counted = store.modify::<Event>(present, |event| {
                event.count += 1;
                event.last = Some(timestamp);
            });
            if counted.is_some() {
                return;
            }
        }
        let namespace = if involved.namespace.is_empty() {
            SmolStr::new_static("default")
        } else {
            involved.namespace.clone()
        };
        let name = format_smolstr!("{}.{:016x}", involved.name, store.new_uid().low_bits());
        let mut involved = involved;
        involved.field_path = report.field_path.clone();
        let event = Event {
            meta: ObjectMeta::named(namespace, name),
            involved,
            event_type: SmolStr::new_static(if report.warning { "Warning" } else { "Normal" }),
            reason: SmolStr::new_static(report.reason),
            message: key.4.as_str().into(),
            component: SmolStr::new_static(report.component),
            host: report.host.into(),
            count: 1,
            first: Some(timestamp),
            last: Some(timestamp),
        };
        // An event about an object in a namespace that is gone has nowhere to be written; the real recorder drops it, too.
        if let Ok(event) = store.create(event) {
            self.written.insert(key, event.meta.key());
        }
    }

    /// The message itself, or the one that stands for a flood of similar ones.
    fn combined_message(&mut self, source: &Source, now: SimTime, report: &Report<'_>) -> String {
        let key: SimilarKey = (source.clone(), report.field_path.clone(), report.warning, report.reason);
        let similar = self.similar.entry(key).or_insert_with(|| Similar {
            messages: std::collections::BTreeSet::new(),
            last: now,
        });
        if now.since(similar.last).as_secs() > SIMILAR_WINDOW_SECS {
            similar.messages.clear();
        }
        similar.last = now;
        if similar.messages.len() < SIMILAR_EVENTS_MAX || similar.messages.contains(&report.message) {
            similar.messages.insert(report.message.clone());
            return report.message.clone();
        }
        format!("(combined from similar events): {}", report.message)
    }

    fn take_token(&mut self, source: &Source, now: SimTime, settings: &Settings) -> bool {
        let bucket = self.buckets.entry(source.clone()).or_insert(Bucket {
            tokens: settings.event_burst,
            refilled: now,
        });
        let period = settings.event_refill_period.as_nanos().max(1);
        let refills = u32::try_from(now.since(bucket.refilled).as_nanos() / period).unwrap_or(u32::MAX);
        if refills > 0 {
            bucket.tokens = bucket.tokens.saturating_add(refills).min(settings.event_burst);
            bucket.refilled += settings.event_refill_period * refills;
        }
        let granted = bucket.tokens > 0;
        bucket.tokens -= u32::from(granted);
        granted
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
