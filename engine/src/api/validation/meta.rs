//! `metadata`: what the API server asks of every object's name, labels and owners (apimachinery's `api/validation/objectmeta.go`).

use super::fields::{Errors, IMMUTABLE, Path, Shown, flag, go_strings, list, map, number, part, text, texts};
use super::labels::{check_annotations, check_labels};
use super::names::{label_1035_errors, label_errors, path_segment_errors};
use crate::api::kind::Kind;
use crate::api::quote::go_quote;
use crate::api::selector::names::{qualified_name_errors, subdomain_errors};
use serde_json::Value;

type NameRule = fn(&str) -> Vec<String>;

/// What a kind asks of its objects' names.
fn name_rule(kind: Kind) -> NameRule {
    match kind {
        Kind::SERVICE => label_1035_errors,
        Kind::NAMESPACE | Kind::STATEFUL_SET => label_errors,
        // A budget's own checks leave the name to the ones that all objects share.
        Kind::POD_DISRUPTION_BUDGET
        | Kind::EVENT
        | Kind::ROLE
        | Kind::ROLE_BINDING
        | Kind::CLUSTER_ROLE
        | Kind::CLUSTER_ROLE_BINDING => path_segment_errors,
        _ => subdomain_errors,
    }
}

/// A prefix of a name may end in a dash, since something follows it.
fn prefix_stem(prefix: &str) -> String {
    match prefix.strip_suffix('-') {
        Some(rest) if !rest.is_empty() => {
            let mut stem = rest.to_owned();
            stem.pop();
            stem.push('a');
            stem
        }
        _ => prefix.to_owned(),
    }
}

pub(super) fn check_metadata(kind: Kind, object: &Value, errors: &mut Errors) {
    check_metadata_by(name_rule(kind), kind, object, errors);
}

/// What is asked of the objects of every kind alike, whose names only have to be usable in a URL.
pub(super) fn check_any_metadata(kind: Kind, object: &Value, errors: &mut Errors) {
    check_metadata_by(path_segment_errors, kind, object, errors);
}

fn check_metadata_by(rule: NameRule, kind: Kind, object: &Value, errors: &mut Errors) {
    let (metadata, path) = (part(object, "metadata"), Path::new("metadata"));
    let prefix = text(metadata, "generateName");
    if !prefix.is_empty() {
        errors.invalid_each(&path.at("generateName"), prefix, rule(&prefix_stem(prefix)));
    }
    match text(metadata, "name") {
        // The server makes the name before it validates.
        "" if prefix.is_empty() => errors.required(&path.at("name"), "name or generateName is required"),
        "" => {}
        name => errors.invalid_each(&path.at("name"), name, rule(name)),
    }
    let namespace = text(metadata, "namespace");
    if kind.is_namespaced() && !namespace.is_empty() {
        errors.invalid_each(&path.at("namespace"), namespace, label_errors(namespace));
    } else if !kind.is_namespaced() && !namespace.is_empty() {
        errors.forbidden(&path.at("namespace"), "not allowed on this type");
    }
    errors.nonnegative(metadata, "generation", &path);
    check_labels(map(metadata, "labels"), &path.at("labels"), errors);
    check_annotations(map(metadata, "annotations"), &path.at("annotations"), errors);
    check_owners(metadata, &path.at("ownerReferences"), errors);
    for finalizer in texts(metadata, "finalizers") {
        check_finalizer(finalizer, &path.at("finalizers"), errors);
    }
}

fn check_owners(metadata: &Value, path: &Path, errors: &mut Errors) {
    let mut controller: Option<&Value> = None;
    for owner in list(metadata, "ownerReferences") {
        let version = text(owner, "apiVersion").rsplit('/').next().unwrap_or_default();
        if version.is_empty() {
            errors.invalid(
                &path.at("apiVersion"),
                text(owner, "apiVersion"),
                "version must not be empty",
            );
        }
        for field in ["kind", "name", "uid"] {
            if text(owner, field).is_empty() {
                errors.invalid(&path.at(field), "", format!("{field} must not be empty"));
            }
        }
        if text(owner, "apiVersion") == "v1" && text(owner, "kind") == "Event" {
            errors.invalid(
                path,
                go_owner(owner),
                "/v1, Kind=Event is disallowed from being an owner",
            );
        }
        if flag(owner, "controller") {
            if let Some(first) = controller {
                let names = format!("{} and {}", text(first, "name"), text(owner, "name"));
                let detail = format!(
                    "Only one reference can have Controller set to true. Found \"true\" in references for {names}"
                );
                errors.invalid(path, Shown(String::from("[]v1.OwnerReference{}")), detail);
            }
            controller = Some(owner);
        }
    }
}

fn go_owner(owner: &Value) -> Shown {
    let quoted = |field: &str| go_quote(text(owner, field));
    let pointer = |field: &str| {
        if owner.get(field).is_some() {
            "(*bool)(<ptr>)"
        } else {
            "(*bool)(nil)"
        }
    };
    Shown(format!(
        "v1.OwnerReference{{APIVersion:{}, Kind:{}, Name:{}, UID:{}, Controller:{}, BlockOwnerDeletion:{}}}",
        quoted("apiVersion"),
        quoted("kind"),
        quoted("name"),
        quoted("uid"),
        pointer("controller"),
        pointer("blockOwnerDeletion"),
    ))
}

pub(super) fn check_finalizer(name: &str, path: &Path, errors: &mut Errors) {
    errors.invalid_each(path, name, qualified_name_errors(name));
    let is_standard = matches!(name, "orphan" | "foregroundDeletion" | "kubernetes");
    if !name.contains('/') && !is_standard {
        errors.invalid(
            path,
            name,
            "name is neither a standard finalizer name nor is it fully qualified",
        );
    }
}

/// What must not change in an update.
pub(super) fn check_metadata_update(new: &Value, old: &Value, errors: &mut Errors) {
    let (new, old, path) = (part(new, "metadata"), part(old, "metadata"), Path::new("metadata"));
    if old.get("deletionTimestamp").is_some() {
        let before = texts(old, "finalizers");
        let added: Vec<&str> = texts(new, "finalizers")
            .into_iter()
            .filter(|f| !before.contains(f))
            .collect();
        if !added.is_empty() {
            let detail = format!(
                "no new finalizers can be added if the object is being deleted, found new finalizers {}",
                go_strings(&added).0
            );
            errors.forbidden(&path.at("finalizers"), detail);
        }
    }
    if let (Some(new), Some(old)) = (number(new, "generation"), number(old, "generation"))
        && new < old
    {
        errors.invalid(&path.at("generation"), new, "must not be decremented");
    }
    for field in ["name", "namespace", "uid", "creationTimestamp"] {
        if !text(new, field).is_empty() && text(new, field) != text(old, field) {
            errors.invalid(&path.at(field), text(new, field), IMMUTABLE);
        }
    }
    check_labels(map(new, "labels"), &path.at("labels"), errors);
    check_annotations(map(new, "annotations"), &path.at("annotations"), errors);
    check_owners(new, &path.at("ownerReferences"), errors);
}
