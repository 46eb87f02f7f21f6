//! What a kubelet tells of one container: what it does, how its life before ended, whether it is ready.
//!
//! Not kept: resize status, `volumeMounts`, `user`.

use serde_json::Value;
use smol_str::SmolStr;

use super::Timestamp;
use super::json::{self, ObjectBuilder};

/// Why a container does not run yet.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// One word, such as `ContainerCreating`.
    pub reason: SmolStr,
    /// A sentence.
    pub message: SmolStr,
}

/// How a container ended.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Terminated {
    /// The process's exit code; 137 for SIGKILL.
    pub exit_code: i32,
    /// The signal, where the runtime reports one; else 0.
    pub signal: i32,
    /// One word, such as `Error`, `OOMKilled`, `Completed`.
    pub reason: SmolStr,
    /// A sentence.
    pub message: SmolStr,
    /// When it started; none for containers that never ran.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Which container it was.
    pub container_id: SmolStr,
}

/// The state of a container. Exactly one is set in what a kubelet writes; external objects may have any.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ContainerState {
    /// It has not been started.
    pub waiting: Option<Box<Waiting>>,
    /// It runs since then (the time may be missing in external objects).
    pub running: Option<Running>,
    /// It has ended.
    pub terminated: Option<Box<Terminated>>,
}

/// That a container runs.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Running {
    /// Since when.
    pub started_at: Option<Timestamp>,
}

impl ContainerState {
    /// Waiting for `reason`.
    pub fn waiting(reason: impl Into<SmolStr>, message: impl Into<SmolStr>) -> Self {
        let waiting = Waiting {
            reason: reason.into(),
            message: message.into(),
        };
        ContainerState {
            waiting: Some(Box::new(waiting)),
            ..ContainerState::default()
        }
    }

    /// Running since `started_at`.
    pub fn running(started_at: Timestamp) -> Self {
        ContainerState {
            running: Some(Running {
                started_at: Some(started_at),
            }),
            ..ContainerState::default()
        }
    }

    /// Ended.
    pub fn terminated(terminated: Terminated) -> Self {
        ContainerState {
            terminated: Some(Box::new(terminated)),
            ..ContainerState::default()
        }
    }

    /// Reads a state.
    pub fn from_json(value: &Value) -> Self {
        let waiting = value.get("waiting").map(|waiting| {
            Box::new(Waiting {
                reason: json::text(waiting, "reason"),
                message: json::text(waiting, "message"),
            })
        });
        let running = value.get("running").map(|running| Running {
            started_at: json::time(running, "startedAt"),
        });
        let terminated = value.get("terminated").map(|ended| {
            Box::new(Terminated {
                exit_code: json::int32(ended, "exitCode").unwrap_or_default(),
                signal: json::int32(ended, "signal").unwrap_or_default(),
                reason: json::text(ended, "reason"),
                message: json::text(ended, "message"),
                started_at: json::time(ended, "startedAt"),
                finished_at: json::time(ended, "finishedAt"),
                container_id: json::text(ended, "containerID"),
            })
        });
        ContainerState {
            waiting,
            running,
            terminated,
        }
    }

    /// The state as the API shows it.
    pub fn to_json(&self) -> Value {
        let mut state = ObjectBuilder::default();
        if let Some(waiting) = &self.waiting {
            let mut object = ObjectBuilder::default();
            state.put(
                "waiting",
                object
                    .text("reason", &waiting.reason)
                    .text("message", &waiting.message)
                    .build(),
            );
        }
        if let Some(running) = &self.running {
            state.put(
                "running",
                ObjectBuilder::default().option("startedAt", running.started_at).build(),
            );
        }
        if let Some(ended) = &self.terminated {
            let mut object = ObjectBuilder::default();
            object
                .put("exitCode", ended.exit_code)
                .number("signal", ended.signal.into());
            object.text("reason", &ended.reason).text("message", &ended.message);
            object.put("startedAt", ended.started_at.map_or(Value::Null, Value::from));
            object.put("finishedAt", ended.finished_at.map_or(Value::Null, Value::from));
            state.put("terminated", object.text("containerID", &ended.container_id).build());
        }
        state.build()
    }
}

/// The status of one container.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ContainerStatus {
    /// The container's name.
    pub name: SmolStr,
    /// What it does now.
    pub state: ContainerState,
    /// How its previous life ended.
    pub last_state: ContainerState,
    /// Whether it passes its readiness probe.
    pub ready: bool,
    /// Whether it has passed its startup probe; none where the kubelet has not said.
    pub started: Option<bool>,
    /// How often it was restarted.
    pub restart_count: i32,
    /// The image's reference.
    pub image: SmolStr,
    /// The image's digest; empty until it was pulled.
    pub image_id: SmolStr,
    /// The container's identity; empty until it was created.
    pub container_id: SmolStr,
}

impl ContainerStatus {
    /// Reads one entry of `status.containerStatuses`.
    pub fn from_json(value: &Value) -> Self {
        let state = |key: &str| value.get(key).map(ContainerState::from_json).unwrap_or_default();
        ContainerStatus {
            name: json::text(value, "name"),
            state: state("state"),
            last_state: state("lastState"),
            ready: json::flag(value, "ready"),
            started: value.get("started").and_then(Value::as_bool),
            restart_count: json::int32(value, "restartCount").unwrap_or_default(),
            image: json::text(value, "image"),
            image_id: json::text(value, "imageID"),
            container_id: json::text(value, "containerID"),
        }
    }

    /// The entry as the API shows it.
    pub fn to_json(&self) -> Value {
        let mut object = ObjectBuilder::default();
        object
            .put("name", self.name.as_str())
            .put("state", self.state.to_json());
        object
            .put("lastState", self.last_state.to_json())
            .put("ready", self.ready);
        object
            .put("restartCount", self.restart_count)
            .put("image", self.image.as_str());
        object
            .put("imageID", self.image_id.as_str())
            .text("containerID", &self.container_id);
        object.option("started", self.started).build()
    }
}
