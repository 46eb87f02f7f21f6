//! How the simulated processes behave.
//!
//! Left out, their command decides; an image without a command serves until it is told to stop, passes its probes and exits 0
//! on SIGTERM. What is said of containers that run already counts from their next start on; only their CPU use changes at once.

use std::time::Duration;

use cucumber::gherkin::Step;
use cucumber::{given, when};
use shakedown_engine::api::Quantity;
use shakedown_engine::environment::{ContainerSelector, Rule};
use shakedown_engine::runtime::{Behaviour, CpuUse, Life, MemoryUse, PullFailure, Stop};

use crate::World;
use crate::parameters::{Amount, ContainerScope, Containers, Text, VirtualDuration};
use crate::table::Rows;
use crate::world::StepError;

/// Adds a rule for all containers that the phrase means.
fn behave(world: &mut World, containers: &Containers, behaviour: Behaviour) -> Result<(), StepError> {
    let containers = selector(containers)?;
    world.behave(Rule { containers, behaviour });
    Ok(())
}

fn behave_image(world: &mut World, image: Text, behaviour: Behaviour) {
    let containers = ContainerSelector::Image(image.0.into());
    world.behave(Rule { containers, behaviour });
}

fn selector(containers: &Containers) -> Result<ContainerSelector, StepError> {
    use shakedown_engine::api::Kind;
    let name = containers.name.as_deref().unwrap_or_default();
    match &containers.scope {
        ContainerScope::Object(object) if object.kind == Kind::POD => Ok(ContainerSelector::Pod {
            namespace: object.namespace.as_str().into(),
            pod: object.name.as_str().into(),
            container: name.into(),
        }),
        _ if !name.is_empty() => Err(StepError::new(format!(
            "`{containers}`: a single container is named `of pod \"…\"`"
        ))),
        ContainerScope::Image(image) => Ok(ContainerSelector::Image(image.0.as_str().into())),
        ContainerScope::Object(object) => Ok(ContainerSelector::Owner {
            namespace: object.namespace.as_str().into(),
            kind: object.kind,
            name: object.name.as_str().into(),
        }),
        ContainerScope::Labelled { selector, namespace } => Ok(ContainerSelector::Labels {
            namespace: namespace.as_str().into(),
            selector: selector.parse()?,
        }),
    }
}

/// Adds to what is known of the memory of these containers: a leak goes on top of what they use anyway.
fn use_memory_so(
    world: &mut World,
    containers: &Containers,
    change: impl FnOnce(&mut MemoryUse),
) -> Result<(), StepError> {
    let memory = world.memory_of(containers);
    change(memory);
    let behaviour = Behaviour {
        memory: Some(memory.clone()),
        ..Behaviour::default()
    };
    behave(world, containers, behaviour)
}

/// Adds to what is known of the CPU use of these containers: what they use later goes with what they use at first. A new amount
/// from now on takes back what was said of later.
fn use_cpu_so(world: &mut World, containers: &Containers, change: impl FnOnce(&mut CpuUse)) -> Result<(), StepError> {
    let cpu = world.cpu_of(containers);
    let initial = cpu.initial_milli;
    change(cpu);
    if cpu.initial_milli != initial {
        cpu.later = None;
    }
    let behaviour = Behaviour {
        cpu: Some(*cpu),
        ..Behaviour::default()
    };
    behave(world, containers, behaviour)
}

fn milli(quantity: &Quantity) -> u64 {
    u64::try_from(quantity.milli_value()).unwrap_or_default()
}

fn bytes(quantity: &Quantity) -> u64 {
    u64::try_from(quantity.value()).unwrap_or_default()
}

/// Sets how long an image takes to pull; a glob is allowed.
///
/// Example: `Given image "web:v2" takes 20s to pull`
#[given(expr = "image {string} takes {duration} to pull")]
#[when(expr = "image {string} takes {duration} to pull")]
fn takes_to_pull(world: &mut World, image: Text, duration: VirtualDuration) {
    behave_image(
        world,
        image,
        Behaviour {
            pull: Some(duration.0),
            ..Behaviour::default()
        },
    );
}

/// Lets every pull of an image fail because its registry does not answer.
///
/// Example: `Given image "web:v2" cannot be pulled`
#[given(expr = "image {string} cannot be pulled")]
fn cannot_be_pulled(world: &mut World, image: Text) {
    behave_image(
        world,
        image,
        Behaviour {
            pull_failure: Some(PullFailure::Unreachable),
            ..Behaviour::default()
        },
    );
}

