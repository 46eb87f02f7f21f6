//! The fault catalogue.

use crate::component::Context;
use crate::kubelet::Kubelets;

/// A fault in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FaultId(pub u32);

/// Ends a fault.
pub fn heal(_fault: FaultId, _kubelets: &mut Kubelets, _context: &mut Context<'_>) {}

impl crate::Cluster {
    /// Says what some containers do. It counts for those started from now on.
    pub fn behave(&mut self, rule: crate::environment::Rule) {
        self.with_context("fault", |context, _| context.environment.behave(rule));
    }
}
