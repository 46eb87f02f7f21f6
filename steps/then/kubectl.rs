//! Assertions about what kubectl prints.

use cucumber::gherkin::Step;
use cucumber::then;

use crate::World;
use crate::hint::hint;
use crate::parameters::{Command, Text};
use crate::table::{Cell, Rows};
use crate::world::StepError;

/// Runs a command and compares what it prints: with a table (columns by header; `*` matches anything, `/re/` is a regular
/// expression; row order does not matter, missing columns are not compared) or with a doc string (exactly, after trimming).
///
/// Example: ``Then `kubectl get pods` prints:``
#[then(expr = "{command} prints:")]
fn prints(world: &mut World, step: &Step, command: Command) -> Result<(), StepError> {
    world.must_command(&command.0)?;
    let printed = world.last_command()?.output.stdout.clone();
    if step.table.is_some() {
        let wanted = Rows::of(step, &[])?;
        return compare_table(world, &wanted, &printed);
    }
    let block = step
        .docstring
        .as_deref()
        .ok_or_else(|| StepError::new("a table or doc string is missing below this step"))?;
    if lines(block) == lines(&printed) {
        return Ok(());
    }
    Err(world.unexpected("it printed something else", lines(block), lines(&printed)))
}

/// Without the spaces at the ends of lines and the empty lines around: what an editor takes away means nothing.
fn lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').trim_start().to_owned()
}

fn compare_table(world: &mut World, wanted: &Rows, printed: &str) -> Result<(), StepError> {
    let (header, mut rows) = parse_table(printed);
    let expected = wanted.to_string();
    if let Some(column) = wanted.header().iter().find(|column| !header.contains(column)) {
        let known: Vec<&str> = header.iter().map(String::as_str).collect();
        let message = format!("there is no column {column}{}", hint(column, &known));
        return Err(world.unexpected(message, expected, printed.trim_end()));
    }
    let is_row = |wanted: &[(&str, Cell)], row: &[String]| {
        wanted.iter().all(|(column, cell)| {
            let at = header.iter().position(|name| name == column);
            at.and_then(|at| row.get(at)).is_some_and(|seen| cell.matches(seen))
        })
    };
    // The most exact rows choose first, so that a `*` does not take what another row needs.
    let mut unmet: Vec<Vec<(&str, Cell)>> = wanted.rows().collect();
    unmet.sort_by_key(|row| row.iter().filter(|(_, cell)| cell.is_pattern()).count());
    unmet.retain(|wanted| match rows.iter().position(|row| is_row(wanted, row)) {
        Some(at) => {
            rows.remove(at);
            false
        }
        None => true,
    });
    if unmet.is_empty() && rows.is_empty() {
        return Ok(());
    }
    let message = match (unmet.len(), rows.len()) {
        (0, more) => format!("{more} rows more than expected"),
        (missing, _) => format!("{missing} of the expected rows are missing"),
    };
    Err(world.unexpected(message, expected, printed.trim_end()))
}

/// kubectl's table: columns begin where their header does; at least two spaces lie between them.
fn parse_table(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let header_line: Vec<char> = lines.next().unwrap_or_default().chars().collect();
    let starts: Vec<usize> = (0..header_line.len())
        .filter(|at| {
            let is_space = |at: usize| header_line.get(at).is_none_or(|character| *character == ' ');
            !is_space(*at) && (*at == 0 || (is_space(at - 1) && (*at < 2 || is_space(at - 2))))
        })
        .collect();
    let cells = |line: &[char]| -> Vec<String> {
        let ends = starts.iter().skip(1).copied().chain([usize::MAX]);
        starts
            .iter()
            .zip(ends)
            .map(|(start, end)| line.iter().take(end).skip(*start).collect::<String>().trim().to_owned())
            .collect()
    };
    let header = cells(&header_line);
    let rows = lines.map(|line| cells(&line.chars().collect::<Vec<_>>())).collect();
    (header, rows)
}

/// Asserts that the last command printed this, anywhere in its output.
///
/// Example: `Then the command prints "deployment.apps/web scaled"`
#[then(expr = "the command prints {string}")]
fn command_prints(world: &mut World, text: Text) -> Result<(), StepError> {
    let last = world.last_command()?.clone();
    let printed = format!("{}{}", last.output.stdout, last.output.stderr);
    if printed.contains(&text.0) {
        return Ok(());
    }
    Err(world.unexpected(
        format!("`{}` printed something else", last.line),
        text.0,
        printed.trim_end(),
    ))
}

/// Asserts that the last command failed, with this in what it printed.
///
/// Example: `Then the command fails with "cannot evict pod as it would violate the pod's disruption budget"`
#[then(expr = "the command fails with {string}")]
fn command_fails(world: &mut World, text: Text) -> Result<(), StepError> {
    let last = world.last_command()?.clone();
    let printed = format!("{}{}", last.output.stdout, last.output.stderr);
    if last.output.exit_code == 0 {
        return Err(world.unexpected(format!("`{}` succeeded", last.line), text.0, printed.trim_end()));
    }
    if printed.contains(&text.0) {
        return Ok(());
    }
    Err(world.unexpected(
        format!("`{}` failed with something else", last.line),
        text.0,
        printed.trim_end(),
    ))
}

/// Asserts that the last command succeeded.
///
/// Example: `Then the command succeeds`
#[then(expr = "the command succeeds")]
fn command_succeeds(world: &mut World) -> Result<(), StepError> {
    let last = world.last_command()?.clone();
    if last.output.exit_code == 0 {
        return Ok(());
    }
    let printed = format!("{}{}", last.output.stdout, last.output.stderr);
    Err(world.unexpected(format!("`{}` failed", last.line), "success", printed.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_cut_where_their_headers_begin() {
        let text = "NAME    READY   STATUS    RESTARTS      AGE   NOMINATED NODE\nweb-0   1/1     Running   3 (5m ago)    1h    <none>\n";
        let (header, rows) = parse_table(text);
        assert_eq!(header, ["NAME", "READY", "STATUS", "RESTARTS", "AGE", "NOMINATED NODE"]);
        assert_eq!(rows, [["web-0", "1/1", "Running", "3 (5m ago)", "1h", "<none>"]]);
        assert_eq!(parse_table(""), (vec![], vec![]));
    }
}
