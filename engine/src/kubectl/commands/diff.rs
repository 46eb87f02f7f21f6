//! `kubectl diff`: what `kubectl apply` would change, as `diff -u -N` shows it.
//!
//! The real command compares files in folders with random names; here the folders are called LIVE and MERGED, and files have no
//! times. The values of Secrets are masked. Exit code 1: there are differences.

use serde_json::Value;

use super::apply::{ApplyHow, apply_one};
use crate::api::Kind;
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, FILES, Flag};
use crate::kubectl::selection::{Info, Query};
use crate::kubectl::session::{DryRun, Session};
use crate::kubectl::yaml::to_yaml;

/// Its flags.
pub const FLAGS: &[&[Flag]] = &[
    &[
        Flag::text("selector").short('l'),
        Flag::text("field-manager"),
        Flag::bool("server-side"),
        Flag::bool("force-conflicts"),
        Flag::bool("prune"),
        Flag::int("concurrency"),
        Flag::bool("show-managed-fields"),
    ],
    FILES,
];

/// Lines that stand around a change.
const CONTEXT: usize = 3;
/// Longer texts are shown as replaced as a whole: comparing costs the product of their lengths.
const LINES_MAX: usize = 4_000;

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    if !arguments.positional.is_empty() {
        let text = format!("Unexpected args: [{}]", arguments.positional.join(" "));
        return Err(CommandError::Usage(text, "diff"));
    }
    Query::check_files(arguments)?;
    let query = Query::of(arguments, &[]);
    let read = query.read_files(session)?;
    CommandError::of(read.errors)?;
    let mut differs = false;
    for (manifest, _) in &read.manifests {
        let key = query.manifest_key(manifest)?;
        let live = session.get(manifest.kind, &key);
        let warnings = session.stderr.len();
        let how = ApplyHow {
            dry_run: DryRun::Server,
            ..ApplyHow::default()
        };
        let applied = apply_one(session, manifest, key, &how);
        let (_, merged) = applied.map_err(|failure| failure.error)?;
        session.stderr.truncate(warnings);
        let before = live.map(|live| text(manifest.kind, &live)).unwrap_or_default();
        let after = text(merged.kind, &merged.value);
        if before != after {
            differs = true;
            let name = file_name(&merged);
            let header = format!("diff -u -N LIVE/{name} MERGED/{name}\n--- LIVE/{name}\n+++ MERGED/{name}\n");
            session.stdout.push_str(&header);
            let body = unified(&before, &after);
            session.stdout.push_str(&body);
        }
    }
    if differs { Err(CommandError::Said) } else { Ok(()) }
}

/// `apps.v1.Deployment.default.web`.
fn file_name(info: &Info) -> String {
    let of = info.kind.info();
    let group = match of.group {
        "" => String::new(),
        group => format!("{group}."),
    };
    format!(
        "{group}{}.{}.{}.{}",
        of.version, of.kind, info.key.namespace, info.key.name
    )
}

/// An object as it is compared: what a dry run makes up is left out, secrets are masked.
fn text(kind: Kind, value: &Value) -> String {
    let mut value = value.clone();
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("resourceVersion");
        if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
            annotations.remove(super::apply::LAST_APPLIED);
        }
        if metadata
            .get("annotations")
            .and_then(Value::as_object)
            .is_some_and(serde_json::Map::is_empty)
        {
            metadata.remove("annotations");
        }
    }
    if kind == Kind::SECRET
        && let Some(data) = value.get_mut("data").and_then(Value::as_object_mut)
    {
        data.values_mut().for_each(|value| *value = "***".into());
    }
    to_yaml(&value)
}

