//! `kubectl top pods` and `kubectl top nodes`: what metrics-server tells.
//!
//! Source: kubectl `pkg/cmd/top` and `pkg/metricsutil/metrics_printer.go`. A node uses what its pods use: what it uses itself is not
//! modelled.

use smol_str::SmolStr;

use super::Command;
use crate::api::{Node, ObjectKey, Pod, Selector};
use crate::apiserver::{ApiError, Reason};
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, Flag};
use crate::kubectl::session::{DEFAULT_NAMESPACE, Session};
use crate::kubectl::tabwriter::TabWriter;
use crate::metrics::{ContainerUse, Metrics};

const COMMON: &[Flag] = &[
    Flag::text("selector").short('l'),
    Flag::text("sort-by"),
    Flag::bool("no-headers"),
    Flag::bool("use-protocol-buffers"),
];
/// The flags of `top pods`.
const POD_FLAGS: &[&[Flag]] = &[
    COMMON,
    &[
        Flag::bool("all-namespaces").short('A'),
        Flag::bool("containers"),
        Flag::bool("sum"),
        Flag::text("field-selector"),
    ],
];
/// The flags of `top nodes`.
const NODE_FLAGS: &[&[Flag]] = &[COMMON, &[Flag::bool("show-capacity")]];

/// `top` and its subcommands.
pub static COMMANDS: &[Command] = &[
    Command {
        name: "top",
        flags: &[],
        run,
    },
    Command {
        name: "top nodes",
        flags: NODE_FLAGS,
        run: run_nodes,
    },
    Command {
        name: "top pods",
        flags: POD_FLAGS,
        run: run_pods,
    },
];

/// Pods that are older than this should have metrics, in seconds.
const METRICS_DELAY_SECS: i64 = 120;
const BYTES_PER_MEBIBYTE: u64 = 1 << 20;

/// What something uses.
#[derive(Debug, Default, Clone, Copy)]
struct Use {
    cpu_milli: u64,
    memory_bytes: u64,
}

impl Use {
    fn of(containers: &[ContainerUse]) -> Self {
        containers.iter().fold(Use::default(), |sum, container| Use {
            cpu_milli: sum.cpu_milli.saturating_add(container.cpu_milli),
            memory_bytes: sum.memory_bytes.saturating_add(container.memory_bytes),
        })
    }

    fn plus(self, other: Use) -> Self {
        Use {
            cpu_milli: self.cpu_milli.saturating_add(other.cpu_milli),
            memory_bytes: self.memory_bytes.saturating_add(other.memory_bytes),
        }
    }

    /// What rows are sorted by, the greatest first; nothing without `--sort-by`.
    fn rank(self, sort_by: &str) -> std::cmp::Reverse<u64> {
        std::cmp::Reverse(match sort_by {
            "cpu" => self.cpu_milli,
            "memory" => self.memory_bytes,
            _ => 0,
        })
    }

    fn cells(self) -> String {
        format!("{}m\t{}Mi\t", self.cpu_milli, self.memory_bytes / BYTES_PER_MEBIBYTE)
    }
}

struct PodRow {
    key: ObjectKey,
    containers: Vec<ContainerUse>,
}

/// What both commands check first: `--sort-by`, names and selectors, and that there are metrics at all.
fn begin(session: &Session<'_>, arguments: &Arguments, usage: &'static str, command: &'static str) -> Result<Selector> {
    if arguments.positional.len() > 1 {
        return Err(CommandError::Usage(usage.to_owned(), command));
    }
    let sort_by = arguments.text("sort-by").unwrap_or_default();
    if !matches!(sort_by, "" | "cpu" | "memory") {
        return Err(CommandError::message("--sort-by accepts only cpu or memory"));
    }
    let selector = arguments.text("selector").unwrap_or_default();
    if !selector.is_empty() && !arguments.positional.is_empty() {
        return Err(CommandError::message("only one of NAME or --selector can be provided"));
    }
    metrics(session)?;
    selector
        .parse()
        .map_err(|error| CommandError::message(format!("{error}")))
}

