//! What lies below the given paths.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::ignored::Rules;
use super::index::Index;
use super::repository::WorkTree;
use super::{Files, MAX_ENTRIES};
use crate::iac::problem::{Problem, ProblemKind};

/// Which files are listed of the directories that are given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Choice {
    /// Those that git tracks or that are staged. Where git tracks nothing below a path, or ignores
    /// all of it, or the path lies in no work tree: those that no `.gitignore` from there on
    /// names.
    #[default]
    Tracked,
    /// All.
    All,
}

/// The files below the given paths, and what is to be said of them.
#[derive(Debug)]
pub struct Listing {
    /// The files.
    pub files: Files,
    /// What could not be listed.
    pub problems: Vec<Problem>,
    /// What was left out, or listed by other means than asked for: nothing that was to be read is
    /// missing for it.
    pub warnings: Vec<Problem>,
}

pub(super) fn list(files: Files, choice: Choice, problems: Vec<Problem>) -> Listing {
    let mut lister = Lister {
        files,
        choice,
        problems,
        warnings: Vec::new(),
        walked: BTreeSet::new(),
        entries: 0,
        indexes: BTreeMap::new(),
    };
    for root in lister.files.roots.clone() {
        lister.given(&root);
    }
    let Lister {
        files,
        mut problems,
        mut warnings,
        ..
    } = lister;
    for told in [&mut problems, &mut warnings] {
        told.sort_by(|left, right| left.file.cmp(&right.file));
        told.dedup();
    }
    Listing {
        files,
        problems,
        warnings,
    }
}

/// The state of a listing.
pub(super) struct Lister {
    pub(super) files: Files,
    pub(super) choice: Choice,
    pub(super) problems: Vec<Problem>,
    pub(super) warnings: Vec<Problem>,
    pub(super) walked: BTreeSet<PathBuf>,
    entries: usize,
    indexes: BTreeMap<PathBuf, Rc<Result<Index, String>>>,
}

impl Lister {
    fn given(&mut self, path: &Path) {
        let Ok(about) = fs::metadata(path) else {
            return;
        };
        if about.is_dir() {
            match WorkTree::around(path).filter(|_| self.choice == Choice::Tracked) {
                Some(tree) => self.work_tree(&tree, path, 0),
                None => self.walk(path, &Rules::default(), 0),
            }
        } else if !about.is_file() {
            self.problem(path, ProblemKind::NotAFile);
        } else if let (Some(directory), Some(name)) = (path.parent(), path.file_name()) {
            if has_ending_of_code(name) {
                self.add(directory, &[name]);
            } else {
                let shown = self.files.shown(path);
                let warning = Problem::of_file(shown, ProblemKind::NotCode);
                self.warnings.push(warning);
            }
        }
    }

    /// Lists files of a directory; one whose name is no text is a problem.
    pub(super) fn add(&mut self, directory: &Path, names: &[impl AsRef<OsStr>]) {
        let mut texts = Vec::new();
        for name in names {
            match name.as_ref().to_str() {
                Some(text) => texts.push(text.to_owned()),
                None => self.problem(&directory.join(name.as_ref()), ProblemKind::NameNotUtf8),
            }
        }
        if !texts.is_empty() {
            self.files.add(directory, texts);
        }
    }

    /// The index of a work tree, which is read once.
    pub(super) fn index(&mut self, tree: &WorkTree) -> Rc<Result<Index, String>> {
        let known = self.indexes.entry(tree.root.clone());
        Rc::clone(known.or_insert_with(|| Rc::new(tree.index())))
    }

    pub(super) fn problem(&mut self, path: &Path, kind: ProblemKind) {
        let shown = self.files.shown(path);
        self.problems.push(Problem::of_file(shown, kind));
    }

    /// Counts one more directory entry; whether that is one too many.
    pub(super) fn is_too_many(&mut self) -> bool {
        self.entries += 1;
        self.entries > MAX_ENTRIES
    }

    /// Whether a symbolic link leads to a file. One that leads nowhere, in a circle or out of the
    /// given paths is a problem if its name could be one of infrastructure code.
    pub(super) fn links_to_file(&mut self, path: &Path) -> bool {
        match self.files.permitted(path) {
            Ok(real) => !real.is_dir(),
            Err(problem) => {
                if path.file_name().is_some_and(could_link_to_code) {
                    self.problems.push(problem);
                }
                false
            }
        }
    }
}

/// Whether a file of this name is listed where it is found.
pub(super) fn may_be_code(name: &OsStr) -> bool {
    has_ending_of_code(name) && !is_hidden(name)
}

/// Whether a file of this name could be infrastructure code, or values for it.
fn has_ending_of_code(name: &OsStr) -> bool {
    let end = Path::new(name).extension().and_then(OsStr::to_str);
    end.is_some_and(|end| ["tf", "tfvars", "json", "yaml", "yml", "template"].contains(&end))
}

/// Whether a link of this name could lead to infrastructure code or a directory of it.
fn could_link_to_code(name: &OsStr) -> bool {
    !is_hidden(name) && (Path::new(name).extension().is_none() || has_ending_of_code(name))
}

pub(super) fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}
