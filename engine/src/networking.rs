//! Who reaches whom, as far as the objects of the cluster say: the containers of a pod by `localhost`, Services and the pods of
//! headless ones by their names, everything outside the cluster.
//!
//! The containers of a pod share one network namespace: who listens on a port is reached by all, and a second one cannot
//! listen there. A program that nobody knows listens on the ports its container declares, on the one that its image is known
//! for, or else, since nobody can tell, on any that no other container of the pod has. Source: documentation "Pods: pod
//! networking", "DNS for Services and Pods". Not modelled: packets, network policies, name servers that fail, `hostPort`.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::api::{Container, EndpointSlice, ObjectKey, Pod, Service, json};
use crate::runtime::{Program, Surroundings};
use crate::sim::SimTime;
use crate::store::Objects;

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

/// A pod and what it may see of the cluster.
#[derive(Debug, Clone, Copy)]
pub struct Network<'a> {
    /// The cluster's objects.
    pub objects: &'a Objects,
    /// The pod that looks.
    pub pod: &'a Pod,
    /// Its address, if it has one already.
    pub pod_ip: &'a str,
}

impl Network<'_> {
    /// Whether a host is the pod itself.
    pub fn is_local(&self, host: &str) -> bool {
        let own = !self.pod_ip.is_empty() && self.pod_ip == host;
        own || matches!(host, "localhost" | "127.0.0.1" | "::1" | "0.0.0.0") || host == hostname(self.pod)
    }

    /// Whether a host can be looked up: names of Services can, a pod's name in a headless Service while it is an endpoint;
    /// names with a dot that are none of the cluster's lie outside, and can.
    pub fn resolves(&self, host: &str) -> bool {
        if self.is_local(host) || is_address(host) {
            return true;
        }
        match self.service(host) {
            Some((service, Some(name))) => self.endpoints(&service).iter().any(|pod| hostname(pod) == name),
            Some((_, None)) => true,
            None => is_outside(host),
        }
    }

    /// Whether a port of a host that is not the pod itself takes connections.
    pub fn connects(&self, host: &str, port: i32) -> bool {
        if let Some((service, name)) = self.service(host) {
            let has_port = service.spec.cluster_ip == "None" || service.spec.ports.iter().any(|of| of.port == port);
            let ready = self.endpoints(&service);
            return has_port
                && ready
                    .iter()
                    .any(|pod| name.as_ref().is_none_or(|name| hostname(pod) == *name));
        }
        if !is_address(host) {
            return is_outside(host);
        }
        let mut services = self.objects.all::<Service>();
        if let Some(service) = services.find(|service| service.spec.cluster_ip == host) {
            return !self.endpoints(service).is_empty();
        }
        let pod = self.objects.all::<Pod>().find(|pod| pod.status.pod_ip == host);
        pod.is_none_or(|pod| pod.is_ready())
    }

    /// The Service that a name stands for, and what stands before it: the host name of one of its pods.
    fn service(&self, host: &str) -> Option<(Arc<Service>, Option<SmolStr>)> {
        let host = host
            .trim_end_matches('.')
            .trim_end_matches(".cluster.local")
            .trim_end_matches(".svc");
        let labels: Vec<&str> = host.split('.').collect();
        let own = self.pod.meta.namespace.as_str();
        let find = |namespace: &str, name: &str| self.objects.get::<Service>(&ObjectKey::new(namespace, name)).cloned();
        let plain = match labels.as_slice() {
            [name] => find(own, name),
            [name, namespace] => find(namespace, name),
            _ => None,
        };
        if let Some(service) = plain {
            return Some((service, None));
        }
        match labels.as_slice() {
            [pod, name] => Some((find(own, name)?, Some(SmolStr::new(pod)))),
            [pod, name, namespace] => Some((find(namespace, name)?, Some(SmolStr::new(pod)))),
            _ => None,
        }
    }

    /// The pods that are ready to serve for a Service.
    fn endpoints(&self, service: &Service) -> Vec<Arc<Pod>> {
        let namespace = &service.meta.namespace;
        let slices = self.objects.all_in::<EndpointSlice>(namespace);
        let is_own = |slice: &&Arc<EndpointSlice>| {
            let label = slice.meta.labels.get("kubernetes.io/service-name");
            label.is_some_and(|label| *label == service.meta.name)
        };
        let ready = slices.filter(is_own).flat_map(|slice| &slice.endpoints);
        ready
            .filter(|endpoint| endpoint.ready)
            .filter_map(|endpoint| {
                let key = ObjectKey::new(namespace.clone(), endpoint.pod.clone());
                self.objects.get::<Pod>(&key).cloned()
            })
            .collect()
    }
}

