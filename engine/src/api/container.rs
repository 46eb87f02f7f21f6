//! One container of a pod: image, command, environment, resources, probes, hooks.
//!
//! Typed are the fields that decide what a container does; everything else (security context, volume devices …) stays in
//! the pod's JSON tree.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use smol_str::SmolStr;

use super::{IntOrString, Quantity, RestartPolicy, RestartRule, json};

/// Amounts by resource name (`cpu`, `memory`, `pods`, `nvidia.com/gpu` …).
pub type ResourceList = BTreeMap<SmolStr, Quantity>;

/// Reads a resource list; amounts that are no quantities (the decoder refuses them) are left out.
pub fn resource_list(value: Option<&Value>) -> ResourceList {
    let entries = value.and_then(Value::as_object).into_iter().flatten();
    let amount = |value: &Value| match value {
        Value::String(text) => Quantity::parse(text).ok(),
        Value::Number(number) => Quantity::parse(&number.to_string()).ok(),
        _ => None,
    };
    entries
        .filter_map(|(name, value)| Some((name.into(), amount(value)?)))
        .collect()
}

/// `imagePullPolicy`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum PullPolicy {
    /// Asked of the registry at every start.
    Always,
    /// Pulled unless the node has it.
    #[default]
    IfNotPresent,
    /// Never pulled: the node must have it.
    Never,
}

/// How a probe or hook acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handler {
    /// Runs a command in the container.
    Exec(Vec<SmolStr>),
    /// Sends an HTTP GET.
    HttpGet {
        /// The path asked for.
        path: SmolStr,
        /// A port number or the name of a container port.
        port: IntOrString,
        /// `HTTP` or `HTTPS`.
        scheme: SmolStr,
        /// The host, if not the pod.
        host: SmolStr,
    },
    /// Opens a TCP connection.
    TcpSocket {
        /// A port number or the name of a container port.
        port: IntOrString,
    },
    /// Asks a gRPC health service.
    Grpc {
        /// The port number.
        port: i32,
        /// The service asked about.
        service: SmolStr,
    },
    /// Waits (hooks only).
    Sleep(Duration),
}

impl Handler {
    fn from_json(value: &Value) -> Option<Self> {
        let port = |value: &Value| json::int_or_string(value.get("port")?);
        if let Some(exec) = value.get("exec") {
            Some(Handler::Exec(json::texts(exec, "command")))
        } else if let Some(get) = value.get("httpGet") {
            let scheme = json::text(get, "scheme");
            Some(Handler::HttpGet {
                path: json::text(get, "path"),
                port: port(get)?,
                scheme: if scheme.is_empty() {
                    SmolStr::new_static("HTTP")
                } else {
                    scheme
                },
                host: json::text(get, "host"),
            })
        } else if let Some(socket) = value.get("tcpSocket") {
            Some(Handler::TcpSocket { port: port(socket)? })
        } else if let Some(grpc) = value.get("grpc") {
            Some(Handler::Grpc {
                port: json::int32(grpc, "port")?,
                service: json::text(grpc, "service"),
            })
        } else {
            let seconds = u64::try_from(json::int(value.get("sleep")?, "seconds")?).unwrap_or(0);
            Some(Handler::Sleep(Duration::from_secs(seconds)))
        }
    }
}

/// A readiness, liveness or startup probe.
///
/// Defaults as in the API documentation ("Configure Liveness, Readiness and Startup Probes").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// What is asked.
    pub handler: Handler,
    /// Seconds from the container's start to the first probe.
    pub initial_delay_seconds: i32,
    /// Seconds until a probe counts as failed.
    pub timeout_seconds: i32,
    /// Seconds between probes.
    pub period_seconds: i32,
    /// Successes in a row that make it pass.
    pub success_threshold: i32,
    /// Failures in a row that make it fail.
    pub failure_threshold: i32,
    /// Overrides the pod's grace period, in seconds.
    pub termination_grace_period_seconds: Option<i64>,
}

impl Probe {
    fn from_json(value: &Value) -> Option<Self> {
        let number = |key, default| json::int32(value, key).filter(|&n| n > 0).unwrap_or(default);
        Some(Probe {
            handler: Handler::from_json(value)?,
            initial_delay_seconds: number("initialDelaySeconds", 0),
            timeout_seconds: number("timeoutSeconds", 1),
            period_seconds: number("periodSeconds", 10),
            success_threshold: number("successThreshold", 1),
            failure_threshold: number("failureThreshold", 3),
            termination_grace_period_seconds: json::int(value, "terminationGracePeriodSeconds"),
        })
    }
}

/// A port that a container says it listens on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerPort {
    /// Its name, if it has one.
    pub name: SmolStr,
    /// The port in the pod.
    pub container_port: i32,
    /// The port on the node; 0 if none.
    pub host_port: i32,
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: SmolStr,
}

