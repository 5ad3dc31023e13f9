//! Serves a simulated AWS organisation until standard input closes.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{ArgGroup, Parser};
use jiff::SignedDuration;
use tokio::signal::unix::{SignalKind, signal};
use zonewarden_simulator::{Error, HOME_REGION, Limits, Options, Organization, Seed, Simulator};

/// Serves a simulated AWS organisation on loopback until standard input closes, or on SIGTERM or
/// SIGINT. Prints the environment variables that an AWS client needs, one NAME=VALUE a line.
#[derive(Debug, Parser)]
#[command(version, group = ArgGroup::new("source").required(true).args(["config", "seed", "demo"]))]
struct Arguments {
    /// The organisation as TOML
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// An organisation made up from a number
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// The organisation of `zonewarden demo`
    #[arg(long)]
    demo: bool,
    /// With --seed: how many accounts; repeat it, with --zones, for groups of accounts
    #[arg(long, value_name = "COUNT", default_value = "3", conflicts_with_all = ["config", "demo"])]
    accounts: Vec<usize>,
    /// With --seed: how many public zones each account of a group has
    #[arg(long, value_name = "COUNT", default_value = "4", conflicts_with_all = ["config", "demo"])]
    zones: Vec<usize>,
    /// With --seed: the share of zones that is signed
    #[arg(long, value_name = "SHARE", default_value_t = 0.7, conflicts_with_all = ["config", "demo"])]
    signed: f64,
    /// With --seed: the share of zones that DNS has something wrong with
    #[arg(long, value_name = "SHARE", default_value_t = 0.05, conflicts_with_all = ["config", "demo"])]
    dns_faults: f64,
    /// Serve DNS as well; what a resolver needs is written to root.hints and root.ds in this
    /// directory, and DNS_PORT is printed
    #[arg(long, value_name = "DIRECTORY")]
    dns: Option<PathBuf>,
    /// The port of every name server; a free one where not given
    #[arg(long, default_value_t = 0, requires = "dns")]
    dns_port: u16,
    /// Hold every answer back for this long, such as 40ms
    #[arg(long, value_name = "SPAN")]
    latency: Option<SignedDuration>,
    /// Let every request pass, however many there are
    #[arg(long)]
    no_limits: bool,
    /// The port to listen on; a free one where not given
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The account whose credentials are printed; the management account where not given
    #[arg(long, value_name = "ID")]
    account: Option<String>,
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("cannot read {path}: {source}; give the path of a TOML file", path = path.display())]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error(transparent)]
    Simulator(#[from] Error),
    #[error("no DNS: {0}")]
    Dns(String),
    #[error("cannot write {path}: {source}; give a directory that can be written to", path = path.display())]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error(
        "--accounts and --zones are not given equally often; give one --zones for each --accounts"
    )]
    Groups,
    #[error("the account {0} is not in the organisation; name one of its accounts")]
    Account(String),
    #[error("the latency is negative; write a span such as 40ms")]
    Latency,
    #[error("cannot write to standard output or wait for signals: {0}; check who started this")]
    System(#[from] std::io::Error),
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nobody is left to tell where even standard error is gone.
            let _ = writeln!(std::io::stderr(), "zonewarden-simulator: {failure}");
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Failure> {
    let mut options = Options::default();
    options.address.set_port(arguments.port);
    options.dns = arguments.dns.is_some().then_some(arguments.dns_port);
    options.limits = arguments.no_limits.then(Limits::none);
    options.latency = arguments
        .latency
        .map(|latency| Duration::try_from(latency).map_err(|_| Failure::Latency))
        .transpose()?;
    let simulator = Simulator::start(organization(&arguments)?, options)?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let dns = arguments.dns.as_deref();
    let dns = dns.map(|directory| prepare_resolvers(&simulator, directory));
    announce(&simulator, arguments.account.as_deref(), dns.transpose()?)?;
    tokio::select! {
        _ = input_closed() => {}
        _ = interrupted.recv() => {}
        _ = terminated.recv() => {}
    }
    simulator.stop().await;
    Ok(())
}

fn organization(arguments: &Arguments) -> Result<Organization, Failure> {
    if let Some(path) = &arguments.config {
        let text = std::fs::read_to_string(path).map_err(|source| Failure::Read {
            path: path.clone(),
            source,
        })?;
        return Ok(Organization::from_toml(&text)?);
    }
    let Some(number) = arguments.seed else {
        return Ok(Organization::demo()?);
    };
    if arguments.accounts.len() != arguments.zones.len() {
        return Err(Failure::Groups);
    }
    let mut seed = Seed::new(number, 0, 0);
    seed.accounts = std::iter::zip(&arguments.accounts, &arguments.zones)
        .map(|(&accounts, &zones)| (accounts, zones))
        .collect();
    seed.signed = arguments.signed;
    seed.dns_faults = arguments.dns_faults;
    Ok(Organization::from_seed(&seed)?)
}

/// Writes what a resolver begins with, and gives the port of every name server.
fn prepare_resolvers(simulator: &Simulator, directory: &Path) -> Result<u16, Failure> {
    let dns = simulator
        .dns()
        .map_err(|unavailable| Failure::Dns(unavailable.to_string()))?;
    for (name, content) in [
        ("root.hints", dns.root_hints().to_owned()),
        ("root.ds", format!("{}\n", dns.trust_anchor())),
    ] {
        let path = directory.join(name);
        std::fs::write(&path, content).map_err(|source| Failure::Write { path, source })?;
    }
    Ok(dns.port())
}

fn announce(
    simulator: &Simulator,
    account: Option<&str>,
    dns_port: Option<u16>,
) -> Result<(), Failure> {
    let account = account.unwrap_or_else(|| simulator.organization().management_account());
    let credentials = simulator
        .credentials(account)
        .ok_or_else(|| Failure::Account(account.to_owned()))?;
    let mut output = std::io::stdout().lock();
    writeln!(output, "AWS_ENDPOINT_URL={}", simulator.endpoint())?;
    writeln!(output, "AWS_ACCESS_KEY_ID={}", credentials.access_key_id)?;
    writeln!(
        output,
        "AWS_SECRET_ACCESS_KEY={}",
        credentials.secret_access_key
    )?;
    writeln!(output, "AWS_REGION={HOME_REGION}")?;
    if let Some(port) = dns_port {
        writeln!(output, "DNS_PORT={port}")?;
    }
    output.flush()?;
    Ok(())
}

/// Returns when whoever started this has closed its end of standard input.
async fn input_closed() {
    let (closed, wait) = tokio::sync::oneshot::channel();
    // A thread of its own, which the runtime does not wait for: reading cannot be interrupted.
    std::thread::spawn(move || {
        let mut input = std::io::stdin().lock();
        let mut discarded = [0; 256];
        while matches!(input.read(&mut discarded), Ok(1..)) {}
        let _ = closed.send(());
    });
    let _ = wait.await;
}
