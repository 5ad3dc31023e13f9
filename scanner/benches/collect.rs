//! How long it takes to collect an organisation of 200 accounts, held against the bound that AWS's
//! limits set.
//!
//! `cargo bench -p zonewarden --bench collect` simulates 190 accounts with 20 zones and ten with
//! 300, seven in ten signed, 40 ms of latency and AWS's limits, in a process of its own. It collects
//! them at the full share of the limits and at the default one, and prints time, bound, requests,
//! throttles, CPU and peak memory; with the peers of the tests installed (`ZONEWARDEN_PEERS`), a
//! paced boto3 script with a thread pool does the same work in the same run.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs
)]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use tokio::sync::mpsc::channel;
use zonewarden::collect::{Connection, Progress, Role, Settings, collect};
use zonewarden::inventory::{Record, RecordCounts, RecordSetScope};
use zonewarden_simulator::{Options, Organization, Seed, Simulator};

const BURST: f64 = 50.0;
const RATE: f64 = 10.0;
/// Zones of the largest account.
const LARGEST: u64 = 300;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("serve") => serve(),
        _ => {
            run(1.0);
            run(0.5);
            beside_boto3(1.0);
        }
    }
}

/// Simulates the organisation until standard input ends, then prints what was asked of it.
fn serve() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _entered = runtime.enter();
    let mut seed = Seed::new(1, 190, 20);
    seed.accounts.push((10, usize::try_from(LARGEST).unwrap()));
    seed.private_zones = 0;
    let organization = Organization::from_seed(&seed).unwrap();
    let options = Options {
        latency: Some(Duration::from_millis(40)),
        ..Options::default()
    };
    let simulator = Simulator::start(organization, options).unwrap();
    println!(
        "{}",
        json!({
            "endpoint": simulator.endpoint(),
            "access_key": simulator.access_key(),
            "secret_key": simulator.secret_key(),
        })
    );
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    let statistics = simulator.statistics();
    let worst = simulator
        .organization()
        .account_ids()
        .map(|account| statistics.account(account).throttled)
        .max();
    let total = statistics.total();
    println!(
        "{}",
        json!({
            "requests": total.requests,
            "throttled": total.throttled,
            "most_in_an_account": worst,
            "throttled_operations": statistics
                .iter()
                .filter(|(_, _, count)| count.throttled > 0)
                .map(|(_, operation, _)| operation)
                .collect::<std::collections::BTreeSet<_>>(),
        })
    );
}

/// A simulator in a process of its own.
struct Served {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
    address: Json,
}

impl Served {
    fn start() -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        Self {
            child,
            lines,
            address,
        }
    }

    fn text(&self, name: &str) -> String {
        self.address[name].as_str().unwrap().to_owned()
    }

    /// Stops it; gives what was asked of it.
    fn stop(mut self) -> Json {
        drop(self.child.stdin.take());
        let statistics = serde_json::from_str(&self.lines.next().unwrap().unwrap()).unwrap();
        self.child.wait().unwrap();
        statistics
    }
}

