//! Which files may be read: those below the given paths, and no others.
//!
//! Symbolic links are followed only to what lies below the given paths; FIFOs, devices, files
//! that are too large and text that is not UTF-8 are refused, each with a problem that names it.
//! Of a git work tree, what git tracks is listed, by its index alone: git is not run.

mod ignored;
mod index;
mod listing;
mod repository;
mod text;
mod tracked;
mod walk;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::iac::place::Source;
use crate::iac::problem::{Problem, ProblemKind};

pub use listing::{Choice, Listing};
pub use repository::display_base;

/// How large one file may be, in bytes.
pub const MAX_FILE: u64 = 16 << 20;

/// How much all files together may hold, in bytes.
pub const MAX_TOTAL: u64 = 256 << 20;

/// How many directory entries are looked at.
const MAX_ENTRIES: usize = 500_000;

/// How deep directories are followed.
const MAX_DEPTH: usize = 64;

/// The directory of a text that is in no file: no file system has one of that name.
const HELD: &str = "\0held";

/// A path that was given and is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} does not exist; give paths of files or directories, or - for standard input", .0.display())]
pub struct MissingPath(pub PathBuf);

/// The files below the given paths.
#[derive(Debug)]
pub struct Files {
    /// What names are shown relative to.
    base: PathBuf,
    /// The given paths, without symbolic links.
    roots: Vec<PathBuf>,
    /// The names in each directory, sorted; hidden directories are not among them.
    directories: BTreeMap<PathBuf, Vec<String>>,
    sources: Mutex<BTreeMap<PathBuf, Result<Arc<Source>, Problem>>>,
    bytes: AtomicU64,
}

