//! An Event: what a component reports about an object.
//!
//! The core/v1 form, as `kubectl get events` shows it. Not kept: related objects, actions, series.

use serde_json::Value;
use smol_str::SmolStr;

use super::json::{self, ObjectBuilder};
use super::{Kind, ObjectMeta, Resource, Timestamp, Uid};

/// Which object an event is about.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ObjectReference {
    /// Its API version.
    pub api_version: SmolStr,
    /// Its kind.
    pub kind: SmolStr,
    /// Its namespace; empty for cluster-wide kinds.
    pub namespace: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// Its identity.
    pub uid: Uid,
    /// Which part of it, such as `spec.containers{app}`.
    pub field_path: SmolStr,
}

/// An event.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Event {
    /// Metadata.
    pub meta: ObjectMeta,
    /// What it is about.
    pub involved: ObjectReference,
    /// `Normal` or `Warning`.
    pub event_type: SmolStr,
    /// One word.
    pub reason: SmolStr,
    /// A sentence.
    pub message: SmolStr,
    /// The component that reports it, such as `kubelet`.
    pub component: SmolStr,
    /// The node it was seen on, if it was on one.
    pub host: SmolStr,
    /// How often it happened.
    pub count: i32,
    /// When first.
    pub first: Option<Timestamp>,
    /// When last.
    pub last: Option<Timestamp>,
}

impl Resource for Event {
    const KIND: Kind = Kind::EVENT;

    fn meta(&self) -> &ObjectMeta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.meta
    }

    fn from_json(mut value: Value) -> Self {
        let (involved, source) = (
            json::take(&mut value, "involvedObject"),
            json::take(&mut value, "source"),
        );
        Event {
            meta: ObjectMeta::from_json(&json::take(&mut value, "metadata")),
            involved: ObjectReference {
                api_version: json::text(&involved, "apiVersion"),
                kind: json::text(&involved, "kind"),
                namespace: json::text(&involved, "namespace"),
                name: json::text(&involved, "name"),
                uid: json::text(&involved, "uid").parse().unwrap_or_default(),
                field_path: json::text(&involved, "fieldPath"),
            },
            event_type: json::text(&value, "type"),
            reason: json::text(&value, "reason"),
            message: json::text(&value, "message"),
            component: json::text(&source, "component"),
            host: json::text(&source, "host"),
            count: json::int32(&value, "count").unwrap_or_default(),
            first: json::time(&value, "firstTimestamp"),
            last: json::time(&value, "lastTimestamp"),
        }
    }

    fn to_json(&self) -> Value {
        let about = &self.involved;
        let mut involved = ObjectBuilder::default();
        involved
            .text("apiVersion", &about.api_version)
            .text("kind", &about.kind)
            .text("namespace", &about.namespace);
        involved.text("name", &about.name).text("fieldPath", &about.field_path);
        if !about.uid.is_nil() {
            involved.put("uid", about.uid.to_string());
        }
        let mut source = ObjectBuilder::default();
        source.text("component", &self.component).text("host", &self.host);
        let parts = [
            ("involvedObject", involved.build()),
            ("source", source.build()),
            ("type", self.event_type.as_str().into()),
            ("reason", self.reason.as_str().into()),
            ("message", self.message.as_str().into()),
            ("reportingComponent", self.component.as_str().into()),
            ("reportingInstance", self.host.as_str().into()),
            ("eventTime", Value::Null),
            ("count", self.count.into()),
            ("firstTimestamp", self.first.map_or(Value::Null, Value::from)),
            ("lastTimestamp", self.last.map_or(Value::Null, Value::from)),
        ];
        super::resource::external(Kind::EVENT, &self.meta, parts)
    }
}
