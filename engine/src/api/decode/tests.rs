//! What decoding says of texts.

use super::{DecodeOptions, Origin, decode_documents, decode_manifests};

/// What decoding says of a text: `kind name` of each good document, the errors of each bad one.
fn outcome(text: &str) -> Vec<String> {
    let origin = Origin::file("m.yaml");
    decode_documents(text, &origin, DecodeOptions::default())
        .into_iter()
        .map(|d| match d {
            Ok(m) => format!("{} {}", m.kind, m.value["metadata"]["name"].as_str().unwrap_or("-")),
            Err(e) => e.to_string(),
        })
        .collect()
}

fn check(text: &str, expect: &[&str]) {
    assert_eq!(outcome(text), expect, "{text}");
}

#[test]
fn mistakes_are_named_with_place_and_hint() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: app\n";
    check(
        &format!("{pod}    imagePulPolicy: Always\n"),
        &["m.yaml:8:5: spec.containers[0].imagePulPolicy: unknown field; did you mean \"imagePullPolicy\"?"],
    );
    check(
        &format!("{pod}    ports:\n    - containerPort: http\n"),
        &["m.yaml:9:22: spec.containers[0].ports[0].containerPort: must be a whole number, not the text \"http\""],
    );
    check(
        &format!("{pod}  restartPolicy: Never\n  restartPolicy: Always\n"),
        &["m.yaml:9:3: spec.restartPolicy: duplicate field"],
    );
    check(
        &format!("{pod}    resources: {{limits: {{cpu: banana}}}}\n"),
        &[
            "m.yaml:8:31: spec.containers[0].resources.limits.cpu: quantities must match the regular expression \
         '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        ],
    );
    check(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, labels: {tier: 1}}\n",
        &["m.yaml:3:36: metadata.labels.tier: must be text (quote it), not the number 1"],
    );
}

#[test]
fn missing_fields_and_unknown_kinds() {
    check(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {}\n",
        &["m.yaml:4:7: spec.selector: required field is missing\nm.yaml:4:7: spec.template: required field is missing"],
    );
    check(
        "apiVersion: v1\nkind: ConfigMap\n",
        &["m.yaml:1:1: metadata.name: required field is missing"],
    );
    check(
        "apiVersion: v1\nkind: Deployment\n",
        &["m.yaml:1:1: apiVersion: no matches for kind \"Deployment\" in version \"v1\"; did you mean \"apps/v1\"?"],
    );
    check(
        "apiVersion: apps/v1\nkind: Deploymnet\n",
        &["m.yaml:2:1: kind: no matches for kind \"Deploymnet\" in version \"apps/v1\"; did you mean \"Deployment\"?"],
    );
    check("kind: Pod\n", &["m.yaml:1:1: apiVersion: apiVersion not set"]);
    check(
        "just text\n",
        &["m.yaml:1:1: a document must be an object with apiVersion, kind and metadata, not text"],
    );
}

#[test]
fn documents_are_judged_one_by_one_and_lists_expanded() {
    let map = |name: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n");
    check(
        &format!("{}---\n{}foo: 1\n---\n---\n{}", map("a"), map("b"), map("c")),
        &["ConfigMap a", "m.yaml:8:1: foo: unknown field", "ConfigMap c"],
    );
    check(
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: s}}\n- {apiVersion: v1, kind: \
         ServiceAccountList, items: [{metadata: {name: p}}, {metadata: {name: q}}]}\n",
        &["Secret s", "ServiceAccount p", "ServiceAccount q"],
    );
    check(
        "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"n\"}}{",
        &["Namespace n", "m.yaml:1:64: unexpected end of JSON input"],
    );
}

#[test]
fn origins_shift_places() {
    let origin = Origin {
        file: "a.feature".to_owned(),
        lines_before: 10,
        indent: 4,
    };
    let error =
        decode_manifests("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nsepc: {}\n", &origin).expect_err("misspelt");
    assert!(
        error.to_string().starts_with("a.feature:14:5: sepc: unknown field"),
        "{error}"
    );
}

#[test]
fn refusals_read_as_the_servers() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  foo: 1\n  containers: [{name: a, bar: 1}]\n";
    let error = decode_manifests(text, &Origin::file("m")).expect_err("unknown fields");
    assert_eq!(
        error.server_message(),
        "Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: unknown field \
         \"spec.containers[0].bar\", unknown field \"spec.foo\""
    );
    let text =
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: 5}}}\n";
    let error = decode_manifests(text, &Origin::file("m")).expect_err("wrong type");
    assert!(
        error.server_message().ends_with(
            "json: cannot unmarshal number into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container"
        ),
        "{}",
        error.server_message()
    );
}

#[test]
fn fields_are_found_again() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: a\n    image: i\n";
    let manifests = decode_manifests(text, &Origin::file("m")).expect("a good pod");
    let at = manifests[0].locate("spec.containers[0].image");
    assert_eq!((at.line, at.column), (8, 5));
    assert_eq!(manifests[0].locate("spec.containers[0].ports[1].name").line, 7);
}

#[test]
fn no_bytes_make_it_panic_or_hang() {
    let whole = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: &n \"we\\tb\"\n  labels: {app: *n, 5: 'x'}\nspec:\n  containers:\n  \
                 - name: app\n    command: [sh, -c, |\n      x]\n    args: >-\n      folded\n---\n{\"kind\": [1.5e3, \"\\ud83d\"]}\n";
    let junk = [
        '\0', '\t', '{', '}', '[', ']', ':', '-', '&', '*', '!', '|', '"', '\'', '%', '#', '\u{feff}', '😀', '\r', '?',
        ',',
    ];
    let mut count = 0;
    for (cut, _) in whole.char_indices() {
        count += decode_documents(&whole[..cut], &Origin::default(), DecodeOptions::default()).len();
        for c in junk {
            let mutated = format!("{}{c}{}", &whole[..cut], &whole[cut..]);
            count += decode_documents(&mutated, &Origin::default(), DecodeOptions::default()).len();
        }
    }
    assert!(count > 1000, "only {count} documents came out");
}
