//! The state that cucumber's step functions work on.

use std::collections::BTreeMap;
use std::fmt;

use shakedown_engine::api::{Node, ObjectKey, Pod};
use shakedown_engine::environment::ContainerSelector;
use shakedown_engine::faults::FaultId;
use shakedown_engine::kubectl::CommandOutput;
use shakedown_engine::laws;
use shakedown_engine::limits::LimitError;
use shakedown_engine::runtime::{CpuUse, MemoryUse};
use shakedown_engine::sim::SimTime;
use shakedown_engine::timeline;
use shakedown_engine::{Cluster, ClusterOptions};
use shakedown_reports::record::{Failure, KubectlSnapshot, Outcome, Placement};

use super::late_words::LateWord;
use super::{LastCommand, ScenarioContext, ScenarioEnd, StepContext, StepError, lanes};
use crate::assertion::{Claim, Refuted, Since, evaluate};
use crate::parameters::{Containers, Tense, VirtualDuration};
use crate::placement::placements;
use crate::runner::Keyword;
use crate::subject::{because, latest_changes};

/// So many placements are kept for the report, and none in clusters with more nodes: a record must stay small enough to open.
/// `shakedown explain-scheduling` tells them all.
const PLACEMENTS_MAX: usize = 12;
const PLACEMENT_NODES_MAX: usize = 12;

/// So many commands' outputs are kept for the report.
const SNAPSHOTS_MAX: usize = 100;

/// The cluster of a scenario, and what its steps have to remember.
#[derive(cucumber::World)]
#[world(init = Self::empty)]
pub struct World {
    context: ScenarioContext,
    step: Option<StepContext>,
    /// Made when the first step needs it: a seed may be set until then.
    cluster: Option<Cluster>,
    /// The first When: where the past of `at all times` begins.
    since: Option<FirstWhen>,
    last_command: Option<LastCommand>,
    /// What the steps so far have said about the memory of the containers of a phrase: one adds to the other.
    memory: BTreeMap<String, MemoryUse>,
    /// … and about their CPU.
    cpu: BTreeMap<String, CpuUse>,
    /// The faults that steps injected, with the index of the step.
    pub(super) injected: Vec<(FaultId, usize)>,
    /// Behaviours that steps told of containers that ran already.
    pub(super) late_words: Vec<LateWord>,
    /// What steps told of when containers are ready: the step's text, the containers.
    pub(super) readiness_words: Vec<(String, ContainerSelector)>,
    snapshots: Vec<KubectlSnapshot>,
    failure: Option<Failure>,
    outcome: Outcome,
}

/// The first When of a scenario.
#[derive(Debug, Clone, Copy)]
struct FirstWhen {
    since: Since,
    in_background: bool,
    line: usize,
}

impl World {
    fn empty() -> Self {
        Self::for_scenario(ScenarioContext::default())
    }

    /// A world without a cluster yet.
    pub(crate) fn for_scenario(context: ScenarioContext) -> Self {
        Self {
            context,
            step: None,
            cluster: None,
            since: None,
            last_command: None,
            memory: BTreeMap::new(),
            cpu: BTreeMap::new(),
            injected: Vec::new(),
            late_words: Vec::new(),
            readiness_words: Vec::new(),
            snapshots: Vec::new(),
            failure: None,
            outcome: Outcome::Failed,
        }
    }

    /// The cluster.
    pub fn cluster(&mut self) -> &mut Cluster {
        let (seed, limits) = (self.context.seed, self.context.limits);
        self.cluster.get_or_insert_with(|| {
            let mut options = ClusterOptions {
                seed,
                ..ClusterOptions::default()
            };
            options.limits.virtual_time_max = SimTime::ZERO + limits.virtual_time;
            let mut cluster = Cluster::new(options);
            cluster.interrupt_when(limits.watch());
            cluster
        })
    }

    /// The cluster, if a step has made one.
    pub(super) fn cluster_if_any(&self) -> Option<&Cluster> {
        self.cluster.as_ref()
    }

    /// The scenario: its feature file, folder and seed.
    pub fn scenario(&self) -> &ScenarioContext {
        &self.context
    }

    /// The step that is running.
    pub fn step(&self) -> Option<&StepContext> {
        self.step.as_ref()
    }

