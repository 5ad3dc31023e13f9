//! The scanner against moto, an AWS that we did not write, seeded by boto3: what it reports is what
//! was seeded.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::LazyLock;

use serde_json::{Value as Json, json};
use support::findings::{failures, with_outcome};
use support::moto::Moto;
use support::peers::{Peers, succeed};
use support::program::{Run, Zonewarden};
use zonewarden_reports::{Outcome, Report, Severity};

/// What a scan of a seeded server left behind.
struct Scan {
    /// What boto3 read back.
    seeded: Json,
    code: Option<i32>,
    report: Report,
    /// The records of the snapshot: their kind and content.
    records: Vec<(String, Json)>,
    table: String,
    csv: String,
    sarif: Json,
}

impl Scan {
    fn of(seeded: Json, run: &Run) -> Self {
        let records = run
            .text("snapshot.jsonl")
            .lines()
            .map(|line| {
                let record: BTreeMap<String, Json> = serde_json::from_str(line).unwrap();
                record.into_iter().next().unwrap()
            })
            .collect();
        Self {
            seeded,
            code: run.code,
            report: run.report(),
            records,
            table: run.text("report.txt"),
            csv: run.text("report.csv"),
            sarif: serde_json::from_slice(&run.file("report.sarif")).unwrap(),
        }
    }

    fn seeded(&self, collection: &str) -> impl Iterator<Item = &Json> {
        self.seeded[collection].as_array().unwrap().iter()
    }

    fn recorded(&self, kind: &str) -> impl Iterator<Item = &Json> {
        self.records
            .iter()
            .filter(move |(of, _)| of == kind)
            .map(|(_, record)| record)
    }

    /// The seeded accounts that a scan can read.
    fn readable(&self) -> BTreeSet<&str> {
        self.seeded("accounts")
            .filter(|account| account["readable"] == true)
            .map(|account| text(&account["id"]))
            .collect()
    }

    /// The seeded accounts that a scan should read and cannot.
    fn unreadable(&self) -> BTreeSet<&str> {
        self.seeded("accounts")
            .filter(|account| account["readable"] == false && account["state"] == "ACTIVE")
            .map(|account| text(&account["id"]))
            .collect()
    }

    /// The seeded public zones of the accounts that a scan can read.
    fn zones(&self) -> impl Iterator<Item = &Json> {
        let readable = self.readable();
        self.seeded("zones").filter(move |zone| {
            zone["private"] == false && readable.contains(text(&zone["account"]))
        })
    }

    /// The name of the only zone that uses a key, for the keys of the zones that were seeded.
    fn zone_of_key(&self) -> BTreeMap<&str, &str> {
        self.zones()
            .flat_map(|zone| {
                let ksks = zone["ksks"].as_array().unwrap();
                ksks.iter().map(|ksk| {
                    let (_, id) = text(&ksk["key"]).split_once('/').unwrap();
                    (id, text(&zone["name"]))
                })
            })
            .collect()
    }
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value}"))
}

fn scan(moto: &Moto) -> Run {
    Zonewarden::new([
        "scan",
        // The pace is that of AWS, to which moto has no limits.
        "--share=1",
        "--snapshot=snapshot.jsonl",
        "--output=json",
        "--output=table=report.txt",
        "--output=csv=report.csv",
        "--output=sarif=report.sarif",
    ])
    .against(&moto.cloud())
    .run()
}

/// The organisation in which a bit of everything is found, scanned once for all tests; none where
/// the peers are missing.
static FULL: LazyLock<Option<Scan>> = LazyLock::new(|| {
    let (moto, seeded) = Moto::seeded(&Peers::find()?, "full");
    Some(Scan::of(seeded, &scan(&moto)))
});

