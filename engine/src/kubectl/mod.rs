//! kubectl: what people type and see. Tables, their cells, and describe; the commands themselves build on these.

pub mod printers;
pub mod table;
pub mod tabwriter;
