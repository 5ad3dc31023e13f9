//! How rules get to see DNS: observations joined by name, record sets by zone, causes up the tree,
//! and rules that are not selected where their facts were left unread by choice.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use serde_json::{Value as Json, json};
use zonewarden::inventory::Record;
use zonewarden_reports::{Outcome, Report, RuleResult};

/// The documents from which the derivation is tested: a zone example.net., what DNS says of it, and
/// the record sets of a zone net.
fn base() -> Json {
    let table: Json = serde_saphyr::from_str(include_str!("derive/dns.yaml")).unwrap();
    table["base"].clone()
}

fn edited(document: &Json, edits: Json) -> Json {
    let mut document = document.clone();
    for (pointer, value) in edits.as_object().unwrap() {
        *document.pointer_mut(pointer).unwrap() = value.clone();
    }
    document
}

const OTHER_SET: [&str; 1] = ["ns-3.awsdns-03.net"];

/// net., its child example.net. with a wrong DS, a dead zone of that name in another account, and
/// shop.example.net. below.
fn records() -> Vec<Json> {
    let base = base();
    let account = |id: &str| json!({"account": {"id": id, "name": null, "state": "ACTIVE", "ou": null, "selected": true, "skipped": null}});
    let zone = |edits| json!({"zone": edited(&base["zone"], edits)});
    let observation = |edits| json!({"dns_observation": edited(&base["observation"], edits)});
    let verdict =
        |zone: &str| json!({"state": "bogus", "reason": null, "broken_at": zone, "evidence": []});
    let right = json!([{
        "key_tag": 55648, "algorithm": 13, "digest_type": 2,
        "digest": "CFBFF68022D476358B1BCC21D7221AACE8E60C153CA04EBF949101BA81590BF6",
    }]);
    let wrong = json!([{"key_tag": 1, "algorithm": 13, "digest_type": 2, "digest": "00"}]);
    vec![
        account("111111111111"),
        account("222222222222"),
        zone(json!({"/id": "ZNET", "/arn": "arn:aws:route53:::hostedzone/ZNET", "/name": "net."})),
        json!({"record_sets": edited(&base["record_sets"], json!({"/sets/3/values": ["1 13 2 00"]}))}),
        zone(json!({})),
        zone(json!({
            "/id": "Z2", "/arn": "arn:aws:route53:::hostedzone/Z2", "/account": "222222222222",
            "/delegation_set": OTHER_SET, "/dnssec/serve_signature": "NOT_SIGNING", "/ksks": [],
        })),
        zone(json!({
            "/id": "Z3", "/arn": "arn:aws:route53:::hostedzone/Z3", "/name": "Shop.example.net.",
        })),
        observation(json!({
            "/name": "net.", "/parent/zone": ".",
            "/parent/answers/0/ds/records": right, "/parent/answers/1/ds/records": right,
        })),
        observation(json!({
            "/parent/answers/0/ds/records": wrong, "/parent/answers/1/ds/records": wrong,
            "/chain/verdict": verdict("example.net."),
            "/hosts": [
                {"name": "ns-1.awsdns-01.org.", "addresses": ["192.0.2.1"]},
                {"name": "ns-2.awsdns-02.com.", "addresses": ["192.0.2.2"]},
                {"name": "ns-3.awsdns-03.net.", "addresses": ["192.0.2.3"]},
            ],
        })),
        observation(json!({
            "/name": "shop.example.net.", "/parent/zone": "example.net.",
            "/chain/ancestors/1/zone": "example.net.",
            "/chain/ancestors/1/validation": verdict("example.net."),
            "/chain/verdict": verdict("example.net."),
        })),
        json!({"account_read": {"id": "111111111111", "tags": {}, "public_zones": 3, "private_zones": 0}}),
        json!({"account_read": {"id": "222222222222", "tags": {}, "public_zones": 1, "private_zones": 0}}),
    ]
}

/// The report over a snapshot of these records.
fn judged(dns: &Json, record_sets: &str, records: &[Json]) -> Report {
    let header = json!({"header": {
        "schema": "zonewarden.snapshot/1", "version": "0", "started_at": "2026-06-01T00:00:00Z",
        "caller": "arn:aws:iam::111111111111:user/a", "account": "111111111111", "partition": "aws",
        "home_region": "us-east-1", "scope": "organization", "organization": null, "dns": dns,
        "record_sets": record_sets,
    }});
    let records = [&header].into_iter().chain(records);
    let records: Vec<Record> = records
        .map(|record| serde_json::from_value(record.clone()).unwrap())
        .collect();
    support::judged::judged(&records, "2026-06-01T00:00:00Z".parse().unwrap())
}

