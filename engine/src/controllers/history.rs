//! ControllerRevisions: the history of templates that DaemonSets and StatefulSets keep.
//!
//! Source: kube-controller-manager `pkg/controller/history`; documentation "Perform a Rollback on a DaemonSet". A revision holds
//! the template as a patch, so that `kubectl rollout undo` can apply it. Not modelled: collisions of the hash in a name (a
//! collision would find the namesake's content equal or be refused by the store).

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};
use smol_str::{SmolStr, format_smolstr};

use crate::api::{Inert, Kind, Object, ObjectKey, ObjectMeta, PodTemplate, Selector};
use crate::component::Context;
use crate::store::{DeleteOptions, StoreError, Stored};

/// The label by which a pod names its revision.
pub const HASH_LABEL: &str = "controller-revision-hash";

/// One revision.
#[derive(Debug, Clone)]
pub struct Revision {
    /// Its number; the newest has the highest.
    pub number: i64,
    /// The object.
    pub object: Arc<Inert>,
}

impl Revision {
    /// The revision's name.
    pub fn name(&self) -> &SmolStr {
        &self.object.meta.name
    }

    /// The template that the revision holds.
    pub fn template(&self) -> PodTemplate {
        let template = self.object.body.pointer("/data/spec/template").cloned();
        PodTemplate::from_json(template.unwrap_or_default())
    }
}

/// What a workload's revisions are named, labelled and compared by.
#[derive(Debug)]
pub struct Snapshot<'a> {
    /// The workload.
    pub owner: &'a ObjectMeta,
    /// The template of now.
    pub template: &'a PodTemplate,
    /// StatefulSets mark their pods with the revision's whole name, DaemonSets with its hash alone.
    pub hash: SmolStr,
}

impl<'a> Snapshot<'a> {
    /// The snapshot of a workload's template.
    pub fn new(owner: &'a ObjectMeta, template: &'a PodTemplate) -> Self {
        Snapshot {
            owner,
            template,
            hash: super::deployment::template_hash(template, 0),
        }
    }

    fn data(&self) -> Value {
        let mut template = self.template.to_json();
        if let Some(template) = template.as_object_mut() {
            template.insert("$patch".to_owned(), "replace".into());
        }
        json!({ "spec": { "template": template } })
    }

    /// Finds the revision of the template, or makes it. One that was current before becomes the newest again, which is what a
    /// rollback is.
    pub fn sync<T: Stored>(&self, context: &mut Context<'_>) -> Option<Revision> {
        let data = self.data();
        let all = revisions(self.owner, context);
        let newest = all.last().map_or(0, |revision| revision.number);
        let Some(found) = all
            .into_iter()
            .rev()
            .find(|revision| revision.object.body.get("data") == Some(&data))
        else {
            return self.create::<T>(data, newest + 1, context);
        };
        if found.number == newest {
            return Some(found);
        }
        let mut object = found.object.as_ref().clone();
        if let Some(body) = object.body.as_object_mut() {
            body.insert("revision".to_owned(), (newest + 1).into());
        }
        let object = context.store.update_object(object.into()).ok()?;
        revision_of(&object)
    }

    fn create<T: Stored>(&self, data: Value, number: i64, context: &mut Context<'_>) -> Option<Revision> {
        let mut labels = self.template.labels.as_ref().clone();
        labels.insert(HASH_LABEL.into(), self.hash.clone());
        let object = Inert {
            kind: Kind::CONTROLLER_REVISION,
            meta: ObjectMeta {
                name: format_smolstr!("{}-{}", self.owner.name, self.hash),
                namespace: self.owner.namespace.clone(),
                labels: Arc::new(labels),
                annotations: self.owner.annotations.clone(),
                owners: vec![super::controller_reference(T::KIND, self.owner)].into(),
                ..ObjectMeta::default()
            },
            body: json!({ "data": &data, "revision": number }),
        };
        let key = ObjectKey::new(object.meta.namespace.clone(), object.meta.name.clone());
        match context.store.create_object(object.into()) {
            Ok(created) => revision_of(&created),
            // A namesake of the same content serves as well, whoever owns it.
            Err(StoreError::AlreadyExists(..)) => {
                let present = context.store.objects().object(Kind::CONTROLLER_REVISION, &key)?;
                revision_of(present).filter(|present| present.object.body.get("data") == Some(&data))
            }
            Err(_) => None,
        }
    }
}

fn revision_of(object: &Object) -> Option<Revision> {
    let Object::Inert(object) = object else { return None };
    Some(Revision {
        number: object.body.get("revision").and_then(Value::as_i64)?,
        object: object.clone(),
    })
}

/// Takes in the revisions that match a workload's selector and have no owner, such as those that an earlier workload of that name
/// left behind when it was deleted without its pods (`AdoptControllerRevision`).
pub fn adopt<T: Stored>(owner: &T, matcher: &Selector, context: &mut Context<'_>) {
    let meta = owner.meta();
    if meta.is_deleted() {
        return;
    }
    let all = (context.store.objects()).of_kind_in(Kind::CONTROLLER_REVISION, &meta.namespace);
    let orphans = all.filter(|revision| revision.meta().controller().is_none() && !revision.meta().is_deleted());
    let matching = orphans.filter(|revision| matcher.matches(&revision.meta().labels));
    let matching: Vec<Object> = matching.cloned().collect();
    for revision in matching {
        let mut meta = revision.meta().clone();
        meta.owners.push(super::controller_reference(T::KIND, owner.meta()));
        // It was read at this very instant.
        let _ = context.store.update_object(revision.with_meta(meta));
    }
}

/// The revisions of a workload, the newest last.
pub fn revisions(owner: &ObjectMeta, context: &Context<'_>) -> Vec<Revision> {
    let owned = context
        .store
        .objects()
        .owned_of_kind(owner.uid, Kind::CONTROLLER_REVISION);
    let mut revisions: Vec<Revision> = owned.filter_map(revision_of).collect();
    revisions.sort_by(|a, b| (a.number, a.name()).cmp(&(b.number, b.name())));
    revisions
}

/// Deletes the oldest revisions that are not `live` (by name), as far as they exceed the limit.
pub fn drop_old(owner: &ObjectMeta, limit: i32, live: &BTreeSet<SmolStr>, context: &mut Context<'_>) {
    let limit = usize::try_from(limit).unwrap_or(0);
    let mut old = revisions(owner, context);
    old.retain(|revision| !live.contains(revision.name()));
    let surplus = old.len().saturating_sub(limit);
    for revision in old.into_iter().take(surplus) {
        // It was read at this very instant.
        let _ = context.store.delete(
            Kind::CONTROLLER_REVISION,
            &revision.object.meta.key(),
            DeleteOptions::default(),
        );
    }
}
