//! What a report says of its own coverage: every gap that a verdict rests on, in whichever account;
//! zones and accounts in numbers that add up; and nothing read that was not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use support::program::{Run, Zonewarden};
use support::simulated::{CHILD, HEALTHY, SPARED, STRUCK, Simulated};
use zonewarden_reports::{Outcome, Report, RuleResult, ZoneCounts};
use zonewarden_simulator::{Fault, FaultKind, Options, Organization};

const MANAGEMENT: &str = "111122223333";
const OTHER: &str = "555566667777";

/// [`HEALTHY`], in which the struck account's zone is signed by a key of the spared account and its
/// alarms notify a topic there.
fn entangled() -> String {
    let topic = format!("arn:aws:sns:us-east-1:{SPARED}:oncall");
    HEALTHY
        .replacen(r#"key = "ksk""#, &format!(r#"key = "{SPARED}/ksk""#), 1)
        .replacen(
            r#"actions = ["oncall"]"#,
            &format!(r#"actions = ["{topic}"]"#),
            1,
        )
}

/// An account with one signed zone, whose KSK stands on a key of the struck account.
fn sharing() -> String {
    format!(
        r#"
[[account]]
id = "{OTHER}"
name = "sharing"

  [[account.zone]]
  id = "ZSHARING0000000000001"
  name = "sharing.example"
  ksk = [{{ key = "{STRUCK}/ksk", created = "-30d" }}]
"#
    )
}

fn denied(account: &str, operation: &str) -> Fault {
    Fault {
        account: Some(account.to_owned()),
        operation: Some(operation.to_owned()),
        ..Fault::new(FaultKind::Denied)
    }
}

fn command(arguments: &[&str]) -> Zonewarden {
    let always = ["--output=json", "--with-passes", "--fail-on=never"];
    Zonewarden::new(["scan"].iter().chain(arguments).chain(&always))
}

fn scan(organization: &str, faults: Vec<Fault>, arguments: &[&str]) -> Run {
    let options = Options {
        faults,
        ..Options::default()
    };
    let simulated = Simulated::start(Organization::from_toml(organization).unwrap(), options);
    command(arguments).against(&simulated.cloud()).run()
}

/// Account and operation of each gap.
fn gaps(report: &Report) -> Vec<(&str, &str)> {
    let gaps = report.coverage.gaps.iter();
    gaps.map(|gap| {
        (
            gap.account.as_deref().unwrap(),
            gap.operation.as_deref().unwrap_or_default(),
        )
    })
    .collect()
}

/// The one result of a rule on the subject whose id contains `subject`.
fn result<'a>(report: &'a Report, rule: &str, subject: &str) -> &'a RuleResult {
    let mut results = report
        .results
        .iter()
        .filter(|result| result.rule == rule && result.subject.id.contains(subject));
    let result = results.next().unwrap();
    assert!(results.next().is_none());
    result
}

#[test]
fn a_gap_of_an_account_that_is_not_selected_counts_where_a_verdict_rests_on_it() {
    let selected = format!("--accounts={STRUCK}");
    let whole = scan(&entangled(), Vec::new(), &[&selected]).ended_with(0);
    assert!(whole.report().coverage.complete);
    for operation in [
        "kms:GetKeyPolicy",
        "sns:GetTopicAttributes",
        "route53:ListHostedZones",
        "sts:AssumeRole",
    ] {
        let faults = vec![denied(SPARED, operation)];
        let report = scan(&entangled(), faults, &[&selected])
            .ended_with(3)
            .report();
        assert_eq!(gaps(&report), [(SPARED, operation)]);
        assert!(!report.coverage.complete, "{operation}");
        assert!(report.warnings.is_empty(), "{:?}", report.warnings);
    }
}

