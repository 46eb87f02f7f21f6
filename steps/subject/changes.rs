//! How a subject came to be what it is: the latest changes of the row that `kubectl get` prints of it.

use shakedown_engine::api::{Kind, ObjectKey};
use shakedown_engine::kubectl::table::{Table, TableOptions};
use shakedown_engine::sim::SimTime;
use shakedown_engine::store::{Change, Verb};

/// So many changes are shown.
const CHANGES_MAX: usize = 8;

/// The latest changes up to an instant, oldest first, those that kubectl's columns do not show left out. AGE is left out too:
/// each line begins with its time.
pub fn latest_changes(log: &[Change], objects: &[(Kind, ObjectKey)], until: SimTime) -> String {
    let mut rows: Vec<(SimTime, Vec<String>)> = Vec::new();
    let mut header: Vec<String> = Vec::new();
    for change in log.iter().take_while(|change| change.at <= until) {
        if !objects
            .iter()
            .any(|(kind, key)| change.kind() == *kind && change.key() == *key)
        {
            continue;
        }
        let Some((names, cells)) = row(change) else { continue };
        let last = rows.iter().rev().find(|(_, row)| row.first() == cells.first());
        if last.is_none_or(|(_, last)| *last != cells) {
            header = names;
            rows.push((change.at, cells));
        }
    }
    if rows.len() < 2 {
        // What there is now is in the table already.
        return String::new();
    }
    let rows = rows.split_off(rows.len().saturating_sub(CHANGES_MAX));
    let rows = rows
        .into_iter()
        .map(|(at, cells)| [vec![at.to_string()], cells].concat());
    let lines: Vec<Vec<String>> = std::iter::once([vec!["AT".to_owned()], header].concat())
        .chain(rows)
        .collect();
    aligned(&lines)
}

/// The names and cells of an object's row, but AGE and how long ago the last restart was: time alone changes nothing.
fn row(change: &Change) -> Option<(Vec<String>, Vec<String>)> {
    let object = change.object().to_json();
    let table = Table::new(change.kind(), std::iter::once(&object), 0).ok()?;
    let text = table.render(&TableOptions::default());
    let mut lines = text.lines();
    let (header, row) = (lines.next()?, lines.next()?);
    let columns = columns(header);
    let kept = columns.iter().filter(|(name, _)| *name != "AGE");
    let cell = |range: &std::ops::Range<usize>| -> String {
        let cell: String = row.chars().skip(range.start).take(range.len()).collect();
        cell.trim_end().to_owned()
    };
    let (names, mut cells): (Vec<String>, Vec<String>) =
        kept.map(|(name, range)| ((*name).to_owned(), cell(range))).unzip();
    if let Some(restarts) = names
        .iter()
        .position(|name| name == "RESTARTS")
        .and_then(|at| cells.get_mut(at))
    {
        let count = restarts
            .split_once(' ')
            .map_or(restarts.len(), |(count, _)| count.len());
        restarts.truncate(count);
    }
    if change.verb() == Verb::Deleted {
        cells.iter_mut().skip(1).for_each(|cell| *cell = "(gone)".to_owned());
    }
    Some((names, cells))
}

/// The columns of a header that kubectl aligned: where each begins and ends.
fn columns(header: &str) -> Vec<(&str, std::ops::Range<usize>)> {
    let mut columns: Vec<(&str, std::ops::Range<usize>)> = Vec::new();
    let mut at = 0;
    while let Some(rest) = header.get(at..).filter(|rest| !rest.is_empty()) {
        let width = rest.find("   ").map_or(rest.len(), |end| {
            let spaces = rest.get(end..).map_or(0, |rest| rest.len() - rest.trim_start().len());
            end + spaces
        });
        let name = rest.get(..width).unwrap_or_default().trim_end();
        let is_last = at + width >= header.len();
        columns.push((name, at..if is_last { usize::MAX } else { at + width }));
        at += width;
    }
    columns
}

/// Lines of cells in columns, three spaces apart as kubectl has them.
fn aligned(lines: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let mut text = String::new();
    for line in lines {
        let cells: Vec<String> = line
            .iter()
            .enumerate()
            .map(|(column, cell)| format!("{cell:<width$}", width = width(column)))
            .collect();
        text.push_str(cells.join("   ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use shakedown_engine::api::{Object, Pod, Resource};

    #[test]
    fn a_restart_is_counted_and_not_dated() {
        let pod = Pod::from_json(json!({
            "metadata": { "namespace": "default", "name": "web" },
            "spec": { "containers": [{ "name": "app" }] },
            "status": { "phase": "Running", "containerStatuses": [{
                "name": "app", "ready": true, "restartCount": 3, "state": { "running": {} },
                "lastState": { "terminated": { "exitCode": 1, "finishedAt": "2025-01-01T00:01:00Z" } },
            }] },
        }));
        let change = Change {
            revision: 1,
            at: SimTime::ZERO,
            writer: "test",
            before: None,
            after: Some(Object::from(pod)),
        };
        let (names, cells) = row(&change).expect("pods have rows");
        assert_eq!(names, ["NAME", "READY", "STATUS", "RESTARTS"]);
        assert_eq!(cells, ["web", "1/1", "Running", "3"]);
    }

    #[test]
    fn columns_are_found_by_their_gaps() {
        let check = |header: &str, expect: &[(&str, usize)]| {
            let seen: Vec<(&str, usize)> = columns(header)
                .into_iter()
                .map(|(name, range)| (name, range.start))
                .collect();
            assert_eq!(seen, expect, "{header}");
        };
        check("NAME   READY   AGE", &[("NAME", 0), ("READY", 7), ("AGE", 15)]);
        check("NAME      LAST SEEN   A", &[("NAME", 0), ("LAST SEEN", 10), ("A", 22)]);
        check("", &[]);
    }
}
