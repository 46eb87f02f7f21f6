//! `shakedown check`: every step bound, every manifest decoded and validated, nothing run.
//!
//! For editors, for a commit hook, for whoever writes scenarios without a cluster or a minute to spare: all problems of all files
//! at once, each with its place and an excerpt. What depends on the state of a cluster (does the object exist, is the namespace
//! there) cannot be known here and is left to the run.

mod manifests;
mod problem;
mod run;
mod scenarios;

pub use problem::Problem;
pub use run::{Checked, check};
