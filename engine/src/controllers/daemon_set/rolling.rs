//! A rolling update: which nodes give up their old pod, and which get a second one (`rollingUpdate`).

use smol_str::SmolStr;

use super::ledger::{Ledger, Progress};
use crate::api::{DaemonSet, DaemonSetStrategy, IntOrString};

/// What an update does next.
#[derive(Debug, Default)]
pub struct Step {
    /// Nodes whose old pods go.
    pub delete_old: Vec<SmolStr>,
    /// Nodes that get a new pod beside the old one.
    pub surge: Vec<SmolStr>,
}

/// The next step of an update; nothing if none is under way.
pub fn next(set: &DaemonSet, ledger: &Ledger) -> Step {
    let DaemonSetStrategy::RollingUpdate {
        max_surge,
        max_unavailable,
    } = &set.spec.strategy
    else {
        return Step::default();
    };
    let scaled = |value: &IntOrString| {
        let value = value.scaled_value(ledger.desired().into(), true).unwrap_or_default();
        usize::try_from(value).unwrap_or(0)
    };
    let (surge, mut unavailable) = (scaled(max_surge), scaled(max_unavailable));
    if surge == 0 && unavailable == 0 {
        unavailable = 1;
    }
    match surge {
        0 => without_surge(ledger, unavailable),
        surge => with_surge(ledger, surge),
    }
}

/// Old pods that are not available go at once; of the others as many as may be unavailable.
fn without_surge(ledger: &Ledger, max_unavailable: usize) -> Step {
    use Progress::{Astray, NewUnavailable, OldAvailable, OldUnavailable, Surged, Surging, Unsettled};
    let lacking = [Unsettled, Surging, Surged, NewUnavailable, OldUnavailable];
    let unavailable: usize = lacking.into_iter().map(|progress| ledger.at(progress).count()).sum();
    let more = max_unavailable.saturating_sub(unavailable);
    let available = ledger.at(Astray).chain(ledger.at(OldAvailable));
    Step {
        delete_old: ledger.at(OldUnavailable).chain(available.take(more)).cloned().collect(),
        surge: Vec::new(),
    }
}

/// New pods come beside old ones; an old one goes when the new one is available, or when it no longer belongs there.
fn with_surge(ledger: &Ledger, max_surge: usize) -> Step {
    use Progress::{Astray, OldAvailable, OldUnavailable, Surged, Surging, Unsettled};
    let crowded = ledger.at(Unsettled).filter(|node| ledger.pods.contains_key(*node));
    let more = max_surge.saturating_sub(ledger.at(Surging).chain(crowded).count());
    let available = ledger.at(OldAvailable).take(more);
    Step {
        delete_old: ledger.at(Surged).chain(ledger.at(Astray)).cloned().collect(),
        surge: ledger.at(OldUnavailable).chain(available).cloned().collect(),
    }
}
