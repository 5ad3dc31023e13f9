//! What git tracks.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::MAX_DEPTH;
use super::ignored::Rules;
use super::index::{Index, Tracked};
use super::listing::{Lister, is_hidden, may_be_code};
use super::repository::WorkTree;
use crate::iac::problem::{Problem, ProblemKind};

/// How many of the files that git does not track a warning names.
const MAX_NAMED: usize = 5;

/// What git tracks below a path, as far as it could be infrastructure code.
#[derive(Default)]
struct Code<'i> {
    /// The names of the files in each directory, sorted.
    directories: BTreeMap<PathBuf, Vec<&'i OsStr>>,
    submodules: Vec<PathBuf>,
}

impl Lister {
    /// Lists what git tracks below a directory of a work tree.
    pub(super) fn work_tree(&mut self, tree: &WorkTree, directory: &Path, depth: usize) {
        if depth > MAX_DEPTH {
            self.problem(directory, ProblemKind::TooManyFiles);
            return;
        }
        let index = self.index(tree);
        let index = match index.as_ref() {
            Ok(index) => index,
            Err(why) => {
                let kind = ProblemKind::GitIndex(why.clone());
                let warning = Problem::of_file(self.files.shown(&tree.root), kind);
                self.warnings.push(warning);
                return self.walk(directory, &Rules::above(directory, tree), depth);
            }
        };
        let prefix = prefix_of(directory, tree);
        if Rules::ignore_all_of(directory, tree) {
            return self.walk(directory, &Rules::default(), depth);
        }
        if index.below(&prefix).next().is_none() {
            return self.walk(directory, &Rules::above(directory, tree), depth);
        }
        let code = Code::below(index, &prefix, tree);
        for (inner, names) in &code.directories {
            if inner.starts_with(directory) {
                self.tracked_in(inner, names, tree);
            }
        }
        for submodule in code.submodules {
            // One that is not checked out is an empty directory.
            if let Some(inner) = WorkTree::at(&submodule).filter(|_| is_real(&submodule)) {
                self.work_tree(&inner, &submodule, depth + 1);
            }
        }
    }

    /// Lists the files of a directory that git tracks and that are still there.
    fn tracked_in(&mut self, directory: &Path, tracked: &[&OsStr], tree: &WorkTree) {
        // What lies behind a link is not what git tracks.
        if !is_real(directory) {
            return;
        }
        let entries = match fs::read_dir(directory) {
            Ok(entries) => entries,
            Err(error) => {
                let problem = self.files.unreadable(directory, &error);
                self.problems.push(problem);
                return;
            }
        };
        let mut names = Vec::new();
        let mut others = Vec::new();
        for entry in entries.flatten() {
            if self.is_too_many() {
                self.problem(directory, ProblemKind::TooManyFiles);
                break;
            }
            let name = entry.file_name();
            let kind = entry.file_type().ok().filter(|kind| !kind.is_dir());
            let Some(kind) = kind.filter(|_| may_be_code(&name)) else {
                continue;
            };
            let path = directory.join(&name);
            if tracked.binary_search(&name.as_os_str()).is_err() {
                others.push(path);
            } else if !kind.is_symlink() || self.links_to_file(&path) {
                names.push(name);
            }
        }
        self.add(directory, &names);
        self.warn_of_untracked(directory, others, tree);
    }

    /// Says which files beside those that git tracks are left out: a module without one of its
    /// files may say something else.
    fn warn_of_untracked(&mut self, directory: &Path, others: Vec<PathBuf>, tree: &WorkTree) {
        if others.is_empty() || Rules::ignore_all_of(directory, tree) {
            return;
        }
        let rules = Rules::above(directory, tree).with(directory);
        let others = others.iter().filter(|path| !rules.ignore(path, false));
        let mut names: Vec<String> = others
            .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
            .collect();
        if names.is_empty() {
            return;
        }
        names.sort();
        let more = names.len().saturating_sub(MAX_NAMED);
        names.truncate(MAX_NAMED);
        let kind = ProblemKind::Untracked { names, more };
        let warning = Problem::of_file(self.files.shown(directory), kind);
        self.warnings.push(warning);
    }
}

impl<'i> Code<'i> {
    fn below(index: &'i Index, prefix: &[u8], tree: &WorkTree) -> Self {
        let mut code = Self::default();
        for (path, tracked) in index.below(prefix) {
            let (directory, name) = split(path);
            let (Some(outer), Some(name)) = (os_str(directory), os_str(name)) else {
                continue;
            };
            let wanted = match tracked {
                Tracked::File | Tracked::Link => may_be_code(name),
                Tracked::Submodule => !is_hidden(name),
                Tracked::LeftOut => false,
            };
            let inner = directory.get(prefix.len()..).unwrap_or_default();
            if !wanted
                || inner
                    .split(|byte| *byte == b'/')
                    .any(|part| part.starts_with(b"."))
            {
                continue;
            }
            let directory = tree.root.join(outer);
            if tracked == Tracked::Submodule {
                code.submodules.push(directory.join(name));
            } else {
                code.directories.entry(directory).or_default().push(name);
            }
        }
        code
    }
}

/// The directory and the name of a path with slashes.
fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memrchr(b'/', path) {
        Some(at) => (
            path.get(..at).unwrap_or_default(),
            path.get(at + 1..).unwrap_or_default(),
        ),
        None => (&[], path),
    }
}

/// What the names of the index begin with that lie below a directory: `dns/`.
fn prefix_of(directory: &Path, tree: &WorkTree) -> Vec<u8> {
    let below = directory.strip_prefix(&tree.root).unwrap_or(Path::new(""));
    let mut prefix = Vec::new();
    for part in below {
        prefix.extend_from_slice(part.as_encoded_bytes());
        prefix.push(b'/');
    }
    prefix
}

/// Whether a path is that of a directory itself, and not by way of a symbolic link.
fn is_real(directory: &Path) -> bool {
    fs::canonicalize(directory).is_ok_and(|real| real == directory) && directory.is_dir()
}

#[cfg(unix)]
fn os_str(bytes: &[u8]) -> Option<&OsStr> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn os_str(bytes: &[u8]) -> Option<&OsStr> {
    Some(OsStr::new(std::str::from_utf8(bytes).ok()?))
}
