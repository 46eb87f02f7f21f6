//! Rule 6: what kubectl said.

use std::collections::BTreeSet;

use super::super::case::{Action, Case, Take};

/// Commands that print as they go on: how often they print a line is chance.
const STREAMS: [&str; 3] = ["rollout status", "drain", "delete"];

/// A stream of a command's output.
type Part = fn(&Action) -> &str;

/// The lines, consecutive equal ones once.
fn squeezed(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.dedup();
    lines
}

/// A line with its numbers hidden.
fn masked(line: &str) -> String {
    let mut masked = String::new();
    let mut in_number = false;
    for letter in line.chars() {
        let digit = letter.is_ascii_digit();
        if !digit {
            masked.push(letter);
        } else if !in_number {
            masked.push('N');
        }
        in_number = digit;
    }
    masked
}

/// What of the commands' outcomes no take explains.
pub fn differences(case: &Case, replay: &Take) -> Vec<String> {
    let mut found = Vec::new();
    for (index, action) in replay.actions.iter().enumerate() {
        let Some(line) = &action.kubectl else { continue };
        let known: Vec<&Action> = case
            .takes
            .iter()
            .filter_map(|take| take.actions.get(index).filter(|action| action.kubectl.is_some()))
            .collect();
        if !known.iter().any(|other| other.exit == action.exit) {
            let exits: Vec<i32> = known.iter().map(|other| other.exit).collect();
            let said = action.stderr.lines().next().unwrap_or_default();
            found.push(format!(
                "rule 6: `{line}`: exit {}, recorded {exits:?} ({said})",
                action.exit
            ));
        }
        if line.contains(" get ") || line.contains("describe") {
            continue;
        }
        let parts: [(&str, Part); 2] = [("stdout", |action| &action.stdout), ("stderr", |action| &action.stderr)];
        for (name, part) in parts {
            if !is_said(
                part(action),
                &known,
                part,
                STREAMS.iter().any(|stream| line.contains(stream)),
            ) {
                found.push(format!(
                    "rule 6: `{line}` {name}: {:?}",
                    squeezed(part(action)).iter().take(3).collect::<Vec<_>>()
                ));
            }
        }
    }
    found
}

fn is_said(text: &str, known: &[&Action], part: Part, stream: bool) -> bool {
    let mine = squeezed(text);
    if known.iter().any(|other| squeezed(part(other)) == mine) {
        return true;
    }
    let all: BTreeSet<String> = known
        .iter()
        .flat_map(|other| squeezed(part(other)))
        .map(masked)
        .collect();
    let lines: BTreeSet<String> = mine.iter().copied().map(masked).collect();
    stream
        && !mine.is_empty()
        && lines.is_subset(&all)
        && known.iter().any(|other| squeezed(part(other)).last() == mine.last())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_may_stutter_but_must_end_as_recorded() {
        let action = |stdout: &str| Action {
            stdout: stdout.to_owned(),
            ..Action::default()
        };
        let check = |mine: &str, recorded: &[&str], stream, expect| {
            let recorded: Vec<Action> = recorded.iter().map(|text| action(text)).collect();
            let recorded: Vec<&Action> = recorded.iter().collect();
            assert_eq!(
                is_said(mine, &recorded, |action| &action.stdout, stream),
                expect,
                "{mine}"
            );
        };
        check("1 of 3\n1 of 3\ndone\n", &["1 of 3\ndone\n"], false, true);
        check("2 of 3\ndone\n", &["1 of 3\ndone\n"], false, false);
        check("2 of 3\ndone\n", &["1 of 3\ndone\n"], true, true);
        check("2 of 3\n", &["1 of 3\ndone\n"], true, false);
        check("oh\ndone\n", &["1 of 3\ndone\n"], true, false);
        check("", &["1 of 3\ndone\n"], true, false);
    }
}
