//! Every zone of the tree shows exactly the findings that its trouble has: the one that names the
//! cause, and its symptoms, each with the fingerprint of its cause.
//!
//! `cargo test -p zonewarden --test dns_findings -- --nocapture` prints them, one zone a line.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value as Json;
use support::dns_tree::{DnsTree, Tree, TreeZone};
use support::held::{key_arn, records, zone_arn};
use support::judged::judged;
use support::peers::Peers;
use tokio::task::JoinSet;
use zonewarden::dns::Observer;
use zonewarden::inventory::{DnsObservation, SecurityState};
use zonewarden_reports::{Outcome, Report, RuleResult};

/// What the rules say of a zone, its KSKs and their keys, by rule.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    findings: BTreeSet<String>,
    symptoms: BTreeSet<String>,
    unknown: BTreeSet<String>,
}

impl Said {
    fn add(&mut self, result: &RuleResult) {
        let rules = match (result.outcome, &result.cause) {
            (Outcome::Fail, None) => &mut self.findings,
            (Outcome::Fail, Some(_)) => &mut self.symptoms,
            (Outcome::Unknown, _) => &mut self.unknown,
            _ => return,
        };
        rules.insert(result.rule.to_string());
    }
}

fn observe(tree: &DnsTree, observer: &Arc<Observer>) -> Vec<DnsObservation> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut observing = JoinSet::new();
        for zone in tree.tree.zones.iter().filter(|zone| zone.name != ".") {
            let (observer, target) = (observer.clone(), zone.target());
            observing.spawn(async move { observer.observe(&target).await });
        }
        observing.join_all().await
    })
}

/// What the report says of each hosted zone of the tree.
fn said<'t>(tree: &'t Tree, report: &Report) -> BTreeMap<&'t str, Said> {
    let mut said = BTreeMap::new();
    let mut zone_of: HashMap<String, &str> = HashMap::new();
    for (at, zone) in tree.zones.iter().enumerate() {
        let Some(aws) = &zone.aws else { continue };
        said.insert(zone.name.as_str(), Said::default());
        zone_of.insert(zone_arn(at), &zone.name);
        for ksk in &aws.ksks {
            zone_of.insert(format!("{}#{}", zone_arn(at), ksk.name), &zone.name);
            zone_of.insert(key_arn(at, &ksk.name), &zone.name);
        }
    }
    for result in &report.results {
        match zone_of.get(&result.subject.id) {
            Some(zone) => said.get_mut(zone).unwrap().add(result),
            // The alarms and the account are in order.
            None => assert!(
                matches!(result.outcome, Outcome::Pass | Outcome::NotApplicable),
                "{result:?}"
            ),
        }
    }
    said
}

fn told(rules: &BTreeSet<String>) -> String {
    match rules.is_empty() {
        true => "-".to_owned(),
        false => rules.iter().cloned().collect::<Vec<_>>().join(" "),
    }
}

/// The name, the verdict as it was observed, the findings, symptoms and unknown rules.
#[allow(clippy::print_stdout)]
fn print(zone: &TreeZone, verdict: &Json, said: &Said) {
    println!(
        "{:37} {:13} {} | {} | {}",
        zone.name,
        verdict.as_str().unwrap(),
        told(&said.findings),
        told(&said.symptoms),
        told(&said.unknown),
    );
}

#[test]
fn every_zone_shows_the_finding_that_names_its_trouble_and_its_symptoms_name_it_too() {
    let Some(peers) = Peers::find() else { return };
    let Some(tree) = DnsTree::launch(&peers, "tree.py", &["--without-peers"]) else {
        return;
    };
    let observer = Arc::new(Observer::new(&tree.settings()).unwrap());
    let observations = observe(&tree, &observer);
    let verdicts: HashMap<String, SecurityState> = observations
        .iter()
        .filter_map(|seen| Some((seen.name.clone(), seen.chain.known()?.verdict.state)))
        .collect();
    let records = records(&tree.tree, observer.run(), observations);
    let report = judged(&records, Timestamp::now());
    let said = said(&tree.tree, &report);
    let mut wrong = Vec::new();
    for zone in &tree.tree.zones {
        let Some(said) = said.get(zone.name.as_str()) else {
            continue;
        };
        let verdict = serde_json::to_value(verdicts[&zone.name]).unwrap();
        print(zone, &verdict, said);
        let mut expected = Said {
            findings: zone.findings.clone(),
            symptoms: zone.symptoms.clone(),
            unknown: zone.unknown.clone(),
        };
        // Where the servers of the parent disagree, it hangs on which of them was asked.
        if zone.also.iter().any(|also| verdict == also.as_str()) {
            expected.symptoms.extend(zone.also_symptoms.iter().cloned());
        }
        if *said != expected {
            wrong.push(format!(
                "{}:\n  {said:?}\n  expected {expected:?}",
                zone.name
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let failures = report
        .results
        .iter()
        .filter(|result| result.outcome == Outcome::Fail);
    let fingerprints: BTreeSet<&str> = failures.map(|one| one.fingerprint.as_str()).collect();
    for result in &report.results {
        let cause = result.cause.as_deref();
        assert!(
            cause.is_none_or(|cause| fingerprints.contains(cause)),
            "{result:?}"
        );
    }
}
