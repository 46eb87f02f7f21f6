//! Where commands get files from: the engine reads none itself.

use std::collections::BTreeMap;

/// Why a file cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// There is none.
    #[error("does not exist")]
    NotFound,
    /// It is there but cannot be read.
    #[error("{0}")]
    Unreadable(String),
}

/// A file that a command named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its name, as messages show it.
    pub name: String,
    /// What it holds.
    pub text: String,
}

/// The files that commands may name.
pub trait FileSource {
    /// The files at a path: the file itself, or the manifests of a directory in the order of their names; `-` is standard
    /// input.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    fn read(&self, path: &str) -> Result<Vec<SourceFile>, FileError>;

    /// The bytes of one file, whatever they are.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    fn read_bytes(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let file = self.read(path)?.into_iter().next();
        Ok(file.map(|file| file.text.into_bytes()).unwrap_or_default())
    }

    /// All files of a folder, in the order of their names, whatever they hold.
    ///
    /// # Errors
    /// There is no such folder, or it cannot be read.
    fn read_folder(&self, path: &str) -> Result<Vec<SourceFile>, FileError>;
}

/// No files at all.
#[derive(Debug, Default, Clone, Copy)]
pub struct NoFiles;

impl FileSource for NoFiles {
    fn read(&self, _path: &str) -> Result<Vec<SourceFile>, FileError> {
        Err(FileError::NotFound)
    }

    fn read_folder(&self, _path: &str) -> Result<Vec<SourceFile>, FileError> {
        Err(FileError::NotFound)
    }
}

/// Files held in memory, by path.
impl FileSource for BTreeMap<String, String> {
    fn read(&self, path: &str) -> Result<Vec<SourceFile>, FileError> {
        read_in_memory(self, path, |text| Some(text.clone()))
    }

    fn read_folder(&self, path: &str) -> Result<Vec<SourceFile>, FileError> {
        folder_in_memory(self, path, |text| Some(text.clone()))
    }
}

/// Files held in memory, by path, some of which may be no text.
impl FileSource for BTreeMap<String, Vec<u8>> {
    fn read(&self, path: &str) -> Result<Vec<SourceFile>, FileError> {
        read_in_memory(self, path, |bytes| String::from_utf8(bytes.clone()).ok())
    }

    fn read_bytes(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.get(path).cloned().ok_or(FileError::NotFound)
    }

    fn read_folder(&self, path: &str) -> Result<Vec<SourceFile>, FileError> {
        folder_in_memory(self, path, |bytes| String::from_utf8(bytes.clone()).ok())
    }
}

fn read_in_memory<T>(
    files: &BTreeMap<String, T>,
    path: &str,
    text_of: impl Fn(&T) -> Option<String>,
) -> Result<Vec<SourceFile>, FileError> {
    if let Some((name, content)) = files.get_key_value(path) {
        let text = text_of(content).ok_or_else(|| FileError::Unreadable("it is not UTF-8 text".to_owned()))?;
        let name = name.clone();
        return Ok(vec![SourceFile { name, text }]);
    }
    let mut files = folder_in_memory(files, path, text_of)?;
    files.retain(|file| is_manifest(&file.name));
    match files.is_empty() {
        true => Err(FileError::NotFound),
        false => Ok(files),
    }
}

fn folder_in_memory<T>(
    files: &BTreeMap<String, T>,
    path: &str,
    text_of: impl Fn(&T) -> Option<String>,
) -> Result<Vec<SourceFile>, FileError> {
    let folder = match path.trim_end_matches('/') {
        "." => String::new(),
        path => format!("{path}/"),
    };
    let inside = |name: &str| name.strip_prefix(&folder).is_some_and(|rest| !rest.contains('/'));
    let files: Vec<SourceFile> = files
        .iter()
        .filter(|(name, _)| inside(name))
        .filter_map(|(name, content)| {
            Some(SourceFile {
                name: name.clone(),
                text: text_of(content)?,
            })
        })
        .collect();
    match files.is_empty() {
        true => Err(FileError::NotFound),
        false => Ok(files),
    }
}

/// Whether kubectl takes a file of this name out of a directory.
pub fn is_manifest(name: &str) -> bool {
    [".json", ".yaml", ".yml"]
        .iter()
        .any(|extension| name.ends_with(extension))
}
