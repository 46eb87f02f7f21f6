//! Whom a process reaches: its own pod by `localhost`, Services by their names, everything outside the cluster.
//!
//! The containers of a pod share one network namespace: who listens on a port is reached by all, and a second one cannot
//! listen there. A program that nobody knows listens on the ports its container declares, on the one that its image is known
//! for, or else, since nobody can tell, on any that no other container of the pod has. Source: documentation "Pods: pod
//! networking", "DNS for Services and Pods". Not modelled: packets, network policies, name servers that fail.

use smol_str::SmolStr;

use super::work::PodWork;
use crate::api::{Container, EndpointSlice, ObjectKey, Pod, Service, json};
use crate::runtime::Process;
use crate::runtime::program::Program;

/// Servers whose port everybody knows.
const KNOWN_PORTS: [(&str, i32); 12] = [
    ("nginx", 80),
    ("httpd", 80),
    ("caddy", 80),
    ("traefik", 80),
    ("redis", 6379),
    ("postgres", 5432),
    ("mysql", 3306),
    ("mariadb", 3306),
    ("mongo", 27017),
    ("memcached", 11211),
    ("rabbitmq", 5672),
    ("etcd", 2379),
];

impl PodWork<'_, '_> {
    /// Whether a target (`dns:HOST` or `tcp:HOST:PORT`) is reached from the pod.
    pub fn is_reached(&self, target: &str) -> bool {
        match target.split_once(':') {
            Some(("dns", host)) => self.is_local(host) || self.is_address(host) || self.resolves(host),
            Some(("tcp", rest)) => match rest.rsplit_once(':') {
                Some((host, port)) => self.is_connected(host, port.parse().unwrap_or(0)),
                None => false,
            },
            _ => false,
        }
    }

    fn is_local(&self, host: &str) -> bool {
        let own = self.slot.sandbox.as_ref().is_some_and(|sandbox| sandbox.ip == host);
        own || matches!(host, "localhost" | "127.0.0.1" | "::1" | "0.0.0.0") || *host == *self.hostname()
    }

    fn is_address(&self, host: &str) -> bool {
        host.parse::<std::net::IpAddr>().is_ok()
    }

    /// The Service a name stands for, and what stands before it (the host name of one of its pods).
    fn service(&self, host: &str) -> Option<(std::sync::Arc<Service>, Option<SmolStr>)> {
        let host = host
            .trim_end_matches('.')
            .trim_end_matches(".cluster.local")
            .trim_end_matches(".svc");
        let labels: Vec<&str> = host.split('.').collect();
        let own = self.slot.pod.meta.namespace.as_str();
        let find = |namespace: &str, name: &str| {
            self.context
                .store
                .get::<Service>(&ObjectKey::new(namespace, name))
                .cloned()
        };
        let plain = match labels.as_slice() {
            [name] => find(own, name),
            [name, namespace] => find(namespace, name),
            _ => None,
        };
        if let Some(service) = plain {
            return Some((service, None));
        }
        let (pod, service) = match labels.as_slice() {
            [pod, name] => (pod, find(own, name)?),
            [pod, name, namespace] => (pod, find(namespace, name)?),
            _ => return None,
        };
        Some((service, Some(SmolStr::new(pod))))
    }

    /// Names of Services resolve, a pod's name in a headless Service while it is an endpoint; names with a dot that are none of
    /// the cluster's lie outside, and do.
    fn resolves(&self, host: &str) -> bool {
        match self.service(host) {
            Some((service, Some(pod))) => self
                .endpoint_pods(&service)
                .any(|endpoint| self.has_hostname(&endpoint, &pod)),
            Some((_, None)) => true,
            None => is_outside(host),
        }
    }

    fn has_hostname(&self, pod: &Pod, hostname: &str) -> bool {
        let set = json::text(&pod.spec.json, "hostname");
        set == hostname || (set.is_empty() && pod.meta.name == hostname)
    }

