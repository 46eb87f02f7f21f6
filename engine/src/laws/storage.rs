//! The laws of storage: what is bound stays bound, and a disk is in one machine at a time.
//!
//! Documentation "Persistent Volumes": binding is exclusive, one to one; access modes.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use super::laws::Finding;
use crate::api::{Kind, Object};
use crate::storage::{Claim, Volume, attached};
use crate::store::Change;

/// Which volumes one node at a time may use, and where each is attached.
#[derive(Debug, Default)]
pub(super) struct Storage {
    exclusive: BTreeSet<SmolStr>,
    nodes: BTreeMap<SmolStr, BTreeSet<SmolStr>>,
}

impl Storage {
    /// Takes note of a change that has been judged.
    pub(super) fn follow(&mut self, change: &Change) {
        let object = change.object();
        if object.kind() == Kind::PERSISTENT_VOLUME {
            let name = &object.meta().name;
            if change.after.is_none() || is_shared(object) {
                self.exclusive.remove(name);
            } else {
                self.exclusive.insert(name.clone());
            }
        } else if object.kind() == Kind::VOLUME_ATTACHMENT
            && let Some((volume, node)) = attached(object)
        {
            let nodes = self.nodes.entry(volume.clone()).or_default();
            match change.after {
                Some(_) => drop(nodes.insert(node)),
                None => drop(nodes.remove(&node)),
            }
            if nodes.is_empty() {
                self.nodes.remove(&volume);
            }
        }
    }

    /// The law that a new version breaks.
    pub(super) fn check(&self, before: Option<&Object>, after: &Object) -> Finding {
        match after.kind() {
            Kind::PERSISTENT_VOLUME_CLAIM => claim(&Claim::of(before?), &Claim::of(after)),
            Kind::VOLUME_ATTACHMENT => self.attachment(after),
            _ => None,
        }
    }

    fn attachment(&self, after: &Object) -> Finding {
        let (volume, node) = attached(after)?;
        let nodes = self.nodes.get(&volume).filter(|_| self.exclusive.contains(&volume))?;
        let other = nodes.iter().find(|other| **other != node)?;
        Some((
            "a volume for one node is attached to one node",
            format!("volume {volume} is attached to {node} and {other}"),
        ))
    }
}

fn is_shared(volume: &Object) -> bool {
    let modes = Volume::of(volume).modes;
    modes
        .iter()
        .any(|mode| mode == "ReadWriteMany" || mode == "ReadOnlyMany")
}

fn claim(before: &Claim, after: &Claim) -> Finding {
    let (old, new) = (&before.volume_name, &after.volume_name);
    if before.is_bound && old != new {
        return Some((
            "a claim that is bound keeps its volume",
            format!("{new:?} after {old:?}"),
        ));
    }
    (after.phase == "Bound" && new.is_empty())
        .then(|| ("a claim that is Bound has a volume", "it names none".to_owned()))
}
