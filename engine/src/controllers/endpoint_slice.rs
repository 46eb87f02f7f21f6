//! The EndpointSlice controller: keeps the addresses behind each Service that has a selector.
//!
//! Source: kube-controller-manager `pkg/controller/endpointslice` and endpointslice `reconciler`; documentation "EndpointSlices".
//! A slice holds at most 100 endpoints; an endpoint stays in its slice, so a change costs one slice and not the Service.
//! Not modelled: topology hints, dual stack, mirrored custom Endpoints.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use smol_str::SmolStr;

use super::{ControllerId, WorkQueue};
use crate::api::{
    Endpoint, EndpointSlice, IntOrString, Kind, Object, ObjectKey, ObjectMeta, Pod, Service, ServicePort, Uid,
};
use crate::component::Context;
use crate::sim::Seed;
use crate::store::{Change, DeleteOptions};

/// How many endpoints a slice holds at most. kube-controller-manager `--max-endpoints-per-slice`: 100.
const ENDPOINTS_PER_SLICE: usize = 100;
/// The label that names a slice's Service.
pub const SERVICE_NAME_LABEL: &str = "kubernetes.io/service-name";

/// The controller.
#[derive(Debug)]
pub struct EndpointSliceController {
    queue: WorkQueue,
}

impl EndpointSliceController {
    /// A controller that has seen nothing yet.
    pub fn new(seed: Seed) -> Self {
        EndpointSliceController {
            queue: WorkQueue::new(ControllerId::EndpointSlice, seed, "endpointslice-controller"),
        }
    }

    /// See [`Component::observe`](crate::component::Component::observe).
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        match change.object() {
            Object::Service(service) if service.spec.selector.is_some() => self.queue.add(service.meta.key(), context),
            Object::EndpointSlice(slice) => {
                let service = slice.meta.labels.get(SERVICE_NAME_LABEL);
                if let Some(service) = service.filter(|_| change.after.is_none()) {
                    self.queue
                        .add(ObjectKey::new(slice.meta.namespace.clone(), service.clone()), context);
                }
            }
            Object::Pod(_) => self.observe_pod(change, context),
            _ => {}
        }
    }

    fn observe_pod(&mut self, change: &Change, context: &mut Context<'_>) {
        let before = change.before.as_ref().and_then(Object::as_pod);
        let after = change.after.as_ref().and_then(Object::as_pod);
        let relabelled = match (before, after) {
            (Some(before), Some(after)) => {
                let relabelled = before.meta.labels != after.meta.labels;
                if !relabelled && endpoint(before, false) == endpoint(after, false) {
                    return;
                }
                relabelled
            }
            (Some(pod), None) | (None, Some(pod)) if endpoint(pod, false).is_none() => return,
            _ => false,
        };
        let pods = [before.filter(|_| relabelled || after.is_none()), after];
        let namespace = &change.object().meta().namespace;
        let selects = |service: &&Arc<Service>| {
            let selector = service.spec.selector.as_ref();
            selector.is_some_and(|selector| {
                let matches = |pod: &&Arc<Pod>| {
                    selector
                        .iter()
                        .all(|(key, value)| pod.meta.labels.get(key) == Some(value))
                };
                pods.iter().flatten().any(matches)
            })
        };
        let services: Vec<ObjectKey> = (context.store.objects().all_in::<Service>(namespace))
            .filter(selects)
            .map(|service| service.meta.key())
            .collect();
        services.into_iter().for_each(|key| self.queue.add(key, context));
    }

    /// Reconciles one Service.
    pub fn run(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        if !self.queue.take(key, context.now) {
            return;
        }
        let Some(service) = context
            .store
            .get::<Service>(key)
            .filter(|service| !service.meta.is_deleted())
            .cloned()
        else {
            return;
        };
        let Some(selector) = &service.spec.selector else { return };
        let pods = context.store.objects().pods_labelled(&key.namespace, selector);
        let always_ready = service.spec.publish_not_ready_addresses;
        let mut wanted: BTreeMap<Uid, Endpoint> = BTreeMap::new();
        let mut ports = Value::Null;
        for pod in pods {
            let Some(endpoint) = endpoint(pod, always_ready) else {
                continue;
            };
            if ports.is_null() {
                ports = endpoint_ports(&service.spec.ports, pod);
            }
            wanted.insert(pod.meta.uid, endpoint);
        }
        write_slices(&service, wanted, ports, context);
    }
}