#[test]
fn accounts_are_read_failed_or_skipped_as_they_were_seeded() {
    let Some(scan) = &*FULL else { return };
    let coverage = &scan.report.coverage;
    let suspended: Vec<(&str, &str)> = scan
        .seeded("accounts")
        .filter(|account| account["state"] != "ACTIVE")
        .map(|account| (text(&account["id"]), text(&account["state"])))
        .collect();
    assert_eq!(suspended.len(), 1);
    assert_eq!(scan.unreadable().len(), 1);
    assert_eq!(
        serde_json::to_value(&coverage.accounts).unwrap(),
        json!({
            "in_scope": scan.readable().len() + 1,
            "read": scan.readable().len(),
            "partial": 0,
            "failed": 1,
            "skipped": 1,
            "not_selected": 0,
        })
    );
    let skipped: Vec<(&str, &str)> = coverage
        .skipped
        .iter()
        .map(|skipped| (skipped.account.as_str(), skipped.reason.as_str()))
        .collect();
    assert_eq!(skipped, suspended);

    let private = scan
        .seeded("zones")
        .filter(|zone| zone["private"] == true && scan.readable().contains(text(&zone["account"])));
    let public = scan.zones().count();
    assert_eq!(
        serde_json::to_value(&coverage.zones).unwrap(),
        json!({"in_scope": public, "read": public, "partial": 0, "failed": 0, "skipped": private.count()})
    );
    assert_eq!(
        scan.report.scope.organization.as_deref(),
        scan.seeded["organization"].as_str()
    );
}

#[test]
fn an_account_without_the_role_is_a_gap_with_operation_and_code() {
    let Some(scan) = &*FULL else { return };
    assert!(!scan.report.coverage.complete);
    let gaps: Vec<_> = scan
        .report
        .coverage
        .gaps
        .iter()
        .map(|gap| {
            (
                gap.account.as_deref().unwrap(),
                gap.operation.as_deref().unwrap(),
                gap.reason.as_str(),
                gap.code.as_deref().unwrap(),
            )
        })
        .collect();
    let expected: Vec<_> = scan
        .unreadable()
        .into_iter()
        .map(|account| (account, "sts:AssumeRole", "access_denied", "AccessDenied"))
        .collect();
    assert_eq!(gaps, expected);
    let reported: BTreeSet<&str> = with_outcome(&scan.report, Outcome::Fail)
        .filter(|result| result.rule == "scan-complete")
        .map(|result| result.subject.account.as_deref().unwrap())
        .collect();
    assert_eq!(reported, scan.unreadable());
    assert_eq!(with_outcome(&scan.report, Outcome::Unknown).count(), 0);
}

#[test]
fn the_snapshot_holds_the_zones_and_ksks_that_boto3_read_back() {
    let Some(scan) = &*FULL else { return };
    let members = [
        "account",
        "name",
        "comment",
        "resource_record_set_count",
        "tags",
    ];
    let seeded: BTreeMap<&str, Json> = scan
        .zones()
        .map(|zone| {
            let mut expected = only(zone, &members);
            for more in ["serve_signature", "status_message", "query_logs", "ksks"] {
                expected[more] = zone[more].clone();
            }
            (text(&zone["id"]), expected)
        })
        .collect();
    let recorded: BTreeMap<&str, Json> = scan
        .recorded("zone")
        .map(|zone| {
            let mut found = only(zone, &members);
            found["serve_signature"] = zone["dnssec"]["serve_signature"].clone();
            found["status_message"] = zone["dnssec"]["status_message"].clone();
            found["query_logs"] = each(&zone["query_logs"], |log| {
                log["cloud_watch_logs_log_group_arn"].clone()
            });
            found["ksks"] = each(&zone["ksks"], |ksk| {
                let members = [
                    "name",
                    "status",
                    "status_message",
                    "key_tag",
                    "digest_value",
                    "ds_record",
                    "dnskey_record",
                ];
                let mut found = only(ksk, &members);
                found["key"] = ksk["key"]["item"].clone();
                found
            });
            (text(&zone["id"]), found)
        })
        .collect();
    assert!(
        seeded.len() > 110,
        "more than a page of zones in one account"
    );
    assert_eq!(recorded, seeded);
}

