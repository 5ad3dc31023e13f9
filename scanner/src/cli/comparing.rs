//! The earlier report that a run is compared with.

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::Args;
use zonewarden_reports::{Baseline, ReadError, Report, compare, read_baseline};

use super::Fault;
use crate::evaluate::Watched;

/// What findings are compared with.
#[derive(Debug, Args)]
#[command(next_help_heading = "Judgement")]
pub(super) struct ComparisonArguments {
    /// Mark what is new, unchanged and mended since this report, JSON or SARIF
    #[arg(long, value_name = "REPORT", env = "ZONEWARDEN_BASELINE")]
    baseline: Option<PathBuf>,
    /// Fail the run only for findings that are new since the baseline, or worse
    #[arg(long, requires = "baseline", env = "ZONEWARDEN_FAIL_ON_NEW")]
    fail_on_new: bool,
}

/// An earlier report, and what it is for.
#[derive(Debug, Default)]
pub(super) struct Comparing {
    baseline: Option<Baseline>,
    /// Whether only what is new fails the run.
    pub(super) fail_on_new: bool,
}

impl ComparisonArguments {
    /// Reads the earlier report.
    pub(super) fn read(self) -> Result<Comparing, Fault> {
        let open = |path: &PathBuf| open(path, |file| read_baseline(file));
        Ok(Comparing {
            baseline: self.baseline.as_ref().map(open).transpose()?,
            fail_on_new: self.fail_on_new,
        })
    }
}

impl Comparing {
    /// What is compared with an earlier report, and fails only for what is new.
    pub(super) fn with(baseline: Baseline) -> Self {
        Self {
            baseline: Some(baseline),
            fail_on_new: true,
        }
    }

    /// The verdicts without which it could not be told what is mended.
    pub(super) fn watched(&self) -> Watched {
        let baseline = self.baseline.iter();
        baseline.flat_map(Baseline::failures).collect()
    }

    /// Marks a report.
    pub(super) fn apply(&self, report: &mut Report) {
        if let Some(baseline) = &self.baseline {
            compare(report, baseline);
        }
    }
}

/// Reads a document that a report was written to; `-` is standard input.
pub(super) fn open<T>(
    path: &Path,
    read: impl Fn(&mut dyn std::io::Read) -> Result<T, ReadError>,
) -> Result<T, Fault> {
    if path.as_os_str() == "-" {
        return Ok(read(&mut std::io::stdin().lock())?);
    }
    let remedy = "name a report written with -o json=FILE";
    let unreadable = |cause: &dyn std::fmt::Display| {
        Fault::new(format!("cannot read {}: {cause}", path.display()), remedy)
    };
    if path.is_dir() {
        return Err(unreadable(&"it is a folder"));
    }
    let mut file = File::open(path).map_err(|error| unreadable(&error))?;
    read(&mut file).map_err(|error| {
        let fault = Fault::from(error);
        Fault {
            cause: format!("{}: {}", path.display(), fault.cause),
            ..fault
        }
    })
}
