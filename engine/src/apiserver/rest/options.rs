//! The query of a request: dry run, field validation, deletion options.

use crate::apiserver::{ApiError, Cause, Reason};
use crate::store::Propagation;

/// What becomes of unknown and duplicate fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum FieldValidation {
    /// They are dropped silently.
    Ignore,
    /// They are dropped and told of.
    #[default]
    Warn,
    /// The request is refused.
    Strict,
}

/// The options of a request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Options {
    /// Everything but the write.
    pub dry_run: bool,
    /// What becomes of unknown and duplicate fields.
    pub field_validation: FieldValidation,
    /// The grace period in seconds.
    pub grace_seconds: Option<i64>,
    /// What becomes of dependents.
    pub propagation: Option<Propagation>,
}

impl Options {
    /// The options of a query; `of` names what they are options of (`CreateOptions`).
    ///
    /// # Errors
    /// A value that the option does not take.
    pub fn parse(query: &str, of: &str) -> Result<Options, ApiError> {
        let mut options = Options::default();
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        for (key, value) in pairs {
            let refuse = |value: &str, known| Err(unsupported(of, key, value, known));
            match (key, value) {
                ("dryRun", "All") => options.dry_run = true,
                ("dryRun", other) => return refuse(&format!("[]string{{{other:?}}}"), "\"All\""),
                ("fieldValidation", "Ignore") => options.field_validation = FieldValidation::Ignore,
                ("fieldValidation", "Warn" | "") => options.field_validation = FieldValidation::Warn,
                ("fieldValidation", "Strict") => options.field_validation = FieldValidation::Strict,
                ("fieldValidation", other) => {
                    return refuse(&format!("{other:?}"), r#""", "Ignore", "Strict", "Warn""#);
                }
                ("gracePeriodSeconds", seconds) => options.grace_seconds = seconds.parse().ok(),
                ("propagationPolicy", "Foreground") => options.propagation = Some(Propagation::Foreground),
                ("propagationPolicy", "Background") => options.propagation = Some(Propagation::Background),
                ("propagationPolicy", "Orphan") => options.propagation = Some(Propagation::Orphan),
                ("propagationPolicy", other) => {
                    return refuse(&format!("{other:?}"), r#""Foreground", "Background", "Orphan", "nil""#);
                }
                _ => {}
            }
        }
        Ok(options)
    }
}

/// The refusal of a value that an option does not take; `value` as Go prints it.
fn unsupported(of: &str, field: &str, value: &str, known: &str) -> ApiError {
    let message = format!("Unsupported value: {value}: supported values: {known}");
    let mut error = ApiError::new(
        Reason::Invalid,
        format!("{of}.meta.k8s.io \"\" is invalid: {field}: {message}"),
    );
    error.about.group = "meta.k8s.io".into();
    error.about.kind = of.into();
    error.causes = vec![Cause {
        field: field.to_owned(),
        message,
    }];
    error
}
