//! What a scenario says in vain: how processes behave that run already and never start again, or when those are ready whom no
//! probe asks.
//!
//! A process is computed when it starts, so what is said of it later counts from its next start on. A scenario that ends before
//! such a start has said something that came to nothing, and would pass for the wrong reason. Backgrounds speak for several
//! scenarios and are let off; CPU use and what metrics tell of memory change at once.

use shakedown_engine::api::{Container, ContainerStatus, Object, Pod};
use shakedown_engine::environment::{ContainerSelector, Rule};
use shakedown_engine::store::Objects;
use shakedown_reports::record::Failure;

use super::World;

/// A behaviour that was said of running containers.
pub(super) struct LateWord {
    step: usize,
    text: String,
    containers: ContainerSelector,
    /// How many ran.
    running: usize,
    /// The length of the log then.
    from: usize,
}

impl World {
    /// Lets processes behave so.
    pub(crate) fn behave(&mut self, rule: Rule) {
        self.note_if_late(&rule);
        if let (Some(step), true) = (self.step(), rule.behaviour.ready_after.is_some()) {
            let word = (step.text.clone(), rule.containers.clone());
            self.readiness_words.push(word);
        }
        self.cluster().behave(rule);
    }

    fn note_if_late(&mut self, rule: &Rule) {
        let Some(step) = self.step().filter(|step| !step.background) else {
            return;
        };
        let (step, text) = (step.index, step.text.clone());
        let behaviour = &rule.behaviour;
        let leaks = behaviour
            .memory
            .as_ref()
            .is_some_and(|memory| memory.leak_bytes_per_minute > 0);
        let of_a_life =
            !behaviour.lives.is_empty() || behaviour.ready_after.is_some() || behaviour.stop.is_some() || leaks;
        let view = self.cluster().view();
        let pods = view.objects.all::<Pod>();
        let running = pods.map(|pod| running(pod, &rule.containers, view.objects)).sum();
        if of_a_life && running > 0 {
            let from = self.cluster().log().len();
            let containers = rule.containers.clone();
            self.late_words.push(LateWord {
                step,
                text,
                containers,
                running,
                from,
            });
        }
    }

    /// What was said too late, with the index of its step.
    pub(super) fn idle_words(&self) -> Vec<(usize, Failure)> {
        let Some(cluster) = self.cluster_if_any() else {
            return Vec::new();
        };
        let objects = cluster.view().objects;
        let started_again = |word: &&LateWord| {
            let log = cluster.log().get(word.from..).unwrap_or_default();
            log.iter().any(|change| {
                let count = |object: Option<&Object>| {
                    let pod = object.and_then(Object::as_pod);
                    pod.map_or(0, |pod| running(pod, &word.containers, objects))
                };
                count(change.after.as_ref()) > count(change.before.as_ref())
            })
        };
        let idle = self.late_words.iter().filter(|word| !started_again(word));
        idle.map(|word| (word.step, came_to_nothing(word))).collect()
    }

    /// What was said of when containers are ready whom no probe asks. It fails nothing: the plain sentences for workloads give no
    /// probes, and what is said of an image may be meant for another scenario.
    pub(super) fn unasked_words(&self) -> Vec<String> {
        let Some(cluster) = self.cluster_if_any().filter(|_| !self.readiness_words.is_empty()) else {
            return Vec::new();
        };
        let objects = cluster.view().objects;
        let unasked = self.readiness_words.iter().filter(|(_, containers)| {
            let pods = cluster.log().iter().filter_map(|change| change.object().as_pod());
            let all = pods.flat_map(|pod| pod.spec.containers.iter().map(move |container| (pod, container)));
            let mut meant = all
                .filter(|(pod, container)| containers.matches(pod, container, objects))
                .peekable();
            let is_asked = |container: &Container| container.readiness.is_some() || container.startup.is_some();
            meant.peek().is_some() && !meant.any(|(_, container)| is_asked(container))
        });
        let note = |text: &String| {
            format!(
                "note: `{text}` changes nothing here: no container that it is about has a readinessProbe or startupProbe"
            )
        };
        unasked.map(|(text, _)| note(text)).collect()
    }
}

/// How many containers of a pod are meant and run.
fn running(pod: &Pod, containers: &ContainerSelector, objects: &Objects) -> usize {
    let runs = |container: &&Container| {
        let is_it = |status: &&ContainerStatus| status.name == container.name;
        let status = pod.status.containers.iter().find(is_it);
        status.is_some_and(|status| status.state.running.is_some())
    };
    let meant = pod
        .spec
        .containers
        .iter()
        .filter(|container| containers.matches(pod, container, objects));
    meant.filter(runs).count()
}

fn came_to_nothing(word: &LateWord) -> Failure {
    let containers = match word.running {
        1 => "1 container that it is about ran".to_owned(),
        many => format!("{many} containers that it is about ran"),
    };
    Failure {
        message: format!(
            "`{}` changes nothing here: how a process behaves is settled when it starts\nsay it before that, or let it start again (`kubectl rollout restart`)",
            word.text
        ),
        expected: Some("a container that starts after this step".to_owned()),
        seen: Some(format!("{containers} already, and none started again")),
        ..Failure::default()
    }
}
