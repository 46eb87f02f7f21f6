//! The quality of service class of a pod: who is evicted first when a node runs short.
//!
//! The API server notes it in `status.qosClass` when a pod is created; who finds none there computes it.
//! Source: kubernetes `pkg/apis/core/v1/helper/qos`; documentation "Pod Quality of Service Classes". Not modelled: resources of
//! the pod as a whole (`spec.resources`).

use super::container::{Container, ResourceList};
use super::{PodSpec, Quantity};

/// The resources that count.
const RESOURCES: [&str; 2] = ["cpu", "memory"];

/// `Guaranteed` if every container has limits on both resources and requests, together, equal limits; `BestEffort` if none
/// has either; else `Burstable`. Amounts of zero do not count.
pub fn qos_class(spec: &PodSpec) -> &'static str {
    let total = |resource: &str, list: fn(&Container) -> &ResourceList| {
        let amounts = spec
            .all_containers()
            .filter_map(|container| amount(list(container), resource));
        amounts.fold(None, |sum: Option<Quantity>, amount| {
            Some(sum.map_or_else(|| amount.clone(), |sum| sum.add(amount)))
        })
    };
    let totals = RESOURCES.map(|resource| (total(resource, |c| &c.requests), total(resource, |c| &c.limits)));
    if totals
        .iter()
        .all(|(requests, limits)| requests.is_none() && limits.is_none())
    {
        return "BestEffort";
    }
    let is_limited = |container: &Container| {
        RESOURCES
            .iter()
            .all(|resource| amount(&container.limits, resource).is_some())
    };
    let is_guaranteed =
        spec.all_containers().all(is_limited) && totals.iter().all(|(requests, limits)| requests == limits);
    if is_guaranteed { "Guaranteed" } else { "Burstable" }
}

fn amount<'a>(list: &'a ResourceList, resource: &str) -> Option<&'a Quantity> {
    list.get(resource).filter(|amount| **amount > Quantity::zero())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn classes() {
        let check = |resources: &[Value], expect: &str| {
            let containers: Vec<Value> = resources.iter().map(|r| json!({"name": "c", "resources": r})).collect();
            let spec = PodSpec::from_json(json!({"containers": containers}));
            assert_eq!(qos_class(&spec), expect, "{resources:?}");
        };
        let both = json!({"cpu": "1", "memory": "1Gi"});
        check(&[json!({})], "BestEffort");
        check(&[json!({"requests": {"cpu": "0"}})], "BestEffort");
        check(&[json!({"requests": {"nvidia.com/gpu": "1"}})], "BestEffort");
        check(&[json!({"requests": {"cpu": "1"}})], "Burstable");
        check(&[json!({"requests": both, "limits": both})], "Guaranteed");
        check(&[json!({"requests": both, "limits": both}), json!({})], "Burstable");
        // A missing request is the limit, as the API's defaulting has it.
        check(&[json!({"requests": {"cpu": "1"}, "limits": both})], "Guaranteed");
        check(&[json!({"requests": {"cpu": "500m"}, "limits": both})], "Burstable");
        check(
            &[json!({"requests": {"cpu": "1000m", "memory": "1Gi"}, "limits": both})],
            "Guaranteed",
        );
    }
}
