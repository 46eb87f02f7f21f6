//! What befalls a node's machine: power, its kubelet, its connection to the control plane, its pressure; and coming back.
//!
//! A kubelet that starts posts its node's status at once, but looks at its pods only about a second later. It remembers
//! nothing: back-offs and probe results are gone, containers are taken over as the runtime lists them (those that a machine
//! lost with its power as ended with `Unknown`, 255). Source: the recordings of lost and rebooted nodes; kubelet `kubelet.go`
//! (`syncLoop`), `kubelet_node_status.go`.

use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;

use super::agent::{Agent, Incoming, Machine};
use super::instance::{Ended, InstanceState};
use super::kubelets::{Kubelets, Task, Wake};
use super::pod_slot::PodSlot;
use super::registration::healthy_conditions;
use super::static_pods::wake_mirror;
use crate::api::{Condition, Kind, Lease, Node, ObjectKey, Taint, TaintEffect, Uid};
use crate::component::{self, Context};
use crate::events::Report;
use crate::sim::{SimTime, Urgency};
use crate::store::DeleteOptions;

/// How long a kubelet that starts, or reaches the control plane again, takes to post its node's status.
const REGISTRATION_DELAY: Duration = Duration::from_millis(200);

/// Why a node that has just been registered is not ready.
const NOT_READY_YET: &str = "KubeletNotReady";
/// The taint of a node that has not said yet that it is ready.
const NOT_READY_TAINT: &str = "node.kubernetes.io/not-ready";

impl Kubelets {
    /// Whether there is a machine of this name.
    pub(crate) fn has_node(&self, node: &str) -> bool {
        self.numbers.contains_key(node)
    }

    /// The machines that ought to be up are, the others are not: does what it takes. Returns whether anything changed.
    pub(crate) fn set_machine(
        &mut self,
        node: &str,
        powered: bool,
        kubelet: bool,
        connected: bool,
        context: &mut Context<'_>,
    ) -> bool {
        let Some(agent) = self.agent(node) else { return false };
        let wanted = Machine {
            powered,
            kubelet: powered && kubelet,
            connected,
        };
        let before = std::mem::replace(&mut agent.machine, wanted);
        if before == wanted {
            return false;
        }
        if before.powered && !wanted.powered {
            agent.lose_power(context.now);
        }
        let (spoke, speaks) = (before.kubelet && before.connected, wanted.kubelet && wanted.connected);
        if spoke && !speaks {
            agent.inbox.clear();
            silence(&agent.name, context);
        }
        if !before.kubelet && wanted.kubelet {
            agent.started = context.now + context.settings.kubelet_start_duration;
            let (number, started) = (agent.number, agent.started);
            wake(number, started, Wake::Started, context);
        }
        if !spoke && speaks {
            agent.restarted = before.kubelet != wanted.kubelet;
            agent.registers = context.now + REGISTRATION_DELAY;
            let (number, at) = (agent.number, agent.registers);
            wake(number, at, Wake::Registers, context);
        }
        true
    }

    /// A kubelet posts its node's status, and registers the node if it is gone.
    pub(super) fn registers(&mut self, number: u32, context: &mut Context<'_>) {
        let Some(agent) = self.agents.get_mut(number as usize) else {
            return;
        };
        if agent.registers != context.now || !agent.machine.kubelet || !agent.machine.connected {
            return;
        }
        let (name, restarted) = (agent.name.clone(), agent.restarted);
        self.heartbeat(&name, context);
        let key = ObjectKey::cluster(name.clone());
        let Some(before) = context.store.get::<Node>(&key).cloned() else {
            self.register_anew(number, context);
            return;
        };
        let now = match self.agents.get(number as usize) {
            Some(agent) => agent.clock.shown(context.store.timestamp(), context.now),
            None => return,
        };
        let pressures = self
            .agents
            .get(number as usize)
            .map(|agent| agent.shortage.shown.clone())
            .unwrap_or_default();
        let node = context.store.modify::<Node>(&key, |node| {
            for condition in healthy_conditions(now) {
                Condition::set(&mut node.conditions, condition);
            }
            for pressure in &pressures {
                Condition::set(&mut node.conditions, pressure.condition(true, now));
            }
        });
        if let Some(node) = node {
            report_start(&before, &node, restarted, context);
        }
        if !restarted {
            self.catch_up(number, context);
        }
    }

    /// A node that was deleted is registered anew, as it first was.
    fn register_anew(&mut self, number: u32, context: &mut Context<'_>) {
        let Some(agent) = self.agents.get(number as usize) else {
            return;
        };
        let mut node = agent.node.as_ref().clone();
        node.conditions = healthy_conditions(context.store.timestamp());
        if let Some(ready) = node.conditions.iter_mut().find(|condition| condition.kind == "Ready") {
            *ready = Condition {
                status: "False".into(),
                reason: NOT_READY_YET.into(),
                message: "container runtime status check may not have completed yet".into(),
                ..ready.clone()
            };
        }
        // Admission keeps pods off a new node until its controller has seen it ready (plugin TaintNodesByCondition).
        if !node.taints.iter().any(|taint| taint.key == NOT_READY_TAINT) {
            node.taints.push(Taint::new(NOT_READY_TAINT, TaintEffect::NoSchedule));
        }
        // A full store leaves the node unregistered.
        if let Ok(node) = context.store.create(node) {
            report_node(&node, "Starting", "Starting kubelet.".to_owned(), context);
            report_resources(&node, 1, context);
            if let Some(agent) = self.agents.get_mut(number as usize) {
                agent.registers = context.now + REGISTRATION_DELAY;
                agent.restarted = true;
            }
            wake(number, context.now + REGISTRATION_DELAY, Wake::Registers, context);
        }
    }

