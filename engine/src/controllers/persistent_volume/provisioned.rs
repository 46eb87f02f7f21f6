//! The volume that a provisioner makes for a claim: what it is, and which nodes reach it.
//!
//! Drivers differ, so this is a convention: `rancher.io/local-path` makes a folder on the chosen node, which only that node
//! reaches; other provisioners of host paths (`k8s.io/minikube-hostpath`) make folders that any node is taken to reach; everything
//! else is a CSI driver with network disks, which the nodes of one zone reach (label `topology.kubernetes.io/zone`), or all where
//! nodes have none. A volume for many nodes (`ReadWriteMany`) is a shared file system without a zone.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use smol_str::{SmolStr, format_smolstr};

use crate::api::{Inert, Kind, Node, ObjectKey};
use crate::settings::Settings;
use crate::sim::StableHasher;
use crate::storage::{Claim, Class, annotation};
use crate::store::{Objects, Store};

/// The label that says which zone a node is in.
const ZONE: &str = "topology.kubernetes.io/zone";
/// The label that is each node's own.
const HOSTNAME: &str = "kubernetes.io/hostname";
/// Makes folders on nodes that only these reach.
const LOCAL_PATH: &str = "rancher.io/local-path";
/// Keeps a volume until its storage is deleted (feature `HonorPVReclaimPolicy`, on since v1.31).
pub const FINALIZER: &str = "external-provisioner.volume.kubernetes.io/finalizer";

/// The name of the volume that is made for a claim.
pub fn volume_name(claim: &Claim) -> SmolStr {
    format_smolstr!("pvc-{}", claim.uid)
}

/// The volume that is made for a claim.
pub fn volume(claim: &Claim, class: &Class, store: &Store, settings: &Settings) -> Inert {
    let name = volume_name(claim);
    let provisioner = claim.provisioner.as_str();
    let mut annotations = json!({ annotation::PROVISIONED_BY: provisioner });
    let mut finalizers = vec!["kubernetes.io/pv-protection"];
    let source = source(claim, &name);
    if source.get("csi").is_some() {
        annotations["volume.kubernetes.io/provisioner-deletion-secret-name"] = "".into();
        annotations["volume.kubernetes.io/provisioner-deletion-secret-namespace"] = "".into();
        if settings.since(1, 31) {
            finalizers.insert(0, FINALIZER);
        }
    }
    let mut spec = json!({
        "accessModes": claim.modes.iter().map(SmolStr::as_str).collect::<Vec<_>>(),
        "capacity": { "storage": claim.request.to_string() },
        "claimRef": {
            "apiVersion": "v1", "kind": "PersistentVolumeClaim", "name": claim.key.name.as_str(),
            "namespace": claim.key.namespace.as_str(), "uid": claim.uid.as_str(),
        },
        "persistentVolumeReclaimPolicy": class.reclaim_policy.as_str(),
        "storageClassName": claim.class.as_str(),
        "volumeMode": claim.volume_mode.as_str(),
    });
    if !class.mount_options.is_empty() {
        spec["mountOptions"] = class
            .mount_options
            .iter()
            .map(SmolStr::as_str)
            .collect::<Vec<_>>()
            .into();
    }
    if let Some(affinity) = affinity(claim, class, store.objects()) {
        spec["nodeAffinity"] = affinity;
    }
    for (kind, value) in source.as_object().into_iter().flatten() {
        spec[kind.as_str()] = value.clone();
    }
    let metadata = json!({ "name": name.as_str(), "annotations": annotations, "finalizers": finalizers });
    let object = json!({ "metadata": metadata, "spec": spec, "status": { "phase": "Pending" } });
    Inert::from_json(Kind::PERSISTENT_VOLUME, object)
}

fn source(claim: &Claim, name: &str) -> Value {
    let provisioner = claim.provisioner.as_str();
    let (namespace, claim_name) = (&claim.key.namespace, &claim.key.name);
    if provisioner == LOCAL_PATH {
        let path = format!("/opt/local-path-provisioner/{name}_{namespace}_{claim_name}");
        json!({ "hostPath": { "path": path, "type": "DirectoryOrCreate" } })
    } else if provisioner.ends_with("hostpath") {
        json!({ "hostPath": { "path": format!("/tmp/hostpath-provisioner/{namespace}/{claim_name}"), "type": "" } })
    } else {
        let mut csi = json!({ "driver": provisioner, "volumeHandle": name });
        if claim.volume_mode == "Filesystem" {
            csi["fsType"] = "ext4".into();
        }
        json!({ "csi": csi })
    }
}

/// Which nodes reach the volume; none if all do.
fn affinity(claim: &Claim, class: &Class, objects: &Objects) -> Option<Value> {
    let node = objects.get::<Node>(&ObjectKey::cluster(claim.selected_node.clone()));
    let labels: Vec<(SmolStr, SmolStr)> = if claim.provisioner == LOCAL_PATH {
        vec![(SmolStr::new_static(HOSTNAME), claim.selected_node.clone())]
    } else if claim.provisioner.ends_with("hostpath") || claim.modes.iter().any(|mode| mode == "ReadWriteMany") {
        Vec::new()
    } else if let Some(node) = node {
        let value = |key: &SmolStr| Some((key.clone(), node.label(key)?.clone()));
        topology_keys(class).iter().filter_map(value).collect()
    } else {
        anywhere(claim, class, objects)
    };
    if labels.is_empty() {
        return None;
    }
    let expressions: Vec<Value> = (labels.iter())
        .map(|(key, value)| json!({ "key": key.as_str(), "operator": "In", "values": [value.as_str()] }))
        .collect();
    Some(json!({ "required": { "nodeSelectorTerms": [{ "matchExpressions": expressions }] } }))
}

/// The labels that say where a volume of the class can be.
fn topology_keys(class: &Class) -> Vec<SmolStr> {
    let keys: BTreeSet<SmolStr> = class.topologies.iter().flatten().map(|(key, _)| key.clone()).collect();
    match keys.is_empty() {
        true => vec![SmolStr::new_static(ZONE)],
        false => keys.into_iter().collect(),
    }
}

/// Where a volume is made that no pod has asked for yet: in one of the zones that have nodes, by the claim's name.
fn anywhere(claim: &Claim, class: &Class, objects: &Objects) -> Vec<(SmolStr, SmolStr)> {
    let keys = topology_keys(class);
    let allowed = |labels: &Vec<(SmolStr, SmolStr)>| {
        let holds = |(key, values): &(SmolStr, Vec<SmolStr>)| {
            labels.iter().any(|(of, value)| of == key && values.contains(value))
        };
        class.topologies.is_empty() || class.topologies.iter().any(|term| term.iter().all(holds))
    };
    let of_node = |node: &std::sync::Arc<Node>| -> Option<Vec<(SmolStr, SmolStr)>> {
        keys.iter()
            .map(|key| Some((key.clone(), node.label(key)?.clone())))
            .collect()
    };
    let places: BTreeSet<Vec<(SmolStr, SmolStr)>> = objects.all::<Node>().filter_map(of_node).filter(allowed).collect();
    let hash = StableHasher::of(&claim.key.name);
    let index = usize::try_from(hash % u64::try_from(places.len().max(1)).unwrap_or(1)).unwrap_or(0);
    places.into_iter().nth(index).unwrap_or_default()
}
