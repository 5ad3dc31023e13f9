//! What exceptions do to a report.

use jiff::civil::{Date, date};
use serde_json::{Value as Json, json};
use zonewarden::evaluate::exception::{Exception, apply};
use zonewarden::inventory::SourcePlace;
use zonewarden_reports::{Outcome, Report, Waiver};

const TODAY: Date = date(2026, 11, 22);

fn place(file: &str, from: (u32, u32), to: (u32, u32)) -> SourcePlace {
    SourcePlace {
        file: file.to_owned(),
        line: from.0,
        column: from.1,
        end_line: to.0,
        end_column: to.1,
    }
}

/// An exception on lines 10 to 20 of `dns.tf`, written on line 9.
fn exception(rules: &[&str], until: Option<Date>) -> Exception {
    Exception {
        rules: rules.iter().map(|rule| (*rule).to_owned()).collect(),
        until,
        reason: "moves away".to_owned(),
        place: place("dns.tf", (9, 1), (9, 40)),
        covers: place("dns.tf", (10, 1), (20, 2)),
    }
}

fn rule(id: &str, selected: bool) -> Json {
    json!({
        "id": id, "title": "", "description": "", "severity": "high", "scope": "zone",
        "selected": selected, "why": null, "controls": {}, "remediation": "",
        "related_resources": [],
        "counts": {"pass": 0, "fail": 3, "unknown": 0, "not_applicable": 0, "waived": 0}
    })
}

fn at(role: &str, file: &str, line: u32, column: u32) -> Json {
    json!({
        "role": role, "file": file, "line": line, "column": column,
        "end_line": line, "end_column": column + 5, "text": null
    })
}

fn result(rule: &str, outcome: &str, severity: &str, name: &str, locations: &[Json]) -> Json {
    json!({
        "rule": rule, "outcome": outcome, "severity": severity,
        "subject": {
            "kind": "zone", "id": name, "name": name, "account": null, "account_name": null,
            "ou": null, "region": null, "tags": {}, "root": "."
        },
        "key": "", "message": "is not signed", "remediation": "", "fix": [],
        "unknown": null, "cause": null, "evidence": [], "locations": locations,
        "fingerprint": name, "baseline": null, "waiver": null
    })
}

fn report(results: &[Json]) -> Report {
    let read = json!({"in_scope": 0, "read": 0, "partial": 0, "failed": 0, "skipped": 0, "not_selected": 0});
    let report = json!({
        "schema": "zonewarden.report/1",
        "tool": {"name": "zonewarden", "version": "0", "rules_digest": "sha256:"},
        "run": {
            "caller": null, "started_at": null, "finished_at": null,
            "evaluated_at": "2026-11-22T00:00:00Z", "snapshot_digest": null, "ci": null
        },
        "scope": {"mode": "source", "organization": null, "partition": null, "paths": ["."]},
        "coverage": {
            "complete": true, "accounts": read, "zones": read,
            "gaps": [], "skipped": [], "not_selected": []
        },
        "rules": [rule("zone-signed", true), rule("query-logging", true), rule("ds-present", false)],
        "results": results,
        "warnings": [],
        "summary": {
            "fail": {"critical": 0, "high": 2, "medium": 1, "low": 0, "info": 0},
            "pass": 0, "unknown": 0, "not_applicable": 0, "waived": 0, "dns": null
        }
    });
    serde_json::from_value(report).unwrap()
}

/// A failure of zone-signed with these locations.
fn failure(locations: &[Json]) -> Report {
    report(&[result("zone-signed", "fail", "high", "a.", locations)])
}