fn metrics<'s>(session: &'s Session<'_>) -> Result<Metrics<'s>> {
    let cluster = &session.cluster;
    Metrics::of(cluster.store(), cluster.environment(), cluster.settings())
        .map_err(|_| CommandError::message("Metrics API not available"))
}

fn aligned(session: &mut Session<'_>, text: &str) {
    let text = TabWriter::GET.align(text);
    session.stdout.push_str(&text);
}

/// Runs `kubectl top` without a kind: it only explains itself.
fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    if let Some(word) = arguments.positional.first() {
        return Err(CommandError::message(format!(
            "unknown command \"{word}\" for \"kubectl top\""
        )));
    }
    session.print("Display resource (CPU/memory) usage.\n\nAvailable Commands:\n  node          Display resource (CPU/memory) usage of nodes\n  pod           Display resource (CPU/memory) usage of pods");
    Ok(())
}

/// Runs `kubectl top pods`.
fn run_pods(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let selector = begin(session, arguments, "top pod [NAME | -l label]", "top pod")?;
    let all = arguments.flag("all-namespaces");
    let namespace = arguments.text("namespace").unwrap_or(DEFAULT_NAMESPACE).to_owned();
    let name = arguments.positional.first();
    let pods: Vec<std::sync::Arc<Pod>> = (session.cluster.store().objects().all::<Pod>())
        .filter(|pod| all || pod.meta.namespace == namespace)
        .filter(|pod| selector.matches(&pod.meta.labels) && name.is_none_or(|name| pod.meta.name == *name))
        .cloned()
        .collect();
    let metrics = metrics(session)?;
    let row = |pod: &std::sync::Arc<Pod>| {
        let containers = metrics.pod(pod)?;
        let key = pod.meta.key();
        Some(PodRow { key, containers })
    };
    let mut rows: Vec<PodRow> = pods.iter().filter_map(row).collect();
    if rows.is_empty() {
        if let Some(name) = name {
            return Err(no_pod_metrics(&namespace, name).into());
        }
        return nothing_to_show(session, &pods, (!all).then_some(&namespace));
    }
    let sort_by = arguments.text("sort-by").unwrap_or_default();
    rows.sort_by_key(|row| (Use::of(&row.containers).rank(sort_by), row.key.clone()));
    let text = pod_table(&rows, arguments, all, sort_by);
    aligned(session, &text);
    Ok(())
}

fn no_pod_metrics(namespace: &str, name: &str) -> ApiError {
    let message = format!("podmetrics.metrics.k8s.io \"{namespace}/{name}\" not found");
    ApiError::new(Reason::NotFound, message)
}

fn nothing_to_show(session: &mut Session<'_>, pods: &[std::sync::Arc<Pod>], namespace: Option<&String>) -> Result<()> {
    let now = session.timestamp();
    for pod in pods {
        let age = now.secs() - pod.meta.creation.unwrap_or(now).secs();
        if age > METRICS_DELAY_SECS {
            let age = crate::api::duration::format_ns(age.saturating_mul(1_000_000_000));
            let message = format!("Metrics not available for pod {}, age: {age}", pod.meta.key());
            return Err(CommandError::message(message));
        }
    }
    if !pods.is_empty() {
        return Err(CommandError::message("metrics not available yet"));
    }
    session.warn(match namespace {
        Some(namespace) => format!("No resources found in {namespace} namespace."),
        None => "No resources found".to_owned(),
    });
    Ok(())
}

