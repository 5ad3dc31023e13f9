//! What waivers do to a report.

use serde_json::{Value as Json, json};
use zonewarden::evaluate::waiver::{ConcernKind, Waivers, apply};
use zonewarden_reports::{Outcome, Report};

/// A subject: kind, id, name, account and organisational unit, and root in source code.
struct Subject(
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Option<&'static str>,
);

const ZONE: Subject = Subject(
    "zone",
    "arn:aws:route53:::hostedzone/Z1",
    "www.example.com.",
    "111111111111",
    "/prod/web",
    None,
);
const KSK: Subject = Subject(
    "ksk",
    "arn:aws:route53:::hostedzone/Z1#first",
    "www.example.com. first",
    "111111111111",
    "/prod/web",
    None,
);
const KEY: Subject = Subject(
    "key",
    "arn:aws:kms:us-east-1:222222222222:key/mrk-1",
    "mrk-1",
    "222222222222",
    "/",
    None,
);
const CODE: Subject = Subject(
    "zone",
    "infra/dns:module.a.aws_route53_zone.main[\"x\"]",
    "code.example.com.",
    "",
    "",
    Some("infra/dns"),
);

fn result(rule: &str, outcome: &str, subject: &Subject) -> Json {
    let Subject(kind, id, name, account, ou, root) = subject;
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    json!({
        "rule": rule, "outcome": outcome, "severity": "high",
        "subject": {
            "kind": kind, "id": id, "name": name, "account": some(account), "account_name": null,
            "ou": some(ou), "region": null, "tags": {"env": "sandbox-1", "owner": ""}, "root": root
        },
        "key": "", "message": "It fails.", "remediation": "", "fix": [],
        "unknown": null, "cause": null, "evidence": [], "locations": [],
        "fingerprint": format!("{rule} {id}"), "baseline": null, "waiver": null
    })
}

fn gap(account: &str, operation: &str, subject: &str) -> Json {
    json!({
        "account": account, "subject": subject, "operation": operation,
        "reason": "access_denied", "code": "AccessDenied", "detail": null
    })
}

fn report(mode: &str, results: &[Json], gaps: &[Json]) -> Report {
    let read = json!({"in_scope": 0, "read": 0, "partial": 0, "failed": 0, "skipped": 0, "not_selected": 0});
    let rules: Vec<Json> = ["key-spec", "scan-complete", "zone-signed"]
        .map(|id| {
            json!({
                "id": id, "title": "", "description": "", "severity": "high", "scope": "zone",
                "selected": true, "why": null, "controls": {}, "remediation": "",
                "related_resources": [],
                "counts": {"pass": 0, "fail": 9, "unknown": 0, "not_applicable": 0, "waived": 0}
            })
        })
        .into();
    let report = json!({
        "schema": "zonewarden.report/1",
        "tool": {"name": "zonewarden", "version": "0", "rules_digest": "sha256:"},
        "run": {
            "caller": null, "started_at": null, "finished_at": null,
            "evaluated_at": "2026-06-01T00:00:00Z", "snapshot_digest": null, "ci": null
        },
        "scope": {"mode": mode, "organization": null, "partition": null, "paths": ["."]},
        "coverage": {
            "complete": gaps.is_empty(), "whole": true, "accounts": read, "zones": read,
            "gaps": gaps, "skipped": [], "not_selected": [],
            "selected": ["111111111111", "222222222222"]
        },
        "rules": rules,
        "results": results,
        "warnings": [],
        "summary": {
            "fail": {"critical": 0, "high": 9, "medium": 0, "low": 0, "info": 0},
            "pass": 0, "unknown": 0, "not_applicable": 0, "waived": 0, "dns": null
        }
    });
    serde_json::from_value(report).unwrap()
}

/// A waiver of these lines, in force for a long time.
fn waiver(id: &str, lines: &str) -> String {
    lasting(id, lines, "2026-05-01", "2026-12-31")
}

fn lasting(id: &str, lines: &str, created: &str, expires: &str) -> String {
    format!(
        "[[waiver]]\nid = \"{id}\"\nreason = \"moves away\"\nowner = \"web\"\n\
         approved_by = \"security\"\ncreated = {created}\nexpires = {expires}\n{lines}\n"
    )
}

fn waivers(text: &str) -> Waivers {
    Waivers::parse(text, "waivers.toml", 365).unwrap()
}

const SIGNED: &str = "rules = [\"zone-signed\"]";

