//! What a work tree ignores (git documentation, "gitignore").

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;
use std::rc::Rc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::repository::WorkTree;

/// How large a `.gitignore` may be, in bytes; of a larger one nothing is taken.
const MAX_RULES: u64 = 64 << 10;

/// The rules in force in a directory. Rules of a directory come before those of the one above it.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules(Option<Rc<Here>>);

#[derive(Debug)]
struct Here {
    rules: Gitignore,
    above: Rules,
}

impl Rules {
    /// The rules in force in the directory above this one, which lies in the work tree; those that
    /// each user has for all repositories are not among them.
    pub(super) fn above(directory: &Path, tree: &WorkTree) -> Self {
        let mut rules = Self::default();
        if let Some(exclude) = tree.exclude() {
            rules = rules.and(&tree.root, &exclude);
        }
        let between: Vec<&Path> = directory
            .ancestors()
            .skip(1)
            .take_while(|above| above.starts_with(&tree.root))
            .collect();
        let outermost_first = between.into_iter().rev();
        outermost_first.fold(rules, |rules, directory| rules.with(directory))
    }

    /// These, with those that stand in a directory further in.
    pub(super) fn with(&self, directory: &Path) -> Self {
        self.and(directory, &directory.join(".gitignore"))
    }

    /// Whether a path in that directory, or deeper where no other rules stand, is ignored.
    pub(super) fn ignore(&self, path: &Path, is_directory: bool) -> bool {
        let mut rules = self;
        while let Some(here) = &rules.0 {
            match here.rules.matched(path, is_directory) {
                Match::None => rules = &here.above,
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
            }
        }
        false
    }

    /// Whether a directory is ignored: itself, one that it lies in, or everything in it.
    pub(super) fn ignore_all_of(directory: &Path, tree: &WorkTree) -> bool {
        if directory == tree.root {
            return false;
        }
        let within = directory.ancestors();
        let mut within = within.take_while(|path| *path != tree.root);
        let ignored = |path: &Path| Self::above(path, tree).ignore(path, true);
        // As `build/*` does.
        let anything = directory.join("anything");
        within.any(ignored) || Self::above(directory, tree).ignore(&anything, false)
    }

    fn and(&self, directory: &Path, file: &Path) -> Self {
        let Some(text) = read(file) else {
            return self.clone();
        };
        let mut builder = GitignoreBuilder::new(directory);
        for line in text.lines() {
            // A line that is no pattern ignores nothing.
            let _ = builder.add_line(None, line);
        }
        match builder.build() {
            Ok(rules) if !rules.is_empty() => Self(Some(Rc::new(Here {
                rules,
                above: self.clone(),
            }))),
            _ => self.clone(),
        }
    }
}

fn read(path: &Path) -> Option<String> {
    // As git does, no link is followed to the rules.
    let about = fs::symlink_metadata(path).ok()?;
    if !about.is_file() || about.len() > MAX_RULES {
        return None;
    }
    let mut bytes = Vec::new();
    let file = File::open(path).ok()?;
    file.take(MAX_RULES).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