/// Lets every pull of an image fail because there is no such image.
///
/// Example: `Given image "web:v2" exists on no registry`
#[given(expr = "image {string} exists on no registry")]
#[when(expr = "image {string} exists on no registry")]
fn exists_on_no_registry(world: &mut World, image: Text) {
    behave_image(
        world,
        image,
        Behaviour {
            pull_failure: Some(PullFailure::NotFound),
            ..Behaviour::default()
        },
    );
}

/// Lets processes exit by themselves, in every life.
///
/// Example: `Given containers of image "web:v2" exit with code 1 after 5s`
#[given(expr = "{containers} exit/exits with code {int} after {duration}")]
fn exit_after(world: &mut World, containers: Containers, code: i32, after: VirtualDuration) -> Result<(), StepError> {
    let lives = vec![Life::Exit { code, after: after.0 }];
    behave(
        world,
        &containers,
        Behaviour {
            lives,
            ..Behaviour::default()
        },
    )
}

/// Sets how long containers take to start.
///
/// Example: `Given containers of deployment "web" take 10s to start`
#[given(expr = "{containers} take/takes {duration} to start")]
#[when(expr = "{containers} take/takes {duration} to start")]
fn take_to_start(world: &mut World, containers: Containers, duration: VirtualDuration) -> Result<(), StepError> {
    behave(
        world,
        &containers,
        Behaviour {
            start: Some(duration.0),
            ..Behaviour::default()
        },
    )
}

/// Lets readiness and startup probes fail until so long after the start.
///
/// Example: `Given containers of deployment "web" become ready after 15s`
#[given(expr = "{containers} become/becomes ready after {duration}")]
#[when(expr = "{containers} become/becomes ready after {duration}")]
fn become_ready(world: &mut World, containers: Containers, duration: VirtualDuration) -> Result<(), StepError> {
    behave(
        world,
        &containers,
        Behaviour {
            ready_after: Some(duration.0),
            ..Behaviour::default()
        },
    )
}

/// Sets how much memory processes use from their start on; more than their limit gets them OOM killed.
///
/// Example: `Given containers of deployment "web" use 300Mi of memory`
#[given(expr = "{containers} use/uses {quantity} of memory")]
#[when(expr = "{containers} use/uses {quantity} of memory")]
fn use_memory(world: &mut World, containers: Containers, amount: Amount) -> Result<(), StepError> {
    use_memory_so(world, &containers, |memory| {
        memory.initial_bytes = bytes(&amount.quantity)
    })
}

/// Sets how much memory processes use from some time after their start on.
///
/// Example: `Given containers of deployment "web" use 300Mi of memory after 30s`
#[given(expr = "{containers} use/uses {quantity} of memory after {duration}")]
#[when(expr = "{containers} use/uses {quantity} of memory after {duration}")]
fn use_memory_after(
    world: &mut World,
    containers: Containers,
    amount: Amount,
    after: VirtualDuration,
) -> Result<(), StepError> {
    use_memory_so(world, &containers, |memory| {
        memory.later = Some((after.0, bytes(&amount.quantity)))
    })
}

/// Sets how much CPU processes use, at once also those that run: what metrics, `kubectl top` and autoscalers see of it.
///
/// Example: `Given containers of deployment "web" use 500m of CPU`
#[given(expr = "{containers} use/uses {quantity} of CPU")]
#[when(expr = "{containers} use/uses {quantity} of CPU")]
fn use_cpu(world: &mut World, containers: Containers, amount: Amount) -> Result<(), StepError> {
    use_cpu_so(world, &containers, |cpu| cpu.initial_milli = milli(&amount.quantity))
}

/// Sets how much CPU processes use from some time after their start on.
///
/// Example: `Given containers of deployment "web" use 500m of CPU after 1m`
#[given(expr = "{containers} use/uses {quantity} of CPU after {duration}")]
#[when(expr = "{containers} use/uses {quantity} of CPU after {duration}")]
fn use_cpu_after(
    world: &mut World,
    containers: Containers,
    amount: Amount,
    after: VirtualDuration,
) -> Result<(), StepError> {
    use_cpu_so(world, &containers, |cpu| {
        cpu.later = Some((after.0, milli(&amount.quantity)))
    })
}

