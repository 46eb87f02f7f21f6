//! The team's own words: its standard service, and what it promises its customers.

use cucumber::{given, then};
use shakedown::World;
use shakedown::assertion::Claim;
use shakedown::engine::api::decode::Origin;
use shakedown::parameters::{ObjectRef, Tense, Text};
use shakedown::world::StepError;

/// Deploys a service as the platform team's template has it: labelled, probed, with a Service in front.
///
/// Example: `Given our service "shop" with 4 replicas`
#[given(expr = "our service {string} with {int} replica(s)")]
fn our_service(world: &mut World, name: Text, replicas: u32) -> Result<(), StepError> {
    let manifest = format!(
        "apiVersion: apps/v1
kind: Deployment
metadata: {{ name: {name} }}
spec:
  replicas: {replicas}
  selector: {{ matchLabels: {{ app: {name} }} }}
  template:
    metadata: {{ labels: {{ app: {name} }} }}
    spec:
      containers:
        - name: app
          image: registry.example.com/{name}:v1
          readinessProbe: {{ httpGet: {{ path: /ready, port: 8080 }} }}
---
apiVersion: v1
kind: Service
metadata: {{ name: {name} }}
spec:
  selector: {{ app: {name} }}
  ports: [{{ port: 80, targetPort: 8080 }}]
"
    );
    world.cluster().apply(&manifest, &Origin::file("our template"))?;
    Ok(())
}

/// Asserts that so many percent of a workload's replicas are available. A claim is written once and takes every tense.
///
/// Example: `Then at all times, deployment "shop" keeps 75 percent of its replicas`
#[then(expr = "{tense}{object} keeps {int} percent of its replicas")]
fn keeps_percent(world: &mut World, tense: Tense, workload: ObjectRef, percent: u64) -> Result<(), StepError> {
    let claim = Claim::object(&workload, format!("{percent}% available"), |view, object| {
        let json = view.to_json(object);
        let number = |pointer: &str| json.pointer(pointer).and_then(|value| value.as_u64()).unwrap_or(0);
        let (wanted, available) = (number("/spec/replicas"), number("/status/availableReplicas"));
        if available * 100 >= wanted * percent {
            Ok(())
        } else {
            Err(format!("{available} of {wanted} replicas are available"))
        }
    });
    world.assert(tense, &claim)
}