fn pod_table(rows: &[PodRow], arguments: &Arguments, with_namespace: bool, sort_by: &str) -> String {
    let by_container = arguments.flag("containers");
    let mut text = String::new();
    let namespace = |row: &PodRow| match with_namespace {
        true => format!("{}\t", row.key.namespace),
        false => String::new(),
    };
    if !arguments.flag("no-headers") {
        text.push_str(if with_namespace { "NAMESPACE\t" } else { "" });
        text.push_str(if by_container { "POD\t" } else { "" });
        text.push_str("NAME\tCPU(cores)\tMEMORY(bytes)\t\n");
    }
    for row in rows {
        let (pod, namespace) = (&row.key.name, namespace(row));
        if !by_container {
            let cells = Use::of(&row.containers).cells();
            text.push_str(&format!("{namespace}{pod}\t{cells}\n"));
            continue;
        }
        let mut containers = row.containers.clone();
        containers.sort_by_key(|container| {
            let rank = Use::of(std::slice::from_ref(container)).rank(sort_by);
            (rank, container.name.clone())
        });
        for container in &containers {
            let cells = Use::of(std::slice::from_ref(container)).cells();
            text.push_str(&format!("{namespace}{pod}\t{}\t{cells}\n", container.name));
        }
    }
    if arguments.flag("sum") {
        let before = "\t".repeat(usize::from(with_namespace) + usize::from(by_container));
        let sum = rows
            .iter()
            .fold(Use::default(), |sum, row| sum.plus(Use::of(&row.containers)));
        text.push_str(&format!("{before}\t________\t________\t\n{before}\t{}\n", sum.cells()));
    }
    text
}

/// Runs `kubectl top nodes`.
fn run_nodes(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let selector = begin(session, arguments, "top node [NAME | -l label]", "top node")?;
    let metrics = metrics(session)?;
    let objects = session.cluster.store().objects();
    let name = arguments.positional.first();
    let nodes: Vec<std::sync::Arc<Node>> = (objects.all::<Node>())
        .filter(|node| selector.matches(&node.meta.labels) && name.is_none_or(|name| node.meta.name == *name))
        .cloned()
        .collect();
    if let (Some(name), true) = (name, nodes.is_empty()) {
        let message = format!("nodemetrics.metrics.k8s.io \"{name}\" not found");
        return Err(ApiError::new(Reason::NotFound, message).into());
    }
    let used = |node: &Node| {
        let pods = objects.pods_on(&node.meta.name).filter_map(|pod| metrics.pod(pod));
        pods.fold(Use::default(), |sum, containers| sum.plus(Use::of(&containers)))
    };
    let mut rows: Vec<(SmolStr, Use, String)> = nodes
        .iter()
        .map(|node| {
            let (used, is_ready) = (used(node), node.is_ready());
            let limits = if arguments.flag("show-capacity") {
                &node.capacity
            } else {
                &node.allocatable
            };
            let share = |amount: u64, resource: &str| {
                let of = limits.get(resource).map_or(0, |limit| limit.milli_value());
                // As the real client: a float, cut off.
                let percent = if of == 0 {
                    0.0
                } else {
                    amount as f64 / of as f64 * 100.0
                };
                format!("{}%", percent as i64)
            };
            let (cpu, memory) = (
                share(used.cpu_milli, "cpu"),
                share(used.memory_bytes.saturating_mul(1000), "memory"),
            );
            let cells = match is_ready {
                true => {
                    let (milli, mebibytes) = (used.cpu_milli, used.memory_bytes / BYTES_PER_MEBIBYTE);
                    format!("{milli}m\t{cpu}\t{mebibytes}Mi\t{memory}\t")
                }
                // Nobody answers there.
                false => "<unknown>\t<unknown>\t<unknown>\t<unknown>\t".to_owned(),
            };
            (node.meta.name.clone(), used, cells)
        })
        .collect();
    if rows.is_empty() {
        return Err(CommandError::message("metrics not available yet"));
    }
    let sort_by = arguments.text("sort-by").unwrap_or_default();
    // Those that do not answer come last.
    rows.sort_by_key(|(name, used, cells)| (cells.starts_with('<'), used.rank(sort_by), name.clone()));
    let mut text = String::new();
    if !arguments.flag("no-headers") {
        text.push_str("NAME\tCPU(cores)\tCPU(%)\tMEMORY(bytes)\tMEMORY(%)\t\n");
    }
    for (name, _, cells) in rows {
        text.push_str(&format!("{name}\t{cells}\n"));
    }
    aligned(session, &text);
    Ok(())
}
