//! Which pods use which claim: an index that follows the changes of pods.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use super::pod_claims;
use crate::api::{Object, ObjectKey};
use crate::store::Change;

/// The pods of each claim, by name: a claim and its pods share a namespace.
#[derive(Debug, Default)]
pub struct ClaimUsers(BTreeMap<ObjectKey, BTreeSet<SmolStr>>);

impl ClaimUsers {
    /// Takes in a change. A pod's volumes never change, so only its coming and going count. Returns the claims of the pod.
    pub fn follow(&mut self, change: &Change) -> Vec<ObjectKey> {
        let Object::Pod(pod) = change.object() else {
            return Vec::new();
        };
        let claims: Vec<ObjectKey> = pod_claims(pod).map(|(_, claim)| claim).collect();
        if change.before.is_none() {
            for claim in &claims {
                self.0.entry(claim.clone()).or_default().insert(pod.meta.name.clone());
            }
        } else if change.after.is_none() {
            for claim in &claims {
                if let Some(names) = self.0.get_mut(claim) {
                    names.remove(&pod.meta.name);
                }
                if self.0.get(claim).is_some_and(BTreeSet::is_empty) {
                    self.0.remove(claim);
                }
            }
        }
        claims
    }

    /// The pods that use a claim, scheduled or not.
    pub fn of<'a>(&'a self, claim: &'a ObjectKey) -> impl Iterator<Item = ObjectKey> + 'a {
        let names = self.0.get(claim).into_iter().flatten();
        names.map(|name| ObjectKey::new(claim.namespace.clone(), name.clone()))
    }
}
