//! `kubectl delete`.

use crate::api::{Kind, ObjectKey, Uid};
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, FILES, Flag};
use crate::kubectl::selection::{Info, Query};
use crate::kubectl::session::{DryRun, Session};
use crate::store::{DeleteOptions, Propagation};

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[
    &[
        Flag::bool("all"),
        Flag::bool("all-namespaces").short('A'),
        Flag::text("selector").short('l'),
        Flag::text("field-selector"),
        Flag::bool("ignore-not-found"),
        Flag::text("cascade").bare("background"),
        Flag::bool("now"),
        Flag::bool("force"),
        Flag::int("grace-period"),
        Flag::duration("timeout"),
        Flag::bool("wait"),
        Flag::text("dry-run").bare("unchanged"),
        Flag::text("output").short('o'),
        Flag::bool("interactive").short('i'),
        Flag::text("raw"),
    ],
    FILES,
];

/// What kubectl says when it does not wait for containers to end.
const FORCED: &str = "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The \
                      resource may continue to run on the cluster indefinitely.";

struct Deletion {
    options: DeleteOptions,
    forced: bool,
    wait: bool,
    dry_run: DryRun,
    timeout_ns: i64,
    names_only: bool,
}

impl Deletion {
    fn of(arguments: &Arguments) -> Result<Deletion> {
        let dry_run = DryRun::of(arguments)?;
        let propagation = match arguments.text("cascade") {
            None | Some("background" | "true") => Propagation::Background,
            Some("foreground") => Propagation::Foreground,
            Some("orphan" | "false") => Propagation::Orphan,
            Some(other) => {
                return Err(CommandError::message(format!(
                    "invalid cascade value ({other}). Must be \"background\", \"foreground\", or \"orphan\""
                )));
            }
        };
        let given = arguments.int("grace-period").filter(|seconds| *seconds >= 0);
        if arguments.flag("now") && given.is_some() {
            return Err(CommandError::message(
                "--now and --grace-period cannot be specified together",
            ));
        }
        let forced = arguments.flag("force");
        if forced && given.is_some_and(|seconds| seconds > 0) {
            return Err(CommandError::message(
                "--force and --grace-period greater than 0 cannot be specified together",
            ));
        }
        // Without --force, no grace is asked of the server as one second of it, and waited for.
        let grace_seconds = match (forced, given) {
            (true, _) => Some(0),
            (false, Some(0)) => Some(1),
            (false, _) if arguments.flag("now") => Some(1),
            (false, given) => given,
        };
        Ok(Deletion {
            options: DeleteOptions {
                grace_seconds,
                propagation,
                uid: None,
            },
            forced,
            wait: arguments.flag_or_true("wait") && !forced,
            dry_run,
            timeout_ns: arguments.duration_ns("timeout").unwrap_or(0),
            names_only: arguments.text("output") == Some("name"),
        })
    }
}

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    if let Some(other) = arguments
        .text("output")
        .filter(|output| !matches!(*output, "" | "name"))
    {
        return Err(CommandError::message(format!(
            "unexpected -o output mode: {other}. We only support '-o name'"
        )));
    }
    let deletion = Deletion::of(arguments)?;
    let query = Query::of(arguments, &arguments.positional);
    let found = query.find_unread(session)?;
    if deletion.forced && deletion.dry_run == DryRun::None {
        session.warn(FORCED);
    }
    let mut errors = found.errors;
    let mut waiting = Vec::new();
    let by_selector = found.infos.is_empty() && errors.is_empty();
    for info in &found.infos {
        match delete_one(session, info, &deletion) {
            Ok(gone) if !gone && deletion.wait => waiting.extend(uid_of(session, info).map(|uid| (info, uid))),
            Ok(_) => {}
            Err(error) => errors.push(error),
        }
    }
    if by_selector && !query.ignore_not_found {
        session.print("No resources found");
    }
    if deletion.wait && deletion.dry_run == DryRun::None {
        wait_until_gone(session, &waiting, deletion.timeout_ns)?;
    }
    CommandError::of(errors)
}

fn delete_one(session: &mut Session<'_>, info: &Info, deletion: &Deletion) -> Result<bool> {
    let gone = match deletion.dry_run {
        DryRun::Client => true,
        dry_run => session.request(dry_run, |request| {
            request.delete(info.kind, &info.key, deletion.options)
        })?,
    };
    if deletion.names_only {
        session.print(info.label());
        return Ok(gone);
    }
    let how = if deletion.forced { "force deleted" } else { "deleted" };
    let (subject, name) = (info.kind.info().group_singular(), &info.key.name);
    session.print(format!("{subject} \"{name}\" {how}{}", deletion.dry_run.suffix()));
    Ok(gone)
}

fn uid_of(session: &Session<'_>, info: &Info) -> Option<Uid> {
    session.object(info.kind, &info.key).map(|object| object.meta().uid)
}

fn is_there(session: &Session<'_>, kind: Kind, key: &ObjectKey, uid: Uid) -> bool {
    session.object(kind, key).is_some_and(|object| object.meta().uid == uid)
}

/// Lets virtual time pass until the objects are gone.
pub(super) fn wait_until_gone(session: &mut Session<'_>, waiting: &[(&Info, Uid)], timeout_ns: i64) -> Result<()> {
    let deadline = session.deadline(timeout_ns);
    for (info, uid) in waiting {
        while is_there(session, info.kind, &info.key, *uid) {
            if !session.wait_for_change(deadline)? {
                let subject = info.plural_label();
                return Err(CommandError::message(format!(
                    "timed out waiting for the condition on {subject}"
                )));
            }
        }
    }
    Ok(())
}
