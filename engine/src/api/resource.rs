//! What all typed objects have in common, and the enum that holds any of them.

use std::sync::Arc;

use serde_json::Value;

use super::json::ObjectBuilder;
use super::{
    CronJob, DaemonSet, Deployment, EndpointSlice, Event, HorizontalPodAutoscaler, Inert, Job, Kind, Lease, Node,
    ObjectKey, ObjectMeta, Pod, PodDisruptionBudget, ReplicaSet, ReplicationController, Service, StatefulSet,
};

/// A kind with behaviour: a lean struct that can be read from, and shown as, the API's JSON.
pub trait Resource: Clone + PartialEq + std::fmt::Debug {
    /// Its kind.
    const KIND: Kind;
    /// Its metadata.
    fn meta(&self) -> &ObjectMeta;
    /// Its metadata, to change.
    fn meta_mut(&mut self) -> &mut ObjectMeta;
    /// Reads an external object that the strict decoder has accepted (unknown fields are dropped silently here).
    fn from_json(value: Value) -> Self;
    /// The object as the API shows it.
    fn to_json(&self) -> Value;
}

/// Puts together an external object.
pub fn external<const N: usize>(kind: Kind, meta: &ObjectMeta, parts: [(&str, Value); N]) -> Value {
    let mut object = ObjectBuilder::default();
    object
        .put("apiVersion", kind.info().api_version())
        .put("kind", kind.name())
        .put("metadata", meta.to_json());
    for (key, value) in parts {
        if !value.is_null() {
            object.put(key, value);
        }
    }
    object.build()
}

macro_rules! objects {
    ($($(#[doc = $doc:literal])* $name:ident($type:ty)),* $(,)?) => {
        /// Any stored object. Cloning it shares it.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Object {
            $($(#[doc = $doc])* $name(Arc<$type>),)*
        }

        impl Object {
            /// Its metadata.
            pub fn meta(&self) -> &ObjectMeta {
                match self { $(Object::$name(object) => object.meta(),)* }
            }

            /// A copy with other metadata.
            #[must_use]
            pub fn with_meta(&self, meta: ObjectMeta) -> Object {
                match self {
                    $(Object::$name(object) => {
                        let mut object = object.as_ref().clone();
                        *object.meta_mut() = meta;
                        Object::$name(Arc::new(object))
                    })*
                }
            }

            /// Stamps the version; copies the object only if somebody else holds it.
            pub(crate) fn set_resource_version(&mut self, revision: u64) {
                match self { $(Object::$name(object) => Arc::make_mut(object).meta_mut().resource_version = revision,)* }
            }

            /// The object as the API shows it.
            pub fn to_json(&self) -> Value {
                match self { $(Object::$name(object) => object.to_json(),)* }
            }
        }

        $(impl From<$type> for Object {
            fn from(object: $type) -> Object { Object::$name(Arc::new(object)) }
        })*

        $(impl From<Arc<$type>> for Object {
            fn from(object: Arc<$type>) -> Object { Object::$name(object) }
        })*
    };
}

objects! {
    /// A pod.
    Pod(Pod),
    /// A node.
    Node(Node),
    /// A ReplicaSet.
    ReplicaSet(ReplicaSet),
    /// A ReplicationController.
    ReplicationController(ReplicationController),
    /// A Deployment.
    Deployment(Deployment),
    /// A DaemonSet.
    DaemonSet(DaemonSet),
    /// A StatefulSet.
    StatefulSet(StatefulSet),
    /// A Job.
    Job(Job),
    /// A CronJob.
    CronJob(CronJob),
    /// A HorizontalPodAutoscaler.
    HorizontalPodAutoscaler(HorizontalPodAutoscaler),
    /// A PodDisruptionBudget.
    PodDisruptionBudget(PodDisruptionBudget),
    /// A Service.
    Service(Service),
    /// An EndpointSlice.
    EndpointSlice(EndpointSlice),
    /// An Event.
    Event(Event),
    /// A node's Lease.
    Lease(Lease),
    /// An object of a kind that has no behaviour yet.
    Inert(Inert),
}

impl Object {
    /// Its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Object::Pod(_) => Kind::POD,
            Object::Node(_) => Kind::NODE,
            Object::ReplicaSet(_) => Kind::REPLICA_SET,
            Object::ReplicationController(_) => Kind::REPLICATION_CONTROLLER,
            Object::Deployment(_) => Kind::DEPLOYMENT,
            Object::DaemonSet(_) => Kind::DAEMON_SET,
            Object::StatefulSet(_) => Kind::STATEFUL_SET,
            Object::Job(_) => Kind::JOB,
            Object::CronJob(_) => Kind::CRON_JOB,
            Object::HorizontalPodAutoscaler(_) => Kind::HORIZONTAL_POD_AUTOSCALER,
            Object::PodDisruptionBudget(_) => Kind::POD_DISRUPTION_BUDGET,
            Object::Service(_) => Kind::SERVICE,
            Object::EndpointSlice(_) => Kind::ENDPOINT_SLICE,
            Object::Event(_) => Kind::EVENT,
            Object::Lease(_) => Kind::LEASE,
            Object::Inert(inert) => inert.kind,
        }
    }

    /// Namespace and name.
    pub fn key(&self) -> ObjectKey {
        self.meta().key()
    }

    /// Reads an external object of a known kind.
    pub fn from_json(kind: Kind, value: Value) -> Object {
        match kind {
            Kind::POD => Pod::from_json(value).into(),
            Kind::NODE => Node::from_json(value).into(),
            Kind::REPLICA_SET => ReplicaSet::from_json(value).into(),
            Kind::REPLICATION_CONTROLLER => ReplicationController::from_json(value).into(),
            Kind::DEPLOYMENT => Deployment::from_json(value).into(),
            Kind::DAEMON_SET => DaemonSet::from_json(value).into(),
            Kind::STATEFUL_SET => StatefulSet::from_json(value).into(),
            Kind::JOB => Job::from_json(value).into(),
            Kind::CRON_JOB => CronJob::from_json(value).into(),
            Kind::HORIZONTAL_POD_AUTOSCALER => HorizontalPodAutoscaler::from_json(value).into(),
            Kind::POD_DISRUPTION_BUDGET => PodDisruptionBudget::from_json(value).into(),
            Kind::SERVICE => Service::from_json(value).into(),
            Kind::ENDPOINT_SLICE => EndpointSlice::from_json(value).into(),
            Kind::EVENT => Event::from_json(value).into(),
            Kind::LEASE => Lease::from_json(value).into(),
            _ => Inert::from_json(kind, value).into(),
        }
    }

    /// The pod, if it is one.
    pub fn as_pod(&self) -> Option<&Arc<Pod>> {
        match self {
            Object::Pod(pod) => Some(pod),
            _ => None,
        }
    }

    /// The node, if it is one.
    pub fn as_node(&self) -> Option<&Arc<Node>> {
        match self {
            Object::Node(node) => Some(node),
            _ => None,
        }
    }
}
