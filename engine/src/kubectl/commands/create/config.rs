//! `kubectl create configmap`, and the data that it and `create secret` take from literals, files, folders and env files.
//!
//! Deliberately not modelled: binary files in folders, and variables that an env file takes from the environment (there is none).

use std::collections::BTreeMap;

use serde_json::Map;

use super::generated::{COMMON, object, only_name, store};
use super::hash::with_hash;
use crate::api::Kind;
use crate::api::defaulting::base64;
use crate::api::validation::{config_key_errors, variable_errors};
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::files::{FileError, SourceFile};
use crate::kubectl::flags::{Arguments, CHANGE, Flag, OUTPUT};
use crate::kubectl::session::Session;

/// The flags that say where data comes from.
pub const SOURCES: &[Flag] = &[
    Flag::texts("from-literal"),
    Flag::texts("from-file"),
    Flag::texts("from-env-file"),
    Flag::bool("append-hash"),
];
/// Its flags.
pub const FLAGS: &[&[Flag]] = &[SOURCES, COMMON, CHANGE, OUTPUT];

/// Runs the command.
pub fn run(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let name = only_name(arguments, "create configmap")?;
    let data = data(session, arguments, &Target::ConfigMap(name))?;
    let (mut texts, mut binaries) = (Map::new(), Map::new());
    for (key, bytes) in data {
        match String::from_utf8(bytes) {
            Ok(text) => texts.insert(key, text.into()),
            Err(error) => binaries.insert(key, base64(error.as_bytes()).into()),
        };
    }
    let mut hashed = vec![("data", texts.clone().into()), ("kind", "ConfigMap".into())];
    if !binaries.is_empty() {
        hashed.insert(0, ("binaryData", binaries.clone().into()));
    }
    let name = match arguments.flag("append-hash") {
        true => with_hash(name, &hashed),
        false => name.to_owned(),
    };
    let mut map = object(arguments, Kind::CONFIG_MAP, &name);
    for (member, data) in [("data", texts), ("binaryData", binaries)] {
        if !data.is_empty() {
            map.insert(member.to_owned(), data.into());
        }
    }
    store(
        session,
        arguments,
        Kind::CONFIG_MAP,
        "failed to create configmap: ",
        map,
    )
}

/// What the data is for; complaints differ.
pub enum Target<'a> {
    /// A ConfigMap of this name.
    ConfigMap(&'a str),
    /// A Secret.
    Secret,
}

impl Target<'_> {
    fn check_key(&self, key: &str, data: &Data) -> Result<()> {
        let errors = config_key_errors(key);
        if !errors.is_empty() {
            let (kind, errors) = match self {
                Target::ConfigMap(_) => ("ConfigMap:", errors.join(",")),
                Target::Secret => ("Secret", errors.join(";")),
            };
            return Err(CommandError::message(format!(
                "{key:?} is not a valid key name for a {kind} {errors}"
            )));
        }
        if !data.contains_key(key) {
            return Ok(());
        }
        Err(CommandError::message(match self {
            Target::ConfigMap(name) => format!(
                "cannot add key \"{key}\", another key by that name already exists in Data for ConfigMap \"{name}\""
            ),
            Target::Secret => format!("cannot add key {key}, another key by that name already exists"),
        }))
    }
}

/// Keys and what stands under them.
pub type Data = BTreeMap<String, Vec<u8>>;

/// The data that the flags ask for.
///
/// # Errors
/// A source that is malformed or cannot be read, or a key that is taken or not allowed.
pub fn data(session: &Session<'_>, arguments: &Arguments, target: &Target<'_>) -> Result<Data> {
    let (files, literals, env) = (
        arguments.texts("from-file"),
        arguments.all("from-literal"),
        arguments.texts("from-env-file"),
    );
    let has_others = !files.is_empty() || !literals.is_empty();
    if !env.is_empty() && has_others {
        return Err(CommandError::message(
            "from-env-file cannot be combined with from-file or from-literal",
        ));
    }
    let mut data = Data::new();
    let mut add = |key: &str, bytes: &[u8]| {
        target.check_key(key, &data)?;
        data.insert(key.to_owned(), bytes.to_vec());
        Ok::<(), CommandError>(())
    };
    for source in files {
        for (key, bytes) in read_source(session, source)? {
            add(&key, &bytes)?;
        }
    }
    for literal in literals {
        let Some((key, text)) = literal.split_once('=').filter(|(key, _)| !key.is_empty()) else {
            return Err(CommandError::message(format!(
                "invalid literal source {literal}, expected key=value"
            )));
        };
        // A value may stand in quotes of its own.
        add(key, text.trim_matches(['"', '\'']).as_bytes())?;
    }
    for path in env {
        for (key, text) in read_env(session, path)? {
            add(&key, text.as_bytes())?;
        }
    }
    Ok(data)
}

/// `FILE`, `KEY=FILE` or `FOLDER`: keys and what the files hold.
fn read_source(session: &Session<'_>, source: &str) -> Result<Vec<(String, Vec<u8>)>> {
    let equals = source.matches('=').count();
    let (key, path) = match source.split_once('=') {
        None => (source.rsplit('/').next().unwrap_or(source), source),
        Some(_) if equals > 1 => {
            return Err(CommandError::message("key names or file paths cannot contain '='"));
        }
        Some(("", path)) => {
            return Err(CommandError::message(format!("key name for file path {path} missing")));
        }
        Some((key, "")) => {
            return Err(CommandError::message(format!("file path for key name {key} missing")));
        }
        Some((key, path)) => (key, path),
    };
    if let Ok(files) = session.files.read_folder(path) {
        if equals > 0 {
            return Err(CommandError::message("cannot give a key name for a directory path"));
        }
        let key = |file: &SourceFile| file.name.rsplit('/').next().unwrap_or_default().to_owned();
        let entry = |file: SourceFile| (key(&file), file.text.into_bytes());
        return Ok(files.into_iter().map(entry).collect());
    }
    Ok(vec![(key.to_owned(), read(session, path)?)])
}

fn read(session: &Session<'_>, path: &str) -> Result<Vec<u8>> {
    let why = match session.files.read_bytes(path) {
        Ok(bytes) => return Ok(bytes),
        Err(FileError::NotFound) => "no such file or directory".to_owned(),
        Err(FileError::Unreadable(why)) => why,
    };
    Err(CommandError::message(format!("error reading {path}: {why}")))
}

/// An env file: `KEY=TEXT` a line, comments and empty lines apart.
fn read_env(session: &Session<'_>, path: &str) -> Result<Vec<(String, String)>> {
    let text = String::from_utf8_lossy(&read(session, path)?).into_owned();
    let mut pairs = Vec::new();
    for line in text.trim_start_matches('\u{feff}').lines() {
        let line = line.trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        let errors = variable_errors(key);
        if !errors.is_empty() {
            return Err(CommandError::message(format!(
                "{key:?} is not a valid key name: {}",
                errors.join(";")
            )));
        }
        pairs.push((key.to_owned(), value.to_owned()));
    }
    Ok(pairs)
}
