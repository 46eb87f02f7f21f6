//! `kubectl describe`: an object for people to read, with what happened to it. A port of the behaviour of kubectl's
//! describers (kubectl `pkg/describe`).

mod container;
mod environment;
mod events;
mod page;
mod pod;
mod probe;
mod volume;

pub use pod::pod;
