//! What follows from what has been counted: which nodes spreading and inter-pod affinity refuse, beside those that refuse the pod by
//! themselves.

use super::super::NodeInfo;
use super::super::framework::{Rejection, Verdict, evaluate};
use super::super::plugins::inter_pod_affinity::{self, Around};
use super::super::plugins::pod_topology_spread::{self, Skew};
use super::super::slots::Slots;
use super::{Class, Counter, Place, Role, Template};

impl Template {
    /// The classes of nodes that pass every filter, among the slots allowed (all, if none are named).
    pub(in crate::scheduler) fn feasible(&self, allowed: Option<&Slots>) -> Vec<(&Class, Slots)> {
        let least = self.least(0, &[]);
        let passing = self
            .classes
            .iter()
            .filter(|(class, _)| self.counters.is_empty() || self.refuses(&class.places, &least, &[]).is_none());
        let allowed = passing.map(|(class, slots)| match allowed {
            Some(allowed) => (class, slots.intersection(allowed)),
            None => (class, slots.clone()),
        });
        allowed.filter(|(_, slots)| !slots.is_empty()).collect()
    }

    /// The least count of the domains of each constraint that must hold.
    fn least(&self, slot: usize, deltas: &[i64]) -> Vec<i64> {
        let least = |(position, counter): (usize, &Counter)| match counter.role {
            Role::Must(of) => {
                let min_domains = self.must.get(of).map_or(1, |constraint| constraint.min_domains);
                counter.least(min_domains, slot, deltas.get(position).copied().unwrap_or_default())
            }
            _ => 0,
        };
        let musts = self.counters.iter().enumerate().take(self.must.len());
        musts.map(least).collect()
    }

    /// Whether spreading or inter-pod affinity refuses a node in these places, where the counters of its domains differ by
    /// `deltas` (nothing if empty).
    fn refuses(&self, places: &[Place], least: &[i64], deltas: &[i64]) -> Option<Rejection> {
        let value = |position: usize| {
            let counter = self.counters.get(position)?;
            let place = places.get(position).copied().unwrap_or(Place::Missing);
            Some(counter.value(place)? + deltas.get(position).copied().unwrap_or_default())
        };
        let skews = self.must.iter().zip(least).enumerate();
        let skews = skews.map(|(position, (constraint, least))| Skew {
            count: value(position),
            own: i64::from(constraint.selects(&self.pod.labels)),
            least: *least,
            max_skew: constraint.max_skew,
        });
        if let Some(rejection) = pod_topology_spread::filter(skews) {
            return Some(rejection);
        }
        let mut around = Around {
            has_keys: true,
            near_met: true,
            nobody_near: true,
            meets_itself: self.meets_itself,
            away_violated: false,
            kept_away: false,
        };
        for (position, counter) in self.counters.iter().enumerate() {
            let value = value(position);
            match counter.role {
                Role::Near => {
                    let delta = deltas
                        .get(position)
                        .filter(|_| value.is_some())
                        .copied()
                        .unwrap_or_default();
                    around.has_keys &= value.is_some();
                    around.near_met &= value.is_some_and(|value| value > 0);
                    around.nobody_near &= counter.total() + delta == 0;
                }
                Role::Away => around.away_violated |= value.is_some_and(|value| value > 0),
                Role::KeepsAway => around.kept_away |= value.is_some_and(|value| value > 0),
                Role::Must(_) | Role::Should(_) | Role::Worth => {}
            }
        }
        inter_pod_affinity::filter(around)
    }

    /// Why a node is refused, if it is; [`Verdict::Excluded`] if it was not looked at.
    pub fn verdict(&self, slot: usize) -> Verdict {
        self.verdict_with(slot, &self.least(0, &[]))
    }

    fn verdict_with(&self, slot: usize, least: &[i64]) -> Verdict {
        let Some(Some(seen)) = self.seen.get(slot) else {
            return Verdict::Excluded;
        };
        match &seen.verdict {
            Verdict::Feasible(_) if !self.counters.is_empty() => {
                match self.refuses(&self.places(slot).collect::<Vec<_>>(), least, &[]) {
                    Some(rejection) => Verdict::Rejected(Box::new(rejection)),
                    None => seen.verdict.clone(),
                }
            }
            verdict => verdict.clone(),
        }
    }

    /// The verdicts on all nodes, by slot; those not looked at are left out, see [`Template::look_at_all`].
    pub fn verdicts(&self) -> Vec<Verdict> {
        let least = self.least(0, &[]);
        (0..self.seen.len())
            .map(|slot| self.verdict_with(slot, &least))
            .collect()
    }

    /// Why a node would refuse the pod if it had other pods than it has.
    pub fn refusal_with(&self, slot: usize, node: &NodeInfo, changed: &NodeInfo) -> Option<Rejection> {
        match evaluate(&self.pod, changed, &self.state) {
            Verdict::Rejected(rejection) => return Some(*rejection),
            Verdict::Excluded => return Some(Rejection::unresolvable("", "")),
            Verdict::Feasible(_) => {}
        }
        if self.counters.is_empty() {
            return None;
        }
        let (new, old) = (self.moving(changed), self.moving(node));
        let deltas: Vec<i64> = (new.iter().zip(&old).zip(self.shares_of(slot)))
            .map(|((new, old), share)| if share.counts { new - old } else { 0 })
            .collect();
        self.refuses(
            &self.places(slot).collect::<Vec<_>>(),
            &self.least(slot, &deltas),
            &deltas,
        )
    }

    /// Whether the plugins that look at one node alone would let the pod run there.
    pub fn fits_alone(&self, node: &NodeInfo) -> bool {
        matches!(evaluate(&self.pod, node, &self.state), Verdict::Feasible(_))
    }
}
