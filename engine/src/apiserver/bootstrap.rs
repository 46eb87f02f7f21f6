//! What is in every cluster before anybody applies anything: namespaces, the API server's own Service, the system's
//! PriorityClasses; and what is in every namespace.

use serde_json::{Value, json};

use crate::api::{Inert, Kind, Object, Resource, Service, Uid};
use crate::sim::StableHasher;
use crate::storage::standard_class;
use crate::store::Store;

/// The namespaces of every cluster.
const NAMESPACES: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

/// Fills a fresh store.
pub fn bootstrap(store: &mut Store) {
    for name in NAMESPACES {
        let namespace = json!({
            "metadata": { "name": name, "labels": { "kubernetes.io/metadata.name": name } },
            "spec": { "finalizers": ["kubernetes"] },
            "status": { "phase": "Active" },
        });
        // A fresh store refuses nothing.
        let _ = store.create_object(Object::from_json(Kind::NAMESPACE, namespace));
        furnish_namespace(store, name);
    }
    let _ = store.create(kubernetes_service());
    for class in system_priority_classes() {
        let _ = store.create_object(Object::from_json(Kind::PRIORITY_CLASS, class));
    }
}

/// Puts into a new namespace what pods there need to start: the default ServiceAccount, and the certificate that their token
/// volume holds.
///
/// kube-controller-manager's serviceaccount and root-ca-certificate-publisher controllers do this in the moment after the
/// namespace appears, and ServiceAccount admission waits for the account; that moment is not modelled.
pub fn furnish_namespace(store: &mut Store, name: &str) {
    // They can be there already where a namespace is made anew: then they stay.
    let _ = store.create_object(default_account(name).into());
    let _ = store.create_object(root_certificate(name).into());
}

/// The ServiceAccount of pods that name none.
pub fn default_account(namespace: &str) -> Inert {
    let account = json!({ "metadata": { "name": "default", "namespace": namespace } });
    Inert::from_json(Kind::SERVICE_ACCOUNT, account)
}

/// The certificate by which pods know the API server.
pub fn root_certificate(namespace: &str) -> Inert {
    let annotations = json!({ "kubernetes.io/description": DESCRIPTION });
    let metadata = json!({ "name": "kube-root-ca.crt", "namespace": namespace, "annotations": annotations });
    let certificate = json!({ "metadata": metadata, "data": { "ca.crt": CERTIFICATE } });
    Inert::from_json(Kind::CONFIG_MAP, certificate)
}

/// Gives a cluster without StorageClasses its default one.
pub fn provide_storage(store: &mut Store) {
    if store.objects().of_kind(Kind::STORAGE_CLASS).next().is_some() {
        return;
    }
    let mut class = Inert::from_json(Kind::STORAGE_CLASS, standard_class());
    // An identity of its own, so that no others are drawn differently because of it.
    class.meta.uid = Uid::from_random(u128::from(StableHasher::of("standard")));
    // There is no other.
    let _ = store.create_object(class.into());
}

/// Stands for a certificate: nothing here reads it.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n";
/// The annotation that the publisher writes.
const DESCRIPTION: &str = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as \
                           the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions \
                           of Kubernetes clusters.";

/// The PriorityClasses that every cluster has, for its own components (documentation "Pod Priority and Preemption").
fn system_priority_classes() -> [Value; 2] {
    let class = |name: &str, value: i64, description: &str| {
        json!({
            "metadata": { "name": name }, "value": value, "preemptionPolicy": "PreemptLowerPriority", "description": description,
        })
    };
    let cluster =
        "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.";
    let node = "Used for system critical pods that must not be moved from their current node.";
    [
        class("system-cluster-critical", 2_000_000_000, cluster),
        class("system-node-critical", 2_000_001_000, node),
    ]
}

/// The Service that every cluster has: the API server's own address, without a selector.
fn kubernetes_service() -> Service {
    let spec = json!({
        "clusterIP": "10.96.0.1", "clusterIPs": ["10.96.0.1"], "type": "ClusterIP", "sessionAffinity": "None",
        "internalTrafficPolicy": "Cluster", "ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack",
        "ports": [{ "name": "https", "port": 443, "protocol": "TCP", "targetPort": 6443 }],
    });
    let metadata = json!({
        "name": "kubernetes", "namespace": "default",
        "labels": { "component": "apiserver", "provider": "kubernetes" },
    });
    Service::from_json(json!({ "metadata": metadata, "spec": spec, "status": { "loadBalancer": {} } }))
}
