//! The step library.
pub mod conformance;
