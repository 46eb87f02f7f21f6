//! Striking and healing.
//!
//! Faults of machines are not undone one by one: what a machine ought to be is worked out from all faults in force, so that
//! faults that overlap heal in any order.

use std::collections::VecDeque;
use std::time::Duration;

use smol_str::SmolStr;

use super::machines::{nodes_of, set_machines};
use super::pods::{fail_probes, kill, strike_processes};
use super::{ControlPlanePart, Fault, FaultError, FaultId, FaultRecord};
use crate::Cluster;
use crate::api::{Kind, ObjectKey, Pod};
use crate::component::{Context, Task};
use crate::environment::{ProbeOutage, PullOutage, Rule};
use crate::kubelet::Kubelets;
use crate::runtime::{ExitCause, PullFailure};

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
        | Fault::ZoneLost(_)
        | Fault::ClockSkewed(..)
        | Fault::NodeSlow(..)
        | Fault::NodeDeleted(_)
        | Fault::NodePressure(..) => strike_machine(fault, kubelets, context),
        Fault::ControllerCrashes(_) => Ok(0),
        Fault::ImageUnpullable(_)
        | Fault::RegistryUnreachable(_)
        | Fault::RegistryLimits(..)
        | Fault::MountFails(..)
        | Fault::ProvisioningFails(_) => strike_surroundings(fault, id, context),
        Fault::ControlPlaneDown(_) | Fault::Disturbed(_) | Fault::Webhook(..) => {
            strike_control_plane(fault, id, kubelets, context)
        }
        Fault::OomKilled(..)
        | Fault::Exits(..)
        | Fault::Hangs(..)
        | Fault::Evicted(_)
        | Fault::Killed(_)
        | Fault::ProbeFails(..) => strike_pods(fault, id, kubelets, context),
    }
}

fn strike_machine(fault: &Fault, kubelets: &mut Kubelets, context: &mut Context<'_>) -> Result<usize, FaultError> {
    match fault {
        Fault::NodeDeleted(node) => match kubelets.delete_node_object(node, context) {
            true => Ok(1),
            false => Err(FaultError::NoNode(node.clone())),
        },
        Fault::NodePressure(node, pressure) => match kubelets.has_node(node) {
            true => Ok(usize::from(kubelets.set_pressure(node, *pressure, true, context))),
            false => Err(FaultError::NoNode(node.clone())),
        },
        _ => match set_machines(&nodes_of(fault, kubelets, context)?, kubelets, context) {
            0 => Err(FaultError::Already(fault.to_string())),
            // These strike when they show.
            _ if matches!(fault, Fault::ClockSkewed(..) | Fault::NodeSlow(..)) => Ok(0),
            changed => Ok(changed),
        },
    }
}

/// Registries, volumes, provisioners: a fault of these strikes when somebody asks for them.
fn strike_surroundings(fault: &Fault, id: FaultId, context: &mut Context<'_>) -> Result<usize, FaultError> {
    let environment = &mut context.environment;
    match fault {
        Fault::ImageUnpullable(image) => {
            environment.begin_outage(id, PullOutage::Image(image.clone(), PullFailure::NotFound));
        }
        Fault::RegistryUnreachable(registry) => environment.begin_outage(id, PullOutage::Registry(registry.clone())),
        Fault::RegistryLimits(registry, per_minute) => {
            let outage = PullOutage::Limit {
                registry: registry.clone(),
                per_minute: *per_minute as usize,
                served: VecDeque::new(),
            };
            environment.begin_outage(id, outage);
        }
        Fault::MountFails(pod, volume) => environment.begin_mount_outage(id, pod.clone(), volume.clone()),
        Fault::ProvisioningFails(class) => {
            let key = ObjectKey::cluster(class.clone());
            if context.store.objects().object(Kind::STORAGE_CLASS, &key).is_none() {
                return Err(FaultError::NoStorageClass(class.clone()));
            }
            environment.begin_provisioning_outage(id, class.clone());
        }
        _ => {}
    }
    Ok(0)
}

fn strike_control_plane(
    fault: &Fault,
    id: FaultId,
    kubelets: &mut Kubelets,
    context: &mut Context<'_>,
) -> Result<usize, FaultError> {
    match fault {
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
        _ => Ok(0),
    }
}

fn strike_pods(
    fault: &Fault,
    id: FaultId,
    kubelets: &mut Kubelets,
    context: &mut Context<'_>,
) -> Result<usize, FaultError> {
    let end =
        |pods: &[ObjectKey], container: &Option<SmolStr>, exit, kubelets: &mut Kubelets, context: &mut Context<'_>| {
            strike_processes(pods, container, context, |pod, name, context| {
                kubelets.end_processes(pod, name, exit, context)
            })
        };
    match fault {
        Fault::OomKilled(pods, container) => end(pods, container, (137, ExitCause::OutOfMemory), kubelets, context),
        Fault::Exits(pods, container, code) => end(pods, container, (*code, ExitCause::Process), kubelets, context),
        Fault::Hangs(pods, container) => strike_processes(pods, container, context, |pod, name, context| {
            kubelets.hang_processes(pod, name, true, context)
        }),
        Fault::Evicted(pods) => strike_processes(pods, &None, context, |pod, _, context| kubelets.evict(pod, context)),
        Fault::Killed(pods) => kill(pods, context),
        Fault::ProbeFails(pods, probe, times_out) => {
            let outage = match times_out {
                true => ProbeOutage::TimesOut,
                false => ProbeOutage::Fails,
            };
            fail_probes(pods, *probe, outage, id, kubelets, context)
        }
        _ => Ok(0),
    }
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
            let present = pods.iter().filter(|key| context.store.get::<Pod>(key).is_some());
            let pods: Vec<ObjectKey> = present.cloned().collect();
            let _ = strike_processes(&pods, container, context, |pod, name, context| {
                kubelets.hang_processes(pod, name, false, context)
            });
        }
        Fault::ProbeFails(pods, ..) => {
            let present = pods.iter().filter_map(|key| context.store.get::<Pod>(key).cloned());
            for pod in present.collect::<Vec<_>>() {
                kubelets.review_probes(&pod, context);
            }
        }
        machines => {
            let nodes = nodes_of(machines, kubelets, context).unwrap_or_default();
            set_machines(&nodes, kubelets, context);
        }
    }
}
