//! DNS is observed as BIND and Unbound see it: every zone of a tree that BIND's tools built.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use support::dns_tree::{DnsTree, TreeZone};
use support::peers::Peers;
use support::simulated::Simulated;
use tokio::task::JoinSet;
use zonewarden::dns::{Observer, Settings, Target};
use zonewarden::inventory::{
    Chain, DnsObservation, Fact, Reason, SecurityState, ServerOutcome, Validation,
};
use zonewarden_simulator::{Options, Organization};

/// Two hosted zones of one name; `net.` delegates it to the first.
const TWICE: &str = r#"
seed = "twice"

[[account]]
id = "111122223333"
name = "management"

  [[account.zone]]
  name = "twice.example.net"
  name_servers = ["ns-1.awsdns-01.com", "ns-2.awsdns-02.net"]

  [[account.zone]]
  name = "twice.example.net"
  name_servers = ["ns-3.awsdns-03.com", "ns-4.awsdns-04.net"]
"#;

/// Three signed zones with a DS at `net.`, two labels above them: `example.net.` is no zone.
const BELOW_NO_ZONE: &str = r#"
seed = "below no zone"

[[account]]
id = "111122223333"
name = "management"

  [[account.zone]]
  name = "one.example.net"
  ksk = [{ key = "ksk", created = "-30d" }]

  [[account.zone]]
  name = "two.example.net"
  ksk = [{ key = "ksk", created = "-30d" }]

  [[account.zone]]
  name = "three.example.net"
  ksk = [{ key = "ksk", created = "-30d" }]
  dns = { ds = [] }

  [[account.key]]
  name = "ksk"
"#;

/// Observes zones all at once; gives the observations by name.
fn observe(
    settings: &Settings,
    targets: impl IntoIterator<Item = Target>,
) -> BTreeMap<String, DnsObservation> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let observer = Arc::new(Observer::new(settings).unwrap());
    runtime.block_on(observe_all(&observer, targets))
}

async fn observe_all(
    observer: &Arc<Observer>,
    targets: impl IntoIterator<Item = Target>,
) -> BTreeMap<String, DnsObservation> {
    let mut observing = JoinSet::new();
    for target in targets {
        let observer = observer.clone();
        observing.spawn(async move { observer.observe(&target).await });
    }
    let observed = observing.join_all().await;
    observed
        .into_iter()
        .map(|observation| (observation.name.clone(), observation))
        .collect()
}

fn state(validation: &Fact<Validation>) -> &'static str {
    match validation {
        Fact::Known(validation) => name(validation.state),
        // What could not be had is what a resolver cannot resolve.
        Fact::Unknown(_) => "indeterminate",
    }
}

fn name(state: SecurityState) -> &'static str {
    match state {
        SecurityState::Secure => "secure",
        SecurityState::Insecure => "insecure",
        SecurityState::Bogus => "bogus",
        SecurityState::Indeterminate => "indeterminate",
    }
}

/// The verdicts of a chain, by the question that they answer; none for what was not asked. Below a
/// chain that ends or breaks no samples are taken.
fn verdicts(chain: &Chain) -> BTreeMap<&'static str, &'static str> {
    let questions = [
        ("ds", &chain.ds),
        ("dnskey", &chain.dnskey),
        ("soa", &chain.soa),
        ("ns", &chain.ns),
        ("no_such_name", &chain.denial.name_error),
        ("no_such_type", &chain.denial.no_data),
    ];
    let samples = chain.samples.iter().filter_map(|sample| {
        let question = match (sample.name.starts_with("www."), &*sample.record_type) {
            (true, "A") => "www",
            (false, "A") => "a",
            _ => return None,
        };
        Some((question, &sample.validation))
    });
    questions
        .into_iter()
        .chain(samples)
        .filter(|(_, validation)| {
            let why = validation.why_unknown();
            why.is_none_or(|why| why.reason != Reason::NotDetermined)
        })
        .map(|(question, validation)| (question, state(validation)))
        .collect()
}

