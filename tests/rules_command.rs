//! `zonewarden rules`: a rule is begun, tested, listed and explained.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use quick_junit::TestCaseStatus;
use serde_json::Value as Json;
use support::peers::{Peers, repository, succeed};
use support::program::{Run, Zonewarden};
use tempfile::TempDir;
use zonewarden::evaluate::Scope;
use zonewarden_reports::Outcome;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// `zonewarden rules test` over a folder; what it says has paths from there.
fn testing(folder: &Path, arguments: &[&str]) -> (Run, String) {
    let run = Zonewarden::new(["rules", "test"])
        .with_arguments([folder])
        .with_arguments(arguments)
        .run();
    let shown = format!("{}/", folder.display());
    let said = String::from_utf8(run.stdout.clone()).unwrap();
    let said = said.replace(&shown, "");
    (run, said)
}

/// Begins a rule of each scope below a folder.
fn begin_rules(folder: &Path) {
    for scope in Scope::ALL {
        let scope = scope.as_str();
        let run = Zonewarden::new(["rules", "new"])
            .with_arguments([format!("own-{scope}"), format!("--scope={scope}")])
            .with_arguments([format!("--folder={}", folder.join("own").display())])
            .run()
            .ended_with(0);
        let said = String::from_utf8(run.stdout).unwrap();
        assert!(said.contains(&format!("own-{scope}/rule.rego")), "{said}");
    }
}

#[test]
fn what_is_begun_passes_its_tests_in_which_each_outcome_is_and_judges() {
    let policies = tempfile::tempdir().unwrap();
    begin_rules(policies.path());
    let (run, said) = testing(policies.path(), &["--coverage"]);
    let run = run.ended_with(0);
    let tests = Scope::ALL.len() * 4;
    assert!(
        said.starts_with(&format!("PASS {tests} tests passed, 0 failed; ")),
        "{said}"
    );
    assert!(
        !said.contains("without a test") && !said.contains("never reached"),
        "{said}"
    );
    drop(run);

    let report = Zonewarden::new(["demo", "--dns=off", "--output=json", "--with-passes"])
        .with_arguments([format!("--policies={}", policies.path().display())])
        .with_arguments(["--rules=own-*"])
        .run()
        .report();
    let mut by_rule: BTreeMap<&str, Vec<Outcome>> = BTreeMap::new();
    for result in &report.results {
        by_rule
            .entry(&result.rule)
            .or_default()
            .push(result.outcome);
    }
    for rule in report
        .rules
        .iter()
        .filter(|rule| rule.id.starts_with("own-"))
    {
        assert!(rule.selected, "{}: {:?}", rule.id, rule.why);
        let outcomes = by_rule.get(&*rule.id).unwrap();
        let judged = |outcome: &Outcome| matches!(outcome, Outcome::Pass | Outcome::Fail);
        assert!(outcomes.iter().any(judged), "{}: {outcomes:?}", rule.id);
    }
}

#[test]
fn opa_judges_what_is_begun_and_the_examples_the_same() {
    let Some(peers) = Peers::find() else { return };
    let policies = tempfile::tempdir().unwrap();
    begin_rules(policies.path());
    for folder in [policies.path(), &repository().join("examples/policies")] {
        let mut judge = peers.python("opa");
        judge.args(["judge.py", "--policies"]).arg(folder);
        succeed(&mut judge);
    }
}

#[test]
fn the_examples_pass_their_tests() {
    let (run, said) = testing(&repository().join("examples/policies"), &["--coverage"]);
    run.ended_with(0);
    assert!(said.starts_with("PASS 9 tests passed"), "{said}");
}

#[test]
fn the_tests_of_the_rules_that_ship_reach_every_line() {
    let run = Zonewarden::new(["rules", "test", "--coverage"]).run();
    let said = String::from_utf8(run.stdout.clone()).unwrap();
    assert_eq!(run.code, Some(0), "{said}");
    assert!(!said.contains("without a test"), "{said}");
}

#[test]
fn a_rule_that_would_stand_in_place_of_one_that_ships_is_begun_with_a_warning() {
    let new = |id: &str| Zonewarden::new(["rules", "new", id]).run().ended_with(0);
    let said = new("zone-signed").stderr;
    assert!(
        said.contains("zone-signed is the id of a rule that ships"),
        "{said}"
    );
    assert_eq!(new("zone-signed-well").stderr, "");
}

