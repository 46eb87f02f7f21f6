//! The kubelets.

use crate::component::{Component, Context};
use crate::sim::Seed;
use crate::store::Change;

/// A wake-up of a kubelet.
#[derive(Debug, Clone)]
pub enum Task {}

/// The kubelets of all nodes.
#[derive(Debug)]
pub struct Kubelets {}

impl Kubelets {
    /// No nodes yet.
    pub fn new(_seed: Seed) -> Self {
        Kubelets {}
    }
}

impl Component for Kubelets {
    type Task = Task;

    fn observe(&mut self, _change: &Change, _context: &mut Context<'_>) {}

    fn run(&mut self, task: Task, _context: &mut Context<'_>) {
        match task {}
    }
}