#[test]
fn every_chain_of_trust_is_what_bind_and_unbound_say() {
    let Some(peers) = Peers::find() else { return };
    let Some(tree) = DnsTree::launch(&peers, "tree.py", &[]) else {
        return;
    };
    assert_eq!(tree.tree.disagreements, Vec::<String>::new());
    let zones = || tree.tree.zones.iter().filter(|zone| zone.name != ".");
    let observed = observe(&tree.settings(), zones().map(TreeZone::target));
    let mut wrong = Vec::new();
    for zone in zones() {
        let observation = &observed[&zone.name];
        let Some(chain) = observation.chain.known() else {
            wrong.push(format!("{}: {:?}", zone.name, observation.chain));
            continue;
        };
        let verdict = name(chain.verdict.state);
        if verdict != zone.expected && !zone.also.iter().any(|also| also == verdict) {
            wrong.push(format!(
                "{}: {:?}, expected {}",
                zone.name, chain.verdict, zone.expected
            ));
        }
        for (question, verdict) in verdicts(chain) {
            let expected = &zone.answers[question];
            if verdict != expected && !zone.also.iter().any(|also| also == verdict) {
                wrong.push(format!(
                    "{} {question}: {verdict}, expected {expected}",
                    zone.name
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn simulated(organization: &str) -> Simulated {
    let options = Options {
        dns: Some(0),
        ..Options::default()
    };
    Simulated::start(Organization::from_toml(organization).unwrap(), options)
}

#[test]
fn the_servers_of_every_hosted_zone_of_a_name_are_looked_up() {
    let simulated = simulated(TWICE);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let observer = Observer::new(&simulated.dns_settings()).unwrap();
    let expected = ["ns-1.awsdns-01.com", "ns-3.awsdns-03.com"];
    let target = Target {
        name: "twice.example.net.".to_owned(),
        expected: expected.map(str::to_owned).to_vec(),
    };
    let observation = runtime.block_on(observer.observe(&target));
    for server in expected {
        let mut hosts = observation.hosts.iter();
        let host = hosts.find(|host| host.name == format!("{server}."));
        let addresses = host.and_then(|host| host.addresses.known());
        assert!(addresses.is_some_and(|some| !some.is_empty()), "{server}");
    }
}

#[test]
fn which_hosted_zone_of_a_name_is_live_does_not_hang_on_which_is_read_first() {
    let simulated = simulated(TWICE);
    let scan = simulated.asked_by(["scan", "--output=json"]).run();
    let report = scan.ended_with(1).report();
    let dns = report.summary.dns.unwrap();
    assert_eq!((dns.insecure, dns.not_delegated, dns.unknown), (1, 1, 0));
}

#[test]
fn a_name_that_is_no_zone_breaks_no_chain_to_the_zones_below_it() {
    let simulated = simulated(BELOW_NO_ZONE);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let observer = Observer::new(&simulated.dns_settings()).unwrap();
    // One after the other, so that each finds what was learnt of the name before.
    let verdicts = ["one", "two", "three"].map(|label| {
        let target = Target {
            name: format!("{label}.example.net."),
            expected: Vec::new(),
        };
        let observation = runtime.block_on(observer.observe(&target));
        let chain = observation.chain.known().expect("a chain");
        (chain.verdict.state, chain.verdict.reason.clone())
    });
    let [secure, insecure] = [SecurityState::Secure, SecurityState::Insecure];
    assert_eq!(verdicts, [(secure, None), (secure, None), (insecure, None)]);
}

#[test]
fn a_server_that_never_answers_is_asked_once_for_all_its_zones() {
    let Some(peers) = Peers::find() else { return };
    let arguments = ["--zones", "60", "--silent", "30", "--sample", "0"];
    let Some(tree) = DnsTree::launch(&peers, "bulk.py", &arguments) else {
        return;
    };
    let settings = tree.settings();
    let attempts = settings.patience.len() as u64;
    let targets = tree.tree.zones.iter().map(TreeZone::target);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let observer = Arc::new(Observer::new(&settings).unwrap());
    let observed = runtime.block_on(observe_all(&observer, targets));
    let mut silent = BTreeSet::new();
    for (name, observation) in &observed {
        let chain = observation.chain.known().unwrap();
        assert_eq!(chain.verdict.state, SecurityState::Secure, "{name}");
        let answers = observation.servers.items();
        let timeouts = answers.filter(|answer| answer.outcome == ServerOutcome::Timeout);
        silent.extend(timeouts.map(|answer| answer.server.address));
    }
    assert_eq!(silent.len(), 1);
    for server in silent {
        assert_eq!(observer.traffic()[&server], attempts);
    }
}
