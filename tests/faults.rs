//! Each fault of AWS, in one account at a time: the scan ends, nothing else suffers, and what could
//! not be read is reported as unknown, with the operation and the reason.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use support::findings::{failures, with_outcome};
use support::program::{Run, Zonewarden};
use support::simulated::{HEALTHY, SPARED, STRUCK, Simulated, UNSIGNED};
use zonewarden_reports::{Outcome, Report, RuleResult};
use zonewarden_simulator::{Fault, FaultKind, Options, Organization, Statistics};

/// The operations to strike, and a rule that rests on the answer, where one does.
const OPERATIONS: [(&str, Option<&str>); 10] = [
    ("sts:AssumeRole", None),
    ("route53:ListHostedZones", Some("alarm-can-fire")),
    ("route53:GetDNSSEC", Some("zone-signed")),
    ("route53:GetHostedZone", Some("zone-delegated-here")),
    ("route53:ListResourceRecordSets", Some("ttl-within-week")),
    ("route53:ListTagsForResources", None),
    ("route53:ListQueryLoggingConfigs", Some("query-logging")),
    ("kms:DescribeKey", Some("key-enabled")),
    ("kms:GetKeyPolicy", Some("key-usable-by-route53")),
    ("cloudwatch:DescribeAlarms", Some("alarm-internal-failure")),
];

/// The slow ones first: each lasts as long as a call may, and the others run meanwhile.
const KINDS: [FaultKind; 6] = [
    FaultKind::Slow,
    FaultKind::Throttled,
    FaultKind::Error500,
    FaultKind::Dropped,
    FaultKind::Truncated,
    FaultKind::Denied,
];

/// Scans that run at once; nearly all of their time is waiting.
const AT_ONCE: usize = 16;

/// The reason that a fault leaves behind, and the code of the service, which only an answer has.
fn expected(kind: FaultKind, operation: &str) -> (&'static str, Option<&'static str>) {
    let service = operation.split(':').next().unwrap();
    match kind {
        FaultKind::Throttled if service == "kms" => ("throttled", Some("ThrottlingException")),
        FaultKind::Throttled => ("throttled", Some("Throttling")),
        FaultKind::Denied if service == "kms" => ("access_denied", Some("AccessDeniedException")),
        FaultKind::Denied => ("access_denied", Some("AccessDenied")),
        FaultKind::Error500 => (
            "service_error",
            Some(match service {
                "kms" => "KMSInternalException",
                "cloudwatch" => "InternalServiceError",
                _ => "InternalFailure",
            }),
        ),
        FaultKind::Dropped => ("network", None),
        FaultKind::Truncated => ("malformed", None),
        FaultKind::Slow => ("timeout", None),
    }
}

fn fault(kind: FaultKind, operation: &str) -> Fault {
    Fault {
        account: Some(STRUCK.to_owned()),
        operation: Some(operation.to_owned()),
        // Longer than any call may last.
        seconds: 600.0,
        ..Fault::new(kind)
    }
}

fn scan(organization: &str, faults: Vec<Fault>) -> Run {
    let options = Options {
        faults,
        dns: Some(0),
        ..Options::default()
    };
    let simulated = Simulated::start(Organization::from_toml(organization).unwrap(), options);
    let everything = ["scan", "--records=all", "--output=json", "--with-passes"];
    simulated.asked_by(everything).run()
}

/// The verdicts on what an account holds.
fn verdicts<'a>(report: &'a Report, account: &str) -> BTreeSet<(&'a str, &'a str, Outcome)> {
    report
        .results
        .iter()
        .filter(|result| result.subject.account.as_deref() == Some(account))
        .map(|result| {
            (
                result.rule.as_str(),
                result.subject.id.as_str(),
                result.outcome,
            )
        })
        .collect()
}

