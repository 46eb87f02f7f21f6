//! What the recorder's scripted runtime let containers do: the image's name says it, and the commands of probes and hooks.

use std::time::Duration;

use regex::Regex;
use serde_json::Value;
use shakedown_engine::api::decode::{DecodeOptions, Origin, decode_documents};
use shakedown_engine::api::duration::parse_ns;
use shakedown_engine::environment::{ContainerSelector, Rule};
use shakedown_engine::runtime::{Behaviour, ExecScript, Life, Outcome, Stop};
use smol_str::SmolStr;

/// What a failing probe prints.
const PROBE_FAILURE: &str = "scripted probe failure\n";
/// The script of an image that no registry has.
pub const NOT_PULLABLE: &str = "pullfail";

/// `5s`, `150ms`.
fn duration(text: &str) -> Option<Duration> {
    parse_ns(text)
        .ok()
        .and_then(|ns| u64::try_from(ns).ok())
        .map(Duration::from_nanos)
}

/// The images that texts (manifests, command lines) name, each once.
pub fn images<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<SmolStr> {
    let Ok(reference) = Regex::new(r"[a-z0-9.-]+(?:/[A-Za-z0-9._-]+)+(?::[A-Za-z0-9._-]+)?") else {
        return Vec::new();
    };
    let mut images: Vec<SmolStr> = texts
        .flat_map(|text| {
            reference
                .find_iter(text)
                .map(|found| found.as_str().into())
                .collect::<Vec<_>>()
        })
        .collect();
    images.sort();
    images.dedup();
    images
}

/// An image's script and tag: the last component of its name.
pub fn script_of(image: &str) -> (&str, &str) {
    let last = image.rsplit('/').next().unwrap_or(image);
    last.split_once(':').unwrap_or((last, ""))
}

/// One life of a container: `run`, `exit-1-after-5s`, `oom-after-5s`, `starterror`, `createerror`.
fn life(script: &str) -> Option<Life> {
    if let Some((code, after)) = script.strip_prefix("exit-").and_then(|rest| rest.split_once("-after-")) {
        return Some(Life::Exit {
            code: code.parse().ok()?,
            after: duration(after)?,
        });
    }
    if let Some(after) = script.strip_prefix("oom-after-") {
        return Some(Life::OutOfMemory {
            after: duration(after)?,
        });
    }
    match script {
        "starterror" => Some(Life::StartError {
            executable: "exit".into(),
        }),
        "createerror" => Some(Life::CreateError {
            message: "scripted createerror".into(),
        }),
        _ => Some(Life::Serve),
    }
}

/// What an image's name says, with the scripts of all commands that may be run inside.
pub fn of_image(image: &str, commands: &[(Vec<SmolStr>, ExecScript)]) -> Rule {
    let (script, tag) = script_of(image);
    let lives = match script.strip_prefix("seq_") {
        Some(lives) => lives.split('_').filter_map(life).collect(),
        None => life(script).into_iter().collect(),
    };
    Rule {
        containers: ContainerSelector::Image(image.into()),
        behaviour: Behaviour {
            image_present: (tag == "cached").then_some(true),
            pull: script.strip_prefix("pullslow-").and_then(duration),
            lives,
            exec: commands.to_vec(),
            ..Behaviour::default()
        },
    }
}

/// `["probe", SPEC]` or `["hook", SPEC]`.
fn command(words: &[Value]) -> Option<(Vec<SmolStr>, ExecScript)> {
    let words: Vec<SmolStr> = words.iter().filter_map(Value::as_str).map(SmolStr::from).collect();
    let [tool, spec] = words.as_slice() else { return None };
    if !matches!(tool.as_str(), "probe" | "hook") {
        return None;
    }
    let mut script = ExecScript {
        output: PROBE_FAILURE.into(),
        ..ExecScript::default()
    };
    let spec = match spec.strip_prefix("first:") {
        Some(rest) => {
            script.first_life_only = true;
            rest
        }
        None => spec.as_str(),
    };
    if let Some(after) = spec.strip_prefix("ok-after-") {
        script.outcome = Outcome::SucceedsAfter(duration(after)?);
    } else if let Some(after) = spec.strip_prefix("fail-after-") {
        script.outcome = Outcome::FailsAfter(duration(after)?);
    } else if let Some((from, to)) = spec.strip_prefix("fail-between-").and_then(|rest| rest.split_once('-')) {
        script.outcome = Outcome::FailsBetween(duration(from)?, duration(to)?);
    } else if let Some(takes) = spec.strip_prefix("slow-").or(spec.strip_prefix("sleep-")) {
        script.takes = duration(takes)?;
    } else if spec == "fail" {
        script.outcome = Outcome::Fails;
    }
    Some((words, script))
}

