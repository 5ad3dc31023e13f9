//! The rules that ship, judged by their cases; and the catalogue, which refuses rules that say too
//! little or could judge differently each time. OPA is the other judge of every case.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::sync::LazyLock;

use serde_json::{Value as Json, json};
use support::documents::{subject_id, verdicts};
use support::peers::{Peers, repository, succeed};
use support::program::Zonewarden;
use zonewarden::evaluate::{
    Case, Catalogue, EvaluateError, Judged, Options, Rule, RuleError, inputs, judge_cases,
};
use zonewarden::inventory::snapshot::SnapshotFile;
use zonewarden_reports::Outcome;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::shipped().unwrap());

static SAMPLES: LazyLock<BTreeMap<&str, Json>> = LazyLock::new(|| {
    zonewarden_policies::samples()
        .iter()
        .map(|&(scope, text)| (scope, serde_saphyr::from_str(text).unwrap()))
        .collect()
});

/// The shipped cases of a rule.
fn cases_of(rule: &Rule) -> Vec<Case> {
    let shipped = zonewarden_policies::rules();
    let files = shipped
        .iter()
        .find(|file| file.id == rule.id)
        .unwrap()
        .cases;
    files
        .iter()
        .flat_map(|(path, text)| {
            serde_saphyr::from_str::<Vec<Case>>(text)
                .unwrap_or_else(|error| panic!("{path}: {error}"))
        })
        .collect()
}

/// Every shipped case and its knock-outs, by rule, judged once for all tests.
static JUDGED: LazyLock<BTreeMap<&str, Vec<Judged>>> = LazyLock::new(|| {
    let mut judged = BTreeMap::new();
    let mut errors = Vec::new();
    for rule in CATALOGUE.rules() {
        match judge_cases(rule, &SAMPLES[rule.scope.as_str()], &cases_of(rule)) {
            Ok(cases) => {
                judged.insert(rule.id.as_str(), cases);
            }
            Err(of_rule) => errors.extend(of_rule.iter().map(ToString::to_string)),
        }
    }
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    judged
});

#[test]
fn every_case_and_every_knock_out_is_judged_as_it_should_be() {
    let judged: BTreeSet<&str> = JUDGED.keys().copied().collect();
    let shipped = zonewarden_policies::rules().iter().map(|rule| rule.id);
    assert_eq!(judged, shipped.collect());
    assert!(JUDGED.values().all(|cases| !cases.is_empty()));
}

#[test]
fn every_rule_has_a_case_of_each_outcome_that_it_can_have() {
    for rule in CATALOGUE.rules() {
        let mut possible = BTreeSet::from([Outcome::Fail.as_str(), Outcome::Pass.as_str()]);
        if !(rule.needs.is_empty() && rule.needs_to_pass.is_empty()) {
            possible.insert(Outcome::Unknown.as_str());
        }
        if rule
            .text
            .lines()
            .any(|line| line.starts_with("not_applicable"))
        {
            possible.insert(Outcome::NotApplicable.as_str());
        }
        let shown: BTreeSet<&str> = JUDGED[rule.id.as_str()]
            .iter()
            .map(|case| case.outcome.as_str())
            .collect();
        assert_eq!(shown, possible, "{}", rule.id);
    }
}

#[test]
fn a_fact_that_changes_a_pass_and_is_not_declared_is_an_error() {
    let shipped = CATALOGUE.rule("zone-signed").unwrap();
    let text = shipped.text.replace("needs: [zone.dnssec]", "needs: []");
    assert_ne!(text, shipped.text);
    let catalogue = Catalogue::read([("zone-signed/rule.rego", text.as_str())]).unwrap();
    let rule = catalogue.rule("zone-signed").unwrap();
    let errors = judge_cases(rule, &SAMPLES["zone"], &cases_of(rule)).unwrap_err();
    assert!(
        errors.iter().any(|error| error
            .problem
            .contains("without zone.dnssec, fail becomes pass")),
        "{errors:?}"
    );
}

#[test]
fn a_case_that_expects_another_verdict_is_an_error() {
    let rule = CATALOGUE.rule("query-logging").unwrap();
    let case: Case = serde_json::from_value(json!({
        "name": "no configuration",
        "set": {"zone.query_logs": []},
        "expect": "pass",
    }))
    .unwrap();
    let errors = judge_cases(rule, &SAMPLES["zone"], &[case]).unwrap_err();
    assert_eq!(
        errors[0].to_string(),
        "query-logging, case \"no configuration\": expected pass, and the rule says fail"
    );
}

