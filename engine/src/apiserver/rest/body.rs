//! The body of a request as an object: the decoder's steps, each with its refusal.
//!
//! Type and version are read first, then the fields by the type that the body names, then the object is converted to the kind the
//! path serves. Source: apiserver `endpoints/handlers/create.go`, `rest.go` (`transformDecodeError`, `summarizeData`), apimachinery
//! `serializer/json`.

use serde_json::{Value, json};

use super::route::Route;
use crate::api::decode::Document;
use crate::api::schema::Schema;
use crate::apiserver::{ApiError, FieldValidation, Reason};

/// How much of a body is shown that cannot be made out, in bytes.
const SUMMARY_MAX: usize = 30;
/// What Go calls the struct that a body's type is read into.
const TYPE_STRUCT: &str =
    r#"struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }"#;

/// Versions that the server still knows how to read, though nothing is served in them; those that clients may use are in the schema.
const OLD_VERSIONS: [(&str, &[&str]); 11] = [
    ("apps/v1beta1", &["ControllerRevision", "Deployment", "StatefulSet"]),
    (
        "apps/v1beta2",
        &[
            "ControllerRevision",
            "DaemonSet",
            "Deployment",
            "ReplicaSet",
            "StatefulSet",
        ],
    ),
    ("autoscaling/v2beta1", &["HorizontalPodAutoscaler"]),
    ("autoscaling/v2beta2", &["HorizontalPodAutoscaler"]),
    ("batch/v1beta1", &["CronJob"]),
    ("discovery.k8s.io/v1beta1", &["EndpointSlice"]),
    ("events.k8s.io/v1beta1", &["Event"]),
    (
        "extensions/v1beta1",
        &["DaemonSet", "Deployment", "Ingress", "NetworkPolicy", "ReplicaSet"],
    ),
    ("networking.k8s.io/v1beta1", &["Ingress", "IngressClass"]),
    ("scheduling.k8s.io/v1beta1", &["PriorityClass"]),
    (
        "storage.k8s.io/v1beta1",
        &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"],
    ),
];

/// Reads a body as an object of the route's kind; `warnings` takes what is told of rather than refused.
///
/// # Errors
/// What the decoder refuses.
pub(super) fn read(
    content_type: &str,
    body: &str,
    route: &Route<'_>,
    validation: FieldValidation,
    warnings: &mut Vec<String>,
) -> Result<Value, ApiError> {
    let unrecognized = |why: String| {
        let message = format!(
            "the object provided is unrecognized (must be of type {}): {why} ({})",
            route.kind.name(),
            summary(body)
        );
        Err(ApiError::new(Reason::BadRequest, message))
    };
    let is_yaml = match content_type.split(';').next().unwrap_or_default().trim() {
        "application/json" => false,
        "application/yaml" => true,
        "application/vnd.kubernetes.protobuf" => {
            let why = "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]";
            return unrecognized(why.to_owned());
        }
        _ => {
            let message = "the body of the request was in an unknown format - accepted media types include: \
                           application/json, application/yaml, application/vnd.kubernetes.protobuf";
            return Err(ApiError::new(Reason::UnsupportedMediaType, message));
        }
    };
    let no_type = |why: String| unrecognized(format!("couldn't get version/kind; json parse error: {why}"));
    let document = match is_yaml {
        true => match Document::from_yaml(body) {
            Ok(document) => document,
            Err(why) => return unrecognized(why),
        },
        false => match Document::from_json(body) {
            Ok(document) => document,
            Err(why) => return no_type(why),
        },
    };
    if let Some(found) = document.other_than_object() {
        return no_type(format!(
            "json: cannot unmarshal {found} into Go value of type {TYPE_STRUCT}"
        ));
    }
    for name in ["apiVersion", "kind"] {
        let found = match document.member(name) {
            None | Some(Value::String(_)) => continue,
            Some(Value::Bool(_)) => "bool",
            Some(Value::Number(_)) => "number",
            Some(Value::Array(_)) => "array",
            Some(_) => "object",
        };
        return no_type(format!(
            "json: cannot unmarshal {found} into Go struct field .{name} of type string"
        ));
    }
    let given = document.text("apiVersion");
    if given.matches('/').count() > 1 {
        return unrecognized(format!("unexpected GroupVersion string: {given}"));
    }
    decode(&document, is_yaml, route, validation, warnings)
}

