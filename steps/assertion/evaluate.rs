//! Tenses: at which instants a claim must hold.
//!
//! An instant is the cluster after one committed write. The past is walked in the timeline; the future is made to happen, one
//! write after the other, no further than the tense needs.

use shakedown_engine::Cluster;
use shakedown_engine::api::{Kind, ObjectKey};
use shakedown_engine::cluster::Progress;
use shakedown_engine::limits::LimitError;
use shakedown_engine::sim::SimTime;
use shakedown_engine::store::{Change, Verb};
use shakedown_engine::timeline::{Mark, View, describe};

use super::{Claim, latest_rollout};
use crate::parameters::{Tense, VirtualDuration};
use crate::subject::Subject;

/// Why an assertion failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refuted {
    /// What the tense has to say: `it did not hold within 5m`.
    pub message: String,
    /// What was seen instead.
    pub seen: String,
    /// When.
    pub at: SimTime,
    /// The revision of the change that broke it; none if no change did.
    pub revision: Option<u64>,
    /// `kubectl get` of the subject at that instant.
    pub table: Box<str>,
    /// The objects that the subject was at that instant.
    pub objects: Box<[(Kind, ObjectKey)]>,
    /// Its latest events at that instant.
    pub events: Box<str>,
}

/// Where the past begins for an assertion: the first When.
#[derive(Debug, Clone, Copy, Default)]
pub struct Since {
    /// The place in the timeline.
    pub mark: Mark,
    /// The instant.
    pub at: SimTime,
}

/// Whether `claim` holds in its tense; lets time run where the tense speaks of the future.
///
/// # Errors
/// A limit of the simulation; or, inside, the instant that refutes the claim.
pub fn evaluate(
    cluster: &mut Cluster,
    since: Since,
    tense: Tense,
    claim: &Claim<'_>,
) -> Result<Result<(), Refuted>, LimitError> {
    match tense {
        Tense::Now => Ok(at_once(&cluster.view(), claim, "it does not hold")),
        Tense::Within(limit) => within(cluster, limit, claim),
        Tense::For(length) => lasting(cluster, length, claim),
        Tense::AtAllTimes => Ok(always(cluster, since, None, claim)),
        Tense::AtNoTime => Ok(never(cluster, since, claim)),
        Tense::AtSomeTime => Ok(once(cluster, since, claim)),
        Tense::DuringTheRollout => Ok(during_rollout(cluster, claim)),
    }
}

fn at_once(view: &View<'_>, claim: &Claim<'_>, message: &str) -> Result<(), Refuted> {
    claim
        .check(view)
        .map_err(|seen| refuted(view, claim, message.to_owned(), seen))
}

fn refuted(view: &View<'_>, claim: &Claim<'_>, message: String, seen: String) -> Refuted {
    let seen = match view.change {
        Some(change) => format!("{seen}\nwhen {}", describe(change)),
        None => seen,
    };
    Refuted {
        message,
        seen,
        at: view.now,
        revision: view.change.map(|change| change.revision),
        table: claim.subject.table(view).into(),
        objects: claim.subject.objects(view).into(),
        events: claim.subject.events(view).into(),
    }
}

/// Whether the claim need not be asked again after this change.
pub(super) fn is_irrelevant(change: Option<&Change>, claim: &Claim<'_>) -> bool {
    let Some(change) = change else { return false };
    match change.kind() {
        Kind::LEASE => true,
        Kind::EVENT => !claim.reads_events,
        Kind::POD | Kind::NODE | Kind::SERVICE => false,
        // To a claim about pods, workloads matter only in that they are there.
        _ => matches!(claim.subject, Subject::Pods(_)) && change.verb() == Verb::Updated,
    }
}

fn within(cluster: &mut Cluster, limit: VirtualDuration, claim: &Claim<'_>) -> Result<Result<(), Refuted>, LimitError> {
    if claim.holds(&cluster.view()) {
        return Ok(Ok(()));
    }
    let deadline = cluster.now() + limit.0;
    let mut walk = cluster.replay(cluster.mark());
    while cluster.run_until_change(deadline)? == Progress::Changed {
        while let Some(view) = walk.step(cluster.log()) {
            if !is_irrelevant(view.change, claim) && claim.holds(&view) {
                return Ok(Ok(()));
            }
        }
    }
    Ok(at_once(
        &cluster.view(),
        claim,
        &format!("it did not hold within {limit}"),
    ))
}