#[test]
fn a_failure_on_the_block_is_waived_and_counted_so() {
    let there = [at("primary", "dns.tf", 12, 3)];
    let elsewhere = [at("primary", "dns.tf", 30, 3)];
    let mut report = report(&[
        result("zone-signed", "fail", "high", "a.", &there),
        result("query-logging", "fail", "medium", "a.", &there),
        result("zone-signed", "fail", "high", "b.", &elsewhere),
    ]);
    let until = Some(date(2027, 1, 31));
    apply(&mut report, &[exception(&["zone-signed"], until)], TODAY);
    let told: Vec<_> = report
        .results
        .iter()
        .map(|result| {
            (
                result.rule.to_string(),
                result.subject.name.as_str(),
                result.outcome,
                result.waiver.as_deref().map(Waiver::sentence),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("zone-signed".to_owned(), "b.", Outcome::Fail, None),
            ("query-logging".to_owned(), "a.", Outcome::Fail, None),
            (
                "zone-signed".to_owned(),
                "a.",
                Outcome::Waived,
                Some("dns.tf:9: moves away (until 2027-01-31)".to_owned())
            ),
        ]
    );
    assert_eq!(report.summary.fail.high, 1);
    assert_eq!(report.summary.fail.medium, 1);
    assert_eq!(report.summary.waived, 1);
    let [signed, logging, _] = report.rules.as_slice() else {
        panic!("{:?}", report.rules);
    };
    assert_eq!((signed.counts.fail, signed.counts.waived), (2, 1));
    assert_eq!((logging.counts.fail, logging.counts.waived), (3, 0));
    assert_eq!(report.warnings, Vec::<String>::new());
}

#[test]
fn any_place_of_the_subject_counts_and_no_other() {
    let elsewhere = at("primary", "vars.tf", 1, 1);
    let cases = [
        (vec![at("primary", "dns.tf", 10, 1)], true),
        (vec![at("primary", "dns.tf", 20, 1)], true),
        (
            vec![elsewhere.clone(), at("declaration", "dns.tf", 10, 1)],
            true,
        ),
        (vec![elsewhere.clone(), at("call", "dns.tf", 15, 9)], true),
        (
            vec![elsewhere.clone(), at("related", "dns.tf", 15, 9)],
            false,
        ),
        (vec![at("primary", "dns.tf", 9, 80)], false),
        (vec![at("primary", "dns.tf", 20, 2)], false),
        (vec![at("primary", "dns.tf", 21, 1)], false),
        (vec![at("primary", "in/dns.tf", 12, 1)], false),
        (vec![], false),
    ];
    for (locations, waived) in cases {
        let mut report = failure(&locations);
        apply(&mut report, &[exception(&["zone-signed"], None)], TODAY);
        let outcome = report.results[0].outcome;
        assert_eq!(outcome == Outcome::Waived, waived, "{locations:?}");
        assert_eq!(report.warnings.is_empty(), waived, "{locations:?}");
    }
}

#[test]
fn an_exception_holds_through_its_last_day() {
    let there = [at("primary", "dns.tf", 12, 3)];
    let mut report = failure(&there);
    apply(
        &mut report,
        &[exception(&["zone-signed"], Some(TODAY))],
        TODAY,
    );
    assert_eq!(report.results[0].outcome, Outcome::Waived);

    let mut report = failure(&there);
    let ended = exception(&["zone-signed"], Some(TODAY.yesterday().unwrap()));
    apply(&mut report, std::slice::from_ref(&ended), TODAY);
    let result = &report.results[0];
    assert_eq!(result.outcome, Outcome::Fail);
    assert_eq!(result.waiver, None);
    assert_eq!(
        result.message,
        "is not signed The exception at dns.tf:9 ended on 2026-11-21."
    );
    assert_eq!(report.summary.fail.high, 2);
    assert_eq!(
        report.warnings,
        [
            "The exception at dns.tf:9 ended on 2026-11-21; mend what it was for, or give it another date."
        ]
    );

    // One that still holds is what counts.
    for other in [None, Some(TODAY)] {
        let mut report = failure(&there);
        apply(
            &mut report,
            &[exception(&["zone-signed"], other), ended.clone()],
            TODAY,
        );
        assert_eq!(report.results[0].outcome, Outcome::Waived);
        assert_eq!(report.results[0].message, "is not signed");
        assert_eq!(report.warnings.len(), 1);
    }
}

#[test]
fn an_exception_with_nothing_to_accept_is_told() {
    let there = [at("primary", "dns.tf", 12, 3)];
    let unneeded = "The exception at dns.tf:9 is for the rule zone-signed, which does not fail there; remove it.";
    let cases: [(&str, &[&str]); 5] = [
        ("fail", &[]),
        ("pass", &[unneeded]),
        ("not_applicable", &[unneeded]),
        ("unknown", &[]),
        ("waived", &[]),
    ];
    for (outcome, warnings) in cases {
        let mut report = report(&[result("zone-signed", outcome, "high", "a.", &there)]);
        apply(&mut report, &[exception(&["zone-signed"], None)], TODAY);
        assert_eq!(report.warnings, warnings, "{outcome}");
    }
    let past = Some(date(2020, 1, 1));
    let mut report = failure(&[]);
    let rules = ["zone-signed", "query-loging", "ds-present"];
    apply(&mut report, &[exception(&rules, past)], TODAY);
    let nearest = "The exception at dns.tf:9 is for the rule \"query-loging\", which there is not; did you mean \"query-logging\"?";
    assert_eq!(report.warnings, [unneeded, nearest]);
}