/// One environment variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvVar {
    /// Its name.
    pub name: SmolStr,
    /// Its literal value.
    pub value: SmolStr,
    /// Where else the value comes from (`valueFrom`), as in the API; `Null` if it is literal.
    pub value_from: Value,
}

/// A container of a pod template.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Container {
    /// Unique in the pod.
    pub name: SmolStr,
    /// The image's reference.
    pub image: SmolStr,
    /// When the image is pulled.
    pub pull_policy: PullPolicy,
    /// Replaces the image's entry point.
    pub command: Vec<SmolStr>,
    /// Arguments.
    pub args: Vec<SmolStr>,
    /// Whether its standard input stays open (`stdin` without `stdinOnce`): a shell then waits for what somebody types.
    pub stdin: bool,
    /// Environment.
    pub env: Vec<EnvVar>,
    /// Whole ConfigMaps and Secrets taken as environment, as in the API.
    pub env_from: Vec<Value>,
    /// Ports.
    pub ports: Vec<ContainerPort>,
    /// What the scheduler sets aside.
    pub requests: ResourceList,
    /// What it may not exceed.
    pub limits: ResourceList,
    /// Decides whether the pod serves.
    pub readiness: Option<Probe>,
    /// Decides whether the container is restarted.
    pub liveness: Option<Probe>,
    /// Holds the other two back until it has passed once.
    pub startup: Option<Probe>,
    /// Runs right after the start.
    pub post_start: Option<Handler>,
    /// Runs before the container is told to stop.
    pub pre_stop: Option<Handler>,
    /// Its own restart policy; none: the pod's. `Always` on an init container makes it a sidecar.
    pub restart_policy: Option<RestartPolicy>,
    /// When it is restarted whatever the policy says: the first rule that fits its exit code decides.
    pub restart_rules: Vec<RestartRule>,
}

impl Container {
    /// Whether this is a native sidecar (an init container with restartPolicy Always).
    pub fn is_sidecar(&self) -> bool {
        self.restart_policy == Some(RestartPolicy::Always)
    }

    /// Reads one entry of `spec.containers`.
    pub fn from_json(value: &Value) -> Self {
        let member = |key: &str| value.get(key).unwrap_or(&Value::Null);
        let limits = resource_list(member("resources").get("limits"));
        let mut requests = resource_list(member("resources").get("requests"));
        for (name, limit) in &limits {
            requests.entry(name.clone()).or_insert_with(|| limit.clone());
        }
        let image = json::text(value, "image");
        Container {
            name: json::text(value, "name"),
            pull_policy: pull_policy(&json::text(value, "imagePullPolicy"), &image),
            image,
            command: json::texts(value, "command"),
            args: json::texts(value, "args"),
            stdin: json::flag(value, "stdin") && !json::flag(value, "stdinOnce"),
            env: json::list(value, "env").iter().map(env_var).collect(),
            env_from: json::list(value, "envFrom").to_vec(),
            ports: json::list(value, "ports").iter().map(container_port).collect(),
            requests,
            limits,
            readiness: value.get("readinessProbe").and_then(Probe::from_json),
            liveness: value.get("livenessProbe").and_then(Probe::from_json),
            startup: value.get("startupProbe").and_then(Probe::from_json),
            post_start: member("lifecycle").get("postStart").and_then(Handler::from_json),
            pre_stop: member("lifecycle").get("preStop").and_then(Handler::from_json),
            restart_policy: RestartPolicy::parse(&json::text(value, "restartPolicy")),
            restart_rules: json::list(value, "restartPolicyRules")
                .iter()
                .map(RestartRule::from_json)
                .collect(),
        }
    }
}

/// The policy, or the API's default: `Always` for the tag `latest` or none, else `IfNotPresent`.
fn pull_policy(text: &str, image: &str) -> PullPolicy {
    match text {
        "Always" => PullPolicy::Always,
        "Never" => PullPolicy::Never,
        "IfNotPresent" => PullPolicy::IfNotPresent,
        _ => match image.rsplit('/').next().unwrap_or(image).split_once(':') {
            None | Some((_, "latest")) if !image.contains('@') => PullPolicy::Always,
            _ => PullPolicy::IfNotPresent,
        },
    }
}

fn env_var(value: &Value) -> EnvVar {
    EnvVar {
        name: json::text(value, "name"),
        value: json::text(value, "value"),
        value_from: value.get("valueFrom").cloned().unwrap_or_default(),
    }
}

fn container_port(value: &Value) -> ContainerPort {
    let protocol = json::text(value, "protocol");
    ContainerPort {
        name: json::text(value, "name"),
        container_port: json::int32(value, "containerPort").unwrap_or_default(),
        host_port: json::int32(value, "hostPort").unwrap_or_default(),
        protocol: if protocol.is_empty() {
            SmolStr::new_static("TCP")
        } else {
            protocol
        },
    }
}