    /// Sets the seed.
    ///
    /// # Errors
    /// If there is a cluster already: what has happened was decided by another seed.
    pub fn set_seed(&mut self, seed: u64) -> Result<(), StepError> {
        if self.cluster.is_some() {
            return Err(StepError::new(
                "the seed must be set before there is a cluster; make it the first step",
            ));
        }
        self.context.seed = seed;
        Ok(())
    }

    /// Lets time pass.
    ///
    /// # Errors
    /// If a limit of the simulation is reached.
    pub fn advance(&mut self, duration: VirtualDuration) -> Result<(), StepError> {
        let result = self.cluster().advance(duration.0);
        self.within_limits(result)
    }

    /// Lets time pass until nothing but periodic work is left.
    ///
    /// # Errors
    /// If that does not come about within an hour of virtual time.
    pub fn settle(&mut self) -> Result<(), StepError> {
        let result = self.cluster().settle();
        self.within_limits(result)
    }

    /// Asserts a claim in a tense; lets time run where the tense speaks of the future.
    ///
    /// # Errors
    /// If it does not hold; what was expected, what was seen and when waits for the report.
    pub fn assert(&mut self, tense: Tense, claim: &Claim<'_>) -> Result<(), StepError> {
        self.cluster();
        let since = self.since.map(|first| first.since).unwrap_or_default();
        let result = evaluate(self.cluster(), since, tense, claim);
        match self.within_limits(result)? {
            Ok(()) => Ok(()),
            Err(mut refuted) => {
                refuted.message.push_str(&self.since_words(tense));
                Err(self.refute(claim, refuted))
            }
        }
    }

    /// Where the past begins that the tense speaks of.
    fn since_words(&self, tense: Tense) -> String {
        match (tense, self.since) {
            (Tense::AtAllTimes | Tense::AtNoTime | Tense::AtSomeTime, Some(first)) => {
                format!(" since the first When, on line {}", first.line)
            }
            (Tense::AtAllTimes | Tense::AtNoTime | Tense::AtSomeTime, None) => {
                " since the scenario began: no When comes before".to_owned()
            }
            _ => String::new(),
        }
    }

    fn refute(&mut self, claim: &Claim<'_>, refuted: Refuted) -> StepError {
        let text = self.step.as_ref().map(|step| step.text.as_str()).unwrap_or_default();
        let error = StepError::new(format!("{text}: {}", refuted.message));
        let log = self.cluster().log();
        let changes = latest_changes(log, &refuted.objects, refuted.at);
        let seen = match refuted.revision {
            Some(revision) => format!("{}{}", refuted.seen, because(log, &refuted.objects, revision)),
            None => refuted.seen,
        };
        self.failure = Some(Failure {
            message: refuted.message,
            expected: Some(claim.expected.clone()),
            seen: Some(seen),
            at_ns: Some(refuted.at.as_nanos()),
            kubectl_table: refuted.table.into(),
            events: refuted.events.into(),
            changes,
            source_excerpt: String::new(),
        });
        error
    }

    /// Fails the step with what was expected and what there is instead.
    pub fn unexpected(
        &mut self,
        message: impl Into<String>,
        expected: impl Into<String>,
        seen: impl Into<String>,
    ) -> StepError {
        let message = message.into();
        self.failure = Some(Failure {
            message: message.clone(),
            expected: Some(expected.into()),
            seen: Some(seen.into()),
            at_ns: Some(self.now_ns()),
            ..Failure::default()
        });
        StepError(message)
    }

    /// Reaching a limit is neither a pass nor an ordinary failure.
    fn within_limits<T>(&mut self, result: Result<T, LimitError>) -> Result<T, StepError> {
        result.map_err(|error| {
            self.outcome = Outcome::TimedOut;
            match &error {
                LimitError::VirtualTime { .. } => StepError::new(format!("{error}; raise it with --virtual-timeout")),
                _ => StepError::from(error),
            }
        })
    }

    /// The last command.
    ///
    /// # Errors
    /// If there was none.
    pub fn last_command(&self) -> Result<&LastCommand, StepError> {
        self.last_command
            .as_ref()
            .ok_or_else(|| StepError::new("no command was run before this step"))
    }

