//! The plugins in the API server's order: what changes an object before it is validated, and what may refuse it afterwards.

use serde_json::{Map, Value};

use super::pod_security::PodLook;
use super::{
    Refusal, claim_resize, default_tolerations, label_keys, limit_ranger, pod_security, priority, resource_quota,
    runtime_class, schedule_zone, service_account, taint_nodes, webhook,
};
use crate::api::{Kind, Labels, Object, ObjectMeta, PodSpec};
use crate::component::Context;
use crate::settings::Settings;
use crate::storage::assign_default_class;
use crate::store::{Store, StoreError};

/// Lets the mutating plugins complete a new object, given as external JSON.
///
/// # Errors
/// What a plugin refuses; the object is then to be thrown away.
pub fn mutate(kind: Kind, value: &mut Value, context: &Context<'_>) -> Result<(), StoreError> {
    match kind {
        Kind::POD => {
            let meta = ObjectMeta::from_json(value.get("metadata").unwrap_or(&Value::Null));
            let said = match value.get_mut("spec") {
                Some(spec) => mutate_pod(&meta.namespace, spec, context.store, context.settings),
                None => Ok(None),
            };
            if let Some(said) = said.map_err(|refusal| refusal.of(kind, &meta))? {
                annotate(value, limit_ranger::ANNOTATION, &said);
            }
        }
        Kind::NODE => taint_nodes::mutate(value),
        // DefaultStorageClass.
        Kind::PERSISTENT_VOLUME_CLAIM => {
            assign_default_class(value, context.store.objects());
        }
        _ => {}
    }
    Ok(())
}

fn annotate(object: &mut Value, key: &str, text: &str) {
    let metadata = object.get_mut("metadata").and_then(Value::as_object_mut);
    let Some(annotations) = metadata.map(|metadata| metadata.entry("annotations").or_insert(Value::Null)) else {
        return;
    };
    if annotations.is_null() {
        *annotations = Value::Object(Map::new());
    }
    if let Some(annotations) = annotations.as_object_mut() {
        annotations.insert(key.to_owned(), text.into());
    }
}

/// What becomes of a valid pod before it is stored: selectors take over its labels, the token volume is mounted.
pub fn finish_pod(namespace: &str, labels: &Labels, spec: &mut Value, store: &Store, settings: &Settings) {
    if let Some(spec) = spec.as_object_mut() {
        label_keys::merge(spec, labels);
    }
    if settings.service_account_admission {
        service_account::mount_token(namespace, spec, store);
    }
}

/// The mutating plugins that are about pods. Returns what LimitRanger annotates the pod with.
pub(super) fn mutate_pod(
    namespace: &str,
    spec: &mut Value,
    store: &Store,
    settings: &Settings,
) -> Result<Option<String>, Refusal> {
    let said = spec
        .as_object_mut()
        .and_then(|spec| limit_ranger::mutate(namespace, spec, store));
    if settings.service_account_admission {
        service_account::mutate(namespace, spec, store)?;
    }
    if let Some(spec) = spec.as_object_mut() {
        priority::mutate(spec, store)?;
        default_tolerations::mutate(spec, settings);
        runtime_class::mutate(spec, store)?;
    }
    Ok(said)
}

/// Lets the validating plugins look at an object that is to be stored in the place of `live`, and charges quotas for it unless
/// that is a `dry_run`.
///
/// # Errors
/// What a plugin refuses.
pub fn validate(
    object: &Object,
    live: Option<&Object>,
    dry_run: bool,
    context: &mut Context<'_>,
) -> Result<(), StoreError> {
    let meta = object.meta();
    let checked = match object {
        Object::Pod(pod) if live.is_none() => {
            let validated = validate_pod(
                &meta.namespace,
                &meta.annotations,
                &pod.spec,
                context.store,
                context.settings,
            );
            validated.and_then(|()| webhook::validate(meta, false, context))
        }
        Object::Inert(claim) if claim.kind == Kind::PERSISTENT_VOLUME_CLAIM => {
            let limited = limit_ranger::validate_claim(&meta.namespace, &claim.body, context.store);
            limited.and_then(|()| live.map_or(Ok(()), |live| claim_resize::validate(claim, live, context.store)))
        }
        Object::Inert(namespace) if namespace.kind == Kind::NAMESPACE => {
            pod_security::check_labels(&meta.labels, live.map(|live| &live.meta().labels))
        }
        Object::CronJob(_) => schedule_zone::validate(object, live, context.settings),
        _ => Ok(()),
    };
    let charged = checked.and_then(|()| resource_quota::charge(object, live, dry_run, context.store));
    charged.map_err(|refusal| refusal.of(object.kind(), meta))
}

/// The validating plugins whose verdict follows from a pod's spec and annotations: all replicas of a template share it.
pub(super) fn validate_pod(
    namespace: &str,
    annotations: &Labels,
    spec: &PodSpec,
    store: &Store,
    settings: &Settings,
) -> Result<(), Refusal> {
    limit_ranger::validate_pod(namespace, spec, store)?;
    let look = PodLook {
        annotations,
        spec: &spec.json,
    };
    pod_security::validate(namespace, look, store, settings)?;
    runtime_class::validate(&spec.json, store)
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::Timestamp;
    use crate::apiserver::bootstrap;
    use crate::sim::Seed;

    /// The store of a cluster to which nobody has done anything.
    pub fn fresh_store() -> Store {
        let mut store = Store::new(Seed(1), Timestamp::DEFAULT_EPOCH, 1_000);
        bootstrap(&mut store);
        store
    }

    /// A spec in the namespace default of a fresh cluster, as it is stored.
    pub fn admitted(mut spec: Value) -> Value {
        let (store, settings) = (fresh_store(), Settings::default());
        let said = mutate_pod("default", &mut spec, &store, &settings);
        assert_eq!(said, Ok(None));
        finish_pod("default", &Labels::default(), &mut spec, &store, &settings);
        spec
    }

    #[test]
    fn a_pod_gets_what_it_does_not_say() {
        let spec = admitted(json!({ "containers": [{ "name": "app" }], "priorityClassName": "system-node-critical" }));
        assert_eq!(spec["priority"], 2_000_001_000);
        assert_eq!(spec["serviceAccountName"], "default");
        assert_eq!(spec["tolerations"].as_array().map(Vec::len), Some(2));
    }
}
