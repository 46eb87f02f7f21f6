//! The sources of the step functions, from which the catalogue of expressions is read: one line a file.

/// Path as `file!()` gives it (its end), and text.
pub(crate) const SOURCES: &[(&str, &str)] = &[("steps/given/cluster.rs", include_str!("given/cluster.rs"))];
