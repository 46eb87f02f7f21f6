//! YAML as kubectl prints it: `emit` writes trees, `plain` knows which texts need quotes.

mod emit;
mod plain;

pub use emit::to_yaml;
