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

    /// Adds an object, or replaces it by another version. Nothing is checked and nothing is defaulted.
    pub fn add(&mut self, object: Object) {
        let before = self.objects.object(object.kind(), &object.key()).cloned();
        self.follow(&change(before, Some(object)));
    }

    /// Takes an object away.
    pub fn remove(&mut self, kind: Kind, key: &ObjectKey) {
        let Some(object) = self.objects.object(kind, key).cloned() else {
            return;
        };
        self.follow(&change(Some(object), None));
    }

    /// Lets a change happen.
    pub fn follow(&mut self, change: &Change) {
        let pod = |object: &Option<Object>| object.as_ref().and_then(Object::as_pod).cloned();
        match change.object() {
            Object::Pod(_) => {
                let (before, after) = (pod(&change.before), pod(&change.after));
                self.nodes.pod_changed(before.as_ref(), after.as_ref());
            }
            Object::Node(node) if change.after.is_none() => self.nodes.remove_node(&node.meta.name),
            Object::Node(node) => self.nodes.set_node(node),
            _ => {}
        }
        self.objects.apply(change);
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
        template.look_at_all(&self.nodes);
        Decision::of(&template, pod, &self.nodes, &self.objects, &self.settings, 0)
    }
}

fn change(before: Option<Object>, after: Option<Object>) -> Change {
    Change {
        revision: 0,
        at: SimTime::ZERO,
        writer: "",
        before,
        after,
    }
}
