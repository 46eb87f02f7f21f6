//! The columns that the API server declares for each kind, as recorded in `conformance/columns/columns.json`. Their cells
//! are compared by the suite `columns`.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use shakedown_engine::api::Kind;
use shakedown_engine::kubectl::printers::columns;

#[test]
fn columns_are_declared_as_the_api_server_does() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/columns/columns.json");
    let recorded: Value = serde_json::from_str(&fs::read_to_string(path).expect("readable")).expect("JSON");
    let recorded = recorded.as_object().expect("an object by resource");
    assert!(!recorded.is_empty());
    for entry in recorded.values() {
        let name = entry["kind"].as_str().expect("a kind");
        let kind = Kind::from_name(name).expect(name);
        let declared = columns(kind).iter().map(|column| {
            json!({
                "name": column.name, "type": column.type_name, "format": column.format, "priority": column.priority,
            })
        });
        assert_eq!(declared.collect::<Value>(), entry["columns"], "{name}");
    }
}
