//! How long new pods wait after failures, and how long the controller waits after refusals.
//!
//! Source: `backoff_utils.go`; documentation "Jobs: Pod backoff failure policy".

use std::time::Duration;

use super::tally::{self, Tally};
use crate::api::{Pod, Timestamp};
use crate::component::Context;

/// How long the first new pod waits after a failure; doubled with every failure in a row (`DefaultJobPodFailureBackOff`).
const POD_INITIAL: Duration = Duration::from_secs(10);
/// How long at most (`MaxJobPodFailureBackOff`).
const POD_MAX: Duration = Duration::from_secs(600);
/// How long the controller waits when the API server has refused a pod; doubled with every refusal (`DefaultJobApiBackOff`).
const API_INITIAL: Duration = Duration::from_secs(1);
/// How long at most (`MaxJobApiBackOff`).
const API_MAX: Duration = Duration::from_secs(60);

/// What a Job waits for.
#[derive(Debug, Default)]
pub struct BackOff {
    /// Failures since the last success.
    failures: u32,
    last_failure: Option<Timestamp>,
    /// Refusals of the API server in a row.
    refusals: u32,
}

impl BackOff {
    /// Counts what has ended since the last look.
    pub fn note(&mut self, tally: &Tally, now: Timestamp) {
        let successes = tally.succeeded.iter().map(|pod| tally::finished_at(pod, now));
        let last_success = successes.max();
        if last_success.is_some() {
            (self.failures, self.last_failure) = (0, None);
        }
        // A failure that the pod failure policy ignores makes the next pod wait all the same.
        for end in tally.failed.iter().map(|(pod, _)| tally::finished_at(pod, now)) {
            if last_success.is_none_or(|success| end > success) {
                self.failures = self.failures.saturating_add(1);
                self.last_failure = self.last_failure.max(Some(end));
            }
        }
    }

    /// How long new pods still wait.
    pub fn remaining(&self, context: &Context<'_>) -> Option<Duration> {
        remaining(self.failures, self.last_failure?, context)
    }

    /// A pod was refused: how long to wait.
    pub fn refused(&mut self) -> Duration {
        let wait = API_INITIAL
            .saturating_mul(2_u32.saturating_pow(self.refusals))
            .min(API_MAX);
        self.refusals = self.refusals.saturating_add(1);
        wait
    }

    /// A reconcile went through.
    pub fn accepted(&mut self) {
        self.refusals = 0;
    }
}

/// How long the successor of a pod at its index still waits, where each index has its own limit.
pub fn remaining_at_index(failed: &Pod, context: &Context<'_>) -> Option<Duration> {
    let failures = tally::failures_of(failed) + tally::ignored_failures_of(failed) + 1;
    let end = tally::finished_at(failed, context.store.timestamp());
    remaining(u32::try_from(failures).unwrap_or(1), end, context)
}

fn remaining(failures: u32, last_failure: Timestamp, context: &Context<'_>) -> Option<Duration> {
    let doubled = 2_u32.saturating_pow(failures.checked_sub(1)?);
    let wait = POD_INITIAL.saturating_mul(doubled).min(POD_MAX);
    let until = context.store.epoch().instant(last_failure.plus(wait));
    (until > context.now).then(|| until.since(context.now))
}
