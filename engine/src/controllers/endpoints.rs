//! The endpoints controller, and the one that mirrors Endpoints of a person's making into EndpointSlices.
//!
//! Endpoints are what there was before EndpointSlices: one object a Service, with all its addresses. Nothing here reads those of
//! Services with a selector but people; those of Services without one are mirrored, so that traffic follows them.
//!
//! Source: kube-controller-manager `pkg/controller/endpoint` and `pkg/controller/endpointslicemirroring`; documentation "Services
//! without selectors". Not modelled: the limit of 1,000 addresses, the annotation with the time of the last change, dual stack.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use serde_json::{Value, json};
use smol_str::SmolStr;

use super::endpoint_slice::{SERVICE_NAME_LABEL, endpoint_ports};
use super::{ControllerId, WorkQueue};
use crate::api::{
    Endpoint, EndpointSlice, Inert, Kind, Object, ObjectKey, ObjectMeta, Pod, Service, Uid, json as read,
};
use crate::component::Context;
use crate::sim::Seed;
use crate::store::{Change, DeleteOptions};

/// The label by which a slice is known as a mirror.
const MANAGED_BY: &str = "endpointslice.kubernetes.io/managed-by";
/// … and what stands there.
const MIRRORING: &str = "endpointslicemirroring-controller.k8s.io";
/// The label of Endpoints that are not to be mirrored.
const SKIP_MIRROR: &str = "endpointslice.kubernetes.io/skip-mirror";
/// The label of headless Services' Endpoints.
const HEADLESS: &str = "service.kubernetes.io/headless";

/// Writes Endpoints for Services with a selector.
#[derive(Debug)]
pub struct EndpointsController {
    queue: WorkQueue,
}

impl EndpointsController {
    /// A controller that has seen nothing yet.
    pub fn new(seed: Seed) -> Self {
        EndpointsController {
            queue: WorkQueue::new(ControllerId::Endpoints, seed, ControllerId::Endpoints.name()),
        }
    }

    /// See [`Component::observe`](crate::component::Component::observe). What changes the slices of a Service changes its
    /// Endpoints: they tell it for all its pods.
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        match change.object() {
            Object::Service(service) if service.spec.selector.is_some() => self.queue.add(service.meta.key(), context),
            Object::EndpointSlice(slice) if !is_mirror(&slice.meta) => {
                if let Some(service) = slice.meta.labels.get(SERVICE_NAME_LABEL) {
                    let key = ObjectKey::new(slice.meta.namespace.clone(), service.clone());
                    self.queue.add(key, context);
                }
            }
            _ => {}
        }
    }

    /// Writes the Endpoints of one Service.
    pub fn run(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        if !self.queue.take(key, context.now) {
            return;
        }
        let Some(service) = context.store.get::<Service>(key).cloned() else {
            // It is gone, and what was its own goes with it.
            let _ = context.store.delete(Kind::ENDPOINTS, key, DeleteOptions::default());
            return;
        };
        let Some(selector) = &service.spec.selector else { return };
        let pods = context.store.objects().pods_labelled(&key.namespace, selector);
        let subsets = subsets(&service, &pods);
        let mut labels = service.meta.labels.as_ref().clone();
        if service.spec.cluster_ip == "None" {
            labels.insert(HEADLESS.into(), SmolStr::default());
        }
        if context.settings.since(1, 33) {
            labels.insert(
                "endpoints.kubernetes.io/managed-by".into(),
                "endpoint-controller".into(),
            );
        }
        let body = match subsets.is_empty() {
            true => json!({}),
            false => json!({ "subsets": subsets }),
        };
        write(key, labels, body, context);
    }
}

fn write(key: &ObjectKey, labels: BTreeMap<SmolStr, SmolStr>, body: Value, context: &mut Context<'_>) {
    let present = context.store.objects().inert(Kind::ENDPOINTS, key).cloned();
    let meta = match &present {
        Some(present) => present.meta.clone(),
        None => ObjectMeta::named(key.namespace.clone(), key.name.clone()),
    };
    let labels = match &present {
        Some(present) if *present.meta.labels == labels => present.meta.labels.clone(),
        _ => Arc::new(labels),
    };
    let wanted = Inert {
        kind: Kind::ENDPOINTS,
        meta: ObjectMeta { labels, ..meta },
        body,
    };
    // In a namespace that goes, nothing is made any more.
    let _ = match present {
        Some(_) => context.store.update_object(wanted.into()),
        None => context.store.create_object(wanted.into()),
    };
}

