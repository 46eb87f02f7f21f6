//! The façade: build a cluster, apply, run kubectl, inject faults, let time pass, look.
//!
//! One loop moves everything: take the next entry from the agenda, let its component run, show what was written to all
//! components, repeat.

use std::time::Duration;

use smol_str::SmolStr;

use crate::api::decode::{DecodeOptions, Origin, decode_documents};
use crate::api::{Pod, Timestamp, Uid};
use crate::apiserver::{self, Request};
use crate::component::{Context, Task};
use crate::components::Components;
use crate::environment::Environment;
use crate::events::EventRecorder;
use crate::faults::ControlPlanePart;
use crate::interference::Fate;
use crate::kubectl::{self, Applied, ApplyError, CommandOutput, FileSource, NoFiles, Session};
use crate::kubelet::{ExecError, Executed, Kubelets};
use crate::limits::{LimitError, Limits};
use crate::plans::Plans;
use crate::scheduler::Placement;
use crate::settings::{SettingError, Settings};
use crate::sim::{Agenda, Random, Seed, SimTime, Urgency};
use crate::store::{Change, Store};
use crate::timeline::{Mark, Replay, View};

/// How a cluster starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClusterOptions {
    /// Decides everything that is left to chance.
    pub seed: u64,
    /// The calendar time at the start.
    pub epoch: Timestamp,
    /// What no run may exceed.
    pub limits: Limits,
}

impl Default for ClusterOptions {
    fn default() -> Self {
        ClusterOptions {
            seed: 0,
            epoch: Timestamp::DEFAULT_EPOCH,
            limits: Limits::default(),
        }
    }
}

/// A simulated cluster.
pub struct Cluster {
    limits: Limits,
    now: SimTime,
    store: Store,
    agenda: Agenda<Task>,
    settings: Settings,
    environment: Environment,
    events: EventRecorder,
    components: Components,
    /// How many changes of the log the components have been shown.
    shown: usize,
    /// Agenda entries done at the current instant.
    entries_at_instant: u64,
    /// Agenda entries done since the start.
    entries: u64,
    /// Gives a reason to stop.
    interrupt: Option<Interrupt>,
    /// What people have planned to do.
    plans: Plans,
    /// How long requests of clients outside take.
    clients: Random,
}

/// Asked now and then; a text is the reason to stop.
type Interrupt = Box<dyn Fn() -> Option<String> + Send + Sync>;

/// So many agenda entries are done between two questions whether to stop: asking may cost more than an entry.
const ENTRIES_PER_QUESTION: u64 = 64;

/// What made [`Cluster::run_until_change`] return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Something was written.
    Changed,
    /// The deadline has come without a write.
    Deadline,
}

impl Cluster {
    /// An empty cluster: a control plane without nodes.
    pub fn new(options: ClusterOptions) -> Self {
        let seed = Seed(options.seed);
        let mut cluster = Cluster {
            limits: options.limits,
            now: SimTime::ZERO,
            store: Store::new(seed, options.epoch, options.limits.objects_max),
            agenda: Agenda::default(),
            settings: Settings::default(),
            environment: Environment::new(seed),
            events: EventRecorder::default(),
            components: Components::new(seed),
            shown: 0,
            entries_at_instant: 0,
            entries: 0,
            interrupt: None,
            plans: Plans::default(),
            clients: seed.stream("kubectl"),
        };
        cluster.with_context("apiserver", |context, _| {
            apiserver::bootstrap(context.store);
        });
        cluster
    }

    /// Asks `interrupt` now and then whether to stop, e.g. because a scenario takes too long on the wall clock, which the
    /// simulation itself does not read. A text is the reason: the run ends with [`LimitError::Interrupted`].
    pub fn interrupt_when(&mut self, interrupt: impl Fn() -> Option<String> + Send + Sync + 'static) {
        self.interrupt = Some(Box::new(interrupt));
    }