/// Whether the failure of zone-signed on a subject is waived by a waiver with this match.
fn is_waived(subject: &Subject, criteria: &str) -> bool {
    let mode = if subject.5.is_some() {
        "source"
    } else {
        "live"
    };
    let mut report = report(mode, &[result("zone-signed", "fail", subject)], &[]);
    apply(
        &mut report,
        &waivers(&waiver("W-1", &format!("{SIGNED}\n{criteria}"))),
    );
    report.results[0].outcome == Outcome::Waived
}

#[test]
fn every_criterion_has_to_hold_and_one_entry_of_each() {
    let cases: &[(&Subject, &str, bool)] = &[
        (&ZONE, "", true),
        (&ZONE, "match.accounts = [\"111111111111\"]", true),
        (
            &ZONE,
            "match.accounts = [\"222222222222\", \"111111111111\"]",
            true,
        ),
        (&ZONE, "match.accounts = [\"222222222222\"]", false),
        (&CODE, "match.accounts = [\"222222222222\"]", false),
        (&ZONE, "match.ous = [\"/prod/web\"]", true),
        (&ZONE, "match.ous = [\"/prod\"]", true),
        (&ZONE, "match.ous = [\"/prod/\"]", true),
        (&ZONE, "match.ous = [\"/\"]", true),
        (&KEY, "match.ous = [\"/\"]", true),
        (&CODE, "match.ous = [\"/\"]", false),
        (&ZONE, "match.ous = [\"/prod/we\"]", false),
        (&ZONE, "match.ous = [\"/prod/web/a\"]", false),
        (&ZONE, "match.zone_ids = [\"Z1\"]", true),
        (&KSK, "match.zone_ids = [\"Z1\"]", true),
        (&ZONE, "match.zone_ids = [\"Z\"]", false),
        (&KEY, "match.zone_ids = [\"Z1\"]", false),
        (&ZONE, "match.zone_names = [\"www.example.com\"]", true),
        (&KSK, "match.zone_names = [\"WWW.example.com.\"]", true),
        (&ZONE, "match.zone_names = [\"*.example.com\"]", true),
        (&KSK, "match.zone_names = [\"*.example.com\"]", true),
        (&ZONE, "match.zone_names = [\"*.example.com.\"]", true),
        (&ZONE, "match.zone_names = [\"example.com\"]", false),
        (&ZONE, "match.zone_names = [\"ww?.example.com\"]", true),
        (&KSK, "match.zone_names = [\"???.*.com\"]", true),
        (&ZONE, "match.zone_names = [\"www?.example.com\"]", false),
        (&ZONE, "match.zone_names = [\"ww.example.com?\"]", false),
        (&ZONE, "match.zone_names = [\"*.www.example.com\"]", false),
        (&ZONE, "match.zone_names = [\"w*w*e*\"]", true),
        (&ZONE, "match.zone_names = [\"w*com*com\"]", false),
        (&KEY, "match.zone_names = [\"*\"]", false),
        (&ZONE, "match.tags = {env = \"sandbox-*\"}", true),
        (&ZONE, "match.tags = {env = \"sandbox\"}", false),
        (&ZONE, "match.tags = {env = \"sandbox?*\"}", true),
        (&ZONE, "match.tags = {env = \"*\", owner = \"\"}", true),
        (&ZONE, "match.tags = {env = \"*\", team = \"*\"}", false),
        (&KEY, "match.arns = [\"arn:aws:kms:*:key/mrk-1\"]", true),
        (
            &KEY,
            "match.arns = [\"arn:aws:kms:us-east-1:222222222222:key/mrk-1\"]",
            true,
        ),
        (
            &KEY,
            "match.arns = [\"arn:aws:kms:??-*:222222222222:key/mrk-?\"]",
            true,
        ),
        (&KEY, "match.arns = [\"mrk-1\"]", false),
        (
            &CODE,
            "match.addresses = ['module.a.aws_route53_zone.main[\"x\"]']",
            true,
        ),
        (
            &CODE,
            "match.addresses = ['infra/dns:module.a.aws_route53_zone.main[\"x\"]']",
            true,
        ),
        (
            &CODE,
            "match.addresses = [\"module.*.aws_route53_zone.main*\"]",
            true,
        ),
        (
            &CODE,
            "match.addresses = [\"aws_route53_zone.main\"]",
            false,
        ),
        (&ZONE, "match.addresses = [\"*\"]", false),
        (
            &ZONE,
            "match.zone_ids = [\"Z1\"]\nmatch.accounts = [\"222222222222\"]",
            false,
        ),
        (
            &ZONE,
            "match.zone_ids = [\"Z1\"]\nmatch.accounts = [\"111111111111\"]",
            true,
        ),
    ];
    for (subject, criteria, waived) in cases {
        assert_eq!(
            is_waived(subject, criteria),
            *waived,
            "{} {criteria}",
            subject.1
        );
    }
}

