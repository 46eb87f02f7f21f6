//! The pod template of a workload.

use serde_json::Value;

use super::container::containers;
use super::page::Page;
use super::pod::{tolerations, topology_spread};
use super::volume::volumes;
use crate::kubectl::field;

/// Adds a pod template.
pub fn template(page: &mut Page, template: &Value) {
    page.line(0, "Pod Template:");
    page.labels("  Labels", field::map(template, "metadata.labels"));
    let annotations = field::map(template, "metadata.annotations").filter(|annotations| !annotations.is_empty());
    if annotations.is_some() {
        page.annotations("  Annotations", annotations);
    }
    page.field_if_set(1, "Service Account", field::text(template, "spec.serviceAccountName"));
    if !field::items(template, "spec.initContainers").is_empty() {
        containers(page, "  Init Containers", template, "initContainers", "");
    }
    containers(page, "  Containers", template, "containers", "");
    volumes(page, "  Volumes", field::items(template, "spec.volumes"));
    topology_spread(page, "  Topology Spread Constraints", template);
    page.field_if_set(
        1,
        "Priority Class Name",
        field::text(template, "spec.priorityClassName"),
    );
    page.labels("  Node-Selectors", field::map(template, "spec.nodeSelector"));
    tolerations(page, "  Tolerations", template);
}

/// A pod template as `kubectl rollout history --revision` prints it: with its tabs.
pub fn template_text(object: &Value) -> String {
    let mut page = Page::default();
    template(&mut page, object);
    page.raw()
}
