//! `zonewarden diff`: what changed between two reports, or snapshots that are judged first.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use tracing::warn;
use zonewarden_reports::{Baseline, Report, read, read_baseline};

use super::comparing::{Comparing, open};
use super::config::Config;
use super::interrupt::Interrupt;
use super::judging::{Conclusion, Judgement, JudgementArguments};
use super::output::OutputArguments;
use super::policies::RuleArguments;
use super::{End, Fault};
use crate::evaluate::{Catalogue, Options, evaluate};
use crate::inventory::snapshot::{self, SnapshotFile};

/// What the first line of a snapshot begins with.
const HEADER: &[u8] = b"{\"header\":";

/// The arguments of `zonewarden diff`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// What was: a snapshot, or a report in JSON or SARIF
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// What is: a snapshot, or a report in JSON; the exit code is that of what is new or worse in it
    #[arg(value_name = "NEW")]
    new: PathBuf,
    #[command(flatten)]
    rules: RuleArguments,
    #[command(flatten)]
    judgement: JudgementArguments,
    #[command(flatten)]
    output: OutputArguments,
}

pub(super) fn run(arguments: Arguments, config: Config) -> Result<End, Fault> {
    let catalogue = arguments.rules.catalogue(&config)?;
    let with_passes = arguments.output.with_passes();
    let judgement = (arguments.judgement).judgement(config, &catalogue, with_passes)?;
    let outputs = arguments.output.open(Some(&arguments.new))?.of_changes();
    let mut interrupt = Interrupt::listen()?;
    let (old, new) = (arguments.old, arguments.new);
    let compared = interrupt.during(move || compared(&old, &new, &catalogue, judgement))?;
    if let Some(compared) = compared {
        let (report, conclusion) = compared?;
        if outputs.write(report, &mut interrupt)?.is_some() {
            return conclusion.end();
        }
    }
    warn!("interrupted before every document was written");
    Ok(End::Interrupted)
}

/// The later report, with what changed since the earlier one.
fn compared(
    old: &Path,
    new: &Path,
    catalogue: &Catalogue,
    judgement: Judgement,
) -> Result<(Report, Conclusion), Fault> {
    let earlier = (is_snapshot(old).then(|| SnapshotFile::open(old))).transpose()?;
    let baseline = match &earlier {
        Some(snapshot) => {
            let options = Options {
                // What came to be wrong by the passing of time alone is new.
                now: None,
                ..judgement.options.clone()
            };
            let mut report = judge(snapshot, catalogue, &options)?;
            judgement.waivers.apply(&mut report);
            Baseline::from(report)
        }
        None => open(old, |file| read_baseline(file))?,
    };
    let mut judgement = judgement.against(Comparing::with(baseline));
    if is_snapshot(new) {
        let snapshot = SnapshotFile::open(new)?;
        // Since itself nothing can have changed.
        judgement.options.previous = earlier
            .filter(|earlier| earlier.digest() != snapshot.digest())
            .map(Arc::new);
        let mut report = judge(&snapshot, catalogue, &judgement.options)?;
        let conclusion = judgement.conclude(&mut report);
        return Ok((report, conclusion));
    }
    // What was judged keeps the waivers of its day.
    let mut report = open(new, |file| read(file))?;
    judgement.comparing.apply(&mut report);
    let conclusion = judgement.ending.of(&report).into();
    Ok((report, conclusion))
}

fn judge(
    snapshot: &SnapshotFile,
    catalogue: &Catalogue,
    options: &Options,
) -> Result<Report, Fault> {
    let options = Options {
        // The same snapshots give the same bytes, whichever run of CI asks.
        ci: None,
        ..options.clone()
    };
    Ok(evaluate(snapshot, catalogue, &options)?)
}

/// Whether a file is a snapshot, by its name where that says that it is compressed, else by its
/// first bytes. What cannot be read is told of by whoever reads it as a report.
fn is_snapshot(path: &Path) -> bool {
    let begins_as_one = || {
        let mut first = [0; HEADER.len()];
        let read = File::open(path).and_then(|mut file| file.read_exact(&mut first));
        read.is_ok() && first == HEADER
    };
    path.as_os_str() != "-" && (snapshot::is_compressed(path) || begins_as_one())
}
