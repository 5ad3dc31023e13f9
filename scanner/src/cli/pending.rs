//! A file that takes its name only when it is worth it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::Fault;

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readers {
    /// Its owner alone.
    Owner,
    /// Whoever could read the file that it replaces, or else whoever the umask admits.
    Umask,
}

/// A file that is written under another name in the same folder. Until it takes its own, whatever
/// had that name keeps it; dropped, it leaves nothing behind.
///
/// What is no regular file, such as a device or a pipe, is written to as it is. A symbolic link is
/// replaced, not followed.
#[derive(Debug)]
pub(super) struct PendingFile {
    sink: Sink,
    path: PathBuf,
}

#[derive(Debug)]
enum Sink {
    Temporary(NamedTempFile),
    Device(File),
}

impl PendingFile {
    /// Opens a file that is to have this name.
    pub(super) fn open(path: PathBuf, readers: Readers) -> Result<Self, Fault> {
        let sink = if path.is_dir() {
            Err(io::Error::other("it is a folder"))
        } else if path.exists() && !path.is_file() {
            File::options().write(true).open(&path).map(Sink::Device)
        } else {
            temporary(&path, readers).map(Sink::Temporary)
        };
        match sink {
            Ok(sink) => Ok(Self { sink, path }),
            Err(error) => Err(Fault::new(
                format!("cannot write {}: {error}", path.display()),
                "name a file in a folder that exists and that you may write to",
            )),
        }
    }

    /// The name that it is to have.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether what has the name is no regular file.
    pub(super) fn is_device(&self) -> bool {
        matches!(self.sink, Sink::Device(_))
    }

    /// A handle to write to.
    pub(super) fn file(&self) -> io::Result<File> {
        match &self.sink {
            Sink::Temporary(file) => file.as_file().try_clone(),
            Sink::Device(file) => file.try_clone(),
        }
    }

    /// Takes the name.
    pub(super) fn take_name(self) -> io::Result<()> {
        if let Sink::Temporary(file) = self.sink {
            file.persist(&self.path).map_err(|refused| refused.error)?;
        }
        Ok(())
    }
}

fn temporary(path: &Path, readers: Readers) -> io::Result<NamedTempFile> {
    fs::metadata(folder_of(path))?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".zonewarden-");
    #[cfg(unix)]
    if readers == Readers::Umask {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    // What is said besides is the name of a file that nobody asked for.
    let said = |error: io::Error| io::Error::from(error.kind());
    let file = builder.tempfile_in(folder_of(path)).map_err(said)?;
    if readers == Readers::Umask
        && let Ok(replaced) = fs::symlink_metadata(path)
        && replaced.is_file()
    {
        file.as_file().set_permissions(replaced.permissions())?;
    }
    Ok(file)
}

/// Whether two paths lead to one name in one folder.
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    let place = |path: &Path| {
        Some((
            fs::canonicalize(folder_of(path)).ok()?,
            path.file_name()?.to_owned(),
        ))
    };
    match (place(one), place(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
