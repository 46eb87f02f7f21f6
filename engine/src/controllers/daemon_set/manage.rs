//! Which pods come and go on one node (`podsShouldBeOnNode`).

use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;

use super::controller::{COMPONENT, CONTROL};
use super::ledger::Ledger;
use crate::api::{DaemonSet, DaemonSetStrategy, IntOrString, Node, ObjectKey, ObjectMeta, Pod, PodPhase};
use crate::component::Context;
use crate::controllers::available_at;
use crate::events::Report;

/// The first wait before a failed pod is replaced again; doubled each time (`failedPodsBackoff`: 1 s to 15 min).
const BACK_OFF_INITIAL: Duration = Duration::from_secs(1);
/// The longest.
const BACK_OFF_MAX: Duration = Duration::from_secs(15 * 60);

/// What is to be done on one node.
#[derive(Debug, Default)]
pub struct Plan {
    /// A pod is missing.
    pub create: bool,
    /// These are to go.
    pub delete: Vec<ObjectMeta>,
    /// Failed pods wait this long.
    pub wait: Option<Duration>,
}

/// Whether an update may put a second pod on a node.
pub fn allows_surge(set: &DaemonSet) -> bool {
    match &set.spec.strategy {
        DaemonSetStrategy::OnDelete => false,
        DaemonSetStrategy::RollingUpdate { max_surge, .. } => {
            !matches!(max_surge, IntOrString::Int(0)) && *max_surge != IntOrString::String("0%".into())
        }
    }
}

/// Decides about one node.
pub fn plan(set: &DaemonSet, node: &SmolStr, ledger: &mut Ledger, context: &mut Context<'_>) -> Plan {
    let (should_run, may_stay) = ledger.judge(node, context);
    let pods = ledger.pods_on(node, context);
    let living = pods.iter().filter(|pod| !pod.meta.is_deleted());
    if context.store.get::<Node>(&ObjectKey::cluster(node.clone())).is_none() {
        // Of a node that is gone, those that were never bound (`getUnscheduledPodsWithoutNode`); the others are PodGC's.
        let unbound = living.filter(|pod| pod.node_name.is_empty());
        return Plan {
            delete: unbound.map(|pod| pod.meta.clone()).collect(),
            ..Plan::default()
        };
    }
    let mut plan = Plan {
        create: should_run && pods.is_empty(),
        ..Plan::default()
    };
    if !may_stay {
        plan.delete = living.map(|pod| pod.meta.clone()).collect();
        return plan;
    }
    let mut running: Vec<&Arc<Pod>> = Vec::new();
    for pod in living {
        match pod.status.phase {
            PodPhase::Failed => replace_failed(set, node, pod, &mut plan, ledger, context),
            PodPhase::Succeeded => {
                report(set, node, pod, context);
                plan.delete.push(pod.meta.clone());
            }
            _ => running.push(pod),
        }
    }
    if running.len() > 1 {
        let surplus = if allows_surge(set) {
            surplus_when_surging(set, &running, ledger, context)
        } else {
            running.iter().skip(1).map(|pod| pod.meta.clone()).collect()
        };
        plan.delete.extend(surplus);
    }
    plan
}

/// Of the old and of the new pods one may live each, until the new one is available or the old one is not ready.
fn surplus_when_surging(
    set: &DaemonSet,
    running: &[&Arc<Pod>],
    ledger: &Ledger,
    context: &Context<'_>,
) -> Vec<ObjectMeta> {
    let (new, old): (Vec<&Arc<Pod>>, Vec<&Arc<Pod>>) = running.iter().partition(|pod| ledger.is_updated(pod));
    let more = new.iter().skip(1).chain(old.iter().skip(1));
    let mut surplus: Vec<ObjectMeta> = more.map(|pod| pod.meta.clone()).collect();
    if let (Some(new), Some(old)) = (new.first(), old.first()) {
        let now = context.store.timestamp();
        let is_available = available_at(new, set.spec.min_ready_seconds).is_some_and(|at| at <= now);
        if !old.is_ready() || is_available {
            surplus.push(old.meta.clone());
        }
    }
    surplus
}

fn replace_failed(
    set: &DaemonSet,
    node: &SmolStr,
    pod: &Pod,
    plan: &mut Plan,
    ledger: &mut Ledger,
    context: &mut Context<'_>,
) {
    let mut next = BACK_OFF_INITIAL;
    if let Some((until, last)) = ledger.failures.get(node) {
        if context.now < *until {
            plan.wait = Some(until.since(context.now));
            return;
        }
        // A wait that has been over for long is forgotten (client-go's Backoff: twice the longest).
        if context.now.since(*until) < 2 * BACK_OFF_MAX {
            next = last.saturating_mul(2).min(BACK_OFF_MAX);
        }
    }
    ledger.failures.insert(node.clone(), (context.now + next, next));
    report(set, node, pod, context);
    plan.delete.push(pod.meta.clone());
}

fn report(set: &DaemonSet, node: &str, pod: &Pod, context: &mut Context<'_>) {
    let (namespace, name) = (&pod.meta.namespace, &pod.meta.name);
    let report = if pod.status.phase == PodPhase::Failed {
        let message = format!("Found failed daemon pod {namespace}/{name} on node {node}, will try to kill it");
        Report::warning(COMPONENT, "FailedDaemonPod", message)
    } else {
        let message = format!("Found succeeded daemon pod {namespace}/{name} on node {node}, will try to delete it");
        Report::normal(COMPONENT, "SucceededDaemonPod", message)
    };
    CONTROL.report(set, report, context);
}
