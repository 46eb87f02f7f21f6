//! Faults of the control plane.

use cucumber::{given, when};
use shakedown_engine::controllers::ControllerId;
use shakedown_engine::faults::{ControlPlanePart, Fault};
use shakedown_engine::interference::Disturbance;

use crate::World;
use crate::hint::hint;
use crate::parameters::{Lasting, VirtualDuration};
use crate::world::StepError;

fn recover(world: &mut World, part: ControlPlanePart) -> Result<(), StepError> {
    world.heal(&format!("the {part}"), |fault| *fault == Fault::ControlPlaneDown(part))
}

/// Stops the scheduler: new pods stay Pending until it is back; those that run go on.
///
/// Example: `When the scheduler is down for 5m`
#[given(expr = "the scheduler is down{lasting}")]
#[when(expr = "the scheduler is down{lasting}")]
fn scheduler_is_down(world: &mut World, lasting: Lasting) -> Result<(), StepError> {
    world.inject(Fault::ControlPlaneDown(ControlPlanePart::Scheduler), lasting)
}

/// Starts the scheduler again.
///
/// Example: `When the scheduler recovers`
#[given(expr = "the scheduler recovers/heals")]
#[when(expr = "the scheduler recovers/heals")]
fn scheduler_recovers(world: &mut World) -> Result<(), StepError> {
    recover(world, ControlPlanePart::Scheduler)
}

/// Stops every controller: nothing is replaced, rolled out, evicted or collected until they are back.
///
/// Example: `When the controller manager is down for 5m`
#[given(expr = "the controller manager is down{lasting}")]
#[when(expr = "the controller manager is down{lasting}")]
fn controller_manager_is_down(world: &mut World, lasting: Lasting) -> Result<(), StepError> {
    world.inject(Fault::ControlPlaneDown(ControlPlanePart::ControllerManager), lasting)
}

/// Starts the controllers again.
///
/// Example: `When the controller manager recovers`
#[given(expr = "the controller manager recovers/heals")]
#[when(expr = "the controller manager recovers/heals")]
fn controller_manager_recovers(world: &mut World) -> Result<(), StepError> {
    recover(world, ControlPlanePart::ControllerManager)
}

/// Stops the API server: nobody reads or writes, kubectl's connection is refused, containers go on.
///
/// Example: `When the API server is down for 2m`
#[given(expr = "the API server is down{lasting}")]
#[when(expr = "the API server is down{lasting}")]
fn api_server_is_down(world: &mut World, lasting: Lasting) -> Result<(), StepError> {
    world.inject(Fault::ControlPlaneDown(ControlPlanePart::ApiServer), lasting)
}

/// Ends every fault of the API server.
///
/// Example: `When the API server recovers`
#[given(expr = "the API server recovers/heals")]
#[when(expr = "the API server recovers/heals")]
fn api_server_recovers(world: &mut World) -> Result<(), StepError> {
    world.heal("the API server", |fault| {
        matches!(
            fault,
            Fault::ControlPlaneDown(ControlPlanePart::ApiServer)
                | Fault::Disturbed(Disturbance::Late(_) | Disturbance::Rejects(_))
        )
    })
}

/// Lets every answer to the scheduler and the controllers come so much later.
///
/// Example: `When the API server answers 500ms late for 5m`
#[given(expr = "the API server answers {duration} late{lasting}")]
#[when(expr = "the API server answers {duration} late{lasting}")]
fn api_server_is_late(world: &mut World, delay: VirtualDuration, lasting: Lasting) -> Result<(), StepError> {
    world.inject(Fault::Disturbed(Disturbance::Late(delay.0)), lasting)
}

/// Refuses so many percent of what the scheduler and the controllers ask for; they try again after their back-off.
///
/// Example: `When the API server rejects 20% of writes for 10m`
#[given(expr = "the API server rejects {int}% of writes{lasting}")]
#[when(expr = "the API server rejects {int}% of writes{lasting}")]
fn api_server_rejects(world: &mut World, percent: u8, lasting: Lasting) -> Result<(), StepError> {
    if percent == 0 || percent > 100 {
        return Err(StepError::new(format!("{percent}% is not possible; write 1% to 100%")));
    }
    world.inject(Fault::Disturbed(Disturbance::Rejects(percent)), lasting)
}

/// Lets a controller learn so much later what has changed.
///
/// Example: `When watch events of the deployment controller arrive 5s late`
#[given(expr = "watch events of the {word} controller arrive {duration} late{lasting}")]
#[when(expr = "watch events of the {word} controller arrive {duration} late{lasting}")]
fn watch_events_are_late(
    world: &mut World,
    controller: String,
    delay: VirtualDuration,
    lasting: Lasting,
) -> Result<(), StepError> {
    let name = controller_name(&controller)?;
    world.inject(Fault::Disturbed(Disturbance::WatchLate(name.into(), delay.0)), lasting)
}

/// The name of a controller in kube-controller-manager.
fn controller_name(controller: &str) -> Result<String, StepError> {
    let name = format!("{controller}-controller");
    let known = || ControllerId::ALL.iter().map(|controller| controller.name());
    if !known().any(|known| known == name) {
        let names: Vec<&str> = known().filter_map(|name| name.strip_suffix("-controller")).collect();
        let hint = hint(controller, &names);
        return Err(StepError::new(format!("there is no {controller} controller{hint}")));
    }
    Ok(name)
}

/// Lets a controller crash in the middle of its next reconcile, after some of its writes, and the process of all controllers with
/// it. That is back after 15 s (setting `controller-manager-restart-duration`) or the time given, and knows nothing of what was.
///
/// Example: `When the statefulset controller crashes in the middle of its next reconcile`
#[given(expr = "the {word} controller crashes in the middle of its next reconcile{lasting}")]
#[when(expr = "the {word} controller crashes in the middle of its next reconcile{lasting}")]
fn controller_crashes(world: &mut World, controller: String, lasting: Lasting) -> Result<(), StepError> {
    let name = controller_name(&controller)?;
    world.inject(Fault::ControllerCrashes(name.into()), lasting)
}

/// Starts the process of a controller that has crashed, or calls off a crash that has not come yet.
///
/// Example: `When the statefulset controller recovers`
#[given(expr = "the {word} controller recovers/heals")]
#[when(expr = "the {word} controller recovers/heals")]
fn controller_recovers(world: &mut World, controller: String) -> Result<(), StepError> {
    let name = controller_name(&controller)?;
    world.heal(
        &format!("the {controller} controller"),
        |fault| matches!(fault, Fault::ControllerCrashes(of) if *of == name),
    )
}

/// Ends the delay of a controller's watch events.
///
/// Example: `When watch events of the deployment controller recover`
#[given(expr = "watch events of the {word} controller recover/heal")]
#[when(expr = "watch events of the {word} controller recover/heal")]
fn watch_events_recover(world: &mut World, controller: String) -> Result<(), StepError> {
    let name = format!("{controller}-controller");
    world.heal(
        &format!("the {controller} controller"),
        |fault| matches!(fault, Fault::Disturbed(Disturbance::WatchLate(of, _)) if *of == name),
    )
}