#[test]
fn the_schema_of_what_rules_are_given_is_printed() {
    let printed = |arguments: &[&str]| {
        let run = Zonewarden::new(arguments).run().ended_with(0);
        String::from_utf8(run.stdout).unwrap()
    };
    for scope in Scope::ALL {
        let scope = scope.as_str();
        let ships = repository().join(format!("policies/schemas/{scope}-1.schema.json"));
        let ships = fs::read_to_string(ships).unwrap();
        assert!(printed(&["rules", "schema", scope]) == ships, "{scope}");
        // What is begun says how to come by it.
        let begun = printed(&["rules", "new", "own", "--scope", scope]);
        assert!(
            begun.contains(&format!("`zonewarden rules schema {scope}`")),
            "{begun}"
        );
    }
    let waivers = repository().join("scanner/schemas/waivers-1.schema.json");
    let waivers = fs::read_to_string(waivers).unwrap();
    assert!(printed(&["config", "waivers-schema"]) == waivers);
    let run = Zonewarden::new(["rules", "schema", "zones"])
        .run()
        .ended_with(2);
    assert!(
        run.stderr.contains("give one of zone, ksk"),
        "{}",
        run.stderr
    );
}

#[test]
fn what_cannot_be_tested_is_refused_with_a_remedy() {
    let empty_text = "package a\n\ndeny contains \"x\" if input.zone.live\n";
    for (files, cause, remedy) in [
        (
            vec![
                ("rule.rego", RULE),
                ("cases/a.yaml", "- name: a\n  expected: pass\n"),
            ],
            "a.yaml:2: unknown field",
            "a name and what to expect",
        ),
        (
            vec![
                ("rule.rego", RULE),
                ("cases/a.yaml", "- name: a\n  set: [\n"),
            ],
            "a.yaml:",
            "a name and what to expect",
        ),
        (
            vec![
                ("a.rego", empty_text),
                (
                    "b.rego",
                    &empty_text.replace("package a", "# METADATA\n# custom: {id: a}\npackage b"),
                ),
            ],
            "the id a is taken by",
            "give one of them another custom.id",
        ),
        (
            vec![("a.rego", "package a\n\ndeny contains \"x\" if q\n")],
            "a.rego:3: ",
            "rules new ID",
        ),
    ] {
        let rules = folder(&files);
        let (told, help) = testing(rules.path(), &[]).0.refused();
        assert!(told.contains(cause), "{told}");
        assert!(help.contains(remedy), "{told}: {help}");
    }
    let way = "name the folder that the rules stand in";
    let (cause, remedy) = Zonewarden::new(["rules", "test", "nope"]).run().refused();
    assert!(cause.starts_with("nope cannot be read: "), "{cause}");
    assert_eq!(remedy, way);
    let (cause, remedy) = Zonewarden::new(["evaluate", "a", "--policies=nope"])
        .run()
        .refused();
    assert!(cause.starts_with("nope cannot be read: "), "{cause}");
    assert_eq!(remedy, way);
}

#[test]
fn the_severity_that_is_set_for_all_is_the_one_that_is_shown_and_chosen_by() {
    let config =
        "[rules.zone-signed]\nseverity = \"low\"\n[rules.ksk-age]\nseverity = \"critical\"\n";
    let shown = |arguments: &[&str]| {
        let run = Zonewarden::new(arguments)
            .with_file("zonewarden.toml", config)
            .run()
            .ended_with(0);
        String::from_utf8(run.stdout).unwrap()
    };
    let all = shown(&["rules", "list"]);
    let severity = |id: &str| {
        let line = all
            .lines()
            .find(|line| line.contains(&format!(" {id} ")))
            .unwrap();
        line.split(' ').next().unwrap()
    };
    assert_eq!(
        (severity("zone-signed"), severity("ksk-age")),
        ("low", "critical")
    );
    assert!(shown(&["rules", "explain", "ksk-age"]).contains("\nseverity      critical\n"));
    let chosen =
        |severity: &str| shown(&["rules", "list", &format!("--rules=severity:{severity}")]);
    assert!(chosen("critical").contains(" ksk-age "));
    assert!(!chosen("high").contains(" zone-signed "));
    assert!(chosen("low").contains(" zone-signed "));
}

