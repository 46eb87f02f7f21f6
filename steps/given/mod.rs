//! What a scenario starts from.

mod behaviours;
mod cluster;
mod node_table;
mod objects;
mod static_pods;
