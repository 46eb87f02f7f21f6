//! `kubectl events`: events by the time at which they last happened, newest last.
//!
//! Source: kubectl `pkg/cmd/events`. Not modelled: `--watch`.

use serde_json::Value;

use crate::api::Kind;
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, Flag, OUTPUT};
use crate::kubectl::output::{Format, list_of};
use crate::kubectl::resources::kind_of;
use crate::kubectl::selection::Query;
use crate::kubectl::session::Session;
use crate::kubectl::tabwriter::TabWriter;
use crate::kubectl::{field, text};

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[
    &[
        Flag::text("for"),
        Flag::texts("types"),
        Flag::bool("all-namespaces").short('A'),
        Flag::bool("no-headers"),
        Flag::bool("watch").short('w'),
        Flag::int("chunk-size"),
    ],
    OUTPUT,
];

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    if arguments.flag("watch") {
        return Err(CommandError::message(
            "--watch is not modelled: let time pass and ask again",
        ));
    }
    let format = Format::of_table(arguments)?;
    let about = match arguments.text("for") {
        None => None,
        Some(text) => match text.split_once('/') {
            Some((kind, name)) => Some((kind_of(kind)?, name.to_owned())),
            None => return Err(CommandError::message("--for must be in resource/name form")),
        },
    };
    let types = arguments.texts("types");
    if let Some(unknown) = types
        .iter()
        .find(|of| !["normal", "warning"].contains(&of.to_lowercase().as_str()))
    {
        return Err(CommandError::message(format!(
            "valid --types are Normal or Warning, not {unknown:?}"
        )));
    }
    let words = ["events".to_owned()];
    let query = Query::of(arguments, &words).kind_alone();
    let mut infos = query.find(session)?.infos;
    infos.retain(|info| {
        let of_type = field::text(&info.value, "type");
        let wanted = types.is_empty() || types.iter().any(|wanted| wanted.eq_ignore_ascii_case(of_type));
        wanted
            && about
                .as_ref()
                .is_none_or(|(kind, name)| is_about(&info.value, *kind, name))
    });
    infos.sort_by_key(|info| last_seen(&info.value));
    if infos.is_empty() {
        session.warn(if query.all_namespaces {
            "No events found.".to_owned()
        } else {
            format!("No events found in {} namespace.", query.namespace)
        });
        return Ok(());
    }
    if let Format::Objects(output) = format {
        let text = output.render(None, &list_of(&infos))?;
        session.stdout.push_str(&text);
        return Ok(());
    }
    let mut lines = String::new();
    if !arguments.flag("no-headers") {
        let namespace = if query.all_namespaces { "NAMESPACE\t" } else { "" };
        lines.push_str(&format!("{namespace}LAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE\n"));
    }
    for info in &infos {
        if query.all_namespaces {
            lines.push_str(&format!("{}\t", info.key.namespace));
        }
        lines.push_str(&line(&info.value, session.now_ns()));
    }
    session.stdout.push_str(&TabWriter::GET.align(&lines));
    Ok(())
}

fn is_about(event: &Value, kind: Kind, name: &str) -> bool {
    field::text(event, "involvedObject.name") == name && field::text(event, "involvedObject.kind") == kind.name()
}

fn last_seen(event: &Value) -> Option<i64> {
    text::timestamp_ns(field::text(event, "lastTimestamp"))
}

fn line(event: &Value, now_ns: i64) -> String {
    let since = |path| {
        let then = text::timestamp_ns(field::text(event, path));
        then.map_or_else(|| "<unknown>".to_owned(), |then| text::since(then, now_ns))
    };
    let count = field::integer(event, "count");
    let last = match count > 1 {
        true => format!("{} (x{count} over {})", since("lastTimestamp"), since("firstTimestamp")),
        false => since("lastTimestamp"),
    };
    format!(
        "{last}\t{}\t{}\t{}/{}\t{}\n",
        field::text(event, "type"),
        field::text(event, "reason"),
        field::text(event, "involvedObject.kind"),
        field::text(event, "involvedObject.name"),
        field::text(event, "message").trim(),
    )
}