#[test]
fn stars_without_end_take_no_time_without_end() {
    let pattern = "*a".repeat(500) + "b";
    let name: &'static str = Box::leak("a".repeat(100_000).into_boxed_str());
    let subject = Subject("zone", "x", name, "111111111111", "/", None);
    assert!(!is_waived(
        &subject,
        &format!("match.zone_names = [\"{pattern}\"]")
    ));
}

#[test]
fn a_waived_failure_is_counted_so_and_keeps_its_waiver() {
    let results = [
        result("zone-signed", "fail", &ZONE),
        result("key-spec", "fail", &KEY),
    ];
    let mut report = report("live", &results, &[]);
    let concerns = apply(&mut report, &waivers(&waiver("W-1", SIGNED)));
    assert_eq!(concerns, []);
    let [other, waived] = report.results.as_slice() else {
        panic!("{:?}", report.results);
    };
    assert_eq!((other.outcome, &other.waiver), (Outcome::Fail, &None));
    assert_eq!(waived.outcome, Outcome::Waived);
    let waiver = waived.waiver.as_deref().unwrap();
    assert_eq!(
        waiver.sentence(),
        "W-1: moves away (owner web, approved by security, until 2026-12-31)"
    );
    assert_eq!((report.summary.fail.high, report.summary.waived), (8, 1));
    let counts = &report.rules[2].counts;
    assert_eq!((counts.fail, counts.waived), (8, 1));
    assert!(report.run.waivers_digest.unwrap().starts_with("sha256:"));
}

#[test]
fn the_waiver_that_holds_longest_counts() {
    let text = [
        lasting("short", SIGNED, "2026-05-01", "2026-07-31"),
        lasting("long", SIGNED, "2026-05-01", "2026-08-31"),
        lasting("over", SIGNED, "2026-05-01", "2026-05-31"),
        lasting("to-come", SIGNED, "2026-07-01", "2026-12-31"),
    ];
    let mut report = report("live", &[result("zone-signed", "fail", &ZONE)], &[]);
    apply(&mut report, &waivers(&text.concat()));
    assert_eq!(report.results[0].waiver.as_ref().unwrap().id, "long");
}

/// The outcome, the message and the kinds of what is said, of a failure on the first of June.
fn on_the_day(created: &str, expires: &str) -> (Outcome, String, Vec<ConcernKind>) {
    let mut report = report("live", &[result("zone-signed", "fail", &ZONE)], &[]);
    let text = lasting("W-1", SIGNED, created, expires);
    let concerns = apply(&mut report, &waivers(&text));
    let told: Vec<String> = concerns
        .iter()
        .map(|concern| concern.text.clone())
        .collect();
    assert_eq!(report.warnings, told);
    let result = &report.results[0];
    let kinds = concerns.iter().map(|concern| concern.kind).collect();
    (result.outcome, result.message.clone(), kinds)
}

#[test]
fn an_expired_waiver_is_told_where_what_it_was_for_would_be_seen() {
    let told = |mut report: Report, criteria: &str| {
        let lines = format!("{SIGNED}\n{criteria}");
        let text = lasting("W-1", &lines, "2026-01-01", "2026-05-31");
        !apply(&mut report, &waivers(&text)).is_empty()
    };
    assert!(told(report("live", &[], &[]), ""));
    let unread = gap("222222222222", "kms:GetKeyPolicy", "mrk-1");
    assert!(!told(report("live", &[], &[unread]), ""));
    assert!(!told(
        report("source", &[], &[]),
        "match.zone_ids = [\"Z1\"]"
    ));
}

#[test]
fn a_waiver_holds_from_its_first_day_through_its_last() {
    let plain = || "It fails.".to_owned();
    let cases = [
        ("2026-01-01", "2026-07-02", Outcome::Waived, plain(), vec![]),
        (
            "2026-01-01",
            "2026-07-01",
            Outcome::Waived,
            plain(),
            vec![ConcernKind::ExpiresSoon],
        ),
        (
            "2026-01-01",
            "2026-06-01",
            Outcome::Waived,
            plain(),
            vec![ConcernKind::ExpiresSoon],
        ),
        (
            "2026-01-01",
            "2026-05-31",
            Outcome::Fail,
            "It fails. The waiver W-1 expired on 2026-05-31, 1 day ago.".to_owned(),
            vec![ConcernKind::Expired],
        ),
        (
            "2026-01-01",
            "2026-05-02",
            Outcome::Fail,
            "It fails. The waiver W-1 expired on 2026-05-02, 30 days ago.".to_owned(),
            vec![ConcernKind::Expired],
        ),
        // It may be tomorrow already where it was written.
        ("2026-06-02", "2026-12-31", Outcome::Waived, plain(), vec![]),
        (
            "2026-06-03",
            "2026-12-31",
            Outcome::Fail,
            plain(),
            vec![ConcernKind::NotYet],
        ),
    ];
    for (created, expires, outcome, message, kinds) in cases {
        let judged = on_the_day(created, expires);
        assert_eq!(judged, (outcome, message, kinds), "{created} {expires}");
    }
}

