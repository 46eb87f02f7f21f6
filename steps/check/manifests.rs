//! Manifests: decoded strictly, defaulted and validated as the API server would, each problem at the field it is about.

use shakedown_engine::api::decode::DecodeOptions;
use shakedown_engine::api::decode::{Manifest, Origin, decode_documents};
use shakedown_engine::api::defaulting::{default_object, prepare_for_create};
use shakedown_engine::api::validation::{Gates, validate_create};

/// Everything that is wrong with the documents of a text, a message each that begins with its place.
pub(super) fn problems(text: &str, origin: &Origin) -> Vec<String> {
    let documents = decode_documents(text, origin, DecodeOptions::default());
    documents
        .into_iter()
        .flat_map(|document| match document {
            Ok(manifest) => invalid_fields(&manifest),
            Err(errors) => errors.to_string().lines().map(str::to_owned).collect(),
        })
        .collect()
}

/// Stands for the identity that the API server would give an object: a Job's selector is made of it.
const UID: &str = "00000000-0000-4000-8000-000000000000";

fn invalid_fields(manifest: &Manifest) -> Vec<String> {
    let mut object = manifest.value.clone();
    default_object(manifest.kind, &mut object);
    if let Some(metadata) = object.get_mut("metadata").and_then(|metadata| metadata.as_object_mut()) {
        // kubectl fills in the namespace; objects of the cluster have none.
        if manifest.kind.is_namespaced() {
            metadata.entry("namespace").or_insert_with(|| "default".into());
        }
        metadata.insert("uid".to_owned(), UID.into());
        let generates = metadata.get("generateName").is_some_and(|prefix| prefix.is_string());
        if generates {
            metadata.entry("name").or_insert_with(|| "generated".into());
        }
    }
    prepare_for_create(manifest.kind, &mut object, UID);
    // Which gates are on only a run tells.
    let gates = Gates { restart_rules: true };
    let errors = validate_create(manifest.kind, &object, gates);
    let place = |path: &str| {
        let at = manifest.locate(path);
        format!("{}:{}:{}", manifest.file(), at.line, at.column)
    };
    let mut messages: Vec<String> = errors
        .iter()
        .map(|error| format!("{}: {}: {}", place(&error.path), error.path, error.body()))
        .collect();
    messages.dedup();
    messages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_stand_at_their_fields() {
        let check = |text: &str, expect: &[&str]| {
            let seen = problems(text, &Origin::file("a.yaml"));
            assert_eq!(seen.len(), expect.len(), "{seen:?}");
            for (seen, expect) in seen.iter().zip(expect) {
                assert!(seen.starts_with(expect), "{seen}");
            }
        };
        let pod = |container: &str| {
            format!("apiVersion: v1\nkind: Pod\nmetadata: {{ name: web }}\nspec:\n  containers:\n  - {container}\n")
        };
        check(&pod("{ name: app, image: web:v1 }"), &[]);
        check(
            &pod("{ name: app, imgae: web:v1 }"),
            &["a.yaml:6:18: spec.containers[0].imgae: unknown field"],
        );
        check(
            &pod("{ name: App, image: web:v1 }"),
            &["a.yaml:6:7: spec.containers[0].name: Invalid value: \"App\""],
        );
        check(
            "apiVersion: v1\nkind: Pood\nmetadata: { name: web }\n",
            &["a.yaml:2:1: kind: no matches for kind \"Pood\""],
        );
        // The API server makes a Job's selector and labels.
        let job = "apiVersion: batch/v1\nkind: Job\nmetadata: { generateName: migrate- }\nspec:\n  template:\n    spec:\n      \
                   restartPolicy: Never\n      containers: [{ name: work, image: migrate:v1 }]\n";
        check(job, &[]);
        check("a: [\n", &["a.yaml:"]);
        check("", &[]);
    }
}
