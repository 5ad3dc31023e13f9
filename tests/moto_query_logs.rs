//! The log groups to which queries are logged and the resource policies beside them, against moto,
//! an AWS that we did not write: they are those that boto3 read back, and judged as they are.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};
use support::findings::with_outcome;
use support::moto::Moto;
use support::peers::Peers;
use support::program::{Run, Zonewarden};
use zonewarden_reports::Outcome;

const RULE: &str = "query-logging-works";

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value}"))
}

fn scan(moto: &Moto) -> Run {
    Zonewarden::new([
        "scan",
        "--share=1",
        "--snapshot=snapshot.jsonl",
        "--output=json",
        "--with-passes",
    ])
    .against(&moto.cloud())
    .run()
}

fn records(run: &Run, kind: &str) -> Vec<Json> {
    let snapshot = run.text("snapshot.jsonl");
    let records = snapshot
        .lines()
        .map(|line| serde_json::from_str::<Json>(line).unwrap());
    let of_kind = records.filter_map(|record| record.get(kind).cloned());
    of_kind.collect()
}

/// Of each zone, the outcome of the rule, or the keys of its findings.
fn judged(run: &Run) -> BTreeMap<String, BTreeSet<String>> {
    let mut judged: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let report = run.report();
    for result in report.results.iter().filter(|result| &*result.rule == RULE) {
        let told = match result.outcome {
            Outcome::Fail => result.key.clone(),
            other => other.as_str().to_owned(),
        };
        let zone = judged.entry(result.subject.name.clone()).or_default();
        zone.insert(told);
    }
    judged
}

fn expected(told: &[(&str, &[&str])]) -> BTreeMap<String, BTreeSet<String>> {
    let told = told.iter().map(|(zone, keys)| {
        let keys = keys.iter().map(|key| (*key).to_owned());
        ((*zone).to_owned(), keys.collect())
    });
    told.collect()
}

#[test]
fn log_groups_and_policies_are_those_that_boto3_read_back() {
    let Some(peers) = Peers::find() else { return };
    let (moto, seeded) = Moto::seeded(&peers, "logging");
    let run = scan(&moto);
    let found: BTreeMap<String, Json> = records(&run, "log_group")
        .into_iter()
        .map(|group| {
            let attributes = &group["attributes"];
            let known = !attributes.is_null();
            let told = json!([group["account"], known, attributes["retention_in_days"]]);
            (text(&group["arn"]).to_owned(), told)
        })
        .collect();
    let mut exist: BTreeMap<String, Json> = seeded["log_groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| {
            let told = json!([group["account"], true, group["retention"]]);
            (text(&group["arn"]).to_owned(), told)
        })
        .collect();
    assert_eq!(exist.len(), 2);
    let heard = found.keys().find(|arn| arn.ends_with("/heard.example"));
    let gone = heard.unwrap().replace("heard.example", "gone.example");
    let account = text(&exist[heard.unwrap()][0]).to_owned();
    exist.insert(gone, json!([account, false, null]));
    assert_eq!(found, exist);

    let policies: BTreeSet<(String, String, String)> = records(&run, "log_policies")
        .iter()
        .flat_map(|of_region| {
            assert_eq!(of_region["region"], "us-east-1");
            let policies = of_region["policies"].as_array().unwrap().iter();
            policies.map(|policy| {
                let [account, name, document] =
                    [&of_region["account"], &policy["name"], &policy["document"]].map(text);
                (account.to_owned(), name.to_owned(), document.to_owned())
            })
        })
        .collect();
    let seeded: BTreeSet<(String, String, String)> = seeded["log_policies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|policy| {
            let told = ["account", "name", "document"].map(|name| text(&policy[name]).to_owned());
            let [account, name, document] = told;
            (account, name, document)
        })
        .collect();
    assert_eq!(seeded.len(), 1);
    assert_eq!(policies, seeded);
    assert_eq!(
        judged(&run),
        expected(&[
            ("gone.example.", &["log-group"]),
            ("heard.example.", &["pass"]),
            ("mute.example.", &["policy", "retention"]),
        ])
    );
}

#[test]
fn what_may_not_be_read_of_logs_is_unknown_and_a_gap() {
    let Some(peers) = Peers::find() else { return };
    for (operation, collection, told) in [
        (
            "logs:DescribeLogGroups",
            "arn:aws:logs",
            expected(&[
                ("gone.example.", &["unknown"]),
                ("heard.example.", &["unknown"]),
                ("mute.example.", &["unknown"]),
            ]),
        ),
        (
            "logs:DescribeResourcePolicies",
            "resource policies of CloudWatch Logs",
            expected(&[
                ("gone.example.", &["log-group"]),
                ("heard.example.", &["unknown"]),
                ("mute.example.", &["retention"]),
            ]),
        ),
    ] {
        let (moto, seeded) = Moto::seeded(&peers, "logging");
        for account in seeded["accounts"].as_array().unwrap() {
            moto.deny(text(&account["id"]), operation);
        }
        let run = scan(&moto);
        assert_eq!(judged(&run), told, "{operation}");
        let report = run.report();
        for result in with_outcome(&report, Outcome::Unknown).filter(|one| &*one.rule == RULE) {
            let why = result.unknown.as_ref().unwrap();
            assert_eq!(why.operation.as_deref(), Some(operation));
        }
        let gaps = report.coverage.gaps.iter();
        let mut gaps = gaps.filter(|gap| gap.operation.as_deref() == Some(operation));
        assert!(gaps.any(|gap| gap.subject.starts_with(collection)));
    }
}
