//! Laws of metadata.

use super::laws::{Finding, unequal};
use crate::api::Object;

/// What identifies an object stays; what counts, counts upwards.
pub(super) fn metadata(before: &Object, after: &Object) -> Finding {
    let (old, new) = (before.meta(), after.meta());
    unequal("an object's uid never changes", &old.uid, &new.uid)
        .or_else(|| {
            unequal(
                "an object's creationTimestamp never changes",
                &old.creation,
                &new.creation,
            )
        })
        .or_else(|| match (old.deletion, new.deletion) {
            (Some(_), None) => Some(("deletionTimestamp is never unset", "it is gone".to_owned())),
            (Some(old), Some(new)) if new.at > old.at => Some((
                "deletionTimestamp never moves into the future",
                format!("{} after {}", new.at, old.at),
            )),
            _ => None,
        })
        .or_else(|| {
            (new.generation < old.generation).then(|| {
                (
                    "an object's generation never falls",
                    format!("{} after {}", new.generation, old.generation),
                )
            })
        })
}