#[test]
fn the_snapshot_holds_the_accounts_keys_alarms_and_topics_that_boto3_read_back() {
    let Some(scan) = &*FULL else { return };
    let readable = scan.readable();

    let seeded: BTreeMap<&str, Json> = scan
        .seeded("accounts")
        .map(|account| {
            let tags = readable
                .contains(text(&account["id"]))
                .then(|| &account["tags"]);
            (
                text(&account["id"]),
                json!([account["name"], account["ou"], account["state"], tags]),
            )
        })
        .collect();
    let tags: BTreeMap<&str, &Json> = scan
        .recorded("account_read")
        .filter(|read| readable.contains(text(&read["id"])))
        .map(|read| (text(&read["id"]), &read["tags"]))
        .collect();
    let recorded: BTreeMap<&str, Json> = scan
        .recorded("account")
        .map(|account| {
            let id = text(&account["id"]);
            let ou = &account["ou"]["path"];
            (
                id,
                json!([account["name"], ou, account["state"], tags.get(id)]),
            )
        })
        .collect();
    assert_eq!(recorded, seeded);

    let seeded: BTreeMap<&str, Json> = scan
        .seeded("keys")
        .filter(|key| readable.contains(text(&key["account"])))
        .map(|key| (text(&key["arn"]), json!([key["account"], key["state"]])))
        .collect();
    let recorded: Vec<(&str, Json)> = scan
        .recorded("key")
        .map(|key| {
            let state = &key["metadata"]["key_state"];
            (text(&key["arn"]), json!([key["account"], state]))
        })
        .collect();
    assert_eq!(recorded.len(), seeded.len(), "each key once");
    assert_eq!(BTreeMap::from_iter(recorded), seeded);

    let alarm_of = |alarm: &Json, actions: Json| {
        json!([
            alarm["account"],
            alarm["name"],
            alarm["actions_enabled"],
            actions
        ])
    };
    let seeded: BTreeMap<&str, Json> = scan
        .seeded("alarms")
        .filter(|alarm| alarm["name"] != "cpu")
        .map(|alarm| {
            let actions = alarm["alarm_actions"].clone();
            (text(&alarm["arn"]), alarm_of(alarm, actions))
        })
        .collect();
    let recorded: BTreeMap<&str, Json> = scan
        .recorded("alarm")
        .map(|alarm| {
            let actions = each(&alarm["alarm_actions"], |action| action["item"].clone());
            (text(&alarm["arn"]), alarm_of(alarm, actions))
        })
        .collect();
    assert_eq!(recorded, seeded);

    let mut seeded: BTreeMap<&str, Json> = scan
        .seeded("topics")
        .map(|topic| {
            (
                text(&topic["arn"]),
                json!([topic["confirmed"], topic["pending"]]),
            )
        })
        .collect();
    // Alarms name it, and it does not exist.
    let missing = scan
        .seeded("alarms")
        .flat_map(|alarm| alarm["alarm_actions"].as_array().unwrap())
        .find(|action| text(action).ends_with(":missing"));
    seeded.insert(text(missing.unwrap()), json!([null, null]));
    let recorded: BTreeMap<&str, Json> = scan
        .recorded("topic")
        .map(|topic| {
            let found = &topic["attributes"];
            let counts = [
                &found["subscriptions_confirmed"],
                &found["subscriptions_pending"],
            ];
            (text(&topic["arn"]), json!(counts))
        })
        .collect();
    assert_eq!(recorded, seeded);
}

