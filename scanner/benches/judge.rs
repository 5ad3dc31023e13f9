//! How long it takes to judge 100,000 zones by all rules, and how much memory.
//!
//! `cargo bench -p zonewarden --bench judge [-- ZONES]` prints time, CPU, peak memory and the size
//! of the subjects; with the peers of the tests installed (`ZONEWARDEN_PEERS`), also OPA's time for
//! the same rules on a sample of the same documents, beside zonewarden's on that sample.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use jiff::Timestamp;
use zonewarden::derive::dnskey::from_public_key;
use zonewarden::evaluate::{Catalogue, EvaluateError, Options, evaluate, inputs};
use zonewarden::inventory::snapshot::{SnapshotFile, SnapshotWriter};
use zonewarden::inventory::*;

/// Zones of which OPA judges every document: it takes a thousand times longer.
const SAMPLE: u64 = 1_000;

fn main() {
    let zones = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .next()
        .unwrap_or(100_000);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("snapshot.jsonl");
    generate(&path, zones);
    println!(
        "{zones} zones, seven in ten signed; snapshot {} MB",
        std::fs::metadata(&path).unwrap().len() >> 20
    );
    let catalogue = Catalogue::shipped().unwrap();
    judge(&path, &catalogue);
    let sample = folder.path().join("sample.jsonl");
    generate(&sample, SAMPLE);
    beside_opa(&sample, &folder.path().join("documents.jsonl"), &catalogue);
}

fn judge(path: &Path, catalogue: &Catalogue) {
    let before = usage();
    let begun = Instant::now();
    let snapshot = SnapshotFile::open(path).unwrap();
    let report = evaluate(&snapshot, catalogue, &Options::default()).unwrap();
    let wall = begun.elapsed().as_secs_f64();
    let after = usage();
    let verdicts: u64 = report
        .rules
        .iter()
        .map(|rule| {
            let counts = rule.counts;
            counts.pass + counts.fail + counts.unknown + counts.not_applicable
        })
        .sum();
    println!(
        "judged by {} rules: {wall:.1} s wall, {:.1} s CPU, {verdicts} verdicts, {} results; peak memory {} MB",
        catalogue.rules().len(),
        after.cpu - before.cpu,
        report.results.len(),
        after.peak_mb
    );
}

/// Judges a sample with zonewarden and with OPA, document by document the same.
fn beside_opa(sample: &Path, documents: &Path, catalogue: &Catalogue) {
    let snapshot = SnapshotFile::open(sample).unwrap();
    let mut sizes: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut out = std::io::BufWriter::new(std::fs::File::create(documents).unwrap());
    inputs(&snapshot, &Options::default(), |scope, input| {
        let line = serde_json::json!({"scope": scope.as_str(), "input": input});
        sizes
            .entry(scope.as_str())
            .or_default()
            .push(input[scope.as_str()].to_string().len());
        writeln!(out, "{line}").unwrap();
        Ok::<_, EvaluateError>(())
    })
    .unwrap();
    drop(out);
    let mut all: Vec<usize> = sizes.values().flatten().copied().collect();
    let documents_judged = all.len();
    println!(
        "subjects: {documents_judged}, median {} bytes of JSON",
        median(&mut all)
    );
    for (scope, sizes) in &mut sizes {
        println!(
            "  {scope}: {} subjects, median {} bytes of JSON",
            sizes.len(),
            median(sizes)
        );
    }
    let begun = Instant::now();
    evaluate(&snapshot, catalogue, &Options::default()).unwrap();
    println!(
        "{} documents: zonewarden {:.2} s, reading the snapshot included",
        documents_judged,
        begun.elapsed().as_secs_f64()
    );
    let Ok(peers) = std::env::var("ZONEWARDEN_PEERS") else {
        println!("OPA is left out: ZONEWARDEN_PEERS is not set (tests/run installs it)");
        return;
    };
    let judge = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/peers/opa/judge.py");
    let ran = Command::new(Path::new(&peers).join("venv/bin/python"))
        .arg(judge)
        .arg("--documents")
        .arg(documents)
        .arg("--time")
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .status()
        .unwrap();
    println!("OPA ended with {ran}; its time for the same documents stands above");
}

fn median(sizes: &mut [usize]) -> usize {
    sizes.sort_unstable();
    sizes.get(sizes.len() / 2).copied().unwrap_or_default()
}

struct Usage {
    cpu: f64,
    peak_mb: u64,
}

/// What the process used so far, as the kernel of Linux counts it.
fn usage() -> Usage {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    Usage {
        cpu: ticks / 100.0,
        peak_mb: peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap() >> 10,
    }
}

const ACCOUNTS: u64 = 200;

/// The SubjectPublicKeyInfo of a key on P-256.
const PUBLIC_KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEoJMRESz5E4gYzS/q6XDrvU1qMPYIjCWzJaOau8XNEZeqCYKD5ar0IRd8KqXXFJkqmVfRvMGPmM1x8fGAa2XhSA==";

fn account(zone: u64) -> String {
    format!("{:012}", 100_000_000_000 + zone % ACCOUNTS)
}