#[test]
fn opa_judges_every_case_and_every_knock_out_the_same() {
    let Some(peers) = Peers::find() else { return };
    let mut documents = tempfile::NamedTempFile::new().unwrap();
    let mut expected: Vec<(&str, Outcome, String)> = Vec::new();
    for (&rule, cases) in &*JUDGED {
        for case in cases {
            let whole = (&case.input, case.outcome, case.case.clone());
            let lost = case.knock_outs.iter().map(|lost| {
                let name = format!("{} without {}", case.case, lost.path);
                (&lost.input, lost.outcome, name)
            });
            for (input, outcome, name) in std::iter::once(whole).chain(lost) {
                writeln!(documents, "{}", json!({"rule": rule, "input": input})).unwrap();
                expected.push((rule, outcome, name));
            }
        }
    }
    let verdicts = verdicts(&peers, documents.path());
    assert_eq!(verdicts.len(), expected.len());
    let mut alike: BTreeMap<&str, usize> = BTreeMap::new();
    let mut differing = Vec::new();
    for (at, (verdict, (rule, outcome, name))) in verdicts.iter().zip(&expected).enumerate() {
        assert_eq!((verdict.document, verdict.rule.as_str()), (at, *rule));
        match verdict.outcome == outcome.as_str() {
            true => *alike.entry(rule).or_default() += 1,
            false => differing.push(format!("{rule}: {name}: {}", verdict.outcome)),
        }
    }
    assert_tells(&table(&alike), "policies/RULES.md");
    assert!(differing.is_empty(), "{differing:#?}");
}

/// The rules, their cases by outcome, and how many verdicts of OPA are alike.
fn table(alike: &BTreeMap<&str, usize>) -> String {
    let mut table = String::from(
        "# The rules, their cases, and OPA\n\n\
         Made by `UPDATE_EXPECTED=1 cargo test -p zonewarden --test rules opa_judges_every_case`, and held current by\n\
         the same test. `alike` counts the cases and knock-outs that OPA judges as the scanner does.\n\n\
         | rule | severity | scope | judges | pass | fail | unknown | not applicable | knock-outs | alike |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for rule in CATALOGUE.rules() {
        let cases = &JUDGED[rule.id.as_str()];
        let count = |outcome| cases.iter().filter(|case| case.outcome == outcome).count();
        let knock_outs: usize = cases.iter().map(|case| case.knock_outs.len()).sum();
        let folder = Path::new(&rule.path).parent().unwrap().display();
        let judges = serde_json::to_value(&rule.judges).unwrap();
        let judges: Vec<&str> = (judges.as_array().unwrap().iter())
            .map(|judges| judges.as_str().unwrap())
            .collect();
        table += &format!(
            "| [{id}]({folder}) | {} | {} | {} | {} | {} | {} | {} | {knock_outs} | {} of {} |\n",
            rule.severity.as_str(),
            rule.scope.as_str(),
            judges.join(", "),
            count(Outcome::Pass),
            count(Outcome::Fail),
            count(Outcome::Unknown),
            count(Outcome::NotApplicable),
            alike.get(rule.id.as_str()).unwrap_or(&0),
            cases.len() + knock_outs,
            id = rule.id,
        );
    }
    table
}

/// Asserts that a file of the repository holds this; rewrites it where `UPDATE_EXPECTED` is set.
#[track_caller]
fn assert_tells(text: &str, file: &str) {
    let path = repository().join(file);
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let held = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        held == text,
        "{file} is out of date; run the test with UPDATE_EXPECTED=1"
    );
}

#[test]
fn opa_judges_a_whole_organisation_the_same() {
    let Some(peers) = Peers::find() else { return };
    let demo = Zonewarden::new([
        "demo",
        "--snapshot=snapshot.jsonl",
        "--output=json",
        "--with-passes",
    ])
    .run()
    .ended_with(1);
    let judged: BTreeMap<(String, String), Outcome> = demo
        .report()
        .results
        .into_iter()
        .map(|result| ((result.rule.to_string(), result.subject.id), result.outcome))
        .collect();

    let mut documents = tempfile::NamedTempFile::new().unwrap();
    let mut subjects = Vec::new();
    let snapshot = SnapshotFile::open(&demo.path("snapshot.jsonl")).unwrap();
    inputs(&snapshot, &Options::default(), |scope, input| {
        let document = json!({"scope": scope.as_str(), "input": input});
        writeln!(documents, "{document}").unwrap();
        subjects.push(subject_id(scope, &input));
        Ok::<(), EvaluateError>(())
    })
    .unwrap();
    let judged_by_opa: BTreeMap<(String, String), Outcome> = verdicts(&peers, documents.path())
        .into_iter()
        .map(|verdict| {
            let outcome = serde_json::from_value(json!(verdict.outcome)).unwrap();
            ((verdict.rule, subjects[verdict.document].clone()), outcome)
        })
        .collect();
    assert!(judged.len() > 400, "{}", judged.len());
    for (verdict, outcome) in &judged {
        assert_eq!(judged_by_opa.get(verdict), Some(outcome), "{verdict:?}");
    }
}

