//! The query of a request: dry run, field validation, field manager, deletion options.

use crate::apiserver::patch::FieldValidation;
use crate::apiserver::{ApiError, Cause, Reason};
use crate::store::Propagation;

/// The longest name of a field manager, in bytes (apimachinery `FieldManagerMaxLength`).
const FIELD_MANAGER_MAX: usize = 128;

/// The options of a request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Options {
    /// Everything but the write.
    pub dry_run: bool,
    /// What becomes of unknown and duplicate fields.
    pub field_validation: FieldValidation,
    /// Who changes the fields; empty if the client does not say.
    pub field_manager: String,
    /// Whether an apply takes fields from other managers, if given.
    pub force: Option<bool>,
    /// The grace period in seconds.
    pub grace_seconds: Option<i64>,
    /// What becomes of dependents.
    pub propagation: Option<Propagation>,
}

impl Options {
    /// The options of a query; `of` names what they are options of (`CreateOptions`), `is_apply` tells an apply from other
    /// patches.
    ///
    /// # Errors
    /// Values that the options do not take (apimachinery `pkg/apis/meta/v1/validation`).
    pub fn parse(query: &str, of: &str, is_apply: bool) -> Result<Options, ApiError> {
        let mut options = Options::default();
        let mut causes = Vec::new();
        let mut refuse = |field: &str, message: String| {
            let field = field.to_owned();
            causes.push(Cause { field, message });
        };
        for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            let value = unescaped(value);
            match (key, value.as_str()) {
                ("dryRun", "All") => options.dry_run = true,
                ("dryRun", other) => refuse(key, unsupported(&format!("[]string{{{other:?}}}"), "\"All\"")),
                ("fieldValidation", "Ignore") => options.field_validation = FieldValidation::Ignore,
                ("fieldValidation", "Warn" | "") => options.field_validation = FieldValidation::Warn,
                ("fieldValidation", "Strict") => options.field_validation = FieldValidation::Strict,
                ("fieldValidation", other) => {
                    refuse(
                        key,
                        unsupported(&format!("{other:?}"), r#""", "Ignore", "Strict", "Warn""#),
                    );
                }
                ("fieldManager", manager) => options.field_manager = manager.to_owned(),
                ("force", force) => options.force = Some(matches!(force, "true" | "1" | "")),
                ("gracePeriodSeconds", seconds) => options.grace_seconds = seconds.parse().ok(),
                ("propagationPolicy", "Foreground") => options.propagation = Some(Propagation::Foreground),
                ("propagationPolicy", "Background") => options.propagation = Some(Propagation::Background),
                ("propagationPolicy", "Orphan") => options.propagation = Some(Propagation::Orphan),
                ("propagationPolicy", other) => {
                    let known = r#""Foreground", "Background", "Orphan", "nil""#;
                    refuse(key, unsupported(&format!("{other:?}"), known));
                }
                _ => {}
            }
        }
        if of == "PatchOptions" && !is_apply && options.force.is_some() {
            refuse(
                "force",
                "Forbidden: may not be specified for non-apply patch".to_owned(),
            );
        }
        if is_apply && options.field_manager.is_empty() {
            refuse("fieldManager", "Required value: is required for apply patch".to_owned());
        }
        if options.field_manager.len() > FIELD_MANAGER_MAX {
            let message = format!("Too long: may not be longer than {FIELD_MANAGER_MAX}");
            refuse("fieldManager", message);
        }
        match causes.is_empty() {
            true => Ok(options),
            false => Err(refusal(of, causes)),
        }
    }
}

/// A value of a query: `%XX` and `+` stand for other characters.
pub(super) fn unescaped(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        let hex = rest.clone().take(2).map(|byte| char::from(byte).to_digit(16));
        let code: Option<Vec<u32>> = hex.collect();
        match (byte, code.as_deref()) {
            (b'%', Some([high, low])) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
                rest.nth(1);
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The refusal of a value that an option does not take; `value` as Go prints it.
fn unsupported(value: &str, known: &str) -> String {
    format!("Unsupported value: {value}: supported values: {known}")
}

pub(super) fn refusal(of: &str, causes: Vec<Cause>) -> ApiError {
    let texts: Vec<String> = causes.iter().map(Cause::to_string).collect();
    let list = match texts.as_slice() {
        [one] => one.clone(),
        all => format!("[{}]", all.join(", ")),
    };
    let mut error = ApiError::new(Reason::Invalid, format!("{of}.meta.k8s.io \"\" is invalid: {list}"));
    error.about.group = "meta.k8s.io".into();
    error.about.kind = of.into();
    error.causes = causes;
    error
}
