//! A container's environment: literal values, ConfigMaps and Secrets, the downward API, the Services of the namespace.
//!
//! What is missing fails the container's creation (CreateContainerConfigError), which is retried with every sync. Source:
//! kubelet `kubelet_pods.go` (`makeEnvironmentVariables`), `envvars.go`; documentation "Downward API", "Define Environment
//! Variables for a Container".

use std::collections::BTreeMap;

use serde_json::Value;
use smol_str::{SmolStr, ToSmolStr, format_smolstr};

use super::surroundings::is_interpreted;
use super::work::PodWork;
use crate::api::{Container, Kind, Node, ObjectKey, Quantity, Service, json};
use crate::runtime::references::expand_references;

/// What images set, as nearly all do.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Names with values, in order.
pub(super) type Environment = Vec<(SmolStr, SmolStr)>;

impl PodWork<'_, '_> {
    /// Whether everything is there that a container takes its environment from.
    ///
    /// # Errors
    /// The kubelet's words for what is missing.
    pub fn check_references(&self, container: usize) -> Result<(), String> {
        match self.slot.container(container) {
            Some(spec) => self.own_environment(spec).map(drop),
            None => Ok(()),
        }
    }

    /// The environment that a life of a container has: what it was when it started.
    pub fn environment_of(&self, container: usize, life: u32, spec: &Container) -> Environment {
        match self.slot.environments.get(&container).filter(|(of, _)| *of == life) {
            Some((_, environment)) => environment.clone(),
            None => self.environment(spec),
        }
    }

    /// Keeps the environment of a container that starts, where it could become another one and somebody could tell.
    pub fn keep_environment(&mut self, container: usize, life: u32) {
        let Some(spec) = self.slot.container(container) else {
            return;
        };
        let is_configured = !spec.env_from.is_empty() || spec.env.iter().any(|variable| !variable.value_from.is_null());
        if is_configured || is_interpreted(spec) {
            let environment = self.environment(spec);
            self.slot.environments.insert(container, (life, environment));
        }
    }

    /// The whole environment of a container's process, as it would be now.
    pub fn environment(&self, spec: &Container) -> Environment {
        let mut all: Environment = vec![("PATH".into(), PATH.into()), ("HOSTNAME".into(), self.hostname())];
        // It was checked when the container was created; what has gone since is gone for those who look now.
        let own = self.own_environment(spec).unwrap_or_default();
        let services = self.service_variables();
        let services = services
            .into_iter()
            .filter(|(name, _)| !own.iter().any(|(known, _)| known == name));
        let services: Environment = services.collect();
        for (name, value) in own.into_iter().chain(services) {
            match all.iter_mut().find(|(known, _)| *known == name) {
                Some((_, present)) => *present = value,
                None => all.push((name, value)),
            }
        }
        all.push(("HOME".into(), "/root".into()));
        all
    }

    /// The pod's name as its processes see it.
    pub fn hostname(&self) -> SmolStr {
        match self.slot.pod.spec.host_network {
            true => self.agent.name.clone(),
            false => crate::networking::hostname(&self.slot.pod),
        }
    }

    /// What the pod's own spec says of a container's environment.
    fn own_environment(&self, spec: &Container) -> Result<Environment, String> {
        let mut environment = Environment::new();
        let set = |environment: &mut Environment, name: SmolStr, value: SmolStr| {
            environment.retain(|(known, _)| *known != name);
            environment.push((name, value));
        };
        for source in &spec.env_from {
            let prefix = json::text(source, "prefix");
            for (member, kind) in [("configMapRef", Kind::CONFIG_MAP), ("secretRef", Kind::SECRET)] {
                let Some(reference) = source.get(member) else { continue };
                let optional = json::flag(reference, "optional");
                let data = self.configuration(kind, &json::text(reference, "name"), optional)?;
                for (key, value) in data.into_iter().flatten() {
                    set(&mut environment, format_smolstr!("{prefix}{key}"), value);
                }
            }
        }
        for variable in &spec.env {
            let value = match &variable.value_from {
                Value::Null => Some(expand_references(&variable.value, &environment).into()),
                source => self.value_from(source, spec)?,
            };
            if let Some(value) = value {
                set(&mut environment, variable.name.clone(), value);
            }
        }
        Ok(environment)
    }

    fn value_from(&self, source: &Value, spec: &Container) -> Result<Option<SmolStr>, String> {
        if let Some(reference) = source.get("configMapKeyRef") {
            return self.configured_value(Kind::CONFIG_MAP, reference);
        }
        if let Some(reference) = source.get("secretKeyRef") {
            return self.configured_value(Kind::SECRET, reference);
        }
        if let Some(field) = source.get("fieldRef") {
            return Ok(Some(self.pod_field(&json::text(field, "fieldPath"))));
        }
        match source.get("resourceFieldRef") {
            Some(field) => Ok(Some(self.resource_field(field, spec))),
            None => Ok(None),
        }
    }

