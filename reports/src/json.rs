//! The report as JSON: the one complete form, written and read.

use std::io::{self, Read, Write};

use serde::de::{Error as _, IgnoredAny};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};
use thiserror::Error;

use crate::format::{Options, listed};
use crate::report::{Report, SCHEMA};

/// The most that is read of a report: ten times one with 100,000 results.
const LIMIT: u64 = 1 << 30;

/// The report as it is written: with the results that were asked for.
struct Document<'a> {
    report: &'a Report,
    options: &'a Options,
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// Results without a copy of them.
        struct Results<'a>(&'a Document<'a>);

        impl Serialize for Results<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_seq(listed(self.0.report, self.0.options))
            }
        }

        let Report {
            schema,
            tool,
            run,
            scope,
            coverage,
            baseline,
            rules,
            results: _,
            warnings,
            summary,
        } = self.report;
        let mut document = serializer.serialize_struct("Report", 10)?;
        document.serialize_field("schema", schema)?;
        document.serialize_field("tool", tool)?;
        document.serialize_field("run", run)?;
        document.serialize_field("scope", scope)?;
        document.serialize_field("coverage", coverage)?;
        document.serialize_field("baseline", baseline)?;
        document.serialize_field("rules", rules)?;
        document.serialize_field("results", &Results(self))?;
        document.serialize_field("warnings", warnings)?;
        document.serialize_field("summary", summary)?;
        document.end()
    }
}

/// Writes the report with one member a line, so that two of them can be compared by line.
pub(crate) fn write(report: &Report, options: &Options, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Document { report, options })?;
    out.write_all(b"\n")
}

/// Why a report cannot be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The input cannot be read.
    #[error("cannot read the report: {0}; check that the file exists and may be read")]
    Io(#[from] io::Error),
    /// The input is larger than any report.
    #[error("the report is larger than {} MiB; narrow the scan to fewer accounts", LIMIT >> 20)]
    TooLarge,
    /// The input is not a report in JSON.
    #[error(
        "this is not a report of zonewarden: {0}; make one with `zonewarden scan -o json=FILE`"
    )]
    NotAReport(#[source] serde_json::Error),
    /// The input is some other document.
    #[error(
        "this has the form {found:?}, not {SCHEMA}; make a report with `zonewarden scan -o json=FILE`"
    )]
    OtherForm {
        /// The form that it has.
        found: String,
    },
    /// The input is SARIF of other tools.
    #[error(
        "this SARIF has no run of zonewarden{others}; give one that `zonewarden scan -o sarif=FILE` wrote"
    )]
    OtherTool {
        /// Of which tools it has runs, as the end of a sentence.
        others: String,
    },
    /// The input is SARIF where only JSON says enough.
    #[error(
        "this is SARIF, which does not hold the whole report; give the JSON that `-o json=FILE` writes beside it"
    )]
    Sarif,
    /// The report was written by a newer zonewarden.
    #[error(
        "the report has the form {found:?}, and this zonewarden reads {SCHEMA}; read it with the version that wrote it, or a newer one"
    )]
    Newer {
        /// The form that it has.
        found: String,
    },
}

/// Reads a report in JSON, as [`write()`](crate::write()) writes it.
///
/// Members that are not known are ignored, so a report of a later minor version can be read.
///
/// # Errors
///
/// [`ReadError`] if the input is no report, is of a newer major form, is larger than 1 GiB or
/// nested deeper than 128 levels.
pub fn read(input: impl Read) -> Result<Report, ReadError> {
    from_bytes(&bytes(input)?)
}

/// Everything that there is to read, where that is no more than a report can be.
pub(crate) fn bytes(input: impl Read) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    input.take(LIMIT + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > LIMIT {
        true => Err(ReadError::TooLarge),
        false => Ok(bytes),
    }
}

/// The report that is written there.
pub(crate) fn from_bytes(text: &[u8]) -> Result<Report, ReadError> {
    /// What tells whether the rest can be understood.
    #[derive(Deserialize)]
    struct Header {
        schema: Option<String>,
        runs: Option<IgnoredAny>,
    }

    let Header { schema, runs } = serde_json::from_slice(text).map_err(ReadError::NotAReport)?;
    let Some(found) = schema else {
        return Err(match runs {
            Some(_) => ReadError::Sarif,
            None => ReadError::NotAReport(serde_json::Error::missing_field("schema")),
        });
    };
    if found != SCHEMA {
        return Err(match (major(&found), major(SCHEMA)) {
            (Some(theirs), Some(ours)) if theirs > ours => ReadError::Newer { found },
            _ => ReadError::OtherForm { found },
        });
    }
    serde_json::from_slice(text).map_err(ReadError::NotAReport)
}

/// The major version of a form of report; nothing for another document's form.
fn major(schema: &str) -> Option<u64> {
    schema.strip_prefix("zonewarden.report/")?.parse().ok()
}