    /// Lets the kubelet of a node whose object was deleted register it again, as one that starts anew.
    pub(crate) fn register_again(&mut self, node: &str, context: &mut Context<'_>) {
        let Some(agent) = self.agent(node) else { return };
        if agent.machine.kubelet && agent.machine.connected {
            agent.restarted = true;
            agent.registers = context.now + REGISTRATION_DELAY;
            agent.started = context.now + context.settings.kubelet_start_duration;
            let (number, registers, started) = (agent.number, agent.registers, agent.started);
            wake(number, registers, Wake::Registers, context);
            wake(number, started, Wake::Started, context);
        }
    }

    /// A kubelet that was cut off sees at once all that happened meanwhile.
    fn catch_up(&mut self, number: u32, context: &mut Context<'_>) {
        let Some(agent) = self.agents.get_mut(number as usize) else {
            return;
        };
        let present: Vec<_> = context.store.objects().pods_on(&agent.name).cloned().collect();
        let gone = agent
            .pods
            .keys()
            .filter(|uid| !present.iter().any(|pod| agent.identity(pod.meta.uid) == **uid));
        let gone: Vec<Uid> = gone.copied().collect();
        for uid in gone {
            if agent.static_pods.contains_key(&uid) {
                wake_mirror(agent, uid, context);
                continue;
            }
            Kubelets::with_pod(agent, uid, context, |work| work.incoming(Incoming::Removed));
        }
        for pod in present {
            let uid = agent.identity(pod.meta.uid);
            let slot = || Box::new(PodSlot::new(Arc::clone(&pod)));
            agent.pods.entry(uid).or_insert_with(slot);
            Kubelets::with_pod(agent, uid, context, |work| {
                work.send_status();
                work.incoming(Incoming::Present(pod));
            });
        }
    }

    /// Removes a node's object and its Lease; the machine goes on. Returns whether there was one.
    pub(crate) fn delete_node_object(&mut self, node: &str, context: &mut Context<'_>) -> bool {
        let deleted = context
            .store
            .delete(Kind::NODE, &ObjectKey::cluster(node), DeleteOptions::default());
        let lease = ObjectKey::new("kube-node-lease", node);
        // A Lease that is gone already is as well.
        let _ = context.store.delete(Kind::LEASE, &lease, DeleteOptions::default());
        deleted.is_ok()
    }
}

impl Agent {
    /// The power goes: every process and sandbox is gone, and so is all that the kubelet knew.
    fn lose_power(&mut self, now: SimTime) {
        self.inbox.clear();
        self.pulls_end = SimTime::ZERO;
        for slot in self.pods.values_mut() {
            if let Some(sandbox) = &mut slot.sandbox {
                sandbox.ready = false;
            }
            for instance in &mut slot.instances {
                if let InstanceState::Running(since) = instance.listed.state {
                    instance.listed.state = InstanceState::Exited(Ended {
                        started: Some(since),
                        finished: now,
                        code: 255,
                        reason: "Unknown".into(),
                        message: SmolStr::default(),
                    });
                    slot.files
                        .end(Some((instance.listed.container, instance.listed.life)), now);
                }
            }
            slot.step += 1;
        }
    }
}

fn wake(number: u32, at: SimTime, wake: Wake, context: &mut Context<'_>) {
    let task = Task {
        node: number,
        pod: Uid::default(),
        wake,
    };
    context
        .agenda
        .schedule(at, Urgency::Active, component::Task::Kubelet(task));
}

/// The node's heartbeat stays out from now on.
fn silence(node: &SmolStr, context: &mut Context<'_>) {
    let (key, now) = (ObjectKey::new("kube-node-lease", node.clone()), context.now);
    context
        .store
        .modify::<Lease>(&key, |lease| lease.silent_since = lease.silent_since.or(Some(now)));
}

/// What a kubelet reports of its node when it starts, or finds it in another state than it posts.
fn report_start(before: &Node, node: &Node, restarted: bool, context: &mut Context<'_>) {
    let ready = before.conditions.iter().find(|condition| condition.kind == "Ready");
    let is_new = ready.is_some_and(|ready| ready.reason == NOT_READY_YET);
    if restarted && !is_new {
        report_node(node, "Starting", "Starting kubelet.".to_owned(), context);
    }
    let rounds = usize::from(restarted && !is_new) * 2 + usize::from(!before.is_ready());
    report_resources(node, rounds, context);
    if !before.is_ready() && node.is_ready() {
        let message = format!("Node {} status is now: NodeReady", node.meta.name);
        report_node(node, "NodeReady", message, context);
    }
}

/// Reports that nothing is short, once for each round of setting the node's conditions.
fn report_resources(node: &Node, rounds: usize, context: &mut Context<'_>) {
    for _ in 0..rounds {
        for event in [
            "NodeHasSufficientMemory",
            "NodeHasNoDiskPressure",
            "NodeHasSufficientPID",
        ] {
            let message = format!("Node {} status is now: {event}", node.meta.name);
            report_node(node, event, message, context);
        }
    }
}

fn report_node(node: &Node, reason: &'static str, message: String, context: &mut Context<'_>) {
    let report = Report::normal("kubelet", reason, message).on(&node.meta.name);
    context.events.record(context.store, context.settings, node, report);
}
