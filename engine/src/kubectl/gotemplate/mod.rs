//! Go templates (`-o go-template`), as far as people write them for kubectl: fields, variables, pipelines, `if`, `range`, `with`, and
//! the functions of Go's `text/template` with kubectl's `base64decode` and `exists`.
//!
//! Deliberately not modelled: templates that define or call others, methods, `slice`, `html`, `js`, `urlquery`, complex numbers.

mod evaluate;
mod functions;
mod lex;
mod parse;

use serde_json::Value;

pub use parse::GoTemplate;

/// Why a template cannot be read, or does not fit: what follows `template: ` in Go's messages.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("template: {0}")]
pub struct TemplateError(String);

impl GoTemplate {
    /// What the template makes of an object or list.
    ///
    /// # Errors
    /// A value that is not of the kind the template takes it for, or a key that is not there where that is not allowed.
    pub fn evaluate(&self, root: &Value, allow_missing: bool) -> Result<String, TemplateError> {
        evaluate::evaluate(self, root, allow_missing)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::GoTemplate;

    fn check(template: &str, expect: &str) {
        let pod = json!({
            "kind": "Pod", "n": 30, "on": true, "none": null,
            "metadata": { "name": "web", "labels": { "app": "web", "a.b/c": "d" } },
            "items": [{ "name": "a", "v": 1 }, { "name": "b", "v": 2 }],
        });
        let seen = match GoTemplate::parse(template) {
            Ok(parsed) => parsed.evaluate(&pod, true).unwrap_or_else(|error| error.to_string()),
            Err(error) => error.to_string(),
        };
        assert_eq!(seen, expect, "{template}");
    }

    #[test]
    fn templates_are_evaluated_as_go_does() {
        check("plain", "plain");
        check("{{.metadata.name}}!", "web!");
        check("{{ .metadata.labels }}", "map[a.b/c:d app:web]");
        check("{{.missing}}", "<no value>");
        check("{{range .items}}{{.name}}{{\"\\n\"}}{{end}}", "a\nb\n");
        check("{{range $i, $item := .items}}{{$i}}={{$item.name}} {{end}}", "0=a 1=b ");
        check(
            "{{range $k, $v := .metadata.labels}}{{$k}}:{{$v}},{{end}}",
            "a.b/c:d,app:web,",
        );
        check("{{range .none}}x{{else}}nothing{{end}}", "nothing");
        check("{{if .on}}yes{{else}}no{{end}}", "yes");
        check(
            "{{if eq .kind \"Node\"}}n{{else if eq .kind \"Pod\" \"Job\"}}p{{end}}",
            "p",
        );
        check("{{with .metadata}}{{.name}} {{$.kind}}{{end}}", "web Pod");
        check("{{len .items}}", "2");
        check("{{index .metadata.labels \"a.b/c\"}} {{(index .items 1).name}}", "d b");
        check(
            "{{.metadata.name | printf \"%-5s|%d\" | println}}",
            "web  |%!d(MISSING)\n",
        );
        check(
            "{{printf \"%s %v %05d %q %%\" .kind .n .n .kind}}",
            "Pod 30 00030 \"Pod\" %",
        );
        check("{{$x := 1}}{{range .items}}{{$x = .v}}{{end}}{{$x}}", "2");
        check("a {{- \" b \" -}} c", "a b c");
        check(
            "{{/* nothing */}}{{and .on .n}} {{or .none .kind}} {{not .on}}",
            "30 Pod false",
        );
        check("{{lt 1 2}} {{ge 1 2}} {{ne 1 1}}", "true false false");
        check("{{base64decode \"aGk=\"}}", "hi");
        check("{{print 1 2 \"a\"}}", "1 2a");
    }

    #[test]
    fn templates_that_cannot_be_read() {
        check("{{.metadata.name", "template: output:1: unclosed action");
        check("{{range .items}}", "template: output:1: unexpected EOF");
        check("{{end}}", "template: output:1: unexpected {{end}}");
        check("{{nope 1}}", "template: output:1: function \"nope\" not defined");
        check("{{\"a}}", "template: output:1: unterminated quoted string");
        check("{{$y}}", "template: output:1: undefined variable \"$y\"");
    }
}
