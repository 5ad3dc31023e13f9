//! Registered domains and the hosted zones of their names: which zone is meant, and what is not
//! known of it; and registrations that a snapshot does not have.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use support::program::{Run, Zonewarden};
use support::simulated::Simulated;
use zonewarden_reports::{Outcome, Report, RuleResult};
use zonewarden_simulator::{Options, Organization};

const RULE: &str = "registrar-ds-matches";

/// A registrar whose only domain holds a DS of a key that nobody has, and two accounts with zones.
fn organization(first: &str, second: &str) -> String {
    format!(
        r#"
[[account]]
id = "111122223333"
name = "registrar"

  [[account.domain]]
  name = "held.example"
  ds = ["stale"]

[[account]]
id = "222233334444"
name = "first"
{first}

[[account]]
id = "333344445555"
name = "second"
{second}
"#
    )
}

const SIGNED: &str = r#"
  [[account.zone]]
  name = "held.example"
  ksk = [{ key = "ksk", created = "-30d" }]

  [[account.key]]
  name = "ksk"
"#;

const UNSIGNED: &str = r#"
  [[account.zone]]
  name = "held.example"
"#;

fn scan(organization: &str, dns: Option<u16>) -> Run {
    let options = Options {
        dns,
        ..Options::default()
    };
    let simulated = Simulated::start(Organization::from_toml(organization).unwrap(), options);
    simulated
        .asked_by([
            "scan",
            "--share=1",
            "--snapshot=snapshot.jsonl",
            "--output=json",
            "--with-passes",
            "--fail-on=never",
        ])
        .run()
}

fn result(report: &Report) -> &RuleResult {
    let mut results = report.results.iter();
    results.find(|result| &*result.rule == RULE).unwrap()
}

#[test]
fn the_zone_of_a_domain_may_lie_in_another_account() {
    let report = scan(&organization(SIGNED, ""), None).report();
    let result = result(&report);
    assert_eq!(result.outcome, Outcome::Fail);
    assert_eq!(result.subject.account.as_deref(), Some("111122223333"));
    assert!(
        result.message.contains("222233334444"),
        "{}",
        result.message
    );
}

#[test]
fn dns_decides_which_of_two_zones_is_live() {
    let two = organization(SIGNED, UNSIGNED);
    let undecided = scan(&two, None).report();
    let lost = result(&undecided).unknown.as_ref().unwrap();
    assert_eq!(lost.fact.as_deref(), Some("registration.zone"));
    let detail = lost.detail.as_deref().unwrap();
    assert!(detail.contains("2 hosted zones"), "{detail}");

    assert_eq!(result(&scan(&two, Some(0)).report()).outcome, Outcome::Fail);
    let elsewhere = SIGNED.replace("ksk = ", "dns = { delegation = \"nowhere\" }\n  ksk = ");
    let other = organization(&elsewhere, UNSIGNED);
    assert_eq!(
        result(&scan(&other, Some(0)).report()).outcome,
        Outcome::NotApplicable
    );
}

#[test]
fn only_accounts_that_were_all_read_prove_that_there_is_no_zone() {
    let none = scan(&organization("", ""), None).report();
    assert_eq!(result(&none).outcome, Outcome::NotApplicable);
    let closed = scan(&organization("roles = []", ""), None).report();
    let lost = result(&closed).unknown.as_ref().unwrap();
    assert_eq!(lost.fact.as_deref(), Some("registration.zone"));
    assert_eq!(lost.operation.as_deref(), Some("sts:AssumeRole"));
}

#[test]
fn rules_about_what_a_snapshot_does_not_have_are_not_selected() {
    let snapshot = scan(&organization(SIGNED, ""), None).text("snapshot.jsonl");
    assert!(
        snapshot.contains(r#""parts":["#),
        "the header says what was read"
    );
    // As it was before there were parts, or where no rule needed this one.
    let (header, rest) = snapshot.split_once('\n').unwrap();
    let mut header: serde_json::Value = serde_json::from_str(header).unwrap();
    header["header"].as_object_mut().unwrap().remove("parts");
    let older = format!("{header}\n{rest}");
    let report = Zonewarden::new([
        "evaluate",
        "snapshot.jsonl",
        "--output=json",
        "--fail-on=never",
    ])
    .with_file("snapshot.jsonl", older)
    .run()
    .report();
    let rule = report.rules.iter().find(|rule| rule.id == RULE).unwrap();
    assert!(!rule.selected);
    assert_eq!(
        rule.why.as_deref(),
        Some("registered domains were not read")
    );
    let kinds = report.results.iter().map(|result| &*result.subject.kind);
    assert!(kinds.clone().all(|kind| kind != "registration"));
    assert!(kinds.count() > 0);
}
