//! `{replicas}`: which of a workload's replicas are counted.

use std::str::FromStr;

use super::ParameterError;
use super::pattern::parameter;

/// Which replicas, with the fields that workloads count them in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplicaState {
    /// The word, e.g. `ready`.
    pub word: &'static str,
    /// JSON pointers to the count, the first that an object has is meant: Deployments and their like, then DaemonSets.
    pub pointers: [&'static str; 2],
}

parameter!(
    ReplicaState,
    "replicas",
    "(?:ready|available|updated|unavailable|current|desired)"
);

const STATES: [ReplicaState; 6] = [
    ReplicaState {
        word: "ready",
        pointers: ["/status/readyReplicas", "/status/numberReady"],
    },
    ReplicaState {
        word: "available",
        pointers: ["/status/availableReplicas", "/status/numberAvailable"],
    },
    ReplicaState {
        word: "updated",
        pointers: ["/status/updatedReplicas", "/status/updatedNumberScheduled"],
    },
    ReplicaState {
        word: "unavailable",
        pointers: ["/status/unavailableReplicas", "/status/numberUnavailable"],
    },
    ReplicaState {
        word: "current",
        pointers: ["/status/replicas", "/status/currentNumberScheduled"],
    },
    ReplicaState {
        word: "desired",
        pointers: ["/spec/replicas", "/status/desiredNumberScheduled"],
    },
];

impl FromStr for ReplicaState {
    type Err = ParameterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = STATES.into_iter().find(|state| state.word == text);
        known.ok_or_else(|| ParameterError::new(format!("replicas are never `{text}`")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::check_parameter;

    #[test]
    fn every_word_is_known() {
        for state in STATES {
            check_parameter(state.word, Some(state));
        }
        check_parameter::<ReplicaState>("missing", None);
    }
}
