//! Which pods a phrase means at an instant.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use shakedown_engine::api::{Kind, ObjectKey, Pod, Selector, Service};
use shakedown_engine::store::Objects;
use shakedown_engine::timeline::View;
use smol_str::SmolStr;

use crate::parameters::{Glob, ObjectRef, ParameterError, PodFilter, Pods, Quantifier};

/// How far from a pod an owner may be: a CronJob's pods belong to its Jobs.
const OWNER_DEPTH_MAX: usize = 4;

/// A phrase for pods, ready to be asked again and again.
#[derive(Debug, Clone)]
pub struct PodQuery {
    /// The phrase.
    pub pods: Pods,
    selectors: Vec<Selector>,
}

impl PodQuery {
    /// Reads the selectors of a phrase.
    ///
    /// # Errors
    /// If one is no label selector, in kubectl's words.
    pub fn new(pods: &Pods) -> Result<Self, ParameterError> {
        let mut selectors = Vec::new();
        for filter in &pods.filters {
            if let PodFilter::Labelled(text) = filter {
                let parsed = text.parse::<Selector>();
                selectors.push(parsed.map_err(|error| ParameterError::new(format!("labelled \"{text}\": {error}")))?);
            }
        }
        Ok(Self {
            pods: pods.clone(),
            selectors,
        })
    }

    /// The pods that the filters leave, by namespace and name.
    pub fn select<'v>(&self, view: &View<'v>) -> Vec<&'v Arc<Pod>> {
        let objects = view.objects;
        let mut pods = self.candidates(objects);
        pods.retain(|pod| self.leaves(objects, pod));
        pods
    }

    /// The shortest list that an index gives, before the filters are applied.
    fn candidates<'v>(&self, objects: &'v Objects) -> Vec<&'v Arc<Pod>> {
        if let Some(owner) = self.pods.owner() {
            return owned_pods(objects, owner);
        }
        let namespace = self.pods.namespace.as_deref();
        for filter in &self.pods.filters {
            match (filter, namespace) {
                (PodFilter::Named(name), Some(namespace)) if name.is_literal() => {
                    return objects
                        .get::<Pod>(&ObjectKey::new(namespace, name.0.as_str()))
                        .into_iter()
                        .collect();
                }
                (PodFilter::OnNode(node), _) if node.is_literal() => return objects.pods_on(&node.0).collect(),
                _ => {}
            }
        }
        match (namespace, self.exact_labels()) {
            (Some(namespace), Some(labels)) => objects.pods_labelled(namespace, &labels),
            (Some(namespace), None) => objects.all_in::<Pod>(namespace).collect(),
            (None, _) => objects.all::<Pod>().collect(),
        }
    }

    /// The labels that some selector asks for by value.
    fn exact_labels(&self) -> Option<BTreeMap<SmolStr, SmolStr>> {
        let requirements = self.selectors.iter().flat_map(|selector| selector.requirements());
        let exact = requirements.filter_map(|requirement| {
            let selector = self
                .selectors
                .iter()
                .find_map(|selector| selector.exact_value(requirement.key()))?;
            Some((requirement.key().clone(), selector.clone()))
        });
        Some(exact.collect::<BTreeMap<_, _>>()).filter(|labels| !labels.is_empty())
    }

    /// Whether the filters leave this pod.
    pub fn leaves(&self, objects: &Objects, pod: &Pod) -> bool {
        let namespace = self.pods.namespace.as_deref();
        let in_namespace = namespace.is_none_or(|namespace| pod.meta.namespace == namespace);
        let labelled = self.selectors.iter().all(|selector| selector.matches(&pod.meta.labels));
        in_namespace
            && labelled
            && self.pods.filters.iter().all(|filter| match filter {
                PodFilter::Named(name) => name.matches(&pod.meta.name),
                PodFilter::OnNode(node) => !pod.node_name.is_empty() && node.matches(&pod.node_name),
                PodFilter::Of(owner) => is_owned_by(objects, pod, owner),
                PodFilter::Labelled(_) => true,
            })
    }

    /// Whether what the phrase is about exists at all: the owner or the node it names, else a pod that it names.
    pub fn exists(&self, view: &View<'_>) -> bool {
        if let Some(owner) = self.pods.owner() {
            return view.objects.object(owner.kind, &owner.key()).is_some();
        }
        let on_nodes = |filter: &PodFilter| matches!(filter, PodFilter::OnNode(_));
        if self.pods.filters.iter().all(on_nodes) {
            return true;
        }
        let mut anywhere = self.clone();
        anywhere.pods.filters.retain(|filter| !on_nodes(filter));
        !anywhere.select(view).is_empty()
    }

    /// The pods an action is for: of `a pod …` the first by name, of `exactly 2 pods …` the first two.
    ///
    /// # Errors
    /// If there are not enough, or the phrase is no choice of pods.
    pub fn targets<'v>(&self, view: &View<'v>) -> Result<Vec<&'v Arc<Pod>>, String> {
        let mut pods = self.select(view);
        let wanted = match self.pods.quantifier {
            Quantifier::Every => pods.len().max(1),
            Quantifier::Some => 1,
            Quantifier::Counted(crate::parameters::Count::Exactly(count)) if count > 0 => {
                usize::try_from(count).unwrap_or(usize::MAX)
            }
            Quantifier::Counted(_) => return Err(format!("`{}` does not say which pods to act on", self.pods)),
        };
        if pods.len() < wanted {
            return Err(format!("there {} for `{}`", counted(pods.len()), self.pods));
        }
        pods.truncate(wanted);
        Ok(pods)
    }
}

