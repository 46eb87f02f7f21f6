//! The difference of two Go values, as `cmp.Diff` of `google/go-cmp` reports it: API servers put it into refusals.
//!
//! What is equal is folded, with two neighbours kept on either side of a change, and shown in short; what changed is shown on a line
//! with `-` and one with `+`. Deliberately not modelled: the comparison of long texts and lists by their parts.

use super::go_report::{Item, Mark, Report};
use super::go_value::{Content, Go};
use crate::api::quote::go_quote;

/// How many equal neighbours are shown beside a change.
const CONTEXT: usize = 2;

/// Reports the difference of two values of one type; empty if there is none.
pub(super) fn go_diff(old: &Go, new: &Go) -> String {
    let node = compare(Some(old), Some(new));
    if node.differences == 0 {
        return String::new();
    }
    report_changed(&node, false).into_text()
}

/// Two values beside each other, and what is known of their parts.
struct Node<'a> {
    old: Option<&'a Go>,
    new: Option<&'a Go>,
    /// The parts with their names (empty for elements of lists); none of a leaf.
    parts: Vec<(String, Node<'a>)>,
    differences: usize,
    /// All parts, and how deep they go.
    children: usize,
    depth: usize,
}

impl<'a> Node<'a> {
    fn leaf(old: Option<&'a Go>, new: Option<&'a Go>) -> Node<'a> {
        Node {
            old,
            new,
            parts: Vec::new(),
            differences: usize::from(old != new),
            children: 0,
            depth: 0,
        }
    }

    fn of(old: &'a Go, new: &'a Go, parts: Vec<(String, Node<'a>)>) -> Node<'a> {
        Node {
            old: Some(old),
            new: Some(new),
            differences: parts.iter().map(|(_, part)| part.differences).sum(),
            children: parts.iter().map(|(_, part)| part.children + 1).sum(),
            depth: parts.iter().map(|(_, part)| part.depth + 1).max().unwrap_or_default(),
            parts,
        }
    }

    fn any(&self) -> Option<&'a Go> {
        self.old.or(self.new)
    }
}

fn compare<'a>(old: Option<&'a Go>, new: Option<&'a Go>) -> Node<'a> {
    let (Some(a), Some(b)) = (old, new) else {
        return Node::leaf(old, new);
    };
    match (&a.content, &b.content) {
        // Amounts compare themselves.
        _ if a.name == "resource.Quantity" => Node::leaf(old, new),
        (Content::Pointer(x), Content::Pointer(y)) => Node::of(a, b, vec![(String::new(), compare(Some(x), Some(y)))]),
        (Content::Struct(x), Content::Struct(y)) => {
            let parts = x
                .iter()
                .zip(y)
                .map(|((name, x), (_, y))| (name.clone(), compare(Some(x), Some(y))));
            Node::of(a, b, parts.collect())
        }
        (Content::Slice(x), Content::Slice(y)) => Node::of(a, b, compare_lists(x, y)),
        (Content::Map(x), Content::Map(y)) => {
            let mut keys: Vec<&String> = x.iter().chain(y).map(|(key, _)| key).collect();
            keys.sort();
            keys.dedup();
            fn find<'m>(map: &'m [(String, Go)], key: &str) -> Option<&'m Go> {
                map.iter().find(|(other, _)| other == key).map(|(_, value)| value)
            }
            let parts = keys.into_iter().map(|key| {
                let shown = shown_key(&a.name, key);
                (shown, compare(find(x, key), find(y, key)))
            });
            Node::of(a, b, parts.collect())
        }
        _ => Node::leaf(old, new),
    }
}

/// Keys that have a method to say what they are called are marked.
fn shown_key(map: &str, key: &str) -> String {
    let mark = if map == "core.ResourceList" { "s" } else { "" };
    format!("{mark}{}", go_quote(key))
}

/// Elements in their order: what is the same at the beginning and the end, and between them what changed, came or went.
fn compare_lists<'a>(old: &'a [Go], new: &'a [Go]) -> Vec<(String, Node<'a>)> {
    let same = |(a, b): &(&Go, &Go)| a == b;
    let first = old.iter().zip(new).take_while(same).count();
    let (a, b) = (
        old.get(first..).unwrap_or_default(),
        new.get(first..).unwrap_or_default(),
    );
    let last = a.iter().rev().zip(b.iter().rev()).take_while(same).count();
    let (a_len, b_len) = (a.len() - last, b.len() - last);
    let mut nodes: Vec<Node<'a>> = Vec::new();
    nodes.extend(old.iter().zip(new).take(first).map(|(a, b)| compare(Some(a), Some(b))));
    for i in 0..a_len.max(b_len) {
        let (x, y) = (a.get(i).filter(|_| i < a_len), b.get(i).filter(|_| i < b_len));
        nodes.push(compare(x, y));
    }
    nodes.extend(
        a.iter()
            .skip(a_len)
            .zip(b.iter().skip(b_len))
            .map(|(a, b)| compare(Some(a), Some(b))),
    );
    nodes.into_iter().map(|node| (String::new(), node)).collect()
}

