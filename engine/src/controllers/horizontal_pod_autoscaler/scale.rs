//! What an autoscaler scales: the subresource `scale` of its target.

use serde_json::{Value, json};

use crate::api::{
    HorizontalPodAutoscaler, Kind, LabelSelector, ObjectKey, ScaleTarget, Selector, json as read, split_api_version,
};
use crate::apiserver::{ApiError, Patch, Request};
use crate::component::Context;
use crate::store::Store;

/// The kinds that have the subresource.
const SCALABLE: [Kind; 4] = [
    Kind::DEPLOYMENT,
    Kind::REPLICA_SET,
    Kind::STATEFUL_SET,
    Kind::REPLICATION_CONTROLLER,
];

/// How an object is scaled now.
#[derive(Debug, Clone)]
pub struct Scale {
    /// Its kind.
    pub kind: Kind,
    /// Namespace and name.
    pub key: ObjectKey,
    /// How many pods it asks for.
    pub replicas: i32,
    /// Which pods are its own.
    pub selector: LabelSelector,
    /// The same, ready to match.
    pub matcher: Selector,
}

/// The kind that a target names; the group decides, not the version.
pub fn kind_of(target: &ScaleTarget) -> Option<Kind> {
    let (group, _) = split_api_version(&target.api_version);
    Kind::all().find(|kind| kind.info().group == group && kind.name() == target.kind)
}

impl Scale {
    /// Reads the scale of an autoscaler's target.
    ///
    /// # Errors
    /// In the API server's words: there is no such kind or object, or it cannot be scaled.
    pub fn of(autoscaler: &HorizontalPodAutoscaler, store: &Store) -> Result<Self, String> {
        let target = &autoscaler.spec.target;
        let Some(kind) = kind_of(target) else {
            let (group, _) = split_api_version(&target.api_version);
            return Err(format!("no matches for kind \"{}\" in group \"{group}\"", target.kind));
        };
        if !SCALABLE.contains(&kind) {
            return Err(ApiError::no_resource().message);
        }
        let key = ObjectKey::new(autoscaler.meta.namespace.clone(), target.name.clone());
        let object = store.objects().object(kind, &key);
        let value = object
            .ok_or_else(|| ApiError::not_found(kind, &key.name).message)?
            .to_json();
        let spec = value.get("spec").unwrap_or(&Value::Null);
        let selector = if kind == Kind::REPLICATION_CONTROLLER {
            read::label_selector(Some(&json!({ "matchLabels": spec.get("selector") })))
        } else {
            read::label_selector(spec.get("selector"))
        };
        Ok(Scale {
            kind,
            key,
            replicas: read::int32(spec, "replicas").unwrap_or(1),
            matcher: selector.to_selector().unwrap_or_else(|_| Selector::nothing()),
            selector,
        })
    }

    /// Asks for another number of pods.
    ///
    /// # Errors
    /// What the API server refuses.
    pub fn update(&self, replicas: i32, context: &mut Context<'_>) -> Result<(), ApiError> {
        let patch = Patch::Merge(json!({ "spec": { "replicas": replicas } }));
        let mut request = Request {
            context,
            dry_run: false,
            manager: Default::default(),
            warnings: Vec::new(),
        };
        request.patch(self.kind, &self.key, &patch).map(drop)
    }
}
