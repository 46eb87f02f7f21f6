//! ServiceAccount: the account that a pod acts as, and the volume with its token.
//!
//! The token volume's name is random per pod in reality; in the spec that replicas share a placeholder stands for it, which
//! [`render_token_volume`] replaces by a name derived from the pod's identity when the pod is shown. The placeholder is no valid
//! name, so it collides with no user's volume; that is why it is put in only after validation.
//!
//! Source: `plugin/pkg/admission/serviceaccount`; documentation "Configure Service Accounts for Pods". The real plugin waits a
//! moment for the default account of a new namespace; here it is there at once.

use serde_json::{Map, Value, json};
use smol_str::SmolStr;

use super::Refusal;
use crate::api::{Inert, Kind, ObjectKey, json as read};
use crate::sim::Random;
use crate::store::Store;

/// What the token volume is called in specs that pods share.
const TOKEN_VOLUME_PLACEHOLDER: &str = "kube-api-access-?????";
/// What every token volume's name begins with.
const TOKEN_VOLUME_PREFIX: &str = "kube-api-access-";
/// Where the token is mounted.
const TOKEN_MOUNT_PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// The account that a pod names, or else the default one.
pub fn account_of(spec: &Value) -> SmolStr {
    let named = ["serviceAccountName", "serviceAccount"].map(|field| read::text(spec, field));
    let named = named.into_iter().find(|name| !name.is_empty());
    named.unwrap_or_else(|| SmolStr::new_static("default"))
}

/// Gives a pod its account, and the account's pull secrets if it has none of its own.
pub fn mutate(namespace: &str, spec: &mut Value, store: &Store) -> Result<(), Refusal> {
    let name = account_of(spec);
    let Some(account) = find(namespace, &name, store) else {
        return Err(Refusal::because(format!(
            "error looking up service account {namespace}/{name}: serviceaccount \"{name}\" not found"
        )));
    };
    let Some(spec) = spec.as_object_mut() else {
        return Ok(());
    };
    for field in ["serviceAccountName", "serviceAccount"] {
        spec.insert(field.to_owned(), name.as_str().into());
    }
    let secrets = read::list(&account.body, "imagePullSecrets");
    let has_own = spec
        .get("imagePullSecrets")
        .and_then(Value::as_array)
        .is_some_and(|own| !own.is_empty());
    if !secrets.is_empty() && !has_own {
        spec.insert("imagePullSecrets".to_owned(), secrets.to_vec().into());
    }
    Ok(())
}

fn find<'a>(namespace: &str, name: &str, store: &'a Store) -> Option<&'a Inert> {
    let key = ObjectKey::new(namespace, name);
    store.objects().inert(Kind::SERVICE_ACCOUNT, &key).map(AsRef::as_ref)
}

/// Mounts the token in every container that mounts nothing else there, unless pod or account decline.
pub fn mount_token(namespace: &str, spec: &mut Value, store: &Store) {
    let declined = |value: &Value| {
        value
            .get("automountServiceAccountToken")
            .and_then(Value::as_bool)
            .map(|wanted| !wanted)
    };
    let account = find(namespace, &account_of(spec), store);
    let by_account = || account.and_then(|account| declined(&account.body));
    if declined(spec).or_else(by_account).unwrap_or(false) {
        return;
    }
    let mount = json!({ "name": TOKEN_VOLUME_PLACEHOLDER, "mountPath": TOKEN_MOUNT_PATH, "readOnly": true });
    let mounts_there = |container: &Value| {
        let mounts = read::list(container, "volumeMounts");
        mounts
            .iter()
            .any(|mount| read::text(mount, "mountPath") == TOKEN_MOUNT_PATH)
    };
    let Some(spec) = spec.as_object_mut() else { return };
    let mut mounted = false;
    for list in ["initContainers", "containers"] {
        let containers = spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten();
        for container in containers.filter(|container| !mounts_there(container)) {
            mounted |= push(container.as_object_mut(), "volumeMounts", mount.clone());
        }
    }
    if mounted {
        push(Some(spec), "volumes", token_volume());
    }
}

/// Adds an entry to a list, which may not be there yet; whether it could.
fn push(object: Option<&mut Map<String, Value>>, list: &str, entry: Value) -> bool {
    let list = object.map(|object| object.entry(list).or_insert_with(|| json!([])));
    match list.and_then(Value::as_array_mut) {
        Some(list) => {
            list.push(entry);
            true
        }
        None => false,
    }
}

fn token_volume() -> Value {
    let namespace =
        json!([{ "path": "namespace", "fieldRef": { "apiVersion": "v1", "fieldPath": "metadata.namespace" } }]);
    json!({
        "name": TOKEN_VOLUME_PLACEHOLDER,
        "projected": { "defaultMode": 420, "sources": [
            { "serviceAccountToken": { "expirationSeconds": 3607, "path": "token" } },
            { "configMap": { "name": "kube-root-ca.crt", "items": [{ "key": "ca.crt", "path": "ca.crt" }] } },
            { "downwardAPI": { "items": namespace } },
        ] },
    })
}

/// Gives the token volume in a shown spec its name, which follows from the pod's identity (`uid_bits`).
pub fn render_token_volume(spec: &mut Value, uid_bits: u64) {
    let is_placeholder = |value: &Value| read::text(value, "name") == TOKEN_VOLUME_PLACEHOLDER;
    if !read::list(spec, "volumes").iter().any(is_placeholder) {
        return;
    }
    let name = format!("{TOKEN_VOLUME_PREFIX}{}", Random::new(uid_bits).name_suffix(5));
    let rename = |list: Option<&mut Value>| {
        for entry in list.and_then(Value::as_array_mut).into_iter().flatten() {
            if is_placeholder(entry) {
                entry["name"] = name.as_str().into();
            }
        }
    };
    rename(spec.get_mut("volumes"));
    for list in ["initContainers", "containers"] {
        for container in spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            rename(container.get_mut("volumeMounts"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admission::chain::tests::admitted;

    #[test]
    fn token_volumes_are_named_by_the_pod() {
        let mut spec = admitted(json!({ "containers": [{ "name": "app", "image": "app" }] }));
        render_token_volume(&mut spec, 7);
        let name = read::text(&spec["volumes"][0], "name");
        assert!(name.starts_with("kube-api-access-") && !name.contains('?'), "{name}");
        assert_eq!(read::text(&spec["containers"][0]["volumeMounts"][0], "name"), name);
        let spec = admitted(json!({ "containers": [], "automountServiceAccountToken": false }));
        assert_eq!(spec.get("volumes"), None);
    }
}
