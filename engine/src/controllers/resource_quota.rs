//! The resource-quota controller: says in each ResourceQuota's status what the namespace uses of it.
//!
//! What admission charges is written before an object is stored; what this controller adds is everything else: objects that go,
//! pods that end, new quotas and new limits. It keeps a running count per quota, so a change costs the quotas of its namespace,
//! never a walk through it; only a new or changed quota is counted from the start.
//!
//! Source: kube-controller-manager `pkg/controller/resourcequota`; documentation "Resource Quotas". Not modelled: the full
//! recount every five minutes, which would find the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use smol_str::SmolStr;

use super::{ControllerId, WorkQueue};
use crate::admission::resource_quota::Quota;
use crate::admission::resource_quota::evaluator;
use crate::api::{Kind, Object, ObjectKey, ResourceList};
use crate::component::Context;
use crate::sim::Seed;
use crate::store::{Change, Objects};

/// What is remembered of one quota.
#[derive(Debug)]
struct Count {
    /// The `spec` it was counted for.
    spec: Value,
    quota: Quota,
    /// What the namespace uses; none until it is counted.
    used: Option<ResourceList>,
}

/// The controller.
#[derive(Debug)]
pub struct ResourceQuotaController {
    queue: WorkQueue,
    /// Counts by namespace and name.
    counts: BTreeMap<SmolStr, BTreeMap<SmolStr, Count>>,
}

impl ResourceQuotaController {
    /// A controller that has seen nothing yet.
    pub fn new(seed: Seed) -> Self {
        ResourceQuotaController {
            queue: WorkQueue::new(ControllerId::ResourceQuota, seed, ControllerId::ResourceQuota.name()),
            counts: BTreeMap::new(),
        }
    }

    /// See [`Component::observe`](crate::component::Component::observe).
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        if change.object().kind() == Kind::RESOURCE_QUOTA {
            self.observe_quota(change, context);
        }
        let namespace = &change.object().meta().namespace;
        let Some(counts) = self.counts.get_mut(namespace) else {
            return;
        };
        if is_same_use(change) {
            return;
        }
        for (name, count) in counts {
            if count.note(change) {
                self.queue.add(ObjectKey::new(namespace.clone(), name.clone()), context);
            }
        }
    }

    fn observe_quota(&mut self, change: &Change, context: &mut Context<'_>) {
        let key = change.object().key();
        let Some(Object::Inert(quota)) = &change.after else {
            if let Some(counts) = self.counts.get_mut(&key.namespace) {
                counts.remove(&key.name);
                if counts.is_empty() {
                    self.counts.remove(&key.namespace);
                }
            }
            return;
        };
        let counts = self.counts.entry(key.namespace.clone()).or_default();
        let spec = quota.body.get("spec").cloned().unwrap_or_default();
        if counts.get(&key.name).is_none_or(|count| count.spec != spec) {
            let count = Count {
                spec,
                quota: Quota::read(quota),
                used: None,
            };
            counts.insert(key.name.clone(), count);
            // One that has not been counted goes before all others, so that it limits what is made right after it.
            self.queue
                .add_after(key, context.settings.component_latency_min, context);
        }
    }

    /// Writes one quota's status.
    pub fn run(&mut self, key: &ObjectKey, context: &mut Context<'_>) {
        if !self.queue.take(key, context.now) {
            return;
        }
        let Some(stored) = context.store.objects().inert(Kind::RESOURCE_QUOTA, key).cloned() else {
            return;
        };
        let count = self
            .counts
            .get_mut(&key.namespace)
            .and_then(|counts| counts.get_mut(&key.name));
        let Some(count) = count else { return };
        let used = match &count.used {
            Some(used) => used,
            None => count
                .used
                .insert(recount(&count.quota, &key.namespace, context.store.objects())),
        };
        let written = Quota::write(&stored, &count.quota.wanted, used);
        if written != *stored {
            // It was read at this very instant.
            let _ = context.store.update_object(written.into());
        }
    }
}

