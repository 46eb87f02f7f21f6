//! Faults: struck by steps, answered for at the end.

use shakedown_engine::api::Kind;
use shakedown_engine::faults::{Fault, FaultError, FaultId, FaultRecord};
use shakedown_reports::record::{Failure, FaultMark};

use super::{StepError, World};
use crate::parameters::Lasting;

/// So many names are listed where one does not exist.
const NAMES_MAX: usize = 8;

impl World {
    /// Lets a fault strike; one that lasts heals by itself after its time.
    ///
    /// # Errors
    /// If it finds no target, or is in force already.
    pub fn inject(&mut self, fault: Fault, lasting: Lasting) -> Result<(), StepError> {
        let duration = lasting.0.map(|duration| duration.0);
        let id = match self.cluster().inject(fault, duration) {
            Ok(id) => id,
            Err(error) => return Err(self.with_names(&error)),
        };
        let step = self.step().map(|step| step.index).unwrap_or_default();
        self.injected.push((id, step));
        Ok(())
    }

    /// Adds the names there are to an error about one that is not.
    fn with_names(&mut self, error: &FaultError) -> StepError {
        match error {
            FaultError::NoNode(_) => self.with_names_of(Kind::NODE, error.to_string()),
            FaultError::NoPod(_) => self.with_names_of(Kind::POD, error.to_string()),
            FaultError::NoStorageClass(_) => self.with_names_of(Kind::STORAGE_CLASS, error.to_string()),
            _ => StepError::new(error.to_string()),
        }
    }

    /// An error that there is no object as it was named, with the names there are.
    pub(crate) fn with_names_of(&mut self, kind: Kind, error: String) -> StepError {
        let objects = self.cluster().view().objects;
        let names: Vec<String> = objects
            .of_kind(kind)
            .map(|object| object.meta().name.to_string())
            .collect();
        let shown = names.iter().take(NAMES_MAX).cloned().collect::<Vec<_>>().join(", ");
        let more = if names.len() > NAMES_MAX { ", …" } else { "" };
        match names.is_empty() {
            true => StepError::new(format!("{error}; there is none at all")),
            false => StepError::new(format!("{error}; there are: {shown}{more}")),
        }
    }

    /// Ends the faults in force that `is_meant` knows.
    ///
    /// # Errors
    /// If there is none: a recovery from nothing is a mistake of the scenario.
    pub fn heal(&mut self, what: &str, is_meant: impl Fn(&Fault) -> bool) -> Result<(), StepError> {
        let healed = self.cluster().heal_matching(|record| is_meant(&record.fault));
        if healed > 0 {
            return Ok(());
        }
        Err(StepError::new(format!(
            "{what} has nothing to recover from: no fault of it is in force"
        )))
    }

    /// What the report shows of the faults.
    pub(super) fn fault_marks(&self) -> Vec<FaultMark> {
        let faults = self
            .cluster_if_any()
            .map(|cluster| cluster.faults())
            .unwrap_or_default();
        faults.iter().map(mark).collect()
    }

    /// The faults that have changed nothing, with the index of their step: no green run without chaos.
    pub(super) fn idle_faults(&self) -> Vec<(usize, Failure)> {
        let faults = self
            .cluster_if_any()
            .map(|cluster| cluster.faults())
            .unwrap_or_default();
        let step_of = |id: FaultId| {
            self.injected
                .iter()
                .find(|(known, _)| *known == id)
                .map(|(_, step)| *step)
        };
        let idle = faults.iter().filter(|record| record.struck == 0);
        idle.filter_map(|record| Some((step_of(record.id)?, struck_nothing(record))))
            .collect()
    }
}

fn mark(record: &FaultRecord) -> FaultMark {
    FaultMark {
        text: record.text.clone(),
        target: record.target.clone(),
        from_ns: record.from.as_nanos(),
        to_ns: record.to.map(|to| to.as_nanos()),
    }
}

fn struck_nothing(record: &FaultRecord) -> Failure {
    Failure {
        message: format!("the fault struck nothing: {}", record.text),
        expected: Some("that something changes because of it by the end of the scenario".to_owned()),
        seen: Some("nothing did".to_owned()),
        at_ns: Some(record.to.unwrap_or(record.from).as_nanos()),
        ..Failure::default()
    }
}
