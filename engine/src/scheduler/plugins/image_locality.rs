//! ImageLocality: a node that has a pod's images already is better, the more so the larger they are and the more nodes have them.
//!
//! Source: kube-scheduler `plugins/imagelocality`. A large image on few nodes counts little, so that not all pods meet there.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::super::{NodeInfo, PodInfo};
use crate::api::json;

/// The plugin's name.
pub const NAME: &str = "ImageLocality";

const MIB: i64 = 1024 * 1024;
/// Less than this is worth nothing.
const MIN_BYTES: i64 = 23 * MIB;
/// More than this, per container, is worth no more.
const MAX_BYTES_PER_CONTAINER: i64 = 1000 * MIB;

/// One image in the cluster.
#[derive(Debug, Clone, Copy, PartialEq)]
struct ImageState {
    /// The size that the first node reported that had it, in bytes.
    bytes: i64,
    /// How many nodes have it.
    nodes: usize,
}

/// The images that nodes report in `status.images`.
#[derive(Debug, Default)]
pub struct ImageStates {
    images: BTreeMap<SmolStr, ImageState>,
    nodes: usize,
}

impl ImageStates {
    /// Reads all nodes.
    pub fn of(slots: &[NodeInfo]) -> Self {
        let mut images = BTreeMap::new();
        for info in slots {
            for image in json::list(&info.node.status_json, "images") {
                let bytes = json::int(image, "sizeBytes").unwrap_or_default();
                for name in json::texts(image, "names") {
                    let state = images.entry(name).or_insert(ImageState { bytes, nodes: 0 });
                    state.nodes += 1;
                }
            }
        }
        ImageStates {
            images,
            nodes: slots.len(),
        }
    }
}

/// An image's name with a tag.
pub fn normalized(image: &str) -> SmolStr {
    let name = image.rsplit('/').next().unwrap_or(image);
    if name.contains(':') {
        image.into()
    } else {
        smol_str::format_smolstr!("{image}:latest")
    }
}

/// Score.
pub fn score(pod: &PodInfo, node: &NodeInfo, images: &ImageStates) -> i64 {
    if images.images.is_empty() || pod.containers == 0 {
        return 0;
    }
    let present: Vec<SmolStr> = (json::list(&node.node.status_json, "images").iter())
        .flat_map(|image| json::texts(image, "names"))
        .collect();
    let worth = |image: &SmolStr| {
        let state = images.images.get(image).filter(|_| present.contains(image))?;
        Some((state.bytes as f64 * (state.nodes as f64 / images.nodes as f64)) as i64)
    };
    let sum: i64 = pod.images.iter().filter_map(worth).sum();
    let max = MAX_BYTES_PER_CONTAINER.saturating_mul(i64::try_from(pod.containers).unwrap_or(i64::MAX));
    let sum = sum.clamp(MIN_BYTES, max.max(MIN_BYTES));
    if max <= MIN_BYTES {
        return 0;
    }
    100 * (sum - MIN_BYTES) / (max - MIN_BYTES)
}
