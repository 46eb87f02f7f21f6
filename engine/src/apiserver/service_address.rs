//! The addresses and node ports of Services.
//!
//! Source: registry `core/service/ipallocator` and `portallocator`; documentation "Service ClusterIP allocation". The ranges are
//! those of kubeadm: 10.96.0.0/16 and 30000-32767.
//!
//! Deterministic where the real allocator draws at random: the lowest free address of the range's upper part (the real one
//! keeps the lower part for addresses asked for by name), the lowest free port.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use serde_json::Value;
use smol_str::SmolStr;

use super::error::{ApiError, Cause, Reason, key_of};
use crate::api::{Kind, Object, json};
use crate::store::Store;

/// The first address handed out: behind the 256 that are kept for static assignment.
const FIRST_DYNAMIC: u32 = u32::from_be_bytes([10, 96, 1, 0]);
/// The last address of the range.
const LAST: u32 = u32::from_be_bytes([10, 96, 255, 254]);
/// `--service-node-port-range`.
const NODE_PORTS: std::ops::RangeInclusive<i64> = 30_000..=32_767;

/// The range as refusals name it.
const CLUSTER_IPS: &str = "10.96.0.0/16";
/// What is said of an address or port that another Service has.
const ALLOCATED: &str = "already allocated";

/// Gives a Service what it has not got: a cluster IP, node ports. `live` is the stored version, for updates. Comes before
/// validation, as in the API server; what validation will refuse is left to it.
///
/// # Errors
/// An address or port that is taken or out of range, an IP family that the cluster has not.
pub fn allocate(store: &Store, service: &mut Value, live: Option<&Value>) -> Result<(), ApiError> {
    let name = key_of(service).name;
    let Some(spec) = service.get_mut("spec").filter(|spec| spec.is_object()) else {
        return Ok(());
    };
    let service_type = json::text(spec, "type");
    let live_spec = live.and_then(|live| live.get("spec")).unwrap_or(&Value::Null);
    if service_type == "ExternalName" || !has_sound_address(spec) {
        return Ok(());
    }
    let refuse =
        |field: String, message: String| Err(ApiError::invalid(Kind::SERVICE, &name, vec![Cause { field, message }]));
    // A headless Service without a selector may name any families: nothing is allocated for it.
    let is_free = json::text(spec, "clusterIP") == "None" && spec.get("selector").is_none();
    let foreign = json::texts(spec, "ipFamilies")
        .iter()
        .position(|family| family == "IPv6" && !is_free);
    if let Some(index) = foreign {
        let message = "Invalid value: \"IPv6\": not configured on this cluster".to_owned();
        return refuse(format!("spec.ipFamilies[{index}]"), message);
    }
    let cluster_ip = cluster_ip(store, spec, live_spec)?;
    let kept = json::text(live_spec, "clusterIP") == cluster_ip;
    if let Some(why) = unavailable(&cluster_ip, store).filter(|_| !kept) {
        let message = format!("Invalid value: []string{{\"{cluster_ip}\"}}: failed to allocate IP {cluster_ip}: {why}");
        return refuse("spec.clusterIPs".to_owned(), message);
    }
    set(spec, "clusterIP", cluster_ip.as_str().into());
    if json::list(spec, "clusterIPs").is_empty() {
        set(spec, "clusterIPs", vec![Value::from(cluster_ip.as_str())].into());
    }
    let wants_node_ports = match service_type.as_str() {
        "NodePort" => true,
        "LoadBalancer" => spec.get("allocateLoadBalancerNodePorts") != Some(&Value::Bool(false)),
        _ => return Ok(()),
    };
    let mut ports = NodePorts::of(store, live_spec);
    if let Err((index, port, why)) = ports.fill(spec, live_spec, wants_node_ports)? {
        return refuse(
            format!("spec.ports[{index}].nodePort"),
            format!("Invalid value: {port}: {why}"),
        );
    }
    ports.fill_health_check(spec, live_spec)
}

/// Whether the cluster IP is one that can be looked at: an address, or none where none may be.
fn has_sound_address(spec: &Value) -> bool {
    let address = json::text(spec, "clusterIP");
    match address.as_str() {
        "" => json::list(spec, "clusterIPs").is_empty(),
        "None" => !matches!(json::text(spec, "type").as_str(), "NodePort" | "LoadBalancer"),
        address => address.parse::<Ipv4Addr>().is_ok(),
    }
}

/// Why an address cannot be had.
fn unavailable(address: &str, store: &Store) -> Option<String> {
    let number = u32::from(address.parse::<Ipv4Addr>().ok()?);
    if number >> 16 != LAST >> 16 {
        return Some(format!(
            "the provided IP ({address}) is not in the valid range. The range of valid IPs is {CLUSTER_IPS}"
        ));
    }
    used_ips(store)
        .contains(address)
        .then(|| format!("provided IP is {ALLOCATED}"))
}

/// The Service's own address, or else a free one.
fn cluster_ip(store: &Store, spec: &Value, live_spec: &Value) -> Result<SmolStr, ApiError> {
    for given in [spec, live_spec] {
        let address = json::text(given, "clusterIP");
        if !address.is_empty() {
            return Ok(address);
        }
    }
    let used = used_ips(store);
    let free = (FIRST_DYNAMIC..=LAST)
        .map(|address| SmolStr::from(Ipv4Addr::from(address).to_string()))
        .find(|address| !used.contains(address));
    free.ok_or_else(|| full("a serviceIP"))
}

