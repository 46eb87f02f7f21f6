//! From the phrases of the vocabulary to the objects of a cluster at one instant.

mod pods;
mod shown;

pub use pods::PodQuery;
pub use shown::{Subject, events_about};
