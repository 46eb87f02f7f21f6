//! What PodSecurity does when a namespace's labels are written: it refuses labels that name no standard, and warns of pods that are
//! there already and that a new, stricter standard would not let in. Nothing happens to those pods.
//!
//! Source: `k8s.io/pod-security-admission/admission` (`ValidateNamespace`, `EvaluatePodsInNamespace`); documentation "Enforce Pod
//! Security Standards with Namespace Labels". Not modelled: the limits on how many pods are looked at, and for how long.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use super::{PodLook, Policy};
use crate::admission::Refusal;
use crate::api::{Labels, Pod, Uid};
use crate::settings::Settings;
use crate::store::Store;

/// The standards, from the weakest to the strictest.
const LEVELS: [&str; 3] = ["privileged", "baseline", "restricted"];
/// The modes, in the order in which their labels are read.
const MODES: [&str; 3] = ["enforce", "audit", "warn"];

/// Refuses labels that name no standard or version, unless they were there `before`.
///
/// # Errors
/// What is wrong with which label.
pub fn check_labels(labels: &Labels, before: Option<&Labels>) -> Result<(), Refusal> {
    let errors = errors(labels);
    let is_known = before.is_some_and(|before| self::errors(before) == errors);
    if errors.is_empty() || is_known {
        Ok(())
    } else {
        Err(Refusal::Invalid(errors))
    }
}

fn errors(labels: &Labels) -> Vec<String> {
    let mut errors = Vec::new();
    for mode in MODES {
        let level = format!("pod-security.kubernetes.io/{mode}");
        let version = format!("{level}-version");
        let mut note = |label: &str, is_valid: fn(&str) -> bool, expected: &str| {
            if let Some(value) = labels.get(label).filter(|value| !is_valid(value)) {
                errors.push(format!(
                    "metadata.labels[{label}]: Invalid value: {value:?}: {expected}"
                ));
            }
        };
        let levels = format!("must be one of {}", LEVELS.join(", "));
        note(&level, |value| LEVELS.contains(&value), &levels);
        note(&version, is_version, "must be \"latest\" or \"v1.x\"");
    }
    errors
}

fn is_version(text: &str) -> bool {
    let minor = |text: &str| {
        let digits = text.strip_prefix("v1.").filter(|digits| !digits.is_empty());
        digits.is_some_and(|digits| {
            digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'))
        })
    };
    text == "latest" || minor(text)
}

/// Warnings about the pods of a namespace that its new labels would not let in.
pub fn warn_of_pods(name: &str, labels: &Labels, before: &Labels, store: &Store, settings: &Settings) -> Vec<String> {
    let Some(policy) = Policy::of(labels, "enforce") else {
        return Vec::new();
    };
    let strictness = |policy: &Policy| LEVELS.iter().position(|level| *level == policy.level);
    let is_no_stricter = |old: &Policy| old.version == policy.version && strictness(&policy) <= strictness(old);
    if Policy::of(before, "enforce").is_some_and(|old| is_no_stricter(&old)) {
        return Vec::new();
    }
    // Of the pods of one owner one speaks for all.
    let mut owners: BTreeSet<Uid> = BTreeSet::new();
    let mut found: BTreeMap<String, (SmolStr, usize)> = BTreeMap::new();
    for pod in store.objects().all_in::<Pod>(name) {
        let is_first = pod.meta.controller().is_none_or(|owner| owners.insert(owner.uid));
        let look = PodLook {
            annotations: &pod.meta.annotations,
            spec: &pod.spec.json,
        };
        let reasons: Vec<String> = match is_first {
            true => policy
                .found(look, settings)
                .into_iter()
                .map(|violation| violation.reason)
                .collect(),
            false => Vec::new(),
        };
        if !reasons.is_empty() {
            let entry = found
                .entry(reasons.join(", "))
                .or_insert_with(|| (pod.meta.name.clone(), 0));
            entry.0 = entry.0.clone().min(pod.meta.name.clone());
            entry.1 += 1;
        }
    }
    if found.is_empty() {
        return Vec::new();
    }
    let Policy { level, version } = &policy;
    let mut pods: Vec<String> = (found.into_iter())
        .map(|(reasons, (pod, count))| match count {
            1 => format!("{pod}: {reasons}"),
            2 => format!("{pod} (and 1 other pod): {reasons}"),
            _ => format!("{pod} (and {} other pods): {reasons}", count - 1),
        })
        .collect();
    pods.sort();
    let all = format!(
        "existing pods in namespace \"{name}\" violate the new PodSecurity enforce level \"{level}:{version}\""
    );
    std::iter::once(all).chain(pods).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_name_standards_and_versions() {
        let check = |label: &str, value: &str, expect: Option<&str>| {
            let key = format!("pod-security.kubernetes.io/{label}");
            let labels = Labels::new([(key.as_str().into(), value.into())].into());
            let expect = match expect {
                None => Ok(()),
                Some(expect) => Err(Refusal::Invalid(vec![format!(
                    "metadata.labels[{key}]: Invalid value: {value:?}: {expect}"
                )])),
            };
            assert_eq!(check_labels(&labels, None), expect);
            assert_eq!(check_labels(&labels, Some(&labels)), Ok(()), "it was there before");
        };
        check("enforce", "baseline", None);
        check(
            "enforce",
            "bogus",
            Some("must be one of privileged, baseline, restricted"),
        );
        check(
            "warn",
            "Restricted",
            Some("must be one of privileged, baseline, restricted"),
        );
        for version in ["latest", "v1.0", "v1.34"] {
            check("audit-version", version, None);
        }
        for version in ["1.34", "v1", "v1.", "v1.x", "v1.01", "v2.0"] {
            check("audit-version", version, Some("must be \"latest\" or \"v1.x\""));
        }
    }
}