    /// The CPU use that the steps have told for the containers of a phrase.
    pub(crate) fn cpu_of(&mut self, containers: &Containers) -> &mut CpuUse {
        self.cpu.entry(containers.to_string()).or_default()
    }

    /// The memory use that the steps have told for the containers of a phrase.
    pub(crate) fn memory_of(&mut self, containers: &Containers) -> &mut MemoryUse {
        self.memory.entry(containers.to_string()).or_default()
    }

    pub(super) fn remember(&mut self, line: &str, output: CommandOutput) -> &LastCommand {
        self.last_command.insert(LastCommand {
            line: line.to_owned(),
            output,
        })
    }

    /// Keeps what a command printed, for the report.
    pub(crate) fn keep_snapshot(&mut self, title: &str, text: &str) {
        if self.snapshots.len() < SNAPSHOTS_MAX {
            let at_ns = self.now_ns();
            self.snapshots.push(KubectlSnapshot {
                title: title.to_owned(),
                text: text.to_owned(),
                at_ns,
            });
        }
    }

    pub(crate) fn begin_step(&mut self, step: StepContext) {
        // A background prepares; the past that assertions speak of begins with the scenario's own first When.
        let is_first = self.since.is_none_or(|first| first.in_background && !step.background);
        if step.keyword == Keyword::When && is_first {
            let cluster = self.cluster();
            let since = Since {
                mark: cluster.mark(),
                at: cluster.now(),
            };
            self.since = Some(FirstWhen {
                since,
                in_background: step.background,
                line: step.line,
            });
        }
        self.step = Some(step);
        self.failure = None;
        self.outcome = Outcome::Failed;
    }

    /// The virtual time, in nanoseconds since the scenario's beginning.
    pub fn now_ns(&self) -> u64 {
        self.cluster.as_ref().map_or(0, |cluster| cluster.now().as_nanos())
    }

    pub(crate) fn take_failure(&mut self) -> Option<Failure> {
        self.failure.take()
    }

    pub(crate) fn failure_outcome(&self) -> Outcome {
        self.outcome
    }

    /// A law of Kubernetes that something in the scenario has broken: a defect of the simulation, told with the last step.
    fn broken_law(&self) -> Option<(usize, Failure)> {
        let broken = laws::first_broken(self.cluster.as_ref()?.log())?;
        let failure = Failure {
            message: broken.to_string(),
            ..Failure::default()
        };
        Some((self.step.as_ref()?.index, failure))
    }

    pub(crate) fn finish(&mut self) -> ScenarioEnd {
        let mut end = ScenarioEnd {
            seed: self.context.seed,
            end_ns: self.now_ns(),
            ..ScenarioEnd::default()
        };
        if let Some(cluster) = &self.cluster {
            end.timeline_hash = format!("{:016x}", timeline::hash(cluster.log()));
            end.faults = self.fault_marks();
            end.late_failures = self.idle_faults();
            let idle_words = self.idle_words();
            let explanations = idle_words
                .iter()
                .map(|(_, failure)| format!("note: {}", failure.message));
            end.notes = explanations.chain(self.unasked_words()).collect();
            end.late_failures.extend(idle_words);
            end.late_failures.extend(self.broken_law());
            end.lanes = lanes::lanes(cluster.log(), cluster.now());
            end.placements = placements_worth_a_look(cluster);
        }
        end.snapshots = std::mem::take(&mut self.snapshots);
        end
    }
}

/// The last attempt about each of the last pods that were tried.
fn placements_worth_a_look(cluster: &Cluster) -> Vec<Placement> {
    let nodes = cluster.store().objects().all::<Node>().count();
    if nodes > PLACEMENT_NODES_MAX {
        return Vec::new();
    }
    let pods = cluster.store().objects().all::<Pod>();
    let named: Vec<ObjectKey> = pods.map(|pod| pod.meta.key()).take(PLACEMENTS_MAX).collect();
    let mut last: Vec<Placement> = Vec::new();
    for placement in placements(cluster, |pod| named.contains(&pod.meta.key())) {
        last.retain(|earlier| earlier.pod != placement.pod);
        last.push(placement);
    }
    last
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("context", &self.context)
            .field("step", &self.step)
            .finish_non_exhaustive()
    }
}
