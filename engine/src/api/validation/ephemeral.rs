//! Ephemeral containers, which are added to a pod that is there.

use super::container::check_debug_container;
use super::error::FieldError;
use super::fields::{Errors, Path, list, part, set, text};
use super::meta::check_metadata_update;
use serde_json::Value;

/// What such a container cannot have.
const FORBIDDEN: [&str; 8] = [
    "ports",
    "livenessProbe",
    "readinessProbe",
    "startupProbe",
    "lifecycle",
    "resources",
    "resizePolicy",
    "restartPolicy",
];

/// What the API server refuses in a pod that gets other ephemeral containers.
pub fn validate_ephemeral_update(new: &Value, old: &Value) -> Vec<FieldError> {
    let mut errors = Errors::default();
    let (spec, path) = (part(new, "spec"), Path::new("spec"));
    let volumes: Vec<&str> = list(spec, "volumes")
        .iter()
        .map(|volume| text(volume, "name"))
        .collect();
    check_metadata_update(new, old, &mut errors);
    check_ephemeral_containers(spec, &volumes, &path, &mut errors);
    check_ephemeral_update(new, old, &mut errors);
    errors.0
}

fn check_ephemeral_containers(spec: &Value, volumes: &[&str], path: &Path, errors: &mut Errors) {
    let path = path.at("ephemeralContainers");
    let others = || {
        ["initContainers", "containers"]
            .into_iter()
            .flat_map(|field| list(spec, field))
    };
    let mut names: Vec<&str> = others().map(|container| text(container, "name")).collect();
    for (i, container) in list(spec, "ephemeralContainers").iter().enumerate() {
        let path = path.index(i);
        check_debug_container(container, spec, volumes, &path, errors);
        let name = text(container, "name");
        if !name.is_empty() && names.contains(&name) {
            errors.duplicate(&path.at("name"), name);
        }
        names.push(name);
        let target = text(container, "targetContainerName");
        if !target.is_empty() && !others().any(|other| text(other, "name") == target) {
            errors.not_found(&path.at("targetContainerName"), target);
        }
        for field in FORBIDDEN {
            let is_set = match part(container, field) {
                Value::Array(items) => !items.is_empty(),
                Value::Object(fields) if field == "resources" => !fields.is_empty(),
                value => !value.is_null(),
            };
            if is_set {
                errors.forbidden(&path.at(field), "cannot be set for an Ephemeral Container");
            }
        }
        for (i, mount) in list(container, "volumeMounts").iter().enumerate() {
            for field in ["subPath", "subPathExpr"] {
                if set(mount, field).is_some_and(|value| value != "") {
                    let path = path.at("volumeMounts").index(i).at(field);
                    errors.forbidden(&path, "cannot be set for an Ephemeral Container");
                }
            }
        }
    }
}

/// Containers that were added stay as they are.
fn check_ephemeral_update(new: &Value, old: &Value, errors: &mut Errors) {
    let path = Path::new("spec.ephemeralContainers");
    let (now, before) = (
        list(part(new, "spec"), "ephemeralContainers"),
        list(part(old, "spec"), "ephemeralContainers"),
    );
    for container in before {
        let name = text(container, "name");
        match now.iter().find(|other| text(other, "name") == name) {
            None => {
                let detail = format!("existing ephemeral containers \"{name}\" may not be removed\n");
                errors.forbidden(&path, detail);
            }
            Some(other) if other != container => {
                let detail = format!("existing ephemeral containers \"{name}\" may not be changed\n");
                errors.forbidden(&path, detail);
            }
            Some(_) => {}
        }
    }
}
