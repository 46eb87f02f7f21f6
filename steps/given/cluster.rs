//! The cluster itself.

use cucumber::gherkin::Step;
use cucumber::{given, when};
use shakedown_engine::kubelet::NodeTemplate;

use super::node_table::nodes_of;
use crate::World;
use crate::parameters::{Amount, Names, Text};
use crate::world::StepError;

/// Sets the seed of the scenario, whatever the run's seed is. The first step of its scenario.
///
/// Example: `Given the seed is 42`
#[given(expr = "the seed is {int}")]
fn the_seed_is(world: &mut World, seed: Text) -> Result<(), StepError> {
    let number = seed
        .parse()
        .map_err(|_| StepError::new(format!("`{seed}` is no seed; seeds are 0 to {}", u64::MAX)))?;
    world.set_seed(number)
}

/// Sets a timing constant of the simulated components by name; each has the real component's default.
///
/// Example: `Given cluster setting "node-monitor-grace-period" is "20s"`
#[given(expr = "cluster setting {string} is {string}")]
#[when(expr = "cluster setting {string} is {string}")]
fn setting_is(world: &mut World, name: Text, value: Text) -> Result<(), StepError> {
    Ok(world.cluster().set_setting(&name, &value)?)
}

/// A cluster of so many nodes: node-1 …, 4 CPU, 8Gi and 110 pods each, in one zone. As managed clusters do, every cluster has a
/// default StorageClass: `standard`, network disks that are made when their first pod has a node.
///
/// Example: `Given a cluster with 3 nodes`
#[given(expr = "a cluster with {int} node(s)")]
fn a_cluster(world: &mut World, count: u64) -> Result<(), StepError> {
    add_nodes(world, count, |_| {})
}

/// A cluster of so many nodes of this size.
///
/// Example: `Given a cluster with 3 nodes of 4 CPU and 8Gi memory`
#[given(expr = "a cluster with {int} node(s) of {quantity} CPU and {quantity} memory")]
fn a_cluster_of_size(world: &mut World, count: u64, cpu: Amount, memory: Amount) -> Result<(), StepError> {
    add_nodes(world, count, |node| {
        node.cpu = cpu.quantity.clone();
        node.memory = memory.quantity.clone();
    })
}

/// A cluster of so many nodes, dealt round-robin to these zones.
///
/// Example: `Given a cluster with 6 nodes in zones "a", "b", "c"`
#[given(expr = "a cluster with {int} node(s) in zone(s) {names}")]
fn a_cluster_in_zones(world: &mut World, count: u64, zones: Names) -> Result<(), StepError> {
    let mut zones = zones.0.iter().cycle();
    add_nodes(world, count, |node| {
        node.zone = zones.next().map(|zone| zone.as_str().into()).unwrap_or_default()
    })
}

/// A cluster of the nodes in the table: columns `name`, `cpu`, `memory`, `pods`, `zone`, `region`, `labels` (`k=v,k=v`),
/// `taints` (`k=v:Effect,…`); any other column is an extended resource.
///
/// Example: `Given a cluster with nodes:`
#[given(expr = "a cluster with nodes:")]
fn a_cluster_with_nodes(world: &mut World, step: &Step) -> Result<(), StepError> {
    for node in nodes_of(step, &NodeTemplate::named(""))? {
        world.cluster().add_node(&node)?;
    }
    world.cluster().provide_storage();
    Ok(())
}

/// A cluster of the Node objects, and anything else, in a file; also the output of `kubectl get nodes -o yaml`.
///
/// Example: `Given a cluster from "cluster.yaml"`
#[given(expr = "a cluster from {string}")]
fn a_cluster_from(world: &mut World, path: Text) -> Result<(), StepError> {
    world.cluster_from(&path)
}

/// Adds a node of the usual size.
///
/// Example: `When a node "node-4" joins`
#[given(expr = "a node {string} joins")]
#[when(expr = "a node {string} joins")]
fn a_node_joins(world: &mut World, name: Text) -> Result<(), StepError> {
    Ok(world.cluster().add_node(&NodeTemplate::named(name.0))?)
}

/// Adds a node with what the table says, in the columns of `a cluster with nodes:`.
///
/// Example: `When a node "node-4" joins with:`
#[given(expr = "a node {string} joins with:")]
#[when(expr = "a node {string} joins with:")]
fn a_node_joins_with(world: &mut World, step: &Step, name: Text) -> Result<(), StepError> {
    match nodes_of(step, &NodeTemplate::named(name.0))?.as_slice() {
        [node] => Ok(world.cluster().add_node(node)?),
        nodes => Err(StepError::new(format!(
            "one node joins; the table has {} rows",
            nodes.len()
        ))),
    }
}

/// More nodes than Kubernetes itself supports in a cluster, with room to spare.
const NODES_MAX: u64 = 20_000;

fn add_nodes(world: &mut World, count: u64, mut shape: impl FnMut(&mut NodeTemplate)) -> Result<(), StepError> {
    if count > NODES_MAX {
        return Err(StepError::new(format!("a cluster has at most {NODES_MAX} nodes")));
    }
    for number in 1..=count {
        let mut node = NodeTemplate::named(format!("node-{number}"));
        shape(&mut node);
        world.cluster().add_node(&node)?;
    }
    world.cluster().provide_storage();
    Ok(())
}
