//! Directories and real git repositories in them.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use zonewarden::iac::files::{Choice, Files, Listing};

pub(crate) struct Directory(TempDir);

impl Directory {
    pub(crate) fn new() -> Self {
        // Not hidden, as the names of temporary directories are by themselves.
        let plain = tempfile::Builder::new().prefix("files-").tempdir();
        Self(plain.unwrap())
    }

    /// A repository in which files of these names are added to the index.
    pub(crate) fn tracking(names: &[&str]) -> Self {
        let directory = Self::new();
        directory.init(".", &[]);
        directory.write(names);
        directory.git(".", &["add", "--all"]);
        directory
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().canonicalize().unwrap()
    }

    pub(crate) fn join(&self, name: impl AsRef<OsStr>) -> PathBuf {
        self.path().join(Path::new(name.as_ref()))
    }

    pub(crate) fn init(&self, within: &str, options: &[&str]) {
        self.git(".", &[&["init", "--quiet", within], options].concat());
    }

    /// Writes files, each with a line of its own.
    pub(crate) fn write(&self, names: &[&str]) {
        for name in names {
            self.fill(name, &format!("# {name}\n"));
        }
    }

    pub(crate) fn fill(&self, name: &str, text: &str) {
        self.fill_bytes(name.as_bytes(), text);
    }

    pub(crate) fn fill_bytes(&self, name: &[u8], text: &str) {
        let path = self.join(OsStr::from_bytes(name));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Runs git there, untouched by the settings of whoever runs the tests.
    pub(crate) fn git(&self, within: &str, arguments: &[&str]) {
        let mut command = Command::new("git");
        let settings = [
            "user.name=t",
            "user.email=t@example.com",
            "protocol.file.allow=always",
        ];
        for setting in settings {
            command.args(["-c", setting]);
        }
        let done = command
            .args(arguments)
            .current_dir(self.join(within))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env_remove("GIT_DIR")
            .env_remove("GIT_INDEX_FILE")
            .env_remove("GIT_WORK_TREE")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "git {arguments:?}: {said}");
    }

    pub(crate) fn commit(&self, within: &str) {
        self.git(within, &["commit", "--quiet", "--message", "all"]);
    }

    pub(crate) fn list(&self, paths: &[&str], choice: Choice) -> Listing {
        let paths: Vec<PathBuf> = paths.iter().map(|path| self.join(path)).collect();
        Files::below(&paths, &self.path(), choice).unwrap()
    }

    /// The files that are listed below paths, where nothing is to be said of them.
    pub(crate) fn listed(&self, paths: &[&str], choice: Choice) -> Vec<String> {
        let listing = self.list(paths, choice);
        assert_eq!(listing.problems, []);
        assert_eq!(listing.warnings, []);
        names(&listing)
    }

    pub(crate) fn tracked(&self, paths: &[&str]) -> Vec<String> {
        self.listed(paths, Choice::Tracked)
    }
}

/// The listed files as they are shown.
pub(crate) fn names(listing: &Listing) -> Vec<String> {
    let files = &listing.files;
    let directories = files.directories();
    let mut names: Vec<String> = directories
        .flat_map(|(directory, names)| names.iter().map(|name| files.shown(&directory.join(name))))
        .collect();
    names.sort();
    names
}

/// What is said of a listing, a line each.
pub(crate) fn said(problems: &[zonewarden::iac::problem::Problem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}