fn at(day: u64) -> Timestamp {
    Timestamp::from_second(1_750_000_000 + i64::try_from(day % 300).unwrap() * 86_400).unwrap()
}

fn generate(path: &Path, zones: u64) {
    let file = std::fs::File::create(path).unwrap();
    let mut writer = SnapshotWriter::new(file, path).unwrap();
    let mut write = |record: Record| writer.write(&record).unwrap();
    write(Record::Header(Header {
        schema: SNAPSHOT_SCHEMA.to_owned(),
        version: "0".to_owned(),
        mode: Mode::Live,
        source: None,
        started_at: at(299),
        caller: "arn:aws:iam::100000000000:user/bench".to_owned(),
        account: account(0),
        partition: "aws".to_owned(),
        home_region: "us-east-1".to_owned(),
        scope: AccountScope::Organization,
        organization: Some(Organization {
            id: "o-bench00000".to_owned(),
            root: Some("r-b000".to_owned()),
            management_account: Some(account(0)),
        }),
        dns: None,
        record_sets: RecordSetScope::Off,
        parts: BTreeSet::new(),
    }));
    for number in 0..ACCOUNTS {
        write(Record::Account(Account {
            id: account(number),
            name: Some(format!("workload {number}")),
            state: Some("ACTIVE".to_owned()),
            ou: Fact::Known(Some(OrganizationalUnit {
                path: "/workloads/production".to_owned(),
                ids: "r-b000/ou-b000-11111111/ou-b000-22222222".to_owned(),
            })),
            selected: true,
            skipped: None,
        }));
    }
    for number in 0..zones {
        let signed = number % 10 < 7;
        if signed {
            write(Record::Key(key(number)));
        }
        for metric in ["DNSSECInternalFailure", "DNSSECKeySigningKeysNeedingAction"] {
            write(Record::Alarm(alarm(number, metric)));
        }
        write(Record::Zone(zone(number, signed)));
    }
    for number in 0..ACCOUNTS {
        write(Record::AccountRead(AccountRead {
            id: account(number),
            tags: Fact::Known(account_tags(number)),
            public_zones: zones / ACCOUNTS,
            private_zones: 0,
        }));
    }
    writer.finish(at(299)).unwrap();
}

