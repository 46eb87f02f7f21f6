//! What a process finds around it: its environment, its mounts, the files of the pod, whom it reaches.
//!
//! A process is interpreted when it starts, against what is known by then. Whatever it has asked about and that changes later
//! (a file that another container writes, a Service that gets an endpoint) lets its future be computed anew; its past stays
//! the same, since the history of each answer is kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::files::{Files, Writer};
use crate::api::Timestamp;
use crate::sim::SimTime;

/// A volume in a container's file tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// Where.
    pub path: SmolStr,
    /// The volume's name.
    pub volume: SmolStr,
    /// What of the volume; empty for all of it.
    pub sub_path: SmolStr,
}

/// Whether something could be reached since when, oldest first.
pub type ReachHistory = Vec<(SimTime, bool)>;

/// What a process finds around it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Surroundings {
    /// The pod's name as the process sees it.
    pub hostname: SmolStr,
    /// The environment, in order.
    pub environment: Vec<(SmolStr, SmolStr)>,
    /// The volumes.
    pub mounts: Vec<Mount>,
    /// The files of the pod, what this process writes excepted.
    pub files: Arc<Files>,
    /// What could be reached, by `dns:HOST` and `tcp:HOST:PORT`; what is missing here nobody has looked up yet.
    pub network: BTreeMap<SmolStr, ReachHistory>,
    /// Which life of which container it is.
    pub me: Writer,
    /// The calendar time at the start of the simulation.
    pub epoch: Timestamp,
}

impl Surroundings {
    /// The key of a file by its path, and whether it lies in a volume.
    pub fn key(&self, path: &str) -> (SmolStr, bool) {
        let path = match path.starts_with('/') {
            true => path.to_owned(),
            false => format!("/{path}"),
        };
        let path = path.trim_end_matches('/');
        let inside = |mount: &&Mount| {
            let rest = path.strip_prefix(mount.path.trim_end_matches('/'));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let mount = self.mounts.iter().filter(inside).max_by_key(|mount| mount.path.len());
        let Some(mount) = mount else {
            let (container, life) = self.me.unwrap_or_default();
            return (format_smolstr!("{container}.{life}:{path}"), false);
        };
        let rest = path.strip_prefix(mount.path.trim_end_matches('/')).unwrap_or_default();
        let sub_path = mount.sub_path.trim_matches('/');
        let sub_path = if sub_path.is_empty() {
            String::new()
        } else {
            format!("/{sub_path}")
        };
        let inner = format!("{sub_path}{rest}");
        let inner = if inner.is_empty() { "/" } else { inner.as_str() };
        (format_smolstr!("{}:{inner}", mount.volume), true)
    }

    /// Whether a target is reached at an instant; none if nobody has looked it up yet.
    pub fn reaches(&self, target: &str, at: SimTime) -> Option<bool> {
        let history = self.network.get(target)?;
        // Before the first look it was as at the first look.
        let known = history.iter().rev().find(|(since, _)| *since <= at).or(history.first());
        known.map(|(_, reached)| *reached)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_into_volumes() {
        let mount = |path: &str, volume: &str, sub_path: &str| Mount {
            path: path.into(),
            volume: volume.into(),
            sub_path: sub_path.into(),
        };
        let surroundings = Surroundings {
            mounts: vec![
                mount("/data", "data", ""),
                mount("/data/app.conf", "config", "app.conf"),
            ],
            me: Some((1, 2)),
            ..Surroundings::default()
        };
        let check = |path: &str, expect: &str| assert_eq!(surroundings.key(path).0, expect, "{path}");
        check("/data/log.txt", "data:/log.txt");
        check("/data", "data:/");
        check("/data/", "data:/");
        check("/data/app.conf", "config:/app.conf");
        check("/database", "1.2:/database");
        check("tmp", "1.2:/tmp");
    }
}