/// What was seeded to be found, beside the zones of the account `bulk`: kind, subject, findings.
/// A key is named by the zone that uses it, a topic by its name.
const SEEDED_TO_BE_FOUND: &[(&str, &str, &[&str])] = &[
    (
        "zone",
        "corp.example.",
        &["zone-signed", "query-logging", "zone-name-unique"],
    ),
    // The account `web`.
    ("zone", "blog.example.", &["query-logging", "alarm-ksk-age"]),
    ("key", "blog.example.", &["key-confused-deputy-guard"]),
    (
        "zone",
        "rolling.example.",
        &["query-logging", "alarm-ksk-action", "alarm-ksk-age"],
    ),
    ("key", "rolling.example.", &["key-confused-deputy-guard"]),
    (
        "zone",
        "shared.example.",
        &["query-logging", "alarm-ksk-action", "alarm-ksk-age"],
    ),
    ("ksk", "shared.example. ksk1", &["key-same-account account"]),
    ("zone", r"0\05726.2.0.192.in-addr.arpa.", UNWATCHED),
    (
        "key",
        r"0\05726.2.0.192.in-addr.arpa.",
        &["key-confused-deputy-guard"],
    ),
    ("alarm", "reverse-muted", &["alarm-notifies"]),
    (
        "alarm",
        "shop-unheard",
        &["alarm-notifies", "alarm-notifies silent"],
    ),
    (
        "alarm",
        "shop-unconfirmed",
        &["alarm-notifies", "alarm-notifies unconfirmed"],
    ),
    // The account `sandbox`.
    (
        "zone",
        "lost.example.",
        &["signing-needs-no-action", "query-logging"],
    ),
    ("ksk", "lost.example. ksk1", &["ksk-needs-no-action"]),
    (
        "key",
        "lost.example.",
        &["key-enabled", "key-confused-deputy-guard"],
    ),
    (
        "alarm",
        "lost-to-nobody",
        &["alarm-notifies", "alarm-notifies missing"],
    ),
    ("zone", "doomed.example.", UNWATCHED),
    (
        "key",
        "doomed.example.",
        &["key-not-pending-deletion", "key-confused-deputy-guard"],
    ),
    (
        "alarm",
        "doomed-misnamed",
        &[
            "alarm-notifies",
            "alarm-notifies missing",
            "alarm-metric-exists DNSSECValidationFailures",
        ],
    ),
    ("zone", "ungranted.example.", UNWATCHED),
    (
        "key",
        "ungranted.example.",
        &["key-grant-allowed", "key-confused-deputy-guard"],
    ),
    ("zone", "open.example.", UNWATCHED),
    (
        "key",
        "open.example.",
        &[
            "key-policy-closed *",
            "key-duties-split *",
            "key-grant-aws-only",
            "key-confused-deputy-guard",
        ],
    ),
    (
        "zone",
        "unsigned.example.",
        &["zone-signed", "query-logging"],
    ),
    ("zone", "idle.example.", &["zone-signed", "query-logging"]),
    ("key", "idle.example.", &["key-confused-deputy-guard"]),
];

/// What fails on a signed zone that has neither alarms that work nor query logging.
const UNWATCHED: &[&str] = &[
    "query-logging",
    "alarm-internal-failure",
    "alarm-ksk-action",
    "alarm-ksk-age",
];

#[test]
fn what_fails_is_what_was_seeded_to_fail_and_nothing_else() {
    let Some(scan) = &*FULL else { return };
    let mut expected: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    let mut expect = |kind: &str, subject: &str, findings: &[&str]| {
        let findings = findings.iter().map(|&finding| finding.to_owned());
        expected.insert((kind.to_owned(), subject.to_owned()), findings.collect());
    };
    for (kind, subject, findings) in SEEDED_TO_BE_FOUND {
        expect(kind, subject, findings);
    }
    for number in 0..100 {
        let zone = format!("zone-{number:03}.bulk.example.");
        expect("zone", &zone, &["zone-signed", "query-logging"]);
    }
    expect("zone", "zone-100.bulk.example.", UNWATCHED);
    expect(
        "key",
        "zone-100.bulk.example.",
        &["key-confused-deputy-guard"],
    );

    let zone_of_key = scan.zone_of_key();
    let mut found: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for mut result in with_outcome(&scan.report, Outcome::Fail).cloned() {
        if result.subject.kind == "key" {
            result.subject.name = zone_of_key[result.subject.name.as_str()].to_owned();
        }
        if let Some((_, topic)) = result.key.rsplit_once(':') {
            result.key = topic.to_owned();
        }
        let report = Report {
            results: vec![result],
            ..scan.report.clone()
        };
        for (subject, findings) in failures(&report) {
            found.entry(subject).or_default().extend(findings);
        }
    }
    assert_eq!(found, expected);
    assert_eq!(scan.code, Some(1));
}

