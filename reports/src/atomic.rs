//! Files that appear whole or not at all: written beside their place, then renamed.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Writes `bytes` to `path`. A device or pipe (`/dev/stdout`) is written to as it is: a rename would replace it.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Ok(there) = fs::metadata(path) {
        if there.is_dir() {
            return Err(io::Error::new(
                io::ErrorKind::IsADirectory,
                "it is a folder; name a file in it",
            ));
        }
        if !there.is_file() {
            return fs::OpenOptions::new().write(true).open(path)?.write_all(bytes);
        }
    }
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    let mut file = new_file(folder)?;
    file.write_all(bytes)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// A temporary file that others may read as far as the umask lets them: a report is made to be shared.
#[cfg(unix)]
fn new_file(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    use std::os::unix::fs::PermissionsExt;
    let permissions = fs::Permissions::from_mode(0o666);
    tempfile::Builder::new()
        .prefix(".shakedown-")
        .permissions(permissions)
        .tempfile_in(folder)
}

#[cfg(not(unix))]
fn new_file(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    tempfile::Builder::new().prefix(".shakedown-").tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new/folder/report.html");
        write(&path, b"one").expect("a first file");
        write(&path, b"two").expect("a second file");
        assert_eq!(fs::read(&path).expect("the file"), b"two");
        let beside = fs::read_dir(path.parent().expect("its folder"))
            .expect("its folder")
            .count();
        assert_eq!(beside, 1);
    }

    #[test]
    fn a_folder_in_the_way_is_an_error_and_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let error = write(folder.path(), b"x").expect_err("a folder is no file");
        assert_eq!(error.to_string(), "it is a folder; name a file in it");
        assert!(folder.path().is_dir());
    }
}
