//! What earlier releases call things: messages that name the API server's own types follow the simulated release.

use crate::settings::Settings;

/// A type's name in messages: until which minor release it was another, the name now, the name then.
const RENAMED: &[(u32, &str, &str)] = &[(29, "VolumeResourceRequirements.", "ResourceRequirements.")];

/// A decoder's words as those of the simulated release.
pub(crate) fn in_release(message: String, settings: &Settings) -> String {
    let old = RENAMED.iter().filter(|(minor, _, _)| !settings.since(1, *minor));
    old.fold(message, |message, (_, now, then)| message.replace(now, then))
}
