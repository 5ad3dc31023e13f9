//! `zonewarden convert`: another document from a JSON report.

use std::fs::File;
use std::path::PathBuf;

use clap::Args;

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
    let path = &arguments.report;
    let report = if path.as_os_str() == "-" {
        zonewarden_reports::read(std::io::stdin().lock())?
    } else {
        let file = File::open(path).map_err(|error| {
            Fault::new(
                format!("cannot read {}: {error}", path.display()),
                "name a report written with -o json=FILE",
            )
        })?;
        zonewarden_reports::read(file)?
    };
    arguments.output.open()?.write(&report)?;
    Ok(End::Clean)
}
