//! What faults do to pods where they run: kill processes, let them hang, evict.

use super::kubelets::Kubelets;
use super::work::PodWork;
use crate::api::Pod;
use crate::component::Context;
use crate::runtime::{Exit, ExitCause};

/// What is said of a pod that a fault evicts.
const EVICTION_MESSAGE: &str = "The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. ";

impl Kubelets {
    /// Ends the running processes of a pod's container (of all but init containers, if none is named). Returns how many.
    pub(crate) fn end_processes(
        &mut self,
        pod: &Pod,
        container: Option<&str>,
        exit: (i32, ExitCause),
        context: &mut Context<'_>,
    ) -> usize {
        self.with_pod_on(pod, context, |work| work.end_processes(container, exit.0, exit.1))
            .unwrap_or(0)
    }

    /// Lets the processes of a pod's container hang, or answer again. Returns how many it was.
    pub(crate) fn hang_processes(
        &mut self,
        pod: &Pod,
        container: Option<&str>,
        hangs: bool,
        context: &mut Context<'_>,
    ) -> usize {
        self.with_pod_on(pod, context, |work| work.hang_processes(container, hangs))
            .unwrap_or(0)
    }

    /// Evicts a pod. Returns how many it was.
    pub(crate) fn evict(&mut self, pod: &Pod, context: &mut Context<'_>) -> usize {
        self.with_pod_on(pod, context, |work| work.evict(EVICTION_MESSAGE.to_owned(), None))
            .unwrap_or(0)
    }

    /// Something has begun or ended to touch the probes of a pod.
    pub(crate) fn review_probes(&mut self, pod: &Pod, context: &mut Context<'_>) {
        self.with_pod_on(pod, context, |work| work.review_probes());
    }

    fn with_pod_on<R>(
        &mut self,
        pod: &Pod,
        context: &mut Context<'_>,
        work: impl FnOnce(&mut PodWork<'_, '_>) -> R,
    ) -> Option<R> {
        let agent = self.agent(&pod.node_name)?;
        if !agent.machine.powered {
            return None;
        }
        Kubelets::with_pod(agent, pod.meta.uid, context, work)
    }
}

impl PodWork<'_, '_> {
    /// Ends the running processes of a container (of all but init containers, if no name is given). Returns how many.
    fn end_processes(&mut self, container: Option<&str>, code: i32, cause: ExitCause) -> usize {
        let exit = Exit {
            at: self.now(),
            code,
            cause,
        };
        let struck = self.each_process(container, |process| process.end_at(exit));
        if struck > 0 {
            self.process_ended();
        }
        struck
    }

    /// Lets the running process of a container hang, or answer again. Returns how many it was.
    fn hang_processes(&mut self, container: Option<&str>, hangs: bool) -> usize {
        let now = self.now();
        let struck = self.each_process(container, |process| process.hung_since = hangs.then_some(now));
        self.review_probes();
        struck
    }

    fn each_process(&mut self, container: Option<&str>, mut change: impl FnMut(&mut crate::runtime::Process)) -> usize {
        let wanted: Vec<bool> = self
            .slot
            .pod
            .spec
            .all_containers()
            .enumerate()
            .map(|(index, of)| container.map_or(!self.slot.is_init(index), |name| of.name == name))
            .collect();
        let mut struck = 0;
        for instance in &mut self.slot.instances {
            let is_wanted = wanted.get(instance.listed.container).copied().unwrap_or(false);
            if let Some(process) = instance
                .process
                .as_mut()
                .filter(|_| is_wanted && instance.listed.is_running())
            {
                change(process);
                struck += 1;
            }
        }
        struck
    }
}
