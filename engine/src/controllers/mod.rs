//! The controllers of kube-controller-manager, one file a controller, named as there.

mod controllers;
mod deployment;
mod owner;
mod replica_set;
mod work_queue;

pub use controllers::{ControllerId, Controllers, Task};
pub use deployment::REVISION_ANNOTATION;
pub use owner::{controller_reference, generate_name_prefix};
pub use replica_set::available_at;
pub use work_queue::WorkQueue;
