//! DynamicResources: only what it says. Resource claims are not modelled, so its PostFilter never finds one to deallocate.
//!
//! Documentation: "Dynamic Resource Allocation", on by default since v1.34.

/// What its PostFilter says before preemption is asked.
pub const NO_CLAIMS: &str = "no new claims to deallocate";
/// What its PostFilter ends with where PreFilter has refused the pod: it misses its own state, and preemption is not asked.
pub const NO_STATE: &str = "not found";