#[test]
fn a_gap_of_an_account_that_is_not_selected_is_a_warning_where_no_verdict_rests_on_it() {
    let selected = format!("--accounts={STRUCK}");
    let faults = vec![denied(SPARED, "cloudwatch:DescribeAlarms")];
    let report = scan(HEALTHY, faults, &[&selected]).ended_with(0).report();
    assert!(report.coverage.complete);
    assert!(gaps(&report).is_empty());
    let [warning] = report.warnings.as_slice() else {
        panic!("{:?}", report.warnings)
    };
    assert!(warning.contains(SPARED), "{warning}");
}

#[test]
fn the_zones_of_a_key_are_those_of_the_accounts_read_and_the_finding_says_how_many() {
    let organization = format!("{HEALTHY}{}", sharing());
    let key = format!("{STRUCK}:key/");
    let shared = |faults: Vec<Fault>| {
        let report = scan(&organization, faults, &[]).report();
        let result = result(&report, "ksk-key-not-shared", &key);
        (result.outcome, result.message.clone())
    };
    let (outcome, message) = shared(Vec::new());
    assert_eq!(outcome, Outcome::Fail);
    assert!(message.contains("found in 4 of 4 accounts"), "{message}");
    let (outcome, message) = shared(vec![denied(SPARED, "sts:AssumeRole")]);
    assert_eq!(outcome, Outcome::Fail);
    assert!(message.contains("found in 3 of 4 accounts"), "{message}");
    // Any account may hold another zone of the key; scan-complete tells of those not read.
    let (outcome, _) = shared(vec![denied(OTHER, "sts:AssumeRole")]);
    assert_eq!(outcome, Outcome::Pass);
}

#[test]
fn the_zones_of_a_key_are_not_known_where_those_of_its_own_account_are_not() {
    let faults = vec![denied(SPARED, "route53:GetDNSSEC")];
    let report = scan(&entangled(), faults, &[]).ended_with(3).report();
    let result = result(&report, "ksk-key-not-shared", &format!("{SPARED}:key/"));
    assert_eq!(result.outcome, Outcome::Unknown);
}

#[test]
fn several_accounts_are_counted_as_they_were_read_not_as_they_are_selected() {
    let organization = format!("{HEALTHY}{}", sharing());
    let selected = format!("--accounts={STRUCK}");
    let report = scan(&organization, Vec::new(), &[&selected]).report();
    let key = format!("{STRUCK}:key/");
    let message = &result(&report, "ksk-key-not-shared", &key).message;
    assert!(message.contains("found in 4 of 4 accounts"), "{message}");
}

