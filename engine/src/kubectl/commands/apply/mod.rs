//! `kubectl apply`: makes objects what their manifests say.

mod client_side;
mod documents;
mod last_applied;
mod server_side;

use client_side::ClientSide;
use server_side::apply_server_side;

use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, CHANGE, FILES, Flag, OUTPUT};
use crate::kubectl::output::{Format, Output, list_of};
use crate::kubectl::selection::{Info, Query};
use crate::kubectl::session::{DryRun, Session};
use crate::store::{DeleteOptions, Propagation};

pub use client_side::{ClientSide as ApplyHow, apply_one};
pub use documents::{Applied, ApplyError, ApplyFailure, Outcome, apply_documents};
pub use last_applied::{LAST_APPLIED, SET_FLAGS, VIEW_FLAGS, run_set, run_view, with_last_applied};

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[
    &[
        Flag::text("selector").short('l'),
        Flag::bool("all"),
        Flag::bool("overwrite"),
        Flag::bool("prune"),
        Flag::texts("prune-allowlist"),
        Flag::bool("server-side"),
        Flag::bool("force-conflicts"),
        Flag::bool("force"),
        Flag::bool("openapi-patch"),
        Flag::text("validate").bare("strict"),
        Flag::int("grace-period"),
        Flag::duration("timeout"),
        Flag::bool("wait"),
        Flag::text("cascade").bare("background"),
        Flag::text("subresource"),
    ],
    FILES,
    CHANGE,
    OUTPUT,
];

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let dry_run = DryRun::of(arguments)?;
    if !arguments.positional.is_empty() {
        let text = format!("Unexpected args: [{}]", arguments.positional.join(" "));
        return Err(CommandError::Usage(text, "apply"));
    }
    Query::check_files(arguments)?;
    let how = How::of(arguments, dry_run)?;
    let query = Query::of(arguments, &[]).validated(session, arguments)?;
    let read = query.read_files(session)?;
    let (mut errors, mut infos) = (read.errors, Vec::new());
    if errors.is_empty() && read.manifests.is_empty() {
        return Err(CommandError::message("no objects passed to apply"));
    }
    // What becomes of a form that kubectl does not know is found out when something is printed.
    let prints_objects = !matches!(arguments.text("output"), None | Some("" | "name"));
    for (manifest, file) in &read.manifests {
        let outcome = query.manifest_key(manifest).and_then(|key| {
            if how.server_side {
                return apply_server_side(session, manifest, key, &how);
            }
            let outcome = apply_one(session, manifest, key.clone(), &how.client);
            outcome.map_err(|failure| failure.in_file(file, manifest.kind, &key))
        });
        match outcome {
            Ok((outcome, info)) => {
                let applied = Applied {
                    kind: info.kind,
                    key: info.key.clone(),
                    outcome,
                };
                match arguments.text("output") {
                    Some("name") => session.print(info.label()),
                    _ if !prints_objects => session.print(format!("{applied}{}", dry_run.suffix())),
                    _ => {}
                }
                infos.push(info);
            }
            Err(error) => errors.push(error),
        }
    }
    if prints_objects && let Format::Objects(output) = Format::of(arguments)? {
        print_objects(session, &infos, &output)?;
    }
    CommandError::of(errors)
}

/// How the flags say that manifests are applied.
struct How {
    server_side: bool,
    force_conflicts: bool,
    dry_run: DryRun,
    client: ClientSide,
}

impl How {
    fn of(arguments: &Arguments, dry_run: DryRun) -> Result<How> {
        let propagation = match arguments.text("cascade") {
            Some("foreground") => Propagation::Foreground,
            Some("orphan") => Propagation::Orphan,
            _ => Propagation::Background,
        };
        let how = How {
            server_side: arguments.flag("server-side"),
            force_conflicts: arguments.flag("force-conflicts"),
            dry_run,
            client: ClientSide {
                dry_run,
                overwrite: arguments.flag_or_true("overwrite"),
                force: arguments.flag("force"),
                timeout_ns: arguments.duration_ns("timeout").unwrap_or(0),
                deletion: DeleteOptions {
                    grace_seconds: arguments.int("grace-period").filter(|seconds| *seconds >= 0),
                    propagation,
                    uid: None,
                },
            },
        };
        let refuse = |text: &str| Err(CommandError::message(text));
        if how.force_conflicts && !how.server_side {
            return refuse("--force-conflicts only works with --server-side");
        }
        if how.server_side && dry_run == DryRun::Client {
            return refuse("--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)");
        }
        if how.server_side && arguments.flag("force") {
            return refuse("--force cannot be used with --server-side");
        }
        if dry_run == DryRun::Server && arguments.flag("force") {
            return refuse("--dry-run=server cannot be used with --force");
        }
        if arguments.flag("prune") {
            if !arguments.flag("all") && arguments.text("selector").is_none_or(str::is_empty) {
                return refuse(
                    "all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all \
                     flag. If you did not mean to prune all resources, specify a label selector",
                );
            }
            return refuse("--prune is not modelled");
        }
        Ok(how)
    }
}

fn print_objects(session: &mut Session<'_>, infos: &[Info], output: &Output) -> Result<()> {
    match (infos, output) {
        ([one], output) => {
            let text = output.render(Some(one.kind), &one.value)?;
            session.stdout.push_str(&text);
        }
        ([], _) => {}
        (all, output) => {
            let text = output.render(None, &list_of(all))?;
            session.stdout.push_str(&text);
        }
    }
    Ok(())
}
