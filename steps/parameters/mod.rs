//! The custom parameters of the vocabulary: `{duration}`, `{quantity}`, `{object}`, `{pods}`, `{containers}`, `{tense}` and
//! what they share. Data only; what they mean for a cluster is for `subject` and `assertion` to say.
//!
//! Their regular expressions contain no capturing groups: cucumber would hand over the first group instead of the whole.

mod because;
mod command;
mod containers;
mod count;
mod duration;
mod error;
mod fault_words;
mod glob;
mod lasting;
mod names;
mod object;
mod pattern;
mod pods;
mod quantity;
mod replicas;
mod tense;
mod text;

pub use because::Because;
pub use command::Command;
pub use containers::{ContainerScope, Containers};
pub use count::Count;
pub use duration::VirtualDuration;
pub use error::ParameterError;
pub use fault_words::{PressureWord, ProbeWord};
pub use glob::Glob;
pub use lasting::Lasting;
pub use names::Names;
pub(crate) use object::kind_words;
pub use object::{ObjectRef, OnePod, OtherObject};
pub use pods::{PodFilter, Pods, Quantifier};
pub use quantity::Amount;
pub use replicas::ReplicaState;
pub use tense::Tense;
pub use text::Text;

#[cfg(test)]
pub(crate) use pattern::check_parameter;
