//! The command line: what was typed, what it means, and how it ends.

mod check;
mod collect;
mod collecting;
mod comparing;
mod completions;
mod config;
mod convert;
#[cfg(feature = "demo")]
mod demo;
mod diff;
mod dns;
mod evaluate;
mod interrupt;
mod judge_apart;
mod judging;
mod log;
mod observing;
mod output;
mod pending;
mod policies;
mod rules;
mod scan;
mod snapshot;
mod waivers;

use std::fmt;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use config::Config;
use log::LogFormat;

/// How a run ends, as its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Nothing at or over the threshold.
    Clean = 0,
    /// Findings at or over the threshold.
    Findings = 1,
    /// Something in scope could not be read, or a rule erred, and nothing failed.
    Incomplete = 3,
    /// Broken off by the user; what was collected is kept.
    Interrupted = 130,
}

/// A run that could not be done: usage, configuration, or something that went wrong. Exit code 2.
#[derive(Debug)]
struct Fault {
    cause: String,
    remedy: Option<String>,
}

impl Fault {
    fn new(cause: impl fmt::Display, remedy: impl Into<String>) -> Self {
        Self {
            cause: cause.to_string(),
            remedy: Some(remedy.into()),
        }
    }
}

/// An error whose text says the remedy as well, after a semicolon.
impl<E: std::error::Error> From<E> for Fault {
    fn from(error: E) -> Self {
        let text = error.to_string();
        match text.rsplit_once("; ") {
            Some((cause, remedy)) => Self::new(cause, remedy),
            None => Self {
                cause: text,
                remedy: None,
            },
        }
    }
}

/// Proves that an AWS organisation's public DNS zones are signed, and that someone will be told
/// before that breaks.
#[derive(Debug, Parser)]
#[command(
    name = "zonewarden",
    version,
    arg_required_else_help = true,
    after_help = "Exit codes: 0 nothing at or over the threshold; 1 findings; 2 usage, configuration or \
                  internal error; 3 incomplete and nothing failed; 130 interrupted.\n\
                  Without AWS at hand: zonewarden demo"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// The configuration file; without it, zonewarden.toml, found upward to the root of the repository
    #[arg(long, global = true, value_name = "FILE", env = "ZONEWARDEN_CONFIG")]
    config: Option<PathBuf>,
    /// Say less: errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Say more; twice, all
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// How the log on standard error is written
    #[arg(
        long,
        global = true,
        value_name = "FORMAT",
        default_value = "text",
        env = "ZONEWARDEN_LOG_FORMAT"
    )]
    log_format: LogFormat,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Collect the organisation of the current credentials, judge it and report it
    Scan(scan::Arguments),
    /// Collect facts into a snapshot, and judge nothing
    Collect(collect::Arguments),
    /// Judge a snapshot; needs no credentials
    Evaluate(evaluate::Arguments),
    /// Judge infrastructure code: Terraform, CloudFormation, CDK output
    Check(check::Arguments),
    /// Scan a simulated organisation; needs no AWS account and no credentials
    #[cfg(feature = "demo")]
    Demo(demo::Arguments),
    /// Tell what is new, mended and unchanged between two snapshots or reports
    Diff(diff::Arguments),
    /// Make another document from a JSON report
    Convert(convert::Arguments),
    /// Tell about the rules, test them, begin one
    #[command(subcommand)]
    Rules(rules::RulesCommand),
    /// Show what is configured
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the completions of a shell
    Completions(completions::Arguments),
    /// Judge the user's own rules, for another process of this program
    #[command(name = crate::evaluate::JUDGE_APART, hide = true)]
    JudgeApart,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Every setting, what it is, and with --origin where that is set
    Show(config::show::Arguments),
    /// Print the JSON Schema of a file of waivers
    WaiversSchema,
}

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(help_or_error) => {
            let code = if help_or_error.use_stderr() { 2 } else { 0 };
            // Nobody is left to be told where even this cannot be printed.
            let _ = help_or_error.print();
            return ExitCode::from(code);
        }
    };
    log::begin(cli.quiet, cli.verbose, cli.log_format);
    match run(cli) {
        Ok(end) => ExitCode::from(end as u8),
        Err(fault) => {
            report(&fault);
            ExitCode::from(2)
        }
    }
}

fn run(cli: Cli) -> Result<End, Fault> {
    let config = || Config::find(cli.config.as_deref());
    match cli.command {
        Command::Scan(arguments) => scan::run(arguments, config()?),
        Command::Collect(arguments) => collect::run(arguments, config()?),
        Command::Evaluate(arguments) => evaluate::run(arguments, config()?),
        Command::Check(arguments) => check::run(arguments, config()?),
        #[cfg(feature = "demo")]
        Command::Demo(arguments) => demo::run(arguments),
        Command::Diff(arguments) => diff::run(arguments, config()?),
        Command::Convert(arguments) => convert::run(arguments),
        Command::Config(ConfigCommand::Show(arguments)) => {
            config::show::run(&arguments, &config()?)
        }
        Command::Config(ConfigCommand::WaiversSchema) => waivers::print_schema(),
        Command::Rules(command) => rules::run(command, config),
        Command::Completions(arguments) => completions::run(arguments),
        Command::JudgeApart => judge_apart::run(),
    }
}

fn report(fault: &Fault) {
    use anstyle::{AnsiColor, Style};
    let mut out = anstream::stderr();
    let red = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
    let bold = Style::new().bold();
    let _ = writeln!(
        out,
        "{red}error:{red:#} {}",
        zonewarden_reports::printable(&fault.cause)
    );
    if let Some(remedy) = &fault.remedy {
        let _ = writeln!(
            out,
            "{bold}help:{bold:#} {}",
            zonewarden_reports::printable(remedy)
        );
    }
}
