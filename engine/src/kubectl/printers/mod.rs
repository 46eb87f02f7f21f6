//! The cells of `kubectl get`: a port of the behaviour of the API server's table printers (kubernetes
//! `pkg/printers/internalversion`), which compose most of what people read off a cluster: STATUS, READY, AGE, COMPLETIONS.
//!
//! A printer reads the external JSON of an object as it is stored, without defaulting it again, and a clock is handed in.
//! Only pods have a second way in ([`PodColumns`]): their STATUS is asked for at every change of every pod.
//!
//! Deliberately not modelled: the narrow rows of old servers, the absolute times of a watch, and the printers of a few kinds
//! that no one lists (IPAddress, StorageVersion, APIService …); those show the API server's default table.

mod access;
mod admission;
mod apps;
mod autoscaling;
mod batch;
mod config;
mod csi;
mod devices;
mod event;
mod flow_control;
mod network;
pub(super) mod node;
mod pod;
mod pod_input;
mod pod_status;
mod policy;
mod printer;
mod registry;
pub(super) mod storage;

pub use pod::{ready_text, restarts_text};
pub use pod_status::{
    ConditionColumns, ContainerColumns, PodColumns, PodSummary, Restarts, TerminatedColumns, summarize,
};
pub use printer::{Cell, Cells, Column, PrintError};
pub use registry::{columns, row};
