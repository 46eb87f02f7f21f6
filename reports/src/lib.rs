//! The run record of Shakedown and its renderings.
//!
//! The runner fills a [`RunRecord`]; [`write()`] makes a report of it in any [`Format`], [`Console`] the lines for the terminal.
//! A rendering shows what is in the record and decides nothing of its own. The crate knows nothing of the engine, of Gherkin's
//! parser or of the network: a report is one file that opens offline.

#![deny(missing_docs)]

mod atomic;
pub mod console;
pub mod duration;
mod error;
mod escape;
mod format;
pub mod html;
pub mod json;
pub mod junit;
pub mod record;

pub use console::Console;
pub use error::{ReportError, UnknownFormat};
pub use escape::visible;
pub use format::{Format, render, write};
pub use record::RunRecord;
