//! The text that says why a pod cannot be scheduled.
//!
//! Source: kube-scheduler `framework.FitError`: each distinct reason with the number of nodes that gave it, sorted as text; then
//! what preemption found. v1.34 adds that no resource claim could be deallocated, and ends without a second full stop.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::framework::Rejection;
use super::plugins::{default_preemption, dynamic_resources};
use crate::settings::Settings;

/// The longest note of an event, in bytes; what is longer ends in ` ...` (the events API's limit of 1024).
const NOTE_MAX_BYTES: usize = 1024;

/// What is said where there is no node at all.
pub const NO_NODES: &str = "no nodes available to schedule pods";
/// What is said of nodes that PreFilter left out.
pub const EXCLUDED_BY_NODE_AFFINITY: &str = "node(s) didn't satisfy plugin(s) [NodeAffinity]";

/// What PostFilter said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PostFilter {
    /// Preemption works, or was not asked.
    Success,
    /// The pod may not preempt.
    NotEligible(&'static str),
    /// No node can be freed; for each reason how many nodes gave it.
    NoCandidate(BTreeMap<SmolStr, usize>),
}

/// Counts reasons; a node counts for each of its own, and nodes that gave none, of `all`, for the reason `absent`.
pub fn histogram<'a>(
    rejections: impl Iterator<Item = &'a Rejection>,
    all: usize,
    absent: &'static str,
) -> BTreeMap<SmolStr, usize> {
    let mut reasons = BTreeMap::new();
    let mut silent = all;
    for rejection in rejections {
        silent = silent.saturating_sub(1);
        for reason in &rejection.reasons {
            *reasons.entry(reason.clone()).or_default() += 1;
        }
    }
    if silent > 0 {
        reasons.insert(absent.into(), silent);
    }
    reasons
}

/// The whole text.
pub fn message(nodes: usize, reasons: &BTreeMap<SmolStr, usize>, post: &PostFilter, settings: &Settings) -> String {
    let mut text = available(nodes, reasons);
    let found = match post {
        PostFilter::Success => return text,
        PostFilter::NotEligible(why) => (*why).to_owned(),
        PostFilter::NoCandidate(reasons) => available(nodes, reasons),
    };
    if settings.since(1, 34) {
        text.push_str(&format!(" {}, preemption: {found}", dynamic_resources::NO_CLAIMS));
    } else {
        text.push_str(&format!(" preemption: {found}."));
    }
    text
}

/// The text where PreFilter has refused the pod for all nodes.
pub fn refused(nodes: usize, rejection: &Rejection, settings: &Settings) -> String {
    let reasons: Vec<&str> = rejection.reasons.iter().map(SmolStr::as_str).collect();
    let text = format!("0/{nodes} nodes are available: {}.", reasons.join(", "));
    if settings.since(1, 34) {
        return format!("{text} {}", dynamic_resources::NO_STATE);
    }
    let untried = BTreeMap::from([(default_preemption::NOT_HELPFUL.into(), nodes)]);
    format!("{text} preemption: {}.", available(nodes, &untried))
}

fn available(nodes: usize, reasons: &BTreeMap<SmolStr, usize>) -> String {
    let mut parts: Vec<String> = reasons
        .iter()
        .map(|(reason, count)| format!("{count} {reason}"))
        .collect();
    parts.sort();
    let reasons = if parts.is_empty() {
        String::new()
    } else {
        format!(" {}.", parts.join(", "))
    };
    format!("0/{nodes} nodes are available:{reasons}")
}

/// The text as an event carries it.
pub fn note(message: &str) -> String {
    if message.len() <= NOTE_MAX_BYTES {
        return message.to_owned();
    }
    let suffix = " ...";
    let mut end = NOTE_MAX_BYTES - suffix.len();
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{suffix}", &message[..end])
}