/// Ten tags, as many as Route 53 admits, of the length that a platform's conventions make them.
fn tags(number: u64) -> Tags {
    [
        (
            "owner",
            format!("platform-team-{:03}@workloads.example.com", number % 40),
        ),
        (
            "cost-centre",
            format!("{:06}-shared-network-services", number % 1_000),
        ),
        ("environment", "production".to_owned()),
        (
            "managed-by",
            "terraform, by the pipeline of the repository; do not edit by hand".to_owned(),
        ),
        (
            "repository",
            "https://git.example.com/platform/networking/dns-zones-production".to_owned(),
        ),
        (
            "data-classification",
            "public; contains no personal data".to_owned(),
        ),
        (
            "service",
            format!(
                "service-{:05}-customer-facing-web-presence",
                number % 90_000
            ),
        ),
        (
            "review-by",
            "2027-03-31, by the owner and the security architecture board".to_owned(),
        ),
        (
            "on-call",
            "https://on-call.example.com/rotations/platform-networking-primary".to_owned(),
        ),
        (
            "run-book",
            "https://docs.example.com/run-books/dns/dnssec-signing-and-key-rollover".to_owned(),
        ),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

/// Thirty-four tags, of the fifty that Organizations admits: what a landing zone and its cost
/// allocation leave on an account.
fn account_tags(number: u64) -> Tags {
    let mut account_tags = tags(number);
    for policy in 0..24 {
        account_tags.insert(
            format!("landing-zone:guardrail-{policy:02}"),
            format!(
                "enforced since 2024-03-{:02}, baseline 3.{policy}",
                policy + 1
            ),
        );
    }
    account_tags
}

fn zone_id(number: u64) -> String {
    format!("Z{number:020}")
}

fn key_arn(number: u64) -> String {
    format!(
        "arn:aws:kms:us-east-1:{}:key/00000000-0000-4000-8000-{number:012}",
        account(number)
    )
}

fn zone(number: u64, signed: bool) -> Zone {
    let name = format!("zone-{number}.workloads.production.example.com.");
    let dnskey = from_public_key(PUBLIC_KEY, &name).known().unwrap().clone();
    let ksk = Ksk {
        name: "ksk1".to_owned(),
        key: Some(Reference::Item(key_arn(number))),
        flag: Some(257),
        signing_algorithm_mnemonic: Some("ECDSAP256SHA256".to_owned()),
        signing_algorithm_type: Some(13),
        digest_algorithm_mnemonic: Some("SHA-256".to_owned()),
        digest_algorithm_type: Some(2),
        key_tag: Some(dnskey.key_tag.into()),
        ds_record: Some(format!("{} 13 2 {}", dnskey.key_tag, dnskey.digest_value)),
        digest_value: Some(dnskey.digest_value),
        dnskey_record: Some(format!("257 3 13 {}", dnskey.public_key)),
        public_key: Some(dnskey.public_key),
        status: Some("ACTIVE".to_owned()),
        status_message: None,
        created_date: Some(at(number)),
        last_modified_date: Some(at(number)),
    };
    Zone {
        id: zone_id(number),
        arn: format!("arn:aws:route53:::hostedzone/{}", zone_id(number)),
        account: account(number),
        name,
        comment: Some("Managed by the platform team; do not edit by hand".to_owned()),
        resource_record_set_count: Some(12),
        linked_service: None,
        tags: Fact::Known(tags(number)),
        delegation_set: delegation_set_unread(),
        dnssec: Fact::Known(Dnssec {
            serve_signature: Some(if signed { "SIGNING" } else { "NOT_SIGNING" }.to_owned()),
            status_message: None,
        }),
        ksks: Set::complete(signed.then_some(ksk)),
        query_logs: Set::complete([QueryLog {
            id: format!("00000000-0000-4000-9000-{number:012}"),
            cloud_watch_logs_log_group_arn: format!(
                "arn:aws:logs:us-east-1:{}:log-group:/aws/route53/zone-{number}",
                account(number)
            ),
        }]),
        declaration: None,
        collected_at: at(299),
    }
}

fn key(number: u64) -> Key {
    let account = account(number);
    let policy = serde_json::json!({
        "Version": "2012-10-17",
        "Id": "dnssec-policy",
        "Statement": [
            {
                "Sid": "AllowRoute53DnssecService",
                "Effect": "Allow",
                "Principal": {"Service": "dnssec-route53.amazonaws.com"},
                "Action": ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"],
                "Resource": "*",
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": account},
                    "ArnLike": {"aws:SourceArn": "arn:aws:route53:::hostedzone/*"}
                }
            },
            {
                "Sid": "AllowRoute53DnssecServiceToCreateGrant",
                "Effect": "Allow",
                "Principal": {"Service": "dnssec-route53.amazonaws.com"},
                "Action": "kms:CreateGrant",
                "Resource": "*",
                "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}
            },
            {
                "Sid": "EnableIAMUserPermissions",
                "Effect": "Allow",
                "Principal": {"AWS": format!("arn:aws:iam::{account}:root")},
                "Action": "kms:*",
                "Resource": "*"
            },
            {
                "Sid": "AllowKeyAdministrators",
                "Effect": "Allow",
                "Principal": {"AWS": [
                    format!("arn:aws:iam::{account}:role/KeyAdministrator"),
                    format!("arn:aws:iam::{account}:role/DnsPlatform")
                ]},
                "Action": [
                    "kms:Describe*", "kms:Get*", "kms:List*", "kms:PutKeyPolicy", "kms:EnableKey",
                    "kms:DisableKey", "kms:TagResource", "kms:UntagResource", "kms:UpdateKeyDescription",
                    "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"
                ],
                "Resource": "*"
            }
        ]
    });
    Key {
        arn: key_arn(number),
        account: Some(account),
        region: Fact::Known(Some("us-east-1".to_owned())),
        metadata: Fact::Known(Some(KeyMetadata {
            key_state: Some(
                if number.is_multiple_of(997) {
                    "Disabled"
                } else {
                    "Enabled"
                }
                .to_owned(),
            ),
            key_spec: Some("ECC_NIST_P256".to_owned()),
            key_usage: Some("SIGN_VERIFY".to_owned()),
            key_manager: Some("CUSTOMER".to_owned()),
            origin: Some("AWS_KMS".to_owned()),
            multi_region: Some(false),
            creation_date: Some(at(number)),
            deletion_date: None,
            valid_to: None,
        })),
        policy: Fact::Known(Some(policy.to_string())),
        public_key: Fact::Known(Some(PUBLIC_KEY.to_owned())),
        declaration: None,
        collected_at: at(299),
    }
}

fn alarm(number: u64, metric: &str) -> Alarm {
    let account = account(number);
    Alarm {
        arn: format!("arn:aws:cloudwatch:us-east-1:{account}:alarm:{metric}-{number}"),
        region: Fact::Known("us-east-1".to_owned()),
        name: format!("{metric}-{number}"),
        actions_enabled: Fact::Known(true),
        alarm_actions: Set::complete([Reference::External(format!(
            "arn:aws:sns:us-east-1:{account}:dns-oncall"
        ))]),
        state_value: Some("OK".to_owned()),
        state_transitioned_timestamp: Some(at(number)),
        trigger: Trigger::Metric(MetricTrigger {
            namespace: Some("AWS/Route53".to_owned()),
            metric_name: Some(metric.to_owned()),
            dimensions: [("HostedZoneId".to_owned(), zone_id(number))].into(),
            statistic: Some("Sum".to_owned()),
            period: Some(14_400),
            evaluation_periods: Some(1),
            threshold: Some(1.0),
            comparison_operator: Some("GreaterThanOrEqualToThreshold".to_owned()),
            treat_missing_data: Some("notBreaching".to_owned()),
            ..MetricTrigger::default()
        }),
        account,
        collected_at: at(299),
    }
}
