//! Striking and healing.
//!
//! Faults of machines are not undone one by one: what a machine ought to be is worked out from all faults in force, so that
//! faults that overlap heal in any order.

use std::collections::VecDeque;
use std::time::Duration;

use smol_str::SmolStr;

use super::{ControlPlanePart, Fault, FaultError, FaultId, FaultRecord};
use crate::Cluster;
use crate::api::{Kind, Node, ObjectKey, Pod};
use crate::component::{Context, Task};
use crate::environment::{ProbeOutage, PullOutage, Rule};
use crate::kubelet::{Kubelets, ProbeKind};
use crate::runtime::{ExitCause, PullFailure};
use crate::store::DeleteOptions;

/// The label that says which zone a node is in.
const ZONE: &str = "topology.kubernetes.io/zone";

impl Cluster {
    /// Says what some containers do. It counts for those started from now on; for the CPU that they use, at once.
    pub fn behave(&mut self, rule: Rule) {
        self.with_context("fault", |context, _| context.environment.behave(rule));
        self.tell_of_behaviours();
    }

    /// Lets a fault strike; after `duration` it heals by itself.
    ///
    /// # Errors
    /// A fault that finds no target, or is in force already, says so and changes nothing.
    pub fn inject(&mut self, fault: Fault, duration: Option<Duration>) -> Result<FaultId, FaultError> {
        self.with_context("fault", |context, kubelets| inject(fault, duration, kubelets, context))
    }

    /// Ends a fault.
    ///
    /// # Errors
    /// If it is not in force.
    pub fn heal(&mut self, fault: FaultId) -> Result<(), FaultError> {
        let in_force = self.environment().faults().in_force().any(|record| record.id == fault);
        if !in_force {
            return Err(FaultError::NotInForce);
        }
        self.with_context("fault", |context, kubelets| heal(fault, kubelets, context));
        Ok(())
    }

    /// Ends every fault in force that `matches`. Returns how many.
    pub fn heal_matching(&mut self, matches: impl Fn(&FaultRecord) -> bool) -> usize {
        let matching = self.environment().faults().in_force().filter(|record| matches(record));
        let ids: Vec<FaultId> = matching.map(|record| record.id).collect();
        for id in &ids {
            self.with_context("fault", |context, kubelets| heal(*id, kubelets, context));
        }
        ids.len()
    }

    /// The faults so far, in the order in which they were injected.
    pub fn faults(&self) -> &[FaultRecord] {
        self.environment().faults().records()
    }
}

fn inject(
    fault: Fault,
    duration: Option<Duration>,
    kubelets: &mut Kubelets,
    context: &mut Context<'_>,
) -> Result<FaultId, FaultError> {
    let (lasts, wanted) = (fault.lasts(), duration);
    let duration = match &fault {
        Fault::NodeReboots(_) => duration.or(Some(context.settings.node_reboot_duration)),
        // It is so long that the process is down, once it has crashed.
        Fault::ControllerCrashes(_) => None,
        _ => duration,
    };
    let id = context.environment.faults_mut().begin(fault.clone(), context.now);
    if let Fault::ControllerCrashes(controller) = &fault {
        let downtime = wanted.unwrap_or(context.settings.controller_manager_restart_duration);
        let interference = context.environment.interference_mut();
        interference.begin_crash(id, controller.clone(), downtime);
    }
    match strike(&fault, id, kubelets, context) {
        Ok(struck) => context.environment.faults_mut().strike(id, struck),
        Err(error) => {
            context.environment.faults_mut().withdraw(id);
            return Err(error);
        }
    }
    match duration.filter(|_| lasts) {
        Some(duration) => context.schedule(duration, Task::Heal(id)),
        None if !lasts => context.environment.faults_mut().end(id, context.now),
        None => {}
    }
    Ok(id)
}

