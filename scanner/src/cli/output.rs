//! Where reports go: each format to standard output or to a file, whole or not at all.

use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use clap::Args;
use zonewarden_reports::{Format, Options, Report, UnknownFormat, WriteError, write};

use super::Fault;
use super::interrupt::Interrupt;
use super::pending::{PendingFile, Readers, is_same};

/// The width of a terminal that does not say.
const WIDTH: usize = 80;

/// Which documents are written.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputArguments {
    /// Write a document: table, json, csv, sarif or github (annotations of GitHub Actions), to PATH
    /// or standard output; repeatable [default: table]
    #[arg(short, long = "output", value_name = "FORMAT[=PATH]")]
    output: Vec<OutputArgument>,
    /// Write passes and subjects that rules do not apply to into JSON and CSV
    #[arg(long)]
    with_passes: bool,
    /// The file on which SARIF puts findings that have no file of their own
    #[arg(long, value_name = "FILE")]
    sarif_anchor: Option<String>,
    /// Write into SARIF what GitHub would take for open alerts: waived findings as suppressed
    /// results, and mended ones as absent
    #[arg(long)]
    sarif_closed: bool,
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

impl OutputArguments {
    /// Whether passes are asked for.
    pub(super) fn with_passes(&self) -> bool {
        self.with_passes
    }

    /// Opens every file, so that one that cannot be written fails before anything is read.
    /// `snapshot` is a file of the run that no document may replace.
    pub(super) fn open(self, snapshot: Option<&Path>) -> Result<Outputs, Fault> {
        let mut arguments = self.output;
        check_paths(&arguments, snapshot)?;
        if arguments.is_empty() {
            arguments.push(OutputArgument {
                format: Format::Table,
                path: None,
            });
        }
        let stdout = io::stdout();
        let options = Options {
            with_passes: self.with_passes,
            with_closed: self.sarif_closed,
            changes_only: false,
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
                    file: argument
                        .path
                        .map(|path| PendingFile::open(path, Readers::Umask))
                        .transpose()?,
                })
            })
            .collect::<Result<_, Fault>>()?;
        Ok(Outputs { documents, options })
    }
}

/// Refuses documents that would fall into one another.
fn check_paths(arguments: &[OutputArgument], snapshot: Option<&Path>) -> Result<(), Fault> {
    let remedy = "give each document a path of its own, as in -o sarif=zonewarden.sarif";
    let mut taken: Vec<&Path> = snapshot.into_iter().collect();
    let mut on_standard_output = 0;
    for argument in arguments {
        let Some(path) = argument.path.as_deref() else {
            on_standard_output += 1;
            continue;
        };
        if snapshot.is_some_and(|snapshot| is_same(snapshot, path)) {
            let cause = format!("{} is the snapshot of this run", path.display());
            return Err(Fault::new(cause, remedy));
        }
        if taken.iter().any(|taken| is_same(taken, path)) {
            let cause = format!("two documents cannot share {}", path.display());
            return Err(Fault::new(cause, remedy));
        }
        taken.push(path);
    }
    if on_standard_output > 1 {
        return Err(Fault::new(
            "two documents cannot share standard output",
            remedy,
        ));
    }
    Ok(())
}

impl Outputs {
    /// With tables that tell what changed, and nothing else.
    pub(super) fn of_changes(mut self) -> Self {
        self.options.changes_only = true;
        self
    }

    /// Writes every document; none where the user broke off, and what was not whole by then is not
    /// there.
    pub(super) fn write(
        self,
        report: Report,
        interrupt: &mut Interrupt,
    ) -> Result<Option<()>, Fault> {
        let report = Arc::new(report);
        for Document { format, file } in self.documents {
            let (report, options) = (report.clone(), self.options.clone());
            let written = match file {
                None => interrupt.during(move || to_standard_output(&report, format, &options))?,
                Some(pending) => to_file(pending, report, format, options, interrupt)?,
            };
            match written {
                Some(written) => written?,
                None => return Ok(None),
            }
        }
        Ok(Some(()))
    }
}

/// Prints to standard output.
pub(super) fn print(text: &[u8]) -> Result<(), WriteError> {
    let mut out = io::stdout().lock();
    unless_closed(
        out.write_all(text)
            .and_then(|()| out.flush())
            .map_err(WriteError),
    )
}

/// Prints a value as JSON to standard output.
pub(super) fn print_json(value: &serde_json::Value) -> Result<(), WriteError> {
    print(format!("{value:#}\n").as_bytes())
}

/// Whoever closed standard output has seen enough.
fn unless_closed(written: Result<(), WriteError>) -> Result<(), WriteError> {
    match written {
        Err(WriteError(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

fn to_standard_output(report: &Report, format: Format, options: &Options) -> Result<(), Fault> {
    let mut out = io::stdout().lock();
    let written = write(report, format, options, &mut out).and_then(|()| Ok(out.flush()?));
    Ok(unless_closed(written)?)
}

fn to_file(
    pending: PendingFile,
    report: Arc<Report>,
    format: Format,
    options: Options,
    interrupt: &mut Interrupt,
) -> Result<Option<Result<(), Fault>>, Fault> {
    let options = Options {
        colour: false,
        width: WIDTH,
        ..options
    };
    let mut file = pending.file()?;
    let written = interrupt.during(move || write(&report, format, &options, &mut file))?;
    Ok(written.map(|written| {
        let path = pending.path().to_owned();
        written
            .map_err(|WriteError(error)| error)
            .and_then(|()| pending.take_name())
            .map_err(|error| {
                Fault::new(
                    format!("cannot write {}: {error}", path.display()),
                    "check the space and the permissions of its folder",
                )
            })
    }))
}
