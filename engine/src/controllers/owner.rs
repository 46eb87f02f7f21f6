//! What controllers write into the objects they make.

use smol_str::{SmolStr, format_smolstr};

use crate::api::{Kind, ObjectMeta, OwnerReference};

/// The longest prefix of a generated name: five characters of the 63 that a name may have are for the suffix.
const GENERATED_PREFIX_MAX: usize = 58;

/// The owner reference of the controller of an object (`metav1.NewControllerRef`).
pub fn controller_reference(kind: Kind, owner: &ObjectMeta) -> OwnerReference {
    OwnerReference {
        api_version: kind.info().api_version().into(),
        kind: SmolStr::new_static(kind.name()),
        name: owner.name.clone(),
        uid: owner.uid,
        controller: true,
        block_owner_deletion: true,
    }
}

/// The prefix of names generated for an owner's objects.
pub fn generate_name_prefix(owner: &str) -> SmolStr {
    let mut prefix: SmolStr = format_smolstr!("{owner}-");
    if prefix.len() > GENERATED_PREFIX_MAX {
        prefix = prefix.chars().take(GENERATED_PREFIX_MAX).collect();
    }
    prefix
}
