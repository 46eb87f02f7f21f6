//! The addresses and node ports of Services.
//!
//! Source: registry `core/service/ipallocator` and `portallocator`; documentation "Service ClusterIP allocation". The ranges are
//! those of kubeadm: 10.96.0.0/16 and 30000-32767.
//!
//! Deterministic where the real allocator draws at random: the lowest free address of the range's upper part (the real one
//! keeps the lower part for addresses asked for by name), the lowest free port.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use serde_json::Value;
use smol_str::SmolStr;

use super::error::{ApiError, Cause, key_of};
use crate::api::{Kind, Object, json};
use crate::store::Store;

/// The first address handed out: behind the 256 that are kept for static assignment.
const FIRST_DYNAMIC: u32 = u32::from_be_bytes([10, 96, 1, 0]);
/// The last address of the range.
const LAST: u32 = u32::from_be_bytes([10, 96, 255, 254]);
/// `--service-node-port-range`.
const NODE_PORTS: std::ops::RangeInclusive<i64> = 30_000..=32_767;

/// Gives a Service what it has not got: a cluster IP, node ports. `live` is the stored version, for updates.
pub fn allocate(store: &Store, service: &mut Value, live: Option<&Value>) -> Result<(), ApiError> {
    let name = key_of(service).name;
    let Some(spec) = service.get_mut("spec").filter(|spec| spec.is_object()) else {
        return Ok(());
    };
    let service_type = json::text(spec, "type");
    if service_type == "ExternalName" {
        return Ok(());
    }
    let live_spec = live.and_then(|live| live.get("spec")).unwrap_or(&Value::Null);
    let cluster_ip = cluster_ip(store, spec, live_spec)?;
    if json::text(spec, "clusterIP").is_empty() {
        set(spec, "clusterIP", cluster_ip.as_str().into());
    }
    if json::list(spec, "clusterIPs").is_empty() {
        set(spec, "clusterIPs", vec![Value::from(cluster_ip.as_str())].into());
    }
    let in_use = live.is_none() && cluster_ip != "None" && used_ips(store).contains(&cluster_ip);
    if in_use {
        let message = format!(
            "Invalid value: [\"{cluster_ip}\"]: failed to allocate IP {cluster_ip}: provided IP is already allocated"
        );
        let field = "spec.clusterIPs".to_owned();
        return Err(ApiError::invalid(Kind::SERVICE, &name, vec![Cause { field, message }]));
    }
    if matches!(service_type.as_str(), "NodePort" | "LoadBalancer") {
        node_ports(store, spec, live_spec)?;
    }
    Ok(())
}

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
    free.ok_or_else(|| {
        ApiError::new(
            super::Reason::InternalError,
            "failed to allocate a serviceIP: range is full",
        )
    })
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

fn node_ports(store: &Store, spec: &mut Value, live_spec: &Value) -> Result<(), ApiError> {
    let mut used: BTreeSet<i64> = BTreeSet::new();
    for object in store.objects().of_kind(Kind::SERVICE) {
        if let Object::Service(service) = object {
            used.extend(
                json::list(&service.spec.json, "ports")
                    .iter()
                    .filter_map(|port| json::int(port, "nodePort")),
            );
        }
    }
    let mut next = |kept: Option<i64>| {
        let free = kept.or_else(|| NODE_PORTS.clone().find(|candidate| !used.contains(candidate)));
        let free = free.ok_or_else(|| {
            ApiError::new(
                super::Reason::InternalError,
                "failed to allocate a nodePort: range is full",
            )
        })?;
        used.insert(free);
        Ok::<i64, ApiError>(free)
    };
    // Where a load balancer must leave out nodes without pods, it asks them at a port of its own.
    let is_local = json::text(spec, "type") == "LoadBalancer" && json::text(spec, "externalTrafficPolicy") == "Local";
    let has_health_port = json::int(spec, "healthCheckNodePort").is_some_and(|port| port != 0);
    let ports = spec.get_mut("ports").and_then(Value::as_array_mut);
    for port in ports.into_iter().flatten() {
        if json::int(port, "nodePort").is_some_and(|given| given != 0) {
            continue;
        }
        let same = |live: &&Value| live.get("port") == port.get("port") && live.get("protocol") == port.get("protocol");
        let kept = json::list(live_spec, "ports")
            .iter()
            .find(same)
            .and_then(|live| json::int(live, "nodePort"));
        set(port, "nodePort", next(kept)?.into());
    }
    if is_local && !has_health_port {
        let kept = json::int(live_spec, "healthCheckNodePort").filter(|port| *port != 0);
        let health_port = next(kept)?;
        set(spec, "healthCheckNodePort", health_port.into());
    }
    Ok(())
}

fn set(value: &mut Value, key: &str, member: Value) {
    if let Some(map) = value.as_object_mut() {
        map.insert(key.to_owned(), member);
    }
}
