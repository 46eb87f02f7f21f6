//! Assertions about order: what happened before what.

use cucumber::then;
use shakedown_engine::api::{Deployment, DeploymentStrategy, Kind, Object, Pod, ReplicaSet};
use shakedown_engine::kubectl::printers::summarize;
use shakedown_engine::sim::SimTime;
use shakedown_engine::store::Change;
use shakedown_engine::timeline::{View, describe};

use crate::World;
use crate::assertion::latest_rollout;
use crate::hint;
use crate::parameters::{ObjectRef, OnePod, OtherObject, Text};
use crate::subject::because;
use crate::then::pods::USUAL_STATUS;
use crate::world::StepError;

/// The changes of a pod, each with the pod as it was after it.
fn history<'l>(log: &'l [Change], pod: &ObjectRef) -> Vec<(SimTime, Option<&'l Pod>)> {
    let own = log
        .iter()
        .filter(|change| change.kind() == Kind::POD && change.object().meta().key() == pod.key());
    own.map(|change| {
        (
            change.at,
            change
                .after
                .as_ref()
                .and_then(Object::as_pod)
                .map(std::sync::Arc::as_ref),
        )
    })
    .collect()
}

/// Asserts every STATUS that a pod showed, in order, repeats removed.
///
/// Example: `Then pod "web" went through STATUS "Pending, ContainerCreating, Running"`
#[then(expr = "{pod} went through STATUS {string}")]
fn went_through(world: &mut World, pod: OnePod, wanted: Text) -> Result<(), StepError> {
    let history = history(world.cluster().log(), &pod.0);
    let mut seen: Vec<String> = history
        .iter()
        .filter_map(|(_, pod)| Some(summarize(*pod.as_ref()?).status.to_string()))
        .collect();
    seen.dedup();
    let expected: Vec<&str> = wanted.split(',').map(str::trim).collect();
    if seen == expected {
        return Ok(());
    }
    for status in &expected {
        hint::well_spelt("STATUS", status, &USUAL_STATUS)?;
    }
    let seen = if seen.is_empty() {
        "there never was such a pod".to_owned()
    } else {
        seen.join(", ")
    };
    Err(world.unexpected("it went through other states", expected.join(", "), seen))
}

/// Asserts that one pod's condition Ready became True before any container of another one ran.
///
/// Example: `Then pod "db-0" became Ready before pod "db-1" started`
#[then(expr = "{pod} became Ready before {pod} started")]
fn became_ready_before(world: &mut World, first: OnePod, second: OnePod) -> Result<(), StepError> {
    let (first, second) = (first.0, second.0);
    let log = world.cluster().log();
    let ready = first_instant(log, &first, Pod::is_ready);
    let started = first_instant(log, &second, |pod| {
        pod.status
            .containers
            .iter()
            .any(|status| status.state.running.is_some())
    });
    match (ready, started) {
        (Some(ready), Some(started)) if ready.0 < started.0 => Ok(()),
        (ready, started) => {
            let seen = format!(
                "{first} became Ready {}, {second} started {}",
                when(ready),
                when(started)
            );
            Err(world.unexpected(
                "the order was another one",
                format!("{first} Ready, then {second} started"),
                seen,
            ))
        }
    }
}

/// The first instant at which a pod was so: its place in the timeline and its time.
fn first_instant(log: &[Change], named: &ObjectRef, is_so: impl Fn(&Pod) -> bool) -> Option<(usize, SimTime)> {
    let so = |change: &Change| {
        let pod = change.after.as_ref().and_then(Object::as_pod);
        pod.is_some_and(|pod| pod.meta.key() == named.key() && is_so(pod))
    };
    log.iter()
        .enumerate()
        .find(|(_, change)| so(change))
        .map(|(at, change)| (at, change.at))
}

