//! ValidatingAdmissionWebhook: a webhook that somebody has registered for new pods, and that denies them or does not answer.
//!
//! Webhooks are faults here, not objects: see [`Interference`](crate::interference::Interference). A request that waits for one that
//! does not answer hangs until its time is up: a controller's worker with it, which therefore says nothing about its workload
//! meanwhile, and a person at the terminal. Source: apiserver `plugin/pkg/admission/webhook`; documentation "Dynamic Admission
//! Control" (`failurePolicy: Fail`, `timeoutSeconds: 10`).

use super::Refusal;
use crate::api::{ObjectMeta, Uid};
use crate::component::Context;
use crate::interference::WebhookFault;

/// Asks the webhooks whether a new pod may be stored. What a controller's request has waited for is known by the pod's owner.
///
/// # Errors
/// They deny it, or do not answer; [`Refusal::Hangs`] as long as that is waited for.
pub fn validate(pod: &ObjectMeta, by_controller: bool, context: &mut Context<'_>) -> Result<(), Refusal> {
    let (now, timeout) = (context.now, context.settings.webhook_timeout);
    let interference = context.environment.interference_mut();
    let Some((fault, name, how)) = interference.webhook() else {
        return Ok(());
    };
    let refusal = match how {
        WebhookFault::Denies => Refusal::Denied(format!(
            "admission webhook \"{name}\" denied the request: pods are not allowed"
        )),
        WebhookFault::DoesNotAnswer => Refusal::Internal(format!(
            "failed calling webhook \"{name}\": failed to call webhook: Post \
             \"https://{name}.default.svc:443/?timeout={}s\": context deadline exceeded",
            timeout.as_secs()
        )),
    };
    let wait = match (how, owner(pod).filter(|_| by_controller)) {
        (WebhookFault::Denies, _) => None,
        (WebhookFault::DoesNotAnswer, Some(owner)) => interference.hang(owner, now, timeout),
        (WebhookFault::DoesNotAnswer, None) => {
            interference.hang_client(timeout);
            None
        }
    };
    context.environment.faults_mut().strike(fault, 1);
    Err(wait.map_or(refusal, Refusal::Hangs))
}

fn owner(pod: &ObjectMeta) -> Option<Uid> {
    pod.controller().map(|owner| owner.uid)
}
