//! The API server's request path: what happens to an object between the wire and the store.
//!
//! Requests come in as external JSON that the strict decoder has accepted. Each is defaulted, validated, admitted, completed
//! (addresses, initial status) and only then becomes a lean object in the store; components, which write lean objects
//! themselves, do not come this way. A refused request changes nothing.
//!
//! `metadata.managedFields` is left out of what is shown, as kubectl leaves it out; see [`with_managed_fields`]. Deliberately not
//! modelled: conversion between API versions, authentication.

mod apply;
mod bootstrap;
mod deprecations;
mod error;
mod eviction;
mod given;
mod patch;
mod preconditions;
mod release;
mod request;
pub mod rest;
mod service_address;
mod subresources;

pub use apply::ApplyOptions;
pub(crate) use bootstrap::{bootstrap, default_account, provide_storage, root_certificate};
pub use error::{About, ApiError, Cause, Reason};
pub use patch::{FieldValidation, Patch};
pub(crate) use release::in_release;
pub use request::{Request, external, with_managed_fields};
