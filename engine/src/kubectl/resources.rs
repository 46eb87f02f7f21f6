//! The kinds that words name: `po`, `deployments.apps`, `all`.

use super::error::{CommandError, Result};
use crate::api::Kind;

/// The kind a word names.
///
/// # Errors
/// There is no such kind.
pub fn kind_of(word: &str) -> Result<Kind> {
    Kind::from_resource_name(word).ok_or_else(|| {
        let resource = word.split('.').next().unwrap_or(word);
        let shown = if word.matches('.').count() >= 2 { resource } else { word };
        CommandError::message(format!("the server doesn't have a resource type \"{shown}\""))
    })
}

/// The kinds of a comma-separated list; `all` is a category.
pub(super) fn kinds_of(list: &str) -> Result<Vec<Kind>> {
    let mut kinds = Vec::new();
    for word in list.split(',') {
        if word == "all" {
            kinds.extend(ALL);
        } else {
            kinds.push(kind_of(word)?);
        }
    }
    Ok(kinds)
}

/// The kinds of the category `all`, in the order in which discovery lists them.
const ALL: [Kind; 10] = [
    Kind::POD,
    Kind::REPLICATION_CONTROLLER,
    Kind::SERVICE,
    Kind::DAEMON_SET,
    Kind::DEPLOYMENT,
    Kind::REPLICA_SET,
    Kind::STATEFUL_SET,
    Kind::HORIZONTAL_POD_AUTOSCALER,
    Kind::CRON_JOB,
    Kind::JOB,
];
