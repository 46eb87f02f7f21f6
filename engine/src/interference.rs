//! What keeps the control plane from working when it wants to: processes that are down, an API server that is slow or refuses.
//!
//! Everything a component does begins with a wake-up, so that is where it is disturbed. A process that is down gets none: they
//! wait until it is back and then come due in their order. A slow API server answers later, so what a component would have done
//! happens later; a refusal makes it try again after its back-off. Nothing costs anything while no such fault is in force.
//!
//! The scheduler's and the controllers' processes come back with an empty memory and list everything anew; a controller that
//! crashes is let go on for a few writes first. Deliberately not modelled: no leader is elected; kubelets retry what is refused so
//! fast that it does not show, so refusals strike scheduler and controllers only.

use std::collections::BTreeMap;
use std::time::Duration;

use smol_str::SmolStr;

use crate::api::Uid;
use crate::component::Task;
use crate::controllers::ControllerId;
use crate::faults::{ControlPlanePart, FaultId};
use crate::sim::{Random, Seed, SimTime, Urgency};

/// client-go's rate limiter for work queues: 5 ms, doubling, at most 1000 s.
const RETRY_MIN: Duration = Duration::from_millis(5);
const RETRY_MAX: Duration = Duration::from_secs(1000);

/// All interference in force.
#[derive(Debug, Default)]
pub struct Interference {
    down: Vec<Down>,
    slow: Vec<Slow>,
    crashes: Vec<Crash>,
    webhooks: Vec<(FaultId, SmolStr, WebhookFault)>,
    /// Until when the requests of controllers hang, by the workload whose pod they are to make.
    hanging: BTreeMap<Uid, SimTime>,
    /// How long the requests of a person have hung.
    client_hung: Duration,
    random: Option<Random>,
}

/// A controller that is to crash in its next reconcile.
#[derive(Debug)]
struct Crash {
    fault: FaultId,
    controller: SmolStr,
    downtime: Duration,
}

/// A process that is down, and the wake-ups that have come due meanwhile.
#[derive(Debug)]
struct Down {
    fault: FaultId,
    part: ControlPlanePart,
    held: Vec<(Urgency, Task)>,
}

#[derive(Debug)]
struct Slow {
    fault: FaultId,
    how: Disturbance,
}

/// How wake-ups are disturbed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disturbance {
    /// Every answer of the API server comes so much later.
    Late(Duration),
    /// What a controller of this name watches reaches it so much later.
    WatchLate(SmolStr, Duration),
    /// So many percent of the writes are refused.
    Rejects(u8),
}

/// What is wrong with an admission webhook for pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookFault {
    /// It denies every new pod.
    Denies,
    /// It does not answer, so that no pod can be made (`failurePolicy: Fail`).
    DoesNotAnswer,
}

/// What becomes of a wake-up.
#[derive(Debug)]
pub enum Fate {
    /// It runs.
    Runs(Task),
    /// It waits until its process is back.
    Held,
    /// It runs so much later.
    PutOff(Duration, Task),
}

impl Interference {
    /// Chance comes from a stream of its own: it shifts nobody else's.
    pub fn new(seed: Seed) -> Self {
        Interference {
            random: Some(seed.stream("interference")),
            ..Interference::default()
        }
    }

    /// Whether a process is down.
    pub fn is_down(&self, part: ControlPlanePart) -> bool {
        self.down.iter().any(|down| down.part == part)
    }

    /// Takes a process down, until [`Interference::take_held`].
    pub(crate) fn begin_down(&mut self, fault: FaultId, part: ControlPlanePart) {
        self.down.push(Down {
            fault,
            part,
            held: Vec::new(),
        });
    }

    /// Lets a controller crash in its next reconcile that writes anything; its process is back after a while.
    pub(crate) fn begin_crash(&mut self, fault: FaultId, controller: SmolStr, downtime: Duration) {
        self.crashes.push(Crash {
            fault,
            controller,
            downtime,
        });
    }

    /// After how many writes the next reconcile of a controller is to crash; none if it is not to. Half of the crashes come after
    /// the first write, half of the others after the second, and so on.
    pub(crate) fn next_crash(&mut self, controller: &str) -> Option<u32> {
        self.crashes.iter().find(|crash| crash.controller == controller)?;
        let heads = self
            .random
            .as_mut()
            .map_or(0, |random| random.next_u64().trailing_ones());
        Some(1 + heads)
    }

    /// The controller has crashed, and with it the process of all controllers. Returns the fault, and how long that is down.
    pub(crate) fn crash(&mut self, controller: &str) -> Option<(FaultId, Duration)> {
        let index = self.crashes.iter().position(|crash| crash.controller == controller)?;
        let crash = self.crashes.remove(index);
        self.begin_down(crash.fault, ControlPlanePart::ControllerManager);
        Some((crash.fault, crash.downtime))
    }

    /// Whether this fault keeps a process down.
    pub(crate) fn keeps_down(&self, fault: FaultId) -> bool {
        self.down.iter().any(|down| down.fault == fault)
    }

    /// Disturbs, until [`Interference::end`].
    pub(crate) fn begin(&mut self, fault: FaultId, how: Disturbance) {
        self.slow.push(Slow { fault, how });
    }

    /// Sets a webhook wrong, until [`Interference::end`].
    pub(crate) fn begin_webhook(&mut self, fault: FaultId, name: SmolStr, how: WebhookFault) {
        self.webhooks.push((fault, name, how));
    }

