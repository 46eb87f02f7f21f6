//! What every namespace has: its default ServiceAccount, and the certificate of the API server. Two controllers see to it, each
//! to its own object; who deletes or changes one finds it as it was a moment later.
//!
//! Source: kube-controller-manager `pkg/controller/serviceaccount` and `pkg/controller/certificates/rootcacertpublisher`. A new
//! namespace gets both from the API server here ([`furnish_namespace`](crate::apiserver)), so nothing needs to wait for them. Not
//! modelled: tokens (Secrets of old; today's are projected into pods).

use super::{ControllerId, WorkQueue};
use crate::api::{Inert, Kind, ObjectKey};
use crate::apiserver::{default_account, root_certificate};
use crate::component::Context;
use crate::sim::Seed;
use crate::store::Change;

/// One of the two controllers.
#[derive(Debug)]
pub struct NamespaceDefault {
    queue: WorkQueue,
    /// Makes the object for a namespace.
    make: fn(&str) -> Inert,
    /// Its kind and name.
    what: (Kind, &'static str),
}

impl NamespaceDefault {
    /// The serviceaccount controller.
    pub fn service_account(seed: Seed) -> Self {
        Self::new(
            ControllerId::ServiceAccount,
            seed,
            default_account,
            (Kind::SERVICE_ACCOUNT, "default"),
        )
    }

    /// The root CA certificate publisher.
    pub fn root_certificate(seed: Seed) -> Self {
        let what = (Kind::CONFIG_MAP, "kube-root-ca.crt");
        Self::new(ControllerId::RootCertificate, seed, root_certificate, what)
    }

    fn new(id: ControllerId, seed: Seed, make: fn(&str) -> Inert, what: (Kind, &'static str)) -> Self {
        NamespaceDefault {
            queue: WorkQueue::new(id, seed, id.name()),
            make,
            what,
        }
    }

    /// See [`Component::observe`](crate::component::Component::observe).
    pub fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        // A change, not a creation: that is the API server's own, or this controller's.
        let meta = change.object().meta();
        if change.before.is_some() && meta.name == self.what.1 && change.object().kind() == self.what.0 {
            self.queue.add(ObjectKey::cluster(meta.namespace.clone()), context);
        }
    }

    /// Puts one namespace right.
    pub fn run(&mut self, namespace: &ObjectKey, context: &mut Context<'_>) {
        if !self.queue.take(namespace, context.now) {
            return;
        }
        let wanted = (self.make)(&namespace.name);
        let key = wanted.meta.key();
        match context.store.objects().inert(self.what.0, &key).cloned() {
            // In a namespace that goes, nothing is made any more.
            None => drop(context.store.create_object(wanted.into())),
            Some(present) if present.body.get("data") != wanted.body.get("data") => {
                let restored = Inert {
                    body: wanted.body,
                    ..present.as_ref().clone()
                };
                // It was read at this very instant.
                let _ = context.store.update_object(restored.into());
            }
            Some(_) => {}
        }
    }
}
