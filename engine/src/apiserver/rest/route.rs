//! A URL path taken apart: `/apis/apps/v1/namespaces/default/deployments/web/scale`.
//!
//! Source: the API concepts page, "Resource URIs".

use crate::api::Kind;

/// What a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route<'a> {
    /// The kind of the collection.
    pub kind: Kind,
    /// `group/version`, or `v1`, as the path gives it.
    pub api_version: String,
    /// The namespace, empty where the path has none.
    pub namespace: &'a str,
    /// The object's name, empty for the collection.
    pub name: &'a str,
    /// `status`, `scale`, `binding` …, empty for the object itself.
    pub subresource: &'a str,
}

impl<'a> Route<'a> {
    /// The route a path means, if any built-in resource is served there.
    pub fn parse(path: &'a str) -> Option<Route<'a>> {
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let (api_version, rest) = match segments.as_slice() {
            ["api", version, rest @ ..] => ((*version).to_owned(), rest),
            ["apis", group, version, rest @ ..] => (format!("{group}/{version}"), rest),
            _ => return None,
        };
        let (namespace, rest) = match rest {
            ["namespaces", namespace, rest @ ..] if !rest.is_empty() && !is_namespace_subresource(rest) => {
                (*namespace, rest)
            }
            rest => ("", rest),
        };
        let (resource, name, subresource) = match rest {
            [resource] => (*resource, "", ""),
            [resource, name] => (*resource, *name, ""),
            [resource, name, subresource] => (*resource, *name, *subresource),
            _ => return None,
        };
        let kind = Kind::all().find(|kind| {
            let info = kind.info();
            info.plural == resource && Kind::from_gvk(&api_version, info.kind) == Some(*kind)
        })?;
        (namespace.is_empty() || kind.is_namespaced()).then_some(Route {
            kind,
            api_version,
            namespace,
            name,
            subresource,
        })
    }
}

/// Whether a path lies in a group of the API, in whatever version: what does not is answered without a `Status`.
pub(super) fn is_served(path: &str) -> bool {
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    match (segments.next(), segments.next()) {
        (Some("api"), Some(_)) => true,
        (Some("apis"), Some(group)) => Kind::all().any(|kind| kind.info().group == group),
        _ => false,
    }
}

/// `/api/v1/namespaces/x/finalize` is about the namespace x, not about something in it.
fn is_namespace_subresource(rest: &[&str]) -> bool {
    matches!(rest, ["status" | "finalize"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let check = |path, expect: Option<(&str, &str, &str, &str)>| {
            let route = Route::parse(path);
            let seen = route
                .as_ref()
                .map(|r| (r.kind.name(), r.namespace, r.name, r.subresource));
            assert_eq!(seen, expect, "{path}");
        };
        check("/api/v1/namespaces/default/pods", Some(("Pod", "default", "", "")));
        check(
            "/apis/apps/v1/namespaces/a/deployments/web/scale",
            Some(("Deployment", "a", "web", "scale")),
        );
        check("/api/v1/namespaces/a", Some(("Namespace", "", "a", "")));
        check(
            "/api/v1/namespaces/a/finalize",
            Some(("Namespace", "", "a", "finalize")),
        );
        check("/api/v1/nodes/node-1", Some(("Node", "", "node-1", "")));
        check("/apis/apps/v2/deployments", None);
        check("/api/v1/nopes", None);
        check("/api/v1/namespaces/a/nodes/b", None);
        check("", None);
        check("/apis/apps/v1/namespaces/a/deployments/web/scale/more", None);
    }
}
