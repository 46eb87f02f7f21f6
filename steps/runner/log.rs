//! `--log FILTER`: what the engine logs, kept scenario by scenario.
//!
//! Scenarios run side by side, so lines are kept in the thread that simulates and printed with their scenario, in file order.
//! Every line is stamped with virtual time by whoever logs it; wall time would differ from run to run.

use std::cell::RefCell;
use std::fmt::{self, Write};

use shakedown_reports::record::LogLine;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, registry};

/// So many lines are kept of a scenario: a filter that is too wide must not exhaust the memory.
const LINES_MAX: usize = 20_000;

thread_local! {
    static LINES: RefCell<Vec<LogLine>> = const { RefCell::new(Vec::new()) };
}

/// Starts keeping what passes the filter.
///
/// # Errors
/// If the filter cannot be read.
pub fn start(filter: &str) -> Result<(), String> {
    let parsed = filter.parse::<EnvFilter>();
    let filter = parsed.map_err(|error| format!("--log '{filter}': {error}; write for example 'engine=debug'"))?;
    registry()
        .with(Keep.with_filter(filter))
        .try_init()
        .map_err(|error| format!("--log: {error}"))
}

/// The lines that this thread has logged since the last call.
pub fn take() -> Vec<LogLine> {
    LINES.take()
}

struct Keep;

impl<S: Subscriber> Layer<S> for Keep {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line::default();
        event.record(&mut line);
        let metadata = event.metadata();
        LINES.with_borrow_mut(|lines| {
            if lines.len() < LINES_MAX {
                lines.push(LogLine {
                    at_ns: line.at_ns,
                    level: metadata.level().to_string(),
                    target: metadata.target().to_owned(),
                    text: line.text.trim().to_owned(),
                });
            }
        });
    }
}

/// An event's fields: the message first, `at_ns` apart.
#[derive(Default)]
struct Line {
    at_ns: u64,
    text: String,
}

impl Visit for Line {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "at_ns" {
            self.at_ns = value;
        } else {
            self.record_debug(field, &value);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a string does not fail.
        _ = match field.name() {
            "message" => {
                self.text = format!("{value:?} {}", self.text);
                Ok(())
            }
            name => write!(self.text, "{name}={value:?} "),
        };
    }
}
