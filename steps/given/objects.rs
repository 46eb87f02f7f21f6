//! Objects: by manifest, or by a sentence for the plain ones.

use cucumber::{given, when};
use shakedown_engine::api::decode::Origin;

use crate::World;
use crate::parameters::{Glob, ObjectRef, Text};
use crate::world::StepError;

/// Applies manifests as `kubectl apply` would: a file, a folder or a glob, relative to the feature file, of any number of
/// documents. A document that the API server refuses fails the step.
///
/// Example: `Given the manifest "web.yaml"`
#[given(expr = "the manifest {string}")]
#[when(expr = "the manifest {string}")]
#[given(expr = "I apply the manifest {string}")]
#[when(expr = "I apply the manifest {string}")]
fn apply_files(world: &mut World, path: Text) -> Result<(), StepError> {
    world.apply_files(&path)
}

/// Applies the manifests in the doc string as `kubectl apply` would.
///
/// Example: `When I apply the manifest:`
#[given(expr = "the manifest:")]
#[when(expr = "the manifest:")]
#[given(expr = "I apply the manifest:")]
#[when(expr = "I apply the manifest:")]
fn apply_doc_string(world: &mut World) -> Result<(), StepError> {
    world.apply_doc_string()
}

/// Applies manifests that may be refused; look with `the command fails with "…"`.
///
/// Example: `When I try to apply the manifest "broken.yaml"`
#[given(expr = "I try to apply the manifest {string}")]
#[when(expr = "I try to apply the manifest {string}")]
fn try_to_apply_files(world: &mut World, path: Text) {
    _ = world.apply_files(&path);
}

/// Applies the manifests in the doc string, which may be refused; look with `the command fails with "…"`.
///
/// Example: `When I try to apply the manifest:`
#[given(expr = "I try to apply the manifest:")]
#[when(expr = "I try to apply the manifest:")]
fn try_to_apply_doc_string(world: &mut World) {
    _ = world.apply_doc_string();
}

/// Creates a namespace.
///
/// Example: `Given a namespace "shop"`
#[given(expr = "a namespace {string}")]
#[when(expr = "a namespace {string}")]
fn a_namespace(world: &mut World, name: Text) -> Result<(), StepError> {
    create(
        world,
        &serde_json::json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name.0 } }),
    )
}

/// Creates a pod labelled `app=NAME` with one container called NAME, nothing else set.
///
/// Example: `Given a pod "web" of image "nginx:1.25"`
#[given(expr = "a pod {string} of image {string}")]
#[when(expr = "a pod {string} of image {string}")]
fn a_pod(world: &mut World, name: Text, image: Text) -> Result<(), StepError> {
    let mut pod = template(&name, &image);
    pod["apiVersion"] = "v1".into();
    pod["kind"] = "Pod".into();
    pod["metadata"]["name"] = name.0.into();
    create(world, &pod)
}

/// Creates a Deployment of pods labelled `app=NAME` with one container called NAME, nothing else set.
///
/// Example: `Given a deployment "web" with 3 replicas of image "nginx:1.25"`
#[given(expr = "a deployment {string} with {int} replica(s) of image {string}")]
#[when(expr = "a deployment {string} with {int} replica(s) of image {string}")]
fn a_deployment(world: &mut World, name: Text, replicas: i32, image: Text) -> Result<(), StepError> {
    let deployment = serde_json::json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": { "name": name.0, "labels": { "app": name.0 } },
        "spec": {
            "replicas": replicas,
            "selector": { "matchLabels": { "app": name.0 } },
            "template": template(&name, &image),
        },
    });
    create(world, &deployment)
}

/// Creates a StatefulSet of pods labelled `app=NAME` with one container called NAME, and the headless Service that names them.
///
/// Example: `Given a statefulset "db" with 3 replicas of image "postgres:17"`
#[given(expr = "a statefulset {string} with {int} replica(s) of image {string}")]
#[when(expr = "a statefulset {string} with {int} replica(s) of image {string}")]
fn a_stateful_set(world: &mut World, name: Text, replicas: i32, image: Text) -> Result<(), StepError> {
    let service = serde_json::json!({
        "apiVersion": "v1", "kind": "Service",
        "metadata": { "name": name.0, "labels": { "app": name.0 } },
        "spec": { "clusterIP": "None", "selector": { "app": name.0 }, "ports": [{ "port": 80 }] },
    });
    create(world, &service)?;
    let stateful_set = serde_json::json!({
        "apiVersion": "apps/v1", "kind": "StatefulSet",
        "metadata": { "name": name.0, "labels": { "app": name.0 } },
        "spec": {
            "replicas": replicas,
            "serviceName": name.0,
            "selector": { "matchLabels": { "app": name.0 } },
            "template": template(&name, &image),
        },
    });
    create(world, &stateful_set)
}

/// Creates a DaemonSet of pods labelled `app=NAME` with one container called NAME, nothing else set.
///
/// Example: `Given a daemonset "agent" of image "fluentd"`
#[given(expr = "a daemonset {string} of image {string}")]
#[when(expr = "a daemonset {string} of image {string}")]
fn a_daemon_set(world: &mut World, name: Text, image: Text) -> Result<(), StepError> {
    let daemon_set = serde_json::json!({
        "apiVersion": "apps/v1", "kind": "DaemonSet",
        "metadata": { "name": name.0, "labels": { "app": name.0 } },
        "spec": {
            "selector": { "matchLabels": { "app": name.0 } },
            "template": template(&name, &image),
        },
    });
    create(world, &daemon_set)
}

/// Deletes an object and waits until it is gone, as kubectl does; of a name with `*`, all that match.
///
/// Example: `When I delete pod "web-0"`
#[given(expr = "I delete {object}")]
#[when(expr = "I delete {object}")]
fn delete(world: &mut World, object: ObjectRef) -> Result<(), StepError> {
    let pattern = Glob(object.name.clone());
    if pattern.is_literal() {
        return world.must_command(&format!("kubectl delete {}", object.kubectl_words()));
    }
    let objects = world
        .cluster()
        .view()
        .objects
        .of_kind_in(object.kind, &object.namespace);
    let names: Vec<String> = objects
        .map(|object| object.meta().name.to_string())
        .filter(|name| pattern.matches(name))
        .collect();
    if names.is_empty() {
        return Err(StepError::new(format!("there is no {object}")));
    }
    let kind = object.kind.info().singular();
    let namespace = if object.namespace.is_empty() {
        String::new()
    } else {
        format!(" -n {}", object.namespace)
    };
    world.must_command(&format!("kubectl delete {kind} {}{namespace}", names.join(" ")))
}

/// A pod's labels and one container.
fn template(name: &str, image: &str) -> serde_json::Value {
    serde_json::json!({
        "metadata": { "labels": { "app": name } },
        "spec": { "containers": [{ "name": name, "image": image }] },
    })
}

fn create(world: &mut World, object: &serde_json::Value) -> Result<(), StepError> {
    world
        .apply(&object.to_string(), &Origin::file("this step"))
        .map_err(StepError::new)
}