#[test]
fn a_rule_that_is_there_is_not_begun_again() {
    let policies = folder(&[("zone-owner/rule.rego", "package p\n")]);
    let argument = format!("--folder={}", policies.path().display());
    let new = |id: &str| {
        Zonewarden::new(["rules", "new", id, &argument])
            .run()
            .refused()
    };
    let (cause, _) = new("zone-owner");
    assert!(cause.ends_with("zone-owner is there already"), "{cause}");
    for id in ["Zone", "a_b", "../a", "1a", ""] {
        let (cause, _) = new(id);
        assert!(cause.ends_with("is no id of a rule"), "{cause}");
    }
    assert_eq!(fs::read_dir(policies.path()).unwrap().count(), 1);
}

const RULE: &str = "# METADATA
# custom:
#   id: zone-owned
#   severity: low
#   needs: []
#   needs_to_pass: []
package zone_owned

import rego.v1

deny contains {\"msg\": \"no owner\", \"at\": \"zone.tags\"} if {
\tnot input.zone.tags.owner
}

deny contains {\"msg\": \"never\", \"key\": \"x\"} if {
\tinput.zone.comment == \"never\"
\tinput.zone.live
}
";

const CASES: &str = "- name: an owner
  set: {zone.tags: {owner: web}}
  expect: pass

- name: no owner
  set: {zone.tags: {}}
  expect: pass

- name: nobody
  set: {zone.tags: {}}
  expect: fail
  findings:
    - message: nobody owns it
      severity: high
";

#[test]
fn what_fails_is_shown_as_a_difference_with_file_and_line() {
    let rules = folder(&[
        ("zone-owned/rule.rego", RULE),
        ("zone-owned/cases/cases.yaml", CASES),
    ]);
    let (run, said) = testing(rules.path(), &[]);
    run.ended_with(1);
    for expected in [
        "FAIL zone-owned: an owner\n  zone-owned/cases/cases.yaml:1\n  without zone.tags, pass becomes fail; declare the fact",
        "FAIL zone-owned: no owner\n  zone-owned/cases/cases.yaml:5\n  outcome\n  - pass\n  + fail\n",
        "FAIL zone-owned: nobody\n  zone-owned/cases/cases.yaml:9\n  severity\n  - high\n  + low\n",
        "  message\n  - nobody owns it\n  + no owner\n",
        "FAIL 0 tests passed, 3 failed; ",
    ] {
        assert!(said.contains(expected), "{expected}\nin\n{said}");
    }
}

#[test]
fn a_case_sets_what_the_input_may_hold_and_nothing_else() {
    let case = |set: &str| format!("- name: one\n  set: {{{set}}}\n  expect: pass\n");
    for (set, is_there) in [
        ("zone.tags.owner: web", true),
        ("zone.tags: {owner: web}", true),
        ("zone.tags.owner: web, zone.nope: 1", false),
        ("zone.tags.owner: web, zone.ksks.0.nope: 1", false),
        ("zone.tags.owner: web, zoned.name: a", false),
    ] {
        let rules = folder(&[
            ("zone-owned/rule.rego", RULE),
            ("zone-owned/cases/cases.yaml", &case(set)),
        ]);
        let (_, said) = testing(rules.path(), &[]);
        assert_eq!(
            said.contains("the input has no "),
            !is_there,
            "{set}: {said}"
        );
    }
}

#[test]
fn a_finding_is_at_what_the_input_may_hold() {
    let cases = "- name: no owner\n  set: {zone.tags: {}}\n  expect: fail\n";
    for (at, is_there) in [("zone.tags.owner", true), ("zone.tagz", false)] {
        let rule = RULE.replace("\"zone.tags\"", &format!("{at:?}"));
        let rules = folder(&[
            ("zone-owned/rule.rego", &rule),
            ("zone-owned/cases/cases.yaml", cases),
        ]);
        let (run, said) = testing(rules.path(), &[]);
        let told = "a finding is at zone.tagz, which is not in the input";
        assert_eq!(said.contains(told), !is_there, "{at}: {said}");
        run.ended_with(i32::from(!is_there));
    }
}

