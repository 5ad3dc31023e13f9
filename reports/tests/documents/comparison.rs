//! A report held against an earlier one, and every document of that.

use std::collections::BTreeMap;

use serde_json::Value;
use zonewarden_reports::{
    Baseline, BaselineState, EarlierState, Format, Mode, Options, Outcome, Report, RuleResult,
    Severity, Skipped, SourceRoot, compare, printable, read, read_baseline,
};

use crate::fixture::{self, Builder, HOSTILE, PRODUCTION, unsigned, zone_result};
use crate::rendering::{assert_is_file, bytes, text};

/// A report in which both accounts were read whole.
fn report(results: Vec<Builder>) -> Report {
    let mut report = fixture::report(results);
    report.coverage.selected = vec![PRODUCTION.to_owned(), HOSTILE.to_owned()];
    report
}

fn compared(old: Report, mut new: Report) -> Report {
    compare(&mut new, &Baseline::from(old));
    new
}

fn states(report: &Report) -> BTreeMap<String, Option<BaselineState>> {
    let results = report.results.iter();
    let named = results.map(|result| (result.subject.name.clone(), result.baseline));
    named.collect()
}

/// What became of the one failure of a report, and why.
fn became(old: Vec<Builder>, new: Report) -> (EarlierState, String) {
    let new = compared(report(old), new);
    let earlier = new.baseline.unwrap().earlier;
    assert_eq!(earlier.len(), 1, "{earlier:?}");
    (earlier[0].state, earlier[0].why.clone())
}

#[test]
fn a_failure_is_new_unchanged_or_worse() {
    let old = report(vec![
        unsigned("same.example.", 1),
        unsigned("worse.example.", 2).severity(Severity::Low),
        unsigned("better.example.", 3).severity(Severity::Critical),
        unsigned("lapsed.example.", 4).waived("W-1"),
        unsigned("accepted.example.", 5),
        unsigned("known.example.", 6).outcome(Outcome::Unknown),
        unsigned("failing.example.", 7).outcome(Outcome::Unknown),
    ]);
    let new = compared(
        old,
        report(vec![
            unsigned("same.example.", 1).message("in other words"),
            unsigned("worse.example.", 2),
            unsigned("better.example.", 3),
            unsigned("lapsed.example.", 4),
            unsigned("accepted.example.", 5).waived("W-2"),
            unsigned("known.example.", 6).outcome(Outcome::Unknown),
            unsigned("failing.example.", 7),
            unsigned("new.example.", 8),
            unsigned("lost.example.", 9).outcome(Outcome::Unknown),
            unsigned("passing.example.", 10).outcome(Outcome::Pass),
        ]),
    );
    let expected = [
        ("accepted.example.", Some(BaselineState::Unchanged)),
        ("better.example.", Some(BaselineState::Unchanged)),
        ("failing.example.", Some(BaselineState::New)),
        ("known.example.", Some(BaselineState::Unchanged)),
        ("lapsed.example.", Some(BaselineState::Updated)),
        ("lost.example.", Some(BaselineState::New)),
        ("new.example.", Some(BaselineState::New)),
        ("passing.example.", None),
        ("same.example.", Some(BaselineState::Unchanged)),
        ("worse.example.", Some(BaselineState::Updated)),
    ];
    let expected = expected.map(|(name, state)| (name.to_owned(), state));
    assert_eq!(states(&new), BTreeMap::from(expected));
    let comparison = new.baseline.unwrap();
    let counts = comparison.counts;
    assert_eq!((counts.new, counts.updated, counts.unchanged), (2, 2, 2));
    assert_eq!((counts.waived, counts.unknown), (1, 1));
    assert_eq!((counts.mended, counts.not_judged), (0, 0));
    assert_eq!(comparison.earlier, []);
}