fn full(what: &str) -> ApiError {
    ApiError::new(
        Reason::InternalError,
        format!("failed to allocate {what}: range is full"),
    )
}

fn used_ips(store: &Store) -> BTreeSet<SmolStr> {
    let services = store.objects().of_kind(Kind::SERVICE);
    services
        .filter_map(|object| match object {
            Object::Service(service) => Some(service.spec.cluster_ip.clone()),
            _ => None,
        })
        .collect()
}

/// The ports of nodes that Services have.
struct NodePorts {
    used: BTreeSet<i64>,
    /// Those of the Service itself.
    own: BTreeSet<i64>,
}

/// Which of a Service's ports cannot be had: its index, the number, why.
type Refused = (usize, i64, String);

impl NodePorts {
    fn of(store: &Store, live_spec: &Value) -> Self {
        let services = store
            .objects()
            .of_kind(Kind::SERVICE)
            .filter_map(|object| match object {
                Object::Service(service) => Some(&service.spec.json),
                _ => None,
            });
        NodePorts {
            used: services.flat_map(node_ports).collect(),
            own: node_ports(live_spec).collect(),
        }
    }

    /// Takes a port that was asked for.
    fn take(&mut self, port: i64) -> Result<(), String> {
        if !NODE_PORTS.contains(&port) {
            let (first, last) = (NODE_PORTS.start(), NODE_PORTS.end());
            return Err(format!(
                "provided port is not in the valid range. The range of valid ports is {first}-{last}"
            ));
        }
        match self.own.remove(&port) || self.used.insert(port) {
            true => Ok(()),
            false => Err(format!("provided port is {ALLOCATED}")),
        }
    }

    /// Takes any free port.
    fn take_any(&mut self, what: &str) -> Result<i64, ApiError> {
        let free = NODE_PORTS.clone().find(|candidate| !self.used.contains(candidate));
        let free = free.ok_or_else(|| full(what))?;
        self.used.insert(free);
        Ok(free)
    }

    /// Gives every port of a Service its node port; the same number over two protocols gets the same one.
    fn fill(&mut self, spec: &mut Value, live_spec: &Value, wanted: bool) -> Result<Result<(), Refused>, ApiError> {
        let mut by_port: BTreeMap<i64, i64> = BTreeMap::new();
        let ports = spec.get_mut("ports").and_then(Value::as_array_mut);
        for (index, port) in ports.into_iter().flatten().enumerate() {
            let given = json::int(port, "nodePort").unwrap_or(0);
            let number = json::int(port, "port").unwrap_or(0);
            let known = by_port.get(&number).copied();
            if (given == 0 && !wanted) || (given != 0 && known == Some(given)) {
                continue;
            }
            let node_port = if given != 0 {
                if let Err(why) = self.take(given) {
                    return Ok(Err((index, given, why)));
                }
                given
            } else if let Some(kept) = known.or_else(|| kept_port(port, live_spec)) {
                kept
            } else {
                self.take_any("a nodePort")?
            };
            by_port.entry(number).or_insert(node_port);
            set(port, "nodePort", node_port.into());
        }
        Ok(Ok(()))
    }

    /// Where a load balancer must leave out nodes without pods, it asks them at a port of its own.
    fn fill_health_check(&mut self, spec: &mut Value, live_spec: &Value) -> Result<(), ApiError> {
        let is_local =
            json::text(spec, "type") == "LoadBalancer" && json::text(spec, "externalTrafficPolicy") == "Local";
        let number = |spec: &Value| json::int(spec, "healthCheckNodePort").filter(|port| *port != 0);
        if !is_local {
            return Ok(());
        }
        let port = match number(spec) {
            Some(given) => {
                self.take(given).map_err(|why| {
                    let message = format!("failed to allocate requested HealthCheck NodePort {given}: {why}");
                    ApiError::new(Reason::InternalError, format!("Internal error occurred: {message}"))
                })?;
                given
            }
            None => match number(live_spec) {
                Some(kept) => kept,
                None => self.take_any("a HealthCheck NodePort")?,
            },
        };
        set(spec, "healthCheckNodePort", port.into());
        Ok(())
    }
}

/// The node ports in a Service's spec, that of its health check included.
fn node_ports(spec: &Value) -> impl Iterator<Item = i64> {
    let ports = json::list(spec, "ports")
        .iter()
        .filter_map(|port| json::int(port, "nodePort"));
    let all = ports.chain(json::int(spec, "healthCheckNodePort"));
    all.filter(|port| *port != 0)
}

/// The node port that the stored version of a port has.
fn kept_port(port: &Value, live_spec: &Value) -> Option<i64> {
    let same = |live: &&Value| live.get("port") == port.get("port") && live.get("protocol") == port.get("protocol");
    let live = json::list(live_spec, "ports").iter().find(same)?;
    json::int(live, "nodePort").filter(|port| *port != 0)
}

fn set(value: &mut Value, key: &str, member: Value) {
    if let Some(map) = value.as_object_mut() {
        map.insert(key.to_owned(), member);
    }
}