/// What a pod is as an endpoint; none if it has no address yet or has ended.
fn endpoint(pod: &Pod, always_ready: bool) -> Option<Endpoint> {
    if pod.status.pod_ip.is_empty() || pod.status.phase.is_terminal() {
        return None;
    }
    let terminating = pod.meta.is_deleted();
    Some(Endpoint {
        address: pod.status.pod_ip.clone(),
        pod: pod.meta.name.clone(),
        pod_uid: pod.meta.uid,
        node_name: pod.node_name.clone(),
        ready: always_ready || (pod.is_ready() && !terminating),
        serving: always_ready || pod.is_ready(),
        terminating,
    })
}

/// A Service's ports as a pod serves them: target ports by name are looked up among its containers.
pub fn endpoint_ports(ports: &[ServicePort], pod: &Pod) -> Value {
    let number = |port: &ServicePort| match &port.target_port {
        IntOrString::Int(number) => Some(*number),
        IntOrString::String(name) => {
            let mut held = pod.spec.all_containers().flat_map(|container| &container.ports);
            let named = held.find(|held| held.name == *name && held.protocol == port.protocol);
            named.map(|held| held.container_port)
        }
    };
    let shown = ports.iter().filter_map(|port| {
        let number = number(port)?;
        Some(json!({ "name": port.name.as_str(), "port": number, "protocol": port.protocol.as_str() }))
    });
    shown.collect()
}

/// Brings a Service's slices to the wanted endpoints: what is known stays where it is, what is new fills gaps.
fn write_slices(service: &Service, mut wanted: BTreeMap<Uid, Endpoint>, ports: Value, context: &mut Context<'_>) {
    let owned = context.store.objects().owned::<EndpointSlice>(service.meta.uid);
    let present: Vec<Arc<EndpointSlice>> = owned.filter(|slice| !slice.meta.is_deleted()).cloned().collect();
    let mut slices: Vec<EndpointSlice> = Vec::new();
    for slice in &present {
        let mut changed = slice.as_ref().clone();
        let kept = slice
            .endpoints
            .iter()
            .filter_map(|endpoint| wanted.remove(&endpoint.pod_uid));
        changed.endpoints = kept.collect();
        changed.ports_json = ports.clone();
        slices.push(changed);
    }
    let mut fresh: Vec<Endpoint> = wanted.into_values().collect();
    fresh.sort_by(|a, b| a.pod.cmp(&b.pod));
    let mut fresh = fresh.into_iter();
    for slice in &mut slices {
        let room = ENDPOINTS_PER_SLICE.saturating_sub(slice.endpoints.len());
        slice.endpoints.extend(fresh.by_ref().take(room));
    }
    // One slice stays even without endpoints.
    let filled = slices.iter().filter(|slice| !slice.endpoints.is_empty()).count();
    let mut spare_kept = filled > 0;
    for slice in slices {
        if slice.endpoints.is_empty() && spare_kept {
            // It was read at this very instant.
            let _ = context
                .store
                .delete(Kind::ENDPOINT_SLICE, &slice.meta.key(), DeleteOptions::default());
        } else {
            spare_kept |= slice.endpoints.is_empty();
            let _ = context.store.update(slice);
        }
    }
    let mut rest: Vec<Endpoint> = fresh.collect();
    let mut first = present.is_empty();
    while first || !rest.is_empty() {
        first = false;
        let later = rest.split_off(rest.len().min(ENDPOINTS_PER_SLICE));
        let slice = new_slice(service, std::mem::replace(&mut rest, later), ports.clone());
        if context.store.create(slice).is_err() {
            return;
        }
    }
}

fn new_slice(service: &Service, endpoints: Vec<Endpoint>, ports_json: Value) -> EndpointSlice {
    let mut labels: BTreeMap<SmolStr, SmolStr> = service.meta.labels.as_ref().clone();
    labels.insert(
        "endpointslice.kubernetes.io/managed-by".into(),
        "endpointslice-controller.k8s.io".into(),
    );
    labels.insert(SERVICE_NAME_LABEL.into(), service.meta.name.clone());
    if service.spec.cluster_ip == "None" {
        labels.insert("service.kubernetes.io/headless".into(), SmolStr::default());
    }
    EndpointSlice {
        meta: ObjectMeta {
            generate_name: super::generate_name_prefix(&service.meta.name),
            namespace: service.meta.namespace.clone(),
            labels: Arc::new(labels),
            owners: vec![super::controller_reference(Kind::SERVICE, &service.meta)].into(),
            ..ObjectMeta::default()
        },
        endpoints,
        ports_json,
        given_json: Value::Null,
    }
}
