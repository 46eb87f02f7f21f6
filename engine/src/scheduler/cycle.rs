//! One scheduling cycle: a node for one pod, or what is said and done where there is none.

use std::collections::BTreeSet;
use std::sync::Arc;

use smol_str::SmolStr;

use super::bind::{self, Nomination};
use super::decision::{self, Decision};
use super::evict;
use super::framework::Verdict;
use super::queue::Failure;
use super::scheduler::{Scheduler, is_ours};
use super::slots::Slots;
use crate::api::{ObjectKey, Pod};
use crate::component::Context;

/// Why the pods of a template fit nowhere, as long as nothing changes.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The template's version that this is about.
    version: u64,
    message: Arc<str>,
    plugins: BTreeSet<&'static str>,
}

impl Scheduler {
    /// Schedules the pod, or says why not.
    pub(super) fn schedule_one(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        let Some(pod) = context.store.get::<Pod>(key).filter(|pod| is_ours(pod)).cloned() else {
            self.queue.remove(key);
            return;
        };
        let id = self.template(&pod, context.store);
        let Some(template) = self.templates.get_mut(&id) else {
            return;
        };
        template.refresh(&pod, &mut self.nodes, context.store.objects(), context.settings);
        let best = self.best(&pod, id, context);
        match self.pick(&pod, &best) {
            Some(name) => self.bind_with_volumes(&pod, &name, id, context),
            None => self.fail(key, &pod, id, context),
        }
    }

    /// The nodes that are equally good for a pod; empty if none is feasible.
    fn best(&mut self, pod: &Pod, id: u64, context: &Context<'_>) -> Slots {
        let Some(template) = self
            .templates
            .get_mut(&id)
            .filter(|template| template.state.rejection.is_none())
        else {
            return Slots::default();
        };
        let mut allowed = None;
        if self.nodes.nominating().next().is_some() {
            template.look_at_all(&self.nodes);
            let verdicts = decision::verdicts(template, pod, &self.nodes);
            let mut feasible = Slots::default();
            for (slot, verdict) in verdicts.iter().enumerate() {
                if matches!(verdict, Verdict::Feasible(_)) {
                    feasible.insert(slot);
                }
            }
            let own = self.nodes.slot(&pod.status.nominated_node_name);
            if let Some(slot) = own.filter(|slot| feasible.contains(*slot)) {
                let mut only = Slots::default();
                only.insert(slot);
                return only;
            }
            allowed = Some(feasible);
        }
        let known = allowed
            .clone()
            .or_else(|| template.is_whole().then(|| template.feasible_slots()));
        let is_feasible = |slot| match &known {
            Some(known) => known.contains(slot),
            None => template.look(slot, &self.nodes),
        };
        let sample = self.sampling.sample(&self.nodes, context.settings, is_feasible);
        template.best(sample.as_ref().or(allowed.as_ref()))
    }

    /// Picks one of the best nodes, which are equally good: at random, as kube-scheduler does, unless somebody says which.
    fn pick(&mut self, pod: &Pod, best: &Slots) -> Option<SmolStr> {
        let wanted = self.placement.wanted(&pod.meta.key());
        if let Some(wanted) = wanted.filter(|wanted| self.nodes.slot(wanted).is_some_and(|slot| best.contains(slot))) {
            return Some(wanted.clone());
        }
        let index = match best.len() {
            0 | 1 => 0,
            ties => self.random.index(ties),
        };
        let node = self.nodes.slots().get(best.nth(index)?)?;
        Some(node.name().clone())
    }

    /// The pod fits nowhere: preemption is tried, and the pod waits.
    fn fail(&mut self, key: &ObjectKey, pod: &Pod, id: u64, context: &mut Context<'_>) {
        let Some(template) = self.templates.get_mut(&id) else {
            return;
        };
        let is_plain = pod.status.nominated_node_name.is_empty() && self.nodes.nominating().next().is_none();
        let known = self.failures.get(&id);
        if let Some(known) = known
            .filter(|known| is_plain && known.version == template.version)
            .cloned()
        {
            self.wait(key, pod, id, &known, Nomination::Unchanged, context);
            return;
        }
        let start = if self.nodes.slots().len() > 1 {
            self.random.index(self.nodes.slots().len())
        } else {
            0
        };
        template.look_at_all(&self.nodes);
        let objects = context.store.objects();
        let decision = Decision::of(template, pod, &self.nodes, objects, context.settings, start);
        let refusal = Refusal {
            version: template.version,
            message: decision.message.as_str().into(),
            plugins: decision.refusing_plugins(),
        };
        let Some(preemption) = decision.preemption else {
            self.wait(key, pod, id, &refusal, Nomination::Unchanged, context);
            return;
        };
        let wanted = self.placement.wanted(key);
        let wanted = preemption.nominated.iter().find(|node| Some(*node) == wanted);
        let chosen = match preemption.nominated.len() {
            _ if wanted.is_some() => wanted,
            0 | 1 => preemption.nominated.first(),
            ties => preemption.nominated.get(self.random.index(ties)),
        };
        match chosen.and_then(|node| preemption.candidate(node)) {
            Some(candidate) => {
                let void = evict::prepare(pod, candidate, &self.nodes, context);
                for key in void {
                    self.queue.wake(&key, context.now, context.settings);
                }
                let nomination = Nomination::Node(candidate.node.clone());
                self.wait(key, pod, id, &refusal, nomination, context);
            }
            None if preemption.clears_nomination() => {
                if is_plain {
                    self.failures.insert(id, refusal.clone());
                }
                self.wait(key, pod, id, &refusal, Nomination::Cleared, context);
            }
            None => self.wait(key, pod, id, &refusal, Nomination::Unchanged, context),
        }
    }

    /// Says why, and lets the pod wait. Before queueing hints (v1.32) the changes that preemption itself made woke the pod again.
    fn wait(
        &mut self,
        key: &ObjectKey,
        pod: &Pod,
        template: u64,
        refusal: &Refusal,
        nomination: Nomination,
        context: &mut Context<'_>,
    ) {
        let failure = Failure {
            template,
            rejected_by: refusal.plugins.clone(),
        };
        let woken_by_itself = matches!(nomination, Nomination::Node(_)) && !context.settings.since(1, 32);
        if woken_by_itself {
            self.queue.back_off(key, failure, context.now, context.settings);
        } else {
            self.queue.park(key, failure, context.now);
        }
        self.request_flush(context.now, context);
        bind::report_failure(pod, &refusal.message, nomination, context);
        self.request_wake_ups(context);
    }
}