#[test]
fn a_failure_is_mended_only_where_it_was_judged_again() {
    let old = || vec![unsigned("a.example.", 1)];
    let mended = |new: Report| became(old(), new) == mended_because("the rule passes");
    let passing = || report(vec![unsigned("a.example.", 1).outcome(Outcome::Pass)]);
    assert!(mended(passing()));
    // A verdict that is there counts, whatever else could not be read.
    let mut with_gap = passing();
    with_gap.coverage.gaps = vec![fixture::gap(PRODUCTION, PRODUCTION, "a:B", "throttled")];
    assert!(mended(with_gap));

    let gone = "it passes, or is not there any more";
    assert_eq!(became(old(), report(vec![])), mended_because(gone));
    let not_applicable = report(vec![
        unsigned("a.example.", 1).outcome(Outcome::NotApplicable),
    ]);
    let why = "the rule does not apply any more";
    assert_eq!(became(old(), not_applicable), mended_because(why));
    let other = report(vec![unsigned("a.example.", 1).key("other")]);
    let why = "other things fail there, and not this";
    assert_eq!(became(old(), other), mended_because(why));
    // What was waived has been mended, too.
    let waived = vec![unsigned("a.example.", 1).waived("W-1")];
    assert_eq!(became(waived, report(vec![])), mended_because(gone));
}

fn mended_because(why: &str) -> (EarlierState, String) {
    (EarlierState::Mended, why.to_owned())
}

#[test]
fn what_was_not_read_is_not_mended() {
    let account = fixture::unsigned("a.example.", 1)
        .0
        .subject
        .account
        .unwrap();
    let not_judged = |change: &dyn Fn(&mut Report), expected: &str| {
        let mut new = report(vec![]);
        change(&mut new);
        let (state, why) = became(vec![unsigned("a.example.", 1)], new);
        assert_eq!(state, EarlierState::NotJudged, "{expected}");
        assert!(why.contains(expected), "{why}");
    };
    let gap = |account: &str| fixture::gap(account, account, "sts:AssumeRole", "access_denied");
    not_judged(&|new| new.coverage.gaps = vec![gap(&account)], "was read");
    not_judged(
        &|new| {
            let mut gap = gap(&account);
            gap.account = None;
            new.coverage.gaps = vec![gap];
        },
        "not everything was read",
    );
    not_judged(&|new| new.coverage.whole = false, "not everything was read");
    not_judged(&|new| new.coverage.selected.clear(), "was not judged");
    not_judged(
        &|new| {
            new.coverage.skipped = vec![Skipped {
                account: account.to_string(),
                reason: "SUSPENDED".to_owned(),
            }];
        },
        "is SUSPENDED",
    );
    not_judged(&|new| new.rules.clear(), "no such rule");
    not_judged(
        &|new| {
            for rule in &mut new.rules {
                rule.selected = false;
                rule.why = Some("DNS was not asked".to_owned());
            }
        },
        "DNS was not asked",
    );
    not_judged(&|new| new.scope.mode = Mode::Source, "the other source");
    let unknown = report(vec![unsigned("a.example.", 1).outcome(Outcome::Unknown)]);
    let (state, why) = became(vec![unsigned("a.example.", 1)], unknown);
    assert_eq!(state, EarlierState::NotJudged);
    assert_eq!(why, "the verdict is not known");

    // A gap elsewhere hides no zone of this account; it may hide who uses a key.
    let mut elsewhere = report(vec![]);
    elsewhere.coverage.gaps = vec![gap("999999999999")];
    let zone = vec![unsigned("a.example.", 1)];
    assert_eq!(became(zone, elsewhere.clone()).0, EarlierState::Mended);
    let mut key = unsigned("a.example.", 1);
    key.0.subject.kind = "key".into();
    assert_eq!(became(vec![key], elsewhere).0, EarlierState::NotJudged);
}