/// One line of a comparison.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line<'t> {
    Same(&'t str),
    Removed(&'t str),
    Added(&'t str),
}

/// The hunks of a unified diff.
fn unified(before: &str, after: &str) -> String {
    let lines = compare(&before.lines().collect::<Vec<_>>(), &after.lines().collect::<Vec<_>>());
    let changed: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| !matches!(line, Line::Same(_)))
        .map(|(index, _)| index)
        .collect();
    let mut hunks: Vec<(usize, usize)> = Vec::new();
    for index in changed {
        let (start, end) = (index.saturating_sub(CONTEXT), (index + CONTEXT + 1).min(lines.len()));
        match hunks.last_mut() {
            Some(last) if last.1 >= start => last.1 = end,
            _ => hunks.push((start, end)),
        }
    }
    hunks.iter().map(|(start, end)| hunk(&lines, *start, *end)).collect()
}

fn hunk(lines: &[Line<'_>], start: usize, end: usize) -> String {
    let count = |lines: &[Line<'_>], skip: fn(&Line<'_>) -> bool| lines.iter().filter(|line| !skip(line)).count();
    let is_added = |line: &Line<'_>| matches!(line, Line::Added(_));
    let is_removed = |line: &Line<'_>| matches!(line, Line::Removed(_));
    let (above, shown) = (
        lines.get(..start).unwrap_or_default(),
        lines.get(start..end).unwrap_or_default(),
    );
    let range = |skip: fn(&Line<'_>) -> bool| {
        let (first, length) = (count(above, skip), count(shown, skip));
        match length {
            0 => format!("{first},0"),
            1 => format!("{}", first + 1),
            length => format!("{},{length}", first + 1),
        }
    };
    let mut text = format!("@@ -{} +{} @@\n", range(is_added), range(is_removed));
    for line in shown {
        let (sign, line) = match line {
            Line::Same(line) => (' ', line),
            Line::Removed(line) => ('-', line),
            Line::Added(line) => ('+', line),
        };
        text.push(sign);
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// The lines of both texts by their longest common subsequence; what begins and ends alike is left out of the search.
fn compare<'t>(before: &[&'t str], after: &[&'t str]) -> Vec<Line<'t>> {
    let head = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let (start, before) = before.split_at(head);
    let after = after.get(head..).unwrap_or_default();
    let tail = before
        .iter()
        .rev()
        .zip(after.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (before, end) = before.split_at(before.len() - tail);
    let after = after.get(..after.len() - tail).unwrap_or_default();
    let mut lines: Vec<Line<'t>> = start.iter().map(|line| Line::Same(line)).collect();
    lines.extend(middle(before, after));
    lines.extend(end.iter().map(|line| Line::Same(line)));
    lines
}

fn middle<'t>(before: &[&'t str], after: &[&'t str]) -> Vec<Line<'t>> {
    if before.len() > LINES_MAX || after.len() > LINES_MAX {
        let removed = before.iter().map(|line| Line::Removed(line));
        return removed.chain(after.iter().map(|line| Line::Added(line))).collect();
    }
    // longest[i][j]: how many lines the texts from line i and line j on have in common.
    let mut longest = vec![vec![0_u32; after.len() + 1]; before.len() + 1];
    let at = |table: &[Vec<u32>], i: usize, j: usize| table.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0);
    for (i, a) in before.iter().enumerate().rev() {
        for (j, b) in after.iter().enumerate().rev() {
            let best = if a == b {
                at(&longest, i + 1, j + 1) + 1
            } else {
                at(&longest, i + 1, j).max(at(&longest, i, j + 1))
            };
            if let Some(cell) = longest.get_mut(i).and_then(|row| row.get_mut(j)) {
                *cell = best;
            }
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    loop {
        match (before.get(i), after.get(j)) {
            (Some(a), Some(b)) if a == b => {
                lines.push(Line::Same(a));
                (i, j) = (i + 1, j + 1);
            }
            (Some(a), Some(_)) if at(&longest, i + 1, j) >= at(&longest, i, j + 1) => {
                lines.push(Line::Removed(a));
                i += 1;
            }
            (Some(a), None) => {
                lines.push(Line::Removed(a));
                i += 1;
            }
            (_, Some(b)) => {
                lines.push(Line::Added(b));
                j += 1;
            }
            (None, None) => return lines,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::unified;

    #[test]
    fn differences_are_hunks() {
        let check = |before: &str, after: &str, expect: &str| assert_eq!(unified(before, after), expect);
        check("a\nb\n", "a\nb\n", "");
        check("", "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b\n");
        check("a\n", "b\n", "@@ -1 +1 @@\n-a\n+b\n");
        check(
            "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
            "1\n2\n3\n4\nfive\n6\n7\n8\n9\n",
            "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n",
        );
        check("a\nx\nb\n", "a\nb\nc\n", "@@ -1,3 +1,3 @@\n a\n-x\n b\n+c\n");
    }
}
