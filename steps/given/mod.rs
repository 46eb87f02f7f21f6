//! What a scenario starts from.

mod cluster;
mod node_table;
mod objects;

pub use node_table::NodeSpec;