#[test]
fn in_source_a_root_that_was_read_whole_decides() {
    let old = fixture::source();
    let failing = |result: &&RuleResult| result.outcome == Outcome::Fail;
    let root = (old.results.iter().find(failing).unwrap().subject.root)
        .clone()
        .unwrap();
    let emptied = || {
        let mut new = old.clone();
        new.results.clear();
        new.coverage.gaps.clear();
        new.coverage.complete = true;
        let source = new.coverage.source.as_mut().unwrap();
        source.roots = vec![SourceRoot {
            path: root.clone(),
            kind: zonewarden_reports::RootKind::Terraform,
            whole: true,
        }];
        source.libraries.clear();
        new
    };
    let of_root = |new: Report| -> Vec<EarlierState> {
        let earlier = compared(old.clone(), new).baseline.unwrap().earlier;
        let of_root = earlier
            .iter()
            .filter(|earlier| earlier.result.subject.root.as_deref() == Some(root.as_str()));
        let mut states: Vec<_> = of_root.map(|earlier| earlier.state).collect();
        states.dedup();
        states
    };
    assert_eq!(of_root(emptied()), [EarlierState::Mended]);
    let mut part = emptied();
    part.coverage.source.as_mut().unwrap().roots[0].whole = false;
    assert_eq!(of_root(part), [EarlierState::NotJudged]);
    let mut gone = emptied();
    gone.coverage.source.as_mut().unwrap().roots.clear();
    assert_eq!(of_root(gone.clone()), [EarlierState::Mended]);
    gone.scope.paths = vec!["elsewhere".to_owned()];
    assert_eq!(of_root(gone), [EarlierState::NotJudged]);
    let mut library = emptied();
    library.coverage.source.as_mut().unwrap().libraries = vec![root.clone()];
    assert_eq!(of_root(library), [EarlierState::NotJudged]);
}

/// A report with something of every state.
fn changed() -> Report {
    let mut old = report(vec![
        unsigned("same.example.", 1),
        unsigned("mended.example.", 2),
        unsigned("waived-and-mended.example.", 3).waived("W-1"),
        zone_result("ds-without-signing", "-unseen.example.", 4).message("=1+1"),
        unsigned("lapsed.example.", 5).waived("W-2"),
    ]);
    old.rules.retain(|rule| rule.id != "gone");
    let mut new = report(vec![
        unsigned("same.example.", 1),
        unsigned("lapsed.example.", 5),
        unsigned("new.example.", 6),
        unsigned("accepted.example.", 7).waived("W-3"),
        unsigned("lost.example.", 8).outcome(Outcome::Unknown),
    ]);
    for rule in &mut new.rules {
        if rule.id == "ds-without-signing" {
            rule.selected = false;
            rule.why = Some("DNS was not asked".to_owned());
        }
    }
    let mut baseline = Baseline::from(old);
    baseline.digest = Some(format!("sha256:{}", "b2".repeat(32)));
    compare(&mut new, &baseline);
    new
}

const CLOSED: Options = Options {
    with_passes: false,
    with_closed: true,
    changes_only: false,
    colour: false,
    width: 80,
    sarif_anchor: None,
};

#[test]
fn every_document_is_as_expected() {
    let report = changed();
    for (format, name) in [
        (Format::Table, "changes.txt"),
        (Format::Csv, "changes.csv"),
        (Format::GitHub, "changes.github"),
        (Format::Sarif, "changes.sarif"),
    ] {
        let options = match format {
            Format::Sarif => CLOSED,
            _ => Options::default(),
        };
        let document = text(&report, format, &options);
        assert_is_file(&document, &format!("tests/expected/{name}"));
    }
    let changes = Options {
        changes_only: true,
        ..Options::default()
    };
    let document = text(&report, Format::Table, &changes);
    assert_is_file(&document, "tests/expected/changes-only.txt");
    let json = bytes(&report, Format::Json, &Options::default());
    assert_eq!(read(json.as_slice()).unwrap(), report);
}

fn sarif(options: &Options) -> Value {
    let log: Value = serde_json::from_slice(&bytes(&changed(), Format::Sarif, options)).unwrap();
    log["runs"][0].clone()
}