#[test]
fn opa_finds_every_case_as_it_is_written_and_the_same_facts_to_knock_out() {
    let Some(peers) = Peers::find() else { return };
    let told = succeed(peers.python("opa").arg("judge.py"));
    let of_opa: BTreeMap<&str, &str> = str::from_utf8(&told)
        .unwrap()
        .lines()
        .filter_map(|line| {
            let (rule, told) = line.split_once(": ")?;
            Some((rule, told.split_once("; ")?.1))
        })
        .collect();
    for (&rule, cases) in &*JUDGED {
        let knock_outs: usize = cases.iter().map(|case| case.knock_outs.len()).sum();
        let told = format!("{knock_outs} knock-outs; 0 disagreements");
        assert_eq!(of_opa.get(rule).copied(), Some(told.as_str()), "{rule}");
    }
}

/// A rule with nothing wrong, from which each broken one is made.
const SOUND: &str = r#"# METADATA
# title: The zone has a comment
# description: It is an example. It has two sentences.
# custom:
#   id: zone-commented
#   severity: low
#   scope: zone
#   judges: [live]
#   needs: []
#   params:
#     words:
#       type: integer
#       default: 1
#       description: How many words the comment must have.
#   controls: {}
#   remediation: Write a comment.
package zonewarden.zone_commented

import rego.v1

deny contains {"msg": "no comment"} if {
	input.zone.comment == null
}
"#;

const PATH: &str = "hygiene/zone-commented/rule.rego";

/// What is said of the sound rule with a part of it replaced.
fn refusal(part: &str, replacement: &str) -> RuleError {
    assert!(SOUND.contains(part), "{part}");
    let broken = SOUND.replace(part, replacement);
    match Catalogue::read([(PATH, broken.as_str())]) {
        Err(error) => error,
        Ok(catalogue) => {
            let rule = &catalogue.rules()[0];
            let mut errors = judge_cases(rule, &SAMPLES["zone"], &[]).unwrap_err();
            let told = errors.remove(0).problem;
            let (place, problem) = told.split_once(": ").unwrap();
            let (path, line) = place.rsplit_once(':').unwrap();
            RuleError {
                path: path.to_owned(),
                line: line.parse().unwrap(),
                problem: problem.to_owned(),
            }
        }
    }
}

/// The line, from 1, on which a text stands in the sound rule.
fn line_of(text: &str) -> u64 {
    let before = SOUND.split_once(text).unwrap().0;
    before.matches('\n').count() as u64 + 1
}

#[test]
fn the_sound_rule_is_read_and_judges() {
    let catalogue = Catalogue::read([(PATH, SOUND)]).unwrap();
    let case: Case = serde_json::from_value(json!({
        "name": "no comment", "set": {"zone.comment": null}, "expect": "fail",
    }))
    .unwrap();
    let judged = judge_cases(&catalogue.rules()[0], &SAMPLES["zone"], &[case]).unwrap();
    assert_eq!(judged[0].outcome, Outcome::Fail);
}

