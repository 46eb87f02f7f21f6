//! Namespaces: the finalizers in their spec.

use super::fields::{Errors, Path, part, texts};
use super::meta::check_finalizer;
use serde_json::Value;

pub(super) fn check_namespace(namespace: &Value, errors: &mut Errors) {
    for finalizer in texts(part(namespace, "spec"), "finalizers") {
        check_finalizer(finalizer, &Path::new("spec.finalizers"), errors);
    }
}
