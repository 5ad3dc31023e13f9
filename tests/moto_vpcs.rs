//! The VPCs that the scanner collects, against moto, an AWS that we did not write: they are those
//! that boto3 read back in every region, and what cannot be read is told.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};
use support::moto::Moto;
use support::peers::Peers;
use support::program::{Run, Zonewarden};
use zonewarden_reports::Outcome;

const RULE: &str = "vpc-validates";

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

/// The VPCs of a snapshot, as the seed tells them.
fn collected(run: &Run) -> BTreeSet<String> {
    let snapshot = run.text("snapshot.jsonl");
    let records = snapshot
        .lines()
        .map(|line| serde_json::from_str::<Json>(line).unwrap());
    let mut vpcs = BTreeSet::new();
    for region in records.filter_map(|record| record.get("vpcs").cloned()) {
        for vpc in region["vpcs"].as_array().unwrap() {
            let mut vpc = vpc.clone();
            vpc["account"] = region["account"].clone();
            vpc["region"] = region["region"].clone();
            vpcs.insert(vpc.to_string());
        }
    }
    vpcs
}

/// The outcome in each account, by its name, and region.
fn outcomes(run: &Run) -> BTreeMap<(String, String), Outcome> {
    let report = run.report();
    let results = report.results.iter().filter(|result| &*result.rule == RULE);
    results
        .map(|result| {
            let subject = &result.subject;
            let account = subject.account_name.as_deref().unwrap().to_owned();
            let region = subject.region.as_deref().unwrap().to_owned();
            ((account, region), result.outcome)
        })
        .collect()
}

#[test]
fn the_vpcs_are_those_that_boto3_read_back() {
    let Some(peers) = Peers::find() else { return };
    let (moto, seeded) = Moto::seeded(&peers, "vpcs");
    let run = scan(&moto);
    let seeded = seeded["vpcs"].as_array().unwrap();
    // Beside the five that were made, a default VPC in both regions of three accounts.
    assert_eq!(seeded.len(), 11);
    let expected: BTreeSet<String> = seeded.iter().map(Json::to_string).collect();
    assert_eq!(collected(&run), expected);
    let report = run.report();
    let judged = outcomes(&run);
    assert_eq!(judged.len(), 6);
    let failed: Vec<_> = (judged.into_iter())
        .filter(|(_, outcome)| *outcome != Outcome::Pass)
        .collect();
    let mixed = ("mixed".to_owned(), "us-east-1".to_owned());
    assert_eq!(failed, [(mixed, Outcome::Fail)]);
    let mut results = report.results.iter();
    let finding = results
        .find(|result| &*result.rule == RULE && result.outcome == Outcome::Fail)
        .unwrap();
    let without: Vec<&str> = seeded
        .iter()
        .filter(|vpc| vpc["validation_status"] != "ENABLED")
        .map(|vpc| text(&vpc["id"]))
        .collect();
    assert_eq!(without.len(), 2);
    assert!(
        without.iter().all(|id| finding.message.contains(id)),
        "{}",
        finding.message
    );
}

#[test]
fn what_may_not_be_read_is_a_gap_of_each_region() {
    let Some(peers) = Peers::find() else { return };
    let (moto, seeded) = Moto::seeded(&peers, "vpcs");
    let named = |name: &str| {
        let mut vpcs = seeded["vpcs"].as_array().unwrap().iter();
        let vpc = vpcs.find(|vpc| vpc["name"] == name);
        text(&vpc.unwrap()["account"])
    };
    let (mixed, sound) = (named("web"), named("only"));
    moto.deny(mixed, "ec2:DescribeVpcs");
    moto.deny(sound, "route53resolver:ListResolverDnssecConfigs");
    let run = scan(&moto);
    let unknown: BTreeSet<_> = (outcomes(&run).into_iter())
        .filter(|(_, outcome)| *outcome == Outcome::Unknown)
        .map(|((account, _), _)| account)
        .collect();
    assert_eq!(unknown, ["mixed", "sound"].map(str::to_owned).into());
    let report = run.report();
    let gaps: BTreeSet<String> = report
        .coverage
        .gaps
        .iter()
        .map(|gap| json!([gap.account, gap.operation, gap.subject, gap.reason]).to_string())
        .collect();
    let expected = ["eu-west-1", "us-east-1"].iter().flat_map(|region| {
        [
            json!([mixed, "ec2:DescribeVpcs", region, "access_denied"]).to_string(),
            json!([
                sound,
                "route53resolver:ListResolverDnssecConfigs",
                region,
                "access_denied"
            ])
            .to_string(),
        ]
    });
    assert_eq!(gaps, expected.collect());
}