fn when(instant: Option<(usize, SimTime)>) -> String {
    instant.map_or("never".to_owned(), |(_, at)| {
        format!("at {}", shakedown_reports::duration::human(at.as_nanos()))
    })
}

/// Asserts that at every change of the latest rollout the Deployment's pods numbered at most replicas + maxSurge, and its
/// available ones at least replicas − maxUnavailable.
///
/// Example: `Then the rollout of deployment "web" respected its strategy`
#[then(expr = "the rollout of {resource} respected its strategy")]
fn respected_strategy(world: &mut World, object: OtherObject) -> Result<(), StepError> {
    let deployment = object.0;
    let cluster = world.cluster();
    let Some(range) = latest_rollout(cluster.log(), Some(&deployment)) else {
        return Err(StepError::new(format!("{deployment} had no rollout")));
    };
    let mark = shakedown_engine::timeline::Mark::before_change(range.start + 1);
    let mut replay = cluster.replay(mark);
    let log = cluster.log().get(..range.end).unwrap_or_default();
    // A first rollout starts from nothing: only then may pods be fewer.
    let mut was_up = cluster
        .log()
        .get(range.start)
        .is_some_and(|change| change.before.is_some());
    let mut broken = None;
    while let Some(view) = replay.step(log) {
        if let Some(bounds) = Bounds::of(&view, &deployment) {
            was_up |= bounds.available >= bounds.available_min;
            if let Some(seen) = bounds.broken(was_up) {
                broken = view.change.map(|change| (change.clone(), bounds.to_string(), seen));
                break;
            }
        }
    }
    match broken {
        None => Ok(()),
        Some((change, expected, seen)) => {
            let objects = [(Kind::DEPLOYMENT, deployment.key())];
            let chain = because(world.cluster().log(), &objects, change.revision);
            let seen = format!("{seen}\nwhen {}{chain}", describe(&change));
            Err(world.unexpected("the rollout left its bounds", expected, seen))
        }
    }
}

/// What a strategy allows, and what there is.
struct Bounds {
    replicas: i64,
    pods_max: i64,
    available_min: i64,
    pods: i64,
    available: i64,
}

impl Bounds {
    /// Counted from the ReplicaSets, which know what they have asked for.
    fn of(view: &View<'_>, deployment: &ObjectRef) -> Option<Self> {
        let deployment = view.objects.get::<Deployment>(&deployment.key())?;
        let replicas = i64::from(deployment.spec.replicas);
        let (surge, unavailable) = match &deployment.spec.strategy {
            DeploymentStrategy::Recreate => (0, replicas),
            DeploymentStrategy::RollingUpdate {
                max_surge,
                max_unavailable,
            } => {
                let surge = max_surge.scaled_value(replicas, true).unwrap_or(0);
                let unavailable = max_unavailable.scaled_value(replicas, false).unwrap_or(0);
                // Both zero would never move: Kubernetes then takes one pod away.
                (surge, if surge == 0 && unavailable == 0 { 1 } else { unavailable })
            }
        };
        let sets: Vec<_> = view.objects.owned::<ReplicaSet>(deployment.meta.uid).collect();
        Some(Self {
            replicas,
            pods_max: replicas + surge,
            available_min: replicas - unavailable,
            pods: sets.iter().map(|set| i64::from(set.spec.replicas)).sum(),
            available: sets.iter().map(|set| i64::from(set.status.available_replicas)).sum(),
        })
    }

    fn broken(&self, was_up: bool) -> Option<String> {
        if self.pods > self.pods_max {
            return Some(format!("{} pods > {}", self.pods, self.pods_max));
        }
        (was_up && self.available < self.available_min).then(|| {
            let (missing, allowed) = (self.replicas - self.available, self.replicas - self.available_min);
            format!("{} available pods: {missing} unavailable > {allowed}", self.available)
        })
    }
}

impl std::fmt::Display for Bounds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "at least {} available pods, at most {} pods",
            self.available_min, self.pods_max
        )
    }
}
