//! `{probe}` and `{pressure}`: the words of the faults that are about probes and about what a node runs low on.

use std::str::FromStr;

use shakedown_engine::faults::Pressure;
use shakedown_engine::kubelet::ProbeKind;

use super::ParameterError;
use super::pattern::parameter;

/// Which probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProbeWord(pub ProbeKind);

parameter!(ProbeWord, "probe", "(?:liveness|readiness|startup)");

impl FromStr for ProbeWord {
    type Err = ParameterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "liveness" => Ok(Self(ProbeKind::Liveness)),
            "readiness" => Ok(Self(ProbeKind::Readiness)),
            "startup" => Ok(Self(ProbeKind::Startup)),
            _ => Err(ParameterError::new(format!("there is no {text} probe"))),
        }
    }
}

/// What a node runs low on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PressureWord(pub Pressure);

parameter!(PressureWord, "pressure", "(?:memory|disk|PIDs)");

impl FromStr for PressureWord {
    type Err = ParameterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "memory" => Ok(Self(Pressure::Memory)),
            "disk" => Ok(Self(Pressure::Disk)),
            "PIDs" => Ok(Self(Pressure::Pids)),
            _ => Err(ParameterError::new(format!("a node does not run low on {text}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::check_parameter;

    #[test]
    fn every_word_is_known() {
        check_parameter("liveness", Some(ProbeWord(ProbeKind::Liveness)));
        check_parameter("readiness", Some(ProbeWord(ProbeKind::Readiness)));
        check_parameter("startup", Some(ProbeWord(ProbeKind::Startup)));
        check_parameter::<ProbeWord>("lively", None);
        check_parameter("memory", Some(PressureWord(Pressure::Memory)));
        check_parameter("disk", Some(PressureWord(Pressure::Disk)));
        check_parameter("PIDs", Some(PressureWord(Pressure::Pids)));
    }
}
