//! Assertions about any object.

use std::sync::Arc;

use cucumber::then;
use shakedown_engine::api::{Object, Pod};
use shakedown_engine::kubectl::jsonpath::JsonPath;
use shakedown_engine::timeline::View;

use crate::World;
use crate::assertion::{Claim, Verdict};
use crate::parameters::{OtherObject, Pods, Tense, Text};
use crate::subject::Subject;
use crate::world::StepError;

/// Asserts a field of pods by kubectl's JSONPath.
///
/// Example: `Then every pod of deployment "web" has "{.spec.containers[0].image}" equal to "nginx:1.26"`
#[then(expr = "{tense}{pods} has/have {string} equal to {string}")]
fn pods_have_field(world: &mut World, tense: Tense, pods: Pods, path: Text, wanted: Text) -> Result<(), StepError> {
    let template = JsonPath::parse(&path)?;
    let check = |view: &View<'_>, pod: &Pod| field_is(view, &Object::Pod(Arc::new(pod.clone())), &template, &wanted);
    world.assert(tense, &Claim::pods(&pods, format!("\"{wanted}\""), check)?)
}

/// Asserts a field of an object that is no pod by kubectl's JSONPath.
///
/// Example: `Then within 1m, deployment "web" has "{.status.readyReplicas}" equal to "3"`
#[then(expr = "{tense}{resource} has {string} equal to {string}")]
fn resource_has_field(
    world: &mut World,
    tense: Tense,
    object: OtherObject,
    path: Text,
    wanted: Text,
) -> Result<(), StepError> {
    let template = JsonPath::parse(&path)?;
    let check = |view: &View<'_>, object: &Object| field_is(view, object, &template, &wanted);
    world.assert(tense, &Claim::object(&object.0, format!("\"{wanted}\""), check))
}

fn field_is(view: &View<'_>, object: &Object, template: &JsonPath, wanted: &str) -> Verdict {
    let seen = template
        .evaluate(&view.to_json(object))
        .map_err(|error| error.to_string())?;
    if seen == wanted {
        Ok(())
    } else {
        Err(format!("\"{seen}\""))
    }
}

/// Asserts that an object that is no pod exists.
///
/// Example: `Then within 1m, namespace "shop" exists`
#[then(expr = "{tense}{resource} exists")]
fn exists(world: &mut World, tense: Tense, object: OtherObject) -> Result<(), StepError> {
    let claim = Claim::object(&object.0, "that it exists", |_, _| Ok(()));
    world.assert(tense, &claim.of_existence())
}

/// Asserts that there is no such object.
///
/// Example: `Then within 1m, namespace "shop" does not exist`
#[then(expr = "{tense}{resource} does not exist")]
fn does_not_exist(world: &mut World, tense: Tense, object: OtherObject) -> Result<(), StepError> {
    let wanted = object.0.clone();
    let check = move |view: &View<'_>| match view.objects.object(wanted.kind, &wanted.key()) {
        Some(_) => Err("it exists".to_owned()),
        None => Ok(()),
    };
    world.assert(
        tense,
        &Claim::new("that it does not exist", Subject::Object(object.0), check).of_existence(),
    )
}
