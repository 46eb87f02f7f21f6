//! Which objects a command is about: kinds and names, selectors, files.
//!
//! Source: cli-runtime's `resource.Builder`, whose order of checks and messages this follows.

use serde_json::Value;

use super::error::{CommandError, Result};
use super::field_selector::{FieldQuery, unselectable};
use super::flags::Arguments;
use super::resources::{kind_of, kinds_of};
use super::session::{DEFAULT_NAMESPACE, Session};
use crate::api::{Kind, Object, ObjectKey, Selector};
use crate::apiserver::{ApiError, FieldValidation};

/// What kubectl says when no objects are named at all.
const NOTHING_NAMED: &str = "You must provide one or more resources by argument or filename.\nExample resource specifications \
                             include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'";

/// An object a command is about.
#[derive(Debug, Clone)]
pub struct Info {
    /// Its kind.
    pub kind: Kind,
    /// Namespace and name.
    pub key: ObjectKey,
    /// The object as the API shows it.
    pub value: Value,
}

impl Info {
    /// `deployment.apps/web`, as success messages begin.
    pub fn label(&self) -> String {
        format!("{}/{}", self.kind.info().group_singular(), self.key.name)
    }

    /// `deployments/web`, as some messages begin.
    pub fn plural_label(&self) -> String {
        format!("{}/{}", self.kind.info().plural, self.key.name)
    }
}

/// What was found, and what was not.
#[derive(Debug, Default)]
pub struct Found {
    /// The objects, in the order of the request.
    pub infos: Vec<Info>,
    /// What could not be found.
    pub errors: Vec<CommandError>,
    /// Whether exactly one object was asked for, by name.
    pub single: bool,
    /// The kinds that were asked for.
    pub kinds: Vec<Kind>,
}

/// The selectors of a request.
pub struct Matcher {
    labels: Option<Selector>,
    fields: Option<FieldQuery>,
}

impl Matcher {
    /// Whether an object has the labels.
    pub fn labelled(&self, object: &Object) -> bool {
        self.labels
            .as_ref()
            .is_none_or(|labels| labels.matches(&object.meta().labels))
    }

    /// Whether an object, as the API shows it, has the fields.
    pub fn has_fields(&self, value: &Value) -> bool {
        self.fields.as_ref().is_none_or(|fields| fields.matches(value))
    }
}

/// A request for objects.
#[derive(Debug, Clone, Default)]
pub struct Query<'q> {
    /// Kinds and names, as on the command line.
    pub words: Vec<String>,
    /// `-f`.
    pub files: Vec<&'q str>,
    /// `-k`.
    pub kustomization: Option<&'q str>,
    /// The namespace.
    pub namespace: String,
    /// Whether the namespace was given explicitly.
    pub namespace_given: bool,
    /// `--all-namespaces`.
    pub all_namespaces: bool,
    /// `-l`.
    pub selector: Option<&'q str>,
    /// `--field-selector`.
    pub field_selector: Option<&'q str>,
    /// `--all`.
    pub all: bool,
    /// Whether a kind alone means all its objects.
    pub kind_alone: bool,
    /// `--ignore-not-found`.
    pub ignore_not_found: bool,
    /// What `--validate` says, for commands that have it and asked for it ([`Query::validated`]).
    pub validation: Option<FieldValidation>,
}

