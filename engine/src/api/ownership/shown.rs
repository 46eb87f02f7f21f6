//! `metadata.managedFields`: who owns which fields, as the API shows it.
//!
//! Source: apimachinery `util/managedfields` (the order of the entries) and structured-merge-diff's `fieldpath` (`FieldsV1`). A `.`
//! says that a manager brought a map, struct or list itself, not only something in it; as only the fields are remembered here, it is
//! given to the first manager that has a field inside. Not modelled: owners of subresources.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::fields::{MARK, Shape, shape};
use super::manager::{FieldManager, FieldManagers};
use crate::api::schema::{Field, TypeInfo, ZeroRule};

/// The entries, oldest first; none if nobody owns anything.
pub fn managed_fields(info: &'static TypeInfo, managers: &FieldManagers) -> Option<Value> {
    let mut sorted: Vec<&FieldManager> = managers.as_deref()?.iter().collect();
    let operation = |manager: &FieldManager| if manager.applies { "Apply" } else { "Update" };
    sorted.sort_by_key(|manager| {
        let time = manager.time.map(|time| time.secs());
        (
            operation(manager),
            time,
            manager.name.clone(),
            manager.api_version.clone(),
        )
    });
    let mut brought = BTreeMap::new();
    let entries = sorted.iter().enumerate().map(|(index, manager)| {
        let mut entry = json!({
            "apiVersion": manager.api_version.as_str(),
            "fieldsType": "FieldsV1",
            "fieldsV1": tree(info, manager, index, &mut brought),
            "manager": manager.name.as_str(),
            "operation": operation(manager),
        });
        if let (Some(time), Some(entry)) = (manager.time, entry.as_object_mut()) {
            entry.insert("time".to_owned(), time.to_string().into());
        }
        entry
    });
    Some(entries.collect())
}

/// One manager's fields as nested maps; `brought` says which manager brought the maps, structs and lists around them.
fn tree<'p>(
    info: &'static TypeInfo,
    manager: &'p FieldManager,
    index: usize,
    brought: &mut BTreeMap<&'p str, usize>,
) -> Value {
    let mut root = Map::new();
    for path in &manager.fields {
        let mut place = Place {
            shape: Shape::Struct(info),
            in_element: false,
        };
        let (mut node, mut end) = (&mut root, 0);
        for element in path.split(MARK).skip(1) {
            end += MARK.len_utf8() + element.len();
            let is_whole = end == path.len();
            let is_optional = place.enter(element);
            let child = node.entry(key(element)).or_insert_with(|| json!({}));
            let Some(child) = child.as_object_mut() else {
                break;
            };
            let is_element = element.starts_with('[') && !element.starts_with("[=");
            let prefix = path.get(..end).unwrap_or_default();
            let is_bringer =
                !is_whole && !manager.applies && is_optional && *brought.entry(prefix).or_insert(index) == index;
            if (is_whole && is_element) || (!is_element && is_bringer) {
                child.insert(".".to_owned(), json!({}));
            }
            node = child;
        }
    }
    Value::Object(root)
}

/// Where a path has come to.
struct Place {
    shape: Shape<'static>,
    /// Whether that is inside of an element of a list, of which everything was brought.
    in_element: bool,
}

impl Place {
    /// Goes one element on; true if what is there can be absent from an object of its type.
    fn enter(&mut self, element: &str) -> bool {
        let outer = std::mem::replace(&mut self.shape, Shape::Atom);
        match outer {
            Shape::Struct(info) => {
                let field: Option<&'static Field> = info.field(element.trim_start_matches('.'));
                let Some(field) = field else {
                    return true;
                };
                self.shape = shape(&field.field_type, Some(field));
                self.in_element || !(field.required || field.zero == ZeroRule::Always)
            }
            Shape::Map(of) => {
                self.shape = shape(of, None);
                true
            }
            Shape::ListByKeys(_, of) => {
                self.in_element = true;
                self.shape = shape(of, None);
                true
            }
            Shape::Set | Shape::Atom => true,
        }
    }
}

/// An element of a path as `FieldsV1` writes it: `f:NAME`, `k:{KEYS}`, `v:VALUE`.
fn key(element: &str) -> String {
    if let Some(name) = element.strip_prefix('.') {
        return format!("f:{name}");
    }
    let inside = element.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let inside = inside.unwrap_or(element);
    if let Some(value) = inside.strip_prefix('=') {
        return format!("v:{value}");
    }
    let pairs: Vec<String> = inside
        .split_inclusive(',')
        .fold(Vec::new(), |mut pairs: Vec<String>, part| {
            // A comma inside of a value does not begin a new pair: that has a name and a `=`.
            let name = part.split('=').next().unwrap_or_default();
            let begins = part.contains('=') && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
            match pairs.last_mut().filter(|_| !begins) {
                Some(last) => last.push_str(part),
                None => pairs.push(part.to_owned()),
            }
            pairs
        })
        .into_iter()
        .map(|pair| {
            let pair = pair.strip_suffix(',').unwrap_or(&pair);
            let (name, value) = pair.split_once('=').unwrap_or((pair, "null"));
            format!("\"{name}\":{value}")
        })
        .collect();
    format!("k:{{{}}}", pairs.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Timestamp;
    use crate::api::ownership::{created, updated};
    use crate::api::schema::Schema;

    #[test]
    fn managers_are_shown_as_the_api_shows_them() {
        let info = Schema::builtin()
            .of("apps/v1", "Deployment")
            .expect("deployments are in the table");
        let deployment = |note: &str| {
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "annotations": {"n": note}},
            "spec": {"replicas": 2, "template": {"spec": {"containers": [
                {"name": "app", "ports": [{"containerPort": 80, "protocol": "TCP"}], "resources": {}},
            ]}}}})
        };
        let first = created(info, &deployment("a"), "m1", false, Timestamp::from_secs(0));
        let both = updated(
            info,
            &first,
            &deployment("a"),
            &deployment("b"),
            "m0",
            Timestamp::from_secs(60),
        );
        let entry = |name: &str, time: &str, fields: Value| {
            json!({"apiVersion": "apps/v1", "fieldsType": "FieldsV1", "fieldsV1": fields, "manager": name,
                "operation": "Update", "time": time})
        };
        let containers = json!({"k:{\"name\":\"app\"}": {
            ".": {}, "f:name": {}, "f:resources": {},
            "f:ports": {".": {}, "k:{\"containerPort\":80,\"protocol\":\"TCP\"}": {
                ".": {}, "f:containerPort": {}, "f:protocol": {},
            }},
        }});
        let spec = json!({"f:replicas": {}, "f:template": {"f:spec": {"f:containers": containers}}});
        let expect = json!([
            entry("m1", "1970-01-01T00:00:00Z", json!({"f:spec": spec})),
            entry(
                "m0",
                "1970-01-01T00:01:00Z",
                json!({"f:metadata": {"f:annotations": {".": {}, "f:n": {}}}})
            ),
        ]);
        assert_eq!(managed_fields(info, &both), Some(expect));
        assert_eq!(managed_fields(info, &None), None);
    }
}