    /// The pods that are ready to serve for a Service.
    fn endpoint_pods<'s>(&'s self, service: &Service) -> impl Iterator<Item = std::sync::Arc<Pod>> + use<'s> {
        let objects = self.context.store.objects();
        let (namespace, name) = (service.meta.namespace.clone(), service.meta.name.clone());
        let slices = objects.all_in::<EndpointSlice>(&namespace);
        let mine = slices.filter(move |slice| {
            slice
                .meta
                .labels
                .get("kubernetes.io/service-name")
                .is_some_and(|label| *label == name)
        });
        let ready = mine
            .flat_map(|slice| slice.endpoints.iter())
            .filter(|endpoint| endpoint.ready);
        ready.filter_map(move |endpoint| {
            objects
                .get::<Pod>(&ObjectKey::new(namespace.clone(), endpoint.pod.clone()))
                .cloned()
        })
    }

    fn is_connected(&self, host: &str, port: i32) -> bool {
        if self.is_local(host) {
            return self.listener(port, None).is_some();
        }
        if let Some((service, pod)) = self.service(host) {
            let port_is_there = service.spec.cluster_ip == "None"
                || service.spec.ports.is_empty()
                || service.spec.ports.iter().any(|of| of.port == port);
            let mut ready = self.endpoint_pods(&service);
            return port_is_there
                && ready.any(|endpoint| pod.as_ref().is_none_or(|pod| self.has_hostname(&endpoint, pod)));
        }
        let objects = self.context.store.objects();
        if self.is_address(host) {
            let services = objects.all::<Service>().find(|service| service.spec.cluster_ip == host);
            if let Some(service) = services.cloned() {
                return self.endpoint_pods(&service).next().is_some();
            }
            let pod = objects.all::<Pod>().find(|pod| pod.status.pod_ip == host);
            return pod.is_none_or(|pod| pod.is_ready());
        }
        is_outside(host)
    }

    /// The container of the pod that listens on a port, if any does; `except` is left out.
    pub fn listener(&self, port: i32, except: Option<usize>) -> Option<usize> {
        let running = self.slot.instances.iter().filter(|live| live.listed.is_running());
        let others = running.filter(|live| Some(live.listed.container) != except);
        let mut serving = others.filter(|live| live.process.as_ref().is_some_and(Process::serves));
        let listens = |container: usize| {
            let ports = self.slot.container(container).map(ports_of).unwrap_or_default();
            ports.contains(&port) || (ports.is_empty() && except.is_none() && !self.is_declared(port))
        };
        serving
            .find(|live| listens(live.listed.container))
            .map(|live| live.listed.container)
    }

    fn is_declared(&self, port: i32) -> bool {
        self.slot
            .pod
            .spec
            .all_containers()
            .any(|container| ports_of(container).contains(&port))
    }

    /// A server whose port another container of the pod has taken cannot start.
    pub fn take_port(&self, container: usize, process: &mut Process) {
        let Some(spec) = self.slot.container(container).filter(|_| process.serves()) else {
            return;
        };
        let taken = ports_of(spec)
            .into_iter()
            .find(|port| self.listener(*port, Some(container)).is_some());
        if let Some(port) = taken {
            process.becomes(spec, Program::port_taken(port));
        }
    }
}

/// The TCP ports a container's server listens on, as far as anybody can know: those it declares, or its image's.
fn ports_of(spec: &Container) -> Vec<i32> {
    let declared = spec
        .ports
        .iter()
        .filter(|port| port.protocol == "TCP")
        .map(|port| port.container_port);
    let declared: Vec<i32> = declared.collect();
    if !declared.is_empty() || !spec.command.is_empty() {
        return declared;
    }
    let name = spec.image.rsplit('/').next().unwrap_or_default();
    let name = name.split([':', '@']).next().unwrap_or_default();
    KNOWN_PORTS
        .iter()
        .filter(|(image, _)| *image == name)
        .map(|(_, port)| *port)
        .collect()
}

/// Whether a name lies outside the cluster.
fn is_outside(host: &str) -> bool {
    host.contains('.') && !host.ends_with(".svc") && !host.ends_with(".cluster.local")
}
