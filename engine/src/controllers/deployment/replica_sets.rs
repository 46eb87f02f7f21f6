//! The ReplicaSets of a Deployment: which is the new one, which are old; making the new one, scaling any.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::{SmolStr, ToSmolStr, format_smolstr};

use super::controller::COMPONENT;
use super::revision::{self, DESIRED_ANNOTATION, HASH_LABEL, MAX_ANNOTATION, REVISION_ANNOTATION};
use super::status;
use crate::admission;
use crate::api::{
    Deployment, DeploymentStrategy, Kind, LabelSelector, ObjectKey, ObjectMeta, PodTemplate, ReplicaSet,
    ReplicaSetSpec, ReplicaSetStatus, Selector,
};
use crate::component::Context;
use crate::controllers::controller_reference;
use crate::events::Report;
use crate::store::StoreError;

/// The ReplicaSets of one Deployment, as they were read last.
#[derive(Debug, Clone, Default)]
pub struct ReplicaSets {
    /// The one of the current template, if there is one.
    pub new: Option<Arc<ReplicaSet>>,
    /// All others, by creation time, then name.
    pub old: Vec<Arc<ReplicaSet>>,
}

/// What a rolling update may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Pods above the desired number.
    pub surge: i32,
    /// Pods below it.
    pub unavailable: i32,
}

impl Allowance {
    /// `maxSurge` and `maxUnavailable` in pods; never both zero (`ResolveFenceposts`). A Deployment that recreates has neither.
    pub fn of(deployment: &Deployment) -> Self {
        let replicas = deployment.spec.replicas;
        let DeploymentStrategy::RollingUpdate {
            max_surge,
            max_unavailable,
        } = &deployment.spec.strategy
        else {
            return Allowance {
                surge: 0,
                unavailable: 0,
            };
        };
        let scaled = |value: &crate::api::IntOrString, up| {
            let value = value.scaled_value(replicas.into(), up).unwrap_or_default();
            i32::try_from(value.max(0)).unwrap_or(i32::MAX)
        };
        let (surge, mut unavailable) = (scaled(max_surge, true), scaled(max_unavailable, false));
        if surge == 0 && unavailable == 0 {
            unavailable = 1;
        }
        Allowance {
            surge,
            unavailable: unavailable.min(replicas),
        }
    }
}

impl ReplicaSets {
    /// Reads a Deployment's ReplicaSets; takes in those that match and have no owner, lets go of those that match no more.
    pub fn claim(deployment: &Deployment, context: &mut Context<'_>) -> Self {
        let (uid, matcher) = (deployment.meta.uid, &deployment.spec.matcher);
        let released: Vec<ObjectKey> = (context.store.objects().owned::<ReplicaSet>(uid))
            .filter(|set| !matcher.matches(&set.meta.labels) && !set.meta.is_deleted())
            .map(|set| set.meta.key())
            .collect();
        for key in released {
            context
                .store
                .modify::<ReplicaSet>(&key, |set| set.meta.owners.retain(|owner| owner.uid != uid));
        }
        if !deployment.meta.is_deleted() {
            let orphans = context.store.objects().unowned_replica_sets(&deployment.meta.namespace);
            let adopted: Vec<ObjectKey> = orphans
                .filter(|set| !set.meta.is_deleted() && matcher.matches(&set.meta.labels))
                .map(|set| set.meta.key())
                .collect();
            let reference = controller_reference(Kind::DEPLOYMENT, &deployment.meta);
            for key in adopted {
                context
                    .store
                    .modify::<ReplicaSet>(&key, |set| set.meta.owners.push(reference.clone()));
            }
        }
        ReplicaSets::read(deployment, context)
    }

    /// Reads a Deployment's ReplicaSets.
    pub fn read(deployment: &Deployment, context: &Context<'_>) -> Self {
        let owned = context.store.objects().owned::<ReplicaSet>(deployment.meta.uid);
        let mut sets: Vec<Arc<ReplicaSet>> = owned
            .filter(|set| {
                set.meta
                    .controller()
                    .is_some_and(|owner| owner.uid == deployment.meta.uid)
            })
            .cloned()
            .collect();
        sets.sort_by(|a, b| (a.meta.creation, &a.meta.name).cmp(&(b.meta.creation, &b.meta.name)));
        let new = sets
            .iter()
            .position(|set| same_template(&set.spec.template, &deployment.spec.template));
        ReplicaSets {
            new: new.map(|position| sets.remove(position)),
            old: sets,
        }
    }