/// An address to sort by, whether it is ready, and how it is shown.
type Address = (Option<IpAddr>, bool, Value);

/// The addresses of a Service's pods, those with equal ports together (`RepackSubsets`).
fn subsets(service: &Service, pods: &[&Arc<Pod>]) -> Vec<Value> {
    let always_ready = service.spec.publish_not_ready_addresses;
    let mut by_ports: BTreeMap<String, (Value, Vec<Address>)> = BTreeMap::new();
    for pod in pods {
        let is_out = pod.status.pod_ip.is_empty() || pod.status.phase.is_terminal();
        if is_out || (pod.meta.is_deleted() && !always_ready) {
            continue;
        }
        let ports = endpoint_ports(&service.spec.ports, pod);
        let entry = by_ports.entry(ports.to_string()).or_insert_with(|| (ports, Vec::new()));
        let ready = always_ready || pod.is_ready();
        entry
            .1
            .push((pod.status.pod_ip.parse().ok(), ready, address(service, pod)));
    }
    let subsets = by_ports.into_values().map(|(ports, mut addresses)| {
        addresses.sort_by_key(|(ip, ..)| *ip);
        let (ready, not_ready): (Vec<_>, Vec<_>) = addresses.into_iter().partition(|(_, ready, _)| *ready);
        let mut subset = read::ObjectBuilder::default();
        subset
            .list("addresses", ready.into_iter().map(|(.., address)| address))
            .list("notReadyAddresses", not_ready.into_iter().map(|(.., address)| address))
            .list(
                "ports",
                read::list(&json!({ "ports": ports }), "ports").iter().map(named_port),
            );
        subset.build()
    });
    subsets.collect()
}

/// A port; Endpoints leave out an empty name, where slices have it.
fn named_port(port: &Value) -> Value {
    let mut port = port.clone();
    if read::text(&port, "name").is_empty() {
        read::take(&mut port, "name");
    }
    port
}

fn address(service: &Service, pod: &Pod) -> Value {
    let mut address = read::ObjectBuilder::default();
    address.put("ip", pod.status.pod_ip.as_str());
    // Pods of a StatefulSet have names of their own.
    if read::text(&pod.spec.json, "subdomain") == service.meta.name {
        address.text("hostname", &read::text(&pod.spec.json, "hostname"));
    }
    address.text("nodeName", &pod.node_name);
    let (namespace, name, uid) = (
        pod.meta.namespace.as_str(),
        pod.meta.name.as_str(),
        pod.meta.uid.to_string(),
    );
    address.put(
        "targetRef",
        json!({ "kind": "Pod", "namespace": namespace, "name": name, "uid": uid }),
    );
    address.build()
}

/// Mirrors Endpoints that a person wrote for a Service without a selector.
#[derive(Debug)]
pub struct EndpointSliceMirroring {
    queue: WorkQueue,
}

impl EndpointSliceMirroring {
    /// A controller that has seen nothing yet.
    pub fn new(seed: Seed) -> Self {
        let id = ControllerId::EndpointSliceMirroring;
        EndpointSliceMirroring {
            queue: WorkQueue::new(id, seed, id.name()),
        }
    }

