//! Where reports go: each format to standard output or to a file, whole or not at all.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use tempfile::NamedTempFile;
use zonewarden_reports::{Format, Options, Report, UnknownFormat, WriteError, write};

use super::Fault;

/// The width of a terminal that does not say.
const WIDTH: usize = 80;

/// Which documents are written.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputArguments {
    /// Write a document: table, json, csv or sarif, to PATH or standard output; repeatable
    /// [default: table]
    #[arg(short, long = "output", value_name = "FORMAT[=PATH]")]
    output: Vec<OutputArgument>,
    /// Write passes and subjects that rules do not apply to into JSON and CSV
    #[arg(long)]
    with_passes: bool,
    /// The file on which SARIF puts findings that have no file of their own
    #[arg(long, value_name = "FILE")]
    sarif_anchor: Option<String>,
}

#[derive(Debug, Clone)]
struct OutputArgument {
    format: Format,
    /// None for standard output.
    path: Option<PathBuf>,
}

impl FromStr for OutputArgument {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        let (format, path) = match text.split_once('=') {
            Some((format, path)) => (
                format,
                Some(path).filter(|path| *path != "-" && !path.is_empty()),
            ),
            None => (text, None),
        };
        Ok(Self {
            format: format.parse()?,
            path: path.map(PathBuf::from),
        })
    }
}

/// The documents to write, their files open.
pub(super) struct Outputs {
    documents: Vec<Document>,
    options: Options,
}

struct Document {
    format: Format,
    /// None for standard output.
    file: Option<PendingFile>,
}

/// A file that takes its name only once it is whole; what is no regular file is written to as it is.
struct PendingFile {
    sink: Sink,
    path: PathBuf,
}

enum Sink {
    Temporary(NamedTempFile),
    Device(File),
}

impl OutputArguments {
    /// Whether passes are asked for.
    pub(super) fn with_passes(&self) -> bool {
        self.with_passes
    }

    /// Opens every file, so that one that cannot be written fails before anything is read.
    pub(super) fn open(self) -> Result<Outputs, Fault> {
        let mut arguments = self.output;
        if arguments.is_empty() {
            arguments.push(OutputArgument {
                format: Format::Table,
                path: None,
            });
        }
        if arguments
            .iter()
            .filter(|argument| argument.path.is_none())
            .count()
            > 1
        {
            return Err(Fault::new(
                "two documents cannot share standard output",
                "give all but one a path, as in -o sarif=zonewarden.sarif",
            ));
        }
        let stdout = io::stdout();
        let options = Options {
            with_passes: self.with_passes,
            with_waived: false,
            colour: anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never,
            width: if stdout.is_terminal() {
                terminal_size::terminal_size().map_or(WIDTH, |(width, _)| width.0.into())
            } else {
                WIDTH
            },
            sarif_anchor: self.sarif_anchor,
        };
        let documents = arguments
            .into_iter()
            .map(|argument| {
                Ok(Document {
                    format: argument.format,
                    file: argument.path.map(PendingFile::open).transpose()?,
                })
            })
            .collect::<Result<_, Fault>>()?;
        Ok(Outputs { documents, options })
    }
}

impl Outputs {
    /// Writes every document.
    pub(super) fn write(self, report: &Report) -> Result<(), Fault> {
        for document in self.documents {
            match document.file {
                Some(file) => file.write(report, document.format, &self.options)?,
                None => {
                    let mut out = io::stdout().lock();
                    let written = write(report, document.format, &self.options, &mut out)
                        .and_then(|()| Ok(out.flush()?));
                    match written {
                        // Whoever read the output has seen enough.
                        Err(WriteError(error)) if error.kind() == io::ErrorKind::BrokenPipe => {}
                        other => other?,
                    }
                }
            }
        }
        Ok(())
    }
}

impl PendingFile {
    fn open(path: PathBuf) -> Result<Self, Fault> {
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let unwritable = |error: &dyn std::fmt::Display| {
            Fault::new(
                format!("cannot write {}: {error}", path.display()),
                "name a file in a folder that exists and that you may write to",
            )
        };
        if path.is_dir() {
            return Err(unwritable(&"it is a folder"));
        }
        let sink = if path.exists() && !path.is_file() {
            let device = File::options().write(true).open(&path);
            device.map(Sink::Device)
        } else {
            let mut temporary = tempfile::Builder::new();
            let temporary = temporary.prefix(".zonewarden-").tempfile_in(folder);
            temporary.map(Sink::Temporary)
        };
        Ok(Self {
            sink: sink.map_err(|error| unwritable(&error))?,
            path,
        })
    }

    fn write(self, report: &Report, format: Format, options: &Options) -> Result<(), Fault> {
        let options = Options {
            colour: false,
            width: WIDTH,
            ..options.clone()
        };
        let mut temporary = match self.sink {
            Sink::Device(mut device) => return Ok(write(report, format, &options, &mut device)?),
            Sink::Temporary(temporary) => temporary,
        };
        write(report, format, &options, &mut temporary)?;
        readable_as_other_files(&temporary)?;
        temporary.persist(&self.path).map_err(|error| {
            Fault::new(
                format!("cannot write {}: {}", self.path.display(), error.error),
                "check the space and the permissions of its folder",
            )
        })?;
        Ok(())
    }
}

/// A temporary file is its owner's alone; a report is a file like any other.
#[cfg(unix)]
fn readable_as_other_files(file: &NamedTempFile) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let permissions = std::fs::Permissions::from_mode(0o644);
    file.as_file().set_permissions(permissions)
}

#[cfg(not(unix))]
fn readable_as_other_files(_: &NamedTempFile) -> io::Result<()> {
    Ok(())
}
