//! `zonewarden convert`: another document from a JSON report.

use std::path::PathBuf;

use clap::Args;
use tracing::warn;

use super::comparing::open;
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
    if let Some(report) =
        interrupt.during(move || open(&path, |file| zonewarden_reports::read(file)))?
        && outputs.write(report?, &mut interrupt)?.is_some()
    {
        return Ok(End::Clean);
    }
    warn!("interrupted before every document was written");
    Ok(End::Interrupted)
}