#[test]
fn a_folder_without_a_test_is_refused() {
    let rules = folder(&[("zone-owned/rule.rego", RULE)]);
    let argument = rules.path().display().to_string();
    let run = Zonewarden::new(["rules", "test", &argument]).run();
    let (cause, remedy) = run.refused();
    assert!(cause.contains("there is nothing to test"), "{cause}");
    assert!(remedy.contains("rules new"), "{remedy}");
}

#[test]
fn lines_that_no_test_reaches_fail_the_run_where_coverage_is_asked_for() {
    let cases = "- name: no owner\n  set: {zone.tags: {}}\n  expect: fail\n";
    let rules = folder(&[
        ("zone-owned/rule.rego", RULE),
        ("zone-owned/cases/cases.yaml", cases),
        (
            "other/rule.rego",
            "package other\n\nwarn contains \"x\" if input.zone.live\n",
        ),
    ]);
    let (run, said) = testing(rules.path(), &[]);
    run.ended_with(0);
    assert!(said.contains("without a test: other\n"), "{said}");
    let (run, said) = testing(rules.path(), &["--coverage"]);
    run.ended_with(1);
    assert!(
        said.contains("never reached: zone-owned/rule.rego:15,17\n"),
        "{said}"
    );
    assert!(
        said.contains("never reached: other/rule.rego:3\n"),
        "{said}"
    );
}

const TESTS: &str = "package zone_owned

import rego.v1

