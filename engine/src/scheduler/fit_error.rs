//! The text that says why a pod cannot be scheduled.
//!
//! Source: kube-scheduler `framework.FitError`: each distinct reason with the number of nodes that gave it, sorted as text; then
//! what preemption found. v1.34 adds that no resource claim could be deallocated, and ends without a second full stop.

use std::collections::BTreeMap;

use super::framework::Rejection;
use crate::settings::Settings;

/// The longest note of an event, in bytes; what is longer ends in ` ...` (the events API's limit of 1024).
const NOTE_MAX_BYTES: usize = 1024;

/// What preemption said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PostFilter {
    /// The pod may not preempt.
    NotEligible(&'static str),
    /// No node can be freed; for each reason how many nodes gave it.
    NoCandidate(BTreeMap<String, usize>),
}

/// Counts reasons; a node counts for each of its own.
pub fn histogram<'a>(rejections: impl Iterator<Item = &'a Rejection>) -> BTreeMap<String, usize> {
    let mut reasons = BTreeMap::new();
    for reason in rejections.flat_map(|rejection| &rejection.reasons) {
        *reasons.entry(reason.to_string()).or_default() += 1;
    }
    reasons
}

/// The whole text.
pub fn message(nodes: usize, reasons: &BTreeMap<String, usize>, post: &PostFilter, settings: &Settings) -> String {
    if nodes == 0 {
        return "no nodes available to schedule pods".to_owned();
    }
    let mut text = available(nodes, reasons);
    let found = match post {
        PostFilter::NotEligible(why) => (*why).to_owned(),
        PostFilter::NoCandidate(reasons) => available(nodes, reasons),
    };
    if settings.since(1, 34) {
        text.push_str(&format!(" no new claims to deallocate, preemption: {found}"));
    } else {
        text.push_str(&format!(" preemption: {found}."));
    }
    text
}

fn available(nodes: usize, reasons: &BTreeMap<String, usize>) -> String {
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
