//! The cells of `kubectl get`: a port of the behaviour of the API server's table printers (kubernetes
//! `pkg/printers/internalversion`), which compose most of what people read off a cluster: STATUS, READY, AGE, COMPLETIONS.
//!
//! A printer reads the external JSON of an object as it is stored, without defaulting it again, and a clock is handed in.
//! Only pods have a second way in ([`PodColumns`]): their STATUS is asked for at every change of every pod.
//!
//! Not modelled: the narrow rows of old servers, absolute times of `--watch`, and kinds no one can create here.

mod access;
mod apps;
mod batch;
mod config;
mod event;
mod field;
mod network;
mod node;
mod pod;
mod pod_status;
mod policy;
mod printer;
mod registry;
mod storage;
mod text;

pub use pod::{ready_text, restarts_text};
pub use pod_status::{
    ConditionColumns, ContainerColumns, PodColumns, PodSummary, Restarts, TerminatedColumns, summarize,
};
pub use printer::{Cell, Cells, Column, PrintError, Printer};
pub use registry::{columns, printer, printer_by_resource, resource_name, row};
pub use text::labels as labels_text;