test_owned if count(deny) == 0 with input as {\"zone\": {\"tags\": {\"owner\": \"web\"}}}

test_wrong if {
\tsome finding in deny with input as {\"zone\": {\"tags\": {}}}
\tprint(finding.msg)
\tfinding.msg == \"another\"
\tfinding.at
}

test_is_text := \"yes\"

test_broken if to_number(\"x\") == 1

todo_test_later if false

helper if false
";

#[test]
fn tests_of_rego_are_run_as_opa_runs_them() {
    let rules = folder(&[("rule.rego", RULE), ("rule_test.rego", TESTS)]);
    let (run, said) = testing(rules.path(), &[]);
    run.ended_with(1);
    for expected in [
        "FAIL data.zone_owned: test_wrong\n  rule_test.rego:7\n  it does not hold: rule_test.rego:10: finding.msg == \"another\"\n",
        "no owner\n",
        "FAIL data.zone_owned: test_is_text\n  rule_test.rego:14\n  it is \"yes\" instead of true\n",
        "FAIL data.zone_owned: test_broken\n  rule_test.rego:16\n  rule_test.rego:16: ",
        "FAIL 1 tests passed, 3 failed; ",
    ] {
        assert!(said.contains(expected), "{expected}\nin\n{said}");
    }
}

#[test]
fn tests_and_cases_that_take_too_much_fail_by_name_and_the_others_are_told() {
    let tests = "package hostile_test\n\nimport rego.v1\n\n\
         test_memory if count(numbers.range(1, 1000000000)) == 0\n\n\
         deep(x) := deep([x])\n\ntest_deep if deep(1) == 1\n\n\
         test_text if sprintf(\"%3000000000d\", [1]) == \"\"\n\n\
         test_slow if {\n\tsome a in numbers.range(1, 5000)\n\tsome b in numbers.range(1, 5000)\n\ta + b < 0\n}\n\n\
         test_sound if true\n\ntest_wrong if false\n";
    let hostile = "package hostile\n\ndeny contains \"x\" if {\n\
         \tinput.zone.comment == null\n\tcount(numbers.range(1, 3000000000)) == 0\n}\n";
    let hostile_cases = "- name: memory\n  set: {zone.comment: null}\n  expect: pass\n\n\
                         - name: sound\n  expect: pass\n";
    let cases = "- name: no owner\n  set: {zone.tags: {}}\n  expect: fail\n";
    let rules = folder(&[
        ("hostile_test.rego", tests),
        ("hostile/rule.rego", hostile),
        ("hostile/cases/cases.yaml", hostile_cases),
        ("zone-owned/rule.rego", RULE),
        ("zone-owned/cases/cases.yaml", cases),
    ]);
    for arguments in [&[][..], &["--coverage"]] {
        let (run, said) = testing(rules.path(), arguments);
        run.ended_with(1);
        for expected in [
            "FAIL data.hostile_test: test_memory\n  hostile_test.rego:5\n  stopped: it asked for over 512 MiB of memory\n",
            "FAIL data.hostile_test: test_deep\n  hostile_test.rego:9\n  stopped: it ",
            "FAIL data.hostile_test: test_text\n  hostile_test.rego:11\n  hostile_test.rego:11: OPA answers sprintf otherwise here: %3 is not written alike",
            "FAIL data.hostile_test: test_slow\n  hostile_test.rego:13\n  stopped: it ran for over 5 s\n",
            "FAIL data.hostile_test: test_wrong\n  hostile_test.rego:21\n  it does not hold",
            "FAIL hostile: memory\n  hostile/cases/cases.yaml:1\n  the rule failed: stopped: it asked for over 512 MiB of memory\n",
            "FAIL 3 tests passed, 6 failed; ",
        ] {
            assert!(said.contains(expected), "{expected}\nin\n{said}");
        }
    }
}

#[test]
fn ci_services_are_told_in_the_form_of_junit() {
    let rules = folder(&[
        ("zone-owned/rule.rego", RULE),
        ("zone-owned/cases/cases.yaml", CASES),
        ("zone-owned/rule_test.rego", TESTS),
    ]);
    let (run, _) = testing(rules.path(), &["--format=junit", "--coverage"]);
    let run = run.ended_with(1);
    let report =
        quick_junit::Report::deserialize_from_str(std::str::from_utf8(&run.stdout).unwrap())
            .unwrap();
    let suites: Vec<(&str, usize, usize)> = (report.test_suites.iter())
        .map(|suite| (suite.name.as_str(), suite.tests, suite.failures))
        .collect();
    assert_eq!(suites[0], ("zone-owned", 3, 3));
    assert_eq!(suites[1], ("data.zone_owned", 4, 3));
    assert_eq!(suites[2].0, "coverage");
    let case = &report.test_suites[0].test_cases[1];
    assert_eq!(case.name.as_str(), "no owner");
    let TestCaseStatus::NonSuccess {
        message,
        description,
        ..
    } = &case.status
    else {
        panic!("{:?}", case.status)
    };
    assert!(
        message
            .as_ref()
            .unwrap()
            .ends_with("zone-owned/cases/cases.yaml:5")
    );
    assert!(description.as_ref().unwrap().contains("- pass\n  + fail"));
}

#[test]
fn what_would_deceive_is_neutral_in_junit() {
    let name = "a \u{202e}lived\u{1b}[31m";
    let cases = format!("- name: {name:?}\n  expect: fail\n")
        .replace("\\u{202e}", "\\u202e")
        .replace("\\u{1b}", "\\u001b");
    let rules = folder(&[
        ("zone\u{202e}owned/rule.rego", RULE),
        ("zone\u{202e}owned/cases/cases.yaml", &cases),
    ]);
    let (run, said) = testing(rules.path(), &["--format=junit", "--coverage"]);
    run.ended_with(1);
    assert!(!said.contains(['\u{202e}', '\u{1b}']), "{said}");
    assert!(
        said.contains("name=\"a \\u202elived\\u001b[31m\""),
        "{said}"
    );
    assert!(
        said.contains("zone\\u202eowned/cases/cases.yaml:1"),
        "{said}"
    );
    assert!(said.contains("zone\\u202eowned/rule.rego:"), "{said}");
}

#[test]
fn cases_beside_several_rules_are_named_after_them() {
    let rule = |package: &str| {
        format!("package {package}\n\ndeny contains \"x\" if input.zone.comment == null\n")
    };
    let pass = "- name: a comment\n  expect: pass\n";
    let fail = "- name: none\n  set: {zone.comment: null}\n  expect: fail\n";
    let files = [
        ("a.rego", &*rule("a")),
        ("b.rego", &*rule("b")),
        ("cases/a.yaml", pass),
        ("cases/b.more.yaml", fail),
    ];
    let rules = folder(&files);
    let (run, said) = testing(rules.path(), &[]);
    run.ended_with(0);
    assert!(said.starts_with("PASS 2 tests passed"), "{said}");
    fs::rename(
        rules.path().join("cases/a.yaml"),
        rules.path().join("cases/c.yaml"),
    )
    .unwrap();
    let (cause, remedy) = testing(rules.path(), &[]).0.refused();
    assert!(
        cause.contains("cases/c.yaml:1: nobody can say which rule"),
        "{cause}"
    );
    assert!(remedy.contains("a.yaml"), "{remedy}");
}

#[test]
fn rules_are_listed_for_people_and_programs() {
    let policies = repository().join("examples/policies");
    let policies = format!("--policies={}", policies.display());
    let run = Zonewarden::new(["rules", "list", &policies])
        .run()
        .ended_with(0);
    let table = String::from_utf8(run.stdout).unwrap();
    let line = |id: &str| {
        table
            .lines()
            .find(|line| line.contains(&format!(" {id} ")))
            .unwrap()
    };
    assert!(line("zone-signed").starts_with("high"), "{table}");
    assert!(
        line("zone-owner-known").contains("examples/policies/ownership"),
        "{table}"
    );
    let run = Zonewarden::new(["rules", "list", "--output=json", &policies])
        .with_arguments(["--rules=group:ownership,ksk-age"])
        .run()
        .ended_with(0);
    let rules: Vec<Json> = serde_json::from_slice(&run.stdout).unwrap();
    let ids: Vec<&str> = rules
        .iter()
        .map(|rule| rule["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["ksk-age", "zone-owner-known"]);
    assert_eq!(rules[0]["origin"]["shipped"], true);
    assert_eq!(rules[0]["params"]["max_age_days"]["type"], "integer");
    assert_eq!(rules[1]["origin"]["shipped"], false);
    assert_eq!(rules[1]["cases"]["pass"], 2);
    assert_eq!(rules[1]["needs"][0], "zone.tags");
}

#[test]
fn a_rule_is_explained() {
    let run = Zonewarden::new(["rules", "explain", "ksk-age"])
        .run()
        .ended_with(0);
    let said = String::from_utf8(run.stdout).unwrap();
    for expected in [
        "ksk-age: KSK too old\n",
        "\nseverity      medium\n",
        "\nscope         ksk\n",
        "max_age_days: integer = 1095",
        "nist-800-53-r5: SC-12",
        "1 not_applicable",
        "\norigin        ships\n",
    ] {
        assert!(said.contains(expected), "{expected} in {said}");
    }
    let (cause, remedy) = Zonewarden::new(["rules", "explain", "ksk-aeg"])
        .run()
        .refused();
    assert!(cause.contains("there is no rule \"ksk-aeg\""), "{cause}");
    assert_eq!(remedy, "did you mean \"ksk-age\"?");
}

#[test]
fn a_rule_about_the_organisation_sees_its_accounts_and_what_of_them_was_read() {
    let rule = "# METADATA\n# custom:\n#   scope: organization\n#   needs: []\n#   needs_to_pass: []\n\
                package accounts\n\n\
                deny contains {\"msg\": msg, \"key\": account.id} if {\n\
                \tsome account in input.organization.accounts\n\
                \tmsg := sprintf(\"%v %v %v\", [account.read, account.skipped, account.name])\n}\n\n\
                deny contains {\"msg\": unit.path, \"key\": \"units\"} if {\n\
                \tsome unit in input.organization.organizational_units\n\tunit.accounts > 1\n}\n";
    let rules = folder(&[("rule.rego", rule)]);
    let report = Zonewarden::new(["demo", "--dns=off", "--output=json", "--rules=accounts"])
        .with_arguments([format!("--policies={}", rules.path().display())])
        .run()
        .report();
    let found: BTreeMap<&str, &str> = (report.results.iter())
        .map(|result| (&*result.key, &*result.message))
        .collect();
    assert!(
        report
            .results
            .iter()
            .all(|result| &*result.subject.kind == "organization")
    );
    assert_eq!(&*report.results[0].subject.id, "o-exampleco1");
    let coverage = &report.coverage.accounts;
    let like = |part: &str| {
        found
            .values()
            .filter(|message| message.starts_with(part))
            .count() as u64
    };
    assert_eq!(like("whole"), coverage.read, "{found:?}");
    assert_eq!(like("partial"), coverage.partial, "{found:?}");
    assert_eq!(like("failed"), coverage.failed, "{found:?}");
    assert_eq!(
        found["888899990000"].split(' ').nth(1),
        Some("SUSPENDED"),
        "{found:?}"
    );
}
