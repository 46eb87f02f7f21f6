//! The objects that files name: `-f`, `-k`.
//!
//! Source: cli-runtime's `resource.Builder` and `FilenameOptions`. No file comes from the network: whoever names a URL is told that
//! nobody answers there. Not modelled: building a kustomization.

use serde_json::Value;

use super::error::{CommandError, Result, refused};
use super::files::FileError;
use super::flags::Arguments;
use super::reader::read_manifests;
use super::selection::{Found, Info, Query, parse_selector};
use super::session::Session;
use crate::api::decode::Manifest;
use crate::api::{ObjectKey, ObjectMeta};
use crate::apiserver::ApiError;

/// The objects of files, each with its file's name, and what could not be decoded.
#[derive(Debug, Default)]
pub struct FileManifests {
    /// The objects.
    pub manifests: Vec<(Manifest, String)>,
    /// What could not be decoded.
    pub errors: Vec<CommandError>,
}

impl Query<'_> {
    /// Checks that a command that needs files has been given some.
    ///
    /// # Errors
    /// It has not, or it has been given both files and a kustomization.
    pub fn check_files(arguments: &Arguments) -> Result<()> {
        let (files, kustomization) = (
            !arguments.texts("filename").is_empty(),
            arguments.text("kustomize").is_some_and(|path| !path.is_empty()),
        );
        let why = match (files, kustomization) {
            (false, false) => "must specify one of -f and -k",
            (true, true) => "only one of -f or -k can be specified",
            (_, true) if arguments.flag("recursive") => "the -k flag can't be used with -f or -R",
            _ => return Ok(()),
        };
        Err(CommandError::message(why))
    }

    /// Finds the objects for a command that does not read them first: of those that files name, what is not there is found out
    /// when something is done with them.
    ///
    /// # Errors
    /// As [`Query::find`].
    pub fn find_unread(&self, session: &Session<'_>) -> Result<Found> {
        if self.files.is_empty() {
            return self.find(session);
        }
        self.find_by_files(session, |error, file| {
            error.with_context(&format!("error when deleting \"{file}\""))
        })
    }

    /// Finds the objects that files name; `missing` completes what is said of one that is not there, given its file.
    pub(super) fn find_by_files(
        &self,
        session: &Session<'_>,
        missing: impl Fn(ApiError, &str) -> ApiError,
    ) -> Result<Found> {
        if !self.words.is_empty() {
            return Err(CommandError::message(
                "when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well",
            ));
        }
        let read = self.read_files(session)?;
        let mut found = Found {
            errors: read.errors,
            single: read.manifests.len() == 1,
            ..Found::default()
        };
        for (manifest, file) in &read.manifests {
            found.kinds.push(manifest.kind);
            match self.manifest_key(manifest) {
                Ok(key) => match session.get(manifest.kind, &key) {
                    Some(value) => found.infos.push(Info {
                        kind: manifest.kind,
                        key,
                        value,
                    }),
                    None if self.ignore_not_found => {}
                    None => {
                        let error = ApiError::not_found(manifest.kind, &key.name);
                        found.errors.push(missing(error, file).into());
                    }
                },
                Err(error) => found.errors.push(error),
            }
        }
        Ok(found)
    }

    /// The objects of the files as they stand there (`--local`): the server is not asked.
    ///
    /// # Errors
    /// A file cannot be had.
    pub fn find_local(&self, session: &Session<'_>) -> Result<Found> {
        let read = self.read_files(session)?;
        let mut found = Found {
            errors: read.errors,
            single: read.manifests.len() == 1,
            ..Found::default()
        };
        for (manifest, _) in read.manifests {
            found.kinds.push(manifest.kind);
            match self.manifest_key(&manifest) {
                Ok(key) => found.infos.push(Info {
                    kind: manifest.kind,
                    key,
                    value: manifest.value,
                }),
                Err(error) => found.errors.push(error),
            }
        }
        Ok(found)
    }

    /// Reads and decodes the files.
    ///
    /// # Errors
    /// A file cannot be had. What is wrong inside files is in [`FileManifests::errors`].
    pub fn read_files(&self, session: &Session<'_>) -> Result<FileManifests> {
        let mut read = FileManifests::default();
        if let Some(path) = self.kustomization {
            return Err(unbuildable(session, path));
        }
        for path in &self.files {
            if let Some(host) = host_of(path) {
                return Err(CommandError::Verbatim(refused(host)));
            }
            let files = session.files.read(path).map_err(|error| match error {
                FileError::NotFound if *path == "." => CommandError::message(format!(
                    "error reading [{path}]: recognized file extensions are [.json .yaml .yml]"
                )),
                FileError::NotFound => CommandError::message(format!("the path \"{path}\" does not exist")),
                FileError::Unreadable(why) => CommandError::message(format!("error reading {path}: {why}")),
            })?;
            for file in files {
                let (manifests, errors) = read_manifests(&file.text, &file.name, self.validation);
                let source = if file.name == "-" { "STDIN" } else { &file.name };
                read.manifests
                    .extend(manifests.into_iter().map(|manifest| (manifest, source.to_owned())));
                read.errors.extend(errors);
            }
        }
        if let Some(selector) = self.selector.map(parse_selector).transpose()? {
            read.manifests
                .retain(|(manifest, _)| selector.matches(&ObjectMeta::from_json(&manifest.value["metadata"]).labels));
        }
        Ok(read)
    }

    /// Where a manifest's object lives.
    ///
    /// # Errors
    /// Its namespace is not the one asked for.
    pub fn manifest_key(&self, manifest: &Manifest) -> Result<ObjectKey> {
        let metadata = manifest.value.get("metadata").unwrap_or(&Value::Null);
        let text = |key| crate::api::json::text(metadata, key);
        let (given, name) = (text("namespace"), text("name"));
        if !manifest.kind.is_namespaced() {
            return Ok(ObjectKey::cluster(name));
        }
        if !given.is_empty() && self.namespace_given && given != self.namespace.as_str() {
            return Err(CommandError::message(format!(
                "the namespace from the provided object \"{given}\" does not match the namespace \"{}\". You must pass \
                 '--namespace={given}' to perform this operation.",
                self.namespace
            )));
        }
        let namespace = if given.is_empty() {
            self.namespace.as_str().into()
        } else {
            given
        };
        Ok(ObjectKey::new(namespace, name))
    }
}

/// The host of a URL.
fn host_of(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("http://").or_else(|| path.strip_prefix("https://"))?;
    rest.split(['/', '?', '#']).next()
}

/// Why a folder is not made into objects.
fn unbuildable(session: &Session<'_>, path: &str) -> CommandError {
    const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
    let Ok(files) = session.files.read_folder(path) else {
        return CommandError::message(format!(
            "must build at directory: not a valid directory: evalsymlink failure on '{path}' : lstat {path}: no such file or \
             directory"
        ));
    };
    let is_kustomization = |name: &str| NAMES.iter().any(|known| name.rsplit('/').next() == Some(known));
    match files.iter().any(|file| is_kustomization(&file.name)) {
        true => {
            CommandError::message("building a kustomization is not modelled: apply what `kubectl kustomize` prints")
        }
        false => CommandError::message(format!(
            "unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '{path}'"
        )),
    }
}
