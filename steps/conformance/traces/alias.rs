//! Random names under the names that the recordings give them.
//!
//! A pod whose name is generated is `{pod of OWNER}`, a Deployment's second ReplicaSet `Deployment/web#2`, a CronJob's Job
//! `tick-{minute}`; identities and durations are `{uid}`, `{time}`.

use std::collections::BTreeMap;

use regex::Regex;
use shakedown_engine::api::{Kind, Object, ObjectMeta, Pod};

/// The label that carries the hash in a ReplicaSet's name.
const TEMPLATE_HASH: &str = "pod-template-hash";

/// What has been seen of random names.
#[derive(Debug, Default, Clone)]
pub struct Aliases {
    /// The ReplicaSets of each Deployment, in order of creation.
    replica_sets: BTreeMap<String, Vec<String>>,
    /// Random text → alias.
    aliases: BTreeMap<String, String>,
}

impl Aliases {
    /// Takes note of an object's random names.
    pub fn learn(&mut self, object: &Object) {
        let meta = object.meta();
        self.aliases.insert(meta.uid.to_string(), "{uid}".to_owned());
        match object {
            Object::Pod(pod) => {
                let owner = self.owner(pod);
                if let Some(owner) = owner.filter(|_| is_random(&pod.meta)) {
                    self.aliases
                        .insert(meta.name.to_string(), format!("{{pod of {owner}}}"));
                }
            }
            _ if object.kind() == Kind::REPLICA_SET => {
                if let Some((deployment, number)) = self.replica_set(meta) {
                    let alias = format!("{{Deployment/{deployment}#{number}}}");
                    self.aliases.insert(meta.name.to_string(), alias);
                }
            }
            _ if object.kind() == Kind::JOB && meta.controller().is_some_and(|owner| owner.kind == "CronJob") => {
                let alias = job_alias(&meta.name);
                self.aliases.insert(meta.name.to_string(), alias);
            }
            _ => {}
        }
    }

    /// The Deployment of a ReplicaSet or of one of its pods, and which of its ReplicaSets it is, from 1.
    fn number(&mut self, replica_set: &str, meta: &ObjectMeta) -> Option<(String, usize)> {
        let hash = meta.labels.get(TEMPLATE_HASH)?;
        let deployment = replica_set.strip_suffix(hash.as_str())?.strip_suffix('-')?;
        let known = self.replica_sets.entry(deployment.to_owned()).or_default();
        let index = known.iter().position(|name| name == replica_set).unwrap_or_else(|| {
            known.push(replica_set.to_owned());
            known.len() - 1
        });
        Some((deployment.to_owned(), index + 1))
    }

    fn replica_set(&mut self, meta: &ObjectMeta) -> Option<(String, usize)> {
        meta.controller().filter(|owner| owner.kind == "Deployment")?;
        self.number(&meta.name, meta)
    }

    /// What the recordings call a pod's owner; none if nothing owns it.
    pub fn owner(&mut self, pod: &Pod) -> Option<String> {
        let owner = pod.meta.controller()?;
        match owner.kind.as_str() {
            "ReplicaSet" => Some(match self.number(&owner.name, &pod.meta) {
                Some((deployment, number)) => format!("Deployment/{deployment}#{number}"),
                None => format!("ReplicaSet/{}", owner.name),
            }),
            "Job" => Some(format!("Job/{}", job_alias(&owner.name))),
            kind => Some(format!("{kind}/{}", owner.name)),
        }
    }

    /// `Kind/name` of an object, as the keys of a take's `objects`.
    pub fn object_name(&mut self, object: &Object) -> String {
        let meta = object.meta();
        let kind = object.kind().name();
        match (kind, self.replica_set(meta)) {
            ("ReplicaSet", Some((deployment, number))) => format!("ReplicaSet/{deployment}#{number}"),
            ("Job", _) => format!("Job/{}", job_alias(&meta.name)),
            _ => format!("{kind}/{}", meta.name),
        }
    }

    /// A text with every random name replaced that has been learnt.
    pub fn replace(&self, text: &str) -> String {
        let mut known: Vec<(&String, &String)> = self
            .aliases
            .iter()
            .filter(|(name, _)| text.contains(name.as_str()))
            .collect();
        // A pod's name starts with its ReplicaSet's: the longer one goes first.
        known.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        let mut text = text.to_owned();
        for (name, alias) in known {
            text = text.replace(name.as_str(), alias);
        }
        text
    }
}

/// How many letters the API server appends to a name that it generates.
const RANDOM_LETTERS: usize = 5;

/// Whether an object's name was generated; pods of a StatefulSet carry a prefix, too, but end in their number.
pub fn is_random(meta: &ObjectMeta) -> bool {
    let suffix = meta.name.strip_prefix(meta.generate_name.as_str());
    !meta.generate_name.is_empty() && suffix.is_some_and(|suffix| suffix.len() == RANDOM_LETTERS)
}

/// The name of a CronJob's Job ends with the minute it was for.
fn job_alias(name: &str) -> String {
    match name.rsplit_once('-') {
        Some((cron_job, minute)) if minute.len() == 8 && minute.bytes().all(|b| b.is_ascii_digit()) => {
            format!("{cron_job}-{{minute}}")
        }
        _ => name.to_owned(),
    }
}

/// Replaces what is random in events besides names.
pub struct EventAliases {
    patterns: Vec<(Regex, &'static str)>,
}

impl EventAliases {
    /// The patterns of random texts.
    pub fn new() -> Self {
        let patterns = [
            (r" in [0-9.a-zµ]+ \([0-9.a-zµ]+ including waiting\)", " in {time}"),
            (r"^(Successfully assigned .+ to) \S+$", "$1 {node}"),
            (r"kube-api-access-[a-z0-9]+", "kube-api-access-{suffix}"),
            // A pod that was refused has been given a name all the same.
            (r#"pods "\{(Deployment/[^}]+)\}-[a-z0-9]{5}""#, r#"pods "{pod of $1}""#),
        ];
        let compiled = patterns
            .into_iter()
            .filter_map(|(pattern, alias)| Some((Regex::new(pattern).ok()?, alias)));
        EventAliases {
            patterns: compiled.collect(),
        }
    }

    /// A message without what is random.
    pub fn replace(&self, message: String) -> String {
        let mut message = message;
        for (pattern, alias) in &self.patterns {
            message = pattern.replace_all(&message, *alias).into_owned();
        }
        message
    }
}
