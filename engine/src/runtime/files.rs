//! The files of a pod: what its processes write where, in time.
//!
//! A file is known by a key: `VOLUME:PATH` in a volume, `CONTAINER.LIFE:PATH` in a container's own layer. What a process will
//! write is known when it starts, so a file's content at any instant is computed, and a loop that appends for ever is one entry.
//!
//! Not modelled: sizes, permissions, what images contain (their files exist, but nobody knows what is in them).

use std::collections::BTreeSet;
use std::time::Duration;

use smol_str::SmolStr;

use crate::api::Timestamp;
use crate::sim::SimTime;

/// So many of the newest occurrences of a repeated change are looked at.
const OCCURRENCES_MAX: u64 = 10_000;
/// Stands in a text for the time at which it is written, as `date` prints it.
pub(super) const DATE: char = '\u{2}';

/// What happens to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// It is there; its content stays.
    Touch,
    /// It holds this text from now on.
    Write(SmolStr),
    /// This text is added.
    Append(SmolStr),
    /// It is gone.
    Remove,
}

/// Who writes: a life of a container of the pod (or a volume's source, or a person by `kubectl exec`: none).
pub type Writer = Option<(usize, u32)>;

/// A change of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// When.
    pub at: SimTime,
    /// It comes again and again, so far apart.
    pub every: Option<Duration>,
    /// From then on not any more: the writer has ended.
    pub until: Option<SimTime>,
    /// The file's key.
    pub file: SmolStr,
    /// What happens.
    pub edit: Edit,
    /// Who does it.
    pub writer: Writer,
}

impl FileChange {
    /// When it happens, up to `now`: the newest of its occurrences.
    fn occurrences(&self, now: SimTime) -> Vec<SimTime> {
        let last = self.until.map_or(now, |until| until.min(now));
        if self.at > last {
            return Vec::new();
        }
        let Some(every) = self.every.filter(|every| !every.is_zero()) else {
            return vec![self.at];
        };
        let rounds = last.since(self.at).as_nanos() / every.as_nanos();
        let rounds = u64::try_from(rounds).unwrap_or(u64::MAX);
        let first = rounds.saturating_sub(OCCURRENCES_MAX);
        (first..=rounds).map(|round| self.at + multiple(every, round)).collect()
    }

    /// When it next happens after an instant.
    fn next_after(&self, instant: SimTime) -> Option<SimTime> {
        let next = match self.every.filter(|every| !every.is_zero()) {
            _ if self.at > instant => self.at,
            None => return None,
            Some(every) => (instant + Duration::from_nanos(1)).next_tick(self.at, every),
        };
        self.until.is_none_or(|until| next <= until).then_some(next)
    }
}

fn multiple(duration: Duration, times: u64) -> Duration {
    Duration::from_nanos(u64::try_from(duration.as_nanos().saturating_mul(u128::from(times))).unwrap_or(u64::MAX))
}

/// All changes of the files of a pod.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Files {
    changes: Vec<FileChange>,
}

/// A line of a file, and when it was written.
pub type Line = (SimTime, SmolStr);

impl Files {
    /// Adds a change.
    pub fn push(&mut self, change: FileChange) {
        self.changes.push(change);
    }

    /// All changes.
    pub fn changes(&self) -> &[FileChange] {
        &self.changes
    }

    /// Forgets what a writer has done; for a process that is planned anew.
    pub fn forget(&mut self, writer: Writer) {
        self.changes.retain(|change| change.writer != writer);
    }

    /// Forgets all files whose keys begin so.
    pub fn forget_files(&mut self, prefix: &str) {
        self.changes.retain(|change| !change.file.starts_with(prefix));
    }

    /// A writer has ended: what it would have written later does not come.
    pub fn end(&mut self, writer: Writer, at: SimTime) {
        self.changes.retain(|change| change.writer != writer || change.at <= at);
        for change in self.changes.iter_mut().filter(|change| change.writer == writer) {
            if change.until.is_none_or(|until| until > at) {
                change.until = Some(at);
            }
        }
    }

    /// Whether a file is there; none if nobody ever touches it.
    pub fn exists(&self, file: &str, now: SimTime) -> Option<bool> {
        self.changes
            .iter()
            .any(|change| change.file == file)
            .then(|| self.lines(file, now).is_some())
    }