    /// The webhook that keeps pods from being made; of several the first to be asked, by name.
    pub fn webhook(&self) -> Option<(FaultId, &SmolStr, WebhookFault)> {
        let first = self.webhooks.iter().min_by_key(|(_, name, _)| name);
        first.map(|(fault, name, how)| (*fault, name, *how))
    }

    /// How much longer the request for a workload's pod hangs; none once its time is up. A first request begins to.
    pub(crate) fn hang(&mut self, workload: Uid, now: SimTime, timeout: Duration) -> Option<Duration> {
        let until = *self.hanging.entry(workload).or_insert(now + timeout);
        let left = (until > now).then(|| until.since(now));
        if left.is_none() {
            self.hanging.remove(&workload);
        }
        left
    }

    /// A person's request hangs until its time is up.
    pub(crate) fn hang_client(&mut self, timeout: Duration) {
        self.client_hung += timeout;
    }

    /// How long a person has waited for requests that hung, and not yet been made to.
    pub(crate) fn take_client_hung(&mut self) -> Duration {
        std::mem::take(&mut self.client_hung)
    }

    /// Ends what a fault has begun, but for processes that are down.
    pub(crate) fn end(&mut self, fault: FaultId) {
        self.slow.retain(|slow| slow.fault != fault);
        self.crashes.retain(|crash| crash.fault != fault);
        self.webhooks.retain(|(of, ..)| *of != fault);
        if self.webhooks.is_empty() {
            self.hanging.clear();
        }
    }

    /// Brings a process back: the wake-ups that were held, in the order in which they came due.
    pub(crate) fn take_held(&mut self, part: ControlPlanePart) -> Vec<(Urgency, Task)> {
        let index = self.down.iter().position(|down| down.part == part);
        index.map(|index| self.down.remove(index).held).unwrap_or_default()
    }

    /// What becomes of a wake-up that is due, and the fault that decided. A fault has struck if it met unfinished business: a
    /// periodic check that is missed need not change anything.
    pub(crate) fn fate(&mut self, urgency: Urgency, task: Task) -> (Fate, Option<FaultId>) {
        if self.down.is_empty() && self.slow.is_empty() {
            return (Fate::Runs(task), None);
        }
        let Some(part) = part_of(&task) else {
            return (Fate::Runs(task), None);
        };
        let counts = urgency == Urgency::Active || is_appointment(&task);
        let struck = |fault| Some(fault).filter(|_| counts);
        let is_meant = |down: &&mut Down| down.part == part || down.part == ControlPlanePart::ApiServer;
        if let Some(down) = self.down.iter_mut().find(is_meant) {
            down.held.push((urgency, task));
            return (Fate::Held, struck(down.fault));
        }
        match self.delay(&task) {
            Some((fault, delay, attempts)) => (Fate::PutOff(delay, put_off(task, attempts)), struck(fault)),
            None => (Fate::Runs(task), None),
        }
    }

    /// How long a wake-up is put off, by which fault; and how often it will have been refused.
    fn delay(&mut self, task: &Task) -> Option<(FaultId, Duration, u8)> {
        let attempts = match task {
            Task::PutOff(_, attempts) => *attempts,
            _ => 0,
        };
        let is_new = !matches!(task, Task::PutOff(..));
        for slow in &self.slow {
            match &slow.how {
                Disturbance::Late(delay) if is_new => return Some((slow.fault, *delay, attempts)),
                Disturbance::WatchLate(name, delay) if is_new && is_of(task, name) => {
                    return Some((slow.fault, *delay, attempts));
                }
                Disturbance::Rejects(percent) => {
                    let drawn = self.random.as_mut().map_or(100, |random| random.index(100));
                    if drawn < usize::from(*percent) {
                        let delay = RETRY_MIN.saturating_mul(1_u32 << attempts.min(18)).min(RETRY_MAX);
                        return Some((slow.fault, delay, attempts.saturating_add(1)));
                    }
                }
                Disturbance::Late(_) | Disturbance::WatchLate(..) => {}
            }
        }
        None
    }
}

/// Whose wake-up it is; none if nothing of the control plane's.
fn part_of(task: &Task) -> Option<ControlPlanePart> {
    match task {
        Task::Scheduler(_) => Some(ControlPlanePart::Scheduler),
        Task::Controller(_) => Some(ControlPlanePart::ControllerManager),
        Task::PutOff(task, _) => part_of(task),
        Task::Kubelet(_) | Task::Heal(_) | Task::Planned(_) | Task::RestartControllers | Task::RestartScheduler => None,
    }
}

/// Whether a wake-up changes something though nobody waits for it: a CronJob's next start.
fn is_appointment(task: &Task) -> bool {
    match task {
        Task::Controller(task) => task.controller == ControllerId::CronJob,
        Task::PutOff(task, _) => is_appointment(task),
        _ => false,
    }
}

fn is_of(task: &Task, controller: &str) -> bool {
    match task {
        Task::Controller(task) => task.controller.name() == controller,
        Task::PutOff(task, _) => is_of(task, controller),
        _ => false,
    }
}

fn put_off(task: Task, attempts: u8) -> Task {
    match task {
        Task::PutOff(task, _) => Task::PutOff(task, attempts),
        task => Task::PutOff(Box::new(task), attempts),
    }
}
