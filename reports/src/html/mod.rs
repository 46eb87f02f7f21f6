//! The HTML report: one page, nothing loaded, made to be read.
//!
//! The templates (`templates/`) hold the markup, with escaping on by default; the files here prepare what they show. The page reads without
//! JavaScript (`details` elements); with it, it can be searched and filtered. It deliberately has no framework, no web font and
//! no data beside the markup: what can be seen is all there is, and the record is there as JSON for everything else.

mod anchor;
mod axis;
mod bars;
mod budget;
mod chart;
mod page;
mod scenario;
mod status;

pub use budget::{FAULTS_SHOWN_MAX, LANES_SHOWN_MAX, LOG_LINES_SHOWN_MAX, SEGMENTS_A_PAGE_MAX};
pub use page::render;
