//! What `scan`, `evaluate` and `demo` have in common: how findings are judged and how a run ends.

use clap::Args;
use jiff::Timestamp;
use zonewarden_reports::{Report, Severity};

use super::config::Config;
use super::{End, Fault};
use crate::evaluate::{Catalogue, Options};

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
}

/// What is made of the arguments and the configuration.
#[derive(Debug)]
pub(super) struct Judgement {
    /// How the snapshot is judged.
    pub(super) options: Options,
    /// How the run ends.
    pub(super) ending: Ending,
}

/// What decides how a run ends.
#[derive(Debug)]
pub(super) struct Ending {
    /// The least severity that fails the run; none where nothing does.
    threshold: Option<Severity>,
    allow_incomplete: bool,
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
        let threshold = self.fail_on.or(config.fail_on);
        Ok(Judgement {
            ending: Ending {
                threshold: match threshold.as_deref() {
                    None => Some(Severity::Medium),
                    Some("never") => None,
                    Some(name) => Some(severity(name)?),
                },
                allow_incomplete: self.allow_incomplete || config.allow_incomplete.unwrap_or(false),
            },
            options: Options {
                now: self.now,
                with_passes,
                settings,
                monitoring_accounts: config.monitoring.accounts,
                ci: ci_run(),
                program: std::env::current_exe().ok(),
            },
        })
    }
}

impl Ending {
    /// How a run with this report ends. Gaps never count for the threshold: they make it incomplete.
    pub(super) fn of(&self, report: &Report) -> End {
        let failed = report.results.iter().any(|result| {
            result.outcome == zonewarden_reports::Outcome::Fail
                && result.rule != "scan-complete"
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
