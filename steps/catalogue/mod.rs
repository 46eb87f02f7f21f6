//! The vocabulary as people read it: `shakedown steps`.
//!
//! Everything shown comes from the step functions themselves: groups from the first line of their files, words and examples from
//! their doc comments, expressions from their attributes ([`crate::runner::catalogue`]). So the catalogue cannot go stale.

mod group;
mod search;
mod text;

pub use group::{Entry, Group, groups};
pub use search::matching;
pub use text::{json, markdown, text};
