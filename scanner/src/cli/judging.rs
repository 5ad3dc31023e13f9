//! What `scan`, `evaluate` and `demo` have in common: how findings are judged and how a run ends.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use jiff::Timestamp;
use zonewarden_reports::{BaselineState, Report, Severity};

use super::comparing::Comparing;
use super::config::Config;
use super::waivers::{WaiverArguments, WaiverFaults, WaiverSettings};
use super::{End, Fault};
use crate::evaluate::{Catalogue, Options, Watched};
use crate::inventory::snapshot::SnapshotFile;

/// How findings are judged.
#[derive(Debug, Args)]
#[command(next_help_heading = "Judgement")]
pub(super) struct JudgementArguments {
    /// The severity at which findings fail the run: critical, high, medium, low, info, or never
    /// [default: medium]
    #[arg(long, value_name = "SEVERITY", env = "ZONEWARDEN_FAIL_ON")]
    fail_on: Option<String>,
    /// End well although something in scope could not be read
    #[arg(long, env = "ZONEWARDEN_ALLOW_INCOMPLETE")]
    allow_incomplete: bool,
    /// The instant that stands for now, RFC 3339; by default that at which the collection ended
    #[arg(long, value_name = "TIME", value_parser = instant)]
    now: Option<Timestamp>,
    #[command(flatten)]
    waivers: WaiverArguments,
}

/// What the state is compared with.
#[derive(Debug, Args)]
#[command(next_help_heading = "Judgement")]
pub(super) struct PreviousArgument {
    /// An earlier snapshot, for the rules about what has changed since
    #[arg(long, value_name = "SNAPSHOT", env = "ZONEWARDEN_PREVIOUS")]
    previous: Option<PathBuf>,
}

impl PreviousArgument {
    /// The snapshot, where one was named.
    pub(super) fn open(self) -> Result<Option<Arc<SnapshotFile>>, Fault> {
        let snapshot = self.previous.map(|path| SnapshotFile::open(&path));
        Ok(snapshot.transpose()?.map(Arc::new))
    }
}

/// What is made of the arguments and the configuration.
#[derive(Debug)]
pub(super) struct Judgement {
    /// How the snapshot is judged.
    pub(super) options: Options,
    /// What people have accepted.
    pub(super) waivers: WaiverSettings,
    /// What the report is compared with.
    pub(super) comparing: Comparing,
    /// How the run ends.
    pub(super) ending: Ending,
}

/// What decides how a run ends.
#[derive(Debug)]
pub(super) struct Ending {
    /// The least severity that fails the run; none where nothing does.
    threshold: Option<Severity>,
    allow_incomplete: bool,
    /// Whether findings that the baseline has, no better, do not fail the run.
    fail_on_new: bool,
}

impl JudgementArguments {
    /// What was typed over what is configured over the defaults.
    pub(super) fn judgement(
        self,
        config: Config,
        catalogue: &Catalogue,
        with_passes: bool,
    ) -> Result<Judgement, Fault> {
        let settings = config.settings(catalogue)?;
        let fail_on = self.fail_on.or(config.fail_on);
        Ok(Judgement {
            waivers: self.waivers.read(&config.waivers)?,
            ending: Ending {
                fail_on_new: false,
                threshold: match fail_on {
                    None => Some(Severity::Medium),
                    Some(name) => threshold(&name)?,
                },
                allow_incomplete: self.allow_incomplete || config.allow_incomplete.unwrap_or(false),
            },
            options: Options {
                now: self.now,
                with_passes,
                watched: Watched::default(),
                settings,
                monitoring_accounts: config.monitoring.accounts,
                ci: ci_run(),
                previous: None,
                program: std::env::current_exe().ok(),
            },
            comparing: Comparing::default(),
        })
    }
}

impl Judgement {
    /// The same, compared with an earlier report.
    pub(super) fn against(mut self, comparing: Comparing) -> Self {
        self.options.watched = comparing.watched();
        self.ending.fail_on_new = comparing.fail_on_new;
        self.comparing = comparing;
        self
    }

    /// Waives and compares what was judged, and says how the run ends once the report is written.
    pub(super) fn conclude(&self, report: &mut Report) -> Conclusion {
        let faults = self.waivers.apply(report);
        self.comparing.apply(report);
        Conclusion {
            end: self.ending.of(report),
            faults,
        }
    }
}

/// How a run ends once its report is written.
#[derive(Debug)]
pub(super) struct Conclusion {
    end: End,
    faults: WaiverFaults,
}

impl From<End> for Conclusion {
    fn from(end: End) -> Self {
        Self {
            end,
            faults: WaiverFaults::default(),
        }
    }
}

impl Conclusion {
    /// The end.
    pub(super) fn end(self) -> Result<End, Fault> {
        self.faults.end()?;
        Ok(self.end)
    }
}

impl Ending {
    /// How a run with this report ends. Gaps never count for the threshold: they make it incomplete.
    pub(super) fn of(&self, report: &Report) -> End {
        let failed = report.results.iter().any(|result| {
            result.outcome == zonewarden_reports::Outcome::Fail
                && result.rule != "scan-complete"
                && !(self.fail_on_new && result.baseline == Some(BaselineState::Unchanged))
                && self
                    .threshold
                    .is_some_and(|threshold| result.severity >= threshold)
        });
        if failed {
            End::Findings
        } else if !report.coverage.complete && !self.allow_incomplete {
            End::Incomplete
        } else {
            End::Clean
        }
    }
}

fn instant(text: &str) -> Result<Timestamp, &'static str> {
    text.parse()
        .map_err(|_| "it is no instant; give one of RFC 3339, as in 2026-01-31T12:00:00Z")
}

/// The least severity that fails the run; none for `never`.
pub(super) fn threshold(name: &str) -> Result<Option<Severity>, Fault> {
    match name {
        "never" => Ok(None),
        name => severity(name).map(Some),
    }
}

fn severity(name: &str) -> Result<Severity, Fault> {
    Severity::WORST_FIRST
        .into_iter()
        .find(|severity| severity.as_str() == name)
        .ok_or_else(|| {
            Fault::new(
                format!("{name:?} is no severity"),
                "give --fail-on critical, high, medium, low, info or never",
            )
        })
}

/// The run of a CI service, where one called: GitHub's, GitLab's or Jenkins' own variables.
fn ci_run() -> Option<String> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let github = || {
        Some(format!(
            "{}/{}/actions/runs/{}",
            variable("GITHUB_SERVER_URL")?,
            variable("GITHUB_REPOSITORY")?,
            variable("GITHUB_RUN_ID")?
        ))
    };
    github()
        .or_else(|| variable("CI_JOB_URL"))
        .or_else(|| variable("BUILD_URL"))
}