/// Does what a fault does. Returns how many targets changed.
fn strike(fault: &Fault, id: FaultId, kubelets: &mut Kubelets, context: &mut Context<'_>) -> Result<usize, FaultError> {
    match fault {
        Fault::NodeLost(_)
        | Fault::NodeReboots(_)
        | Fault::NodePartitioned(_)
        | Fault::KubeletStops(_)
        | Fault::ZoneLost(_) => {
            let changed = set_machines(&nodes_of(fault, kubelets, context)?, kubelets, context);
            match changed {
                0 => Err(FaultError::Already(fault.to_string())),
                changed => Ok(changed),
            }
        }
        Fault::ClockSkewed(..) | Fault::NodeSlow(..) => {
            match set_machines(&nodes_of(fault, kubelets, context)?, kubelets, context) {
                0 => Err(FaultError::Already(fault.to_string())),
                // It strikes when it shows.
                _ => Ok(0),
            }
        }
        Fault::ControllerCrashes(_) => Ok(0),
        Fault::NodeDeleted(node) => match kubelets.delete_node_object(node, context) {
            true => Ok(1),
            false => Err(FaultError::NoNode(node.clone())),
        },
        Fault::NodePressure(node, pressure) => match kubelets.has_node(node) {
            true => Ok(usize::from(kubelets.set_pressure(node, *pressure, true, context))),
            false => Err(FaultError::NoNode(node.clone())),
        },
        Fault::ImageUnpullable(image) => {
            let outage = PullOutage::Image(image.clone(), PullFailure::NotFound);
            context.environment.begin_outage(id, outage);
            Ok(0)
        }
        Fault::RegistryUnreachable(registry) => {
            context
                .environment
                .begin_outage(id, PullOutage::Registry(registry.clone()));
            Ok(0)
        }
        Fault::RegistryLimits(registry, per_minute) => {
            let outage = PullOutage::Limit {
                registry: registry.clone(),
                per_minute: *per_minute as usize,
                served: VecDeque::new(),
            };
            context.environment.begin_outage(id, outage);
            Ok(0)
        }
        Fault::MountFails(pod, volume) => {
            context.environment.begin_mount_outage(id, pod.clone(), volume.clone());
            Ok(0)
        }
        Fault::ProvisioningFails(class) => {
            let key = ObjectKey::cluster(class.clone());
            if context.store.objects().object(Kind::STORAGE_CLASS, &key).is_none() {
                return Err(FaultError::NoStorageClass(class.clone()));
            }
            context.environment.begin_provisioning_outage(id, class.clone());
            Ok(0)
        }
        Fault::ControlPlaneDown(part) => {
            if context.environment.interference().is_down(*part) {
                return Err(FaultError::Already(fault.to_string()));
            }
            context.environment.interference_mut().begin_down(id, *part);
            let nodes = nodes_of(fault, kubelets, context)?;
            Ok(set_machines(&nodes, kubelets, context))
        }
        Fault::Disturbed(how) => {
            context.environment.interference_mut().begin(id, how.clone());
            Ok(0)
        }
        Fault::Webhook(name, how) => {
            let others = context.environment.faults().in_force().filter(|record| record.id != id);
            if others.into_iter().any(|record| record.fault == *fault) {
                return Err(FaultError::Already(fault.to_string()));
            }
            let interference = context.environment.interference_mut();
            interference.begin_webhook(id, name.clone(), *how);
            Ok(0)
        }
        Fault::OomKilled(pods, container) => {
            let exit = (137, ExitCause::OutOfMemory);
            strike_processes(pods, container, context, |pod, name, context| {
                kubelets.end_processes(pod, name, exit, context)
            })
        }
        Fault::Exits(pods, container, code) => {
            let exit = (*code, ExitCause::Process);
            strike_processes(pods, container, context, |pod, name, context| {
                kubelets.end_processes(pod, name, exit, context)
            })
        }
        Fault::Hangs(pods, container) => strike_processes(pods, container, context, |pod, name, context| {
            kubelets.hang_processes(pod, name, true, context)
        }),
        Fault::Evicted(pods) => strike_processes(pods, &None, context, |pod, _, context| kubelets.evict(pod, context)),
        Fault::Killed(pods) => kill(pods, context),
        Fault::ProbeFails(pods, probe, times_out) => {
            let outage = if *times_out {
                ProbeOutage::TimesOut
            } else {
                ProbeOutage::Fails
            };
            fail_probes(pods, *probe, outage, id, kubelets, context)
        }
    }
}

/// The nodes that a fault of machines is about.
fn nodes_of(fault: &Fault, kubelets: &Kubelets, context: &Context<'_>) -> Result<Vec<SmolStr>, FaultError> {
    if let Fault::ZoneLost(zone) = fault {
        let nodes = context.store.objects().all::<Node>();
        let of_zone = nodes.filter(|node| node.label(ZONE) == Some(zone) && kubelets.has_node(&node.meta.name));
        let names: Vec<SmolStr> = of_zone.map(|node| node.meta.name.clone()).collect();
        return if names.is_empty() {
            Err(FaultError::NoZone(zone.clone()))
        } else {
            Ok(names)
        };
    }
    match fault {
        Fault::NodeLost(node)
        | Fault::NodeReboots(node)
        | Fault::NodePartitioned(node)
        | Fault::KubeletStops(node)
        | Fault::ClockSkewed(node, _)
        | Fault::NodeSlow(node, _) => match kubelets.has_node(node) {
            true => Ok(vec![node.clone()]),
            false => Err(FaultError::NoNode(node.clone())),
        },
        Fault::ControlPlaneDown(ControlPlanePart::ApiServer) => {
            let nodes = context.store.objects().all::<Node>().map(|node| node.meta.name.clone());
            Ok(nodes.filter(|node| kubelets.has_node(node)).collect())
        }
        _ => Ok(Vec::new()),
    }
}