#[test]
fn sarif_has_what_is_absent_only_where_asked_for() {
    let states = |options: &Options| -> Vec<(String, String)> {
        let run = sarif(options);
        let results = run["results"].as_array().unwrap().iter().map(|result| {
            let name = &result["locations"][0]["logicalLocations"][0]["name"];
            let state = result["baselineState"].as_str().unwrap();
            (name.as_str().unwrap().to_owned(), state.to_owned())
        });
        let mut states: Vec<_> = results.collect();
        states.sort();
        states
    };
    let named = |states: &[(&str, &str)]| -> Vec<(String, String)> {
        let states = states.iter();
        states
            .map(|(name, state)| ((*name).to_owned(), (*state).to_owned()))
            .collect()
    };
    let open = [
        ("lapsed.example.", "updated"),
        ("new.example.", "new"),
        ("same.example.", "unchanged"),
    ];
    assert_eq!(states(&Options::default()), named(&open));
    let all = [
        ("accepted.example.", "new"),
        ("lapsed.example.", "updated"),
        ("mended.example.", "absent"),
        ("new.example.", "new"),
        ("same.example.", "unchanged"),
        ("waived-and-mended.example.", "absent"),
    ];
    assert_eq!(states(&CLOSED), named(&all));
    let kinds = |options: &Options| -> Vec<String> {
        let run = sarif(options);
        let all = &run["invocations"][0]["toolExecutionNotifications"];
        let ids = all.as_array().unwrap().iter().map(|notification| {
            notification["descriptor"]["id"]
                .as_str()
                .unwrap()
                .to_owned()
        });
        ids.filter(|id| ["waived", "not-judged"].contains(&id.as_str()))
            .collect()
    };
    assert_eq!(kinds(&Options::default()), ["waived", "not-judged"]);
    assert_eq!(kinds(&CLOSED), ["not-judged"]);
}

#[test]
fn sarif_tells_as_much_as_json_of_what_was_found() {
    let identity = |result: &RuleResult| {
        (
            result.rule.to_string(),
            result.outcome,
            result.severity,
            result.fingerprint.clone(),
            printable(&result.subject.id).into_owned(),
            result.subject.account.clone(),
            result.subject.root.clone(),
        )
    };
    for report in [changed(), fixture::organization(), fixture::source()] {
        let json = bytes(&report, Format::Json, &Options::default());
        let of_json = read_baseline(json.as_slice()).unwrap();
        let sarif = bytes(&report, Format::Sarif, &CLOSED);
        let of_sarif = read_baseline(sarif.as_slice()).unwrap();
        assert_ne!(of_json.digest, of_sarif.digest);
        assert_eq!(of_json.evaluated_at, of_sarif.evaluated_at);
        assert_eq!(of_json.mode, of_sarif.mode);
        let failures = |baseline: &Baseline| -> Vec<_> {
            let results = baseline.results.iter();
            let failures = results.filter(|result| result.outcome != Outcome::Unknown);
            let mut failures: Vec<_> = failures.map(identity).collect();
            failures.sort();
            failures
        };
        assert_eq!(failures(&of_json), failures(&of_sarif));
        // Both come to the same.
        let mut against_json = report.clone();
        compare(&mut against_json, &of_json);
        let mut against_sarif = report.clone();
        compare(&mut against_sarif, &of_sarif);
        let counts = |report: &Report| report.baseline.as_ref().unwrap().counts;
        assert_eq!(counts(&against_json), counts(&against_sarif));
        assert_eq!(counts(&against_json).new, 0);
    }
}

#[test]
fn a_baseline_that_leaves_something_out_says_so() {
    let report = fixture::unsigned_zones(25_001);
    let sarif = bytes(&report, Format::Sarif, &Options::default());
    let baseline = read_baseline(sarif.as_slice()).unwrap();
    assert_eq!(baseline.left_out, 1);
    let mut again = report;
    compare(&mut again, &baseline);
    assert_eq!(again.baseline.unwrap().counts.new, 1);
    assert_eq!(again.warnings.len(), 1, "{:?}", again.warnings);
}

#[test]
fn what_is_no_report_is_no_baseline() {
    for document in [
        "",
        "[]",
        "{}",
        r#"{"runs": []}"#,
        r#"{"runs": [{"tool": {"driver": {"name": "other"}}}]}"#,
        r#"{"runs": 3}"#,
        r#"{"schema": "zonewarden.report/2"}"#,
        r#"{"schema": "zonewarden.report/1", "runs": []}"#,
    ] {
        assert!(read_baseline(document.as_bytes()).is_err(), "{document}");
    }
}
