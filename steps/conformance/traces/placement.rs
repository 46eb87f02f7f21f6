//! Where a take's pods ran: which of several equal nodes the scheduler takes is chance, and a replay follows the take.

use std::collections::{BTreeMap, VecDeque};

use shakedown_engine::scheduler::Placement;
use smol_str::SmolStr;

use super::alias::{Aliases, is_random};
use super::case::Take;

/// Owner and name; the name is empty where it is random.
type Key = (String, String);

/// The nodes of a take's pods by owner and name, in order of creation; a pod that never ran has none.
pub fn of(take: &Take) -> Placement {
    let mut nodes: BTreeMap<Key, VecDeque<SmolStr>> = BTreeMap::new();
    for pod in &take.pods {
        let key = (
            pod.owner.clone().unwrap_or_default(),
            pod.name.clone().unwrap_or_default(),
        );
        nodes
            .entry(key)
            .or_default()
            .push_back(pod.node.clone().unwrap_or_default().into());
    }
    let mut aliases = Aliases::default();
    Placement::new(move |pod| {
        let name = if is_random(&pod.meta) {
            String::new()
        } else {
            pod.meta.name.to_string()
        };
        let key = (aliases.owner(pod).unwrap_or_default(), name);
        nodes.get_mut(&key)?.pop_front().filter(|node| !node.is_empty())
    })
}