/// What the manifests say besides images: the commands of probes and hooks, and how containers answer SIGTERM.
#[derive(Debug, Default)]
pub struct Manifest {
    /// What commands run inside containers do.
    pub commands: Vec<(Vec<SmolStr>, ExecScript)>,
    /// How containers answer SIGTERM.
    pub stops: Vec<Rule>,
}

/// Deeper nesting than manifests have.
const DEEPEST: usize = 64;

impl Manifest {
    /// Reads what a manifest says. What is malformed is told when it is applied.
    pub fn read(&mut self, text: &str, namespace: &str) {
        let documents = decode_documents(text, &Origin::file("manifest"), DecodeOptions::default());
        for object in documents.into_iter().flatten() {
            let name = object
                .value
                .pointer("/metadata/name")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let pods = match object.kind.name() {
                "Pod" => name.to_owned(),
                _ => format!("{name}-*"),
            };
            self.visit(&object.value, &pods, namespace, 0);
        }
    }

    fn visit(&mut self, value: &Value, pods: &str, namespace: &str, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        match value {
            Value::Array(items) => items
                .iter()
                .for_each(|item| self.visit(item, pods, namespace, depth + 1)),
            Value::Object(fields) => {
                if let Some(script) = fields
                    .get("command")
                    .and_then(Value::as_array)
                    .and_then(|words| command(words))
                {
                    self.commands.push(script);
                }
                if let Some(stop) = stop(value) {
                    let container = fields.get("name").and_then(Value::as_str).unwrap_or_default();
                    self.stops.push(Rule {
                        containers: ContainerSelector::Pod {
                            namespace: namespace.into(),
                            pod: pods.into(),
                            container: container.into(),
                        },
                        behaviour: Behaviour {
                            stop: Some(stop),
                            ..Behaviour::default()
                        },
                    });
                }
                fields
                    .values()
                    .for_each(|field| self.visit(field, pods, namespace, depth + 1));
            }
            _ => {}
        }
    }
}

/// A container's `TERM_BEHAVIOR`: `exit<N>-after-Ts` or `ignore`.
fn stop(container: &Value) -> Option<Stop> {
    let variables = container.get("env")?.as_array()?;
    let is_stop = |variable: &&Value| variable.get("name").and_then(Value::as_str) == Some("TERM_BEHAVIOR");
    let text = variables.iter().find(is_stop)?.get("value")?.as_str()?;
    if text == "ignore" {
        return Some(Stop::Ignore);
    }
    let (code, after) = text.strip_prefix("exit")?.split_once("-after-")?;
    Some(Stop::Exit {
        code: code.parse().ok()?,
        after: Some(duration(after)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_and_commands_say_what_happens() {
        let lives = |image: &str| of_image(image, &[]).behaviour.lives;
        let exit = |code, secs| Life::Exit {
            code,
            after: Duration::from_secs(secs),
        };
        assert_eq!(lives("reg.local/a/exit-3-after-5s:v1"), [exit(3, 5)]);
        assert_eq!(
            lives("reg.local/a/seq_exit-1-after-2s_run:v1"),
            [exit(1, 2), Life::Serve]
        );
        assert_eq!(lives("reg.local/a/run:cached"), [Life::Serve]);
        assert_eq!(
            of_image("reg.local/a/run:cached", &[]).behaviour.image_present,
            Some(true)
        );
        let outcome = |spec: &str| {
            command(&["probe".into(), spec.into()]).map(|(_, script)| (script.outcome, script.first_life_only))
        };
        let secs = Duration::from_secs;
        assert_eq!(outcome("ok-after-5s"), Some((Outcome::SucceedsAfter(secs(5)), false)));
        assert_eq!(outcome("first:fail"), Some((Outcome::Fails, true)));
        assert_eq!(
            outcome("fail-between-5s-9s"),
            Some((Outcome::FailsBetween(secs(5), secs(9)), false))
        );
    }

    #[test]
    fn images_are_found_in_texts() {
        let found = images(
            [
                "image: reg.local/x/run:v1\n",
                "kubectl set image deploy/web app=reg.local/x/run:v2",
            ]
            .into_iter(),
        );
        assert!(
            found.contains(&"reg.local/x/run:v1".into()) && found.contains(&"reg.local/x/run:v2".into()),
            "{found:?}"
        );
    }
}