/// A pod's name as its processes see it: `spec.hostname`, or its own name up to 63 characters.
pub fn hostname(pod: &Pod) -> SmolStr {
    let set = json::text(&pod.spec.json, "hostname");
    if !set.is_empty() {
        return set;
    }
    let name: String = pod.meta.name.chars().take(63).collect();
    name.trim_end_matches(['-', '.']).into()
}

/// The TCP ports a container's server listens on, as far as anybody can know: those it declares, or its image's.
pub fn ports_of(spec: &Container) -> Vec<i32> {
    let declared = spec.ports.iter().filter(|port| port.protocol == "TCP");
    let declared: Vec<i32> = declared.map(|port| port.container_port).collect();
    if !declared.is_empty() || !spec.command.is_empty() {
        return declared;
    }
    let name = spec.image.rsplit('/').next().unwrap_or_default();
    let name = name.split([':', '@']).next().unwrap_or_default();
    let known = KNOWN_PORTS.iter().filter(|(image, _)| *image == name);
    known.map(|(_, port)| *port).collect()
}

/// Whether a container runs a server: a program that nobody knows better.
fn serves(spec: &Container) -> bool {
    let program = || Program::of(spec, &Surroundings::default(), SimTime::ZERO);
    spec.command.is_empty() || program().is_ok_and(|program| program.opaque)
}

/// Whether the server of a container, if it runs, listens on a port of its pod.
pub fn listens(pod: &Pod, spec: &Container, port: i32) -> bool {
    if !serves(spec) {
        return false;
    }
    let ports = ports_of(spec);
    if !ports.is_empty() {
        return ports.contains(&port);
    }
    !pod.spec.all_containers().any(|other| ports_of(other).contains(&port))
}

/// Whether a container of a pod reaches `HOST:PORT`, by what the pod's status shows.
///
/// # Errors
/// Why not.
pub fn reaches(objects: &Objects, pod: &Pod, container: &str, target: &str) -> Result<(), String> {
    let (host, port) = target.rsplit_once(':').unwrap_or((target, "80"));
    let Ok(port) = port.parse::<i32>() else {
        return Err(format!("\"{port}\" is no port"));
    };
    let runs = |name: &str| {
        let mut statuses = pod.status.containers.iter().chain(&pod.status.init_containers);
        statuses.any(|status| status.name == name && status.state.running.is_some())
    };
    if !runs(container) {
        return Err(format!("container \"{container}\" does not run"));
    }
    let network = Network {
        objects,
        pod,
        pod_ip: &pod.status.pod_ip,
    };
    if network.is_local(host) {
        let mut servers = pod.spec.all_containers().filter(|spec| listens(pod, spec, port));
        return match servers.any(|spec| runs(&spec.name)) {
            true => Ok(()),
            false => Err(format!("no running container of the pod listens on port {port}")),
        };
    }
    if !network.resolves(host) {
        return Err(format!("there is no such host as \"{host}\""));
    }
    match network.connects(host, port) {
        true => Ok(()),
        false => Err(format!("nobody behind \"{host}\" takes connections on port {port}")),
    }
}

fn is_address(host: &str) -> bool {
    host.parse::<std::net::IpAddr>().is_ok()
}

/// Whether a name lies outside the cluster.
fn is_outside(host: &str) -> bool {
    host.contains('.') && !host.ends_with(".svc") && !host.ends_with(".cluster.local")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_listen_where_they_are_known_to() {
        let check = |image: &str, command: &[&str], expect: &[i32]| {
            let container = Container {
                image: image.into(),
                command: command.iter().map(|word| (*word).into()).collect(),
                ..Container::default()
            };
            assert_eq!(ports_of(&container), expect, "{image}");
        };
        check("nginx", &[], &[80]);
        check("docker.io/library/redis:7", &[], &[6379]);
        check("backend", &[], &[]);
        check("nginx", &["sleep", "60"], &[]);
    }

    #[test]
    fn names_outside_the_cluster_have_a_dot() {
        let check = |host: &str, expect: bool| assert_eq!(is_outside(host), expect, "{host}");
        check("example.com", true);
        check("db", false);
        check("db.shop.svc.cluster.local", false);
    }
}
