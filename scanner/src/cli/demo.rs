//! `zonewarden demo`: the whole line on a simulated organisation.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use zonewarden_simulator::{Options, Organization, Simulator};

use super::config::Config;
use super::interrupt::Interrupt;
use super::judging::JudgementArguments;
use super::output::OutputArguments;
use super::scan::{Snapshot, scan};
use super::{End, Fault};
use crate::collect::{Connection, Role, Settings};

/// The arguments of `zonewarden demo`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Keep the snapshot in this file, zstd-compressed if it ends in .zst
    #[arg(long, value_name = "FILE")]
    snapshot: Option<PathBuf>,
    #[command(flatten)]
    judgement: JudgementArguments,
    #[command(flatten)]
    output: OutputArguments,
}

pub(super) fn run(arguments: Arguments) -> Result<End, Fault> {
    let judgement = arguments
        .judgement
        .judgement(Config::default(), arguments.output.with_passes())?;
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
        Simulator::start(Organization::demo()?, Options::default())?
    };
    let connection = Connection::Fixed {
        endpoint: simulator.endpoint(),
        access_key: simulator.access_key().to_owned(),
        secret_key: simulator.secret_key().to_owned(),
    };
    let settings = Settings {
        role: Role {
            name: "OrganizationAccountAccessRole".to_owned(),
            external_id: None,
            session_name: "zonewarden".to_owned(),
            duration_seconds: 3600,
        },
        // Nobody else asks the simulator.
        share: 1.0,
        accounts: Vec::new(),
        exclude_accounts: Vec::new(),
        ous: Vec::new(),
        named_accounts: Vec::new(),
    };
    let end = scan(
        &connection,
        &settings,
        snapshot,
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
