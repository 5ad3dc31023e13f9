//! Which files may be read: those below the given paths, and no others.
//!
//! Symbolic links are followed only to what lies below the given paths; FIFOs, devices, files
//! that are too large and text that is not UTF-8 are refused, each with a problem that names it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::iac::place::Source;
use crate::iac::problem::{Problem, ProblemKind};

/// How large one file may be, in bytes.
pub const MAX_FILE: u64 = 16 << 20;

/// How much all files together may hold, in bytes.
pub const MAX_TOTAL: u64 = 256 << 20;

/// How many directory entries are looked at.
const MAX_ENTRIES: usize = 500_000;

/// How deep directories are followed.
const MAX_DEPTH: usize = 64;

/// How a ZIP archive begins (APPNOTE.TXT, section 4.3.7).
const ARCHIVE: &[u8] = b"PK\x03\x04";

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
    /// Lists what lies below the paths. Names are shown relative to `base` where they lie below it.
    /// Hidden directories (`.git`, `.terraform`) are not listed; what is in them can still be read.
    pub fn below(paths: &[PathBuf], base: &Path) -> (Self, Vec<Problem>) {
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
                Err(error) => problems.push(files.unreadable(path, &error)),
            }
        }
        let mut listing = Listing::default();
        for root in files.roots.clone() {
            if root.is_dir() {
                files.list(root, &mut listing, &mut problems);
            } else if let (Some(parent), Some(name)) = (root.parent(), root.file_name()) {
                let names = files.directories.entry(parent.to_owned()).or_default();
                names.push(name.to_string_lossy().into_owned());
                names.sort();
                names.dedup();
            }
        }
        (files, problems)
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

    /// The name by which a path is shown.
    pub fn shown(&self, path: &Path) -> String {
        let relative = path.strip_prefix(&self.base).unwrap_or(path);
        let shown = relative.to_string_lossy().into_owned();
        if shown.is_empty() {
            ".".to_owned()
        } else {
            shown
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
        match String::from_utf8(bytes) {
            Ok(text) => {
                let text = match text.strip_prefix('\u{feff}') {
                    Some(rest) => rest.to_owned(),
                    None => text,
                };
                Ok(Source::new(shown, text))
            }
            Err(error) if error.as_bytes().starts_with(ARCHIVE) => {
                let what = "a ZIP archive, as the plan files of Terraform are";
                Err(problem(ProblemKind::NotAPlan(what)))
            }
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let text = String::from_utf8_lossy(error.as_bytes());
                let source = Source::new(shown, text.as_ref());
                let at = u32::try_from(valid).unwrap_or(u32::MAX);
                Err(Problem::at(&source.place(at, at), ProblemKind::NotUtf8))
            }
        }
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

    fn list(&mut self, root: PathBuf, listing: &mut Listing, problems: &mut Vec<Problem>) {
        let mut waiting = vec![(root, 0)];
        while let Some((directory, depth)) = waiting.pop() {
            if !listing.seen.insert(directory.clone()) {
                continue;
            }
            if depth > MAX_DEPTH || listing.entries > MAX_ENTRIES {
                let kind = ProblemKind::TooManyFiles;
                problems.push(Problem::of_file(self.shown(&directory), kind));
                continue;
            }
            let entries = match fs::read_dir(&directory) {
                Ok(entries) => entries,
                Err(error) => {
                    problems.push(self.unreadable(&directory, &error));
                    continue;
                }
            };
            let mut names = Vec::new();
            for entry in entries.flatten() {
                listing.entries += 1;
                let (Ok(kind), Ok(name)) = (entry.file_type(), entry.file_name().into_string())
                else {
                    continue;
                };
                let path = directory.join(&name);
                let is_directory = if kind.is_symlink() {
                    match self.linked(&path) {
                        Ok(is_directory) => is_directory,
                        Err(problem) => {
                            if may_matter(&name) {
                                problems.push(problem);
                            }
                            continue;
                        }
                    }
                } else {
                    kind.is_dir()
                };
                if !is_directory {
                    names.push(name);
                } else if !name.starts_with('.') && !kind.is_symlink() {
                    // What a link leads to is listed where it lies.
                    waiting.push((path, depth + 1));
                }
            }
            names.sort();
            self.directories.insert(directory, names);
        }
    }

    /// Whether a symbolic link leads to a directory; a problem where it leads nowhere, in a circle
    /// or out of the given paths.
    fn linked(&self, path: &Path) -> Result<bool, Problem> {
        self.permitted(path).map(|real| real.is_dir())
    }
}

/// Whether a link of this name could lead to infrastructure code or a directory of it.
fn may_matter(name: &str) -> bool {
    match Path::new(name).extension().and_then(|end| end.to_str()) {
        None => !name.starts_with('.'),
        Some(end) => ["tf", "tfvars", "json", "yaml", "yml", "template"].contains(&end),
    }
}

/// What was listed so far.
#[derive(Default)]
struct Listing {
    seen: BTreeSet<PathBuf>,
    entries: usize,
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
