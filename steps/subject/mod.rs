//! From the phrases of the vocabulary to the objects of a cluster at one instant.

mod causes;
mod changes;
mod pods;
mod shown;

pub use causes::because;
pub use changes::latest_changes;
pub use pods::PodQuery;
pub use shown::{Subject, events_about};
