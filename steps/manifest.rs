//! The files that steps and commands name: relative to the feature file, as a file, a folder or a glob.

use std::path::{Path, PathBuf};

use shakedown_engine::kubectl::{FileError, FileSource, SourceFile, is_manifest};

use crate::parameters::Glob;

/// Larger files are no manifests.
const BYTES_MAX: u64 = 64 << 20;

/// The files below a feature's folder.
#[derive(Debug, Clone)]
pub struct FeatureFiles {
    folder: PathBuf,
}

impl FeatureFiles {
    /// Files relative to this folder.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// The files that `path` means, in the order of their names.
    fn files(&self, path: &str) -> Result<Vec<PathBuf>, FileError> {
        let whole = self.folder.join(path);
        if whole.is_file() {
            return Ok(vec![whole]);
        }
        let (folder, pattern) = if whole.is_dir() {
            (whole.as_path(), None)
        } else {
            let name = whole
                .file_name()
                .and_then(|name| name.to_str())
                .filter(|name| name.contains('*'));
            let name = name.ok_or(FileError::NotFound)?;
            (whole.parent().unwrap_or(&self.folder), Some(Glob(name.to_owned())))
        };
        let entries = std::fs::read_dir(folder).map_err(|error| unreadable(&error))?;
        let mut files = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| unreadable(&error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_meant = pattern
                .as_ref()
                .map_or_else(|| is_manifest(&name), |pattern| pattern.matches(&name));
            if is_meant && entry.path().is_file() {
                files.push(entry.path());
            }
        }
        files.sort();
        if files.is_empty() {
            Err(FileError::NotFound)
        } else {
            Ok(files)
        }
    }
}

fn unreadable(error: &std::io::Error) -> FileError {
    if error.kind() == std::io::ErrorKind::NotFound {
        FileError::NotFound
    } else {
        FileError::Unreadable(error.to_string())
    }
}

fn read(path: &Path) -> Result<String, FileError> {
    let length = std::fs::metadata(path).map_err(|error| unreadable(&error))?.len();
    if length > BYTES_MAX {
        return Err(FileError::Unreadable(format!(
            "it has {length} bytes; manifests have at most {BYTES_MAX}"
        )));
    }
    let bytes = std::fs::read(path).map_err(|error| unreadable(&error))?;
    String::from_utf8(bytes).map_err(|_| FileError::Unreadable("it is not UTF-8 text".to_owned()))
}

impl FileSource for FeatureFiles {
    fn read(&self, path: &str) -> Result<Vec<SourceFile>, FileError> {
        let mut files = Vec::new();
        for file in self.files(path)? {
            let text = read(&file)?;
            let name = file.strip_prefix("./").unwrap_or(&file).display().to_string();
            files.push(SourceFile { name, text });
        }
        Ok(files)
    }

    fn read_folder(&self, path: &str) -> Result<Vec<SourceFile>, FileError> {
        let entries = std::fs::read_dir(self.folder.join(path)).map_err(|error| unreadable(&error))?;
        let mut paths = Vec::new();
        for entry in entries {
            paths.push(entry.map_err(|error| unreadable(&error))?.path());
        }
        paths.retain(|path| path.is_file());
        paths.sort();
        let mut files = Vec::new();
        for path in paths {
            let text = read(&path)?;
            let name = path.strip_prefix("./").unwrap_or(&path).display().to_string();
            files.push(SourceFile { name, text });
        }
        Ok(files)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expect: Result<&[&str], FileError>) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in ["a.yaml", "b.json", "notes.txt", "web-v1.yaml", "web-v2.yaml"] {
            std::fs::write(folder.path().join(name), name).expect("a file");
        }
        std::fs::create_dir(folder.path().join("empty")).expect("a folder");
        let files = FeatureFiles::new(folder.path()).read(path);
        let texts = files.map(|files| files.into_iter().map(|file| file.text).collect::<Vec<_>>());
        assert_eq!(
            texts,
            expect.map(|names| names.iter().map(|name| (*name).to_owned()).collect()),
            "{path}"
        );
    }

    #[test]
    fn files_folders_and_globs() {
        check("a.yaml", Ok(&["a.yaml"]));
        check("notes.txt", Ok(&["notes.txt"]));
        check(".", Ok(&["a.yaml", "b.json", "web-v1.yaml", "web-v2.yaml"]));
        check("web-*.yaml", Ok(&["web-v1.yaml", "web-v2.yaml"]));
        check("c.yaml", Err(FileError::NotFound));
        check("x-*.yaml", Err(FileError::NotFound));
        check("empty", Err(FileError::NotFound));
        check("nowhere/*.yaml", Err(FileError::NotFound));
    }
}
