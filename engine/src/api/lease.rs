//! A node's Lease: the heartbeat of its kubelet, in closed form.
//!
//! A kubelet renews its Lease every 10 s for as long as it lives. Writing each renewal would make an idle hour of 100 nodes
//! cost 36,000 writes that say nothing; so the Lease holds the series itself (first renewal, period, and, once the kubelet
//! has gone silent, the last one) and each renewal is computed when somebody asks. Who writes `silent_since` is the fault
//! that silences the kubelet: the control plane must not look at it but through [`Lease::renewed_at`].

use std::time::Duration;

use serde_json::Value;
use smol_str::SmolStr;

use super::json;
use super::{Kind, ObjectMeta, Resource, Timestamp};
use crate::sim::SimTime;

/// A Lease in namespace `kube-node-lease`.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Lease {
    /// Metadata; its name is the node's.
    pub meta: ObjectMeta,
    /// Who renews it.
    pub holder: SmolStr,
    /// The first renewal of the present series.
    pub first_renewal: SimTime,
    /// The time between renewals.
    pub period: Duration,
    /// From when on renewals stay out.
    pub silent_since: Option<SimTime>,
    /// `spec`, as applied by a user: for Leases that are not nodes' heartbeats.
    pub spec_json: Value,
}

impl Lease {
    /// The latest renewal at or before `now`; none if there has been none.
    pub fn renewed_at(&self, now: SimTime) -> Option<SimTime> {
        let until = self.silent_since.map_or(now, |silent| silent.min(now));
        if until < self.first_renewal {
            return None;
        }
        let period = u64::try_from(self.period.as_nanos()).unwrap_or(u64::MAX).max(1);
        let renewals = (until.as_nanos() - self.first_renewal.as_nanos()) / period;
        Some(SimTime::from_nanos(
            self.first_renewal
                .as_nanos()
                .saturating_add(renewals.saturating_mul(period)),
        ))
    }

    /// The object as the API shows it at an instant of a simulation that started at `epoch`.
    pub fn to_json_at(&self, now: SimTime, epoch: Timestamp) -> Value {
        let mut spec = self.spec_json.clone();
        if let (Some(renewed), true) = (self.renewed_at(now), self.spec_json.is_null()) {
            spec = serde_json::json!({
                "holderIdentity": self.holder.as_str(),
                "leaseDurationSeconds": 40,
                "renewTime": epoch.at(renewed).to_string(),
            });
        }
        super::resource::external(Kind::LEASE, &self.meta, [("spec", spec)])
    }
}

impl Resource for Lease {
    const KIND: Kind = Kind::LEASE;

    fn meta(&self) -> &ObjectMeta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.meta
    }

    fn from_json(mut value: Value) -> Self {
        let spec_json = json::take(&mut value, "spec");
        Lease {
            meta: ObjectMeta::from_json(&json::take(&mut value, "metadata")),
            holder: json::text(&spec_json, "holderIdentity"),
            first_renewal: SimTime::MAX,
            period: Duration::ZERO,
            silent_since: None,
            spec_json,
        }
    }

    /// Without a renewal time: see [`Lease::to_json_at`].
    fn to_json(&self) -> Value {
        super::resource::external(Kind::LEASE, &self.meta, [("spec", self.spec_json.clone())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renewals_are_computed_until_the_kubelet_falls_silent() {
        let mut lease = Lease {
            first_renewal: SimTime::from_secs(3),
            period: Duration::from_secs(10),
            ..Lease::default()
        };
        let check = |lease: &Lease, now, expect: Option<u64>| {
            assert_eq!(
                lease.renewed_at(SimTime::from_secs(now)),
                expect.map(SimTime::from_secs),
                "at {now}"
            );
        };
        check(&lease, 2, None);
        check(&lease, 3, Some(3));
        check(&lease, 32, Some(23));
        check(&lease, 3_600, Some(3_593));
        lease.silent_since = Some(SimTime::from_secs(50));
        check(&lease, 3_600, Some(43));
    }
}
