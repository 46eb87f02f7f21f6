//! A made-up run of nine scenarios: every fault of the mission, every way to end, Korean keywords, a table and a doc string.
//! The times follow what real clusters show, but nothing was simulated to make it. It is kept as what a run writes, `run.json`.

use shakedown_reports::record::RunRecord;

/// The run.
pub fn sample() -> RunRecord {
    serde_json::from_str(include_str!("run.json")).expect("run.json is a record")
}
