//! Rules of the user's own that would hold or break the scan: each is stopped and named, and the scan
//! goes on.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use support::program::{Run, Zonewarden};
use tempfile::TempDir;
use zonewarden::evaluate::Pack;
use zonewarden_reports::{Outcome, RuleResult};

/// The snapshot of the simulated organisation, without DNS.
static SNAPSHOT: LazyLock<String> = LazyLock::new(|| {
    Zonewarden::new(["demo", "--dns=off", "--snapshot=snapshot.jsonl"])
        .run()
        .ended_with(1)
        .text("snapshot.jsonl")
});

/// The program over the snapshot, by the rules of a folder alone.
fn evaluating(folder: &Path, rules: &str) -> Run {
    let policies = format!("--policies={}", folder.display());
    let rules = format!("--rules={rules}");
    Zonewarden::new([
        "evaluate",
        "snapshot.jsonl",
        "--output=json",
        "--with-passes",
    ])
    .with_arguments([policies, rules])
    .with_file("snapshot.jsonl", &*SNAPSHOT)
    .run()
}

fn write(folder: &TempDir, name: &str, text: &str) {
    fs::write(folder.path().join(format!("{name}.rego")), text).unwrap();
}

/// A rule about the one organisation.
fn about_the_organization(name: &str, body: &str) -> String {
    format!(
        "# METADATA\n# custom:\n#   scope: organization\n#   needs: []\n#   needs_to_pass: []\n\
         package hostile.{name}\n\n{body}\n"
    )
}

/// Lines in which each name is made of the one before, so that the last is two to the thirtieth
/// times the first.
fn doubled(first: &str, double: &str) -> String {
    let mut text = format!("x0 := {first}\n\n");
    for at in 1..=34 {
        let double = double.replace('X', &format!("x{}", at - 1));
        writeln!(text, "x{at} := {double}\n").unwrap();
    }
    text
}