fn lasting(
    cluster: &mut Cluster,
    length: VirtualDuration,
    claim: &Claim<'_>,
) -> Result<Result<(), Refuted>, LimitError> {
    let message = format!("it did not hold for {length}");
    if let Err(refuted) = at_once(&cluster.view(), claim, &message) {
        return Ok(Err(refuted));
    }
    let deadline = cluster.now() + length.0;
    let mut walk = cluster.replay(cluster.mark());
    while cluster.run_until_change(deadline)? == Progress::Changed {
        while let Some(view) = walk.step(cluster.log()) {
            if is_irrelevant(view.change, claim) || claim.holds(&view) {
                continue;
            }
            if let Err(refuted) = at_once(&view, claim, &message) {
                return Ok(Err(refuted));
            }
        }
    }
    Ok(Ok(()))
}

/// Shows every instant from `since` to the present to `visit`, until it breaks with a value. `end` cuts the walk short, as an
/// index into the log.
fn walk<T>(
    cluster: &Cluster,
    since: Since,
    end: Option<usize>,
    mut visit: impl FnMut(&View<'_>) -> Option<T>,
) -> Option<T> {
    let log = cluster.log();
    let log = log.get(..end.unwrap_or(log.len())).unwrap_or(log);
    let mut replay = cluster.replay(since.mark);
    if let Some(found) = visit(&replay.view(since.at)) {
        return Some(found);
    }
    while let Some(view) = replay.step(log) {
        if let Some(found) = visit(&view) {
            return Some(found);
        }
    }
    None
}

fn always(cluster: &Cluster, since: Since, end: Option<usize>, claim: &Claim<'_>) -> Result<(), Refuted> {
    let mut existed = false;
    let refutation = walk(cluster, since, end, |view| {
        existed = existed || claim.subject.exists(view);
        if !existed || is_irrelevant(view.change, claim) {
            return None;
        }
        if claim.holds(view) {
            None
        } else {
            at_once(view, claim, "it did not hold at all times").err()
        }
    });
    match refutation {
        Some(refuted) => Err(refuted),
        // Nothing that was never there can be said to have held; but `no pod …` can.
        None if !existed => at_once(&cluster.view(), claim, "there never was such a thing"),
        None => Ok(()),
    }
}

fn never(cluster: &Cluster, since: Since, claim: &Claim<'_>) -> Result<(), Refuted> {
    // A misspelt name has never done anything.
    let mut existed = claim.of_existence || !claim.subject.is_named();
    let held = walk(cluster, since, None, |view| {
        existed = existed || claim.subject.exists(view);
        let held = !is_irrelevant(view.change, claim) && claim.holds(view);
        held.then(|| {
            refuted(
                view,
                claim,
                "it held, at no time wanted".to_owned(),
                "it held".to_owned(),
            )
        })
    });
    match held {
        Some(refuted) => Err(refuted),
        None if !existed => at_once(&cluster.view(), claim, "there never was such a thing"),
        None => Ok(()),
    }
}

fn once(cluster: &Cluster, since: Since, claim: &Claim<'_>) -> Result<(), Refuted> {
    let held = walk(cluster, since, None, |view| {
        (!is_irrelevant(view.change, claim) && claim.holds(view)).then_some(())
    });
    match held {
        Some(()) => Ok(()),
        None => at_once(&cluster.view(), claim, "it never held"),
    }
}

fn during_rollout(cluster: &Cluster, claim: &Claim<'_>) -> Result<(), Refuted> {
    let workload = match &claim.subject {
        Subject::Pods(query) => query.pods.owner(),
        Subject::Object(object) if object.kind == Kind::DEPLOYMENT => Some(object),
        Subject::Object(_) | Subject::Cluster => None,
    };
    let workload = workload.filter(|object| object.kind == Kind::DEPLOYMENT);
    let Some(range) = latest_rollout(cluster.log(), workload) else {
        let seen = "no Deployment was created or had its template changed".to_owned();
        return Err(refuted(&cluster.view(), claim, "there was no rollout".to_owned(), seen));
    };
    let at = cluster.log().get(range.start).map_or(SimTime::ZERO, |change| change.at);
    always(
        cluster,
        Since {
            mark: Mark::before_change(range.start + 1),
            at,
        },
        Some(range.end),
        claim,
    )
}
