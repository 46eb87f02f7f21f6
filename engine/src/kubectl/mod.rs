//! kubectl: what people type and see. Tables, their cells, and descriptions; the commands themselves build on these.

pub mod describe;
mod field;
pub mod printers;
pub mod table;
pub mod tabwriter;
mod text;