    /// The current instant.
    pub fn now(&self) -> SimTime {
        self.now
    }

    /// The objects as they are now.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The timing constants.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Changes a timing constant by name.
    pub fn set_setting(&mut self, name: &str, value: &str) -> Result<(), SettingError> {
        self.settings.set(name, value)
    }

    /// Says which node new pods ought to get where several are equally good; else the seed decides.
    pub fn place(&mut self, placement: Placement) {
        self.components.scheduler.place(placement);
    }

    /// Gives the cluster the default StorageClass of a managed cluster, `standard`, unless it has StorageClasses: a cluster by
    /// itself has none.
    pub fn provide_storage(&mut self) {
        self.with_context("apiserver", |context, _| apiserver::provide_storage(context.store));
    }

    /// Machines, registries and processes.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The cluster as it is now.
    pub fn view(&self) -> View<'_> {
        View {
            objects: self.store.objects(),
            now: self.now,
            epoch: self.store.epoch(),
            change: None,
        }
    }

    /// Every change since the start.
    pub fn log(&self) -> &[Change] {
        self.store.log()
    }

    /// This place in the timeline, to come back to with [`Cluster::replay`].
    pub fn mark(&self) -> Mark {
        Mark(self.store.log().len())
    }

    /// Walks the timeline from a mark.
    pub fn replay(&self, from: Mark) -> Replay {
        Replay::from(from, self.store.objects(), self.store.log(), self.store.epoch())
    }

    /// Lets time pass.
    pub fn advance(&mut self, duration: Duration) -> Result<(), LimitError> {
        let deadline = self.deadline(duration)?;
        while self.run_entry_before(deadline)? {}
        self.enter(deadline);
        Ok(())
    }

    /// Lets time pass until something is written, but not beyond `deadline`.
    pub fn run_until_change(&mut self, deadline: SimTime) -> Result<Progress, LimitError> {
        if deadline > self.limits.virtual_time_max {
            return Err(LimitError::VirtualTime {
                wanted: deadline,
                max: self.limits.virtual_time_max,
            });
        }
        let before = self.store.log().len();
        while self.store.log().len() == before {
            if !self.run_entry_before(deadline)? {
                self.enter(deadline);
                return Ok(Progress::Deadline);
            }
        }
        Ok(Progress::Changed)
    }

    /// Lets time pass until nothing but periodic work is left.
    pub fn settle(&mut self) -> Result<(), LimitError> {
        let after = self.limits.settle_max;
        let deadline = self.deadline(after)?;
        while self.agenda.active_len() > 0 {
            if !self.run_entry_before(deadline)? {
                return Err(LimitError::NotSettled {
                    after,
                    busy: self.busy(),
                });
            }
        }
        Ok(())
    }

    /// Applies the documents of a text as `kubectl apply` does. Of a document that is refused, nothing is applied; the others
    /// are.
    ///
    /// # Errors
    /// Every document that was refused, with file, line, column, field, what is wrong and what was probably meant.
    pub fn apply(&mut self, text: &str, origin: &Origin) -> Result<Vec<Applied>, ApplyError> {
        if self.environment.interference().is_down(ControlPlanePart::ApiServer) {
            return Err(ApplyError::unreachable());
        }
        let documents = decode_documents(text, origin, DecodeOptions::default());
        let mut session = Session::new(self, &NoFiles);
        let applied = kubectl::apply_documents(&mut session, documents);
        self.wait_for_hung();
        applied
    }

    /// Makes requests to the API server, as any client would.
    pub fn request<R>(&mut self, work: impl FnOnce(&mut Request<'_, '_>) -> R) -> R {
        self.with_context("user", |context, _| {
            work(&mut Request {
                context,
                dry_run: false,
                manager: "unknown".into(),
                warnings: Vec::new(),
            })
        })
    }

    /// Plans something for a later instant; it is done even while a command waits, as if in another terminal.
    pub fn plan(&mut self, at: SimTime, action: impl FnOnce(&mut Cluster) + Send + Sync + 'static) {
        let number = self.plans.add(Box::new(action));
        let at = at.max(self.now);
        self.agenda.schedule(at, Urgency::Active, Task::Planned(number));
    }

    /// Does what was planned, unless that would be done inside too many commands that wait: then a second later.
    fn do_planned(&mut self, number: usize) {
        match self.plans.begin(number) {
            Some(action) => {
                self.store.enter(self.now, "user");
                action(self);
                self.plans.end();
            }
            None => {
                let later = self.now + Duration::from_secs(1);
                self.agenda.schedule(later, Urgency::Active, Task::Planned(number));
            }
        }
    }

    /// Runs a kubectl command line; the leading `kubectl` may be left out. Commands that wait let virtual time run.
    pub fn kubectl(&mut self, line: &str, files: &dyn FileSource) -> CommandOutput {
        let output = kubectl::run_line(self, line, files);
        self.wait_for_hung();
        output
    }

    /// Runs kubectl with arguments that are split already.
    pub fn kubectl_arguments(&mut self, arguments: &[String], files: &dyn FileSource) -> CommandOutput {
        let output = kubectl::run_words(self, arguments, files);
        self.wait_for_hung();
        output
    }

    /// Lets the time pass for which a person's requests hung.
    fn wait_for_hung(&mut self) {
        let hung = self.environment.interference_mut().take_client_hung();
        if !hung.is_zero() {
            // At the end of virtual time the command is over, too.
            let _ = self.advance(hung);
        }
    }

    /// What a container has written so far, each line with its time; none if there is no such life of it.
    pub(crate) fn container_log(
        &self,
        node_name: &str,
        pod: Uid,
        container: usize,
        previous: bool,
    ) -> Option<Vec<(SimTime, SmolStr)>> {
        self.components
            .kubelets
            .log(node_name, pod, container, previous, self.now)
    }

    /// When the newest life of a container ends, or has ended, as far as anybody knows.
    pub(crate) fn container_end(&self, node_name: &str, pod: Uid, container: usize) -> Option<SimTime> {
        self.components.kubelets.container_end(node_name, pod, container)
    }

    /// Runs a command in a container of a pod, as `kubectl exec` asks its kubelet to.
    pub(crate) fn exec(&mut self, pod: &Pod, container: usize, words: &[String]) -> Result<Executed, ExecError> {
        self.with_context("kubelet", |context, kubelets| {
            kubelets.exec(pod, container, words, context)
        })
    }

    /// How long a request of a client outside takes: as long as one of a component.
    pub(crate) fn client_latency(&mut self) -> Duration {
        let (min, max) = (self.settings.component_latency_min, self.settings.component_latency_max);
        self.clients.duration(min, max)
    }

    /// The latest instant that a command without a time-out of its own waits for.
    pub(crate) fn wait_limit(&self) -> SimTime {
        (self.now + self.limits.settle_max).min(self.limits.virtual_time_max)
    }

    /// Lets somebody outside write objects directly, past validation and admission: for tests, and for whoever plays a
    /// component's part.
    pub fn write<R>(&mut self, writer: &'static str, work: impl FnOnce(&mut Store) -> R) -> R {
        self.with_context(writer, |context, _| work(context.store))
    }

    /// Lets `work` touch the cluster as `writer`, then shows the components what it wrote.
    pub(crate) fn with_context<R>(
        &mut self,
        writer: &'static str,
        work: impl FnOnce(&mut Context<'_>, &mut Kubelets) -> R,
    ) -> R {
        self.store.enter(self.now, writer);
        let (mut context, components) = self.parts();
        let result = work(&mut context, &mut components.kubelets);
        self.show_changes();
        result
    }

    /// The components, and what they may touch.
    fn parts(&mut self) -> (Context<'_>, &mut Components) {
        let context = Context {
            now: self.now,
            store: &mut self.store,
            agenda: &mut self.agenda,
            settings: &self.settings,
            environment: &mut self.environment,
            events: &mut self.events,
        };
        (context, &mut self.components)
    }

    /// Wakes whoever watches the load of processes.
    pub(crate) fn tell_of_behaviours(&mut self) {
        let (mut context, components) = self.parts();
        components.controllers.behaviours_changed(&mut context);
    }

    fn deadline(&self, duration: Duration) -> Result<SimTime, LimitError> {
        let (wanted, max) = (self.now + duration, self.limits.virtual_time_max);
        if wanted > max {
            Err(LimitError::VirtualTime { wanted, max })
        } else {
            Ok(wanted)
        }
    }

    fn enter(&mut self, now: SimTime) {
        if now > self.now {
            self.now = now;
            self.entries_at_instant = 0;
        }
        self.store.enter(self.now, "user");
    }

    /// Does the next entry that is due at or before `deadline`; false if there is none.
    fn run_entry_before(&mut self, deadline: SimTime) -> Result<bool, LimitError> {
        if self.agenda.next_at().is_none_or(|at| at > deadline) {
            return Ok(false);
        }
        let Some(entry) = self.agenda.pop() else {
            return Ok(false);
        };
        self.enter(entry.at);
        self.entries_at_instant += 1;
        if self.entries_at_instant > self.limits.entries_per_instant_max {
            let (at, count, last) = (self.now, self.entries_at_instant, format!("{:?}", entry.task));
            return Err(LimitError::EntriesPerInstant { at, count, last });
        }
        self.entries += 1;
        if self.entries.is_multiple_of(ENTRIES_PER_QUESTION)
            && let Some(reason) = self.interrupt.as_ref().and_then(|interrupt| interrupt())
        {
            let (at, last) = (self.now, format!("{:?}", entry.task));
            return Err(LimitError::Interrupted { at, reason, last });
        }
        if self.agenda.len() > self.limits.agenda_len_max {
            let (at, len, last) = (self.now, self.agenda.len(), format!("{:?}", entry.task));
            return Err(LimitError::AgendaLen { at, len, last });
        }
        match self.environment.fate(entry.urgency, entry.task) {
            Fate::Runs(task) => self.run_task(task),
            Fate::Held => {}
            Fate::PutOff(delay, task) => self.agenda.schedule(self.now + delay, entry.urgency, task),
        }
        self.show_changes();
        Ok(true)
    }

    fn run_task(&mut self, task: Task) {
        tracing::trace!(target: "engine::agenda", at_ns = self.now.as_nanos(), ?task);
        let task = match task {
            Task::Planned(number) => return self.do_planned(number),
            Task::PutOff(task, _) => *task,
            task => task,
        };
        let (mut context, components) = self.parts();
        components.run(task, &mut context);
    }

    /// Shows the components every change that they have not been shown. They put wake-ups on the agenda, and write nothing.
    fn show_changes(&mut self) {
        while let Some(change) = self.store.log().get(self.shown).cloned() {
            self.shown += 1;
            tracing::debug!(target: "engine", at_ns = change.at.as_nanos(), "{}", crate::timeline::describe(&change));
            let (mut context, components) = self.parts();
            components.observe(&change, &mut context);
        }
    }

    /// What keeps the cluster from being settled, for messages: the first few entries that are unfinished business.
    fn busy(&self) -> String {
        let mut entries: Vec<_> = self
            .agenda
            .iter()
            .filter(|entry| entry.urgency == Urgency::Active)
            .collect();
        entries.sort_by_key(|entry| entry.at);
        let shown: Vec<String> = entries
            .iter()
            .take(3)
            .map(|entry| format!("{:?} at {}", entry.task, entry.at))
            .collect();
        format!("{}{}", shown.join("; "), if entries.len() > 3 { " …" } else { "" })
    }
}
