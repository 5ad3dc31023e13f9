//! `zonewarden collect`: facts into a snapshot, or the plan of it.

use std::path::PathBuf;

use clap::Args;
use tracing::{info, warn};
use zonewarden_reports::printable;

use super::collecting::CollectionArguments;
use super::config::Config;
use super::dns::DnsArguments;
use super::interrupt::Interrupt;
use super::output::print;
use super::pending::{PendingFile, Readers};
use super::snapshot::{Collected, Destination, Sources, collect_into};
use super::{End, Fault};
use crate::collect::{Connection, Plan, PlannedAccount, Settings, plan};
use crate::evaluate::Catalogue;
use crate::inventory::{AccountScope, Unknown};

/// The arguments of `zonewarden collect`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The snapshot to write, zstd-compressed if it ends in .zst
    #[arg(long, value_name = "FILE", required_unless_present = "plan")]
    snapshot: Option<PathBuf>,
    /// Say which roles fail, how many requests it takes and how long, and read nothing else
    #[arg(long, conflicts_with = "snapshot")]
    plan: bool,
    #[command(flatten)]
    collection: CollectionArguments,
    #[command(flatten)]
    dns: DnsArguments,
}

pub(super) fn run(arguments: Arguments, config: Config) -> Result<End, Fault> {
    let dns = arguments.dns.is_on(&config);
    let parts = Catalogue::shipped()?.parts();
    let settings = arguments.collection.settings(&config, dns, parts)?;
    match arguments.snapshot {
        Some(path) => {
            let sources = Sources {
                connection: Connection::Environment,
                observer: arguments.dns.observer(&config)?,
                settings,
            };
            into_snapshot(path, &sources)
        }
        None => show_plan(settings),
    }
}

fn into_snapshot(path: PathBuf, sources: &Sources) -> Result<End, Fault> {
    let destination = Destination::named(PendingFile::open(path.clone(), Readers::Owner)?)?;
    match collect_into(destination, sources, &mut Interrupt::listen()?)? {
        Collected::Whole { counts, complete } => {
            info!(
                "{} accounts, {} zones, {} keys, {} alarms, {} registered domains, {} VPCs, {} gaps in {}",
                counts.accounts,
                counts.zones,
                counts.keys,
                counts.alarms,
                counts.registrations,
                counts.vpcs,
                counts.gaps,
                path.display()
            );
            return Ok(match complete {
                true => End::Clean,
                false => End::Incomplete,
            });
        }
        Collected::Part => warn!("interrupted; what was collected is in {}", path.display()),
        Collected::Nothing => warn!("interrupted before anything was collected"),
    }
    Ok(End::Interrupted)
}

fn show_plan(settings: Settings) -> Result<End, Fault> {
    let planned = Interrupt::listen()?.during(move || -> Result<Plan, Fault> {
        let runtime = tokio::runtime::Runtime::new()
            .map_err(|error| Fault::new(format!("cannot start: {error}"), "free some threads"))?;
        Ok(runtime.block_on(plan(&Connection::Environment, &settings))?)
    })?;
    let Some(plan) = planned.transpose()? else {
        warn!("interrupted before the plan was made");
        return Ok(End::Interrupted);
    };
    let mut text = Vec::new();
    write(&plan, &mut text)?;
    print(&text)?;
    let entered = |account: &PlannedAccount| !matches!(account.zones, Some(Err(_)));
    Ok(
        match plan.gaps.is_empty() && plan.accounts.iter().all(entered) {
            true => End::Clean,
            false => End::Incomplete,
        },
    )
}

fn write(plan: &Plan, out: &mut impl std::io::Write) -> std::io::Result<()> {
    let scope = match plan.scope {
        AccountScope::Organization => "the accounts of the organisation",
        AccountScope::Account => "the account of the credentials alone",
        AccountScope::List => "the accounts listed in the configuration",
        AccountScope::Declared => "the accounts that the source code is for",
    };
    writeln!(
        out,
        "Scope: {scope}, {:.0} % of each account's limits",
        plan.share * 100.0
    )?;
    writeln!(out)?;
    writeln!(
        out,
        "{:<12}  {:>6}  {:>8}  {:>7}  NAME",
        "ACCOUNT", "ZONES", "ROUTE 53", "SECONDS"
    )?;
    for account in &plan.accounts {
        let name = printable(account.account.name.as_deref().unwrap_or_default());
        let id = &account.account.id;
        match &account.zones {
            Some(Ok(zones)) => writeln!(
                out,
                "{id:<12}  {zones:>6}  {:>8}  {:>7.0}  {name}",
                account.requests,
                account.seconds.ceil()
            )?,
            Some(Err(why)) => writeln!(out, "{id:<12}  {name}: {}", printable(&failure(why)))?,
            None => {
                let reason = account.account.skipped.as_deref().unwrap_or("not active");
                writeln!(out, "{id:<12}  {name}: skipped, {}", printable(reason))?;
            }
        }
    }
    for gap in &plan.gaps {
        writeln!(out, "{}", printable(&failure(&gap.unknown())))?;
    }
    let requests: u64 = plan.accounts.iter().map(|account| account.requests).sum();
    let seconds = plan
        .accounts
        .iter()
        .map(|account| account.seconds)
        .fold(0.0, f64::max);
    writeln!(out)?;
    writeln!(
        out,
        "At most {requests} requests to Route 53, and about {:.0} s, the time of the largest account.",
        seconds.ceil()
    )?;
    writeln!(
        out,
        "Beside them at least {} to STS, Organizations, CloudWatch, Route 53 Domains and EC2, three to KMS for each key of a KSK, one to SNS for each topic of an alarm, one to Route 53 Resolver for each region that holds VPCs, and at least one to CloudWatch Logs for each log group of queries and each region and account of one, which are known once they are read and take no time of their own.",
        plan.beside
    )
}

fn failure(why: &Unknown) -> String {
    let parts = [
        why.operation.as_deref(),
        Some(why.reason.as_str()),
        why.code.as_deref(),
        why.detail.as_deref(),
    ];
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    parts.join(" ")
}