/// Which of two values is shown, and how much of it.
#[derive(Clone, Copy)]
struct View {
    mark: Mark,
    /// How many parts and characters are shown: more by each level.
    verbosity: u32,
    /// Whether the type is left out, since the surroundings tell it.
    untyped: bool,
}

impl View {
    fn limit(self) -> usize {
        ((1_usize << self.verbosity) >> 1) << 2
    }

    fn inner(self, untyped: bool) -> View {
        View {
            verbosity: self.verbosity.saturating_sub(1),
            untyped,
            ..self
        }
    }
}

/// A value with differences somewhere inside.
fn report_changed(node: &Node<'_>, untyped: bool) -> Report {
    let Some(go) = node.any() else { return Report::line("") };
    if let Content::Pointer(_) = go.content {
        let inner = node.parts.first().map(|(_, part)| report_changed(part, untyped));
        return inner.unwrap_or_else(|| Report::line("")).with_prefix("&");
    }
    let (noun, is_struct) = match go.content {
        Content::Struct(_) => ("fields", true),
        Content::Map(_) => ("entries", false),
        _ => ("elements", false),
    };
    let mut items = Vec::new();
    let mut rest = node.parts.as_slice();
    let mut is_first = true;
    while !rest.is_empty() {
        let equal = rest.iter().take_while(|(_, part)| part.differences == 0).count();
        let (same, after) = rest.split_at(equal);
        let changed = after.iter().take_while(|(_, part)| part.differences > 0).count();
        let (changed, after) = after.split_at(changed);
        push_equal(&mut items, same, is_first, changed.is_empty(), noun, !is_struct);
        for (name, part) in changed {
            push_changed(&mut items, name, part, !is_struct);
        }
        (rest, is_first) = (after, false);
    }
    let name = if untyped { "" } else { go.name.as_str() };
    Report::list(name, items)
}

