//! What names a scenario and which seed it gets.

use super::feature_file::Scenario;
use super::limits::ScenarioLimits;

/// The seed of a run that names none: fixed, so that a suite gives the same result for everyone until someone asks for
/// another one.
pub const DEFAULT_SEED: u64 = 1;

/// The seed of one scenario: derived from the run's seed and what the scenario is called, so that scenarios are independent
/// of one another and neither adding, moving nor selecting scenarios changes those that stay. Names rather than the path: a
/// replay from another folder must find the same seed.
pub fn scenario_seed(run_seed: u64, feature_name: &str, scenario_name: &str, row: Option<usize>) -> u64 {
    let row = row.map(|row| row.to_string()).unwrap_or_default();
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for byte in [feature_name, scenario_name, &row].join("\u{0}").bytes() {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    mix(mix(run_seed) ^ state)
}

/// SplitMix64's finalizer: neighbouring seeds give unrelated streams.
fn mix(seed: u64) -> u64 {
    let mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// `features/x.feature:12`: what names the scenario in reports and selects it on the command line.
pub fn scenario_id(path: &str, scenario: &Scenario) -> String {
    format!("{path}:{}", scenario.selecting_line())
}

/// How to run a scenario again so that it comes out the same.
#[derive(Debug, Clone)]
pub struct Replay {
    program: String,
    limits: ScenarioLimits,
    /// The run's seed.
    pub seed: u64,
}

impl Replay {
    /// A run of `program` with this seed and these limits.
    pub fn new(program: &str, seed: u64, limits: ScenarioLimits) -> Self {
        let program = program.to_owned();
        Self { program, limits, seed }
    }

    /// The command for what `selected` names, which is shell words already.
    pub fn command(&self, selected: &str) -> String {
        format!(
            "{} {selected} --seed {}{}",
            self.program,
            self.seed,
            self.limits.flags()
        )
    }

    /// The command for one scenario.
    pub fn scenario(&self, id: &str) -> String {
        self.command(&shell_word(id))
    }
}

/// The word as a POSIX shell reads it back.
pub fn shell_word(word: &str) -> String {
    let harmless = |character: char| character.is_alphanumeric() || "-_./:=@,+%".contains(character);
    if !word.is_empty() && word.chars().all(harmless) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn seeds_depend_on_the_run_and_the_scenario_only() {
        let seed = |run, scenario, row| scenario_seed(run, "Node loss", scenario, row);
        assert_eq!(
            seed(1, "a", None),
            15_818_221_580_217_538_662,
            "published seeds must not change"
        );
        assert_eq!(seed(1, "a", None), seed(1, "a", None));
        let all = [
            seed(1, "a", None),
            seed(2, "a", None),
            seed(1, "b", None),
            seed(1, "a", Some(0)),
            seed(1, "a", Some(1)),
        ];
        let distinct: std::collections::BTreeSet<u64> = all.into_iter().collect();
        assert_eq!(distinct.len(), all.len());
    }

    #[test]
    fn a_replay_command_survives_the_shell() {
        let check = |id: &str, limits: ScenarioLimits, expect: &str| {
            assert_eq!(Replay::new("shakedown run", 7, limits).scenario(id), expect);
        };
        let usual = ScenarioLimits::default();
        check(
            "features/a.feature:3",
            usual,
            "shakedown run features/a.feature:3 --seed 7",
        );
        check(
            "my features/it's.feature:3",
            usual,
            r"shakedown run 'my features/it'\''s.feature:3' --seed 7",
        );
        let limits = ScenarioLimits {
            wall: Duration::from_secs(90),
            virtual_time: Duration::from_secs(3600),
        };
        check(
            "a.feature:3",
            limits,
            "shakedown run a.feature:3 --seed 7 --timeout 1m30s --virtual-timeout 1h",
        );
    }
}
