//! The registered domains that the scanner collects, against moto, an AWS that we did not write:
//! they are those that boto3 read back, and what cannot be read is told.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value as Json, json};
use support::findings::with_outcome;
use support::moto::Moto;
use support::peers::Peers;
use support::program::{Run, Zonewarden};
use zonewarden_reports::Outcome;

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value}"))
}

fn scan(moto: &Moto) -> Run {
    Zonewarden::new([
        "scan",
        "--share=1",
        "--snapshot=snapshot.jsonl",
        "--output=json",
    ])
    .against(&moto.cloud())
    .run()
}

/// The registrations of a snapshot, by id.
fn collected(run: &Run) -> BTreeMap<String, Json> {
    let text_of = run.text("snapshot.jsonl");
    let records = text_of
        .lines()
        .map(|line| serde_json::from_str::<Json>(line).unwrap());
    records
        .filter_map(|record| record.get("registration").cloned())
        .map(|found| (text(&found["id"]).to_owned(), found))
        .collect()
}

/// Rule and subject of the failures on registrations.
fn on_registrations(run: &Run) -> Vec<(String, String)> {
    let report = run.report();
    let mut found: Vec<(String, String)> = with_outcome(&report, Outcome::Fail)
        .filter(|result| &*result.subject.kind == "registration")
        .map(|result| (result.rule.to_string(), result.subject.id.clone()))
        .collect();
    found.sort();
    found
}

#[test]
fn the_registered_domains_are_those_that_boto3_read_back() {
    let Some(peers) = Peers::find() else { return };
    let (moto, seeded) = Moto::seeded(&peers, "registrar");
    let run = scan(&moto);
    let expected: BTreeMap<String, Json> = seeded["domains"]
        .as_array()
        .unwrap()
        .iter()
        .map(|domain| {
            let name = text(&domain["name"]);
            let facts = json!({
                "id": name,
                "account": domain["account"],
                "name": format!("{name}."),
                "auto_renew": domain["auto_renew"],
                "expiration_date": domain["expiration"],
                "status_list": domain["status_list"],
                "nameservers": domain["nameservers"],
                "dnssec_keys": domain["dnssec_keys"],
            });
            (name.to_owned(), facts)
        })
        .collect();
    let mut found = collected(&run);
    for registration in found.values_mut() {
        let expiration: Timestamp = text(&registration["expiration_date"]).parse().unwrap();
        registration["expiration_date"] = json!(expiration.as_second());
        registration.as_object_mut().unwrap().remove("collected_at");
    }
    assert_eq!(found.len(), 3);
    assert_eq!(found, expected);
    assert_eq!(
        on_registrations(&run),
        [
            ("domain-auto-renews", "adrift.com"),
            ("domain-transfer-locked", "adrift.com"),
            ("registrar-ds-matches", "adrift.com"),
        ]
        .map(|(rule, domain)| (rule.to_owned(), domain.to_owned()))
    );
}

#[test]
fn a_domain_that_may_not_be_read_is_judged_by_what_the_listing_says() {
    let Some(peers) = Peers::find() else { return };
    let (moto, seeded) = Moto::seeded(&peers, "registrar");
    let operation = "route53domains:GetDomainDetail";
    let registrar = text(&seeded["domains"][0]["account"]);
    let others = seeded["domains"].as_array().unwrap().iter();
    for account in others.map(|domain| text(&domain["account"])) {
        moto.deny(account, operation);
    }
    let run = scan(&moto);
    let found = collected(&run);
    assert_eq!(found.len(), 3);
    for registration in found.values() {
        for unread in ["status_list", "nameservers", "dnssec_keys"] {
            let why = &registration[unread][0]["$unknown"];
            assert_eq!(why["reason"], "access_denied", "{registration}");
            assert_eq!(why["operation"], operation);
        }
    }
    assert_eq!(found["adrift.com"]["auto_renew"], false);
    assert_eq!(
        on_registrations(&run),
        [("domain-auto-renews".to_owned(), "adrift.com".to_owned())]
    );
    let report = run.report();
    let locked = with_outcome(&report, Outcome::Unknown)
        .filter(|result| &*result.rule == "domain-transfer-locked");
    let unknown: Vec<&str> = locked
        .map(|result| {
            let why = result.unknown.as_ref().unwrap();
            assert_eq!(why.operation.as_deref(), Some(operation));
            result.subject.id.as_str()
        })
        .collect();
    assert_eq!(unknown, ["adrift.com", "moored.com", "plain.com"]);
    let gaps = report.coverage.gaps.iter();
    let told: Vec<&str> = gaps
        .filter(|gap| gap.account.as_deref() == Some(registrar))
        .filter(|gap| gap.operation.as_deref() == Some(operation))
        .map(|gap| gap.subject.as_str())
        .collect();
    assert!(!told.is_empty());
}

#[test]
fn domains_that_may_not_be_listed_are_a_gap_of_their_account() {
    let Some(peers) = Peers::find() else { return };
    let (moto, seeded) = Moto::seeded(&peers, "registrar");
    let [registrar, management] = ["moored.com", "plain.com"].map(|name| {
        let mut domains = seeded["domains"].as_array().unwrap().iter();
        let domain = domains.find(|domain| domain["name"] == name);
        text(&domain.unwrap()["account"])
    });
    moto.deny(registrar, "route53domains:ListDomains");
    let run = scan(&moto);
    assert_eq!(
        collected(&run).into_keys().collect::<Vec<_>>(),
        ["plain.com"]
    );
    let report = run.report();
    let gaps: Vec<(&str, &str)> = report
        .coverage
        .gaps
        .iter()
        .filter(|gap| gap.operation.as_deref() == Some("route53domains:ListDomains"))
        .map(|gap| (gap.account.as_deref().unwrap(), gap.subject.as_str()))
        .collect();
    assert_eq!(gaps, [(registrar, "registered domains")]);
    assert!(!report.coverage.complete);
    assert_ne!(registrar, management);
}
