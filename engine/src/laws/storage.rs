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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::sim::SimTime;

    /// Holds the laws against new objects, one after the other: what the last one breaks.
    fn broken_by(objects: &[(Kind, Value)]) -> Option<&'static str> {
        let mut laws = Storage::default();
        let mut finding = None;
        for (kind, object) in objects {
            let after = Object::from_json(*kind, object.clone());
            finding = laws.check(None, &after);
            laws.follow(&Change {
                revision: 1,
                at: SimTime::ZERO,
                writer: "attachdetach-controller",
                before: None,
                after: Some(after),
            });
        }
        finding.map(|(law, _)| law)
    }

    #[test]
    fn a_disk_is_in_one_machine_at_a_time() {
        let check = |mode: &str, expect: Option<&str>| {
            let volume = json!({ "metadata": { "name": "disk" }, "spec": { "accessModes": [mode] } });
            let at = |node: &str| {
                let spec = json!({ "nodeName": node, "source": { "persistentVolumeName": "disk" } });
                (
                    Kind::VOLUME_ATTACHMENT,
                    json!({ "metadata": { "name": node }, "spec": spec }),
                )
            };
            let objects = [(Kind::PERSISTENT_VOLUME, volume), at("node-1"), at("node-2")];
            assert_eq!(broken_by(&objects), expect, "{mode}");
            assert_eq!(broken_by(&objects[..2]), None, "{mode}");
        };
        check("ReadWriteOnce", Some("a volume for one node is attached to one node"));
        check("ReadWriteMany", None);
    }

    #[test]
    fn a_claim_that_is_bound_keeps_its_volume() {
        let claim = |volume: &str, phase: &str| {
            let annotations = json!({ "pv.kubernetes.io/bind-completed": "yes" });
            let object = json!({
                "metadata": { "name": "data", "namespace": "default", "annotations": annotations },
                "spec": { "volumeName": volume }, "status": { "phase": phase },
            });
            Object::from_json(Kind::PERSISTENT_VOLUME_CLAIM, object)
        };
        let check = |before: Object, after: Object, expect: Option<&str>| {
            let finding = Storage::default().check(Some(&before), &after);
            assert_eq!(finding.map(|(law, _)| law), expect);
        };
        check(claim("a", "Bound"), claim("a", "Lost"), None);
        check(
            claim("a", "Bound"),
            claim("b", "Bound"),
            Some("a claim that is bound keeps its volume"),
        );
        check(
            claim("", "Pending"),
            claim("", "Bound"),
            Some("a claim that is Bound has a volume"),
        );
    }
}