/// What is said of one waiver of these lines.
fn concerns(report: &mut Report, lines: &str) -> Vec<String> {
    let text = waiver("W-1", lines);
    let concerns = apply(report, &waivers(&text)).into_iter();
    concerns.map(|concern| concern.text).collect()
}

#[test]
fn a_waiver_that_matches_nothing_is_told_where_all_of_it_was_judged() {
    let unused = ["The waiver W-1 (waivers.toml:1) matches nothing that fails; remove it."];
    let none: [&str; 0] = [];
    let empty = || report("live", &[], &[]);
    let with_gap = || {
        report(
            "live",
            &[],
            &[gap("222222222222", "kms:GetKeyPolicy", "mrk-1")],
        )
    };
    let one = "match.accounts = [\"111111111111\"]";
    let other = "match.accounts = [\"222222222222\"]";
    let elsewhere = "match.accounts = [\"333333333333\"]";
    let said = |mut report: Report, criteria: &str| {
        concerns(&mut report, &format!("{SIGNED}\n{criteria}"))
    };
    assert_eq!(said(empty(), ""), unused);
    assert_eq!(said(empty(), one), unused);
    // What could not be read may be what it is for.
    assert_eq!(said(with_gap(), ""), none);
    assert_eq!(said(with_gap(), one), unused);
    assert_eq!(said(with_gap(), other), none);
    assert_eq!(said(empty(), elsewhere), none);
    assert_eq!(said(empty(), "match.addresses = [\"a\"]"), none);
    // So may what is not known.
    assert_eq!(
        said(
            report("live", &[result("zone-signed", "unknown", &ZONE)], &[]),
            ""
        ),
        none
    );
    assert_eq!(
        said(
            report("live", &[result("zone-signed", "pass", &ZONE)], &[]),
            ""
        ),
        unused
    );
    let mut not_selected = empty();
    not_selected.rules[2].selected = false;
    assert_eq!(said(not_selected, ""), none);
    // In code, an address that all of the code does not have.
    let code = || report("source", &[], &[]);
    assert_eq!(said(code(), "match.addresses = [\"a\"]"), unused);
    assert_eq!(said(code(), "match.zone_ids = [\"Z1\"]"), none);
    let mut part = code();
    part.scope.paths = vec!["infra".to_owned()];
    assert_eq!(said(part, "match.addresses = [\"a\"]"), none);
}

#[test]
fn a_waiver_of_everything_has_to_say_so() {
    let failing = || report("live", &[result("zone-signed", "fail", &ZONE)], &[]);
    let broad = |lines: &str| -> bool {
        let mut report = failing();
        let told = concerns(&mut report, lines);
        assert_eq!(report.results[0].outcome, Outcome::Waived, "{lines}");
        told.iter()
            .any(|text| text.contains("accepts every rule on everything"))
    };
    assert!(broad("rules = [\"*\"]"));
    assert!(broad("rules = [\"zone-*\", \"key-*\", \"scan-*\"]"));
    assert!(broad("rules = [\"?*\"]\nmatch.zone_names = [\"?*\"]"));
    assert!(broad("rules = [\"*\"]\nmatch.ous = [\"/\"]"));
    assert!(broad("rules = [\"*\"]\nmatch.ous = [\"//\"]"));
    assert!(broad("rules = [\"*\"]\nmatch.zone_names = [\"a\", \"**\"]"));
    assert!(broad("rules = [\"*\"]\nmatch.arns = [\"arn:*\"]"));
    assert!(broad("rules = [\"*\"]\nmatch.arns = [\"arn:aws:*\"]"));
    assert!(!broad(
        "rules = [\"*\"]\nmatch.arns = [\"arn:aws:route53:*\"]"
    ));
    assert!(!broad("rules = [\"*\"]\nbroad = true"));
    assert!(!broad("rules = [\"zone-*\"]"));
    assert!(!broad(
        "rules = [\"*\"]\nmatch.accounts = [\"111111111111\"]"
    ));
    assert!(!broad(
        "rules = [\"*\"]\nmatch.zone_names = [\"*.example.com\"]"
    ));
}

