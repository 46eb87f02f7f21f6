//! `kubectl logs`. `-f` lets time pass until the container has ended; of one that never ends it is refused.

use std::sync::Arc;

use crate::api::{ContainerStatus, Kind, Object, ObjectKey, Pod, Uid};
use crate::apiserver::{ApiError, Reason};
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, Flag};
use crate::kubectl::resources::kind_of;
use crate::kubectl::selection::Query;
use crate::kubectl::session::{DEFAULT_NAMESPACE, Session};
use crate::store::Objects;

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[&[
    Flag::text("container").short('c'),
    Flag::bool("previous").short('p'),
    Flag::bool("follow").short('f'),
    Flag::bool("timestamps"),
    Flag::bool("all-containers"),
    Flag::bool("prefix"),
    Flag::int("tail"),
    Flag::text("selector").short('l'),
    Flag::duration("since"),
    Flag::int("limit-bytes"),
    Flag::bool("ignore-errors"),
]];

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let pods = pods(session, arguments)?;
    if arguments.int("tail").is_some_and(|lines| lines < -1) {
        return Err(CommandError::message("--tail must be greater than or equal to -1"));
    }
    for pod in pods {
        for container in containers(session, arguments, &pod)? {
            print(session, arguments, &pod, container)?;
        }
    }
    Ok(())
}

/// The pods that the arguments name: a pod, one pod of a workload, or those a selector matches.
fn pods(session: &mut Session<'_>, arguments: &Arguments) -> Result<Vec<Arc<Pod>>> {
    let namespace = arguments.text("namespace").unwrap_or(DEFAULT_NAMESPACE);
    if arguments.text("selector").is_some_and(|selector| !selector.is_empty()) {
        let query = Query::of(arguments, &["pods".to_owned()]);
        let found = query.find(session)?;
        let pods = found
            .infos
            .iter()
            .filter_map(|info| session.cluster.store().get::<Pod>(&info.key).cloned());
        return Ok(pods.collect());
    }
    let Some(first) = arguments.positional.first() else {
        return Err(CommandError::Usage(
            "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs \
             command"
                .to_owned(),
            "logs",
        ));
    };
    let (kind, name) = match first.split_once('/') {
        Some((kind, name)) => (kind_of(kind)?, name),
        None => (Kind::POD, first.as_str()),
    };
    let key = ObjectKey::new(namespace, name);
    let Some(object) = session.object(kind, &key).cloned() else {
        let message = format!("{} in namespace \"{namespace}\"", ApiError::not_found(kind, name));
        return Err(CommandError::message(format!(
            "error from server (NotFound): {message}"
        )));
    };
    if let Object::Pod(pod) = object {
        return Ok(vec![pod]);
    }
    let pods = pods_of(session.cluster.store().objects(), object.meta().uid);
    let count = pods.len();
    match pods.into_iter().next() {
        Some(pod) => {
            if count > 1 {
                session.warn(format!("Found {count} pods, using pod/{}", pod.meta.name));
            }
            Ok(vec![pod])
        }
        None => Err(CommandError::message("timed out waiting for the condition")),
    }
}

/// The pods that an object owns, directly or through what it owns.
pub(super) fn pods_of(objects: &Objects, owner: Uid) -> Vec<Arc<Pod>> {
    let mut pods: Vec<Arc<Pod>> = objects.owned::<Pod>(owner).cloned().collect();
    let between = objects.owned_by(owner).filter(|object| object.as_pod().is_none());
    for object in between {
        pods.extend(objects.owned::<Pod>(object.meta().uid).cloned());
    }
    pods
}

/// The names of all of a pod's containers, by their places.
fn names_of(pod: &Pod) -> Vec<String> {
    let all = pod.spec.all_containers().chain(&pod.spec.ephemeral_containers);
    all.map(|container| container.name.to_string()).collect()
}

/// The containers asked for, by their places among all of the pod's.
fn containers(session: &mut Session<'_>, arguments: &Arguments, pod: &Pod) -> Result<Vec<usize>> {
    if arguments.flag("all-containers") {
        return Ok((0..names_of(pod).len()).collect());
    }
    let wanted = arguments
        .text("container")
        .or_else(|| arguments.positional.get(1).map(String::as_str));
    container_of(session, wanted, pod).map(|container| vec![container])
}

