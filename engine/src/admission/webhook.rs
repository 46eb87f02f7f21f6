//! ValidatingAdmissionWebhook: a webhook that somebody has registered for new pods, and that denies them or does not answer.
//!
//! Webhooks are faults here, not objects: see [`Interference`](crate::interference::Interference). Source: apiserver
//! `plugin/pkg/admission/webhook`; documentation "Dynamic Admission Control" (`failurePolicy: Fail`, `timeoutSeconds: 10`). Not
//! modelled: the ten seconds for which a request hangs before it fails.

use super::Refusal;
use crate::environment::Environment;
use crate::interference::WebhookFault;

/// Asks the webhooks whether a new pod may be stored.
pub fn validate(environment: &mut Environment) -> Result<(), Refusal> {
    let Some((fault, name, how)) = environment.interference().webhook() else {
        return Ok(());
    };
    let refusal = match how {
        WebhookFault::Denies => Refusal::Denied(format!(
            "admission webhook \"{name}\" denied the request: pods are not allowed"
        )),
        WebhookFault::DoesNotAnswer => Refusal::Internal(format!(
            "failed calling webhook \"{name}\": failed to call webhook: Post \"https://{name}.default.svc:443/?timeout=10s\": \
             context deadline exceeded"
        )),
    };
    environment.faults_mut().strike(fault, 1);
    Err(refusal)
}