#[test]
fn a_zone_name_that_two_accounts_hold_fails_in_both() {
    let Some(scan) = &*FULL else { return };
    let reported: BTreeSet<&str> = with_outcome(&scan.report, Outcome::Fail)
        .filter(|result| result.rule == "zone-name-unique")
        .map(|result| result.subject.account_name.as_deref().unwrap())
        .collect();
    assert_eq!(reported, BTreeSet::from(["master", "sandbox"]));
}

#[test]
fn a_symptom_names_the_disabled_key_that_explains_it() {
    let Some(scan) = &*FULL else { return };
    let results = || with_outcome(&scan.report, Outcome::Fail);
    let disabled = results()
        .find(|result| result.rule == "key-enabled")
        .unwrap();
    let explained: BTreeMap<&str, &str> = results()
        .filter_map(|result| Some((result.rule.as_str(), result.cause.as_deref()?)))
        .collect();
    let fingerprint = disabled.fingerprint.as_str();
    assert_eq!(
        explained,
        BTreeMap::from([
            ("ksk-needs-no-action", fingerprint),
            ("signing-needs-no-action", fingerprint),
        ])
    );
}

#[test]
fn the_counts_of_a_rule_are_those_of_the_seeded_zones() {
    let Some(scan) = &*FULL else { return };
    let rule = |id: &str| {
        &scan
            .report
            .rules
            .iter()
            .find(|rule| rule.id == id)
            .unwrap()
            .counts
    };
    let (unsigned, signed): (Vec<_>, Vec<_>) = scan
        .zones()
        .partition(|zone| zone["serve_signature"] == "NOT_SIGNING");
    let zone_signed = rule("zone-signed");
    assert_eq!(zone_signed.fail, unsigned.len() as u64);
    assert_eq!(
        zone_signed.pass + zone_signed.not_applicable,
        signed.len() as u64
    );
    let logged = scan
        .zones()
        .filter(|zone| !zone["query_logs"].as_array().unwrap().is_empty())
        .count();
    assert_eq!(rule("query-logging").pass, logged as u64);
    let fails = |severity| {
        with_outcome(&scan.report, Outcome::Fail)
            .filter(|result| result.severity == severity)
            .count() as u64
    };
    let summary = &scan.report.summary.fail;
    assert_eq!(
        [
            summary.critical,
            summary.high,
            summary.medium,
            summary.low,
            summary.info
        ],
        Severity::WORST_FIRST.map(fails)
    );
}