    /// A field of the pod as the downward API shows it; empty if it is not set.
    pub fn pod_field(&self, path: &str) -> SmolStr {
        let (pod, meta) = (&self.slot.pod, &self.slot.pod.meta);
        if let Some((map, key)) = path
            .split_once("['")
            .and_then(|(map, key)| Some((map, key.strip_suffix("']")?)))
        {
            let map = if map == "metadata.labels" {
                &meta.labels
            } else {
                &meta.annotations
            };
            return map.get(key).cloned().unwrap_or_default();
        }
        let pod_ip = || {
            self.slot
                .sandbox
                .as_ref()
                .map(|sandbox| sandbox.ip.clone())
                .unwrap_or_default()
        };
        match path {
            "metadata.name" => meta.name.clone(),
            "metadata.namespace" => meta.namespace.clone(),
            "metadata.uid" => meta.uid.to_smolstr(),
            "metadata.labels" => formatted(&meta.labels),
            "metadata.annotations" => formatted(&meta.annotations),
            "spec.nodeName" => self.agent.name.clone(),
            "spec.serviceAccountName" => json::text(&pod.spec.json, "serviceAccountName"),
            "status.hostIP" | "status.hostIPs" => self.agent.host_ip.clone(),
            "status.podIP" | "status.podIPs" => pod_ip(),
            _ => SmolStr::default(),
        }
    }

    /// A container's request or limit as the downward API shows it: in units of the divisor, rounded up. A limit that is not
    /// set is what the node can give.
    pub fn resource_field(&self, field: &Value, spec: &Container) -> SmolStr {
        let wanted = json::text(field, "containerName");
        let named = self
            .slot
            .pod
            .spec
            .all_containers()
            .find(|container| container.name == wanted);
        let spec = named.unwrap_or(spec);
        let resource = json::text(field, "resource");
        let (kind, name) = resource.split_once('.').unwrap_or(("limits", &resource));
        let own = if kind == "limits" { &spec.limits } else { &spec.requests };
        let node = self
            .context
            .store
            .get::<Node>(&ObjectKey::cluster(self.agent.name.clone()));
        let of_node = || {
            node.filter(|_| kind == "limits")
                .and_then(|node| node.allocatable.get(name).cloned())
        };
        let amount = own.get(name).cloned().or_else(of_node).unwrap_or_else(Quantity::zero);
        let divisor = Quantity::parse(&json::text(field, "divisor")).ok();
        let divisor = divisor
            .map(|divisor| divisor.milli_value())
            .filter(|milli| *milli > 0)
            .unwrap_or(1_000);
        let units = i128::from(amount.milli_value()) + i128::from(divisor) - 1;
        format_smolstr!("{}", units / i128::from(divisor))
    }

    /// What tells of the Services of the namespace, as Docker links once did (`enableServiceLinks`); of the API server always.
    fn service_variables(&self) -> Environment {
        let mut variables: BTreeMap<SmolStr, SmolStr> = BTreeMap::new();
        let pod = &self.slot.pod;
        let links = pod.spec.json.get("enableServiceLinks").and_then(Value::as_bool) != Some(false);
        let objects = self.context.store.objects();
        let own = objects.all_in::<Service>(&pod.meta.namespace).filter(|_| links);
        let api = objects
            .all_in::<Service>("default")
            .filter(|service| service.meta.name == "kubernetes");
        for service in own.chain(api) {
            let ip = &service.spec.cluster_ip;
            if ip.is_empty() || ip == "None" {
                continue;
            }
            let name = service.meta.name.to_uppercase().replace('-', "_");
            variables.insert(format_smolstr!("{name}_SERVICE_HOST"), ip.clone());
            for (position, port) in service.spec.ports.iter().enumerate() {
                let protocol = &port.protocol;
                let number = port.port;
                let url = format_smolstr!("{}://{ip}:{number}", protocol.to_lowercase());
                if position == 0 {
                    variables.insert(format_smolstr!("{name}_SERVICE_PORT"), number.to_smolstr());
                    variables.insert(format_smolstr!("{name}_PORT"), url.clone());
                }
                if !port.name.is_empty() {
                    let port_name = port.name.to_uppercase().replace('-', "_");
                    variables.insert(format_smolstr!("{name}_SERVICE_PORT_{port_name}"), number.to_smolstr());
                }
                let prefix = format!("{name}_PORT_{number}_{protocol}");
                variables.insert(prefix.as_str().into(), url);
                variables.insert(format_smolstr!("{prefix}_PROTO"), protocol.to_lowercase().into());
                variables.insert(format_smolstr!("{prefix}_PORT"), number.to_smolstr());
                variables.insert(format_smolstr!("{prefix}_ADDR"), ip.clone());
            }
        }
        variables.into_iter().collect()
    }
}

/// Labels or annotations as a file of the downward API: `key="value"` a line.
fn formatted(map: &BTreeMap<SmolStr, SmolStr>) -> SmolStr {
    let lines: Vec<String> = map.iter().map(|(key, value)| format!("{key}={value:?}")).collect();
    lines.join("\n").into()
}