#[test]
fn a_zone_of_a_suspended_account_is_not_said_to_be_missing() {
    let suspended = format!(
        r#"
  [[account.alarm]]
  name = "elsewhere"
  actions = ["oncall"]

    [[account.alarm.query]]
    id = "m1"
    account = "{OTHER}"
    namespace = "AWS/Route53"
    metric = "DNSSECInternalFailure"
    dimensions = {{ HostedZoneId = "ZELSEWHERE00000000001" }}

[[account]]
id = "{OTHER}"
name = "closed"
state = "SUSPENDED"
"#
    );
    let organization = format!("{HEALTHY}{suspended}");
    let report = scan(&organization, Vec::new(), &[]).ended_with(0).report();
    let elsewhere = result(&report, "alarm-can-fire", ":alarm:elsewhere");
    assert_eq!(elsewhere.outcome, Outcome::Unknown);
    let why = elsewhere.unknown.as_ref().unwrap();
    assert_eq!(why.reason, "not_found_in_scope");
    assert!(why.detail.as_ref().unwrap().contains("SUSPENDED"));

    // In an account that was read, it is.
    let active = organization.replace(r#"state = "SUSPENDED""#, "");
    let report = scan(&active, Vec::new(), &[]).report();
    let elsewhere = result(&report, "alarm-can-fire", ":alarm:elsewhere");
    assert_eq!(elsewhere.outcome, Outcome::Fail);
}

#[test]
fn skipped_accounts_are_those_that_are_not_active_and_others_are_not_selected() {
    let closed =
        format!("[[account]]\nid = \"{OTHER}\"\nname = \"closed\"\nstate = \"PENDING_CLOSURE\"\n");
    let selected = format!("--accounts={STRUCK},{OTHER}");
    let report = scan(&format!("{HEALTHY}{closed}"), Vec::new(), &[&selected])
        .ended_with(0)
        .report();
    let coverage = &report.coverage;
    assert_eq!(coverage.not_selected, [MANAGEMENT, SPARED]);
    let skipped: Vec<(&str, &str)> = coverage
        .skipped
        .iter()
        .map(|skipped| (skipped.account.as_str(), skipped.reason.as_str()))
        .collect();
    assert_eq!(skipped, [(OTHER, "PENDING_CLOSURE")]);
    let accounts = &coverage.accounts;
    assert_eq!(
        (
            accounts.in_scope,
            accounts.read,
            accounts.skipped,
            accounts.not_selected
        ),
        (1, 1, 1, 2)
    );
}

/// Scans an organisation in which the alarms of the struck account tell nobody.
fn watched_from(account: &str, organization: &str) -> Run {
    let organization = organization.replacen(r#"actions = ["oncall"]"#, "actions = []", 1);
    let simulated = Simulated::start(
        Organization::from_toml(&organization).unwrap(),
        Options::default(),
    );
    command(&[])
        .against(&simulated.cloud())
        .with_file(
            "zonewarden.toml",
            format!("[monitoring]\naccounts = [\"{account}\"]\n"),
        )
        .run()
}

#[test]
fn a_monitoring_account_that_was_not_read_leaves_the_alarms_unknown_and_says_what_to_do() {
    let closed =
        format!("[[account]]\nid = \"{OTHER}\"\nname = \"closed\"\nstate = \"SUSPENDED\"\n");
    let closed = format!("{HEALTHY}{closed}");
    for (account, organization) in [("999999999999", HEALTHY), (OTHER, closed.as_str())] {
        let report = watched_from(account, organization).ended_with(3).report();
        let [gap] = report.coverage.gaps.as_slice() else {
            panic!("{:?}", report.coverage.gaps)
        };
        assert_eq!(gap.account.as_deref(), Some(account));
        assert_eq!(gap.reason, "not_found_in_scope");
        let detail = gap.detail.as_ref().unwrap();
        assert!(detail.contains("zonewarden.toml"), "{detail}");
        let alarm = result(&report, "alarm-internal-failure", "ZSTRUCK");
        assert_eq!(alarm.outcome, Outcome::Unknown);
    }
    let report = watched_from(SPARED, HEALTHY).ended_with(0).report();
    let alarm = result(&report, "alarm-internal-failure", "ZSTRUCK");
    assert_eq!(alarm.outcome, Outcome::Fail);
}

#[test]
fn a_zone_whose_key_could_not_be_read_is_read_in_part() {
    for operation in ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetPublicKey"] {
        let faults = vec![denied(STRUCK, operation)];
        let report = scan(HEALTHY, faults, &[]).ended_with(3).report();
        let expected = ZoneCounts {
            in_scope: 2,
            read: 1,
            partial: 1,
            ..ZoneCounts::default()
        };
        assert_eq!(report.coverage.zones, expected, "{operation}");
    }
}

#[test]
fn a_zone_that_was_listed_and_is_not_in_the_snapshot_was_not_read() {
    let simulated = Simulated::start(
        Organization::from_toml(HEALTHY).unwrap(),
        Options::default(),
    );
    let snapshot = Zonewarden::new(["collect", "--snapshot=snapshot.jsonl"])
        .against(&simulated.cloud())
        .run()
        .text("snapshot.jsonl");
    let without: String = snapshot
        .lines()
        .filter(|line| !line.starts_with(r#"{"zone":{"id":"ZSTRUCK"#))
        .flat_map(|line| [line, "\n"])
        .collect();
    assert!(without.len() < snapshot.len());
    let report = Zonewarden::new(["evaluate", "snapshot.jsonl", "--output=json"])
        .with_file("snapshot.jsonl", without)
        .run()
        .ended_with(3)
        .report();
    let expected = ZoneCounts {
        in_scope: 2,
        read: 1,
        failed: 1,
        ..ZoneCounts::default()
    };
    assert_eq!(report.coverage.zones, expected);
    let [gap] = report.coverage.gaps.as_slice() else {
        panic!("{:?}", report.coverage.gaps)
    };
    assert_eq!(gap.account.as_deref(), Some(STRUCK));
}

#[test]
fn the_plan_says_which_requests_it_counts() {
    assert_plan_holds(HEALTHY, None);
}

#[test]
fn the_plan_counts_registered_domains() {
    let domain = |number| format!("  [[account.domain]]\n  name = \"d{number}.example\"\n\n");
    let domains: String = (0..3).map(domain).collect();
    let (first, rest) = HEALTHY.split_once("  [[account.zone]]").unwrap();
    assert_plan_holds(&format!("{first}{domains}  [[account.zone]]{rest}"), None);
}

#[test]
fn the_plan_counts_regions() {
    let regions = "regions = [\"us-east-1\", \"eu-west-1\", \"sa-east-1\"]\n";
    let (first, rest) = HEALTHY.split_once("  [[account.zone]]").unwrap();
    assert_plan_holds(&format!("{first}{regions}  [[account.zone]]{rest}"), None);
}

#[test]
fn the_plan_counts_delegation_sets_and_each_page_of_the_record_sets_of_parents() {
    // The parent has two pages: beside these the SOA, NS and DS record sets.
    let more: String = (0..300).map(record).collect();
    let struck = "name = \"struck.example\"\n";
    let (before, after) = HEALTHY.split_once(struck).unwrap();
    let (zone, rest) = after.split_once("\n\n").unwrap();
    let organization = format!("{before}{struck}{zone}\n{more}\n{rest}{CHILD}");
    assert_plan_holds(&organization, Some(0));
}

fn record(number: u64) -> String {
    format!(
        "    [[account.zone.record]]\n    name = \"r{number}\"\n    type = \"TXT\"\n    values = ['\"{number}\"']\n"
    )
}

/// Asserts that a collection asks what the plan of it said.
fn assert_plan_holds(organization: &str, dns: Option<u16>) {
    let options = Options {
        dns,
        ..Options::default()
    };
    let simulated = Simulated::start(Organization::from_toml(organization).unwrap(), options);
    let plan = simulated
        .asked_by(["collect", "--plan"])
        .run()
        .ended_with(0);
    let asked_by_plan = simulated.statistics();
    let plan = String::from_utf8(plan.stdout).unwrap();
    simulated
        .asked_by(["collect", "--snapshot=snapshot.jsonl"])
        .run()
        .ended_with(0);
    let asked = |service: &str| -> u64 {
        let before = asked_by_plan
            .iter()
            .map(|(_, operation, count)| (operation, count.requests));
        let before: u64 = before
            .filter(|(operation, _)| operation.starts_with(service))
            .map(|(_, requests)| requests)
            .sum();
        let after = simulated.statistics();
        let after: u64 = after
            .iter()
            .filter(|(_, operation, _)| operation.starts_with(service))
            .map(|(_, _, count)| count.requests)
            .sum();
        after - before
    };
    let services = [
        "sts:",
        "organizations:",
        "cloudwatch:",
        "route53domains:",
        "ec2:",
    ];
    let beside = services.map(asked);
    let beside: u64 = beside.into_iter().sum();
    let said = format!(
        "Beside them at least {beside} to STS, Organizations, CloudWatch, Route 53 Domains and EC2"
    );
    assert!(plan.contains(&said), "{beside}\n{plan}");
    assert!(
        plan.contains(&format!(
            "At most {} requests to Route 53",
            asked("route53:")
        )),
        "{plan}"
    );
}
