//! Which image references distribution's grammar takes: `[REGISTRY/]PATH[:TAG][@DIGEST]`, with paths in lower case.
//!
//! Source: `github.com/distribution/reference` (`ParseNormalizedNamed`), which the kubelet asks before it pulls.

/// Why a reference cannot be read; none if it can. The name in upper case is told only by the library that kubelets use since
/// v1.29 (`names_it`).
pub(super) fn invalid_reference(image: &str, names_it: bool) -> Option<String> {
    let (name, digest) = image
        .split_once('@')
        .map_or((image, None), |(name, digest)| (name, Some(digest)));
    let slash = name.rfind('/').map_or(0, |at| at + 1);
    let (path, tag) = match name[slash..].split_once(':') {
        Some((last, tag)) => (format!("{}{last}", &name[..slash]), Some(tag)),
        None => (name.to_owned(), None),
    };
    let components: Vec<&str> = path.split('/').collect();
    let has_registry = components.len() > 1 && components.first().is_some_and(|first| is_registry(first));
    let repository = &components[usize::from(has_registry)..];
    let is_lower = |component: &&str| !component.chars().any(|c| c.is_ascii_uppercase());
    if !repository.iter().all(is_lower) {
        let named = match names_it {
            true => format!("({}) ", repository.join("/")),
            false => String::new(),
        };
        return Some(format!(
            "invalid reference format: repository name {named}must be lowercase"
        ));
    }
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    let tag_ok = tag.is_none_or(|tag| {
        !tag.is_empty() && tag.len() <= 128 && tag.chars().all(is_word) && !tag.starts_with(['.', '-'])
    });
    let is_valid = repository.iter().all(|component| is_path(component))
        && tag_ok
        && digest.is_none_or(|digest| digest.contains(':'));
    (!is_valid).then(|| "invalid reference format".to_owned())
}

/// Whether the first component is a registry, and not part of a path on Docker Hub.
fn is_registry(first: &str) -> bool {
    first.contains(['.', ':']) || first == "localhost" || first.chars().any(|c| c.is_ascii_uppercase())
}

fn is_path(component: &str) -> bool {
    let is_edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    is_edge(component.chars().next())
        && is_edge(component.chars().next_back())
        && component
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_checked_as_by_distribution() {
        let check = |image, expect: Option<&str>| {
            assert_eq!(invalid_reference(image, true).as_deref(), expect, "{image}");
        };
        let malformed = Some("invalid reference format");
        check("nginx", None);
        check("nginx:1.25", None);
        check("reg.local/a/run:v1", None);
        check("registry:5000/app:V1", None);
        check("nginx@sha256:abc", None);
        check("Team/app", None);
        check(
            "Nginx",
            Some("invalid reference format: repository name (Nginx) must be lowercase"),
        );
        check(
            "reg.local/x/RUN:v1",
            Some("invalid reference format: repository name (x/RUN) must be lowercase"),
        );
        check("nginx:", malformed);
        check("nginx:v 1", malformed);
        check("nginx:1:2", malformed);
        check("", malformed);
        check("a//b", malformed);
    }
}
