//! Where commands get files from: the engine reads none itself.

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
impl FileSource for std::collections::BTreeMap<String, String> {
    fn read(&self, path: &str) -> Result<Vec<SourceFile>, FileError> {
        if let Some((name, text)) = self.get_key_value(path) {
            let (name, text) = (name.clone(), text.clone());
            return Ok(vec![SourceFile { name, text }]);
        }
        let mut files = self.read_folder(path)?;
        files.retain(|file| is_manifest(&file.name));
        if files.is_empty() {
            Err(FileError::NotFound)
        } else {
            Ok(files)
        }
    }

    fn read_folder(&self, path: &str) -> Result<Vec<SourceFile>, FileError> {
        let folder = format!("{}/", path.trim_end_matches('/'));
        let inside = |name: &str| name.strip_prefix(&folder).is_some_and(|rest| !rest.contains('/'));
        let files: Vec<SourceFile> = self
            .iter()
            .filter(|(name, _)| inside(name))
            .map(|(name, text)| SourceFile {
                name: name.clone(),
                text: text.clone(),
            })
            .collect();
        if files.is_empty() {
            Err(FileError::NotFound)
        } else {
            Ok(files)
        }
    }
}

/// Whether kubectl takes a file of this name out of a directory.
pub fn is_manifest(name: &str) -> bool {
    [".json", ".yaml", ".yml"]
        .iter()
        .any(|extension| name.ends_with(extension))
}