    /// A file's lines, each with the time of its writing; none if it is not there.
    pub fn lines(&self, file: &str, now: SimTime) -> Option<Vec<Line>> {
        let mut edits: Vec<(SimTime, usize, &Edit)> = Vec::new();
        for (order, change) in self
            .changes
            .iter()
            .enumerate()
            .filter(|(_, change)| change.file == file)
        {
            // What a process does once is done even if it ends at that very instant.
            edits.extend(change.occurrences(now).into_iter().map(|at| (at, order, &change.edit)));
        }
        edits.sort_by_key(|(at, order, _)| (*at, *order));
        let mut lines: Option<Vec<Line>> = None;
        for (at, _, edit) in edits {
            match edit {
                Edit::Touch => {
                    lines.get_or_insert_default();
                }
                Edit::Remove => lines = None,
                Edit::Write(text) => lines = Some(text.lines().map(|line| (at, line.into())).collect()),
                Edit::Append(text) => {
                    lines
                        .get_or_insert_default()
                        .extend(text.lines().map(|line| (at, line.into())));
                }
            }
        }
        lines
    }

    /// When a file is next changed after an instant.
    pub fn next_change(&self, file: &str, instant: SimTime) -> Option<SimTime> {
        let of_file = self.changes.iter().filter(|change| change.file == file);
        of_file.filter_map(|change| change.next_after(instant)).min()
    }

    /// The names directly below a folder.
    pub fn names_in(&self, folder: &str, now: SimTime) -> Vec<SmolStr> {
        let prefix = match folder.ends_with([':', '/']) {
            true => folder.to_owned(),
            false => format!("{folder}/"),
        };
        let below = self.changes.iter().filter_map(|change| {
            let rest = change.file.strip_prefix(prefix.as_str())?;
            let name = rest.split('/').next().filter(|name| !name.is_empty())?;
            self.lines(&change.file, now).is_some().then(|| SmolStr::new(name))
        });
        below.collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// A text with the time of its writing filled in, as `date` prints it in UTC.
pub fn dated(text: &str, time: Timestamp) -> SmolStr {
    if !text.contains(DATE) {
        return text.into();
    }
    let date = jiff::Timestamp::from_second(time.secs())
        .map(|time| time.strftime("%a %b %e %H:%M:%S UTC %Y").to_string())
        .unwrap_or_default();
    text.replace(DATE, &date).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(at: u64, every: Option<u64>, edit: Edit) -> FileChange {
        FileChange {
            at: SimTime::from_secs(at),
            every: every.map(Duration::from_secs),
            until: None,
            file: "data:/log".into(),
            edit,
            writer: Some((0, 0)),
        }
    }

    #[test]
    fn a_file_holds_what_was_written_until_then() {
        let mut files = Files::default();
        files.push(change(1, None, Edit::Write("a\nb\n".into())));
        files.push(change(5, Some(10), Edit::Append("tick\n".into())));
        files.push(change(40, None, Edit::Remove));
        let check = |files: &Files, at: u64, expect: Option<&[&str]>| {
            let lines = files.lines("data:/log", SimTime::from_secs(at));
            let texts = lines.map(|lines| lines.into_iter().map(|(_, line)| line.to_string()).collect::<Vec<_>>());
            let expect = expect.map(|lines| lines.iter().map(ToString::to_string).collect::<Vec<_>>());
            assert_eq!(texts, expect, "at {at}");
        };
        check(&files, 0, None);
        check(&files, 1, Some(&["a", "b"]));
        check(&files, 16, Some(&["a", "b", "tick", "tick"]));
        check(&files, 41, None);
        files.end(Some((0, 0)), SimTime::from_secs(7));
        check(&files, 41, Some(&["a", "b", "tick"]));
        assert_eq!(
            files.next_change("data:/log", SimTime::from_secs(2)),
            Some(SimTime::from_secs(5))
        );
        assert_eq!(files.next_change("data:/log", SimTime::from_secs(5)), None);
        assert_eq!(files.exists("data:/other", SimTime::from_secs(5)), None);
        assert_eq!(files.names_in("data:/", SimTime::from_secs(5)), ["log"]);
    }

    #[test]
    fn dates_are_those_of_the_writing() {
        assert_eq!(
            dated("0: \u{2}", Timestamp::DEFAULT_EPOCH),
            "0: Wed Jan  1 00:00:00 UTC 2025"
        );
    }
}