    /// See [`Component::observe`](crate::component::Component::observe).
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        let object = change.object();
        let concerns = match object {
            Object::Inert(endpoints) if endpoints.kind == Kind::ENDPOINTS => {
                let service = context.store.get::<Service>(&endpoints.meta.key());
                service.is_none_or(|service| service.spec.selector.is_none())
            }
            Object::Service(service) => service.spec.selector.is_none(),
            _ => false,
        };
        if concerns {
            self.queue.add(object.key(), context);
        }
    }

    /// Brings the mirror of one Service's Endpoints up to date.
    pub fn run(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        if !self.queue.take(key, context.now) {
            return;
        }
        let objects = context.store.objects();
        let has_selector = |service: &Arc<Service>| service.spec.selector.is_some();
        let is_foreign = context
            .store
            .get::<Service>(key)
            .is_some_and(|service| !has_selector(service));
        let endpoints = objects.inert(Kind::ENDPOINTS, key).cloned();
        let is_meant = |endpoints: &Arc<Inert>| {
            is_foreign && endpoints.meta.labels.get(SKIP_MIRROR).is_none_or(|skip| skip != "true")
        };
        let mut wanted = endpoints
            .filter(is_meant)
            .map(|endpoints| mirrors(&endpoints))
            .unwrap_or_default();
        let is_own = |slice: &&Arc<EndpointSlice>| {
            is_mirror(&slice.meta) && slice.meta.labels.get(SERVICE_NAME_LABEL) == Some(&key.name)
        };
        let present: Vec<Arc<EndpointSlice>> = objects.all_in(&key.namespace).filter(is_own).cloned().collect();
        for slice in present {
            let same = wanted.iter().position(|(_, ports)| *ports == slice.ports_json);
            // All of them were read at this very instant.
            let _ = match same.map(|index| wanted.remove(index)) {
                Some((endpoints, _)) => {
                    let mut slice = slice.as_ref().clone();
                    slice.endpoints = endpoints;
                    context.store.update(slice).map(drop)
                }
                None => {
                    let key = slice.meta.key();
                    context
                        .store
                        .delete(Kind::ENDPOINT_SLICE, &key, DeleteOptions::default())
                        .map(drop)
                }
            };
        }
        for (endpoints, ports) in wanted {
            let _ = context.store.create(new_mirror(key, endpoints, ports));
        }
    }
}

fn is_mirror(meta: &ObjectMeta) -> bool {
    meta.labels.get(MANAGED_BY).is_some_and(|manager| manager == MIRRORING)
}

/// The endpoints of each subset, with its ports.
fn mirrors(endpoints: &Inert) -> Vec<(Vec<Endpoint>, Value)> {
    let subsets = read::list(&endpoints.body, "subsets").iter().map(|subset| {
        let of = |list: &str, ready: bool| {
            let addresses = read::list(subset, list).iter();
            addresses
                .map(move |address| endpoint(address, ready))
                .collect::<Vec<_>>()
        };
        let mut all = of("addresses", true);
        all.extend(of("notReadyAddresses", false));
        let mut seen: BTreeSet<SmolStr> = BTreeSet::new();
        all.retain(|endpoint| seen.insert(endpoint.address.clone()));
        let ports = read::list(subset, "ports").iter().map(|port| {
            let mut port = port.clone();
            if let Some(port) = port.as_object_mut() {
                port.entry("name").or_insert_with(|| "".into());
                port.entry("protocol").or_insert_with(|| "TCP".into());
            }
            port
        });
        (all, ports.collect())
    });
    subsets.collect()
}

fn endpoint(address: &Value, ready: bool) -> Endpoint {
    let target = address.get("targetRef").unwrap_or(&Value::Null);
    Endpoint {
        address: read::text(address, "ip"),
        pod: read::text(target, "name"),
        pod_uid: read::text(target, "uid").parse().unwrap_or_else(|_| Uid::default()),
        node_name: read::text(address, "nodeName"),
        ready,
        serving: ready,
        terminating: false,
    }
}

fn new_mirror(key: &ObjectKey, endpoints: Vec<Endpoint>, ports_json: Value) -> EndpointSlice {
    let labels = [(MANAGED_BY, MIRRORING), (SERVICE_NAME_LABEL, key.name.as_str())];
    let labels = labels.map(|(label, value)| (SmolStr::new(label), SmolStr::new(value)));
    EndpointSlice {
        meta: ObjectMeta {
            generate_name: super::generate_name_prefix(&key.name),
            namespace: key.namespace.clone(),
            labels: Arc::new(BTreeMap::from(labels)),
            ..ObjectMeta::default()
        },
        endpoints,
        ports_json,
        given_json: Value::Null,
    }
}
