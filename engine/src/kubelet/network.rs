//! Whom a process reaches from its pod, and ports that are taken: see [`crate::networking`].

use super::work::PodWork;
use crate::networking::{Network, listens, ports_of};
use crate::runtime::Process;
use crate::runtime::program::Program;

impl PodWork<'_, '_> {
    /// Whether a target (`dns:HOST` or `tcp:HOST:PORT`) is reached from the pod.
    pub fn is_reached(&self, target: &str) -> bool {
        let sandbox = self.slot.sandbox.as_ref();
        let network = Network {
            objects: self.context.store.objects(),
            pod: &self.slot.pod,
            pod_ip: sandbox.map(|sandbox| sandbox.ip.as_str()).unwrap_or_default(),
        };
        match target.split_once(':') {
            Some(("dns", host)) => network.resolves(host),
            Some(("tcp", rest)) => {
                let (host, port) = rest.rsplit_once(':').unwrap_or((rest, ""));
                let port = port.parse().unwrap_or(0);
                match network.is_local(host) {
                    true => self.has_listener(port),
                    false => network.connects(host, port),
                }
            }
            _ => false,
        }
    }

    /// The containers whose servers run.
    fn serving(&self) -> impl Iterator<Item = usize> {
        let running = self.slot.instances.iter().filter(|live| live.listed.is_running());
        let serving = running.filter(|live| live.process.as_ref().is_some_and(Process::serves));
        serving.map(|live| live.listed.container)
    }

    fn has_listener(&self, port: i32) -> bool {
        let specs = self.serving().filter_map(|container| self.slot.container(container));
        specs.into_iter().any(|spec| listens(&self.slot.pod, spec, port))
    }

    /// A server whose port another container of the pod has taken cannot start.
    pub fn take_port(&self, container: usize, process: &mut Process) {
        let Some(spec) = self.slot.container(container).filter(|_| process.serves()) else {
            return;
        };
        let others = self.serving().filter(|other| *other != container);
        let taken: Vec<i32> = others
            .filter_map(|other| self.slot.container(other))
            .flat_map(ports_of)
            .collect();
        if let Some(port) = ports_of(spec).into_iter().find(|port| taken.contains(port)) {
            process.becomes(spec, Program::port_taken(port));
        }
    }
}
