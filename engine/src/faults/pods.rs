//! Faults of pods: killing them, striking their processes, letting their probes fail.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{FaultError, FaultId};
use crate::api::{Kind, ObjectKey, Pod};
use crate::component::Context;
use crate::environment::ProbeOutage;
use crate::kubelet::{Kubelets, ProbeKind};
use crate::store::DeleteOptions;

fn find_pods(pods: &[ObjectKey], context: &Context<'_>) -> Result<Vec<Arc<Pod>>, FaultError> {
    if pods.is_empty() {
        return Err(FaultError::NoPods);
    }
    let find = |key: &ObjectKey| {
        context
            .store
            .get::<Pod>(key)
            .cloned()
            .ok_or_else(|| FaultError::NoPod(key.clone()))
    };
    pods.iter().map(find).collect()
}

/// Strikes running containers; every pod must have one.
pub(super) fn strike_processes(
    pods: &[ObjectKey],
    container: &Option<SmolStr>,
    context: &mut Context<'_>,
    mut work: impl FnMut(&Pod, Option<&str>, &mut Context<'_>) -> usize,
) -> Result<usize, FaultError> {
    let mut struck = 0;
    for pod in find_pods(pods, context)? {
        struck += work(&pod, container.as_deref(), context);
    }
    match (struck, pods.first()) {
        (0, Some(pod)) => Err(FaultError::NotRunning {
            pod: pod.clone(),
            container: container.clone(),
        }),
        _ => Ok(struck),
    }
}

/// Deletes pods without grace. Returns how many.
pub(super) fn kill(pods: &[ObjectKey], context: &mut Context<'_>) -> Result<usize, FaultError> {
    let found = find_pods(pods, context)?;
    let mut struck = 0;
    for pod in found {
        let deleted = context.store.delete(Kind::POD, &pod.meta.key(), DeleteOptions::now());
        struck += usize::from(deleted.is_ok());
    }
    Ok(struck)
}

/// Lets a probe of pods go wrong from now on; every pod must have it.
pub(super) fn fail_probes(
    pods: &[ObjectKey],
    probe: ProbeKind,
    outage: ProbeOutage,
    id: FaultId,
    kubelets: &mut Kubelets,
    context: &mut Context<'_>,
) -> Result<usize, FaultError> {
    let found = find_pods(pods, context)?;
    for pod in &found {
        let has = pod.spec.all_containers().any(|container| match probe {
            ProbeKind::Readiness => container.readiness.is_some(),
            ProbeKind::Liveness => container.liveness.is_some(),
            ProbeKind::Startup => container.startup.is_some(),
        });
        if !has {
            return Err(FaultError::NoProbe {
                pod: pod.meta.key(),
                probe: match probe {
                    ProbeKind::Readiness => "readiness",
                    ProbeKind::Liveness => "liveness",
                    ProbeKind::Startup => "startup",
                },
            });
        }
    }
    for pod in &found {
        context.environment.begin_probe_outage(id, pod.meta.uid, probe, outage);
        kubelets.review_probes(pod, context);
    }
    Ok(0)
}
