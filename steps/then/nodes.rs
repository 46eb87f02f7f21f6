//! Assertions about nodes.

use cucumber::then;
use shakedown_engine::api::{Kind, Node, Object, Resource};
use shakedown_engine::kubectl::printers::{columns, row};
use shakedown_engine::timeline::View;

use crate::World;
use crate::assertion::{Claim, Verdict};
use crate::parameters::{ObjectRef, Tense, Text};
use crate::world::StepError;

fn claim<'a>(
    name: &Text,
    expected: impl Into<String>,
    check: impl Fn(&View<'_>, &Node) -> Verdict + 'a,
) -> Result<Claim<'a>, StepError> {
    let node = ObjectRef::new("node", name, None)?;
    Ok(Claim::object(
        &node,
        expected,
        move |view, object: &Object| match object.as_node() {
            Some(node) => check(view, node),
            None => Err("no node".to_owned()),
        },
    ))
}

/// The STATUS column of `kubectl get nodes`.
fn status(view: &View<'_>, node: &Node) -> String {
    let cells = row(
        Kind::NODE,
        &node.to_json(),
        view.timestamp().secs().saturating_mul(1_000_000_000),
    );
    let at = columns(Kind::NODE).iter().position(|column| column.name == "Status");
    match (cells, at) {
        (Ok(cells), Some(at)) => cells.get(at).map(ToString::to_string).unwrap_or_default(),
        (Err(error), _) => error.to_string(),
        (Ok(_), None) => String::new(),
    }
}

/// Asserts that a node's condition Ready is True.
///
/// Example: `Then within 2m, node "node-2" is Ready`
#[then(expr = "{tense}node {string} is Ready")]
fn is_ready(world: &mut World, tense: Tense, name: Text) -> Result<(), StepError> {
    let check = |view: &View<'_>, node: &Node| {
        if node.is_ready() {
            Ok(())
        } else {
            Err(status(view, node))
        }
    };
    world.assert(tense, &claim(&name, "Ready", check)?)
}

/// Asserts that a node's condition Ready is not True.
///
/// Example: `Then within 1m, node "node-2" is not Ready`
#[then(expr = "{tense}node {string} is not Ready")]
fn is_not_ready(world: &mut World, tense: Tense, name: Text) -> Result<(), StepError> {
    let check = |_: &View<'_>, node: &Node| {
        if node.is_ready() {
            Err("Ready".to_owned())
        } else {
            Ok(())
        }
    };
    world.assert(tense, &claim(&name, "not Ready", check)?)
}

/// Asserts the STATUS column of `kubectl get nodes`.
///
/// Example: `Then node "node-2" shows STATUS "Ready,SchedulingDisabled"`
#[then(expr = "{tense}node {string} shows STATUS {string}")]
fn shows_status(world: &mut World, tense: Tense, name: Text, wanted: Text) -> Result<(), StepError> {
    let check = |view: &View<'_>, node: &Node| {
        let seen = status(view, node);
        if seen == wanted.0 {
            Ok(())
        } else {
            Err(format!("STATUS \"{seen}\""))
        }
    };
    world.assert(tense, &claim(&name, format!("STATUS \"{wanted}\""), check)?)
}

/// Asserts a taint, written as kubectl does: `key:Effect` or `key=value:Effect`.
///
/// Example: `Then within 2m, node "node-2" has taint "node.kubernetes.io/unreachable:NoExecute"`
#[then(expr = "{tense}node {string} has taint {string}")]
fn has_taint(world: &mut World, tense: Tense, name: Text, wanted: Text) -> Result<(), StepError> {
    let check = |_: &View<'_>, node: &Node| {
        let taints: Vec<String> = node.taints.iter().map(taint_text).collect();
        if taints.contains(&wanted.0) {
            Ok(())
        } else {
            Err(format!("taints: {}", or_none(&taints)))
        }
    };
    world.assert(tense, &claim(&name, format!("taint \"{wanted}\""), check)?)
}

/// Asserts that a node does not have a taint.
///
/// Example: `Then within 2m, node "node-2" does not have taint "node.kubernetes.io/unreachable:NoExecute"`
#[then(expr = "{tense}node {string} does not have taint {string}")]
fn has_no_taint(world: &mut World, tense: Tense, name: Text, wanted: Text) -> Result<(), StepError> {
    let check = |_: &View<'_>, node: &Node| {
        let found = node.taints.iter().map(taint_text).find(|taint| *taint == wanted.0);
        found.map_or(Ok(()), |taint| Err(format!("taint \"{taint}\"")))
    };
    world.assert(tense, &claim(&name, format!("no taint \"{wanted}\""), check)?)
}

fn taint_text(taint: &shakedown_engine::api::Taint) -> String {
    let value = if taint.value.is_empty() {
        String::new()
    } else {
        format!("={}", taint.value)
    };
    format!("{}{value}:{}", taint.key, taint.effect.as_str())
}

fn or_none(list: &[String]) -> String {
    if list.is_empty() {
        "none".to_owned()
    } else {
        list.join(", ")
    }
}
