//! How long it takes to observe thousands of zones under one top-level domain in DNS, and what
//! that asks of its servers.
//!
//! `cargo bench -p zonewarden --bench dns -- [ZONES [SILENT]]` has the peers of the tests
//! (`ZONEWARDEN_PEERS`) build and sign ZONES zones (10 000), which NSD serves on loopback, and
//! observes them with the limits raised. One of the four servers of the first SILENT zones never
//! answers. It prints time, queries, CPU and peak memory, the queries to each server of the parent
//! and how long those take at the default limits, and beside it how long delv took for a sample of
//! the same zones.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs
)]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value as Json;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use zonewarden::dns::{Observer, Settings, Target};
use zonewarden::inventory::{DnsObservation, Fact, SecurityState};

/// As in the program.
const ZONES_AT_ONCE: usize = 256;

fn main() {
    let mut numbers = std::env::args().filter_map(|argument| argument.parse::<usize>().ok());
    let zones = numbers.next().unwrap_or(10_000);
    let silent = numbers.next().unwrap_or(0);
    let Some(peers) = std::env::var_os("ZONEWARDEN_PEERS").map(PathBuf::from) else {
        eprintln!("set ZONEWARDEN_PEERS to the folder in which tests/run installed the peers");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/peers/dns");
    let mut server = Command::new(peers.join("venv/bin/python"))
        .current_dir(scripts)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg("bulk.py")
        .arg(folder.path().join("tree"))
        .args(["--zones", &zones.to_string()])
        .args(["--silent", &silent.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut output = BufReader::new(server.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    let tree: Json = serde_json::from_str(&line).unwrap();
    drop(line);
    observe(&tree);
    beside_delv(&tree);
    drop(server.stdin.take());
    server.wait().unwrap();
}

fn observe(tree: &Json) {
    let read = |key: &str| Some(std::fs::read_to_string(tree[key].as_str().unwrap()).unwrap());
    let settings = Settings {
        root_hints: read("root_hints"),
        trust_anchor: read("trust_anchor"),
        port: u16::try_from(tree["port"].as_u64().unwrap()).unwrap(),
        rate: 1e6,
        tld_rate: 1e6,
        ..Settings::default()
    };
    let targets: Vec<Target> = tree["zones"]
        .as_array()
        .unwrap()
        .iter()
        .map(|zone| Target {
            name: zone["name"].as_str().unwrap().to_owned(),
            expected: Vec::new(),
        })
        .collect();
    let zones = targets.len() as f64;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let observer = Arc::new(Observer::new(&settings).unwrap());
    let before = cpu_seconds();
    let memory_before = memory("VmRSS");
    let started = Instant::now();
    let (states, parents) = runtime.block_on(observe_all(observer.clone(), targets));
    let seconds = started.elapsed().as_secs_f64();
    let traffic = observer.traffic();
    let queries: u64 = traffic.values().sum();
    println!(
        "{zones} zones in {seconds:.1} s: {states:?}; {queries} queries, {:.1} a zone, {:.0} a second; \
         CPU {:.1} s; peak memory {} MiB, {} MiB of it before",
        queries as f64 / zones,
        queries as f64 / seconds,
        cpu_seconds() - before,
        memory("VmHWM") / 1024,
        memory_before / 1024,
    );
    let default = Settings::default();
    for server in parents {
        let asked = traffic[&server];
        println!(
            "parent server {server}: {asked} queries, {:.2} a zone, {:.0} a second; {:.0} s at the \
             default limit of {} a second",
            asked as f64 / zones,
            asked as f64 / seconds,
            asked as f64 / default.tld_rate,
            default.tld_rate
        );
    }
}

async fn observe_all(
    observer: Arc<Observer>,
    targets: Vec<Target>,
) -> (
    BTreeMap<String, usize>,
    std::collections::BTreeSet<std::net::IpAddr>,
) {
    let permits = Arc::new(Semaphore::new(ZONES_AT_ONCE));
    let mut observing = JoinSet::new();
    for target in targets {
        let (observer, permits) = (observer.clone(), permits.clone());
        observing.spawn(async move {
            let _permit = permits.acquire().await;
            summary(&observer.observe(&target).await)
        });
    }
    let mut states = BTreeMap::new();
    let mut parents = std::collections::BTreeSet::new();
    while let Some(summary) = observing.join_next().await {
        let (state, servers) = summary.unwrap();
        *states.entry(state).or_default() += 1;
        parents.extend(servers);
    }
    (states, parents)
}

fn summary(observation: &DnsObservation) -> (String, Vec<std::net::IpAddr>) {
    let state = match &observation.chain {
        Fact::Known(chain) if chain.verdict.state == SecurityState::Secure => "secure".to_owned(),
        Fact::Known(chain) => format!("{:?}", chain.verdict.state).to_lowercase(),
        Fact::Unknown(_) => "unknown".to_owned(),
    };
    let servers = observation.parent.known().map(|parent| {
        let answers = parent.answers.items();
        answers.map(|answer| answer.server.address).collect()
    });
    (state, servers.unwrap_or_default())
}

/// What delv took, as the peer measured it.
fn beside_delv(tree: &Json) {
    let seconds: Vec<f64> = tree["zones"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|zone| zone["delv"]["soa"]["seconds"].as_f64())
        .collect();
    if !seconds.is_empty() {
        println!(
            "delv: {} zones, one after another, {:.3} s each",
            seconds.len(),
            seconds.iter().sum::<f64>() / seconds.len() as f64
        );
    }
}

/// Seconds of CPU that this process has used.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat
        .rsplit_once(')')
        .unwrap()
        .1
        .split_whitespace()
        .collect();
    let ticks: f64 = [11, 12]
        .iter()
        .map(|&field: &usize| fields[field].parse::<f64>().unwrap())
        .sum();
    ticks / 100.0
}

/// Memory of this process in KiB.
fn memory(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
