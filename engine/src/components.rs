//! The components of a cluster together: each wake-up goes to the one it is for, each change to all of them.
//!
//! They are apart from what they touch ([`Context`]), so that they can be lent it.

use crate::component::{Component, Context, Task};
use crate::controllers::{self, Controllers};
use crate::kubelet::Kubelets;
use crate::scheduler::Scheduler;
use crate::sim::Seed;
use crate::store::Change;

/// All components.
pub(crate) struct Components {
    /// The scheduler.
    pub scheduler: Scheduler,
    /// The kubelets of all nodes.
    pub kubelets: Kubelets,
    /// The controllers, which are one process.
    pub controllers: Controllers,
}

impl Components {
    /// Components that know of nothing yet.
    pub fn new(seed: Seed) -> Self {
        Components {
            scheduler: Scheduler::new(seed),
            kubelets: Kubelets::new(seed),
            controllers: Controllers::new(seed),
        }
    }

    /// Runs a wake-up. What a person planned is no component's.
    pub fn run(&mut self, task: Task, context: &mut Context<'_>) {
        match task {
            Task::Scheduler(task) => {
                context.store.enter(context.now, "scheduler");
                self.scheduler.run(task, context);
            }
            Task::Kubelet(task) => {
                context.store.enter(context.now, "kubelet");
                self.kubelets.run(task, context);
            }
            Task::Controller(task) => self.run_controller(task, context),
            Task::RestartControllers => self.controllers.restart(context),
            Task::RestartScheduler => self.scheduler.restart(context),
            Task::Heal(fault) => {
                context.store.enter(context.now, "fault");
                crate::faults::heal(fault, &mut self.kubelets, context);
            }
            Task::Planned(_) | Task::PutOff(..) => {}
        }
    }

    /// Runs a controller's wake-up. One that is to crash in the middle of it takes the process of all controllers down with it,
    /// once it has written anything.
    fn run_controller(&mut self, task: controllers::Task, context: &mut Context<'_>) {
        let name = task.controller.name();
        context.store.enter(context.now, name);
        let Some(writes) = context.environment.interference_mut().next_crash(name) else {
            return self.controllers.run(task, context);
        };
        context.store.arm(writes);
        self.controllers.run(task, context);
        if context.store.disarm() > 0
            && let Some((fault, downtime)) = context.environment.interference_mut().crash(name)
        {
            context.environment.faults_mut().strike(fault, 1);
            context.schedule(downtime, Task::Heal(fault));
        }
    }

    /// Shows a change to all of them. They put wake-ups on the agenda, and write nothing.
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        self.scheduler.observe(change, context);
        self.kubelets.observe(change, context);
        self.controllers.observe(change, context);
    }
}
