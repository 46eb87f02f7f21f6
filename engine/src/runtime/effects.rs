//! What an interpreted command does to the world and asks of it: output, files, the network.

use std::time::Duration;

use smol_str::SmolStr;

use super::files::{Edit, FileChange};
use super::interpreter::{Run, UNKNOWN_FILE};
use super::program::Follow;
use super::shell::Redirect;
use crate::sim::SimTime;

/// How many lines of output are kept of one round.
const LINES_MAX: usize = 10_000;

impl Run<'_> {
    /// Prints lines to where output goes.
    pub fn print(&mut self, text: &str, output: Option<&Redirect>) {
        let text = match text.ends_with('\n') || text.is_empty() {
            true => text.to_owned(),
            false => format!("{text}\n"),
        };
        if let Some(redirect) = output {
            // Without a line of its own, `> file` still makes the file.
            let edit = match redirect.append {
                true => Edit::Append(text.into()),
                false => Edit::Write(text.into()),
            };
            self.edit(&redirect.file, edit);
            return;
        }
        if let Some(capture) = self.captures.last_mut() {
            capture.push_str(&text);
            return;
        }
        for line in text.lines() {
            if self.program.lines.len() < LINES_MAX {
                let line = line.replace(super::words::UNKNOWN_TEXT, "");
                self.program.lines.push((self.now, line.into()));
            }
        }
    }

    /// Follows a file for ever.
    pub fn follow(&mut self, path: &str, lines: usize) {
        let (key, _) = self.world.key(path);
        self.program.reads.insert(key.clone());
        self.program.follows.push(Follow {
            from: self.now,
            file: key,
            lines,
        });
    }

    /// Changes a file.
    pub fn edit(&mut self, path: &str, edit: Edit) {
        // Of the devices one is a file: the one for the last word.
        if (path.starts_with("/dev/") && path != "/dev/termination-log") || path.starts_with("/proc/") {
            return;
        }
        let (key, _) = self.world.key(path);
        self.files.push(FileChange {
            at: self.instant(),
            every: None,
            until: None,
            file: key.clone(),
            edit: edit.clone(),
            writer: self.world.me,
        });
        self.program.edits.push((self.now, key, edit));
    }

    /// The text of a file, as far as anybody knows it; none if it is not there.
    pub fn read(&mut self, path: &str) -> Option<String> {
        if path == "/etc/hostname" {
            return Some(format!("{}\n", self.world.hostname));
        }
        let (key, in_volume) = self.world.key(path);
        self.program.reads.insert(key.clone());
        let now = self.instant();
        match self.files.lines(&key, now) {
            Some(lines) => Some(
                lines
                    .into_iter()
                    .map(|(at, line)| self.dated(&line, at) + "\n")
                    .collect(),
            ),
            None if in_volume || self.files.exists(&key, now).is_some() => None,
            // Nobody knows what images hold, but what a script reads is there.
            None if path.starts_with("/tmp/") => None,
            None => Some(UNKNOWN_FILE.to_owned()),
        }
    }

    fn dated(&self, line: &SmolStr, at: SimTime) -> String {
        super::files::dated(line, self.world.epoch.at(at)).to_string()
    }

    /// Whether something that the script has asked about is known to change after so long.
    pub fn changes_after(&self, from: Duration) -> bool {
        let now = self.base + from;
        let mut reads = self.program.reads.iter();
        let mut asks = self
            .program
            .asks
            .iter()
            .filter_map(|target| self.world.network.get(target));
        reads.any(|file| self.files.next_change(file, now).is_some())
            || asks.any(|history| history.iter().any(|(since, _)| *since > now))
    }

    /// Whether a target is reached now. Nobody has looked it up at first: the kubelet does then.
    pub fn reaches(&mut self, target: String) -> bool {
        let target = SmolStr::from(target);
        let reached = self.world.reaches(&target, self.instant()).unwrap_or(true);
        self.program.asks.insert(target);
        reached
    }

    /// Whether a file or folder is there.
    pub fn exists(&mut self, path: &str) -> bool {
        let (key, in_volume) = self.world.key(path);
        self.program.reads.insert(key.clone());
        let now = self.instant();
        if key.ends_with(":/") || !self.files.names_in(&key, now).is_empty() {
            return true;
        }
        let known = self.files.exists(&key, now);
        known.unwrap_or(!in_volume && !path.starts_with("/tmp/"))
    }
}
