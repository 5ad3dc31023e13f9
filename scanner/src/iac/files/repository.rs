//! Where git repositories are, as far as their files say it: git itself is not run.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::index::Index;

/// How large an index may be, in bytes: over half a million files.
const MAX_INDEX: u64 = 64 << 20;

/// How large the file may be that stands in place of the directory `.git`.
const MAX_POINTER: u64 = 8 << 10;

/// A directory that git keeps under version control, with all below it.
#[derive(Debug)]
pub(super) struct WorkTree {
    pub(super) root: PathBuf,
}

impl WorkTree {
    /// The work tree whose root is this directory (gitrepository-layout: `.git` is a repository, or
    /// a file that names one, as in submodules and linked work trees).
    pub(super) fn at(directory: &Path) -> Option<Self> {
        let git = directory.join(".git");
        let about = fs::metadata(&git).ok()?;
        let is_root = about.is_file() || (about.is_dir() && git.join("HEAD").exists());
        is_root.then(|| Self {
            root: directory.to_owned(),
        })
    }

    /// The innermost work tree that a directory without symbolic links lies in.
    pub(super) fn around(directory: &Path) -> Option<Self> {
        directory.ancestors().find_map(Self::at)
    }

    /// What git tracks in it; nothing if nothing was ever added.
    ///
    /// # Errors
    /// Why that cannot be read.
    pub(super) fn index(&self) -> Result<Index, String> {
        let path = self.repository()?.join("index");
        let bytes = match read(&path, MAX_INDEX) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Index::default()),
            Err(error) => return Err(error.to_string()),
        };
        Index::parse(&bytes).map_err(str::to_owned)
    }

    /// The rules of the repository about what to ignore, which are not themselves tracked.
    pub(super) fn exclude(&self) -> Option<PathBuf> {
        let repository = self.repository().ok()?;
        // A linked work tree shares these with the others.
        let shared = read(&repository.join("commondir"), MAX_POINTER).ok();
        let shared = shared.and_then(|bytes| String::from_utf8(bytes).ok());
        let common = shared.map_or(repository.clone(), |path| repository.join(path.trim_end()));
        Some(common.join("info/exclude"))
    }

    fn repository(&self) -> Result<PathBuf, String> {
        let git = self.root.join(".git");
        if git.is_dir() {
            return Ok(git);
        }
        let bytes = read(&git, MAX_POINTER).map_err(|error| error.to_string())?;
        let text = String::from_utf8(bytes).unwrap_or_default();
        let Some(path) = text.strip_prefix("gitdir:") else {
            return Err("its file `.git` names no repository".to_owned());
        };
        let repository = self.root.join(path.trim());
        if repository.join("HEAD").exists() {
            Ok(repository)
        } else {
            Err("its file `.git` names a repository that is not there".to_owned())
        }
    }
}

/// What the names of files are shown relative to: the root of the git repository that holds all of
/// the paths, the outermost where one lies in another; without one, the current directory.
pub fn display_base(paths: &[PathBuf], current: &Path) -> PathBuf {
    let paths: Vec<PathBuf> = paths
        .iter()
        .filter_map(|path| fs::canonicalize(current.join(path)).ok())
        .collect();
    let roots = paths.iter().filter_map(|path| WorkTree::around(path));
    let outermost = roots
        .map(|tree| tree.root)
        .min_by_key(|root| root.components().count());
    let here = || WorkTree::around(&fs::canonicalize(current).ok()?).map(|tree| tree.root);
    let root = if paths.is_empty() { here() } else { outermost };
    match root {
        Some(root) if paths.iter().all(|path| path.starts_with(&root)) => root,
        _ => current.to_owned(),
    }
}

fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut bytes = Vec::new();
    let length = File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if length as u64 > most {
        return Err(io::Error::other(format!("it is larger than {most} bytes")));
    }
    Ok(bytes)
}