#[test]
fn a_rule_that_there_is_not_is_told_with_the_nearest() {
    let mut report = report("live", &[result("zone-signed", "fail", &ZONE)], &[]);
    let told = concerns(
        &mut report,
        "rules = [\"zone-signd\", \"alarm-*\", \"zone-*\"]",
    );
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].contains("\"zone-signd\", which there is not; did you mean \"zone-signed\"?"),
        "{told:?}"
    );
    assert!(told[1].contains("\"alarm-*\""), "{told:?}");
}

const GAP: &str = "gap = {account = \"222222222222\", operation = \"sts:AssumeRole\"}";

/// What becomes of a report with these gaps under a waiver of one.
fn with_gaps(gaps: &[Json], results: &[Json], lines: &str) -> Report {
    let mut report = report("live", results, gaps);
    apply(&mut report, &waivers(&waiver("G-1", lines)));
    report
}

#[test]
fn a_run_is_complete_without_a_gap_that_is_accepted() {
    let named = || gap("222222222222", "sts:AssumeRole", "222222222222");
    let account = Subject("account", "root", "b", "222222222222", "/", None);
    let coverage = || result("scan-complete", "fail", &account);
    let accepted = with_gaps(&[named()], &[coverage()], GAP);
    assert!(accepted.coverage.complete);
    assert_eq!(accepted.coverage.gaps[0].waiver.as_ref().unwrap().id, "G-1");
    assert_eq!(accepted.results[0].outcome, Outcome::Waived);
    assert_eq!(accepted.summary.waived, 1);

    // Any other gap leaves it open, in the same account and elsewhere.
    for other in [
        gap("111111111111", "sts:AssumeRole", "111111111111"),
        gap("222222222222", "kms:GetKeyPolicy", "mrk-1"),
    ] {
        let open = with_gaps(&[named(), other.clone()], &[coverage()], GAP);
        assert!(!open.coverage.complete, "{other}");
        let is_waived = open.results[0].outcome == Outcome::Waived;
        assert_eq!(is_waived, other["account"] != "222222222222");
    }
    // With a subject, only that one.
    let one = GAP.replace('}', ", subject = \"a\"}");
    let both = [
        gap("222222222222", "sts:AssumeRole", "a"),
        gap("222222222222", "sts:AssumeRole", "b"),
    ];
    assert!(!with_gaps(&both, &[], &one).coverage.complete);
    assert!(with_gaps(&both[..1], &[], &one).coverage.complete);
    assert!(with_gaps(&both, &[], GAP).coverage.complete);
}

#[test]
fn what_is_missing_for_another_reason_leaves_a_run_incomplete() {
    let named = gap("222222222222", "sts:AssumeRole", "222222222222");
    let unknown = |fact: Json, reason: &str, operation: Json| {
        let mut unknown = result("zone-signed", "unknown", &ZONE);
        unknown["unknown"] = json!({
            "fact": fact, "reason": reason, "operation": operation, "code": null, "detail": null
        });
        with_gaps(std::slice::from_ref(&named), &[unknown], GAP)
            .coverage
            .complete
    };
    assert!(unknown(
        json!("zone.ksks"),
        "access_denied",
        json!("sts:AssumeRole")
    ));
    assert!(unknown(json!("zone.ksks"), "not_determined", Json::Null));
    assert!(!unknown(
        json!("zone.ksks"),
        "access_denied",
        json!("kms:GetKeyPolicy")
    ));
    assert!(!unknown(json!("key.policy"), "malformed", Json::Null));
    assert!(!unknown(Json::Null, "rule_error", Json::Null));
    let mut broken = report("live", &[], std::slice::from_ref(&named));
    broken.coverage.whole = false;
    apply(&mut broken, &waivers(&waiver("G-1", GAP)));
    assert!(!broken.coverage.complete);
}

#[test]
fn a_gap_is_back_when_its_waiver_has_expired() {
    let named = gap("222222222222", "sts:AssumeRole", "222222222222");
    let mut report = report("live", &[], &[named]);
    let text = lasting("G-1", GAP, "2026-01-01", "2026-05-31");
    let concerns = apply(&mut report, &waivers(&text));
    assert!(!report.coverage.complete);
    let gap = &report.coverage.gaps[0];
    assert_eq!(gap.waiver, None);
    let detail = gap.detail.as_deref().unwrap();
    assert_eq!(detail, "the waiver G-1 expired on 2026-05-31, 1 day ago");
    assert_eq!(concerns[0].kind, ConcernKind::Expired);
}