#[test]
fn every_document_names_the_same_findings_and_the_unreadable_account() {
    let Some(scan) = &*FULL else { return };
    let failed = || with_outcome(&scan.report, Outcome::Fail);
    let fingerprints: BTreeSet<&str> = failed().map(|result| result.fingerprint.as_str()).collect();

    let mut csv = csv::Reader::from_reader(scan.csv.as_bytes());
    let rows: Vec<BTreeMap<String, String>> = csv.deserialize().map(Result::unwrap).collect();
    let of_csv: BTreeSet<&str> = rows.iter().map(|row| row["fingerprint"].as_str()).collect();
    assert_eq!(of_csv, fingerprints);
    let row = rows
        .iter()
        .find(|row| row["rule"] == "scan-complete")
        .unwrap();
    assert!(
        scan.unreadable().contains(row["account"].as_str()),
        "{row:?}"
    );

    let run = &scan.sarif["runs"][0];
    let of_sarif: BTreeSet<&str> = run["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| text(&result["fingerprints"]["zonewarden/v1"]))
        .collect();
    let without_coverage: BTreeSet<&str> = failed()
        .filter(|result| result.rule != "scan-complete" || of_sarif.contains(&*result.fingerprint))
        .map(|result| result.fingerprint.as_str())
        .collect();
    assert_eq!(of_sarif, without_coverage);
    let notifications = run["invocations"][0]["toolExecutionNotifications"]
        .as_array()
        .unwrap();
    let gaps: Vec<(&str, &str)> = notifications
        .iter()
        .filter(|notification| notification["descriptor"]["id"] == "gap")
        .map(|gap| {
            (
                text(&gap["properties"]["accountId"]),
                text(&gap["properties"]["operation"]),
            )
        })
        .collect();
    let expected: Vec<(&str, &str)> = scan
        .unreadable()
        .into_iter()
        .map(|account| (account, "sts:AssumeRole"))
        .collect();
    assert_eq!(gaps, expected);

    let table = scan.table.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for result in failed().filter(|result| result.cause.is_none()) {
        *counts.entry(&result.rule).or_default() += 1;
    }
    for (rule, count) in counts {
        assert!(
            table.contains(&format!("[{rule}] {count} finding")),
            "{rule}: {count}\n{table}"
        );
    }
    for symptom in failed().filter(|result| result.cause.is_some()) {
        let shown = format!("{} on {}: ", symptom.rule, symptom.subject.name);
        assert!(table.contains(&shown), "{shown}\n{table}");
    }
    for (account, operation) in expected {
        assert!(
            scan.table
                .contains(&format!("{account} {operation} access_denied"))
        );
    }
}

#[test]
fn the_sarif_is_valid_to_the_multitool_the_schema_and_github() {
    let (Some(scan), Some(peers)) = (&*FULL, Peers::find()) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.sarif");
    fs::write(&file, scan.sarif.to_string()).unwrap();
    succeed(
        peers
            .python("sarif")
            .arg("check_sarif.py")
            .arg(file)
            .env("SARIF_MULTITOOL", peers.sarif_multitool()),
    );
}

#[test]
fn one_unreadable_account_of_five_leaves_a_healthy_scan_incomplete() {
    let Some(peers) = Peers::find() else { return };
    let (moto, seeded) = Moto::seeded(&peers, "small");
    let scan = Scan::of(seeded, &scan(&moto));
    assert_eq!(scan.code, Some(3));
    assert_eq!(failures(&scan.report), BTreeMap::new());
    assert_eq!(scan.report.coverage.accounts.in_scope, 5);
    let locked = scan.unreadable().into_iter().next().unwrap();
    let reported: Vec<_> = scan
        .report
        .results
        .iter()
        .map(|result| (result.rule.as_str(), result.subject.account.as_deref()))
        .collect();
    assert_eq!(reported, [("scan-complete", Some(locked))]);
    assert!(scan.table.contains(locked) && scan.csv.contains(locked));
    assert!(scan.sarif.to_string().contains(locked));
}

#[test]
fn one_broken_zone_beside_the_unreadable_account_fails_the_scan() {
    let Some(peers) = Peers::find() else { return };
    let (moto, seeded) = Moto::seeded(&peers, "small");
    let zones = seeded["zones"].as_array().unwrap();
    let alpha = zones
        .iter()
        .find(|zone| zone["name"] == "alpha.example.")
        .unwrap();
    moto.set_serve_signature(text(&alpha["id"]), "ACTION_NEEDED");
    let scan = Scan::of(seeded, &scan(&moto));
    assert_eq!(scan.code, Some(1));
    let zone = ("zone".to_owned(), "alpha.example.".to_owned());
    let failed = BTreeSet::from(["signing-needs-no-action".to_owned()]);
    assert_eq!(failures(&scan.report), BTreeMap::from([(zone, failed)]));
    assert!(!scan.report.coverage.complete);
}

#[test]
fn a_denied_operation_leaves_one_fact_unknown_and_names_operation_and_code() {
    let Some(peers) = Peers::find() else { return };
    let (moto, seeded) = Moto::seeded(&peers, "small");
    let zones = seeded["zones"].as_array().unwrap();
    let beta = zones
        .iter()
        .find(|zone| zone["name"] == "beta.example.")
        .unwrap();
    let account = text(&beta["account"]);
    moto.deny(account, "route53:GetDNSSEC");
    let report = scan(&moto).ended_with(3).report();

    assert_eq!(failures(&report), BTreeMap::new());
    let unknown: Vec<_> = with_outcome(&report, Outcome::Unknown).collect();
    let zone_signed = unknown
        .iter()
        .find(|result| result.rule == "zone-signed")
        .unwrap();
    let why = zone_signed.unknown.as_ref().unwrap();
    assert_eq!(why.fact.as_deref(), Some("zone.dnssec"));
    for result in &unknown {
        assert_eq!(
            result.subject.account.as_deref(),
            Some(account),
            "{}",
            result.rule
        );
        let why = result.unknown.as_ref().unwrap();
        assert_eq!(why.reason, "access_denied");
        assert_eq!(why.operation.as_deref(), Some("route53:GetDNSSEC"));
        assert_eq!(why.code.as_deref(), Some("AccessDenied"));
    }
    // What does not rest on the fact is judged all the same.
    let query_logging = report
        .rules
        .iter()
        .find(|rule| rule.id == "query-logging")
        .unwrap();
    assert_eq!(query_logging.counts.pass, 4);
    let gaps: Vec<_> = report
        .coverage
        .gaps
        .iter()
        .map(|gap| {
            (
                gap.account.as_deref().unwrap(),
                gap.operation.as_deref().unwrap(),
            )
        })
        .collect();
    assert_eq!(gaps.len(), 2);
    assert!(gaps.contains(&(account, "route53:GetDNSSEC")));
    assert_eq!(report.coverage.accounts.partial, 1);
}

#[test]
fn tags_of_which_the_answer_says_nothing_are_not_known_to_be_none() {
    let Some(peers) = Peers::find() else { return };
    let (moto, seeded) = Moto::seeded(&peers, "small");
    let zones = seeded["zones"].as_array().unwrap();
    let beta = zones
        .iter()
        .find(|zone| zone["name"] == "beta.example.")
        .unwrap();
    moto.omit_tags(text(&beta["id"]));
    let run = scan(&moto).ended_with(3);
    let why = json!({
        "reason": "malformed",
        "operation": "route53:ListTagsForResources",
        "detail": "the answer did not name the zone",
    });
    let tags: BTreeMap<String, Json> = run
        .text("snapshot.jsonl")
        .lines()
        .filter_map(|line| {
            let record: Json = serde_json::from_str(line).unwrap();
            let zone = record.get("zone")?;
            Some((text(&zone["name"]).to_owned(), zone["tags"].clone()))
        })
        .collect();
    for (name, tags) in tags {
        match name.as_str() {
            "beta.example." => assert_eq!(tags, json!({"$unknown": why})),
            _ => assert!(tags.get("$unknown").is_none(), "{name}: {tags}"),
        }
    }
    let coverage = run.report().coverage;
    let gaps: Vec<&str> = coverage
        .gaps
        .iter()
        .filter(|gap| gap.operation.as_deref() == Some("route53:ListTagsForResources"))
        .map(|gap| gap.subject.as_str())
        .collect();
    assert_eq!(
        gaps,
        [format!(
            "arn:aws:route53:::hostedzone/{}",
            text(&beta["id"])
        )]
    );
    assert_eq!(coverage.zones.partial, 1);
}

/// Some members of an object.
fn only(object: &Json, members: &[&str]) -> Json {
    let members = members
        .iter()
        .map(|&name| (name.to_owned(), object[name].clone()));
    Json::Object(members.collect())
}

/// Something of each item of an array.
fn each(array: &Json, of: impl Fn(&Json) -> Json) -> Json {
    Json::Array(array.as_array().unwrap().iter().map(of).collect())
}
