use serde_json::json;

use super::*;
use crate::api::draws::Draws;

fn pod() -> Value {
    json!({
        "kind": "Pod",
        "metadata": {"name": "web", "labels": {"app": "web", "example.com/tier": "<front>"}},
        "spec": {"containers": [
            {"name": "app", "ports": [{"containerPort": 80}, {"containerPort": 443}]},
            {"name": "side", "weight": 1.5, "probe": null},
        ]},
    })
}

fn evaluated(template: &str) -> Result<String, String> {
    JsonPath::parse(template)
        .and_then(|path| path.evaluate(&pod()))
        .map_err(|e| e.to_string())
}

#[test]
fn evaluates() {
    let check = |template: &str, expect: &str| assert_eq!(evaluated(template).as_deref(), Ok(expect), "{template}");
    check("", "");
    check("{.kind}: {.metadata.name}}", "Pod: web}");
    check(
        "{.metadata.labels}",
        r#"{"app":"web","example.com/tier":"\u003cfront\u003e"}"#,
    );
    check(r"{.metadata.labels.example\.com/tier}", "<front>");
    check(r"{.metadata.labels['example\.com/tier']}", "<front>");
    check("{.metadata['name','labels'].app}", "web");
    check("{.spec.containers[*].name}", "app side");
    check("{.spec.containers[-1:].name}", "side");
    check("{.spec.containers[1,0].name}", "side app");
    check("{..containerPort}", "80 443");
    check("{.spec.containers[?(@.weight)].name}", "side");
    check("{.spec.containers[?(@.weight>1.2)].probe}", "<nil>");
    check("{.spec.containers[?(@.ports[9])].name}", "app");
    check("{.metadata.labels.app.*}", "119 101 98");
    check(
        "{range .spec.containers[*]}{.name}:{range .ports[*]}{.containerPort},{end};{end}!",
        "app:80,443,;side:;!",
    );
    check("{range .spec.nope[*]}{range .x}{.y}{end}z{end}!", "!");
    check("{'it\\'s \\u0041\\n'}", "it's A\n");
}

