//! What a process has written to its log: lines of its own, and of files that it follows.

use std::time::Duration;

use smol_str::SmolStr;

use super::Process;
use super::files::dated;
use crate::sim::SimTime;

impl Process {
    /// What it has written to its log until `now`, with the time of each line; the newest `lines_max` of them.
    pub fn log(&self, now: SimTime, lines_max: usize) -> Vec<(SimTime, SmolStr)> {
        let mut log: Vec<_> = self
            .behaviour
            .log
            .iter()
            .map(|line| (self.started, line.clone()))
            .collect();
        let elapsed = now.since(self.started);
        let lines = self.program.lines.iter();
        log.extend(
            lines
                .clone()
                .filter(|(at, _)| *at <= elapsed)
                .map(|(at, line)| (self.started + *at, line.clone())),
        );
        if let Some((from, length)) = self.program.round.filter(|(_, length)| !length.is_zero()) {
            let rounds = elapsed.saturating_sub(from).as_nanos() / length.as_nanos();
            let of_round: Vec<_> = lines.filter(|(at, _)| *at >= from).collect();
            let kept = (lines_max / of_round.len().max(1)) as u128 + 1;
            for round in rounds.saturating_sub(kept).max(1)..=rounds {
                let offset = Duration::from_nanos(u64::try_from(length.as_nanos() * round).unwrap_or(u64::MAX));
                let shown = of_round.iter().filter(|(at, _)| *at + offset <= elapsed);
                log.extend(shown.map(|(at, line)| (self.started + *at + offset, line.clone())));
            }
        }
        for follow in &self.program.follows {
            let from = self.started + follow.from;
            let lines = self.surroundings.files.lines(&follow.file, now).unwrap_or_default();
            let older = lines.iter().filter(|(at, _)| *at <= from).count();
            let shown = lines.into_iter().skip(older.saturating_sub(follow.lines));
            log.extend(shown.map(|(at, line)| (at.max(from), line)));
        }
        log.sort_by_key(|(at, _)| *at);
        let epoch = self.surroundings.epoch;
        let kept = log.split_off(log.len().saturating_sub(lines_max));
        kept.into_iter()
            .map(|(at, line)| (at, dated(&line, epoch.at(at))))
            .collect()
    }
}
