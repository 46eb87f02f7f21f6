//! The bar below the output of a run: on a terminal only, and not in CI, whose terminals nobody watches.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

const REDRAWS: Duration = Duration::from_millis(100);
const STYLE: &str = "  {bar:32.green/dim} {pos}/{len} scenarios  {elapsed}  {msg:.red}";

/// How far a run is.
pub struct Progress {
    bar: ProgressBar,
    failed: u64,
}

impl Progress {
    /// A bar for so many scenarios; hidden where nobody looks.
    pub fn new(scenarios: usize) -> Self {
        let ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false");
        let watched = !ci && std::io::stdout().is_terminal() && std::io::stderr().is_terminal();
        let bar = if watched {
            ProgressBar::new(scenarios as u64)
        } else {
            ProgressBar::hidden()
        };
        if let Ok(style) = ProgressStyle::with_template(STYLE) {
            bar.set_style(style.progress_chars("━━─"));
        }
        if watched {
            bar.enable_steady_tick(REDRAWS);
        }
        Self { bar, failed: 0 }
    }

    /// Takes in a finished scenario; `print` writes lines above the bar.
    pub fn done(&mut self, passed: bool, print: impl FnOnce()) {
        self.bar.suspend(print);
        self.bar.inc(1);
        if !passed {
            self.failed += 1;
            self.bar.set_message(format!("{} failed", self.failed));
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