#[test]
fn refuses() {
    let check = |template: &str, expect: &str| assert_eq!(evaluated(template), Err(expect.to_owned()), "{template}");
    check("{", "unclosed action");
    check("{.a", "unclosed action");
    check("{\n}", "unclosed action");
    check("{\t}", "unrecognized character in action: U+0009");
    check("{....a}", "invalid multiple recursive descent");
    check("{1.2.3}", "cannot parse number 1.2.3");
    check(r#"{"\q"}"#, r#"unquote string "\q" error invalid syntax"#);
    check("{.a[-]}", "array index - is not a number");
    check(
        "{.a[99999999999999999999]}",
        "array index 99999999999999999999 is not a number",
    );
    check("{.kind[0]}", "string is not array or slice");
    check(
        "{.metadata[?(@.a)]}",
        "map[labels:map[app:web example.com/tier:<front>] name:web] is not array or slice and cannot be filtered",
    );
    check("{.spec.containers[?(@.name==1)]}", "incompatible types for comparison");
    check("{.spec.containers[?(@.name=1)]}", "unrecognized filter operator =");
    check(
        "{.spec.containers[?(@.*==1)]}",
        "can only compare one element at a time",
    );
    check(
        "{range .spec.containers[*]}{.name}{end}{end}",
        "not in range, nothing to end",
    );
}

#[test]
fn nesting_has_limits() {
    let check = |template: String, expect: &str| assert_eq!(evaluated(&template), Err(expect.to_owned()));
    check(
        format!("{{{}{}}}", "[?('".repeat(40), "')]".repeat(40)),
        "unterminated filter",
    );
    check("{range .spec}".repeat(40), "loops nested deeper than 32");
    let deep = (0..60).fold(json!(1), |inner, _| json!([inner]));
    let wide = format!("{{{}}}", "..@range@".repeat(10));
    let seen = JsonPath::parse(&wide)
        .and_then(|path| path.evaluate(&deep))
        .map_err(|e| e.to_string());
    assert_eq!(seen, Err("more than 4000000 values".to_owned()));
}

#[test]
fn missing_keys_may_be_refused() {
    let path = JsonPath::parse("{.metadata.nope}").map(|path| path.allow_missing_keys(false));
    let error = path.and_then(|path| path.evaluate(&pod())).map_err(|e| e.to_string());
    assert_eq!(error, Err("nope is not found".to_owned()));
}

#[test]
fn relaxed_paths() {
    let check = |path: &str, expect: &str| {
        let seen = JsonPath::parse_relaxed(path)
            .map(|p| p.template().to_owned())
            .map_err(|e| e.to_string());
        assert_eq!(seen.unwrap_or_else(|e| e).split(',').next(), Some(expect), "{path}");
    };
    check("metadata.name", "{.metadata.name}");
    check(".metadata.name", "{.metadata.name}");
    check("{metadata.name}", "{.metadata.name}");
    check("{.metadata.name}", "{.metadata.name}");
    check("", "");
    check("{}", "unexpected path string");
    check("{.a", "unexpected path string");
    check("{.a}{.b}", "unexpected path string");
}

#[test]
fn later_objects_start_behind_the_last_loop() {
    let roots = [pod(), pod()];
    let path = JsonPath::parse("{.kind}{range .spec.containers[*]}{.name}{end}").expect("a template");
    let seen: Vec<_> = path
        .evaluate_each(&roots)
        .into_iter()
        .map(|r| r.map_err(|e| e.to_string()))
        .collect();
    assert_eq!(
        seen,
        [
            Ok("Podappside".to_owned()),
            Err("not in range, nothing to end".to_owned())
        ]
    );
}

#[test]
fn prints_as_go() {
    let check = |value: Value, plain: &str, json: &str, syntax: &str| {
        assert_eq!(
            (
                go_value::plain(&value).as_str(),
                go_value::json(&value).as_str(),
                go_value::syntax(&value).as_str()
            ),
            (plain, json, syntax)
        );
    };
    check(json!(1_234_567), "1234567", "1234567", "1234567");
    check(json!(1_234_567.0), "1.234567e+06", "1234567", "1.234567e+06");
    check(json!(0.000_01), "1e-05", "0.00001", "1e-05");
    check(json!(1e21), "1e+21", "1e+21", "1e+21");
    check(json!(1e-7), "1e-07", "1e-7", "1e-07");
    check(json!(null), "<nil>", "null", "interface {}(nil)");
    check(
        json!({"b": ["x", true], "a": {}}),
        "map[a:map[] b:[x true]]",
        r#"{"a":{},"b":["x",true]}"#,
        r#"map[string]interface {}{"a":map[string]interface {}{}, "b":[]interface {}{"x", true}}"#,
    );
}

#[test]
fn no_template_panics() {
    let mut draws = Draws(9);
    let pieces = [
        "{",
        "}",
        "{.",
        "..",
        "[",
        "]",
        "[?(",
        ")]",
        "@",
        "$",
        ".spec",
        ".containers",
        ".name",
        "*",
        "0",
        "-1",
        ":",
        ",",
        "'",
        "\"",
        "\\",
        "==",
        "<",
        "range ",
        "end",
        " ",
        "true",
        "1.5",
        "é",
        "\n",
    ];
    let (root, mut evaluated) = (pod(), 0);
    for _ in 0..50_000 {
        let template = draws.text(14, &pieces);
        if let Ok(path) = JsonPath::parse(&template) {
            evaluated += 1;
            match path.evaluate(&root) {
                Ok(text) => assert_eq!(path.evaluate(&root), Ok(text), "{template}"),
                Err(error) => assert!(
                    path.explain(&error, &root).contains(&template) || template.contains(['"', '\\', '\n']),
                    "{template}"
                ),
            }
        }
    }
    assert!(evaluated > 1_000, "the generator must hit templates: {evaluated}");
}
