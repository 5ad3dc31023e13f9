//! `zonewarden check`: judge infrastructure code before it is applied.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tracing::warn;
use zonewarden_reports::Report;

use super::comparing::ComparisonArguments;
use super::config::Config;
use super::interrupt::Interrupt;
use super::judging::{Conclusion, JudgementArguments};
use super::output::OutputArguments;
use super::policies::RuleArguments;
use super::{End, Fault};
use crate::evaluate::evaluate;
use crate::evaluate::exception::{Exception, apply};
use crate::iac;
use crate::iac::cloudformation::Parameters;
use crate::iac::code;
use crate::iac::files::{Choice, Files, Listing, display_base};
use crate::iac::lowering::Lowered;
use crate::iac::standard_input;
use crate::iac::terraform::Variables;
use crate::inventory::snapshot::{SnapshotFile, SnapshotWriter};
use crate::inventory::{
    AccountScope, Header, Mode, Part, Record, RecordSetScope, SNAPSHOT_SCHEMA, SourcePlace,
    SourceScope,
};

/// The arguments of `zonewarden check`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Files and folders of Terraform, CloudFormation and CDK output, or plans as `terraform show -json` prints them; - is standard input
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Read files that git does not track, too
    #[arg(long)]
    all: bool,
    /// The name of the file that comes on standard input; its end says what it holds
    #[arg(long, value_name = "FILE")]
    stdin_name: Option<String>,
    #[command(flatten)]
    values: ValueArguments,
    /// The code that a plan was made of; lines are told of it rather than of the plan
    #[arg(long, value_name = "DIR")]
    source: Vec<PathBuf>,
    /// Judge modules that nothing calls, too
    #[arg(long)]
    library: bool,
    /// Take what these paths do not declare of a kind for what does not exist
    #[arg(long, value_name = "KIND")]
    closed: Vec<Kind>,
    #[command(flatten)]
    rules: RuleArguments,
    #[command(flatten)]
    judgement: JudgementArguments,
    #[command(flatten)]
    comparison: ComparisonArguments,
    #[command(flatten)]
    output: OutputArguments,
}

/// The values that code is evaluated with.
#[derive(Debug, Args)]
#[command(next_help_heading = "Values")]
struct ValueArguments {
    /// The value of a variable of Terraform; repeatable, over those of files
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment)]
    var: Vec<(String, String)>,
    /// A file of values of Terraform's variables; repeatable, the last one stands
    #[arg(long, value_name = "FILE")]
    var_file: Vec<PathBuf>,
    /// A file of values of CloudFormation's parameters; repeatable, the last one stands
    #[arg(long, value_name = "FILE")]
    parameters: Vec<PathBuf>,
    /// The region of providers and stacks that state none
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
}

/// The kinds of things that other code may declare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// CloudWatch alarms
    Alarms,
}

pub(super) fn run(arguments: Arguments, config: Config) -> Result<End, Fault> {
    let catalogue = arguments.rules.catalogue(&config)?;
    let with_passes = arguments.output.with_passes();
    let judgement = (arguments.judgement)
        .judgement(config, &catalogue, with_passes)?
        .against(arguments.comparison.read()?);
    let outputs = arguments.output.open(None)?;
    let mut interrupt = Interrupt::listen()?;
    let paths = arguments.paths;
    let choice = match arguments.all {
        true => Choice::All,
        false => Choice::Tracked,
    };
    let stdin_name = arguments.stdin_name;
    let source = arguments.source;
    let variables = arguments.values.var_file.into_iter().map(Variables::File);
    let values = arguments.values.var.into_iter();
    let reading = code::Options {
        variables: variables
            .chain(values.map(|(name, value)| Variables::Value(name, value)))
            .collect(),
        parameters: (arguments.values.parameters.into_iter())
            .map(Parameters::File)
            .collect(),
        region: arguments.values.region,
        libraries: arguments.library,
        closed_alarms: arguments.closed.contains(&Kind::Alarms),
    };
    let judged = interrupt.during(move || -> Result<(Report, Conclusion), Fault> {
        let started_at = Timestamp::now();
        let Listing {
            files,
            problems,
            warnings,
        } = list(&paths, choice, stdin_name.as_deref())?;
        let plans = code::plans(&files);
        let (mode, code) = match plans.is_empty() {
            true if source.is_empty() => {
                let code = code::read(&files, &paths, problems, &reading);
                (Mode::Source, code)
            }
            true => return Err(no_plan()),
            false if plans.len() < paths.len() => return Err(plans_and_code()),
            false => {
                let of_plans = (!source.is_empty())
                    .then(|| list(&source, choice, None))
                    .transpose()?;
                let code_of_plans = of_plans.as_ref().map(|listing| &listing.files);
                let code = code::read_plans(&plans, code_of_plans, &paths, problems, &reading);
                (Mode::Plan, code)
            }
        };
        if code.scope.roots.is_empty() && code.scope.libraries.is_empty() {
            warn!("there is no Terraform configuration and no template below the given paths");
        }
        let exceptions: Vec<Exception> = code.exceptions.iter().map(exception).collect();
        let warnings = warnings.into_iter().chain(code.warnings);
        let snapshot = snapshot(started_at, mode, code.inventory, code.scope)?;
        let mut report = evaluate(&snapshot, &catalogue, &judgement.options)?;
        let today = report.run.evaluated_at.to_zoned(TimeZone::UTC).date();
        apply(&mut report, &exceptions, today);
        let told = warnings.map(|warning| format!("{warning}; {}", warning.kind.remedy()));
        report.warnings.extend(told);
        let conclusion = judgement.conclude(&mut report);
        Ok((report, conclusion))
    })?;
    if let Some(judged) = judged {
        let (report, conclusion) = judged?;
        if outputs.write(report, &mut interrupt)?.is_some() {
            return conclusion.end();
        }
    }
    warn!("interrupted before every document was written");
    Ok(End::Interrupted)
}

