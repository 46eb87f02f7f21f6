//! Assertions about where pods are, taken together.

use std::collections::BTreeMap;

use cucumber::then;
use shakedown_engine::api::{Node, ObjectKey};
use shakedown_engine::timeline::View;

use crate::World;
use crate::assertion::{Claim, Verdict};
use crate::parameters::{PodFilter, Pods, Quantifier, Tense, Text};
use crate::subject::{PodQuery, Subject};
use crate::world::StepError;

/// The label that names a node's zone.
const ZONE: &str = "topology.kubernetes.io/zone";

/// How many of the pods there are in each place.
fn places(
    query: &PodQuery,
    view: &View<'_>,
    place: impl Fn(&View<'_>, &str) -> Option<String>,
) -> BTreeMap<String, usize> {
    let mut places = BTreeMap::new();
    for pod in query.select(view) {
        if let Some(name) = place(view, &pod.node_name) {
            *places.entry(name).or_default() += 1;
        }
    }
    places
}

fn node(_: &View<'_>, name: &str) -> Option<String> {
    (!name.is_empty()).then(|| name.to_owned())
}

fn zone(view: &View<'_>, name: &str) -> Option<String> {
    let node = view.objects.get::<Node>(&ObjectKey::cluster(name))?;
    node.meta.labels.get(ZONE).map(ToString::to_string)
}

fn listed(places: &BTreeMap<String, usize>) -> String {
    let each: Vec<String> = places.iter().map(|(place, pods)| format!("{place}: {pods}")).collect();
    if each.is_empty() {
        "none".to_owned()
    } else {
        each.join(", ")
    }
}

fn spread(places: &BTreeMap<String, usize>, wanted: usize, what: &str) -> Verdict {
    if places.len() == wanted {
        Ok(())
    } else {
        Err(format!("over {} {what} ({})", places.len(), listed(places)))
    }
}

/// Asserts over how many nodes the pods are spread, taken together.
///
/// Example: `Then every pod of deployment "web" are spread over 3 nodes`
#[then(expr = "{tense}{pods} is/are spread over {int} node(s)")]
fn spread_over_nodes(world: &mut World, tense: Tense, pods: Pods, count: usize) -> Result<(), StepError> {
    let query = PodQuery::new(&pods)?;
    let claim = Claim::new(format!("over {count} nodes"), Subject::Pods(query.clone()), |view| {
        spread(&places(&query, view, node), count, "nodes")
    });
    world.assert(tense, &claim)
}

/// Asserts over how many zones the pods are spread, taken together.
///
/// Example: `Then within 5m, every pod of deployment "web" are spread over 2 zones`
#[then(expr = "{tense}{pods} is/are spread over {int} zone(s)")]
fn spread_over_zones(world: &mut World, tense: Tense, pods: Pods, count: usize) -> Result<(), StepError> {
    let query = PodQuery::new(&pods)?;
    let claim = Claim::new(format!("over {count} zones"), Subject::Pods(query.clone()), |view| {
        spread(&places(&query, view, zone), count, "zones")
    });
    world.assert(tense, &claim)
}

/// Asserts that the pods with these labels are not crowded on any node.
///
/// Example: `Then at all times, no node runs more than 1 pod labelled "app=web"`
#[then(expr = "{tense}no node runs more than {int} pod(s) labelled {string}")]
fn not_crowded(world: &mut World, tense: Tense, count: usize, labels: Text) -> Result<(), StepError> {
    let filters = vec![PodFilter::Labelled(labels.0)];
    let pods = Pods {
        quantifier: Quantifier::Every,
        filters,
        namespace: Some("default".to_owned()),
    };
    let query = PodQuery::new(&pods)?;
    let claim = Claim::new(
        format!("at most {count} a node"),
        Subject::Pods(query.clone()),
        |view| {
            let places = places(&query, view, node);
            if places.values().all(|pods| *pods <= count) {
                Ok(())
            } else {
                Err(listed(&places))
            }
        },
    );
    world.assert(tense, &claim)
}