fn decode(
    document: &Document,
    is_yaml: bool,
    route: &Route<'_>,
    validation: FieldValidation,
    warnings: &mut Vec<String>,
) -> Result<Value, ApiError> {
    // What the body leaves open is what the path says.
    let or = |given: &str, default: &str| {
        if given.is_empty() {
            default.to_owned()
        } else {
            given.to_owned()
        }
    };
    let api_version = or(document.text("apiVersion"), &route.api_version);
    let kind = or(document.text("kind"), route.kind.name());
    let wanted = route.kind.name();
    let version = api_version.rsplit('/').next().unwrap_or_default();
    let refuse = |why: &str| {
        let message = format!("{kind} in version \"{version}\" cannot be handled as a {wanted}: {why}");
        Err(ApiError::new(Reason::BadRequest, message))
    };
    let schema = Schema::builtin();
    let is_old = OLD_VERSIONS
        .iter()
        .any(|(old, kinds)| *old == api_version && kinds.contains(&kind.as_str()));
    let info = match schema.of(&api_version, &kind) {
        // An old version's fields are near enough those of the version served.
        None if is_old => schema.of_kind(route.kind),
        info => info,
    };
    let Some(info) = info else {
        let scheme = "pkg/api/legacyscheme/scheme.go:30";
        return refuse(&format!(
            "no kind \"{kind}\" is registered for version \"{api_version}\" in scheme \"{scheme}\""
        ));
    };
    let judgement = document.judge(info, is_yaml);
    if let Some(why) = judgement.refusal {
        return refuse(&why);
    }
    if kind != wanted {
        let group = match route.api_version.split_once('/') {
            Some((group, _)) => group.split('.').next().unwrap_or_default(),
            None => "core",
        };
        return refuse(&format!(
            "converting ({version}.{kind}) to ({group}.{wanted}): unknown conversion"
        ));
    }
    let duplicates = document.yaml_duplicates().filter(|_| is_yaml);
    let strict: Vec<String> = duplicates.into_iter().chain(judgement.strict).collect();
    match validation {
        FieldValidation::Strict if !strict.is_empty() => {
            return refuse(&format!("strict decoding error: {}", strict.join(", ")));
        }
        FieldValidation::Warn => warnings.extend(strict),
        _ => {}
    }
    if api_version != route.api_version {
        let message = format!(
            "the API version in the data ({api_version}) does not match the expected API version ({})",
            route.api_version
        );
        return Err(ApiError::new(Reason::BadRequest, message));
    }
    let mut value = document.value();
    if !value.is_object() {
        value = json!({});
    }
    if let Some(map) = value.as_object_mut() {
        map.insert("apiVersion".to_owned(), api_version.into());
        map.insert("kind".to_owned(), kind.into());
    }
    Ok(value)
}

/// A body, or its beginning; in hexadecimal digits if it is no JSON object.
fn summary(body: &str) -> String {
    let bytes = body.as_bytes();
    let shown = bytes.get(..SUMMARY_MAX).unwrap_or(bytes);
    let more = if bytes.len() > SUMMARY_MAX { " ..." } else { "" };
    match bytes.first() {
        None => "<empty>".to_owned(),
        Some(b'{') => format!("{}{more}", String::from_utf8_lossy(shown)),
        Some(_) => {
            let digits: String = shown.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("{digits}{more}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Kind;

    #[test]
    fn old_versions_are_of_kinds_that_are_still_served() {
        for (api_version, kinds) in OLD_VERSIONS {
            for kind in kinds {
                assert!(Kind::from_name(kind).is_some(), "{api_version} {kind}");
                assert!(
                    Schema::builtin().of(api_version, kind).is_none(),
                    "{api_version} {kind}"
                );
            }
        }
    }

    #[test]
    fn bodies_are_summed_up() {
        assert_eq!(summary(""), "<empty>");
        assert_eq!(summary("[]"), "5b5d");
        assert_eq!(
            summary("{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}"),
            "{\"apiVersion\":\"v1\",\"kind\":\"Pod ..."
        );
    }
}
