//! What claims, volumes and storage classes say, read in one place: the scheduler, the controllers and the kubelets ask the same
//! questions of them.
//!
//! Documentation: "Persistent Volumes", "Storage Classes". These kinds are kept as JSON ([`crate::api::Inert`]); what is here is
//! read from them when it is needed.

mod attachment;
mod claim;
mod class;
mod edit;
mod matching;
mod users;
mod volume;

pub use attachment::{attached, attachment, attachment_key, needs_attachment};
pub use claim::{Claim, annotation, pod_claims};
pub use class::{Class, NO_PROVISIONER, assign_default_class, default_class, standard_class};
pub use edit::{annotate, modify, reserve, set, strip, unset};
pub use matching::{find_match, mismatch};
pub use users::ClaimUsers;
pub use volume::Volume;

use serde_json::Value;

use crate::api::{Object, Quantity};

/// Everything but the metadata of an object that is kept as JSON.
fn body(object: &Object) -> &Value {
    match object {
        Object::Inert(inert) => &inert.body,
        _ => &Value::Null,
    }
}

fn quantity(value: Option<&Value>) -> Quantity {
    let text = value.and_then(Value::as_str);
    text.and_then(|text| Quantity::parse(text).ok())
        .unwrap_or_else(Quantity::zero)
}

fn volume_mode(spec: &Value) -> smol_str::SmolStr {
    match crate::api::json::text(spec, "volumeMode") {
        mode if mode.is_empty() => smol_str::SmolStr::new_static("Filesystem"),
        mode => mode,
    }
}
