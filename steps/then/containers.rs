//! Assertions about containers, as their status tells.

use cucumber::then;
use shakedown_engine::api::{ContainerState, ContainerStatus, Pod, Terminated};
use shakedown_engine::timeline::View;

use crate::World;
use crate::assertion::{Claim, Verdict};
use crate::parameters::{Pods, Tense, Text};
use crate::world::StepError;

/// A claim about the container of that name in each of the pods; init containers count.
fn claim<'a>(
    pods: &Pods,
    container: &'a Text,
    expected: String,
    check: impl Fn(&ContainerStatus) -> Verdict + 'a,
) -> Result<Claim<'a>, StepError> {
    let check = move |_: &View<'_>, pod: &Pod| {
        let mut statuses = pod.status.containers.iter().chain(&pod.status.init_containers);
        match statuses.find(|status| status.name == container.0) {
            Some(status) => check(status),
            None if pod.spec.all_containers().any(|known| known.name == container.0) => {
                Err(format!("container \"{container}\" has no status yet"))
            }
            None => Err(format!("there is no container \"{container}\"")),
        }
    };
    Ok(Claim::pods(pods, expected, check)?)
}

fn state_text(state: &ContainerState) -> String {
    match (&state.waiting, &state.running, &state.terminated) {
        (Some(waiting), ..) => format!("waiting because \"{}\"", waiting.reason),
        (_, Some(_), _) => "running".to_owned(),
        (.., Some(ended)) => ended_text(ended),
        _ => "no state".to_owned(),
    }
}

fn ended_text(ended: &Terminated) -> String {
    format!(
        "terminated because \"{}\" with exit code {}",
        ended.reason, ended.exit_code
    )
}

fn ended_so(state: &ContainerState, reason: &str, exit_code: Option<i32>) -> Verdict {
    let as_wanted = |ended: &Terminated| ended.reason == reason && exit_code.is_none_or(|code| ended.exit_code == code);
    match &state.terminated {
        Some(ended) if as_wanted(ended) => Ok(()),
        _ => Err(state_text(state)),
    }
}

/// Asserts that a container waits, and why.
///
/// Example: `Then within 1m, container "app" of pod "web-0" is waiting because "ImagePullBackOff"`
#[then(expr = "{tense}container {string} of {pods} is waiting because {string}")]
fn is_waiting(world: &mut World, tense: Tense, container: Text, pods: Pods, reason: Text) -> Result<(), StepError> {
    let check = |status: &ContainerStatus| match &status.state.waiting {
        Some(waiting) if waiting.reason == reason.0 => Ok(()),
        _ => Err(state_text(&status.state)),
    };
    let claim = claim(&pods, &container, format!("waiting because \"{reason}\""), check)?;
    world.assert(tense, &claim)
}

/// Asserts that a container runs.
///
/// Example: `Then container "app" of every pod of deployment "web" is running`
#[then(expr = "{tense}container {string} of {pods} is running")]
fn is_running(world: &mut World, tense: Tense, container: Text, pods: Pods) -> Result<(), StepError> {
    let check = |status: &ContainerStatus| match status.state.running {
        Some(_) => Ok(()),
        None => Err(state_text(&status.state)),
    };
    let claim = claim(&pods, &container, "running".to_owned(), check)?;
    world.assert(tense, &claim)
}

/// Asserts that a container has ended, why and with which exit code.
///
/// Example: `Then within 1m, container "app" of pod "web-0" is terminated because "OOMKilled" with exit code 137`
#[then(expr = "{tense}container {string} of {pods} is terminated because {string} with exit code {int}")]
fn is_terminated(
    world: &mut World,
    tense: Tense,
    container: Text,
    pods: Pods,
    reason: Text,
    code: i32,
) -> Result<(), StepError> {
    let expected = format!("terminated because \"{reason}\" with exit code {code}");
    let check = |status: &ContainerStatus| ended_so(&status.state, &reason, Some(code));
    world.assert(tense, &claim(&pods, &container, expected, check)?)
}

/// Asserts how a container's previous life ended.
///
/// Example: `Then container "app" of pod "web-0" was last terminated because "Error" with exit code 1`
#[then(expr = "{tense}container {string} of {pods} was last terminated because {string} with exit code {int}")]
fn was_terminated(
    world: &mut World,
    tense: Tense,
    container: Text,
    pods: Pods,
    reason: Text,
    code: i32,
) -> Result<(), StepError> {
    let expected = format!("last terminated because \"{reason}\" with exit code {code}");
    let check = |status: &ContainerStatus| ended_so(&status.last_state, &reason, Some(code));
    world.assert(tense, &claim(&pods, &container, expected, check)?)
}
