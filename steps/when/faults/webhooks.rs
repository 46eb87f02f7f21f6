//! Admission webhooks that keep pods from being made.

use cucumber::{given, when};
use shakedown_engine::faults::Fault;
use shakedown_engine::interference::WebhookFault;

use crate::World;
use crate::parameters::{Lasting, Text};
use crate::world::StepError;

/// Lets an admission webhook deny every new pod: a person's is refused, a controller's gives FailedCreate and is tried again.
///
/// Example: `When admission webhook "policy" denies pods for 5m`
#[given(expr = "admission webhook {string} denies pods{lasting}")]
#[when(expr = "admission webhook {string} denies pods{lasting}")]
fn denies_pods(world: &mut World, name: Text, lasting: Lasting) -> Result<(), StepError> {
    world.inject(Fault::Webhook(name.0.into(), WebhookFault::Denies), lasting)
}

/// Lets an admission webhook for pods not answer: no new pod can be made, since nobody knows whether it may.
///
/// Example: `When admission webhook "policy" does not answer for 5m`
#[given(expr = "admission webhook {string} does not answer{lasting}")]
#[when(expr = "admission webhook {string} does not answer{lasting}")]
fn does_not_answer(world: &mut World, name: Text, lasting: Lasting) -> Result<(), StepError> {
    world.inject(Fault::Webhook(name.0.into(), WebhookFault::DoesNotAnswer), lasting)
}

/// Sets an admission webhook right again.
///
/// Example: `When admission webhook "policy" recovers`
#[given(expr = "admission webhook {string} recovers/heals")]
#[when(expr = "admission webhook {string} recovers/heals")]
fn recovers(world: &mut World, name: Text) -> Result<(), StepError> {
    let what = format!("admission webhook \"{name}\"");
    world.heal(&what, |fault| matches!(fault, Fault::Webhook(of, _) if *of == name.0))
}