/// Equal parts: those beside changes are shown, the others are counted.
fn push_equal(
    items: &mut Vec<Item>,
    parts: &[(String, Node<'_>)],
    is_first: bool,
    is_last: bool,
    noun: &str,
    untyped: bool,
) {
    let count = parts.len();
    let low = if is_first { 0 } else { CONTEXT.min(count) };
    let mut high = if is_last { 0 } else { CONTEXT.min(count - low) };
    if count - low - high == 1 {
        // One line says no more than its folding.
        high += 1;
    }
    let show = |items: &mut Vec<Item>, part: &(String, Node<'_>)| {
        let value = report_equal(&part.1, untyped);
        items.push(Item::new(Mark::None, &part.0, value));
    };
    let (before, others) = parts.split_at(low);
    let (folded, after) = others.split_at(others.len() - high);
    before.iter().for_each(|part| show(items, part));
    if !folded.is_empty() {
        items.push(Item::folded(folded.len(), noun));
    }
    after.iter().for_each(|part| show(items, part));
}

fn push_changed(items: &mut Vec<Item>, name: &str, part: &Node<'_>, untyped: bool) {
    if part.children != part.depth {
        items.push(Item::new(Mark::None, name, report_changed(part, untyped)));
        return;
    }
    for (mark, value) in [(Mark::Removed, part.old), (Mark::Inserted, part.new)] {
        let view = View {
            mark,
            verbosity: 3,
            untyped,
        };
        if let Some(value) = value {
            items.push(Item::new(mark, name, report_value(value, view)));
        }
    }
}

/// A part that is equal in both: its first four fields that are not zero, and so on inside.
fn report_equal(node: &Node<'_>, _untyped: bool) -> Report {
    let view = View {
        mark: Mark::None,
        verbosity: 1,
        untyped: true,
    };
    let Some(go) = node.any() else { return Report::line("") };
    if node.depth == 0 {
        return report_value(go, view);
    }
    if let Content::Pointer(_) = go.content {
        let inner = node.parts.first().map(|(_, part)| report_equal(part, true));
        return inner.unwrap_or_else(|| Report::line("")).with_prefix("&");
    }
    let is_struct = matches!(go.content, Content::Struct(_));
    let mut items = Vec::new();
    for (name, part) in &node.parts {
        if is_struct && part.any().is_some_and(Go::is_zero) {
            continue;
        }
        if items.len() == view.limit() {
            items.push(Item::more());
            break;
        }
        items.push(Item::new(Mark::None, name, report_equal(part, true)));
    }
    Report::list("", items)
}

fn report_value(go: &Go, view: View) -> Report {
    let typed = |report: Report| match view.untyped || view.mark == Mark::None {
        true => report,
        false => report.with_prefix(&go.name),
    };
    let mut items = Vec::new();
    match &go.content {
        Content::Nil => return Report::line("nil"),
        Content::Text(text) => return Report::line(&short_text(text, view)),
        Content::Plain(text, _) => return Report::line(text),
        Content::Pointer(inner) if inner.name == "v1.LabelSelector" => {
            return Report::line(&format!("s{}", go_quote(&inner.selector_string())));
        }
        Content::Pointer(inner) => return report_value(inner, view).with_prefix("&"),
        Content::Struct(fields) => {
            for (name, field) in fields.iter().filter(|(_, field)| !field.is_zero()) {
                if items.len() == view.limit() {
                    items.push(Item::more());
                    break;
                }
                items.push(Item::new(Mark::None, name, report_value(field, view.inner(false))));
            }
        }
        Content::Slice(elements) => {
            for element in elements {
                if items.len() == view.limit() {
                    items.push(Item::more());
                    break;
                }
                items.push(Item::new(Mark::None, "", report_value(element, view.inner(true))));
            }
        }
        Content::Map(entries) => {
            for (key, value) in entries {
                if items.len() == view.limit() {
                    items.push(Item::more());
                    break;
                }
                let key = shown_key(&go.name, key);
                items.push(Item::new(Mark::None, &key, report_value(value, view.inner(true))));
            }
        }
    }
    typed(Report::list("", items))
}

/// A text is cut where it is long.
fn short_text(text: &str, view: View) -> String {
    let limit = (1_usize << view.verbosity) << 5;
    if text.len() > limit + 3
        && let Some(head) = text.get(..limit)
    {
        return format!("{}...", quoted(head));
    }
    quoted(text)
}

/// In quotes, or between backquotes where that needs no escapes.
fn quoted(text: &str) -> String {
    let quoted = go_quote(text);
    let is_raw = !text.contains('`') && !text.chars().any(char::is_control);
    if quoted.len() == text.len() + 2 || !is_raw {
        quoted
    } else {
        format!("`{text}`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn check(old: &Value, new: &Value, expect: &[&str]) {
        let spec = |spec: &Value| Go::of("core.PodSpec", Some(spec));
        let seen = go_diff(&spec(old), &spec(new));
        assert_eq!(seen.lines().collect::<Vec<_>>(), expect, "{seen}");
    }

    #[test]
    fn equal_values_have_no_difference() {
        check(&json!({"nodeName": "a"}), &json!({"nodeName": "a"}), &[]);
    }

    #[test]
    fn a_change_is_shown_with_its_neighbours() {
        check(
            &json!({"restartPolicy": "Always"}),
            &json!({"restartPolicy": "Never"}),
            &[
                "  core.PodSpec{",
                "  \t... // 2 identical fields",
                "  \tContainers:                    nil,",
                "  \tEphemeralContainers:           nil,",
                "- \tRestartPolicy:                 \"Always\",",
                "+ \tRestartPolicy:                 \"Never\",",
                "  \tTerminationGracePeriodSeconds: nil,",
                "  \tActiveDeadlineSeconds:         nil,",
                "  \t... // 26 identical fields",
                "  }",
            ],
        );
    }

    #[test]
    fn elements_of_lists_are_compared_one_by_one() {
        let containers = |command: &str| json!({"containers": [{"name": "a", "image": "i", "command": [command]}]});
        let seen = go_diff(
            &Go::of("core.PodSpec", Some(&containers("x"))),
            &Go::of("core.PodSpec", Some(&containers("y"))),
        );
        let changed: Vec<&str> = seen.lines().filter(|line| !line.starts_with(' ')).collect();
        assert_eq!(
            changed,
            [
                "- \t\t\tCommand:    []string{\"x\"},",
                "+ \t\t\tCommand:    []string{\"y\"},"
            ],
            "{seen}"
        );
    }

    #[test]
    fn what_is_written_beside_the_security_context_is_in_it() {
        let seen = go_diff(
            &Go::of("core.PodSpec", Some(&json!({"securityContext": {}}))),
            &Go::of(
                "core.PodSpec",
                Some(&json!({"securityContext": {}, "hostNetwork": true})),
            ),
        );
        assert!(
            seen.contains("+ \t\tHostNetwork: true,") && seen.contains("&core.PodSecurityContext{"),
            "{seen}"
        );
    }
}
