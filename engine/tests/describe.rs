//! `kubectl describe pod` against texts recorded from real kubectl: `conformance/describe/`.

use std::fs;
use std::path::Path;

use serde_json::Value;
use shakedown_engine::api::Timestamp;
use shakedown_engine::api::duration::SECOND_NS;
use shakedown_engine::kubectl::describe;

#[test]
fn recorded_pods_are_described_as_kubectl_does() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/describe");
    let mut replayed = 0;
    for entry in fs::read_dir(&folder).expect("the recordings are in the repository") {
        let path = entry.expect("readable").path();
        if path.extension().is_some_and(|extension| extension == "json") {
            check(&path);
            replayed += 1;
        }
    }
    assert!(replayed > 0, "no recordings in {}", folder.display());
}

fn check(path: &Path) {
    let recording: Value = serde_json::from_str(&fs::read_to_string(path).expect("readable")).expect("JSON");
    let now: Timestamp = recording["now"].as_str().expect("a time").parse().expect("RFC 3339");
    let events = recording["events"].as_array().expect("a list");
    let seen = describe::pod(&recording["pod"], Some(events), now.secs() * SECOND_NS);
    assert_eq!(seen, recording["text"].as_str().expect("a text"), "{}", path.display());
}
