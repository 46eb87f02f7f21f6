//! What a container's process finds around it, and telling it when that changes.
//!
//! The pod's files and whom the process can reach are kept in the pod's slot as histories; a process that has asked about
//! something which has changed since is computed anew from there (see [`crate::runtime::surroundings`]).

use std::sync::Arc;

use smol_str::SmolStr;

use super::contents::change;
use super::instance::LiveInstance;
use super::kubelets::Wake;
use super::work::PodWork;
use crate::api::{Container, Handler, json};
use crate::runtime::files::{Edit, FileChange, Files, Writer};
use crate::runtime::{Mount, Process, Surroundings};
use crate::sim::SimTime;

/// How often a process is computed anew because it asks for yet another target.
const LOOKUPS_MAX: usize = 8;

impl PodWork<'_, '_> {
    /// The surroundings of a life of a container. A container whose processes nobody interprets needs none.
    pub fn surroundings(&self, container: usize, life: u32) -> Arc<Surroundings> {
        match self.slot.container(container) {
            Some(spec) if is_interpreted(spec) => self.full_surroundings(container, life),
            _ => Arc::default(),
        }
    }

    /// The surroundings of a life of a container, whether or not it is interpreted.
    pub fn full_surroundings(&self, container: usize, life: u32) -> Arc<Surroundings> {
        let Some(spec) = self.slot.container(container) else {
            return Arc::default();
        };
        let me: Writer = Some((container, life));
        let mut files = Files::default();
        for volume in json::list(&self.slot.pod.spec.json, "volumes") {
            let name = json::text(volume, "name");
            if self.slot.contents.has(&name) {
                self.slot.contents.show(&name, &mut files);
                continue;
            }
            for (path, text) in self.volume_files(volume) {
                files.push(change(&name, &path, Edit::Write(text), SimTime::ZERO));
            }
        }
        let (mut mounts, owner) = (self.mounts(container), format!("{container}.{life}"));
        let since = self.life_started(container, life);
        for mount in &mut mounts {
            self.slot.contents.freeze(mount, &owner, since, &mut files);
        }
        for change in self.slot.files.changes().iter().filter(|change| change.writer != me) {
            files.push(change.clone());
        }
        Arc::new(Surroundings {
            hostname: self.hostname(),
            environment: self.environment_of(container, life, spec),
            mounts,
            files: Arc::new(files),
            network: self.slot.network.clone(),
            me,
            epoch: self.context.store.epoch(),
        })
    }

    /// When a life of a container has started; now, if it is about to.
    fn life_started(&self, container: usize, life: u32) -> SimTime {
        let mut lives = self.slot.instances.iter();
        let is_meant = |live: &&LiveInstance| (live.listed.container, live.listed.life) == (container, life);
        let process = lives.find(is_meant).and_then(|live| live.process.as_ref());
        process.map_or(self.now(), |process| process.started)
    }

    /// A container as the manifest has it.
    pub fn container_json(&self, container: usize) -> Option<&serde_json::Value> {
        let (init_len, ephemeral_from) = (self.slot.init_len(), self.slot.ephemeral_from());
        let (list, position) = match container {
            _ if container < init_len => ("initContainers", container),
            _ if container < ephemeral_from => ("containers", container - init_len),
            _ => ("ephemeralContainers", container - ephemeral_from),
        };
        json::list(&self.slot.pod.spec.json, list).get(position)
    }

    fn mounts(&self, container: usize) -> Vec<Mount> {
        let listed = self.container_json(container);
        let mount = |mount: &serde_json::Value| Mount {
            path: json::text(mount, "mountPath"),
            volume: json::text(mount, "name"),
            sub_path: json::text(mount, "subPath"),
        };
        listed
            .map(|listed| json::list(listed, "volumeMounts").iter().map(mount).collect())
            .unwrap_or_default()
    }

    /// A process has started: whom it asks for is looked up, what it writes is noted, and the others are told.
    pub fn process_started(&mut self, container: usize, process: &mut Process) {
        if !process.program().asks.is_empty()
            && let Some(spec) = self.slot.container(container).cloned()
        {
            self.look_up_for(&spec, container, process);
        }
        if process.surroundings().me.is_some() {
            self.note_files(process);
        }
    }

