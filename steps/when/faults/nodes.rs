//! Faults of nodes and zones.

use cucumber::{given, when};
use shakedown_engine::faults::Fault;

use crate::World;
use crate::parameters::{Lasting, PressureWord, Text, VirtualDuration};
use crate::world::StepError;

/// Takes a node's power away: kubelet and containers are gone, without a word.
///
/// Example: `When node "node-2" is lost for 10m`
#[given(expr = "node {string} is lost{lasting}")]
#[when(expr = "node {string} is lost{lasting}")]
fn is_lost(world: &mut World, node: Text, lasting: Lasting) -> Result<(), StepError> {
    world.inject(Fault::NodeLost(node.0.into()), lasting)
}

/// Ends every fault of a node.
///
/// Example: `When node "node-2" recovers`
#[given(expr = "node {string} recovers/heals")]
#[when(expr = "node {string} recovers/heals")]
fn recovers(world: &mut World, node: Text) -> Result<(), StepError> {
    let what = format!("node \"{node}\"");
    world.heal(&what, |fault| match fault {
        Fault::NodeLost(name)
        | Fault::NodePartitioned(name)
        | Fault::KubeletStops(name)
        | Fault::NodeDeleted(name)
        | Fault::NodePressure(name, _)
        | Fault::NodeSlow(name, _)
        | Fault::ClockSkewed(name, _) => *name == node.0,
        _ => false,
    })
}

/// Takes a node's power away and gives it back after a while: what is said, or the setting `node-reboot-duration`.
///
/// Example: `When node "node-2" reboots`
#[given(expr = "node {string} reboots{lasting}")]
#[when(expr = "node {string} reboots{lasting}")]
fn reboots(world: &mut World, node: Text, lasting: Lasting) -> Result<(), StepError> {
    world.inject(Fault::NodeReboots(node.0.into()), lasting)
}

/// Cuts a node off from the control plane; its containers go on.
///
/// Example: `When node "node-2" is partitioned from the control plane for 5m`
#[given(expr = "node {string} is partitioned from the control plane{lasting}")]
#[when(expr = "node {string} is partitioned from the control plane{lasting}")]
fn is_partitioned(world: &mut World, node: Text, lasting: Lasting) -> Result<(), StepError> {
    world.inject(Fault::NodePartitioned(node.0.into()), lasting)
}

/// Stops a node's kubelet; its containers go on.
///
/// Example: `When the kubelet on node "node-2" stops`
#[given(expr = "the kubelet on node {string} stops{lasting}")]
#[when(expr = "the kubelet on node {string} stops{lasting}")]
fn kubelet_stops(world: &mut World, node: Text, lasting: Lasting) -> Result<(), StepError> {
    world.inject(Fault::KubeletStops(node.0.into()), lasting)
}

/// Starts a stopped kubelet again.
///
/// Example: `When the kubelet on node "node-2" recovers`
#[given(expr = "the kubelet on node {string} recovers/heals")]
#[when(expr = "the kubelet on node {string} recovers/heals")]
fn kubelet_recovers(world: &mut World, node: Text) -> Result<(), StepError> {
    let what = format!("the kubelet on node \"{node}\"");
    world.heal(
        &what,
        |fault| matches!(fault, Fault::KubeletStops(name) if *name == node.0),
    )
}

/// Lets a node run low on memory, disk or PIDs.
///
/// Example: `When node "node-2" runs low on memory`
#[given(expr = "node {string} runs low on {pressure}{lasting}")]
#[when(expr = "node {string} runs low on {pressure}{lasting}")]
fn runs_low(world: &mut World, node: Text, pressure: PressureWord, lasting: Lasting) -> Result<(), StepError> {
    world.inject(Fault::NodePressure(node.0.into(), pressure.0), lasting)
}

