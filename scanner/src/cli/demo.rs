//! `zonewarden demo`: the whole line on a simulated organisation, and on the DNS that serves it.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tracing::warn;
use zonewarden_simulator::{Dns, DnsUnavailable, Options, Organization, Simulator};

use super::collecting::CollectionArguments;
use super::comparing::ComparisonArguments;
use super::config::Config;
use super::dns::ModeArgument;
use super::interrupt::Interrupt;
use super::judging::JudgementArguments;
use super::output::OutputArguments;
use super::policies::RuleArguments;
use super::scan::{Snapshot, scan};
use super::snapshot::Sources;
use super::{End, Fault};
use crate::collect::{Connection, Settings as CollectionSettings};
use crate::dns::{DnsError, Observer, Settings as DnsSettings};

/// Nobody else asks the simulated name servers: queries a second to each of them.
const DNS_RATE: f64 = 10_000.0;

/// The arguments of `zonewarden demo`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Keep the snapshot in this file, zstd-compressed if it ends in .zst
    #[arg(long, value_name = "FILE")]
    snapshot: Option<PathBuf>,
    #[command(flatten)]
    dns: ModeArgument,
    #[command(flatten)]
    rules: RuleArguments,
    #[command(flatten)]
    judgement: JudgementArguments,
    #[command(flatten)]
    comparison: ComparisonArguments,
    #[command(flatten)]
    output: OutputArguments,
}

pub(super) fn run(arguments: Arguments) -> Result<End, Fault> {
    let config = Config::default();
    let with_dns = arguments.dns.is_on(&config);
    let catalogue = arguments.rules.catalogue(&config)?;
    let with_passes = arguments.output.with_passes();
    let judgement = (arguments.judgement)
        .judgement(Config::default(), &catalogue, with_passes)?
        .against(arguments.comparison.read()?);
    let outputs = arguments.output.open(arguments.snapshot.as_deref())?;
    let snapshot = Snapshot::open(arguments.snapshot)?;
    // The simulator has a runtime of its own, as a server elsewhere would.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| Fault::new(format!("cannot start: {error}"), "free some threads"))?;
    let simulator = {
        let _entered = runtime.enter();
        let options = Options {
            dns: with_dns.then_some(0),
            ..Options::default()
        };
        Simulator::start(Organization::demo()?, options)?
    };
    let observer = match simulator.dns() {
        Ok(dns) => Some(Arc::new(observer(dns)?)),
        Err(DnsUnavailable::Off) => None,
        Err(unavailable) => {
            warn!("going on without DNS: {unavailable}");
            None
        }
    };
    let collection = CollectionArguments::default();
    let settings = collection.settings(&config, observer.is_some(), catalogue.parts())?;
    let sources = Sources {
        connection: Connection::Fixed {
            endpoint: simulator.endpoint(),
            access_key: simulator.access_key().to_owned(),
            secret_key: simulator.secret_key().to_owned(),
        },
        settings: CollectionSettings {
            // Nobody else asks the simulator.
            share: 1.0,
            ..settings
        },
        observer,
    };
    let end = scan(
        &sources,
        snapshot,
        catalogue,
        judgement,
        outputs,
        &mut Interrupt::listen()?,
    )?;
    if end != End::Interrupted {
        runtime.block_on(simulator.stop());
        say_what_next();
    }
    Ok(end)
}

/// Observes the simulated DNS from its root.
fn observer(dns: &Dns) -> Result<Observer, DnsError> {
    Observer::new(&DnsSettings {
        root_hints: Some(dns.root_hints().to_owned()),
        trust_anchor: Some(dns.trust_anchor().to_owned()),
        port: dns.port(),
        rate: DNS_RATE,
        tld_rate: DNS_RATE,
        ..DnsSettings::default()
    })
}

fn say_what_next() {
    // On standard error: standard output may hold a document.
    let mut out = anstream::stderr();
    let _ = writeln!(
        out,
        "\nThis organisation is simulated. To go on:\n  \
         zonewarden demo -o sarif=demo.sarif -o csv=demo.csv   the same as documents\n  \
         zonewarden collect --plan                             what a scan of your organisation would take\n  \
         zonewarden scan                                       your organisation, with the credentials of your environment"
    );
}
