//! Finding claims and volumes, and writing events about them.

use crate::api::{Kind, ObjectKey};
use crate::component::Context;
use crate::events::Report;
use crate::storage::{Claim, Volume};

/// The claim of this key.
pub fn find_claim(key: &ObjectKey, context: &Context<'_>) -> Option<Claim> {
    context
        .store
        .objects()
        .object(Kind::PERSISTENT_VOLUME_CLAIM, key)
        .map(Claim::of)
}

/// The volume of this name.
pub fn find_volume(name: &str, context: &Context<'_>) -> Option<Volume> {
    let key = ObjectKey::cluster(name);
    context
        .store
        .objects()
        .object(Kind::PERSISTENT_VOLUME, &key)
        .map(Volume::of)
}

/// Writes an event about an object, if it is there.
pub fn report(kind: Kind, key: &ObjectKey, report: Report<'_>, context: &mut Context<'_>) {
    let Some(about) = context.store.objects().object(kind, key).cloned() else {
        return;
    };
    let Context {
        store,
        settings,
        events,
        ..
    } = context;
    events.record_object(store, settings, &about, report);
}
