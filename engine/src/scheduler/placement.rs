//! Which of several equally good nodes a pod gets, where somebody says so.
//!
//! kube-scheduler picks among equals at random, and so does this one. Who replays what happened on a real cluster needs the
//! node that was picked there; it is taken only if the pod could have got it here.

use std::collections::BTreeMap;
use std::fmt;

use smol_str::SmolStr;

use crate::api::{ObjectKey, Pod};

/// Asked once for each new pod, in order of creation: which node it ought to get.
type Chooser = Box<dyn FnMut(&Pod) -> Option<SmolStr> + Send + Sync>;

/// Says which node new pods ought to get if several are equally good.
#[derive(Default)]
pub struct Placement {
    chooser: Option<Chooser>,
    wanted: BTreeMap<ObjectKey, SmolStr>,
}

impl Placement {
    /// Placement as `chooser` says: it is asked once for each new pod, in order of creation; none leaves it to chance.
    pub fn new(chooser: impl FnMut(&Pod) -> Option<SmolStr> + Send + Sync + 'static) -> Self {
        Placement {
            chooser: Some(Box::new(chooser)),
            wanted: BTreeMap::new(),
        }
    }

    /// A pod is new.
    pub(super) fn created(&mut self, pod: &Pod) {
        if let Some(node) = self.chooser.as_mut().and_then(|choose| choose(pod)) {
            self.wanted.insert(pod.meta.key(), node);
        }
    }

    /// A pod is gone.
    pub(super) fn deleted(&mut self, key: &ObjectKey) {
        self.wanted.remove(key);
    }

    /// Which node a pod ought to get.
    pub(super) fn wanted(&self, key: &ObjectKey) -> Option<&SmolStr> {
        self.wanted.get(key)
    }
}

impl fmt::Debug for Placement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Placement")
            .field("wanted", &self.wanted)
            .finish_non_exhaustive()
    }
}
