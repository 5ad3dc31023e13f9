//! Directories as they lie on disk.

use std::fs;
use std::path::Path;

use super::MAX_DEPTH;
use super::ignored::Rules;
use super::listing::{Choice, Lister, is_hidden, may_be_code};
use super::repository::WorkTree;
use crate::iac::problem::ProblemKind;

impl Lister {
    /// Lists what lies below a directory but for hidden directories and, unless all files are chosen,
    /// what the rules and those that stand below ignore. Work trees on the way are listed as such.
    pub(super) fn walk(&mut self, directory: &Path, rules: &Rules, depth: usize) {
        let mut waiting = vec![(directory.to_owned(), rules.clone(), depth)];
        while let Some((directory, above, depth)) = waiting.pop() {
            if !self.walked.insert(directory.clone()) {
                continue;
            }
            if depth > MAX_DEPTH {
                self.problem(&directory, ProblemKind::TooManyFiles);
                continue;
            }
            let rules = match self.choice {
                Choice::Tracked => above.with(&directory),
                Choice::All => above,
            };
            let entries = match fs::read_dir(&directory) {
                Ok(entries) => entries,
                Err(error) => {
                    let problem = self.files.unreadable(&directory, &error);
                    self.problems.push(problem);
                    continue;
                }
            };
            let mut names = Vec::new();
            for entry in entries.flatten() {
                if self.is_too_many() {
                    self.problem(&directory, ProblemKind::TooManyFiles);
                    return;
                }
                let name = entry.file_name();
                let Ok(kind) = entry.file_type() else {
                    continue;
                };
                let path = directory.join(&name);
                if rules.ignore(&path, kind.is_dir()) {
                    continue;
                }
                if !kind.is_dir() {
                    // What a link to a directory leads to is listed where it lies.
                    let is_file = !kind.is_symlink() || self.links_to_file(&path);
                    if is_file && may_be_code(&name) {
                        names.push(name);
                    }
                } else if !is_hidden(&name) {
                    match WorkTree::at(&path).filter(|_| self.choice == Choice::Tracked) {
                        Some(tree) => self.work_tree(&tree, &path, depth + 1),
                        None => waiting.push((path, rules.clone(), depth + 1)),
                    }
                }
            }
            self.add(&directory, &names);
        }
    }
}
