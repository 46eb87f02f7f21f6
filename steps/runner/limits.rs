//! What one scenario may take: `--timeout` on the wall clock, `--virtual-timeout` of simulated time.
//!
//! The engine reads no clock: it asks now and then whether to go on, and the answer comes from here. A scenario over a limit has
//! timed out, which is neither a pass nor a failed assertion; how long it took decides nothing else.

use std::time::Duration;

use super::wall::Stopwatch;
use crate::parameters::VirtualDuration;

/// Far more than any scenario takes that ends at all, on the slowest machine.
const WALL_DEFAULT: Duration = Duration::from_secs(60);
/// Virtual time costs next to nothing while nothing happens, so a year is no waste and a mistyped unit is still caught.
const VIRTUAL_DEFAULT: Duration = Duration::from_secs(366 * 24 * 3600);

/// The limits of one scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScenarioLimits {
    /// On the wall clock.
    pub wall: Duration,
    /// Of simulated time.
    pub virtual_time: Duration,
}

impl Default for ScenarioLimits {
    fn default() -> Self {
        Self {
            wall: WALL_DEFAULT,
            virtual_time: VIRTUAL_DEFAULT,
        }
    }
}

impl ScenarioLimits {
    /// The flags that set what is not as usual; empty, or beginning with a space.
    pub fn flags(self) -> String {
        let usual = Self::default();
        let flag = |name: &str, limit: Duration, usual: Duration| match limit == usual {
            true => String::new(),
            false => format!(" {name} {}", VirtualDuration(limit)),
        };
        let wall = flag("--timeout", self.wall, usual.wall);
        wall + &flag("--virtual-timeout", self.virtual_time, usual.virtual_time)
    }

    /// What to ask during a scenario that begins now: the reason to stop it, if there is one.
    pub fn watch(self) -> impl Fn() -> Option<String> + Send + Sync + 'static {
        let started = Stopwatch::start();
        move || {
            let over = u128::from(started.elapsed_ns()) > self.wall.as_nanos();
            over.then(|| format!("limit --timeout {:?} of wall time reached", self.wall))
        }
    }
}

#[cfg(test)]
mod tests {
    use shakedown_reports::record::Outcome;

    use super::*;
    use crate::runner::scenario_run::run_text_within;

    const SOURCE: &str = "Feature: F
  Scenario: S
    Given a cluster with 2 nodes
    And a deployment \"web\" with 20 replicas of image \"shop/web:v1\"
    When 2h passes
    Then deployment \"web\" has rolled out
";

    fn check(limits: ScenarioLimits, outcome: Outcome, message: &str) {
        let records = run_text_within(SOURCE, limits);
        let record = records.first().expect("a scenario");
        let failure = record.first_failing_step().and_then(|step| step.failure.as_ref());
        let seen = failure.map(|failure| failure.message.as_str()).unwrap_or_default();
        assert_eq!(record.outcome, outcome, "{seen}");
        assert!(seen.contains(message), "{seen}");
    }

    #[test]
    fn a_scenario_over_its_limit_times_out_and_says_which() {
        let (default, zero) = (ScenarioLimits::default(), Duration::ZERO);
        check(
            ScenarioLimits { wall: zero, ..default },
            Outcome::TimedOut,
            "limit --timeout 0ns of wall time reached",
        );
        let hour = Duration::from_secs(3600);
        let short = ScenarioLimits {
            virtual_time: hour,
            ..default
        };
        check(short, Outcome::TimedOut, "raise it with --virtual-timeout");
    }
}