#[test]
fn a_rule_that_takes_too_much_is_unknown_and_named_and_the_others_are_judged() {
    let range = "numbers.range(1, 5000)[_]";
    let attacks = [
        ("loop", format!("deny contains \"x\" if {{\n\ta := {range}\n\tb := {range}\n\tc := {range}\n\ta + b + c < 0\n}}"), "ran for over 5 s"),
        ("range", "deny contains \"x\" if count(numbers.range(1, 1000000000)) == 0".to_owned(), "memory"),
        ("ranges", "deny contains \"x\" if count(numbers.range(1, 9000000000000000)) == 0".to_owned(), ""),
        ("text", format!("{}deny contains \"x\" if x34 == \"\"", doubled("\"abcdefgh\"", "concat(\"\", [X, X])")), "memory"),
        ("comprehension", format!("{}deny contains \"x\" if x34 == \"\"", doubled("\"abcdefgh\"", "concat(\"\", [t | some i in [1, 2]; t := sprintf(\"%s%d\", [X, i])])")), "memory"),
        ("array", format!("{}deny contains \"x\" if count(x34) == 0", doubled("[1]", "array.concat(X, X)")), "memory"),
        ("cross", "deny contains \"x\" if count({[a, b] | some a in numbers.range(1, 5000); some b in numbers.range(1, 5000)}) == 0".to_owned(), ""),
        ("shift", "deny contains \"x\" if bits.lsh(1, 4000000000) == 0".to_owned(), ""),
        ("square", format!("{}deny contains \"x\" if x34 == 0", doubled("12345678901234567890", "X * X")), ""),
        ("regex", "deny contains \"x\" if regex.match(\"((a{1,1000}){1,1000}){1,1000}\", \"aaaa\")".to_owned(), ""),
        ("addresses", "deny contains \"x\" if count(net.cidr_expand(\"10.0.0.0/2\")) == 0".to_owned(), ""),
        ("tree", format!("{}deny contains \"x\" if x34 == y34\n\n{}", doubled("[1]", "[X, X]"), doubled("[1]", "[X, X]").replace('x', "y")), "ran for over"),
        ("found", format!("{}deny contains x25 if true", doubled("\"a\"", "concat(\"\", [X, X])").replace("x34", "y34")), "what it found is over"),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (name, body, _) in &attacks {
        write(&folder, name, &about_the_organization(name, body));
    }
    let sound = about_the_organization("sound", "deny contains \"found\" if input.organization.id");
    write(&folder, "sound", &sound);
    write(
        &folder,
        "zoned",
        "package hostile.zoned\n\ndeny contains \"x\" if not input.zone.name\n",
    );
    let run = evaluating(folder.path(), "hostile-*").ended_with(1);
    let report = run.report();
    assert!(!report.coverage.complete);
    let result = |name: &str| -> &RuleResult {
        let id = format!("hostile-{name}");
        report
            .results
            .iter()
            .find(|result| *result.rule == *id)
            .unwrap()
    };
    for (name, _, said) in &attacks {
        let stopped = result(name);
        // Some of it regorus itself does not do.
        if said.is_empty() && stopped.outcome == Outcome::Pass {
            continue;
        }
        assert_eq!(stopped.outcome, Outcome::Unknown, "{name}: {stopped:?}");
        let why = stopped.unknown.as_ref().unwrap();
        assert_eq!(why.reason, "rule_error", "{name}");
        let detail = why.detail.clone().unwrap();
        assert!(detail.contains(said), "{name}: {detail}");
    }
    assert_eq!(result("sound").outcome, Outcome::Fail);
    assert_eq!(result("zoned").outcome, Outcome::Pass);
}

#[test]
fn what_a_rule_finds_on_one_subject_is_bounded() {
    let found = |count: u32, deny: &str| {
        format!(
            "deny contains {deny} if {{\n\tsome n in numbers.range(1, {count})\n\tlong := concat(\"\", [\"é\" | some i in numbers.range(1, 3000)])\n}}"
        )
    };
    let one_key = r#"{"msg": sprintf("%d %s", [n, long])}"#;
    let keys = r#"{"msg": "x", "key": sprintf("%d", [n])}"#;
    let filled = "# METADATA\n# custom:\n#   scope: organization\n#   needs: []\n#   needs_to_pass: []\n\
         #   fix: [aws, \"{long}{long}\"]\npackage hostile.filled\n\n";
    let rules = [
        ("at_most", found(1000, keys)),
        ("above", found(1001, keys)),
        ("joined", found(1000, one_key)),
        ("long_key", found(1, r#"{"msg": "x", "key": long}"#)),
        ("long_path", found(1, r#"{"msg": "x", "at": long}"#)),
        (
            "long_fix",
            found(1, r#"{"msg": "x", "fix": ["aws", long, long]}"#),
        ),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (name, body) in &rules {
        write(&folder, name, &about_the_organization(name, body));
    }
    let body = found(1, r#"{"msg": "x", "fix": {"long": long}}"#);
    write(&folder, "filled", &format!("{filled}{body}\n"));
    let report = evaluating(folder.path(), "hostile-*")
        .ended_with(1)
        .report();
    let results = |name: &str| -> Vec<&RuleResult> {
        let id = format!("hostile-{name}");
        let results = report.results.iter();
        results.filter(|result| *result.rule == *id).collect()
    };
    assert_eq!(results("at-most").len(), 1000);
    let [joined] = results("joined")[..] else {
        panic!("the findings of one key are one")
    };
    assert_eq!(joined.outcome, Outcome::Fail);
    assert!(joined.message.starts_with("1 éé"), "{}", joined.message);
    assert!(joined.message.ends_with("é…"), "{}", joined.message);
    assert!(joined.message.len() <= 4096);
    for (name, said) in [
        ("above", "gives 1001 findings on one subject"),
        ("long-key", "a key of over"),
        ("long-path", "an at of over"),
        ("long-fix", "a fix of over"),
        ("filled", "a fix of over"),
    ] {
        let [unknown] = results(name)[..] else {
            panic!("{name} has one result")
        };
        assert_eq!(unknown.outcome, Outcome::Unknown, "{name}");
        let why = unknown.unknown.as_ref().unwrap();
        let detail = why.detail.clone().unwrap();
        assert!(detail.contains(said), "{name}: {detail}");
    }
}

#[test]
fn a_run_in_which_a_rule_was_stopped_and_nothing_failed_is_incomplete() {
    let folder = tempfile::tempdir().unwrap();
    let body = "deny contains \"x\" if count(numbers.range(1, 1000000000)) == 0";
    write(&folder, "range", &about_the_organization("range", body));
    evaluating(folder.path(), "hostile-range").ended_with(3);
}

#[test]
fn a_rule_that_was_stopped_three_times_is_not_run_again() {
    let folder = tempfile::tempdir().unwrap();
    write(
        &folder,
        "range",
        "package range\n\ndeny contains \"x\" if count(numbers.range(1, 1000000000)) == 0\n",
    );
    write(
        &folder,
        "sound",
        "package sound\n\ndeny contains \"x\" if input.zone.live\n",
    );
    let report = evaluating(folder.path(), "range,sound")
        .ended_with(1)
        .report();
    let of = |id: &str| -> Vec<&RuleResult> {
        let results = report.results.iter();
        results.filter(|result| &*result.rule == id).collect()
    };
    let details: Vec<String> = (of("range").iter())
        .map(|result| result.unknown.as_ref().unwrap().detail.clone().unwrap())
        .collect();
    let stopped = details
        .iter()
        .filter(|detail| detail.contains("memory"))
        .count();
    let given_up = details
        .iter()
        .filter(|detail| detail.contains("not run again"))
        .count();
    assert_eq!(stopped, 3, "{details:?}");
    assert_eq!(stopped + given_up, details.len(), "{details:?}");
    assert_eq!(of("sound").len(), details.len());
    assert!(
        of("sound")
            .iter()
            .all(|result| result.outcome == Outcome::Fail)
    );
}

#[test]
fn an_error_of_a_rule_costs_that_rule_only_and_names_its_line() {
    let folder = tempfile::tempdir().unwrap();
    write(
        &folder,
        "wrong",
        "package wrong\n\ndeny contains \"x\" if {\n\tto_number(input.zone.name) > 1\n}\n",
    );
    write(
        &folder,
        "number",
        "package number\n\ndeny contains 1 if input.zone.live\n",
    );
    write(
        &folder,
        "sound",
        "package sound\n\ndeny contains \"x\" if input.zone.live\n",
    );
    let report = evaluating(folder.path(), "wrong,number,sound")
        .ended_with(1)
        .report();
    for result in &report.results {
        let detail = result
            .unknown
            .as_ref()
            .map(|why| why.detail.clone().unwrap());
        match &*result.rule {
            "wrong" => assert!(detail.unwrap().contains("wrong.rego:4: "), "{result:?}"),
            "number" => assert!(detail.unwrap().contains("deny holds 1"), "{result:?}"),
            _ => assert_eq!(result.outcome, Outcome::Fail),
        }
    }
}

/// What each rule says wrongly, its text after the package, and what is told of it.
const WRONG: [(&str, &str, &str); 20] = [
    (
        "text",
        "not_applicable := \"x\"\n\ndeny contains \"x\" if input.zone.live",
        "text.rego:3: not_applicable is \"x\", neither true nor false; write `not_applicable if",
    ),
    (
        "count",
        "deny contains \"x\" if input.zone.live\n\nnot_applicable := 1 if input.zone.name\n\nnot_applicable := 1 if input.zone.id",
        "count.rego:5,7: not_applicable is 1",
    ),
    (
        "set",
        "not_applicable contains \"x\" if input.zone.name\n\ndeny contains \"x\" if input.zone.live",
        "set.rego:3: not_applicable is the set [\"x\"]",
    ),
    (
        "no_msg",
        "deny contains {\"key\": \"x\"} if input.zone.name",
        "no_msg.rego:3: deny has no msg",
    ),
    (
        "null_msg",
        "deny contains {\"msg\": null} if input.zone.name",
        "null_msg.rego:3: deny has no msg",
    ),
    (
        "number_msg",
        "deny contains {\"msg\": 5} if input.zone.name",
        "number_msg.rego:3: deny has the msg 5; give a text",
    ),
    (
        "empty_msg",
        "deny contains {\"msg\": \"\"} if input.zone.name",
        "empty_msg.rego:3: deny has an empty msg",
    ),
    (
        "empty_text",
        "warn_a contains \" \" if input.zone.name",
        "empty_text.rego:3: warn_a has an empty msg",
    ),
    (
        "second",
        "deny contains \"x\" if input.zone.name\n\nwarn contains {\"msg\": {\"a\": 1}} if input.zone.name",
        "second.rego:5: warn has the msg {\"a\":1}",
    ),
    (
        "at",
        "deny contains {\"msg\": \"x\", \"at\": [\"zone\", \"tags\"]} if input.zone.name",
        "at.rego:3: deny has the at [\"zone\",\"tags\"]; give the path",
    ),
    (
        "key",
        "deny contains {\"msg\": \"x\", \"key\": 1} if input.zone.name",
        "key.rego:3: deny has the key 1",
    ),
    (
        "severity",
        "deny contains {\"msg\": \"x\", \"severity\": 3} if input.zone.name",
        "severity.rego:3: deny has the severity 3; give critical",
    ),
    (
        "fix_text",
        "deny contains {\"msg\": \"x\", \"fix\": \"aws route53\"} if input.zone.name",
        "fix_text.rego:3: deny has the fix \"aws route53\"; give a list",
    ),
    (
        "fix_list",
        "deny contains {\"msg\": \"x\", \"fix\": [\"aws\", {}]} if input.zone.name",
        "fix_list.rego:3: deny has the fix [\"aws\",{}]; give a list",
    ),
    (
        "fix_values",
        "deny contains {\"msg\": \"x\", \"fix\": {\"a\": \"b\"}} if input.zone.name",
        "fix_values.rego:3: deny has the fix {\"a\":\"b\"}, values for a custom.fix that METADATA does not have",
    ),
    (
        "null_at",
        "deny contains {\"msg\": \"x\", \"at\": null, \"fix\": null, \"key\": null} if input.zone.name",
        "",
    ),
    (
        "fix_numbers",
        "deny contains {\"msg\": \"x\", \"fix\": [\"aws\", 1]} if input.zone.name",
        "",
    ),
    (
        "never",
        "not_applicable := false\n\ndeny contains \"x\" if input.zone.name",
        "",
    ),
    (
        "undefined",
        "not_applicable := 5 if input.zone.name == \"\"\n\ndeny contains \"x\" if input.zone.name",
        "",
    ),
    (
        "absent",
        "deny contains {\"msg\": \"x\", \"at\": \"zone.tags.nobody\"} if input.zone.name",
        "",
    ),
];

#[test]
fn what_a_rule_may_not_say_is_told_with_its_line_and_no_verdict_is_made_of_it() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text, _) in WRONG {
        write(&folder, name, &format!("package said.{name}\n\n{text}\n"));
    }
    let report = evaluating(folder.path(), "said-*").ended_with(1).report();
    for (name, _, told) in WRONG {
        let id = format!("said-{}", name.replace('_', "-"));
        let results: Vec<&RuleResult> = (report.results.iter())
            .filter(|result| *result.rule == *id)
            .collect();
        assert!(!results.is_empty(), "{name}");
        for result in results {
            let Some(why) = &result.unknown else {
                assert!(told.is_empty(), "{name}: {result:?}");
                assert_eq!(result.outcome, Outcome::Fail, "{name}");
                continue;
            };
            assert_eq!(why.reason, "rule_error", "{name}");
            let detail = why.detail.clone().unwrap();
            assert!(
                !told.is_empty() && detail.contains(told),
                "{name}: {detail}"
            );
        }
    }
}

#[test]
fn a_finding_at_what_the_input_never_holds_stands_and_its_rule_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for (name, at) in [
        ("typed_wrong", "zone.dnsec"),
        ("elsewhere", "ksk.status"),
        ("absent", "zone.tags.nobody"),
        ("there", "zone.name"),
    ] {
        let text = format!(
            "package at.{name}\n\ndeny contains {{\"msg\": \"x\", \"at\": \"{at}\"}} if input.zone.name\n"
        );
        write(&folder, name, &text);
    }
    let report = evaluating(folder.path(), "at-*").ended_with(1).report();
    assert!(
        report
            .results
            .iter()
            .all(|result| result.outcome == Outcome::Fail),
        "{:?}",
        report.results
    );
    let told: Vec<&str> = (report.warnings.iter())
        .filter_map(|warning| warning.rsplit_once(".rego: ").map(|(_, told)| told))
        .collect();
    assert_eq!(
        told,
        [
            "the rule at-elsewhere finds something at ksk.status, which is not in the input of scope zone",
            "the rule at-typed-wrong finds something at zone.dnsec, which is not in the input of scope zone",
        ]
    );
}

#[test]
fn a_rule_that_depends_on_itself_is_told_by_way_of_which_others() {
    let folder = tempfile::tempdir().unwrap();
    write(
        &folder,
        "one",
        "package one\n\ndeny contains \"x\" if data.two.live\n",
    );
    write(&folder, "two", "package two\n\nlive if data.three.live\n");
    write(&folder, "three", "package three\n\nlive if data.two.live\n");
    write(
        &folder,
        "alone",
        "package alone\n\np if {\n\tp\n}\n\ndeny contains \"x\" if p\n",
    );
    let report = evaluating(folder.path(), "one,alone")
        .ended_with(3)
        .report();
    for result in &report.results {
        let detail = result.unknown.as_ref().unwrap().detail.clone().unwrap();
        match &*result.rule {
            "one" => {
                let (place, way) = detail.split_once(": the rule depends on itself").unwrap();
                assert!(place.ends_with("two.rego:3"), "{detail}");
                assert!(way.starts_with(", by way of "), "{detail}");
                assert!(way.ends_with("three.rego:3"), "{detail}");
            }
            _ => assert!(
                detail.ends_with("alone.rego:3: the rule depends on itself"),
                "{detail}"
            ),
        }
    }
}

#[test]
fn a_function_that_calls_itself_is_refused_where_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let rule = "package alone\n\nimport data.lib\n\ng(x) := lib.f(x)\n\n\
                deny contains \"x\" if g(1)\n";
    write(&folder, "alone", rule);
    write(&folder, "lib", "package lib\n\nf(x) := h(x)\n\nh(x) := x\n");
    evaluating(folder.path(), "alone").ended_with(1);
    for own in [
        "f(x) := h(x)\n\nh(x) := [y | y := f(x)]",
        "f(x) := data.alone.g(x)",
    ] {
        write(&folder, "lib", &format!("package lib\n\n{own}\n"));
        let (cause, _) = evaluating(folder.path(), "alone").refused();
        assert!(cause.contains(".rego:"), "{cause}");
        assert!(cause.contains(" calls itself"), "{cause}");
    }
}

#[test]
fn rules_see_neither_files_nor_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    write(
        &folder,
        "seen",
        "package seen\n\ndeny contains json.marshal(data) if input.zone.live\n",
    );
    let run = Zonewarden::new([
        "evaluate",
        "snapshot.jsonl",
        "--output=json",
        "--rules=seen",
    ])
    .with_arguments([format!("--policies={}", folder.path().display())])
    .with_file("snapshot.jsonl", &*SNAPSHOT)
    .env("AWS_SECRET_ACCESS_KEY", "the-secret")
    .run();
    assert!(
        !String::from_utf8(run.stdout)
            .unwrap()
            .contains("the-secret")
    );
}

#[test]
fn a_thousand_rules_are_read() {
    let folder = tempfile::tempdir().unwrap();
    for at in 0..1000 {
        let text = format!(
            "# METADATA\n# title: Rule {at}\n# custom:\n#   severity: low\n\
             package rules.number_{at}\n\nimport data.lib.names\n\n\
             deny contains msg if {{\n\tnot names.is_good(input.zone.name)\n\
             \tsome ksk in input.zone.ksks\n\tksk.status != \"ACTIVE\"\n\
             \tmsg := sprintf(\"%s {at}\", [ksk.name])\n}}\n"
        );
        write(&folder, &format!("rule_{at}"), &text);
    }
    write(
        &folder,
        "names",
        "package lib.names\n\nis_good(name) if endswith(name, \".com.\")\n",
    );
    let pack = Pack::read(&[folder.path().to_owned()]).unwrap();
    assert!(!pack.is_empty());
    let run = evaluating(folder.path(), "rules-number-*");
    let report = run.report();
    assert_eq!(
        report.rules.iter().filter(|rule| rule.selected).count(),
        1000
    );
    let unknown = report
        .results
        .iter()
        .find(|result| (result.unknown.as_ref()).is_some_and(|why| why.reason == "rule_error"));
    assert!(unknown.is_none(), "{unknown:?}");
}
