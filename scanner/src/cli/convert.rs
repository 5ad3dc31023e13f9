//! `zonewarden convert`: another document from a JSON report.

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::Args;
use tracing::warn;
use zonewarden_reports::Report;

use super::interrupt::Interrupt;
use super::output::OutputArguments;
use super::{End, Fault};

/// The arguments of `zonewarden convert`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The JSON report; - for standard input
    #[arg(value_name = "FILE")]
    report: PathBuf,
    #[command(flatten)]
    output: OutputArguments,
}

pub(super) fn run(arguments: Arguments) -> Result<End, Fault> {
    let outputs = arguments.output.open(None)?;
    let mut interrupt = Interrupt::listen()?;
    let path = arguments.report;
    if let Some(report) = interrupt.during(move || read(&path))?
        && outputs.write(report?, &mut interrupt)?.is_some()
    {
        return Ok(End::Clean);
    }
    warn!("interrupted before every document was written");
    Ok(End::Interrupted)
}

fn read(path: &Path) -> Result<Report, Fault> {
    if path.as_os_str() == "-" {
        return Ok(zonewarden_reports::read(std::io::stdin().lock())?);
    }
    let remedy = "name a report written with -o json=FILE";
    let unreadable = |cause: &dyn std::fmt::Display| {
        Fault::new(format!("cannot read {}: {cause}", path.display()), remedy)
    };
    if path.is_dir() {
        return Err(unreadable(&"it is a folder"));
    }
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    zonewarden_reports::read(file).map_err(|error| {
        let fault = Fault::from(error);
        Fault {
            cause: format!("{}: {}", path.display(), fault.cause),
            ..fault
        }
    })
}