/// The container asked for, by its place among all of the pod's, or the default one: that of the annotation
/// `kubectl.kubernetes.io/default-container`, else the first.
pub(super) fn container_of(session: &mut Session<'_>, wanted: Option<&str>, pod: &Pod) -> Result<usize> {
    let names = names_of(pod);
    if let Some(wanted) = wanted {
        return match names.iter().position(|name| name == wanted) {
            Some(index) => Ok(index),
            None => Err(CommandError::message(format!(
                "container {wanted} is not valid for pod {}",
                pod.meta.name
            ))),
        };
    }
    let annotated = pod.meta.annotations.get("kubectl.kubernetes.io/default-container");
    if let Some(index) = annotated.and_then(|wanted| names.iter().position(|name| name == wanted)) {
        return Ok(index);
    }
    let first = pod.spec.init_containers.len();
    if names.len() > 1 {
        let (init, others) = names.split_at(first.min(names.len()));
        let apps = pod.spec.containers.len();
        let mut shown: Vec<String> = others.iter().take(apps).cloned().collect();
        shown.extend(others.iter().skip(apps).map(|name| format!("{name} (ephem)")));
        shown.extend(init.iter().map(|name| format!("{name} (init)")));
        let default = others.first().cloned().unwrap_or_default();
        session.warn(format!(
            "Defaulted container \"{default}\" out of: {}",
            shown.join(", ")
        ));
    }
    Ok(first)
}

/// Lets time pass until a container has ended. Returns its log: the node forgets it with the pod.
fn follow(session: &mut Session<'_>, pod: &Pod, container: usize, previous: bool) -> Result<Option<Log>> {
    let (node, uid, key) = (pod.node_name.clone(), pod.meta.uid, pod.meta.key());
    let mut log = None;
    loop {
        let now = session.cluster.now();
        log = session.cluster.container_log(&node, uid, container, previous).or(log);
        let current = session
            .cluster
            .store()
            .get::<Pod>(&key)
            .filter(|current| current.meta.uid == uid);
        let ends_at = session.cluster.container_end(&node, uid, container);
        if current.is_none() || previous || log.is_none() || ends_at.is_some_and(|end| end <= now) {
            return Ok(log);
        }
        // Until then, or until something happens that may end it sooner.
        if !session.wait_for_change(ends_at)? {
            log = session.cluster.container_log(&node, uid, container, previous).or(log);
            return Ok(log);
        }
    }
}

/// Lines with their times.
type Log = Vec<(crate::sim::SimTime, smol_str::SmolStr)>;

fn print(session: &mut Session<'_>, arguments: &Arguments, pod: &Pod, container: usize) -> Result<()> {
    if pod.node_name.is_empty() {
        return Ok(());
    }
    let Some(name) = names_of(pod).into_iter().nth(container) else {
        return Ok(());
    };
    let statuses = pod.status.init_containers.iter().chain(&pod.status.containers);
    let statuses = statuses.chain(&pod.status.ephemeral_containers);
    let status = statuses.into_iter().find(|status| status.name == name);
    let previous = arguments.flag("previous");
    let (node, uid, now) = (pod.node_name.clone(), pod.meta.uid, session.cluster.now());
    let lines = match arguments.flag("follow") {
        true => follow(session, pod, container, previous)?,
        false => session.cluster.container_log(&node, uid, container, previous),
    };
    let Some(mut lines) = lines.filter(|_| !is_waiting_first_time(status)) else {
        return Err(refusal(status, &name, &pod.meta.name, previous).into());
    };
    if let Some(since_ns) = arguments.duration_ns("since").filter(|since| *since > 0) {
        let since = std::time::Duration::from_nanos(u64::try_from(since_ns).unwrap_or(0));
        lines.retain(|(at, _)| now.since(*at) <= since);
    }
    if let Some(tail) = arguments.int("tail").and_then(|tail| usize::try_from(tail).ok()) {
        lines = lines.split_off(lines.len().saturating_sub(tail));
    }
    let epoch = session.cluster.store().epoch();
    for (at, line) in lines {
        let prefix = if arguments.flag("prefix") {
            format!("[pod/{}/{name}] ", pod.meta.name)
        } else {
            String::new()
        };
        let time = if arguments.flag("timestamps") {
            format!("{} ", epoch.at(at))
        } else {
            String::new()
        };
        session.print(format!("{prefix}{time}{}", line.trim_end_matches('\n')));
    }
    Ok(())
}

fn is_waiting_first_time(status: Option<&ContainerStatus>) -> bool {
    status.is_none_or(|status| status.state.waiting.is_some() && status.last_state.terminated.is_none())
}

/// The kubelet's words for a log that is not there.
fn refusal(status: Option<&ContainerStatus>, container: &str, pod: &str, previous: bool) -> ApiError {
    if previous {
        let message = format!("previous terminated container \"{container}\" in pod \"{pod}\" not found");
        return ApiError::new(Reason::BadRequest, message);
    }
    let waiting = status.and_then(|status| status.state.waiting.as_ref());
    let why = match waiting.map(|waiting| waiting.reason.as_str()) {
        Some("ErrImagePull") => "image can't be pulled",
        Some("ImagePullBackOff") => "trying and failing to pull image",
        Some(reason) => reason,
        None => "ContainerCreating",
    };
    let message = format!("container \"{container}\" in pod \"{pod}\" is waiting to start: {why}");
    ApiError::new(Reason::BadRequest, message)
}
