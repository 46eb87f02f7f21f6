//! What must hold: a tense, a subject, a predicate.

mod anything;
mod containers;
mod events;
mod history;
mod kubectl;
mod nodes;
mod objects;
mod order;
mod pods;
mod reachability;
mod services;
mod spreading;
mod storage;
mod workloads;
