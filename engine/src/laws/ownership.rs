//! Laws of ownership: at most one controller each, and never from one controller to the next without being nobody's in between.
//!
//! Documentation "Owners and Dependents"; apimachinery `ValidateOwnerReferences`.

use super::laws::Finding;
use crate::api::{Object, ObjectMeta, Uid};

/// The owners of an object are consistent.
pub(super) fn check(before: Option<&Object>, after: &Object) -> Finding {
    let meta = after.meta();
    let controllers = meta.owners.iter().filter(|owner| owner.controller).count();
    if controllers > 1 {
        return Some((
            "an object has one controller at most",
            format!("{controllers} owners say they are it"),
        ));
    }
    let nameless = meta
        .owners
        .iter()
        .find(|owner| owner.uid.is_nil() || owner.name.is_empty());
    if let Some(owner) = nameless {
        return Some((
            "an owner has a name and a uid",
            format!("{} \"{}\"", owner.kind, owner.name),
        ));
    }
    let of = |meta: &ObjectMeta| -> Option<Uid> { meta.controller().map(|owner| owner.uid) };
    let (old, new) = (of(before?.meta())?, of(meta)?);
    (old != new).then(|| {
        (
            "a controller takes in only what is nobody's",
            format!("{new} after {old}"),
        )
    })
}