/// Conditions by which a rule may be decided early, what the zone is like, and what they mean there.
const CONDITIONS: [(&str, &str, &str); 27] = [
    (
        "DENY if input.zone.comment == \"a\"",
        r#"{"zone.comment": "a"}"#,
        "fail",
    ),
    (
        "DENY if input.zone.comment == \"a\"",
        r#"{"zone.comment": "b"}"#,
        "pass",
    ),
    (
        "DENY if input.zone.comment != \"a\"",
        r#"{"zone.comment": "b"}"#,
        "fail",
    ),
    (
        "DENY if input.zone.comment != \"a\"",
        r#"{"zone.comment": "a"}"#,
        "pass",
    ),
    ("DENY if input.zone.nothing != 1", "{}", "pass"),
    ("DENY if not input.zone.nothing == 1", "{}", "fail"),
    (
        "DENY if not input.zone.comment == \"a\"",
        r#"{"zone.comment": "a"}"#,
        "pass",
    ),
    (
        "DENY if not input.zone.comment != \"a\"",
        r#"{"zone.comment": "a"}"#,
        "fail",
    ),
    (
        "DENY if input.zone.comment == input.zone.id",
        r#"{"zone.comment": "a", "zone.id": "a"}"#,
        "fail",
    ),
    (
        "DENY if input.zone.comment == input.zone.id",
        r#"{"zone.comment": "a", "zone.id": "b"}"#,
        "pass",
    ),
    (
        "DENY if input.zone.comment in {\"a\", \"b\"}",
        r#"{"zone.comment": "b"}"#,
        "fail",
    ),
    (
        "DENY if input.zone.comment in {\"a\", \"b\"}",
        r#"{"zone.comment": "c"}"#,
        "pass",
    ),
    (
        "DENY if not input.zone.comment in [\"a\", \"b\"]",
        r#"{"zone.comment": "c"}"#,
        "fail",
    ),
    (
        "DENY if not \"a\" in input.zone.comment",
        r#"{"zone.comment": "a"}"#,
        "fail",
    ),
    (
        "DENY if \"a\" in input.zone.linked_service",
        r#"{"zone.linked_service": {"service_principal": "a", "description": "b"}}"#,
        "fail",
    ),
    (
        "DENY if input.zone.comment == \"a\"\n\nDENY if input.zone.comment == \"b\"",
        r#"{"zone.comment": "b"}"#,
        "fail",
    ),
    (
        "DENY if {\n\tsome part in input.zone.linked_service\n\tpart == \"b\"\n}",
        r#"{"zone.linked_service": {"service_principal": "a", "description": "b"}}"#,
        "fail",
    ),
    (
        "DENY if {\n\tsome part in input.zone.linked_service\n\tpart == \"c\"\n}",
        r#"{"zone.linked_service": {"service_principal": "a", "description": "b"}}"#,
        "pass",
    ),
    (
        "DENY if {\n\tsome name, part in input.zone.linked_service\n\tname == \"description\"\n\tpart == \"b\"\n}",
        r#"{"zone.linked_service": {"service_principal": "a", "description": "b"}}"#,
        "fail",
    ),
    (
        "DENY if {\n\tevery part in input.zone.linked_service { part == \"a\" }\n}",
        r#"{"zone.linked_service": {"service_principal": "a", "description": "a"}}"#,
        "fail",
    ),
    (
        "DENY if {\n\tevery part in input.zone.linked_service { part == \"a\" }\n}",
        r#"{"zone.linked_service": {"service_principal": "a", "description": "b"}}"#,
        "pass",
    ),
    (
        "DENY if false\n\nnot_applicable if input.zone.comment == \"a\"",
        r#"{"zone.comment": "a"}"#,
        "not_applicable",
    ),
    (
        "DENY if false\n\nnot_applicable if input.zone.comment == \"a\"",
        r#"{"zone.comment": "b"}"#,
        "pass",
    ),
    (
        "DENY if false\n\nnot_applicable if input.zone.comment == \"a\"\n\nnot_applicable if input.zone.id == \"b\"",
        r#"{"zone.id": "b"}"#,
        "not_applicable",
    ),
    (
        "DENY if false\n\nnot_applicable if {\n\tinput.zone.comment == \"a\"\n} else if {\n\tinput.zone.comment == \"b\"\n}",
        r#"{"zone.comment": "b"}"#,
        "not_applicable",
    ),
    (
        "DENY if false\n\ndefault not_applicable := true\n\nnot_applicable := false if input.zone.comment == \"a\"",
        r#"{"zone.comment": "b"}"#,
        "not_applicable",
    ),
    (
        "DENY if false\n\ndefault not_applicable := true\n\nnot_applicable := false if input.zone.comment == \"a\"",
        r#"{"zone.comment": "a"}"#,
        "pass",
    ),
];

#[test]
fn a_rule_that_is_decided_early_is_decided_alike() {
    let (head, _) = SOUND.split_once("deny contains").unwrap();
    for (conditions, set, expect) in CONDITIONS {
        let body = conditions.replace("DENY", "deny contains {\"msg\": \"found\"}");
        let text = format!("{head}{body}\n");
        let catalogue = Catalogue::read([(PATH, text.as_str())]).unwrap();
        let set: Json = serde_json::from_str(set).unwrap();
        let case = json!({"name": conditions, "set": set, "expect": expect});
        let case: Case = serde_json::from_value(case).unwrap();
        let judged = judge_cases(&catalogue.rules()[0], &SAMPLES["zone"], &[case]);
        assert!(judged.is_ok(), "{conditions} of {set}: {judged:?}");
    }
}

