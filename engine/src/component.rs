//! What a simulated component is, and what it may touch.
//!
//! Components (controllers, scheduler, kubelets …) never call each other. A write appends to the log; the log is shown to
//! every component ([`Component::observe`]), which puts wake-ups for itself on the agenda; a wake-up ([`Component::run`])
//! reads the store, decides, and writes back.

use std::time::Duration;

use crate::api::{Kind, Object};
use crate::environment::Environment;
use crate::events::EventRecorder;
use crate::settings::Settings;
use crate::sim::{Agenda, SimTime, Urgency};
use crate::store::{Change, Store};
use crate::{controllers, kubelet, scheduler};

/// What can stand on the agenda: a wake-up of one component.
#[derive(Debug, Clone)]
pub enum Task {
    /// A wake-up of the scheduler.
    Scheduler(scheduler::Task),
    /// A wake-up of a kubelet.
    Kubelet(kubelet::Task),
    /// A wake-up of a controller.
    Controller(controllers::Task),
    /// A fault ends by itself.
    Heal(crate::faults::FaultId),
    /// Something that a person planned: its number.
    Planned(usize),
    /// The process of the controllers is back, with an empty memory.
    RestartControllers,
    /// The process of the scheduler is back, with an empty memory.
    RestartScheduler,
    /// A wake-up that was put off, and how often the API server has refused it so far.
    PutOff(Box<Task>, u8),
}

/// A component of the control plane, or all kubelets.
pub trait Component {
    /// Its wake-ups.
    type Task;

    /// A change was committed. Only to put wake-ups on the agenda: the store must not be written here.
    fn observe(&mut self, change: &Change, context: &mut Context<'_>);

    /// A wake-up is due.
    fn run(&mut self, task: Self::Task, context: &mut Context<'_>);
}

/// What a component may touch while it works.
pub struct Context<'a> {
    /// The current instant.
    pub now: SimTime,
    /// The objects.
    pub store: &'a mut Store,
    /// What is to happen.
    pub agenda: &'a mut Agenda<Task>,
    /// The timing constants.
    pub settings: &'a Settings,
    /// What lies outside Kubernetes: images, processes, machines.
    pub environment: &'a mut Environment,
    /// Who writes Events.
    pub events: &'a mut EventRecorder,
}

impl Context<'_> {
    /// Everything there is, as a watch that begins anew shows it: kind by kind, each object as if it had just come.
    pub fn list_all(&self, kinds: impl Iterator<Item = Kind>) -> Vec<Change> {
        let objects = kinds.flat_map(|kind| self.store.objects().of_kind(kind));
        let shown = |object: &Object| Change {
            revision: object.meta().resource_version,
            at: self.now,
            writer: "apiserver",
            before: None,
            after: Some(object.clone()),
        };
        objects.map(shown).collect()
    }

    /// Puts a wake-up that is unfinished business on the agenda.
    pub fn schedule(&mut self, delay: Duration, task: Task) {
        self.agenda.schedule(self.now + delay, Urgency::Active, task);
    }

    /// Puts a wake-up on the agenda that does not keep the cluster from being settled.
    pub fn schedule_periodic(&mut self, at: SimTime, task: Task) {
        self.agenda.schedule(at, Urgency::Periodic, task);
    }
}
