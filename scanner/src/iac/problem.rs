//! What could not be read, and where.

use std::fmt;

use crate::iac::place::{Place, Region, Span};

/// A file, or a part of one, that could not be read. What it would have said is missing from the
/// result; everything else is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file as it is shown.
    pub file: String,
    /// Where in the file, if it got so far.
    pub region: Option<Region>,
    /// What is wrong.
    pub kind: ProblemKind,
}

/// What is wrong with a text, and where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
}

/// What is wrong with a file. Each is one line of cause; [`ProblemKind::remedy`] is what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProblemKind {
    /// It is not there, or may not be read.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// It lies outside the paths that were given, perhaps by way of a symbolic link.
    #[error("lies outside the given paths")]
    Outside,
    /// It is a directory, a FIFO, a device or a socket.
    #[error("is not a regular file")]
    NotAFile,
    /// It is larger than a file may be.
    #[error("is larger than {limit} bytes")]
    TooLarge {
        /// The bound, in bytes.
        limit: u64,
    },
    /// All files together are larger than they may be.
    #[error("is not read: the files before it hold {limit} bytes")]
    TooMuch {
        /// The bound, in bytes.
        limit: u64,
    },
    /// It is not text.
    #[error("is not valid UTF-8")]
    NotUtf8,
    /// Its name is not text.
    #[error("is not read: its name is not valid UTF-8")]
    NameNotUtf8,
    /// It was given, and its name does not say that it holds anything that is read.
    #[error("is not read: its name is not one of infrastructure code")]
    NotCode,
    /// A directory with files that git does not track beside some that it does.
    #[error("git does not track {}{}, so they are not read", .names.join(", "), and_more(*.more))]
    Untracked {
        /// The names of the first few.
        names: Vec<String>,
        /// How many more there are.
        more: usize,
    },
    /// A work tree of which it cannot be told what git tracks.
    #[error("what git tracks is not known, and all is read but what .gitignore names: {0}")]
    GitIndex(String),
    /// Directories lie within each other deeper than they may, or hold more than they may.
    #[error("holds more files or deeper directories than are read")]
    TooManyFiles,
    /// It is not what its name says.
    #[error("cannot be parsed: {0}")]
    Syntax(String),
    /// It parses and makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// An exception from a rule that says or does nothing.
    #[error("the exception is not read: {0}")]
    Exception(String),
    /// It belongs to Terraform and is no plan in JSON.
    #[error("is no plan in JSON but {0}")]
    NotAPlan(&'static str),
    /// It is a plan in a version of the format that is not known.
    #[error("is a plan of format version {0}, and only version 1 is known")]
    PlanVersion(String),
    /// A module whose files are not to be had.
    #[error("module {call} ({source_address}) is not read: {why}")]
    Module {
        /// The address of the call.
        call: String,
        /// What the call gives as its source.
        source_address: String,
        /// Why it is not read.
        why: String,
    },
    /// A nested stack whose template is not to be had.
    #[error("nested stack {stack} is not read: {why}")]
    Stack {
        /// The logical id of the stack.
        stack: String,
        /// Why it is not read.
        why: String,
    },
}

impl Problem {
    /// A problem with a whole file.
    pub fn of_file(file: impl Into<String>, kind: ProblemKind) -> Self {
        Self {
            file: file.into(),
            region: None,
            kind,
        }
    }

    /// A problem at a place.
    pub fn at(place: &Place, kind: ProblemKind) -> Self {
        Self {
            file: place.file().to_owned(),
            region: Some(place.region()),
            kind,
        }
    }
}

impl ProblemKind {
    /// What to do about it, in one line.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "check that the file exists and may be read",
            Self::Outside => "give the directory that holds it as a path too",
            Self::NotAFile => "replace it by a file, or leave it out of the given paths",
            Self::TooLarge { .. } => "split the file, or leave it out of the given paths",
            Self::TooMuch { .. } | Self::TooManyFiles => "give fewer paths in one run",
            Self::NotUtf8 => "save the file as UTF-8",
            Self::NameNotUtf8 => "rename the file",
            Self::NotCode => {
                "give .tf, .tf.json, .tfvars, .json, .yaml, .yml or .template files, or directories"
            }
            Self::Untracked { .. } => "`git add` them, or ask for all files",
            Self::GitIndex(_) => "see that `git status` works there, or ask for all files",
            Self::Syntax(_) | Self::Invalid(_) => {
                "mend the file, or leave it out of the given paths if it is no configuration"
            }
            Self::Exception(_) => {
                "write `zonewarden:ignore RULE until YYYY-MM-DD reason` on or above a block"
            }
            Self::NotAPlan(_) => {
                "run `terraform plan -out=PLAN`, then give what `terraform show -json PLAN` prints"
            }
            Self::PlanVersion(_) => "use a newer version of this program",
            Self::Module { .. } => {
                "run `terraform init` first, or give the module's directory as a path too"
            }
            Self::Stack { .. } => {
                "name a local template in TemplateURL, and give its directory as a path too"
            }
        }
    }
}

fn and_more(more: usize) -> String {
    match more {
        0 => String::new(),
        more => format!(" and {more} more"),
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(region) = self.region {
            write!(f, ":{}:{}", region.line, region.column)?;
        }
        write!(f, ": {}", self.kind)
    }
}

impl std::error::Error for Problem {}
