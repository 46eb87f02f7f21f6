//! The three probes that a container may have.

use crate::api::{Container, Probe};

/// Which of a container's probes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProbeKind {
    /// Decides whether the pod serves.
    Readiness,
    /// Decides whether the container is restarted.
    Liveness,
    /// Holds the others back until it has passed.
    Startup,
}

impl ProbeKind {
    /// Its name in events.
    pub fn name(self) -> &'static str {
        match self {
            ProbeKind::Readiness => "Readiness",
            ProbeKind::Liveness => "Liveness",
            ProbeKind::Startup => "Startup",
        }
    }

    /// The probe of this kind that a container has.
    pub(super) fn of(self, container: &Container) -> Option<&Probe> {
        match self {
            ProbeKind::Readiness => container.readiness.as_ref(),
            ProbeKind::Liveness => container.liveness.as_ref(),
            ProbeKind::Startup => container.startup.as_ref(),
        }
    }
}
