//! One committed write.

use crate::api::{Kind, Object, ObjectKey};
use crate::sim::SimTime;

/// What a write did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// The object is new.
    Created,
    /// The object has changed.
    Updated,
    /// The object is gone.
    Deleted,
}

/// A committed write: an entry of the watch log and, the log being kept, of the timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The store's revision after it.
    pub revision: u64,
    /// When.
    pub at: SimTime,
    /// The component that wrote.
    pub writer: &'static str,
    /// The object before; none if it is new.
    pub before: Option<Object>,
    /// The object after; none if it is gone.
    pub after: Option<Object>,
}

impl Change {
    /// The object: as it is now, or as it last was.
    ///
    /// # Panics
    /// Never: a change has a before or an after, or both.
    pub fn object(&self) -> &Object {
        match (&self.after, &self.before) {
            (Some(object), _) | (None, Some(object)) => object,
            (None, None) => unreachable!("a change has a before or an after"),
        }
    }

    /// The object's kind.
    pub fn kind(&self) -> Kind {
        self.object().kind()
    }

    /// The object's namespace and name.
    pub fn key(&self) -> ObjectKey {
        self.object().key()
    }

    /// What was done.
    pub fn verb(&self) -> Verb {
        match (&self.before, &self.after) {
            (None, _) => Verb::Created,
            (Some(_), Some(_)) => Verb::Updated,
            (Some(_), None) => Verb::Deleted,
        }
    }
}
