//! What a scenario says that a container's process does. Everything left out is decided by its command.

use std::time::Duration;

use smol_str::SmolStr;

use super::{CpuUse, ExecScript, MemoryUse};

/// What a process does in one life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Life {
    /// Runs until it is told to stop.
    Serve,
    /// Exits by itself.
    Exit {
        /// With this code.
        code: i32,
        /// After so long.
        after: Duration,
    },
    /// Uses up its memory, whatever its limit.
    OutOfMemory {
        /// After so long.
        after: Duration,
    },
    /// Its command is not there: the container cannot be started.
    StartError {
        /// The executable that is missing.
        executable: SmolStr,
    },
    /// The runtime refuses to create the container.
    CreateError {
        /// The runtime's words.
        message: SmolStr,
    },
}

/// How a process answers SIGTERM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// It exits after a while.
    Exit {
        /// With this code.
        code: i32,
        /// After so long; none: the setting `container-stop-duration`.
        after: Option<Duration>,
    },
    /// It goes on: only SIGKILL ends it.
    Ignore,
}

/// Why an image cannot be pulled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PullFailure {
    /// No registry has it.
    NotFound,
    /// The registry does not answer.
    Unreachable,
    /// The registry's own words.
    Other(SmolStr),
}

impl PullFailure {
    /// containerd's error for a reference, as it shows in `ErrImagePull` and in events.
    pub fn message(&self, image: &str) -> String {
        let reference = normalized_reference(image);
        let prefix =
            format!("failed to pull and unpack image \"{reference}\": failed to resolve reference \"{reference}\"");
        match self {
            PullFailure::NotFound => format!("rpc error: code = NotFound desc = {prefix}: {reference}: not found"),
            PullFailure::Unreachable => {
                let (registry, path) = reference.split_once('/').unwrap_or((reference.as_str(), ""));
                let (repository, tag) = path.rsplit_once(':').unwrap_or((path, "latest"));
                format!(
                    "rpc error: code = Unknown desc = {prefix}: failed to do request: Head \
                     \"https://{registry}/v2/{repository}/manifests/{tag}\": dial tcp: lookup {registry}: i/o timeout"
                )
            }
            PullFailure::Other(text) => format!("rpc error: code = Unknown desc = {prefix}: {text}"),
        }
    }
}

/// A reference with its registry, namespace and tag, as containerd completes it (distribution `reference.ParseDockerRef`).
pub fn normalized_reference(image: &str) -> String {
    let first = image.split('/').next().unwrap_or(image);
    let has_registry = image.contains('/') && (first.contains(['.', ':']) || first == "localhost");
    let mut reference = match (has_registry, image.contains('/')) {
        (true, _) => image.to_owned(),
        (false, true) => format!("docker.io/{image}"),
        (false, false) => format!("docker.io/library/{image}"),
    };
    let last = reference.rsplit('/').next().unwrap_or(&reference);
    if !last.contains([':', '@']) {
        reference.push_str(":latest");
    }
    reference
}

/// What a scenario says about a container. `None` and empty leave it to the command, the image or the settings.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Behaviour {
    /// How long its image takes to pull.
    pub pull: Option<Duration>,
    /// That its image cannot be pulled.
    pub pull_failure: Option<PullFailure>,
    /// That its image lies on every node already.
    pub image_present: Option<bool>,
    /// What its process does in its first life, its second one …; the last entry holds for all later ones.
    pub lives: Vec<Life>,
    /// How long the container takes to start.
    pub start: Option<Duration>,
    /// Its readiness and startup probes fail until then.
    pub ready_after: Option<Duration>,
    /// What memory it uses.
    pub memory: Option<MemoryUse>,
    /// What CPU it uses: only metrics tell of it.
    pub cpu: Option<CpuUse>,
    /// How it answers SIGTERM.
    pub stop: Option<Stop>,
    /// What it writes to its log when it starts.
    pub log: Vec<SmolStr>,
    /// It answers nothing any more from then on, but does not exit.
    pub hangs_after: Option<Duration>,
    /// What commands run inside the container do (exec probes and hooks), by their words.
    pub exec: Vec<(Vec<SmolStr>, ExecScript)>,
}

impl Behaviour {
    /// Lets a later rule speak: what it says replaces what was said before.
    pub fn overlay(&mut self, later: &Behaviour) {
        fn replace<T: Clone>(present: &mut Option<T>, later: &Option<T>) {
            if later.is_some() {
                present.clone_from(later);
            }
        }
        replace(&mut self.pull, &later.pull);
        replace(&mut self.pull_failure, &later.pull_failure);
        replace(&mut self.image_present, &later.image_present);
        replace(&mut self.start, &later.start);
        replace(&mut self.ready_after, &later.ready_after);
        replace(&mut self.stop, &later.stop);
        replace(&mut self.hangs_after, &later.hangs_after);
        replace(&mut self.memory, &later.memory);
        replace(&mut self.cpu, &later.cpu);
        if !later.lives.is_empty() {
            self.lives.clone_from(&later.lives);
        }
        self.log.extend(later.log.iter().cloned());
        self.exec.extend(later.exec.iter().cloned());
    }

    /// What the process does in this life (0 is the first), if the scenario says so.
    pub fn life(&self, life: u32) -> Option<&Life> {
        self.lives.get(life as usize).or(self.lives.last())
    }

    /// The script of a command run inside the container; the latest rule wins.
    pub fn script(&self, command: &[SmolStr]) -> Option<&ExecScript> {
        self.exec
            .iter()
            .rev()
            .find(|(words, _)| words == command)
            .map(|(_, script)| script)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_completed_as_containerd_does() {
        let check = |image, expect| assert_eq!(normalized_reference(image), expect);
        check("nginx", "docker.io/library/nginx:latest");
        check("nginx:1.25", "docker.io/library/nginx:1.25");
        check("bitnami/redis:7", "docker.io/bitnami/redis:7");
        check("reg.local/a/run:v1", "reg.local/a/run:v1");
        check("localhost/app", "localhost/app:latest");
        check("registry:5000/app", "registry:5000/app:latest");
    }

    #[test]
    fn a_missing_image_reads_as_containerd_says() {
        assert_eq!(
            PullFailure::NotFound.message("reg.local/x/pullfail:v1"),
            "rpc error: code = NotFound desc = failed to pull and unpack image \"reg.local/x/pullfail:v1\": failed to \
             resolve reference \"reg.local/x/pullfail:v1\": reg.local/x/pullfail:v1: not found"
        );
    }
}
