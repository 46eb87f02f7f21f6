//! The scheduler.

use crate::component::{Component, Context};
use crate::sim::Seed;
use crate::store::Change;

/// A wake-up of the scheduler.
#[derive(Debug, Clone)]
pub enum Task {}

/// The scheduler.
#[derive(Debug)]
pub struct Scheduler {}

impl Scheduler {
    /// Nothing to schedule yet.
    pub fn new(_seed: Seed) -> Self {
        Scheduler {}
    }
}

impl Component for Scheduler {
    type Task = Task;

    fn observe(&mut self, _change: &Change, _context: &mut Context<'_>) {}

    fn run(&mut self, task: Task, _context: &mut Context<'_>) {
        match task {}
    }
}
