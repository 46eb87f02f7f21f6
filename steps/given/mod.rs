//! What a scenario starts from.

mod cluster;
mod objects;
