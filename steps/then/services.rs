//! Assertions about Services and where they lead.

use cucumber::then;
use shakedown_engine::api::{Endpoint, EndpointSlice, Kind};
use shakedown_engine::timeline::View;

use crate::World;
use crate::assertion::Claim;
use crate::parameters::{Count, ObjectRef, OtherObject, Tense, Text};
use crate::world::StepError;

/// The label by which an EndpointSlice names its Service.
const SERVICE_NAME: &str = "kubernetes.io/service-name";

/// The endpoints that get traffic.
fn ready_endpoints<'v>(view: &View<'v>, service: &ObjectRef) -> Vec<&'v Endpoint> {
    let slices = view.objects.all_in::<EndpointSlice>(&service.namespace);
    let own = slices.filter(|slice| {
        slice
            .meta
            .labels
            .get(SERVICE_NAME)
            .is_some_and(|name| *name == service.name)
    });
    own.flat_map(|slice| &slice.endpoints)
        .filter(|endpoint| endpoint.ready)
        .collect()
}

fn named(endpoints: &[&Endpoint]) -> String {
    let pods: Vec<&str> = endpoints.iter().map(|endpoint| endpoint.pod.as_str()).collect();
    if pods.is_empty() {
        "no endpoints".to_owned()
    } else {
        format!("{} endpoints ({})", pods.len(), pods.join(", "))
    }
}

fn service(object: OtherObject) -> Result<ObjectRef, StepError> {
    if object.0.kind == Kind::SERVICE {
        return Ok(object.0);
    }
    Err(StepError::new(format!(
        "{} has no endpoints; only a service has",
        object.0
    )))
}

/// Asserts how many ready endpoints a Service has.
///
/// Example: `Then within 1m, service "web" has 3 endpoints`
#[then(expr = "{tense}{resource} has {count} endpoint(s)")]
fn has_endpoints(world: &mut World, tense: Tense, object: OtherObject, count: Count) -> Result<(), StepError> {
    let service = service(object)?;
    let claim = Claim::object(&service, format!("{count} endpoints"), |view, _| {
        let endpoints = ready_endpoints(view, &service);
        if count.holds(endpoints.len() as u64) {
            Ok(())
        } else {
            Err(named(&endpoints))
        }
    });
    world.assert(tense, &claim)
}

/// Asserts that a pod is among the ready endpoints of a Service.
///
/// Example: `Then within 1m, service "web" routes to pod "web-0"`
#[then(expr = "{tense}{resource} routes to pod {string}")]
fn routes_to(world: &mut World, tense: Tense, object: OtherObject, pod: Text) -> Result<(), StepError> {
    let service = service(object)?;
    let claim = Claim::object(&service, format!("an endpoint \"{pod}\""), |view, _| {
        let endpoints = ready_endpoints(view, &service);
        if endpoints.iter().any(|endpoint| endpoint.pod == pod.0) {
            Ok(())
        } else {
            Err(named(&endpoints))
        }
    });
    world.assert(tense, &claim)
}

/// Asserts that a pod is not among the ready endpoints of a Service.
///
/// Example: `Then within 1m, service "web" does not route to pod "web-0"`
#[then(expr = "{tense}{resource} does not route to pod {string}")]
fn does_not_route_to(world: &mut World, tense: Tense, object: OtherObject, pod: Text) -> Result<(), StepError> {
    let service = service(object)?;
    let claim = Claim::object(&service, format!("no endpoint \"{pod}\""), |view, _| {
        let endpoints = ready_endpoints(view, &service);
        if endpoints.iter().any(|endpoint| endpoint.pod == pod.0) {
            Err(named(&endpoints))
        } else {
            Ok(())
        }
    });
    world.assert(tense, &claim)
}
