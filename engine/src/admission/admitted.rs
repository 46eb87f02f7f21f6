//! What admission made of a template: kept for as long as the template and everything that admission looked at stay the same, so
//! that replicas share one spec and cost one admission together.

use std::sync::Arc;

use super::{Refusal, chain, limit_ranger, service_account};
use crate::api::validation::{FieldError, Gates, validate_create};
use crate::api::{Kind, Labels, ObjectKey, ObjectMeta, Pod, PodSpec, Resource, json as read};
use crate::component::Context;
use crate::settings::Settings;
use crate::store::{Store, StoreError};

/// The verdict about the pods of one template.
#[derive(Debug, Default)]
pub struct Admitted(Option<Verdict>);

#[derive(Debug)]
struct Verdict {
    /// The template's parts, kept so that their addresses mean them only.
    spec: Arc<PodSpec>,
    labels: Labels,
    annotations: Labels,
    stamp: Stamp,
    /// The spec and annotations of the pods.
    admitted: Arc<PodSpec>,
    annotated: Labels,
    /// What the validating plugins say.
    validated: Result<(), Refusal>,
}

/// What admission depends on beside the template: revisions of objects, and settings.
type Stamp = [u64; 8];

impl Admitted {
    /// Puts the admitted spec in the place of the template's.
    ///
    /// # Errors
    /// What the mutating plugins refuse. The inner error is of the validating ones, who speak after the pod has its name.
    pub fn admit(&mut self, pod: &mut Pod, context: &Context<'_>) -> Result<Result<(), Refusal>, StoreError> {
        let stamp = stamp(pod, context.store, context.settings);
        let known = self.0.as_ref().filter(|known| {
            known.stamp == stamp
                && Arc::ptr_eq(&known.spec, &pod.spec)
                && Arc::ptr_eq(&known.labels, &pod.meta.labels)
                && Arc::ptr_eq(&known.annotations, &pod.meta.annotations)
        });
        let known = match known {
            Some(known) => known,
            None => self.0.insert(judge(pod, stamp, context.store, context.settings)?),
        };
        pod.spec = known.admitted.clone();
        pod.meta.annotations = known.annotated.clone();
        Ok(known.validated.clone())
    }
}

fn judge(pod: &Pod, stamp: Stamp, store: &Store, settings: &Settings) -> Result<Verdict, StoreError> {
    let namespace = &pod.meta.namespace;
    let mut spec = pod.spec.json.clone();
    let said = chain::mutate_pod(namespace, &mut spec, store, settings);
    let said = said.map_err(|refusal| refusal.of(Kind::POD, &pod.meta))?;
    let mut meta = ObjectMeta {
        annotations: pod.meta.annotations.clone(),
        ..ObjectMeta::default()
    };
    let mut validated = Ok(());
    if let Some(said) = said {
        meta.annotate(limit_ranger::ANNOTATION, said);
        // The template was valid when its owner was stored; only defaults of a LimitRange can have spoilt it since.
        let whole = Pod {
            meta: ObjectMeta::named(namespace.clone(), "name"),
            spec: Arc::new(PodSpec::from_json(spec.clone())),
            ..Pod::default()
        };
        validated = valid(&validate_create(Kind::POD, &whole.to_json(), Gates::of(settings)));
    }
    chain::finish_pod(namespace, &pod.meta.labels, &mut spec, store, settings);
    let admitted = Arc::new(PodSpec::from_json(spec));
    Ok(Verdict {
        spec: pod.spec.clone(),
        labels: pod.meta.labels.clone(),
        annotations: pod.meta.annotations.clone(),
        stamp,
        validated: validated
            .and_then(|()| chain::validate_pod(namespace, &pod.meta.annotations, &admitted, store, settings)),
        annotated: meta.annotations,
        admitted,
    })
}

fn valid(errors: &[FieldError]) -> Result<(), Refusal> {
    if errors.is_empty() {
        return Ok(());
    }
    Err(Refusal::Invalid(errors.iter().map(FieldError::to_string).collect()))
}

fn stamp(pod: &Pod, store: &Store, settings: &Settings) -> Stamp {
    let (objects, namespace) = (store.objects(), &pod.meta.namespace);
    let revision_of = |kind: Kind, key: ObjectKey| {
        let object = objects.object(kind, &key);
        object.map_or(0, |object| object.meta().resource_version)
    };
    let newest = |(count, newest): (u64, u64), revision: u64| (count + 1, newest.max(revision));
    let ranges = objects.of_kind_in(Kind::LIMIT_RANGE, namespace);
    let ranges = ranges.map(|range| range.meta().resource_version).fold((0, 0), newest);
    let classes = objects.of_kind(Kind::PRIORITY_CLASS);
    let classes = classes.map(|class| class.meta().resource_version).fold((0, 0), newest);
    let runtime = read::text(&pod.spec.json, "runtimeClassName");
    let runtime = match runtime.is_empty() {
        true => 0,
        false => 1 + revision_of(Kind::RUNTIME_CLASS, ObjectKey::cluster(runtime)),
    };
    let account = match settings.service_account_admission {
        true => {
            let name = service_account::account_of(&pod.spec.json);
            1 + revision_of(Kind::SERVICE_ACCOUNT, ObjectKey::new(namespace.clone(), name))
        }
        false => 0,
    };
    let namespace = revision_of(Kind::NAMESPACE, ObjectKey::cluster(namespace.clone()));
    let toleration = settings.default_toleration.as_secs();
    [
        ranges.0, ranges.1, classes.0, classes.1, runtime, account, namespace, toleration,
    ]
}
