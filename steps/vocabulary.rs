//! The sources of the step functions, from which the catalogue of expressions is read.

/// Path as `file!()` gives it (its end), and text.
pub(crate) const SOURCES: &[(&str, &str)] = &[
    ("steps/given/cluster.rs", include_str!("given/cluster.rs")),
    ("steps/given/behaviours.rs", include_str!("given/behaviours.rs")),
    ("steps/given/objects.rs", include_str!("given/objects.rs")),
    ("steps/given/static_pods.rs", include_str!("given/static_pods.rs")),
    ("steps/when/faults/nodes.rs", include_str!("when/faults/nodes.rs")),
    (
        "steps/when/faults/control_plane.rs",
        include_str!("when/faults/control_plane.rs"),
    ),
    ("steps/when/faults/images.rs", include_str!("when/faults/images.rs")),
    ("steps/when/faults/pods.rs", include_str!("when/faults/pods.rs")),
    ("steps/when/faults/volumes.rs", include_str!("when/faults/volumes.rs")),
    ("steps/when/faults/storage.rs", include_str!("when/faults/storage.rs")),
    ("steps/when/kubectl.rs", include_str!("when/kubectl.rs")),
    ("steps/when/time.rs", include_str!("when/time.rs")),
    ("steps/then/pods.rs", include_str!("then/pods.rs")),
    ("steps/then/containers.rs", include_str!("then/containers.rs")),
    ("steps/then/workloads.rs", include_str!("then/workloads.rs")),
    ("steps/then/spreading.rs", include_str!("then/spreading.rs")),
    ("steps/then/nodes.rs", include_str!("then/nodes.rs")),
    ("steps/then/reachability.rs", include_str!("then/reachability.rs")),
    ("steps/then/services.rs", include_str!("then/services.rs")),
    ("steps/then/objects.rs", include_str!("then/objects.rs")),
    ("steps/then/storage.rs", include_str!("then/storage.rs")),
    ("steps/then/anything.rs", include_str!("then/anything.rs")),
    ("steps/then/kubectl.rs", include_str!("then/kubectl.rs")),
    ("steps/then/events.rs", include_str!("then/events.rs")),
    ("steps/then/history.rs", include_str!("then/history.rs")),
    ("steps/then/order.rs", include_str!("then/order.rs")),
];
