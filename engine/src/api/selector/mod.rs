//! Selectors: which objects are meant, by labels or by fields.

mod field;
mod label;
mod label_parse;
mod label_selector;
pub mod names;
mod selectable;

pub use field::{FieldSelector, FieldSelectorError, FieldTerm};
pub use label::{Operator, Requirement, RequirementError, Selector};
pub use label_parse::SelectorError;
pub use label_selector::{LabelSelector, LabelSelectorError, LabelSelectorRequirement};
pub use selectable::{field_text, is_selectable};
