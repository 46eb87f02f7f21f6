//! ResourceQuota: what the objects of a namespace may use together.
//!
//! The plugin ([`charge`]) writes what an object will use into the quota's status before the object is stored; the resource-quota
//! controller takes off what goes. Both count with the same [`evaluator`].
//!
//! Source: apiserver `plugin/resourcequota`, `pkg/quota/v1/evaluator`; documentation "Resource Quotas". Not modelled: resources
//! that are limited by default (`limitedResources`), the scope VolumeAttributesClass.

mod charge;
pub mod evaluator;
mod quota;
mod scope;

pub use charge::{charge, has_quotas};
pub use quota::Quota;