/// Lets everything on a node take so many times as long: pulls, starts, getting ready, answers to probes.
///
/// Example: `When node "node-2" runs slow by 5x for 10m`
#[given(expr = "node {string} runs slow by {int}x{lasting}")]
#[when(expr = "node {string} runs slow by {int}x{lasting}")]
fn runs_slow(world: &mut World, node: Text, factor: u32, lasting: Lasting) -> Result<(), StepError> {
    if factor < 2 {
        return Err(StepError::new(format!("{factor}x is not slow; write 2x or more")));
    }
    world.inject(Fault::NodeSlow(node.0.into(), factor), lasting)
}

/// Lets a node's clock show a time to come: what its kubelet writes down is in the future of everybody else.
///
/// Example: `When the clock of node "node-2" runs 30s ahead for 10m`
#[given(expr = "the clock of node {string} runs {duration} ahead{lasting}")]
#[when(expr = "the clock of node {string} runs {duration} ahead{lasting}")]
fn clock_runs_ahead(world: &mut World, node: Text, ahead: VirtualDuration, lasting: Lasting) -> Result<(), StepError> {
    world.inject(Fault::ClockSkewed(node.0.into(), whole_seconds(ahead)?), lasting)
}

/// Lets a node's clock show a time that is past.
///
/// Example: `When the clock of node "node-2" runs 30s behind for 10m`
#[given(expr = "the clock of node {string} runs {duration} behind{lasting}")]
#[when(expr = "the clock of node {string} runs {duration} behind{lasting}")]
fn clock_runs_behind(
    world: &mut World,
    node: Text,
    behind: VirtualDuration,
    lasting: Lasting,
) -> Result<(), StepError> {
    world.inject(Fault::ClockSkewed(node.0.into(), -whole_seconds(behind)?), lasting)
}

/// By how much a clock is off: the API's times have whole seconds.
fn whole_seconds(duration: VirtualDuration) -> Result<i64, StepError> {
    match i64::try_from(duration.0.as_secs()) {
        Ok(seconds) if seconds > 0 && duration.0.subsec_nanos() == 0 => Ok(seconds),
        _ => Err(StepError::new("a clock is off by whole seconds; write 1s or more")),
    }
}

/// Sets a node's clock right again.
///
/// Example: `When the clock of node "node-2" recovers`
#[given(expr = "the clock of node {string} recovers/heals")]
#[when(expr = "the clock of node {string} recovers/heals")]
fn clock_recovers(world: &mut World, node: Text) -> Result<(), StepError> {
    let what = format!("the clock of node \"{node}\"");
    world.heal(
        &what,
        |fault| matches!(fault, Fault::ClockSkewed(name, _) if *name == node.0),
    )
}

/// Deletes the Node object; when it recovers, the node registers again.
///
/// Example: `When node "node-2" is deleted`
#[given(expr = "node {string} is deleted{lasting}")]
#[when(expr = "node {string} is deleted{lasting}")]
fn is_deleted(world: &mut World, node: Text, lasting: Lasting) -> Result<(), StepError> {
    world.inject(Fault::NodeDeleted(node.0.into()), lasting)
}

/// Takes away the power of every node of a zone.
///
/// Example: `When zone "a" is lost for 10m`
#[given(expr = "zone {string} is lost{lasting}")]
#[when(expr = "zone {string} is lost{lasting}")]
fn zone_is_lost(world: &mut World, zone: Text, lasting: Lasting) -> Result<(), StepError> {
    world.inject(Fault::ZoneLost(zone.0.into()), lasting)
}

/// Gives a lost zone its power back.
///
/// Example: `When zone "a" recovers`
#[given(expr = "zone {string} recovers/heals")]
#[when(expr = "zone {string} recovers/heals")]
fn zone_recovers(world: &mut World, zone: Text) -> Result<(), StepError> {
    let what = format!("zone \"{zone}\"");
    world.heal(&what, |fault| matches!(fault, Fault::ZoneLost(name) if *name == zone.0))
}