#[test]
fn every_fault_in_one_account_leaves_unknown_what_rests_on_it_and_nothing_else() {
    let healthy = scan(HEALTHY, Vec::new()).ended_with(0).report();
    assert!(healthy.coverage.complete);
    assert_eq!(healthy.summary.unknown, 0);

    let cases = KINDS
        .iter()
        .flat_map(|kind| OPERATIONS.map(|struck| (*kind, struck)));
    let waiting = Mutex::new(cases.collect::<Vec<_>>().into_iter());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().unwrap().next();
                    let Some((kind, (operation, rule))) = next else {
                        break;
                    };
                    check(kind, operation, rule, &healthy);
                }
            });
        }
    });
}

fn check(kind: FaultKind, operation: &str, rule: Option<&str>, healthy: &Report) {
    let case = format!("{kind:?} {operation}");
    let run = scan(HEALTHY, vec![fault(kind, operation)]);
    assert_eq!(run.code, Some(3), "{case}: {}", run.stderr);
    let report = run.report();

    let (reason, code) = expected(kind, operation);
    let gaps: Vec<_> = report
        .coverage
        .gaps
        .iter()
        .map(|gap| {
            (
                gap.account.as_deref(),
                gap.operation.as_deref(),
                gap.reason.as_str(),
                gap.code.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        gaps,
        [(Some(STRUCK), Some(operation), reason, code)],
        "{case}"
    );

    assert!(failures(&report).is_empty(), "{case}");
    assert_eq!(
        verdicts(&report, SPARED),
        verdicts(healthy, SPARED),
        "{case}"
    );
    let unknown: Vec<&RuleResult> = with_outcome(&report, Outcome::Unknown).collect();
    for result in &unknown {
        assert_eq!(
            result.subject.account.as_deref(),
            Some(STRUCK),
            "{case}: {}",
            result.rule
        );
        let why = result.unknown.as_ref().unwrap();
        assert_eq!(
            (
                why.operation.as_deref(),
                why.reason.as_str(),
                why.code.as_deref()
            ),
            (Some(operation), reason, code),
            "{case}: {}",
            result.rule
        );
    }
    let reported: BTreeSet<&str> = unknown.iter().map(|result| result.rule.as_str()).collect();
    match rule {
        Some(rule) => assert!(reported.contains(rule), "{case}: {reported:?}"),
        None => assert!(reported.is_empty(), "{case}: {reported:?}"),
    }
    let accounts = &report.coverage.accounts;
    let entered = operation != "sts:AssumeRole";
    assert_eq!(
        (accounts.read, accounts.partial, accounts.failed),
        (2, entered.into(), (!entered).into()),
        "{case}"
    );
    let zones = &report.coverage.zones;
    // Of an account whose listing failed no zone is known; alarms and record sets are read apart
    // from the zones.
    let (read, partial) = match operation {
        "sts:AssumeRole" | "route53:ListHostedZones" => (1, 0),
        "cloudwatch:DescribeAlarms" | "route53:ListResourceRecordSets" => (2, 0),
        _ => (1, 1),
    };
    assert_eq!(
        (zones.in_scope, zones.read, zones.partial, zones.failed),
        (read + partial, read, partial, 0),
        "{case}"
    );
}

#[test]
fn what_fails_beside_a_fault_fails_the_scan() {
    let organization = format!("{HEALTHY}{UNSIGNED}");
    let report = scan(
        &organization,
        vec![fault(FaultKind::Denied, "route53:GetDNSSEC")],
    )
    .ended_with(1)
    .report();
    assert!(!report.coverage.complete);
    let failed: Vec<(String, String)> = failures(&report).into_keys().collect();
    assert_eq!(
        failed,
        [("zone".to_owned(), "unsigned.example.".to_owned())]
    );
}

const HANGING: &str = "444455556666";

/// [`HEALTHY`], with one more account of so many zones, whose signing status nobody is ever told.
fn hanging(zones: u64) -> Simulated {
    let zones: String = (0..zones)
        .map(|n| format!("[[account.zone]]\nid = \"ZHANGING{n:013}\"\nname = \"z{n}.example\"\n"))
        .collect();
    let account = format!("[[account]]\nid = \"{HANGING}\"\nname = \"hanging\"\n{zones}");
    let options = Options {
        faults: vec![Fault {
            account: Some(HANGING.to_owned()),
            ..fault(FaultKind::Slow, "route53:GetDNSSEC")
        }],
        ..Options::default()
    };
    let organization = Organization::from_toml(&format!("{HEALTHY}{account}")).unwrap();
    Simulated::start(organization, options)
}

#[test]
fn an_account_that_hangs_is_given_up_before_every_zone_was_asked_for() {
    const ZONES: u64 = 80;
    let simulated = hanging(ZONES);
    let report = Zonewarden::new(["scan", "--output=json", "--fail-on=never"])
        .against(&simulated.cloud())
        .run()
        .ended_with(3)
        .report();
    // Each zone is a gap all the same, and what is asked beside is read.
    assert_eq!(report.coverage.gaps.len() as u64, ZONES);
    let lost = |gap: &zonewarden_reports::Gap| {
        (gap.operation.as_deref(), gap.reason.as_str()) == (Some("route53:GetDNSSEC"), "timeout")
    };
    assert!(report.coverage.gaps.iter().all(lost));
    let asked = simulated.statistics();
    let asked = asked.of(HANGING, "route53:GetDNSSEC").requests;
    assert!(asked < ZONES, "{asked}");
    assert!(
        report.coverage.gaps.iter().any(|gap| gap
            .detail
            .as_ref()
            .unwrap()
            .starts_with("not asked, "))
    );
}

#[test]
fn the_zones_of_an_account_are_listed_ahead_of_what_is_asked_of_each() {
    let simulated = hanging(250);
    let mut running = Zonewarden::new(["scan", "--output=json"])
        .against(&simulated.cloud())
        .start();
    let listed = |asked: &Statistics| asked.of(HANGING, "route53:ListHostedZones").requests;
    let asked = loop {
        assert!(!running.has_ended());
        let asked = simulated.statistics();
        if listed(&asked) == 3 {
            break asked;
        }
        thread::sleep(Duration::from_millis(10));
    };
    running.kill();
    // Nothing but time gets past the zones that hang: each is tried three times before.
    let asked = asked.of(HANGING, "route53:GetDNSSEC").requests;
    assert!(asked < 40, "{asked}");
}

/// One account denied and one zone of another throttled for good.
fn denied_and_throttled() -> Vec<Fault> {
    let denied = fault(FaultKind::Denied, "sts:AssumeRole");
    let throttled = Fault {
        subject: Some("ZSPARED00000000000001".to_owned()),
        operation: Some("route53:GetDNSSEC".to_owned()),
        ..Fault::new(FaultKind::Throttled)
    };
    vec![denied, throttled]
}

fn assert_names_both(report: &Report) {
    let gaps: Vec<_> = report
        .coverage
        .gaps
        .iter()
        .map(|gap| {
            (
                gap.account.as_deref().unwrap(),
                gap.operation.as_deref().unwrap(),
                gap.reason.as_str(),
            )
        })
        .collect();
    assert_eq!(
        gaps,
        [
            (STRUCK, "sts:AssumeRole", "access_denied"),
            (SPARED, "route53:GetDNSSEC", "throttled"),
        ]
    );
    let unsigned_or_not = with_outcome(report, Outcome::Unknown)
        .find(|result| result.rule == "zone-signed")
        .unwrap();
    assert_eq!(unsigned_or_not.subject.name, "spared.example.");
    let incomplete: BTreeSet<&str> = with_outcome(report, Outcome::Fail)
        .filter(|result| result.rule == "scan-complete")
        .map(|result| result.subject.account.as_deref().unwrap())
        .collect();
    assert_eq!(incomplete, BTreeSet::from([STRUCK, SPARED]));
}

#[test]
fn a_denied_account_and_a_throttled_zone_leave_a_scan_without_failures_incomplete() {
    let run = scan(HEALTHY, denied_and_throttled()).ended_with(3);
    assert_names_both(&run.report());
}

#[test]
fn a_denied_account_and_a_throttled_zone_do_not_hide_a_failure() {
    let organization = format!("{HEALTHY}{UNSIGNED}");
    let run = scan(&organization, denied_and_throttled()).ended_with(1);
    assert_names_both(&run.report());
}
