//! The step library.
