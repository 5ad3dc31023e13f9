//! DNS is observed as BIND and Unbound see it: every zone of a tree that BIND's tools built.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use support::dns_tree::{DnsTree, TreeZone};
use support::peers::Peers;
use tokio::task::JoinSet;
use zonewarden::dns::{Observer, Settings, Target};
use zonewarden::inventory::{
    Chain, DnsObservation, Fact, Reason, SecurityState, ServerOutcome, Validation,
};

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
