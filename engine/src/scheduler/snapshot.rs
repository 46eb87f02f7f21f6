//! What the scheduler sees at one instant, to ask it about a pod without a running cluster: for `explain-scheduling` and the
//! recordings.

use std::sync::Arc;

use super::decision::Decision;
use super::nodes::Nodes;
use super::template::Template;
use crate::api::{Kind, Object, ObjectKey, Pod};
use crate::settings::Settings;
use crate::sim::SimTime;
use crate::store::{Change, Objects};

/// The objects of an instant, as the scheduler sees them.
#[derive(Debug, Default)]
pub struct Snapshot {
    objects: Objects,
    nodes: Nodes,
    settings: Settings,
}

impl Snapshot {
    /// Nothing there yet.
    pub fn new(settings: Settings) -> Self {
        Snapshot {
            settings,
            ..Snapshot::default()
        }
    }

    /// The objects of a cluster.
    pub fn of(objects: &Objects, settings: &Settings) -> Self {
        let mut snapshot = Snapshot::new(settings.clone());
        snapshot.objects = objects.clone();
        for node in objects.all::<crate::api::Node>() {
            snapshot.nodes.set_node(node);
        }
        for pod in objects.all::<Pod>() {
            snapshot.nodes.pod_changed(None, Some(pod));
        }
        snapshot
    }

    /// Adds an object, or replaces it by another version. Nothing is checked and nothing is defaulted.
    pub fn add(&mut self, object: Object) {
        let (kind, key) = (object.kind(), object.key());
        let before = self.objects.object(kind, &key).cloned();
        match &object {
            Object::Node(node) => self.nodes.set_node(node),
            Object::Pod(pod) => self
                .nodes
                .pod_changed(before.as_ref().and_then(Object::as_pod), Some(pod)),
            _ => {}
        }
        self.objects.apply(&Change {
            revision: 0,
            at: SimTime::ZERO,
            writer: "",
            before,
            after: Some(object),
        });
    }

    /// Takes an object away.
    pub fn remove(&mut self, kind: Kind, key: &ObjectKey) {
        let Some(object) = self.objects.object(kind, key).cloned() else {
            return;
        };
        match &object {
            Object::Node(node) => self.nodes.remove_node(&node.meta.name),
            Object::Pod(pod) => self.nodes.pod_changed(Some(pod), None),
            _ => {}
        }
        self.objects.apply(&Change {
            revision: 0,
            at: SimTime::ZERO,
            writer: "",
            before: Some(object),
            after: None,
        });
    }

    /// The objects.
    pub fn objects(&self) -> &Objects {
        &self.objects
    }

    /// What the scheduler would decide about a pod, and why.
    pub fn decide(&mut self, pod: &Pod) -> Decision {
        let shape = self.nodes.shape(pod);
        let mut info = self
            .nodes
            .shapes()
            .get(shape)
            .cloned()
            .unwrap_or_else(|| Arc::new(super::PodInfo::new(pod)));
        if !pod.node_name.is_empty() {
            Arc::make_mut(&mut info).node_name = pod.node_name.clone();
        }
        let mut template = Template::new(pod, info, &self.objects);
        template.refresh(pod, &mut self.nodes, &self.objects, &self.settings);
        Decision::of(&template, pod, &self.nodes, &self.objects, &self.settings, 0)
    }
}