    /// Reads them again.
    pub fn refresh(&mut self, context: &Context<'_>) {
        let read = |set: &Arc<ReplicaSet>| context.store.get::<ReplicaSet>(&set.meta.key()).cloned();
        self.new = self.new.as_ref().and_then(read);
        self.old = self.old.iter().filter_map(read).collect();
    }

    /// All of them, the new one last.
    pub fn all(&self) -> impl Iterator<Item = &Arc<ReplicaSet>> {
        self.old.iter().chain(&self.new)
    }

    /// Those that are to have pods.
    pub fn active(&self) -> impl Iterator<Item = &Arc<ReplicaSet>> {
        self.all().filter(|set| set.spec.replicas > 0)
    }

    /// How many pods all of them are to have.
    pub fn wanted(&self) -> i32 {
        self.all().map(|set| set.spec.replicas).sum()
    }

    /// How many available pods all of them have.
    pub fn available(&self) -> i32 {
        self.all().map(|set| set.status.available_replicas).sum()
    }

    /// Sees to it that the new ReplicaSet's revision is right, and the Deployment's with it; makes the new ReplicaSet if it is
    /// missing and `create` says so (`getAllReplicaSetsAndSyncRevision`).
    pub fn sync_revision(
        &mut self,
        key: &ObjectKey,
        create: bool,
        context: &mut Context<'_>,
    ) -> Result<(), StoreError> {
        let Some(deployment) = context.store.get::<Deployment>(key).cloned() else {
            return Ok(());
        };
        let next = 1 + self.old.iter().map(|set| revision::of(&set.meta)).max().unwrap_or(0);
        match &self.new {
            Some(new) => self.new = Some(adjust_new(key, &deployment, new, next, context)),
            None if create => self.new = Some(self.create_new(key, &deployment, next, context)?),
            None => {}
        }
        Ok(())
    }

    fn create_new(
        &self,
        key: &ObjectKey,
        deployment: &Deployment,
        next: i64,
        context: &mut Context<'_>,
    ) -> Result<Arc<ReplicaSet>, StoreError> {
        let mut set = new_replica_set(deployment);
        let spec = Arc::make_mut(&mut set.spec);
        spec.replicas = wanted_of_new(deployment, self.wanted(), 0);
        let replicas = spec.replicas;
        revision::copy_annotations(deployment, &mut set.meta);
        set.meta.annotate(REVISION_ANNOTATION, next.to_smolstr());
        annotate_size(&mut set.meta, deployment);
        let created = match admission::create(set, context) {
            Ok(created) => created,
            Err(error) => {
                if matches!(error, StoreError::AlreadyExists(..)) {
                    // A namesake with another template: the next attempt mixes the count into the hash.
                    context
                        .store
                        .modify::<Deployment>(key, |deployment| deployment.status.collision_count += 1);
                } else if !matches!(error, StoreError::NamespaceTerminating(..)) {
                    status::note_creation_failure(key, &error, context);
                }
                return Err(error);
            }
        };
        if replicas > 0 {
            report_scaling(deployment, &created.meta.name, 0, replicas, true, context);
        }
        status::note_new_replica_set(key, next, &created.meta.name, context);
        Ok(created)
    }

    /// Sets a ReplicaSet's size, and notes the Deployment's beside it. Returns whether the size has changed.
    pub fn scale(
        &mut self,
        set: &ReplicaSet,
        replicas: i32,
        deployment: &Deployment,
        context: &mut Context<'_>,
    ) -> bool {
        let before = set.spec.replicas;
        let written = context.store.modify::<ReplicaSet>(&set.meta.key(), |set| {
            annotate_size(&mut set.meta, deployment);
            if set.spec.replicas != replicas {
                Arc::make_mut(&mut set.spec).replicas = replicas;
            }
        });
        if before != replicas {
            report_scaling(deployment, &set.meta.name, before, replicas, false, context);
        }
        if let Some(written) = written {
            for held in self.old.iter_mut().chain(&mut self.new) {
                if held.meta.uid == written.meta.uid {
                    *held = written.clone();
                }
            }
        }
        before != replicas
    }
}

