//! Creating and deleting a workload's pods, with the events that tell of it.
//!
//! Source: kube-controller-manager `pkg/controller/controller_utils.go` (`RealPodControl`).

use std::sync::Arc;

use crate::admission::Admitted;
use crate::api::{Kind, LabelSelector, ObjectKey, ObjectMeta, Pod, Selector};
use crate::component::Context;
use crate::events::Report;
use crate::store::{DeleteOptions, Store, StoreError, Stored};
use crate::{admission, component};

/// Who creates and deletes: the controller's name in events.
#[derive(Debug, Clone, Copy)]
pub struct PodControl(pub &'static str);

impl PodControl {
    /// Creates a pod; says so, or says why not, in an event about its owner. In a namespace that is going, nothing is said.
    /// `admitted` remembers what admission made of the template whose spec the pod brings.
    pub fn create<T: Stored>(
        self,
        owner: &T,
        pod: Pod,
        admitted: &mut Admitted,
        context: &mut Context<'_>,
    ) -> Result<Arc<Pod>, StoreError> {
        let created = admission::create_pod(pod, admitted, context);
        match &created {
            Ok(pod) => self.report(
                owner,
                Report::normal(self.0, "SuccessfulCreate", format!("Created pod: {}", pod.meta.name)),
                context,
            ),
            // Nothing can be said of a request that still hangs.
            Err(StoreError::NamespaceTerminating(..) | StoreError::Hangs(_)) => {}
            Err(error) => self.report(
                owner,
                Report::warning(self.0, "FailedCreate", format!("Error creating: {error}")),
                context,
            ),
        }
        created
    }

    /// Deletes a pod and says so in an event about its owner.
    pub fn delete<T: Stored>(self, owner: &T, pod: &ObjectMeta, context: &mut Context<'_>) {
        if context
            .store
            .delete(Kind::POD, &pod.key(), DeleteOptions::default())
            .is_ok()
        {
            let report = Report::normal(self.0, "SuccessfulDelete", format!("Deleted pod: {}", pod.name));
            self.report(owner, report, context);
        }
    }

    /// Writes an event about the owner.
    pub fn report<T: Stored>(self, owner: &T, report: Report<'_>, context: &mut Context<'_>) {
        let component::Context {
            store,
            settings,
            events,
            ..
        } = context;
        events.record(store, settings, owner, report);
    }
}

/// Takes in pods that match, have no owner and may be members; lets go of those that match no more.
pub fn claim<T: Stored>(
    owner: &T,
    selector: &LabelSelector,
    matcher: &Selector,
    is_member: impl Fn(&Pod) -> bool,
    store: &mut Store,
) {
    let meta = owner.meta();
    let released: Vec<ObjectKey> = (store.objects().owned::<Pod>(meta.uid))
        .filter(|pod| !matcher.matches(&pod.meta.labels) && !pod.meta.is_deleted())
        .map(|pod| pod.meta.key())
        .collect();
    for pod in released {
        store.modify::<Pod>(&pod, |pod| pod.meta.owners.retain(|owner| owner.uid != meta.uid));
    }
    if meta.is_deleted() {
        return;
    }
    let selected = store.objects().pods_selected(&meta.namespace, selector, matcher);
    let adopted: Vec<ObjectKey> = (selected.into_iter())
        .filter(|pod| pod.meta.controller().is_none() && pod.is_active() && is_member(pod))
        .map(|pod| pod.meta.key())
        .collect();
    let reference = super::controller_reference(T::KIND, meta);
    for pod in adopted {
        store.modify::<Pod>(&pod, |pod| pod.meta.owners.push(reference.clone()));
    }
}

/// The name of the workload of this kind that controls a pod.
pub fn owner_key(pod: &Pod, kind: Kind) -> Option<ObjectKey> {
    let owner = pod.meta.controller().filter(|owner| owner.kind == kind.name())?;
    Some(ObjectKey::new(pod.meta.namespace.clone(), owner.name.clone()))
}