fn asked() -> Json {
    json!({"via": "authoritative", "ipv6": false, "trust_anchors": []})
}

#[track_caller]
fn result<'r>(report: &'r Report, rule: &str, zone: &str) -> &'r RuleResult {
    let id = format!("arn:aws:route53:::hostedzone/{zone}");
    let mut found = report
        .results
        .iter()
        .filter(|result| result.rule == rule && result.subject.id == id);
    let one = found
        .next()
        .unwrap_or_else(|| panic!("no {rule} on {zone}"));
    assert!(found.next().is_none(), "several {rule} on {zone}");
    one
}

fn why(report: &Report, rule: &str) -> Option<String> {
    let rule = report.rules.iter().find(|listed| listed.id == rule);
    rule.unwrap().why.clone()
}

#[test]
fn a_wrong_ds_is_the_one_cause_on_its_zone_and_below() {
    let report = judged(&asked(), "parents", &records());
    let wrong = result(&report, "ds-matches", "Z1");
    assert_eq!(wrong.outcome, Outcome::Fail);
    assert_eq!(wrong.cause, None);
    // The parent is in the organisation, and its command can be pasted.
    let fix: Vec<&str> = wrong.fix.iter().map(|argument| argument.as_ref()).collect();
    assert_eq!(
        fix[..4],
        [
            "aws",
            "route53",
            "change-resource-record-sets",
            "--hosted-zone-id"
        ]
    );
    assert_eq!(fix[4..6], ["ZNET", "--change-batch"]);
    let batch: Json = serde_json::from_str(fix[6]).unwrap();
    assert_eq!(
        batch["Changes"][0]["ResourceRecordSet"]["ResourceRecords"][0]["Value"],
        "55648 13 2 B4C8C1FE2E7477127B27115656AD6256F424625BF5C1E2770CE6D6E37DF61D17"
    );

    for (rule, zone) in [("chain-validates", "Z1"), ("ancestors-signed", "Z3")] {
        let symptom = result(&report, rule, zone);
        assert_eq!(symptom.outcome, Outcome::Fail, "{rule}");
        assert_eq!(symptom.cause.as_ref(), Some(&wrong.fingerprint), "{rule}");
    }
    let above = result(&report, "chain-validates", "Z3");
    assert_eq!(above.outcome, Outcome::NotApplicable);
    let held = result(&report, "child-ds-answered", "ZNET");
    assert_eq!(
        (held.outcome, held.key.as_str()),
        (Outcome::Fail, "example.net.")
    );
}

#[test]
fn a_zone_that_the_parent_does_not_delegate_to_is_not_live() {
    let report = judged(&asked(), "off", &records());
    for rule in ["zone-signed", "ds-matches", "ds-without-signing"] {
        let dead = result(&report, rule, "Z2");
        assert_eq!(dead.outcome, Outcome::NotApplicable, "{rule}");
    }
}

#[test]
fn what_was_left_unread_by_choice_is_not_judged_and_no_gap() {
    let everything = judged(&asked(), "all", &records());
    for rule in ["ds-matches", "child-ds-answered", "child-ds-delegated"] {
        assert_eq!(why(&everything, rule), None, "{rule}");
    }
    let kept: Vec<Json> = records()
        .into_iter()
        .filter(|record| {
            record.get("dns_observation").is_none() && record.get("record_sets").is_none()
        })
        .collect();
    let report = judged(&Json::Null, "off", &kept);
    for (rule, reason) in [
        ("ds-matches", "DNS was not asked"),
        ("child-ds-answered", "DNS was not asked"),
        ("child-ds-delegated", "record sets were not read"),
    ] {
        assert_eq!(why(&report, rule).as_deref(), Some(reason), "{rule}");
        assert!(report.results.iter().all(|result| result.rule != rule));
    }
    // Every public zone counts as live then.
    assert_eq!(result(&report, "zone-signed", "Z2").outcome, Outcome::Fail);
}

#[test]
fn an_observation_that_is_missing_leaves_its_zone_unknown() {
    let records: Vec<Json> = records()
        .into_iter()
        .filter(|record| record["dns_observation"]["name"] != "example.net.")
        .chain([json!({"gap": {
            "account": null, "collection": "dns", "subject": "example.net.", "operation": null,
            "reason": "timeout", "code": null, "detail": "no server answered",
        }})])
        .collect();
    let report = judged(&asked(), "parents", &records);
    let unknown = result(&report, "ds-matches", "Z1");
    assert_eq!(unknown.outcome, Outcome::Unknown);
    assert_eq!(unknown.unknown.as_ref().unwrap().reason, "timeout");
    assert_eq!(result(&report, "zone-signed", "Z2").outcome, Outcome::Fail);
}