/// Sets machines to what all faults in force leave of them. Returns how many changed.
fn set_machines(nodes: &[SmolStr], kubelets: &mut Kubelets, context: &mut Context<'_>) -> usize {
    let mut changed = 0;
    for node in nodes {
        let (mut powered, mut kubelet, mut connected) = (true, true, true);
        let (mut slowness, mut clock_ahead) = (1_u32, 0_i64);
        let zone = context
            .store
            .get::<Node>(&ObjectKey::cluster(node.clone()))
            .and_then(|node| node.label(ZONE).cloned());
        for record in context.environment.faults().in_force() {
            match &record.fault {
                Fault::NodeLost(name) | Fault::NodeReboots(name) if name == node => powered = false,
                Fault::ZoneLost(lost) if Some(lost) == zone.as_ref() => powered = false,
                Fault::KubeletStops(name) if name == node => kubelet = false,
                Fault::NodePartitioned(name) if name == node => connected = false,
                Fault::NodeSlow(name, factor) if name == node => slowness = slowness.saturating_mul(*factor),
                Fault::ClockSkewed(name, seconds) if name == node => clock_ahead = clock_ahead.saturating_add(*seconds),
                // No kubelet reaches an API server that is down.
                Fault::ControlPlaneDown(ControlPlanePart::ApiServer) => connected = false,
                _ => {}
            }
        }
        changed += usize::from(kubelets.set_machine(node, powered, kubelet, connected, context));
        if kubelets.set_pace(node, slowness, clock_ahead, context.now) {
            changed += 1;
            let pods: Vec<_> = context.store.objects().pods_on(node).cloned().collect();
            pods.iter().for_each(|pod| kubelets.review_probes(pod, context));
        }
    }
    changed
}

fn find_pods(pods: &[ObjectKey], context: &Context<'_>) -> Result<Vec<std::sync::Arc<Pod>>, FaultError> {
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
fn strike_processes(
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

fn kill(pods: &[ObjectKey], context: &mut Context<'_>) -> Result<usize, FaultError> {
    let found = find_pods(pods, context)?;
    let mut struck = 0;
    for pod in found {
        let deleted = context.store.delete(Kind::POD, &pod.meta.key(), DeleteOptions::now());
        struck += usize::from(deleted.is_ok());
    }
    Ok(struck)
}

fn fail_probes(
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

/// Ends a fault.
pub fn heal(fault: FaultId, kubelets: &mut Kubelets, context: &mut Context<'_>) {
    let Some(record) = context
        .environment
        .faults()
        .get(fault)
        .filter(|record| record.to.is_none())
    else {
        return;
    };
    let fault_kind = record.fault.clone();
    context.environment.faults_mut().end(fault, context.now);
    context.environment.end(fault);
    match &fault_kind {
        Fault::ControlPlaneDown(part) => {
            let held = context.environment.interference_mut().take_held(*part);
            match part {
                // What the old process had in mind died with it.
                ControlPlanePart::ControllerManager => context.schedule(Duration::ZERO, Task::RestartControllers),
                ControlPlanePart::Scheduler => context.schedule(Duration::ZERO, Task::RestartScheduler),
                ControlPlanePart::ApiServer => {
                    for (urgency, task) in held {
                        context.agenda.schedule(context.now, urgency, task);
                    }
                }
            }
            let nodes = nodes_of(&fault_kind, kubelets, context).unwrap_or_default();
            set_machines(&nodes, kubelets, context);
        }
        Fault::ControllerCrashes(_) => {
            let interference = context.environment.interference_mut();
            if interference.keeps_down(fault) {
                interference.take_held(ControlPlanePart::ControllerManager);
                context.schedule(Duration::ZERO, Task::RestartControllers);
            }
        }
        Fault::NodeDeleted(node) => kubelets.register_again(node, context),
        Fault::NodePressure(node, pressure) => {
            let still = context
                .environment
                .faults()
                .in_force()
                .any(|record| record.fault == fault_kind);
            if !still {
                kubelets.set_pressure(node, *pressure, false, context);
            }
        }
        Fault::Hangs(pods, container) => {
            // Pods that are gone by now need no healing.
            let pods: Vec<ObjectKey> = pods
                .iter()
                .filter(|key| context.store.get::<Pod>(key).is_some())
                .cloned()
                .collect();
            let _ = strike_processes(&pods, container, context, |pod, name, context| {
                kubelets.hang_processes(pod, name, false, context)
            });
        }
        Fault::ProbeFails(pods, ..) => {
            for pod in pods
                .iter()
                .filter_map(|key| context.store.get::<Pod>(key).cloned())
                .collect::<Vec<_>>()
            {
                kubelets.review_probes(&pod, context);
            }
        }
        machines => {
            let nodes = nodes_of(machines, kubelets, context).unwrap_or_default();
            set_machines(&nodes, kubelets, context);
        }
    }
}