#[test]
fn broken_metadata_is_refused_with_file_and_line() {
    let cases: &[(&str, &str, &str, &str)] = &[
        // part, replacement, where it is said, what is said
        ("# METADATA\n", "", "", "METADATA"),
        ("severity: low", "severity: grave", "severity", "grave"),
        ("scope: zone\n", "scope: planet\n", "scope", "planet"),
        ("judges: [live]", "judges: live", "judges", ""),
        (
            "needs: []",
            "needs: [ksk.status]",
            "# METADATA",
            "ksk.status",
        ),
        ("needs: []", "needs: [\"zone..dnssec\"]", "needs", ""),
        (
            "needs: []",
            "needs: []\n#   colour: red",
            "params:",
            "colour",
        ),
        ("default: 1", "default: one", "# METADATA", "words"),
        (
            "title: The zone has a comment",
            "title: \" \"",
            "# METADATA",
            "title",
        ),
        (
            "id: zone-commented",
            "id: zone-noted",
            "package",
            "zonewarden.zone_noted",
        ),
        (
            "package zonewarden.zone_commented",
            "package zone_commented",
            "package",
            "zone_commented",
        ),
    ];
    for (part, replacement, place, said) in cases {
        let error = refusal(part, replacement);
        assert_eq!(error.path, PATH);
        let line = if place.is_empty() { 1 } else { line_of(place) };
        assert_eq!(error.line, line, "{replacement}: {error}");
        assert!(error.problem.contains(said), "{replacement}: {error}");
    }
}

#[test]
fn a_field_that_is_missing_is_named() {
    for field in [
        "title",
        "description",
        "id",
        "severity",
        "scope",
        "judges",
        "needs",
        "remediation",
    ] {
        let member = SOUND
            .lines()
            .find(|line| line.trim_start_matches(['#', ' ']).starts_with(field));
        let error = refusal(&format!("{}\n", member.unwrap()), "");
        assert_eq!(error.path, PATH);
        assert!((2..line_of("package")).contains(&error.line), "{error}");
        assert!(error.problem.contains(&format!("`{field}`")), "{error}");
    }
}

#[test]
fn two_rules_of_one_id_and_causes_that_are_no_rules_are_refused() {
    let error = Catalogue::read([(PATH, SOUND), ("other/rule.rego", SOUND)]).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "other/rule.rego:1: the id zone-commented is taken by {PATH}; give one of them another custom.id"
        )
    );
    let error = refusal("controls: {}", "controls: {}\n#   caused_by: [key-exsits]");
    assert!(error.to_string().contains("key-exsits"), "{error}");
}

#[test]
fn what_reaches_outside_the_input_is_refused_by_name_and_line() {
    let body = "input.zone.comment == null";
    for (call, name) in [
        (
            "http.send({\"method\": \"get\", \"url\": \"http://192.0.2.1\"}).status_code == 200",
            "http.send",
        ),
        ("time.now_ns() > 0", "time.now_ns"),
        ("rand.intn(\"x\", 2) == 1", "rand"),
        ("uuid.rfc4122(\"x\") != \"\"", "uuid"),
        ("opa.runtime().env", "opa.runtime"),
    ] {
        let error = refusal(body, call);
        assert_eq!(
            (error.path.as_str(), error.line),
            (PATH, line_of(body)),
            "{error}"
        );
        assert!(error.problem.starts_with(name), "{error}");
    }
}

#[test]
fn the_names_of_refused_functions_in_texts_and_comments_are_no_calls() {
    for harmless in [
        "input.zone.comment == \"time.now_ns\"",
        "input.zone.comment == null # not http.send",
        "input.zone.comment == `http.send`",
    ] {
        let text = SOUND.replace("input.zone.comment == null", harmless);
        let catalogue = Catalogue::read([(PATH, text.as_str())]).unwrap();
        judge_cases(&catalogue.rules()[0], &SAMPLES["zone"], &[]).unwrap();
    }
}

#[test]
fn rego_that_does_not_parse_is_refused_with_file_and_line() {
    let error = refusal("input.zone.comment == null", "input.zone.comment ==");
    assert_eq!(error.path, PATH);
    let line = line_of("input.zone.comment == null");
    assert!((line..=line + 1).contains(&error.line), "{error}");
}
