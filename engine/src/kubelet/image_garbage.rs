//! Removing images that nobody uses: when they fill the disk, and when the disk is short for another reason.
//!
//! Every 5 minutes the kubelet looks how full the disk is; above 85% it removes images that no container uses and that nobody
//! has used for 2 minutes, least recently used first, until 80% are reached. Source: kubelet `images/image_gc_manager.go`;
//! documentation "Garbage Collection: container image lifecycle". Here only images take room, and their sizes are made up.

use std::collections::BTreeSet;
use std::time::Duration;

use smol_str::SmolStr;

use super::agent::Agent;
use super::images::size_bytes;
use super::kubelets::{Kubelets, Task, Wake};
use super::work::PodWork;
use crate::api::{Node, ObjectKey, Quantity, Uid};
use crate::component::{self, Context};
use crate::events::Report;
use crate::sim::Urgency;

/// How often images are looked through (kubelet `ImageGCPeriod`).
const PERIOD: Duration = Duration::from_secs(300);

impl PodWork<'_, '_> {
    /// An image has come: if the disk is too full now, images are looked through at the next turn.
    pub fn images_grew(&mut self) {
        let used: u64 = self.agent.images.keys().map(|image| size_bytes(image)).sum();
        let key = ObjectKey::cluster(self.agent.name.clone());
        let Some(node) = self.context.store.get::<Node>(&key) else {
            return;
        };
        if used > percent(node, self.context.settings.image_gc_high_threshold) && self.agent.collects_at.is_none() {
            collect_next(self.agent, self.context);
        }
    }
}

impl Kubelets {
    /// Looks through the images of a node.
    pub(super) fn collect_images(&mut self, number: u32, context: &mut Context<'_>) {
        let Some(agent) = self.agents.get_mut(number as usize) else {
            return;
        };
        if agent.collects_at != Some(context.now) {
            return;
        }
        agent.collects_at = None;
        let key = ObjectKey::cluster(agent.name.clone());
        let Some(node) = context.store.get::<Node>(&key).cloned() else {
            return;
        };
        let used: u64 = agent.images.keys().map(|image| size_bytes(image)).sum();
        let low = percent(&node, context.settings.image_gc_low_threshold);
        if used <= percent(&node, context.settings.image_gc_high_threshold) {
            return;
        }
        let wanted = used - low;
        let freed = agent.remove_unused_images(wanted, context.settings.image_minimum_gc_age, context);
        if freed < wanted {
            let full = used.saturating_mul(100) / percent(&node, 100).max(1);
            let message = format!(
                "Failed to garbage collect required amount of images. Attempted to free {wanted} bytes, but only found {freed} \
                 bytes eligible to free. The disk is {full}% full."
            );
            let report = Report::warning("kubelet", "FreeDiskSpaceFailed", message).on(&agent.name);
            context
                .events
                .record(context.store, context.settings, node.as_ref(), report);
            collect_next(agent, context);
        }
    }
}

impl Agent {
    /// Removes images that no container uses and nobody has used for so long, least recently used first, until so many bytes are
    /// free. Returns how many are.
    pub fn remove_unused_images(&mut self, wanted: u64, age: Duration, context: &Context<'_>) -> u64 {
        let instances = self.pods.values().flat_map(|slot| &slot.instances);
        let used: BTreeSet<SmolStr> = instances.map(|live| live.listed.image.clone()).collect();
        for image in &used {
            if let Some(last) = self.images.get_mut(image) {
                *last = context.now;
            }
        }
        let unused = self
            .images
            .iter()
            .filter(|(image, last)| !used.contains(*image) && context.now.since(**last) >= age);
        let mut unused: Vec<_> = unused.map(|(image, last)| (*last, image.clone())).collect();
        unused.sort();
        let mut freed = 0;
        for (_, image) in unused {
            if freed >= wanted {
                break;
            }
            freed += size_bytes(&image);
            self.images.remove(&image);
        }
        freed
    }
}

fn collect_next(agent: &mut Agent, context: &mut Context<'_>) {
    let at = (context.now + Duration::from_nanos(1)).next_tick(agent.sync_phase, PERIOD);
    agent.collects_at = Some(at);
    let task = Task {
        node: agent.number,
        pod: Uid::default(),
        wake: Wake::Images,
    };
    context
        .agenda
        .schedule(at, Urgency::Periodic, component::Task::Kubelet(task));
}

fn percent(node: &Node, percent: u32) -> u64 {
    let capacity = node.capacity.get("ephemeral-storage").map_or(0, Quantity::value);
    u64::try_from(capacity).unwrap_or(0) / 100 * u64::from(percent)
}