impl Files {
    /// Lists what lies below the paths, each file once. Names are shown relative to `base` where
    /// they lie below it. Hidden directories (`.git`, `.terraform`) are not listed unless they are
    /// given; what is in them can still be read. A file that is given itself is always listed.
    ///
    /// # Errors
    /// Where one of the paths is not there.
    pub fn below(paths: &[PathBuf], base: &Path, choice: Choice) -> Result<Listing, MissingPath> {
        let mut files = Self {
            base: fs::canonicalize(base).unwrap_or_else(|_| base.to_owned()),
            roots: Vec::new(),
            directories: BTreeMap::new(),
            sources: Mutex::default(),
            bytes: AtomicU64::new(0),
        };
        let mut problems = Vec::new();
        for path in paths {
            match fs::canonicalize(path) {
                Ok(root) => files.roots.push(root),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Err(MissingPath(path.clone()));
                }
                Err(error) => problems.push(files.unreadable(path, &error)),
            }
        }
        Ok(listing::list(files, choice, problems))
    }

    /// Adds a text that is in no file, alone in a directory of its own. Its name is the one shown;
    /// the end of it says what it holds, as with any file.
    ///
    /// # Errors
    /// Where it is too large or not UTF-8.
    pub fn hold(&mut self, name: &str, bytes: Vec<u8>) -> Result<(), Problem> {
        if bytes.len() as u64 > MAX_FILE {
            let kind = ProblemKind::TooLarge { limit: MAX_FILE };
            return Err(Problem::of_file(name, kind));
        }
        let source = text::source(name, bytes)?;
        let file = Path::new(name).file_name().unwrap_or(OsStr::new(name));
        let sources = self.sources.get_mut();
        let sources = sources.unwrap_or_else(PoisonError::into_inner);
        sources.insert(Path::new(HELD).join(file), Ok(source));
        self.add(Path::new(HELD), [file.to_string_lossy().into_owned()]);
        Ok(())
    }

    /// The files that were given themselves, and the texts that are held.
    pub fn given(&self) -> Vec<PathBuf> {
        let files = self.roots.iter().filter(|root| !root.is_dir()).cloned();
        let held = self.directories.get(Path::new(HELD)).into_iter().flatten();
        files
            .chain(held.map(|name| Path::new(HELD).join(name)))
            .collect()
    }

    /// The directories and the names of the files in each, sorted.
    pub fn directories(&self) -> impl Iterator<Item = (&Path, &[String])> {
        let each = self.directories.iter();
        each.map(|(directory, names)| (directory.as_path(), names.as_slice()))
    }

    /// The names of the files in a directory below the given paths, hidden ones among them, sorted.
    pub fn names_in(&self, directory: &Path) -> Result<Vec<String>, Problem> {
        if let Some(names) = self.directories.get(directory) {
            return Ok(names.clone());
        }
        let directory = self.permitted(directory)?;
        let entries = fs::read_dir(&directory).map_err(|e| self.unreadable(&directory, &e))?;
        let names = entries.flatten().take(MAX_ENTRIES);
        let mut names: Vec<_> = names
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.sort();
        Ok(names)
    }

    /// The directory that a path means, seen from another: without `..` and symbolic links.
    pub fn directory(&self, from: &Path, path: &str) -> Result<PathBuf, Problem> {
        let joined = from.join(path);
        // Dots are taken away by name first, so that what lies outside is refused even where it
        // does not exist: whether it does is none of the configuration's business.
        let plain = without_dots(&joined);
        if !self.holds(&plain) {
            return Err(Problem::of_file(self.shown(&plain), ProblemKind::Outside));
        }
        let directory = self.permitted(&plain)?;
        if directory.is_dir() {
            Ok(directory)
        } else {
            let error = io::Error::from(io::ErrorKind::NotADirectory);
            Err(self.unreadable(&directory, &error))
        }
    }

    /// Reads a text file; a second time it comes from memory. A byte order mark is left out.
    pub fn read(&self, path: &Path) -> Result<Arc<Source>, Problem> {
        let plain = without_dots(path);
        let sources = || self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = sources().get(&plain) {
            return known.clone();
        }
        let read = self.read_new(&plain);
        sources().insert(plain, read.clone());
        read
    }

    /// How many files were read so far.
    pub fn read_so_far(&self) -> u64 {
        let sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        sources.values().filter(|source| source.is_ok()).count() as u64
    }

    /// The name by which a path is shown.
    pub fn shown(&self, path: &Path) -> String {
        if path == Path::new(HELD) {
            return "-".to_owned();
        }
        let relative = path.strip_prefix(HELD).or(path.strip_prefix(&self.base));
        let shown = relative.unwrap_or(path).to_string_lossy();
        if shown.is_empty() {
            ".".to_owned()
        } else {
            shown.into_owned()
        }
    }

    fn read_new(&self, path: &Path) -> Result<Arc<Source>, Problem> {
        if !self.holds(path) {
            return Err(Problem::of_file(self.shown(path), ProblemKind::Outside));
        }
        let shown = self.shown(path);
        let problem = |kind| Problem::of_file(shown.clone(), kind);
        let real = self.permitted(path)?;
        let about = fs::metadata(&real).map_err(|error| self.unreadable(path, &error))?;
        if !about.is_file() {
            return Err(problem(ProblemKind::NotAFile));
        }
        let too_large = || problem(ProblemKind::TooLarge { limit: MAX_FILE });
        if about.len() > MAX_FILE {
            return Err(too_large());
        }
        if self
            .bytes
            .load(Ordering::Relaxed)
            .saturating_add(about.len())
            > MAX_TOTAL
        {
            return Err(problem(ProblemKind::TooMuch { limit: MAX_TOTAL }));
        }
        let file = File::open(&real).map_err(|error| self.unreadable(path, &error))?;
        let mut bytes = Vec::with_capacity(usize::try_from(about.len()).unwrap_or(0));
        let read = file.take(MAX_FILE + 1).read_to_end(&mut bytes);
        let length = read.map_err(|error| self.unreadable(path, &error))? as u64;
        if length > MAX_FILE {
            return Err(too_large());
        }
        self.bytes.fetch_add(length, Ordering::Relaxed);
        text::source(&shown, bytes)
    }

    /// Adds files to those that are listed of a directory.
    fn add(&mut self, directory: &Path, names: impl IntoIterator<Item = String>) {
        let listed = self.directories.entry(directory.to_owned()).or_default();
        listed.extend(names);
        listed.sort();
        listed.dedup();
    }

    /// The path without symbolic links, if it lies below the given paths.
    fn permitted(&self, path: &Path) -> Result<PathBuf, Problem> {
        let real = fs::canonicalize(path).map_err(|error| self.unreadable(path, &error))?;
        if self.holds(&real) {
            Ok(real)
        } else {
            Err(Problem::of_file(self.shown(path), ProblemKind::Outside))
        }
    }

    fn holds(&self, path: &Path) -> bool {
        self.roots.iter().any(|root| path.starts_with(root))
    }

    fn unreadable(&self, path: &Path, error: &io::Error) -> Problem {
        let kind = ProblemKind::Unreadable(error.to_string());
        Problem::of_file(self.shown(path), kind)
    }
}

/// The path with `.` and `..` taken away by name.
pub(in crate::iac) fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}