/// Lets processes use more and more memory, steadily.
///
/// Example: `Given containers of deployment "web" leak 10Mi of memory every minute`
#[given(expr = "{containers} leak/leaks {quantity} of memory every minute")]
#[when(expr = "{containers} leak/leaks {quantity} of memory every minute")]
fn leak_memory(world: &mut World, containers: Containers, amount: Amount) -> Result<(), StepError> {
    use_memory_so(world, &containers, |memory| {
        memory.leak_bytes_per_minute = bytes(&amount.quantity)
    })
}

/// Sets how long processes take to exit on SIGTERM; past the grace period they are killed.
///
/// Example: `Given containers of deployment "web" take 10s to stop`
#[given(expr = "{containers} take/takes {duration} to stop")]
#[when(expr = "{containers} take/takes {duration} to stop")]
fn take_to_stop(world: &mut World, containers: Containers, duration: VirtualDuration) -> Result<(), StepError> {
    let stop = Stop::Exit {
        code: 0,
        after: Some(duration.0),
    };
    behave(
        world,
        &containers,
        Behaviour {
            stop: Some(stop),
            ..Behaviour::default()
        },
    )
}

/// Lets processes go on after SIGTERM: they are killed when the grace period ends.
///
/// Example: `Given containers of deployment "web" ignore SIGTERM`
#[given(expr = "{containers} ignore/ignores SIGTERM")]
#[when(expr = "{containers} ignore/ignores SIGTERM")]
fn ignore_sigterm(world: &mut World, containers: Containers) -> Result<(), StepError> {
    behave(
        world,
        &containers,
        Behaviour {
            stop: Some(Stop::Ignore),
            ..Behaviour::default()
        },
    )
}

/// Sets what processes write to their log when they start: what `kubectl logs` prints.
///
/// Example: `Given containers of image "web:v2" log "listening on :8080"`
#[given(expr = "{containers} log/logs {string}")]
#[when(expr = "{containers} log/logs {string}")]
fn log(world: &mut World, containers: Containers, line: Text) -> Result<(), StepError> {
    behave(
        world,
        &containers,
        Behaviour {
            log: vec![line.0.into()],
            ..Behaviour::default()
        },
    )
}

/// Several behaviours at once: columns `pull`, `start`, `ready after`, `exit after`, `exit code`, `memory`, `cpu`, `stop`. An
/// empty cell says nothing; with more than one row, each is one life of the process, the last for all later ones.
///
/// Example: `Given containers of image "web:v2" behave:`
#[given(expr = "{containers} behave:")]
#[when(expr = "{containers} behave:")]
#[given(expr = "{containers} behaves:")]
#[when(expr = "{containers} behaves:")]
fn behave_so(world: &mut World, step: &Step, containers: Containers) -> Result<(), StepError> {
    let columns = [
        "pull",
        "start",
        "ready after",
        "exit after",
        "exit code",
        "memory",
        "cpu",
        "stop",
    ];
    let rows = Rows::of(step, &columns)?;
    let mut behaviour = Behaviour::default();
    let mut lives = Vec::new();
    for row in rows.rows() {
        let cell = |column: &str| {
            row.iter()
                .find(|(name, _)| *name == column)
                .map(|(_, cell)| cell.text())
                .filter(|text| !text.is_empty())
        };
        let duration = |column: &str| {
            cell(column)
                .map(|text| text.parse::<VirtualDuration>().map(|duration| duration.0))
                .transpose()
        };
        behaviour.overlay(&Behaviour {
            pull: duration("pull")?,
            start: duration("start")?,
            ready_after: duration("ready after")?,
            stop: duration("stop")?.map(|after| Stop::Exit {
                code: 0,
                after: Some(after),
            }),
            memory: cell("memory")
                .map(|text| text.parse::<Amount>())
                .transpose()?
                .map(|amount| MemoryUse {
                    initial_bytes: bytes(&amount.quantity),
                    ..MemoryUse::default()
                }),
            cpu: cell("cpu")
                .map(|text| text.parse::<Amount>())
                .transpose()?
                .map(|amount| CpuUse {
                    initial_milli: milli(&amount.quantity),
                    later: None,
                }),
            ..Behaviour::default()
        });
        let code = cell("exit code").map(str::parse::<i32>).transpose();
        let code = code.map_err(|_| StepError::new("an exit code is a whole number, 0 to 255"))?;
        lives.push(match (duration("exit after")?, code) {
            (None, None) => Life::Serve,
            (after, code) => Life::Exit {
                code: code.unwrap_or(0),
                after: after.unwrap_or(Duration::ZERO),
            },
        });
    }
    if lives.iter().any(|life| *life != Life::Serve) {
        behaviour.lives = lives;
    }
    behave(world, &containers, behaviour)
}
