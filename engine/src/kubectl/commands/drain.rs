//! `kubectl drain`: cordons a node and evicts its pods.
//!
//! Source: kubectl `pkg/drain` and `pkg/cmd/drain`. Pods are evicted side by side; one that a budget protects is tried again
//! every 5 s, and whether an evicted one is gone is asked every second.

use std::collections::BTreeMap;
use std::time::Duration;

use smol_str::SmolStr;

use super::cordon;
use crate::api::{DaemonSet, Kind, ObjectKey, Pod, Selector, Uid, json as read};
use crate::apiserver::Reason;
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, CHANGE, Flag};
use crate::kubectl::session::{DryRun, Session};
use crate::sim::SimTime;
use crate::store::DeleteOptions;

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[
    &[
        Flag::text("selector").short('l'),
        Flag::text("pod-selector"),
        Flag::bool("force"),
        Flag::bool("ignore-daemonsets"),
        Flag::bool("ignore-errors"),
        Flag::bool("delete-emptydir-data"),
        Flag::bool("delete-local-data"),
        Flag::bool("disable-eviction"),
        Flag::int("grace-period"),
        Flag::int("skip-wait-for-delete-timeout"),
        Flag::int("chunk-size"),
        Flag::duration("timeout"),
    ],
    CHANGE,
];

/// How long a refused eviction waits.
const RETRY: Duration = Duration::from_secs(5);
/// How often kubectl asks whether a pod is gone.
const POLL: Duration = Duration::from_secs(1);

/// What drain is to do.
struct Drain {
    force: bool,
    ignore_daemonsets: bool,
    delete_emptydir_data: bool,
    evict: bool,
    options: DeleteOptions,
    deadline: Option<SimTime>,
    dry_run: DryRun,
    pods: Option<Selector>,
}

