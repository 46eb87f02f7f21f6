//! Asking about many pods at every instant, without asking about all of them each time.
//!
//! A claim about thousands of pods is asked after every write of any of them. So it is remembered which pods the phrase means
//! and which of them satisfy the predicate; the write of a pod can change that for this pod only.

use std::cell::RefCell;
use std::collections::BTreeSet;

use shakedown_engine::api::{Kind, Object, Pod, Uid};
use shakedown_engine::store::Change;
use shakedown_engine::timeline::View;

use super::Verdict;
use crate::parameters::Quantifier;
use crate::subject::PodQuery;

/// What is remembered about a claim from one instant to the next.
pub struct PodTally {
    query: PodQuery,
    /// None until all pods have been asked once.
    sets: RefCell<Option<Sets>>,
}

/// Pods by identity.
#[derive(Default)]
struct Sets {
    meant: BTreeSet<Uid>,
    satisfying: BTreeSet<Uid>,
}

impl PodTally {
    /// Nothing is known yet.
    pub fn new(query: PodQuery) -> Self {
        Self {
            query,
            sets: RefCell::new(None),
        }
    }

    /// Whether as many pods as the phrase says satisfy `check`. To be asked at one instant after the other: between two
    /// questions nothing but `view.change` may have happened to pods.
    pub fn holds(&self, view: &View<'_>, check: &dyn Fn(&View<'_>, &Pod) -> Verdict) -> bool {
        let mut remembered = self.sets.borrow_mut();
        let of_a_pod = view.change.filter(|change| change.kind() == Kind::POD);
        let sets = match (remembered.take(), of_a_pod) {
            (Some(mut sets), Some(change)) => {
                self.follow(&mut sets, change, view, check);
                sets
            }
            _ => self.ask_all(view, check),
        };
        let (meant, satisfying) = (sets.meant.len(), sets.satisfying.len());
        *remembered = Some(sets);
        match self.query.pods.quantifier {
            Quantifier::Every => meant > 0 && satisfying == meant,
            Quantifier::Some => satisfying > 0,
            Quantifier::Counted(count) => count.holds(satisfying as u64),
        }
    }

    fn ask_all(&self, view: &View<'_>, check: &dyn Fn(&View<'_>, &Pod) -> Verdict) -> Sets {
        let mut sets = Sets::default();
        for pod in self.query.select(view) {
            sets.meant.insert(pod.meta.uid);
            if check(view, pod).is_ok() {
                sets.satisfying.insert(pod.meta.uid);
            }
        }
        sets
    }

    fn follow(&self, sets: &mut Sets, change: &Change, view: &View<'_>, check: &dyn Fn(&View<'_>, &Pod) -> Verdict) {
        let uid = change.object().meta().uid;
        sets.meant.remove(&uid);
        sets.satisfying.remove(&uid);
        let pod = change.after.as_ref().and_then(Object::as_pod);
        if let Some(pod) = pod.filter(|pod| self.query.leaves(view.objects, pod)) {
            sets.meant.insert(uid);
            if check(view, pod).is_ok() {
                sets.satisfying.insert(uid);
            }
        }
    }
}
