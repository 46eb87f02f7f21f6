//! A Service and the EndpointSlices made for it.
//!
//! One EndpointSlice per Service is enough for what scenarios ask (the real controller starts another after 100 endpoints;
//! that split is not modelled).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use smol_str::SmolStr;

use super::json::{self, ObjectBuilder};
use super::{IntOrString, Kind, ObjectMeta, Resource, Uid};

/// One of `spec.ports` of a Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServicePort {
    /// Its name, needed where there are several.
    pub name: SmolStr,
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: SmolStr,
    /// The port of the Service.
    pub port: i32,
    /// The port of the pods.
    pub target_port: IntOrString,
}

/// What a Service is meant to be.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct ServiceSpec {
    /// The whole spec, as in the API.
    pub json: Value,
    /// Labels that its pods have; none means that somebody else makes its endpoints.
    pub selector: Option<BTreeMap<SmolStr, SmolStr>>,
    /// Ports.
    pub ports: Vec<ServicePort>,
    /// Its address; `None` for a headless Service.
    pub cluster_ip: SmolStr,
    /// Whether pods that are not ready are published as if they were.
    pub publish_not_ready_addresses: bool,
}

/// A Service.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Service {
    /// Metadata.
    pub meta: ObjectMeta,
    /// What it is meant to be.
    pub spec: Arc<ServiceSpec>,
    /// `status`, as in the API.
    pub status_json: Value,
}

impl ServiceSpec {
    /// Reads a spec.
    pub fn from_json(json: Value) -> Self {
        let selector = json::labels(&json, "selector");
        ServiceSpec {
            selector: (!selector.is_empty()).then(|| selector.as_ref().clone()),
            ports: json::list(&json, "ports").iter().map(service_port).collect(),
            cluster_ip: json::text(&json, "clusterIP"),
            publish_not_ready_addresses: json::flag(&json, "publishNotReadyAddresses"),
            json,
        }
    }
}

fn service_port(value: &Value) -> ServicePort {
    let port = json::int32(value, "port").unwrap_or_default();
    let protocol = json::text(value, "protocol");
    ServicePort {
        name: json::text(value, "name"),
        protocol: if protocol.is_empty() {
            SmolStr::new_static("TCP")
        } else {
            protocol
        },
        port,
        target_port: value
            .get("targetPort")
            .and_then(json::int_or_string)
            .unwrap_or(IntOrString::Int(port)),
    }
}

impl Resource for Service {
    const KIND: Kind = Kind::SERVICE;

    fn meta(&self) -> &ObjectMeta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.meta
    }

    fn from_json(mut value: Value) -> Self {
        Service {
            meta: ObjectMeta::from_json(&json::take(&mut value, "metadata")),
            spec: Arc::new(ServiceSpec::from_json(json::take(&mut value, "spec"))),
            status_json: json::take(&mut value, "status"),
        }
    }

    fn to_json(&self) -> Value {
        let parts = [("spec", self.spec.json.clone()), ("status", self.status_json.clone())];
        super::resource::external(Kind::SERVICE, &self.meta, parts)
    }
}

/// One address behind a Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The pod's address.
    pub address: SmolStr,
    /// The pod's name.
    pub pod: SmolStr,
    /// The pod's identity.
    pub pod_uid: Uid,
    /// The pod's node.
    pub node_name: SmolStr,
    /// Ready and not being deleted: traffic goes here.
    pub ready: bool,
    /// Ready, whether or not it is being deleted.
    pub serving: bool,
    /// Being deleted.
    pub terminating: bool,
}

/// What an EndpointSlice keeps as it was given.
const GIVEN: [&str; 2] = ["addressType", "endpoints"];

/// The endpoints of a Service.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct EndpointSlice {
    /// Metadata; the label `kubernetes.io/service-name` names the Service.
    pub meta: ObjectMeta,
    /// Addresses.
    pub endpoints: Vec<Endpoint>,
    /// `ports`, as in the API.
    pub ports_json: Value,
    /// `addressType` and `endpoints` as a client gave them, where they hold more than the typed fields tell; else null.
    pub given_json: Value,
}

impl Endpoint {
    fn from_json(value: &Value) -> Self {
        let conditions = value.get("conditions").unwrap_or(&Value::Null);
        let target = value.get("targetRef").unwrap_or(&Value::Null);
        Endpoint {
            address: json::texts(value, "addresses").into_iter().next().unwrap_or_default(),
            pod: json::text(target, "name"),
            pod_uid: json::text(target, "uid").parse().unwrap_or_default(),
            node_name: json::text(value, "nodeName"),
            ready: json::flag(conditions, "ready"),
            serving: json::flag(conditions, "serving"),
            terminating: json::flag(conditions, "terminating"),
        }
    }

    fn to_json(&self, namespace: &str) -> Value {
        let mut object = ObjectBuilder::default();
        object.put("addresses", vec![Value::from(self.address.as_str())]);
        object.put(
            "conditions",
            serde_json::json!({ "ready": self.ready, "serving": self.serving, "terminating": self.terminating }),
        );
        object.text("nodeName", &self.node_name);
        if !self.pod.is_empty() {
            let (name, uid) = (self.pod.as_str(), self.pod_uid.to_string());
            let target = serde_json::json!({ "kind": "Pod", "namespace": namespace, "name": name, "uid": uid });
            object.put("targetRef", target);
        }
        object.build()
    }
}

impl Resource for EndpointSlice {
    const KIND: Kind = Kind::ENDPOINT_SLICE;

    fn meta(&self) -> &ObjectMeta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.meta
    }

    fn from_json(mut value: Value) -> Self {
        let mut slice = EndpointSlice {
            meta: ObjectMeta::from_json(&json::take(&mut value, "metadata")),
            endpoints: json::list(&value, "endpoints")
                .iter()
                .map(Endpoint::from_json)
                .collect(),
            ports_json: json::take(&mut value, "ports"),
            given_json: Value::Null,
        };
        let mut given = ObjectBuilder::default();
        for member in GIVEN {
            given.option(member, value.get(member).cloned());
        }
        let (given, told) = (given.build(), slice.to_json());
        if GIVEN.iter().any(|member| given.get(member) != told.get(member)) {
            slice.given_json = given;
        }
        slice
    }

    fn to_json(&self) -> Value {
        if !self.given_json.is_null() {
            let member = |name: &str| self.given_json.get(name).cloned().unwrap_or_default();
            let [address_type, endpoints] = GIVEN.map(|name| (name, member(name)));
            let parts = [address_type, endpoints, ("ports", self.ports_json.clone())];
            return super::resource::external(Kind::ENDPOINT_SLICE, &self.meta, parts);
        }
        let endpoints = self
            .endpoints
            .iter()
            .map(|endpoint| endpoint.to_json(&self.meta.namespace))
            .collect();
        let parts = [
            ("addressType", Value::from("IPv4")),
            ("endpoints", Value::Array(endpoints)),
            ("ports", self.ports_json.clone()),
        ];
        super::resource::external(Kind::ENDPOINT_SLICE, &self.meta, parts)
    }
}