/// The files below the paths, and what comes on standard input where that is one of them.
fn list(paths: &[PathBuf], choice: Choice, stdin_name: Option<&str>) -> Result<Listing, Fault> {
    let (streams, paths): (Vec<PathBuf>, Vec<PathBuf>) =
        (paths.iter().cloned()).partition(|path| path.as_os_str() == "-");
    let current = std::env::current_dir()?;
    let base = display_base(&paths, &current);
    let mut listing = Files::below(&paths, &base, choice)?;
    if !streams.is_empty() {
        let stdin = std::io::stdin().lock();
        if let Err(problem) = standard_input::read(&mut listing.files, stdin, stdin_name) {
            listing.problems.push(problem);
        }
    }
    Ok(listing)
}

fn no_plan() -> Fault {
    Fault::new(
        "--source is the code of a plan, and no plan is given",
        "give what `terraform show -json PLAN` prints as a file or on standard input",
    )
}

fn plans_and_code() -> Fault {
    Fault::new(
        "plans and code cannot be judged in one call",
        "give the code of the plans with --source DIR",
    )
}

/// A wish of the code, as a report can heed it.
fn exception(wish: &iac::exception::Exception) -> Exception {
    Exception {
        rules: wish.rules.clone(),
        until: wish.until,
        reason: wish.reason.clone(),
        place: SourcePlace::from(&wish.place),
        covers: SourcePlace::from(&wish.covers),
    }
}

/// The snapshot of the inventory that code comes to; nobody else needs it.
fn snapshot(
    started_at: Timestamp,
    mode: Mode,
    inventory: Lowered,
    scope: SourceScope,
) -> Result<SnapshotFile, Fault> {
    let no_room = |error: std::io::Error| {
        Fault::new(
            format!("cannot write a temporary file: {error}"),
            "free some space for temporary files, or name another folder for them in TMPDIR",
        )
    };
    let file = tempfile::Builder::new()
        .prefix("zonewarden-")
        .suffix(".jsonl")
        .tempfile()
        .map_err(no_room)?;
    let mut writer = SnapshotWriter::new(file.as_file().try_clone()?, file.path())?;
    let header = Header {
        schema: SNAPSHOT_SCHEMA.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        mode,
        source: Some(scope),
        started_at,
        caller: String::new(),
        account: String::new(),
        partition: inventory.partition.to_owned(),
        home_region: inventory.home_region.to_owned(),
        scope: AccountScope::Declared,
        organization: None,
        dns: None,
        record_sets: RecordSetScope::All,
        parts: Part::ALL.into(),
    };
    let records = std::iter::once(Record::Header(header)).chain(inventory.records);
    for record in records {
        writer.write(&record).map_err(no_room)?;
    }
    writer.finish(Timestamp::now()).map_err(no_room)?;
    Ok(SnapshotFile::open(file.path())?)
}

fn assignment(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("it is no assignment; give it as NAME=VALUE"),
    }
}