/// What is to become of one pod.
enum Fate {
    Goes(Option<&'static str>),
    Stays(Option<&'static str>),
    Forbidden(&'static str),
}

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let selector = arguments.text("selector").is_some_and(|text| !text.is_empty());
    if arguments.positional.is_empty() && !selector {
        return Err(CommandError::Usage("USAGE: drain NODE [flags]".to_owned(), "drain"));
    }
    if !arguments.positional.is_empty() && selector {
        let text = "error: cannot specify both a node name and a --selector option";
        return Err(CommandError::Usage(text.to_owned(), "drain"));
    }
    if arguments.has("delete-local-data") {
        session.warn(
            "Flag --delete-local-data has been deprecated, This option is deprecated and will be deleted. Use --delete-emptydir-data.",
        );
    }
    let pods = match arguments.text("pod-selector").filter(|text| !text.is_empty()) {
        Some(text) => Some(
            text.parse()
                .map_err(|_| CommandError::message("--pod-selector=<pod_selector> must be a valid label selector"))?,
        ),
        None => None,
    };
    let drain = Drain {
        force: arguments.flag("force"),
        ignore_daemonsets: arguments.flag("ignore-daemonsets"),
        delete_emptydir_data: arguments.flag("delete-emptydir-data") || arguments.flag("delete-local-data"),
        evict: !arguments.flag("disable-eviction"),
        options: DeleteOptions {
            grace_seconds: arguments.int("grace-period").filter(|seconds| *seconds >= 0),
            ..DeleteOptions::default()
        },
        deadline: session.deadline(arguments.duration_ns("timeout").unwrap_or(0)),
        dry_run: DryRun::of(arguments)?,
        pods,
    };
    let found = cordon::nodes(arguments).find(session)?;
    if let Some(error) = found.errors.into_iter().next() {
        return Err(error);
    }
    let nodes: Vec<SmolStr> = found.infos.iter().map(|info| info.key.name.clone()).collect();
    cordon::run(session, arguments)?;
    let (mut errors, mut remaining) = (Vec::new(), Vec::new());
    for node in &nodes {
        match drain.node(session, node) {
            Ok(()) => session.print(format!("node/{node} drained{}", drain.dry_run.suffix())),
            Err(failed) => {
                let texts: Vec<String> = failed.iter().map(|text| text.to_string()).collect();
                let text = match texts.as_slice() {
                    [one] => one.clone(),
                    all => format!("[{}]", all.join(", ")),
                };
                session.warn(format!(
                    "error: unable to drain node \"{node}\" due to error: {text}, continuing command..."
                ));
                remaining.push(node);
                errors.extend(texts);
            }
        }
    }
    if errors.is_empty() {
        return Ok(());
    }
    session.warn("There are pending nodes to be drained:");
    remaining.iter().for_each(|node| session.warn(format!(" {node}")));
    Err(CommandError::Verbatim(errors.join("\n")))
}

impl Drain {
    fn node(&self, session: &mut Session<'_>, node: &str) -> std::result::Result<(), Vec<String>> {
        let (mut going, mut warnings, mut forbidden) = (Vec::new(), Messages::default(), Messages::default());
        for pod in session.cluster.store().objects().pods_on(node) {
            if self
                .pods
                .as_ref()
                .is_some_and(|selector| !selector.matches(&pod.meta.labels))
            {
                continue;
            }
            let warning = match self.fate(session, pod) {
                Fate::Goes(warning) => {
                    going.push((pod.meta.key(), pod.meta.uid));
                    warning
                }
                Fate::Stays(warning) => warning,
                Fate::Forbidden(why) => {
                    forbidden.add(why, &pod.meta.key());
                    None
                }
            };
            if let Some(warning) = warning {
                warnings.add(warning, &pod.meta.key());
            }
        }
        if !forbidden.0.is_empty() {
            return Err(forbidden.lines().map(|line| format!("cannot delete {line}")).collect());
        }
        let warnings: Vec<String> = warnings.lines().collect();
        if !warnings.is_empty() {
            session.warn(format!("Warning: {}", warnings.join("; ")));
        }
        if self.dry_run == DryRun::Client {
            for (key, _) in going {
                session.print(format!("evicting pod {}/{} (dry run)", key.namespace, key.name));
            }
            return Ok(());
        }
        self.empty(session, going).map_err(|error| {
            let there = session.cluster.store().objects().pods_on(node);
            let pending = there.filter(|pod| matches!(self.fate(session, pod), Fate::Goes(_)));
            let pending: Vec<String> = pending.map(|pod| format!("pod/{}", pod.meta.name)).collect();
            if !pending.is_empty() {
                session.warn(format!(
                    "There are pending pods in node \"{node}\" when an error occurred: {error}"
                ));
                pending.iter().for_each(|pod| session.warn(pod));
            }
            vec![error]
        })
    }

    /// What is to become of a pod: the filters of `kubectl drain`, in their order.
    fn fate(&self, session: &Session<'_>, pod: &Pod) -> Fate {
        let has_ended = pod.status.phase.is_terminal();
        let owner = pod.meta.controller();
        if let Some(owner) = owner.filter(|owner| owner.kind == "DaemonSet" && !has_ended) {
            let key = ObjectKey::new(pod.meta.namespace.clone(), owner.name.clone());
            let is_known = session.cluster.store().get::<DaemonSet>(&key).is_some();
            return match (is_known, self.ignore_daemonsets) {
                (false, _) if self.force => Fate::Goes(Some("deleting Pods that declare no controller")),
                (_, false) => Fate::Forbidden("DaemonSet-managed Pods (use --ignore-daemonsets to ignore)"),
                (_, true) => Fate::Stays(Some("ignoring DaemonSet-managed Pods")),
            };
        }
        if pod.meta.annotations.contains_key("kubernetes.io/config.mirror") {
            return Fate::Stays(None);
        }
        let mut warning = None;
        let volumes = read::list(&pod.spec.json, "volumes");
        if volumes.iter().any(|volume| volume.get("emptyDir").is_some()) && !has_ended {
            if !self.delete_emptydir_data {
                return Fate::Forbidden("Pods with local storage (use --delete-emptydir-data to override)");
            }
            warning = Some("deleting Pods with local storage");
        }
        if owner.is_none() && !has_ended {
            if !self.force {
                return Fate::Forbidden("Pods that declare no controller (use --force to override)");
            }
            warning = Some("deleting Pods that declare no controller");
        }
        Fate::Goes(warning)
    }

    /// Evicts pods and waits until they are gone.
    fn empty(&self, session: &mut Session<'_>, pods: Vec<(ObjectKey, Uid)>) -> std::result::Result<(), String> {
        let start = session.cluster.now();
        let mut todo: Vec<(SimTime, ObjectKey, Uid)> = pods.into_iter().map(|(key, uid)| (start, key, uid)).collect();
        let mut leaving: Vec<(SimTime, ObjectKey, Uid)> = Vec::new();
        while !(todo.is_empty() && leaving.is_empty()) {
            let now = session.cluster.now();
            if self.deadline.is_some_and(|deadline| deadline <= now) {
                return Err(self.gave_up(&todo, &leaving));
            }
            let (due, later) = std::mem::take(&mut todo).into_iter().partition(|(at, ..)| *at <= now);
            todo = later;
            let due: Vec<(SimTime, ObjectKey, Uid)> = due;
            for (_, key, uid) in due {
                match self.remove(session, &key)? {
                    true => leaving.push((now, key, uid)),
                    // Each refusal takes a request's time before the wait begins.
                    false => todo.push((now + session.cluster.client_latency() + RETRY, key, uid)),
                }
            }
            for (at, key, uid) in std::mem::take(&mut leaving) {
                let is_there = session
                    .cluster
                    .store()
                    .get::<Pod>(&key)
                    .is_some_and(|pod| pod.meta.uid == uid);
                if at > now {
                    leaving.push((at, key, uid));
                } else if is_there && self.dry_run == DryRun::None {
                    leaving.push((now + POLL, key, uid));
                } else {
                    let how = if self.evict { "evicted" } else { "deleted" };
                    session.print(format!("pod/{} {how}{}", key.name, self.dry_run.suffix()));
                }
            }
            let next = todo
                .iter()
                .chain(&leaving)
                .map(|(at, ..)| *at)
                .chain(self.deadline)
                .min();
            if let Some(next) = next.filter(|_| !(todo.is_empty() && leaving.is_empty())) {
                while session.cluster.now() < next
                    && session.wait_for_change(Some(next)).map_err(|error| error.text())?
                {}
            }
        }
        Ok(())
    }

    /// Evicts or deletes a pod; false if it is to be tried again.
    fn remove(&self, session: &mut Session<'_>, key: &ObjectKey) -> std::result::Result<bool, String> {
        let (namespace, name) = (&key.namespace, &key.name);
        let outcome = if self.evict {
            session.print(format!("evicting pod {namespace}/{name}{}", self.dry_run.suffix()));
            session.request(self.dry_run, |request| request.evict(key, self.options))
        } else {
            session.request(self.dry_run, |request| {
                request.delete(Kind::POD, key, self.options).map(drop)
            })
        };
        match outcome {
            Ok(()) => Ok(true),
            Err(error) if error.reason == Reason::NotFound => Ok(true),
            Err(error) if error.reason == Reason::TooManyRequests => {
                session.warn(format!(
                    "error when evicting pods/\"{name}\" -n \"{namespace}\" (will retry after 5s): {error}"
                ));
                Ok(false)
            }
            Err(error) => Err(format!(
                "error when evicting pods/\"{name}\" -n \"{namespace}\": {error}"
            )),
        }
    }

    fn gave_up(&self, todo: &[(SimTime, ObjectKey, Uid)], leaving: &[(SimTime, ObjectKey, Uid)]) -> String {
        let refused = todo.iter().map(|(_, key, _)| {
            format!(
                "error when evicting pods/\"{}\" -n \"{}\": global timeout reached",
                key.name, key.namespace
            )
        });
        let waiting = leaving.iter().map(|(_, key, _)| {
            let (name, namespace) = (&key.name, &key.namespace);
            format!("error when waiting for pod \"{name}\" in namespace \"{namespace}\" to terminate: global timeout reached")
        });
        let texts: Vec<String> = refused.chain(waiting).collect();
        match texts.as_slice() {
            [one] => one.clone(),
            all => format!("[{}]", all.join(", ")),
        }
    }
}

/// Pods by what is said about them.
#[derive(Default)]
struct Messages(BTreeMap<&'static str, Vec<String>>);

impl Messages {
    fn add(&mut self, message: &'static str, pod: &ObjectKey) {
        self.0
            .entry(message)
            .or_default()
            .push(format!("{}/{}", pod.namespace, pod.name));
    }

    fn lines(&self) -> impl Iterator<Item = String> {
        self.0
            .iter()
            .map(|(message, pods)| format!("{message}: {}", pods.join(", ")))
    }
}
