//! Faults of pods, their containers and their probes.

use cucumber::{given, when};
use shakedown_engine::api::{Kind, ObjectKey};
use shakedown_engine::faults::Fault;

use crate::World;
use crate::parameters::{Lasting, Pods, ProbeWord, Text};
use crate::subject::PodQuery;
use crate::world::StepError;

/// The pods that are to be struck: `a pod …` is the first by name.
fn targets(world: &mut World, pods: &Pods) -> Result<Vec<ObjectKey>, StepError> {
    let query = PodQuery::new(pods)?;
    let targets = query.targets(&world.cluster().view());
    let keys = targets.map(|pods| pods.into_iter().map(|pod| pod.meta.key()).collect());
    keys.map_err(|error| world.with_names_of(Kind::POD, error))
}

/// Lets the kernel kill a container for its memory.
///
/// Example: `When container "app" of pod "web-0" is OOM killed`
#[given(expr = "container {string} of {pods} is/are OOM killed")]
#[when(expr = "container {string} of {pods} is/are OOM killed")]
fn container_is_oom_killed(world: &mut World, container: Text, pods: Pods) -> Result<(), StepError> {
    let targets = targets(world, &pods)?;
    world.inject(Fault::OomKilled(targets, Some(container.0.into())), Lasting(None))
}

/// Lets the kernel kill every container of pods for its memory.
///
/// Example: `When a pod labelled "app=web" is OOM killed`
#[given(expr = "{pods} is/are OOM killed")]
#[when(expr = "{pods} is/are OOM killed")]
fn are_oom_killed(world: &mut World, pods: Pods) -> Result<(), StepError> {
    let targets = targets(world, &pods)?;
    world.inject(Fault::OomKilled(targets, None), Lasting(None))
}

/// Lets a container's process exit.
///
/// Example: `When container "app" of pod "web-0" exits with code 2`
#[given(expr = "container {string} of {pods} exit/exits with code {int}")]
#[when(expr = "container {string} of {pods} exit/exits with code {int}")]
fn container_exits(world: &mut World, container: Text, pods: Pods, code: i32) -> Result<(), StepError> {
    let targets = targets(world, &pods)?;
    world.inject(Fault::Exits(targets, Some(container.0.into()), code), Lasting(None))
}

/// Lets every container's process of pods exit.
///
/// Example: `When every pod of deployment "web" crashes with code 2`
#[given(expr = "{pods} crash/crashes with code {int}")]
#[when(expr = "{pods} crash/crashes with code {int}")]
fn crash(world: &mut World, pods: Pods, code: i32) -> Result<(), StepError> {
    let targets = targets(world, &pods)?;
    world.inject(Fault::Exits(targets, None, code), Lasting(None))
}

/// Lets a container's process answer nothing any more, without exiting.
///
/// Example: `When container "app" of pod "web-0" hangs`
#[given(expr = "container {string} of {pods} hang/hangs{lasting}")]
#[when(expr = "container {string} of {pods} hang/hangs{lasting}")]
fn container_hangs(world: &mut World, container: Text, pods: Pods, lasting: Lasting) -> Result<(), StepError> {
    let targets = targets(world, &pods)?;
    world.inject(Fault::Hangs(targets, Some(container.0.into())), lasting)
}

/// Lets kubelets evict pods.
///
/// Example: `When pod "web-0" is evicted`
#[given(expr = "{pods} is/are evicted")]
#[when(expr = "{pods} is/are evicted")]
fn are_evicted(world: &mut World, pods: Pods) -> Result<(), StepError> {
    let targets = targets(world, &pods)?;
    world.inject(Fault::Evicted(targets), Lasting(None))
}

/// Deletes pods without grace.
///
/// Example: `When a pod of deployment "web" is killed`
#[given(expr = "{pods} is/are killed")]
#[when(expr = "{pods} is/are killed")]
fn are_killed(world: &mut World, pods: Pods) -> Result<(), StepError> {
    let targets = targets(world, &pods)?;
    world.inject(Fault::Killed(targets), Lasting(None))
}

/// Lets a probe of pods fail.
///
/// Example: `When the liveness probe of pod "web-0" fails for 40s`
#[given(expr = "the {probe} probe of {pods} fails{lasting}")]
#[when(expr = "the {probe} probe of {pods} fails{lasting}")]
fn probe_fails(world: &mut World, probe: ProbeWord, pods: Pods, lasting: Lasting) -> Result<(), StepError> {
    let targets = targets(world, &pods)?;
    world.inject(Fault::ProbeFails(targets, probe.0, false), lasting)
}

/// Lets a probe of pods get no answer in time.
///
/// Example: `When the readiness probe of pod "web-0" times out`
#[given(expr = "the {probe} probe of {pods} times out{lasting}")]
#[when(expr = "the {probe} probe of {pods} times out{lasting}")]
fn probe_times_out(world: &mut World, probe: ProbeWord, pods: Pods, lasting: Lasting) -> Result<(), StepError> {
    let targets = targets(world, &pods)?;
    world.inject(Fault::ProbeFails(targets, probe.0, true), lasting)
}

/// Lets a probe of pods pass again.
///
/// Example: `When the liveness probe of pod "web-0" recovers`
#[given(expr = "the {probe} probe of {pods} recovers/heals")]
#[when(expr = "the {probe} probe of {pods} recovers/heals")]
fn probe_recovers(world: &mut World, probe: ProbeWord, pods: Pods) -> Result<(), StepError> {
    let healed = targets(world, &pods)?;
    world.heal(&format!("the probe of {pods}"), |fault| {
        matches!(fault, Fault::ProbeFails(struck, kind, _) if *kind == probe.0 && struck.iter().any(|pod| healed.contains(pod)))
    })
}
