//! The formats of a report, and the one door to writing them.

use std::fmt;
use std::io::{self, BufWriter, Write};
use std::str::FromStr;

use thiserror::Error;

use crate::report::{Outcome, Report, RuleResult};
use crate::{csv, github, json, sarif, table};

/// A format that a report can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// For people at a terminal.
    Table,
    /// The one complete form, from which every other can be made.
    Json,
    /// One row a result, for spreadsheets and databases (RFC 4180).
    Csv,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands of GitHub Actions, for annotations on the lines of a pull request.
    GitHub,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 5] = [
        Self::Table,
        Self::Json,
        Self::Csv,
        Self::Sarif,
        Self::GitHub,
    ];

    /// The name of the format on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Sarif => "sarif",
            Self::GitHub => "github",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == name)
            .ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}

/// There is no format of that name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("there is no format {0:?}; give one of table, json, csv, sarif, github")]
pub struct UnknownFormat(pub String);

/// How a report is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Whether passes, and subjects that a rule does not apply to, are written as well, where the
    /// report holds them. The table never lists them, and GitHub would show them as alerts.
    pub with_passes: bool,
    /// Whether SARIF has what is not open as results: waived failures as suppressed ones, and those
    /// of the earlier report that are mended as absent ones. GitHub shows such results as open
    /// alerts, so they are notifications unless asked for; JSON and CSV always have them.
    pub with_closed: bool,
    /// Whether the table tells what changed since the earlier report, and nothing else.
    pub changes_only: bool,
    /// Whether the table is coloured.
    pub colour: bool,
    /// The width of the terminal in columns. Commands are never broken to fit it.
    pub width: usize,
    /// The file, relative to the root of the repository, on which SARIF puts findings that have
    /// no file of their own; without one, each gets a path made from its account and name.
    pub sarif_anchor: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            with_passes: false,
            with_closed: false,
            changes_only: false,
            colour: false,
            width: 80,
            sarif_anchor: None,
        }
    }
}

/// The document could not be written.
#[derive(Debug, Error)]
#[error("cannot write the report: {0}; check the space and the permissions of its destination")]
pub struct WriteError(#[from] pub io::Error);

/// Writes the report as one document in the given format.
///
/// Table, JSON and CSV are written as a stream: memory does not grow with the document. SARIF
/// holds at most the 25,000 results that GitHub takes, workflow commands the 30 that it shows.
///
/// # Errors
///
/// [`WriteError`] if `out` takes no more; what it took until then is no complete document.
pub fn write(
    report: &Report,
    format: Format,
    options: &Options,
    out: &mut dyn Write,
) -> Result<(), WriteError> {
    let mut out = BufWriter::new(out);
    match format {
        Format::Table => table::write(report, options, &mut out)?,
        Format::Json => json::write(report, options, &mut out)?,
        Format::Csv => csv::write(report, options, &mut out)?,
        Format::Sarif => sarif::write(report, options, &mut out)?,
        Format::GitHub => github::write(report, &mut out)?,
    }
    Ok(out.flush()?)
}

/// The results that JSON and CSV have, in the order of the report.
pub(crate) fn listed<'a>(
    report: &'a Report,
    options: &Options,
) -> impl Iterator<Item = &'a RuleResult> {
    let with_passes = options.with_passes;
    report
        .results
        .iter()
        .filter(move |result| match result.outcome {
            Outcome::Fail | Outcome::Unknown | Outcome::Waived => true,
            Outcome::Pass | Outcome::NotApplicable => with_passes,
        })
}