/// How many pods the new ReplicaSet may have now, given how many all have and how many it has itself (`NewRSNewReplicas`).
pub fn wanted_of_new(deployment: &Deployment, all: i32, present: i32) -> i32 {
    let replicas = deployment.spec.replicas;
    if deployment.spec.strategy == DeploymentStrategy::Recreate {
        return replicas;
    }
    let room = replicas.saturating_add(Allowance::of(deployment).surge) - all;
    if room <= 0 {
        present
    } else {
        present + room.min(replicas - present)
    }
}

/// An existing new ReplicaSet gets its annotations, and the Deployment its revision. What happens to the ReplicaSet comes first;
/// the Deployment follows at the next reconcile, which that change brings about.
fn adjust_new(
    key: &ObjectKey,
    deployment: &Deployment,
    new: &Arc<ReplicaSet>,
    next: i64,
    context: &mut Context<'_>,
) -> Arc<ReplicaSet> {
    let mut changed = new.as_ref().clone();
    revision::copy_annotations(deployment, &mut changed.meta);
    revision::advance(&mut changed.meta, next);
    if changed.spec.min_ready_seconds != deployment.spec.min_ready_seconds {
        Arc::make_mut(&mut changed.spec).min_ready_seconds = deployment.spec.min_ready_seconds;
    }
    if changed != **new {
        return context.store.update(changed).unwrap_or_else(|_| new.clone());
    }
    status::note_found_replica_set(key, &new.meta, context);
    new.clone()
}

fn annotate_size(meta: &mut ObjectMeta, deployment: &Deployment) {
    let desired = deployment.spec.replicas;
    let max = desired.saturating_add(Allowance::of(deployment).surge);
    for (key, value) in [(DESIRED_ANNOTATION, desired), (MAX_ANNOTATION, max)] {
        let value = value.to_smolstr();
        if meta.annotations.get(key) != Some(&value) {
            meta.annotate(key, value);
        }
    }
}

/// The event about a scaling; since v1.31 it names both sizes in order.
fn report_scaling(deployment: &Deployment, name: &str, from: i32, to: i32, created: bool, context: &mut Context<'_>) {
    let direction = if from < to { "up" } else { "down" };
    let message = if context.settings.since(1, 31) {
        format!("Scaled {direction} replica set {name} from {from} to {to}")
    } else if created {
        format!("Scaled {direction} replica set {name} to {to}")
    } else {
        format!("Scaled {direction} replica set {name} to {to} from {from}")
    };
    let report = Report::normal(COMPONENT, "ScalingReplicaSet", message);
    context
        .events
        .record(context.store, context.settings, deployment, report);
}

/// Whether two templates are the same but for the label that tells ReplicaSets apart (`EqualIgnoreHash`).
pub fn same_template(set: &PodTemplate, wanted: &PodTemplate) -> bool {
    let labels = |template: &PodTemplate| -> Vec<(SmolStr, SmolStr)> {
        let labels = template.labels.iter().filter(|(key, _)| *key != HASH_LABEL);
        labels.map(|(key, value)| (key.clone(), value.clone())).collect()
    };
    (Arc::ptr_eq(&set.spec, &wanted.spec) || set.spec == wanted.spec)
        && set.annotations == wanted.annotations
        && labels(set) == labels(wanted)
}

/// The ReplicaSet of a Deployment's template, without pods yet.
fn new_replica_set(deployment: &Deployment) -> ReplicaSet {
    let spec = &deployment.spec;
    let hash = revision::template_hash(&spec.template, deployment.status.collision_count);
    let with_hash = |labels: &BTreeMap<SmolStr, SmolStr>| {
        let mut labels = labels.clone();
        labels.insert(HASH_LABEL.into(), hash.clone());
        labels
    };
    let selector = LabelSelector {
        match_labels: with_hash(&spec.selector.match_labels),
        ..spec.selector.clone()
    };
    let labels = Arc::new(with_hash(&spec.template.labels));
    ReplicaSet {
        meta: ObjectMeta {
            labels: labels.clone(),
            owners: vec![controller_reference(Kind::DEPLOYMENT, &deployment.meta)].into(),
            ..ObjectMeta::named(
                deployment.meta.namespace.clone(),
                format_smolstr!("{}-{hash}", deployment.meta.name),
            )
        },
        spec: Arc::new(ReplicaSetSpec {
            replicas: 0,
            matcher: selector.to_selector().unwrap_or_else(|_| Selector::nothing()),
            selector,
            template: PodTemplate {
                labels,
                ..spec.template.clone()
            },
            min_ready_seconds: spec.min_ready_seconds,
        }),
        status: ReplicaSetStatus::default(),
    }
}
