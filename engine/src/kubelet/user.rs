//! Whether a container may run as the user that it would run as: `runAsNonRoot`.
//!
//! Source: kubelet `kuberuntime/security_context_others.go` (`verifyRunAsNonRoot`); documentation "Configure a Security Context". The
//! user of an image is known of Docker Hub's official ones (`nginx`, `busybox` …) only: they start as root. Any other image is taken
//! to be one that may run so, since whoever asks for it will have built it so.

use serde_json::Value;

use super::work::PodWork;
use crate::runtime::behaviour::normalized_reference;

/// Where Docker Hub keeps its official images.
const OFFICIAL: &str = "docker.io/library/";

impl PodWork<'_, '_> {
    /// Whether a container would run as root though it must not.
    ///
    /// # Errors
    /// The kubelet's words.
    pub fn check_user(&self, container: usize) -> Result<(), String> {
        let Some(spec) = self.slot.container(container) else {
            return Ok(());
        };
        if self.security(container, "runAsNonRoot").and_then(Value::as_bool) != Some(true) {
            return Ok(());
        }
        let whose = format!("(pod: \"{}\", container: {})", self.pod_text(), spec.name);
        match self.security(container, "runAsUser").and_then(Value::as_i64) {
            Some(0) => Err(format!("container's runAsUser breaks non-root policy {whose}")),
            Some(_) => Ok(()),
            None if normalized_reference(&spec.image).starts_with(OFFICIAL) => {
                Err(format!("container has runAsNonRoot and image will run as root {whose}"))
            }
            None => Ok(()),
        }
    }

    /// A field of the security context: the container's own, or the pod's.
    fn security(&self, container: usize, field: &str) -> Option<&Value> {
        let own = self
            .container_json(container)
            .and_then(|json| json.get("securityContext")?.get(field));
        own.or_else(|| self.slot.pod.spec.json.get("securityContext")?.get(field))
    }
}