fn counted(pods: usize) -> String {
    match pods {
        0 => "is no pod".to_owned(),
        1 => "is only 1 pod".to_owned(),
        count => format!("are only {count} pods"),
    }
}

/// Whether `owner` owns the pod, in the sense of [`owned_pods`].
fn is_owned_by(objects: &Objects, pod: &Pod, owner: &ObjectRef) -> bool {
    let here = pod.meta.namespace == owner.namespace;
    match owner.kind {
        Kind::NODE => return pod.node_name == owner.name,
        Kind::NAMESPACE => return pod.meta.namespace == owner.name,
        Kind::POD => return here && Glob(owner.name.clone()).matches(&pod.meta.name),
        Kind::SERVICE => {
            let service = objects.get::<Service>(&owner.key());
            let selector = service.and_then(|service| service.spec.selector.as_ref());
            let carries = |(key, value): (&SmolStr, &SmolStr)| pod.meta.labels.get(key) == Some(value);
            return here && selector.is_some_and(|selector| selector.iter().all(carries));
        }
        _ => {}
    }
    let Some(root) = objects.object(owner.kind, &owner.key()).map(|object| object.meta().uid) else {
        return false;
    };
    let mut level = pod.meta.owners.to_vec();
    for _ in 0..OWNER_DEPTH_MAX {
        if level.iter().any(|reference| reference.uid == root) {
            return true;
        }
        let above = level.iter().filter_map(|reference| {
            let key = ObjectKey::new(pod.meta.namespace.clone(), reference.name.clone());
            let object = objects.object(Kind::from_name(&reference.kind)?, &key)?;
            (object.meta().uid == reference.uid).then(|| object.meta().owners.to_vec())
        });
        level = above.flatten().collect();
    }
    false
}

/// The pods that `owner` owns, directly or through what it owns; those a Service selects; those on a node; a namespace's.
fn owned_pods<'v>(objects: &'v Objects, owner: &ObjectRef) -> Vec<&'v Arc<Pod>> {
    match owner.kind {
        Kind::NODE => return objects.pods_on(&owner.name).collect(),
        Kind::NAMESPACE => return objects.all_in::<Pod>(&owner.name).collect(),
        Kind::POD => {
            let glob = Glob(owner.name.clone());
            let pods = objects.all_in::<Pod>(&owner.namespace);
            return pods.filter(|pod| glob.matches(&pod.meta.name)).collect();
        }
        Kind::SERVICE => {
            let selector = objects
                .get::<Service>(&owner.key())
                .and_then(|service| service.spec.selector.as_ref());
            return selector
                .map(|labels| objects.pods_labelled(&owner.namespace, labels))
                .unwrap_or_default();
        }
        _ => {}
    }
    let Some(root) = objects.object(owner.kind, &owner.key()) else {
        return Vec::new();
    };
    let mut pods: BTreeMap<ObjectKey, &Arc<Pod>> = BTreeMap::new();
    let mut level = vec![root.meta().uid];
    let mut seen = BTreeSet::new();
    for _ in 0..OWNER_DEPTH_MAX {
        let mut next = Vec::new();
        for uid in level.drain(..).filter(|uid| seen.insert(*uid)) {
            for object in objects.owned_by(uid) {
                match object.as_pod() {
                    Some(pod) => drop(pods.insert(object.key(), pod)),
                    None => next.push(object.meta().uid),
                }
            }
        }
        level = next;
    }
    pods.into_values().collect()
}