    /// Notes what a process does to files, and tells the other processes of the pod.
    fn note_files(&mut self, process: &Process) {
        let me = process.surroundings().me;
        let had = self.slot.files.changes().iter().any(|change| change.writer == me);
        self.slot.files.forget(me);
        let changes = process.file_changes();
        let any = !changes.is_empty();
        for change in changes {
            self.slot.files.push(change);
        }
        if any || had {
            self.refresh_processes(me);
        }
    }

    /// A process has ended: what it would have written does not come.
    pub fn files_ended(&mut self, writer: Writer, at: SimTime) {
        if self.slot.files.changes().iter().any(|change| change.writer == writer) {
            self.slot.files.end(writer, at);
            self.refresh_processes(writer);
        }
    }

    /// A person has changed files in a container.
    pub fn files_changed(&mut self, changes: Vec<FileChange>) {
        if changes.is_empty() {
            return;
        }
        for change in changes {
            self.slot.files.push(change);
        }
        self.refresh_processes(None);
    }

    /// Looks up whom a process asks for until it asks for nobody new.
    fn look_up_for(&mut self, spec: &Container, container: usize, process: &mut Process) {
        for _ in 0..LOOKUPS_MAX {
            let asks = &process.program().asks;
            let new: Vec<SmolStr> = asks
                .iter()
                .filter(|target| !self.slot.network.contains_key(*target))
                .cloned()
                .collect();
            if new.is_empty() {
                break;
            }
            for target in new {
                let reached = self.is_reached(&target);
                self.slot.network.insert(target, vec![(self.now(), reached)]);
            }
            let life = process.surroundings().me.map_or(0, |(_, life)| life);
            process.refresh(spec, self.full_surroundings(container, life));
        }
        if !self.slot.network.is_empty() {
            self.agent.askers.insert(self.slot.uid());
        }
    }

    /// Something that can be reached over the network may have come or gone.
    pub fn network_changed(&mut self) {
        let now = self.now();
        let targets: Vec<SmolStr> = self.slot.network.keys().cloned().collect();
        let mut changed = false;
        for target in targets {
            let reached = self.is_reached(&target);
            if let Some(history) = self.slot.network.get_mut(&target)
                && history.last().is_none_or(|(_, before)| *before != reached)
            {
                history.push((now, reached));
                changed = true;
            }
        }
        if changed {
            self.refresh_processes(None);
        }
    }

    /// Computes the pod's running processes anew, except the one that is the cause.
    pub fn refresh_processes(&mut self, cause: Writer) {
        let mut due = Vec::new();
        for at in 0..self.slot.instances.len() {
            let Some(live) = self.slot.instances.get(at) else { break };
            let me = Some((live.listed.container, live.listed.life));
            let Some(spec) = self.slot.container(live.listed.container) else {
                continue;
            };
            if me == cause || !is_interpreted(spec) {
                continue;
            }
            let spec = spec.clone();
            // A process that has ended is shown what it followed until then, too.
            let surroundings = self.full_surroundings(live.listed.container, live.listed.life);
            let running = live.listed.is_running();
            let Some(process) = self.slot.instances.get_mut(at).and_then(|live| live.process.as_mut()) else {
                continue;
            };
            if running && process.refresh(&spec, surroundings) {
                due.extend(process.end.map(|end| end.at));
            }
        }
        for at in due {
            let urgency = self.urgency(at);
            self.wake(at, urgency, Wake::Exit);
        }
        if self.slot.pod.spec.all_containers().any(has_exec_probe) {
            self.review_probes();
        }
    }
}

/// Whether anybody interprets commands of a container: its own, or those of probes and hooks.
pub(super) fn is_interpreted(spec: &Container) -> bool {
    let exec = |handler: &Option<Handler>| matches!(handler, Some(Handler::Exec(_)));
    !spec.command.is_empty()
        || !spec.args.is_empty()
        || has_exec_probe(spec)
        || exec(&spec.post_start)
        || exec(&spec.pre_stop)
}

fn has_exec_probe(spec: &Container) -> bool {
    let probes = [&spec.readiness, &spec.liveness, &spec.startup];
    probes
        .into_iter()
        .flatten()
        .any(|probe| matches!(probe.handler, Handler::Exec(_)))
}