impl Count {
    /// Takes a change into account; whether the sum has changed.
    fn note(&mut self, change: &Change) -> bool {
        let Some(used) = &mut self.used else { return false };
        let of = |object: &Option<Object>| {
            object
                .as_ref()
                .map(|object| self.quota.usage(object))
                .unwrap_or_default()
        };
        let (before, after) = (of(&change.before), of(&change.after));
        if before == after {
            return false;
        }
        for (name, amount) in before {
            used.entry(name).and_modify(|sum| *sum = sum.sub(&amount));
        }
        for (name, amount) in after {
            used.entry(name).and_modify(|sum| *sum = sum.add(&amount));
        }
        true
    }
}

/// Whether a change certainly leaves what an object uses as it was: so for nearly all writes.
fn is_same_use(change: &Change) -> bool {
    match (&change.before, &change.after) {
        (Some(Object::Pod(before)), Some(Object::Pod(after))) => {
            before.status.phase == after.status.phase && Arc::ptr_eq(&before.spec, &after.spec)
        }
        (Some(before), Some(_)) => !matches!(before.kind(), Kind::SERVICE | Kind::PERSISTENT_VOLUME_CLAIM),
        _ => false,
    }
}

/// What a namespace uses of everything that a quota limits.
fn recount(quota: &Quota, namespace: &str, objects: &Objects) -> ResourceList {
    let kinds: Vec<Kind> = Kind::all().filter(|kind| quota.limits(*kind)).collect();
    let counted = quota
        .wanted
        .keys()
        .filter(|name| kinds.iter().any(|kind| evaluator::handles(*kind, name)));
    let mut sum: ResourceList = counted.map(|name| (name.clone(), Default::default())).collect();
    for object in kinds.iter().flat_map(|kind| objects.of_kind_in(*kind, namespace)) {
        for (name, amount) in quota.usage(object) {
            sum.entry(name).and_modify(|sum| *sum = sum.add(&amount));
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::decode::Origin;
    use crate::kubectl::NoFiles;
    use crate::kubelet::NodeTemplate;
    use crate::sim::Random;
    use crate::{Cluster, ClusterOptions};

    /// What the quota's status says is used, and what a count from the start finds.
    fn said_and_true(cluster: &Cluster) -> (ResourceList, ResourceList) {
        let objects = cluster.store().objects();
        let key = ObjectKey::new("default", "team");
        let stored = objects.inert(Kind::RESOURCE_QUOTA, &key).expect("the quota is there");
        let quota = Quota::read(stored);
        let counted = recount(&quota, "default", objects);
        (quota.used, counted)
    }

    #[test]
    fn the_running_count_is_what_a_recount_finds() {
        for seed in 0..20 {
            let mut random = Random::new(seed);
            let mut cluster = Cluster::new(ClusterOptions {
                seed,
                ..ClusterOptions::default()
            });
            cluster.add_node(&NodeTemplate::named("node-1")).expect("a fresh name");
            let quota = json!({ "apiVersion": "v1", "kind": "ResourceQuota", "metadata": { "name": "team" },
                "spec": { "hard": { "pods": "6", "requests.cpu": "2", "count/configmaps": "9", "services.nodeports": "2" } } });
            cluster
                .apply(&quota.to_string(), &Origin::file("quota.yaml"))
                .expect("it applies");
            for _ in 0..40 {
                let (name, cpu) = (random.index(8), 100 * (1 + random.index(8)));
                let line = match random.index(6) {
                    0 | 1 => String::new(),
                    2 => format!("delete pod p{name}"),
                    3 => format!("create configmap c{name}"),
                    4 => format!("delete configmap c{name} --wait=false"),
                    _ => format!("create service nodeport s{name} --tcp=80"),
                };
                // Some of these are refused: that is the point.
                if line.is_empty() {
                    let resources = json!({ "requests": { "cpu": format!("{cpu}m") } });
                    let pod = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": format!("p{name}") },
                        "spec": { "containers": [{ "name": "app", "image": "app", "resources": resources }] } });
                    let _ = cluster.apply(&pod.to_string(), &Origin::file("pod.yaml"));
                } else {
                    cluster.kubectl(&line, &NoFiles);
                }
                cluster.settle().expect("it settles");
                let (said, counted) = said_and_true(&cluster);
                assert_eq!(said, counted, "seed {seed} after {line}");
            }
            let (said, _) = said_and_true(&cluster);
            assert_eq!(said.len(), 4);
        }
    }
}