fn run(share: f64) {
    let served = Served::start();
    let connection = Connection::Fixed {
        endpoint: served.text("endpoint"),
        access_key: served.text("access_key"),
        secret_key: served.text("secret_key"),
    };
    let settings = Settings {
        role: Role {
            name: "OrganizationAccountAccessRole".to_owned(),
            external_id: None,
            session_name: "bench".to_owned(),
            duration_seconds: 3600,
        },
        share,
        accounts: Vec::new(),
        exclude_accounts: Vec::new(),
        ous: Vec::new(),
        named_accounts: Vec::new(),
        delegation_sets: true,
        record_sets: RecordSetScope::Parents,
        parts: BTreeSet::new(),
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let before = cpu_seconds();
    let begun = Instant::now();
    let counts = runtime.block_on(async {
        let (sender, mut receiver) = channel(1024);
        let counting = tokio::spawn(async move {
            let mut counts = Necessary::default();
            while let Some(record) = receiver.recv().await {
                counts.add(&record);
            }
            counts
        });
        collect(
            &connection,
            &settings,
            sender,
            Arc::new(Progress::default()),
        )
        .await
        .unwrap();
        counting.await.unwrap()
    });
    let wall = begun.elapsed().as_secs_f64();
    let cpu = cpu_seconds() - before;
    let asked = served.stop();
    let bound = bound(share);
    let requests = asked["requests"].as_u64().unwrap();
    let necessary = counts.requests();
    println!(
        "share {share}: {wall:.1} s, bound {bound:.1} s, ratio {:.2}; {requests} requests, {necessary} necessary ({:+.2} %); {} throttles {}, at most {} in an account; {cpu:.1} s CPU, peak memory {} MB; {} zones, {} keys, {} gaps",
        wall / bound,
        (requests as f64 / necessary as f64 - 1.0) * 100.0,
        asked["throttled"],
        asked["throttled_operations"],
        asked["most_in_an_account"],
        peak_mb(),
        counts.records.zones,
        counts.records.keys,
        counts.records.gaps,
    );
}

/// The time below which the largest account cannot be read: all its requests to Route 53 but the
/// burst, at the rate.
fn bound(share: f64) -> f64 {
    let requests = route53_requests(LARGEST) as f64;
    (requests - share * BURST) / (share * RATE)
}

fn route53_requests(zones: u64) -> u64 {
    zones.div_ceil(100).max(1) + 2 * zones + zones.div_ceil(10) + zones.div_ceil(100)
}

/// The requests without which what was read cannot be known.
#[derive(Default)]
struct Necessary {
    records: RecordCounts,
    zones: std::collections::HashMap<String, u64>,
    units: std::collections::HashSet<String>,
    alarms: std::collections::HashMap<String, u64>,
}

impl Necessary {
    fn add(&mut self, record: &Record) {
        self.records.add(record);
        match record {
            Record::Account(account) => {
                if let Some(Some(unit)) = account.ou.known() {
                    let ids: Vec<&str> = unit.ids.split('/').collect();
                    for depth in 1..=ids.len() {
                        self.units.insert(ids[..depth].join("/"));
                    }
                }
            }
            Record::AccountRead(read) => {
                self.zones.insert(read.id.clone(), read.public_zones);
            }
            Record::Alarm(alarm) => *self.alarms.entry(alarm.account.clone()).or_default() += 1,
            _ => {}
        }
    }

    fn requests(&self) -> u64 {
        let accounts = self.records.accounts;
        let route53: u64 = self
            .zones
            .values()
            .map(|zones| route53_requests(*zones))
            .sum();
        let alarms = self.zones.keys().map(|account| self.alarms.get(account));
        let cloudwatch: u64 = alarms
            .map(|alarms| alarms.copied().unwrap_or_default().div_ceil(100).max(1))
            .sum();
        // A page of the record sets of each parent zone.
        let record_sets = self.records.record_sets;
        // GetCallerIdentity, and a role in every account but the caller's.
        let sts = accounts;
        // DescribeOrganization, ListRoots, two lists for each root and unit (the accounts of one
        // at twenty a page), and the tags of each account.
        let organizations = 2 + 2 * self.units.len() as u64 + accounts / 20 + accounts;
        let kms = 3 * self.records.keys;
        route53 + record_sets + cloudwatch + sts + organizations + kms + self.records.topics
    }
}

fn beside_boto3(share: f64) {
    let Ok(peers) = std::env::var("ZONEWARDEN_PEERS") else {
        println!("boto3 is left out: ZONEWARDEN_PEERS is not set (tests/run installs it)");
        return;
    };
    let served = Served::start();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/collect_boto3.py");
    let ran = Command::new(Path::new(&peers).join("venv/bin/python"))
        .arg(script)
        .arg(share.to_string())
        .env("AWS_ENDPOINT_URL", served.text("endpoint"))
        .env("AWS_ACCESS_KEY_ID", served.text("access_key"))
        .env("AWS_SECRET_ACCESS_KEY", served.text("secret_key"))
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .status()
        .unwrap();
    let asked = served.stop();
    println!(
        "boto3, share {share}, bound {:.1} s, ended with {ran}: {} requests, {} throttles, at most {} in an account",
        bound(share),
        asked["requests"],
        asked["throttled"],
        asked["most_in_an_account"],
    );
}

/// User and system time so far, as the kernel of Linux counts it.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
    ticks / 100.0
}

fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap() >> 10
}