impl<'q> Query<'q> {
    /// The query that a command's flags and arguments make.
    pub fn of(arguments: &'q Arguments, words: &[String]) -> Query<'q> {
        Query {
            words: words.to_vec(),
            files: arguments.texts("filename"),
            kustomization: arguments.text("kustomize").filter(|path| !path.is_empty()),
            namespace: arguments.text("namespace").unwrap_or(DEFAULT_NAMESPACE).to_owned(),
            namespace_given: arguments.has("namespace"),
            all_namespaces: arguments.flag("all-namespaces"),
            selector: arguments.text("selector").filter(|text| !text.is_empty()),
            field_selector: arguments.text("field-selector").filter(|text| !text.is_empty()),
            all: arguments.flag("all"),
            kind_alone: false,
            ignore_not_found: arguments.flag("ignore-not-found"),
            validation: None,
        }
    }

    /// The same, its files validated as `--validate` says; so are then the requests of this run of kubectl.
    ///
    /// # Errors
    /// A value that the flag does not take.
    pub fn validated(mut self, session: &mut Session<'_>, arguments: &Arguments) -> Result<Self> {
        let validation = match arguments.text("validate").unwrap_or("strict") {
            "strict" | "true" | "True" | "TRUE" | "t" | "T" | "1" => FieldValidation::Strict,
            "warn" => FieldValidation::Warn,
            "ignore" | "false" | "False" | "FALSE" | "f" | "F" | "0" => FieldValidation::Ignore,
            other => {
                return Err(CommandError::message(format!(
                    "invalid - validate option \"{other}\"; must be one of: strict (or true), warn, ignore (or false)"
                )));
            }
        };
        self.validation = Some(validation);
        session.validation = validation;
        Ok(self)
    }

    /// The same, a kind alone meaning all its objects.
    #[must_use]
    pub fn kind_alone(mut self) -> Self {
        self.kind_alone = true;
        self
    }

    /// Finds the objects.
    ///
    /// # Errors
    /// The request itself makes no sense; what merely is not there is in [`Found::errors`].
    pub fn find(&self, session: &Session<'_>) -> Result<Found> {
        if !self.files.is_empty() || self.kustomization.is_some() {
            return self.find_by_files(session, |error, _| error);
        }
        if self.all && self.selector.is_some() {
            return Err(CommandError::message(
                "cannot set --all and --selector at the same time",
            ));
        }
        let slashes = self.words.iter().filter(|word| word.contains('/')).count();
        if slashes > 0 && slashes == self.words.len() {
            return self.find_pairs(session);
        }
        if slashes > 0 {
            return Err(CommandError::message(
                "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form \
                 (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'",
            ));
        }
        let Some((kinds, names)) = self.words.split_first() else {
            return Err(CommandError::message(NOTHING_NAMED));
        };
        let kinds = kinds_of(kinds)?;
        if names.is_empty() {
            self.find_all(session, kinds)
        } else {
            self.find_named(session, kinds, names)
        }
    }

    fn find_pairs(&self, session: &Session<'_>) -> Result<Found> {
        let mut found = Found {
            single: self.words.len() == 1,
            ..Found::default()
        };
        self.check_named()?;
        for word in &self.words {
            let Some((kind, name)) = word.split_once('/').filter(|(_, name)| !name.contains('/')) else {
                return Err(CommandError::message(
                    "arguments in resource/name form may not have more than one slash",
                ));
            };
            if kind.is_empty() || name.is_empty() || kind.contains(',') {
                return Err(CommandError::message(
                    "arguments in resource/name form must have a single resource and name",
                ));
            }
            let kind = kind_of(kind)?;
            found.kinds.push(kind);
            self.look_up(session, kind, name, &mut found);
        }
        Ok(found)
    }

    fn find_named(&self, session: &Session<'_>, kinds: Vec<Kind>, names: &[String]) -> Result<Found> {
        self.check_named()?;
        let [kind] = kinds.as_slice() else {
            return Err(CommandError::message("you may only specify a single resource type"));
        };
        let mut found = Found {
            single: names.len() == 1,
            kinds: vec![*kind],
            ..Found::default()
        };
        for name in names {
            if name.is_empty() {
                return Err(CommandError::message("resource name may not be empty"));
            }
            self.look_up(session, *kind, name, &mut found);
        }
        Ok(found)
    }

    fn check_named(&self) -> Result<()> {
        if self.selector.is_some() || self.field_selector.is_some() || self.all {
            return Err(CommandError::message(
                "name cannot be provided when a selector is specified",
            ));
        }
        if self.all_namespaces {
            return Err(CommandError::message(
                "a resource cannot be retrieved by name across all namespaces",
            ));
        }
        Ok(())
    }

    fn look_up(&self, session: &Session<'_>, kind: Kind, name: &str, found: &mut Found) {
        let key = self.key(kind, name);
        match session.get(kind, &key) {
            Some(value) => found.infos.push(Info { kind, key, value }),
            None if self.ignore_not_found => {}
            None => found.errors.push(ApiError::not_found(kind, name).into()),
        }
    }

    fn find_all(&self, session: &Session<'_>, kinds: Vec<Kind>) -> Result<Found> {
        if !self.kind_alone && !self.all && self.selector.is_none() && self.field_selector.is_none() {
            return Err(CommandError::message(
                "resource(s) were provided, but no name was specified",
            ));
        }
        let mut found = Found {
            kinds,
            ..Found::default()
        };
        for &kind in &found.kinds {
            let matches = self.matcher(kind)?;
            let objects = session.cluster.store().objects();
            let in_namespace = kind.is_namespaced() && !self.all_namespaces;
            let (some, all);
            let candidates: &mut dyn Iterator<Item = _> = if in_namespace {
                some = objects.of_kind_in(kind, &self.namespace);
                &mut { some }
            } else {
                all = objects.of_kind(kind);
                &mut { all }
            };
            for object in candidates {
                if !matches.labelled(object) {
                    continue;
                }
                let value = session.external(object);
                if matches.has_fields(&value) {
                    found.infos.push(Info {
                        kind,
                        key: object.key(),
                        value,
                    });
                }
            }
        }
        Ok(found)
    }

    /// What the selectors ask of objects of a kind.
    ///
    /// # Errors
    /// A selector is malformed, or names a field that the kind cannot be selected by.
    pub fn matcher(&self, kind: Kind) -> Result<Matcher> {
        let refuse = |why: String| {
            let (labels, fields) = (
                self.selector.unwrap_or_default(),
                self.field_selector.unwrap_or_default(),
            );
            unselectable(kind, labels, fields, &why)
        };
        let labels = self
            .selector
            .map(|text| text.parse().map_err(|error| format!("{error}")));
        let fields = self.field_selector.map(|text| FieldQuery::parse(text, kind));
        Ok(Matcher {
            labels: labels.transpose().map_err(refuse)?,
            fields: fields.transpose().map_err(refuse)?,
        })
    }

    fn key(&self, kind: Kind, name: &str) -> ObjectKey {
        if kind.is_namespaced() {
            ObjectKey::new(self.namespace.as_str(), name)
        } else {
            ObjectKey::cluster(name)
        }
    }
}

pub(super) fn parse_selector(text: &str) -> Result<Selector> {
    text.parse().map_err(|error| CommandError::message(format!("{error}")))
}
