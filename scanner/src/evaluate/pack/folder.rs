//! The files of a folder of rules, read within bounds: it may come from anywhere.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::PackError;

/// How deep folders are entered.
const MAX_DEPTH: usize = 16;

/// How many entries are looked at in all.
const MAX_ENTRIES: usize = 50_000;

/// How many files are read in all.
const MAX_FILES: usize = 10_000;

/// No module of a person's hand is larger, in bytes.
const MAX_MODULE: u64 = 256 << 10;

/// The largest file of data, in bytes.
const MAX_DATA: u64 = 8 << 20;

/// What all files may come to, in bytes.
const MAX_TOTAL: u64 = 64 << 20;

/// A file of a folder of rules.
#[derive(Debug, Clone)]
pub(in crate::evaluate) struct Text {
    /// As it is told to people.
    pub(in crate::evaluate) path: String,
    /// The names of the folders between the given folder and it.
    pub(in crate::evaluate) folders: Vec<String>,
    /// What it holds.
    pub(in crate::evaluate) text: String,
}

/// The files that matter of the given folders, in the order of their paths.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// Rego.
    pub(super) modules: Vec<Text>,
    /// Rego that tests other Rego: `*_test.rego`.
    pub(super) tests: Vec<Text>,
    /// Cases: YAML in a folder of the name `cases`.
    pub(super) cases: Vec<Text>,
    /// `data.json`, `data.yaml` and `data.yml`.
    pub(super) data: Vec<Text>,
}

enum Kind {
    Module,
    Test,
    Cases,
    Data,
}

/// Reads the files of the folders and what lies below them.
///
/// Hidden files and folders are passed over, as are files of other names. A symbolic link is
/// followed to what lies in the same given folder.
pub(super) fn read(folders: &[PathBuf]) -> Result<Files, PackError> {
    let mut reader = Reader::default();
    for folder in folders {
        let real = fs::canonicalize(folder).map_err(|error| unreadable(folder, &error))?;
        if !real.is_dir() {
            return Err(PackError::file(
                folder,
                "is no folder; name the folder that the rules stand in",
            ));
        }
        reader.root = real.clone();
        reader.folder(folder, &real, &[])?;
    }
    Ok(reader.files)
}

fn unreadable(path: &Path, error: &io::Error) -> PackError {
    let remedy = match error.kind() {
        io::ErrorKind::NotFound => "name the folder that the rules stand in",
        _ => "check its permissions, or name another folder",
    };
    PackError::file(path, format!("cannot be read: {error}; {remedy}"))
}

#[derive(Default)]
struct Reader {
    files: Files,
    /// The given folder, without links.
    root: PathBuf,
    /// Folders and files that were read, without links.
    read: BTreeSet<PathBuf>,
    entries: usize,
    count: usize,
    total: u64,
}

impl Reader {
    fn folder(&mut self, shown: &Path, real: &Path, above: &[String]) -> Result<(), PackError> {
        if !self.read.insert(real.to_owned()) {
            return Ok(());
        }
        if above.len() > MAX_DEPTH {
            let problem = format!("lies more than {MAX_DEPTH} folders deep");
            return Err(PackError::file(shown, problem));
        }
        let unreadable = |error| unreadable(shown, &error);
        let mut names = Vec::new();
        for entry in fs::read_dir(real).map_err(unreadable)? {
            self.entries += 1;
            if self.entries > MAX_ENTRIES {
                let problem = format!(
                    "is one too many: below the given folders lie over {MAX_ENTRIES} files and folders; name those of the rules"
                );
                return Err(PackError::file(shown, problem));
            }
            names.push(entry.map_err(unreadable)?.file_name());
        }
        names.sort();
        for name in names {
            if !name.as_encoded_bytes().starts_with(b".") {
                self.entry(&shown.join(&name), &real.join(&name), &name, above)?;
            }
        }
        Ok(())
    }

    fn entry(
        &mut self,
        shown: &Path,
        path: &Path,
        name: &OsStr,
        above: &[String],
    ) -> Result<(), PackError> {
        let kind = kind_of(name, above);
        let Ok(real) = fs::canonicalize(path) else {
            return match kind {
                Some(_) => Err(PackError::file(shown, "is a link that leads nowhere")),
                None => Ok(()),
            };
        };
        let Ok(about) = fs::metadata(&real) else {
            return Ok(());
        };
        let leads_out = !real.starts_with(&self.root);
        if leads_out && (about.is_dir() || kind.is_some()) {
            return Err(PackError::file(
                shown,
                "is a link that leads out of the given folder; give where it leads to with --policies, too",
            ));
        }
        if about.is_dir() {
            let name = name.to_str().ok_or_else(|| not_utf8(shown))?;
            let folders: Vec<String> = above.iter().cloned().chain([name.to_owned()]).collect();
            return self.folder(shown, &real, &folders);
        }
        let Some(kind) = kind else {
            return Ok(());
        };
        if !about.is_file() {
            return Err(PackError::file(shown, "is no regular file"));
        }
        if !self.read.insert(real.clone()) {
            return Ok(());
        }
        let text = Text {
            path: shown.to_str().ok_or_else(|| not_utf8(shown))?.to_owned(),
            folders: above.to_vec(),
            text: self.text(shown, &real, &kind)?,
        };
        match kind {
            Kind::Module => self.files.modules.push(text),
            Kind::Test => self.files.tests.push(text),
            Kind::Cases => self.files.cases.push(text),
            Kind::Data => self.files.data.push(text),
        }
        Ok(())
    }

    fn text(&mut self, shown: &Path, real: &Path, kind: &Kind) -> Result<String, PackError> {
        self.count += 1;
        if self.count > MAX_FILES {
            let problem = format!("is one too many: over {MAX_FILES} files of rules and data");
            return Err(PackError::file(shown, problem));
        }
        let most = match kind {
            Kind::Module | Kind::Test | Kind::Cases => MAX_MODULE,
            Kind::Data => MAX_DATA,
        };
        let mut bytes = Vec::new();
        File::open(real)
            .and_then(|file| file.take(most + 1).read_to_end(&mut bytes))
            .map_err(|error| unreadable(shown, &error))?;
        self.total += bytes.len() as u64;
        if bytes.len() as u64 > most {
            let problem = format!("is over {} KiB", most >> 10);
            return Err(PackError::file(shown, problem));
        }
        if self.total > MAX_TOTAL {
            let problem = format!(
                "is too much: rules and data come to over {} MiB",
                MAX_TOTAL >> 20
            );
            return Err(PackError::file(shown, problem));
        }
        String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let before = error.as_bytes().get(..valid).unwrap_or_default();
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            PackError::at(shown, line as u64, "it is no UTF-8 text")
        })
    }
}

fn not_utf8(path: &Path) -> PackError {
    PackError::file(path, "has a name that is no UTF-8 text; rename it")
}

fn kind_of(name: &OsStr, above: &[String]) -> Option<Kind> {
    let name = name.to_str()?;
    let is_yaml = name.ends_with(".yaml") || name.ends_with(".yml");
    match name {
        "data.json" | "data.yaml" | "data.yml" => Some(Kind::Data),
        _ if is_yaml && above.last().is_some_and(|folder| folder == "cases") => Some(Kind::Cases),
        _ if name.ends_with("_test.rego") => Some(Kind::Test),
        _ if name.ends_with(".rego") => Some(Kind::Module),
        _ => None,
    }
}
