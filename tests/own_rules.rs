//! Rules of the user's own: conftest's conventions, METADATA of which as much is said as one cares
//! for, what is refused, and that no such rule passes what it was not shown.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use serde_json::{Value as Json, json};
use support::program::{Run, Zonewarden};
use tempfile::TempDir;
use zonewarden::evaluate::{Case, Catalogue, Pack, Rule, judge_cases};
use zonewarden_reports::{Outcome, Report, RuleResult, Severity};

/// The snapshot of the simulated organisation, without DNS.
static SNAPSHOT: LazyLock<String> = LazyLock::new(|| {
    Zonewarden::new(["demo", "--dns=off", "--snapshot=snapshot.jsonl"])
        .run()
        .ended_with(1)
        .text("snapshot.jsonl")
});

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// The program over the snapshot, with the rules of a folder.
fn evaluating(folder: &Path, arguments: &[&str]) -> Run {
    let policies = format!("--policies={}", folder.display());
    Zonewarden::new(["evaluate", "snapshot.jsonl", "--output=json", &policies])
        .with_arguments(arguments)
        .with_file("snapshot.jsonl", &*SNAPSHOT)
        .run()
}

fn report(run: &Run) -> Report {
    zonewarden_reports::read(&*run.stdout).unwrap()
}

fn results_of<'r>(report: &'r Report, rule: &str) -> Vec<&'r RuleResult> {
    let results = report.results.iter();
    results.filter(|result| &*result.rule == rule).collect()
}

/// What is said of a folder that cannot be used.
#[track_caller]
fn refusal(files: &[(&str, &str)]) -> String {
    let folder = folder(files);
    let error = Pack::read(&[folder.path().to_owned()]).unwrap_err();
    let shown = format!("{}/", folder.path().display());
    error.to_string().replace(&shown, "")
}

/// The one rule of a text.
fn rule(text: &str) -> Rule {
    let folder = folder(&[("rule.rego", text)]);
    let pack = Pack::read(&[folder.path().to_owned()]).unwrap_or_else(|error| panic!("{error}"));
    let catalogue = Catalogue::read([]).unwrap().with_own(pack).unwrap();
    assert_eq!(catalogue.rules().len(), 1);
    catalogue.rules()[0].clone()
}

fn sample(scope: &str) -> Json {
    let samples = zonewarden_policies::samples().iter();
    let (_, text) = samples.clone().find(|(name, _)| *name == scope).unwrap();
    serde_saphyr::from_str(text).unwrap()
}

fn case(set: &Json, expect: &str) -> Case {
    serde_json::from_value(json!({"name": "a case", "set": set, "expect": expect})).unwrap()
}

const CONFTEST: &str = r#"package main

import data.names

deny contains msg if {
	not names.is_good(input.zone.name)
	msg := sprintf("%s is badly named", [input.zone.name])
}

deny_unlogged contains "no query logs" if count(input.zone.query_logs) == 0

violation contains {"msg": "unsigned", "details": {"a": 1}} if {
	input.zone.dnssec.serve_signature != "SIGNING"
}

warn contains "listed" if input.zone.name in data.listed

warn_twice contains {"msg": "listed twice", "key": "again"} if input.zone.name in data.listed
"#;

#[test]
fn the_conventions_of_conftest_work_unchanged() {
    let folder = folder(&[
        ("main.rego", CONFTEST),
        (
            "lib/names.rego",
            "package names\n\nis_good(name) if endswith(name, \".com.\")\n",
        ),
        (
            "lib/names_test.rego",
            "package names\n\ntest_bad if not is_good(\"a.\")\n",
        ),
        ("data.yaml", "listed: [shop.example.com., example.com.]\n"),
        (".hidden/broken.rego", "no rego"),
        ("README.md", "# Not read\n"),
    ]);
    let run = evaluating(folder.path(), &["--rules=main"]).ended_with(1);
    let report = report(&run);
    let about: &zonewarden_reports::Rule =
        report.rules.iter().find(|rule| rule.id == "main").unwrap();
    assert_eq!((about.severity, &*about.scope), (Severity::Medium, "zone"));
    let found: Vec<(&str, &str, &str)> = results_of(&report, "main")
        .iter()
        .filter(|result| result.outcome == Outcome::Fail)
        .map(|result| (&*result.key, result.severity.as_str(), &*result.message))
        .collect();
    let zones = report.rules.iter().find(|rule| rule.id == "main").unwrap();
    assert!(zones.counts.fail > 0, "{found:?}");
    for (begins, severity, message) in [
        ("deny_unlogged", "medium", "no query logs"),
        ("violation", "medium", "unsigned"),
        ("warn", "low", "listed"),
        ("again", "low", "listed twice"),
        ("deny-", "medium", ".net. is badly named"),
    ] {
        let fits = |(key, of, said): &(&str, &str, &str)| {
            key.starts_with(begins) && *of == severity && said.ends_with(message)
        };
        assert!(found.iter().any(fits), "{message:?} in {found:?}");
    }
}

#[test]
fn a_package_that_only_warns_is_of_low_severity() {
    assert_eq!(
        rule("package a.b_c\n\nwarn contains \"x\" if input.zone.live\n").severity,
        Severity::Low
    );
}

#[test]
fn without_metadata_the_id_is_the_package() {
    for (package, id) in [
        ("main", "main"),
        ("acme.dns.zone_names", "acme-dns-zone-names"),
        ("zonewarden.zone_named", "zone-named"),
        ("zonewarden", "zonewarden"),
        ("acme[\"odd name\"]", "acme-odd-name"),
    ] {
        let text = format!("package {package}\n\ndeny contains \"x\" if input.zone.live\n");
        assert_eq!(rule(&text).id, id);
    }
}

#[test]
fn metadata_says_as_much_as_one_cares_for() {
    let text = "# METADATA\n# scope: package\n# title: Zones are named well\n# authors: [a]\n\
                # related_resources:\n#   - https://example.com/a\n#   - ref: https://example.com/b\n\
                #     description: b\n# custom:\n#   id: well-named\n#   severity: high\n\
                #   params:\n#     end: {type: string, default: com., description: The end.}\n\
                package acme\n\n# METADATA\n# title: not that of the package\n\
                deny contains \"x\" if not endswith(input.zone.name, input.params.end)\n";
    let rule = rule(text);
    assert_eq!(
        (&*rule.id, &*rule.title),
        ("well-named", "Zones are named well")
    );
    assert_eq!(rule.severity, Severity::High);
    assert_eq!(
        rule.related_resources,
        ["https://example.com/a", "https://example.com/b"]
    );
    judge_cases(&rule, &sample("zone"), &[case(&json!({}), "pass")]).unwrap();
}

/// Rules in all manners of Rego, the scope's sample with something set, and what they say of it. Each
/// fact that they read is then knocked out: of what is not known, none may say that it passes, fails
/// or is no concern of its.
const MANNERS: [(&str, &str, &str); 40] = [
    (
        "deny contains \"x\" if input.zone.dnssec.serve_signature != \"SIGNING\"",
        "{}",
        "pass",
    ),
    (
        "deny contains \"x\" if not input.zone.dnssec.serve_signature == \"SIGNING\"",
        "{}",
        "pass",
    ),
    (
        "deny contains \"x\" if not input.zone.tags.owner",
        "{}",
        "pass",
    ),
    (
        "deny contains \"x\" if not input.zone.tags[\"owner\"]",
        "{}",
        "pass",
    ),
    (
        "deny contains \"x\" if { z := input.zone\n not z.tags.owner }",
        "{}",
        "pass",
    ),
    (
        "deny contains \"x\" if { tags := input.zone.tags\n t := tags\n not t.owner }",
        "{}",
        "pass",
    ),
    (
        "deny contains \"x\" if { some z in [input.zone]\n not z.tags.owner }",
        "{}",
        "pass",
    ),
    (
        "deny contains \"x\" if count(input.zone.ksks) == 0",
        "{}",
        "pass",
    ),
    (
        "deny contains \"x\" if count([k | some k in input.zone.ksks; k.status == \"ACTIVE\"]) == 0",
        "{}",
        "pass",
    ),
    (
        "deny contains \"x\" if count({k.name | k := input.zone.ksks[_]; k.status == \"ACTIVE\"}) < 1",
        "{}",
        "pass",
    ),
    (
        "deny contains \"x\" if { names := {k.name: k.status | some k in input.zone.ksks}\n not names.ksk1 }",
        "{}",
        "pass",
    ),
    (
        "active contains k.name if { some k in input.zone.ksks\n k.status == \"ACTIVE\" }\n\ndeny contains \"x\" if count(active) == 0",
        "{}",
        "pass",
    ),
    (
        "active contains k.name if { some k in input.zone.ksks\n k.status == \"ACTIVE\" }\n\ndeny contains \"x\" if not active.ksk1",
        "{}",
        "pass",
    ),
    (
        "active contains k.name if { some k in input.zone.ksks\n k.status == \"ACTIVE\" }\n\ndeny contains \"x\" if { not \"ksk1\" in active }",
        "{}",
        "pass",
    ),
    (
        "deny contains k.name if { some k in input.zone.ksks\n k.status != \"ACTIVE\" }",
        "{}",
        "pass",
    ),
    (
        "deny contains k.name if { some k in input.zone.ksks\n k.status != \"ACTIVE\" }",
        r#"{"zone.ksks.0.status": "ACTION_NEEDED"}"#,
        "fail",
    ),
    (
        "deny contains \"x\" if { some i\n input.zone.ksks[i].status != \"ACTIVE\" }",
        "{}",
        "pass",
    ),
    (
        "deny contains \"x\" if { every k in input.zone.ksks { k.status != \"ACTIVE\" } }",
        "{}",
        "pass",
    ),
    (
        "deny contains \"x\" if { every k in input.zone.ksks { k.status == \"ACTIVE\" } }",
        "{}",
        "fail",
    ),
    (
        "deny contains \"x\" if { not every_active }\n\nevery_active if { every k in input.zone.ksks { k.status == \"ACTIVE\" } }",
        "{}",
        "pass",
    ),
    (
        "default signed := false\n\nsigned if input.zone.dnssec.serve_signature == \"SIGNING\"\n\ndeny contains \"x\" if signed == false",
        "{}",
        "pass",
    ),
    (
        "default signed := false\n\nsigned if input.zone.dnssec.serve_signature == \"SIGNING\"\n\ndeny contains \"x\" if not signed",
        "{}",
        "pass",
    ),
    (
        "state := \"signed\" if input.zone.dnssec.serve_signature == \"SIGNING\"\nelse := \"unsigned\"\n\ndeny contains \"x\" if state == \"unsigned\"",
        "{}",
        "pass",
    ),
    (
        "state(z) := \"signed\" if z.dnssec.serve_signature == \"SIGNING\"\nelse := \"unsigned\"\n\ndeny contains \"x\" if state(input.zone) == \"unsigned\"",
        "{}",
        "pass",
    ),
    (
        "default owner(_) := \"nobody\"\n\nowner(z) := z.tags.owner\n\ndeny contains \"x\" if owner(input.zone) == \"nobody\"",
        "{}",
        "pass",
    ),
    (
        "deny contains \"x\" if object.get(input.zone.tags, \"owner\", \"nobody\") == \"nobody\"",
        "{}",
        "pass",
    ),
    (
        "deny contains \"x\" if object.get(input.zone, [\"tags\", \"owner\"], \"nobody\") == \"nobody\"",
        "{}",
        "pass",
    ),
    (
        "deny contains \"x\" if object.get(input, [\"zone\", \"tags\", \"owner\"], \"nobody\") == \"nobody\"",
        "{}",
        "pass",
    ),
    (
        "deny contains \"x\" if not \"owner\" in object.keys(input.zone.tags)",
        "{}",
        "pass",
    ),
    ("deny contains \"x\" if input.zone.tags == {}", "{}", "pass"),
    (
        "deny contains \"x\" if not contains(json.marshal(input.zone), \"SIGNING\")",
        "{}",
        "pass",
    ),
    (
        "zone := input.zone\n\ndeny contains \"x\" if not zone.tags.owner",
        "{}",
        "pass",
    ),
    (
        "zone := z if { z := input.zone }\n\ndeny contains \"x\" if not zone.tags.owner",
        "{}",
        "pass",
    ),
    (
        "field := \"tags\"\n\ndeny contains \"x\" if not input.zone[field].owner",
        "{}",
        "pass",
    ),
    (
        "deny contains \"x\" if { some name, value in input.zone\n name == \"comment\"\n value == null }",
        "{}",
        "pass",
    ),
    (
        "logged if input.zone.query_logs[_]\n\ndeny contains \"x\" if { not logged\n input.zone.live }",
        "{}",
        "pass",
    ),
    (
        "deny contains \"x\" if { a := input.zone.alarms\n b := [x | x := a[_]; x.effective.value]\n count(b) == 0 }",
        "{}",
        "pass",
    ),
    (
        "deny contains \"x\" if false\n\nnot_applicable if not input.zone.tags.owner",
        "{}",
        "pass",
    ),
    (
        "deny contains \"x\" if input.zone.comment == null\n\nnot_applicable if input.zone.tags.owner == \"web\"",
        r#"{"zone.comment": null}"#,
        "not_applicable",
    ),
    (
        "deny contains \"x\" if { x := data.p.helper with input as {\"zone\": {\"tags\": {}}}\n x == 0\n not input.zone.tags.owner }\n\nhelper := count(input.zone.tags)",
        "{}",
        "pass",
    ),
];

#[test]
fn no_rule_says_anything_of_what_it_was_not_shown() {
    for (text, set, expect) in MANNERS {
        let rule = rule(&format!("package p\n\nimport rego.v1\n\n{text}\n"));
        let set: Json = serde_json::from_str(set).unwrap();
        let judged = judge_cases(&rule, &sample("zone"), &[case(&set, expect)]);
        let judged = judged.unwrap_or_else(|errors| panic!("{text}: {errors:#?}"));
        // What it reads makes a difference; if not, nothing is proved.
        let knocked = &judged[0].knock_outs;
        assert!(
            text.contains("if false") || knocked.iter().any(|one| one.outcome == Outcome::Unknown),
            "{text}"
        );
        assert!(
            text.contains("json.marshal")
                || text.contains("some name")
                || text.contains("in [input.zone]")
                || text.contains("[field]")
                || knocked.iter().any(|one| one.outcome != Outcome::Unknown),
            "{text}: all is taken to be read"
        );
    }
}

#[test]
fn what_is_found_in_spite_of_what_is_not_known_stands() {
    let rule = rule(
        "package p\n\ndeny contains k.name if { some k in input.zone.ksks\n k.status != \"ACTIVE\" }\n",
    );
    let gap = json!({"$unknown": {"reason": "access_denied", "operation": "route53:GetDNSSEC"}});
    let set = json!({"zone.ksks.0.status": "ACTION_NEEDED", "zone.ksks.1": gap});
    judge_cases(&rule, &sample("zone"), &[case(&set, "fail")]).unwrap();
    let set = json!({"zone.ksks.1": gap});
    judge_cases(&rule, &sample("zone"), &[case(&set, "unknown")]).unwrap();
}

#[test]
fn what_metadata_declares_is_taken_at_its_word() {
    let text = "# METADATA\n# custom:\n#   needs: []\n#   needs_to_pass: []\npackage p\n\n\
                deny contains \"x\" if not input.zone.tags.owner\n";
    let errors = judge_cases(&rule(text), &sample("zone"), &[case(&json!({}), "pass")]);
    let told = errors.unwrap_err()[0].to_string();
    assert!(told.contains("without zone.tags"), "{told}");
}

#[test]
fn a_rule_stands_in_place_of_the_shipped_one_of_its_id_and_says_so() {
    let folder = folder(&[(
        "signing/zone-signed/rule.rego",
        "package zonewarden.zone_signed\n\ndeny contains \"mine\" if input.zone.live\n",
    )]);
    let run = evaluating(folder.path(), &["--rules=zone-signed"]).ended_with(1);
    let report = report(&run);
    let path = folder.path().join("signing/zone-signed/rule.rego");
    let told = format!(
        "{} stands in place of the rule zone-signed that ships",
        path.display()
    );
    assert!(report.warnings.contains(&told), "{:?}", report.warnings);
    for result in results_of(&report, "zone-signed") {
        assert_eq!(result.message, "mine");
    }
    assert_eq!(report.rules.iter().filter(|rule| rule.selected).count(), 1);
}

#[test]
fn two_rules_of_one_id_are_refused() {
    let files = [
        (
            "a.rego",
            "package a.b\n\ndeny contains \"x\" if input.zone.live\n",
        ),
        (
            "b.rego",
            "package a_b\n\ndeny contains \"x\" if input.zone.live\n",
        ),
    ];
    let folder = folder(&files);
    let pack = Pack::read(&[folder.path().to_owned()]).unwrap();
    let error = Catalogue::shipped().unwrap().with_own(pack).unwrap_err();
    assert!(
        error.to_string().contains("the id a-b is taken by"),
        "{error}"
    );
}

#[test]
fn what_cannot_be_used_is_refused_with_file_and_line() {
    let deny = "package p\n\ndeny contains \"x\" if {\n\tinput.zone.live\n";
    for (text, said) in [
        (
            "package p\n\ndeny[msg] {\n\tmsg := \"x\"\n}\n",
            "a.rego:3: this is Rego v0; write `if`",
        ),
        (
            "package p\n\ndeny contains \"x\" {\n\ttrue\n}\n",
            "a.rego:3: this is Rego v0",
        ),
        (
            "package p\n\ndeny[msg] if {\n\tmsg := \"x\"\n}\n",
            "a.rego:3: `deny[…] if` makes an object",
        ),
        (
            "package p\n\ndeny := \"x\" if input.zone.live\n",
            "a.rego:3: deny is no set",
        ),
        (
            "package p\n\nwarn_a := true\n",
            "a.rego:3: warn_a is no set",
        ),
        (
            "package p\n\ndefault deny := false\n",
            "a.rego:3: deny is a set",
        ),
        ("package p\n\ndeny contains \"x\" if q\n", "a.rego:3: "),
        (
            "package p\n\ndeny contains \"x\" if parse_config(\"a\")\n",
            "a.rego:3: there is no function parse_config",
        ),
        (
            "package p\n\ndeny contains \"x\" if io.jwt.decode(\"a\")\n",
            "a.rego:3: there is no function io.jwt.decode",
        ),
        (
            "package p\n\nimport data.zonewarden.zone_signed\n\ndeny contains \"x\" if zone_signed.deny\n",
            "a.rego:3: data.zonewarden.zone_signed is a part of the rules that ship",
        ),
        (
            "package p\n\nexception contains [\"x\"] if true\n\ndeny contains \"x\" if true\n",
            "a.rego:3: conftest's `exception` is not supported",
        ),
        (
            "# METADATA\n# custom:\n#   severty: low\npackage p\n\ndeny contains \"x\" if true\n",
            "a.rego:3: METADATA: ",
        ),
        (
            "# METADATA\n# custom:\n#   needs: [ksk.status]\npackage p\n\ndeny contains \"x\" if true\n",
            "a.rego:1: METADATA: the fact ksk.status",
        ),
        (
            "# METADATA\n# custom:\n#   id: a b\npackage p\n\ndeny contains \"x\" if true\n",
            "a.rego:1: \"a b\" is no id",
        ),
        (
            "# METADATA\n# custom:\n#   id: a\npackage p\n\nhelper := 1\n",
            "a.rego:1: the package has an id and finds nothing",
        ),
    ] {
        let told = refusal(&[("a.rego", text)]);
        assert!(told.starts_with(said), "{told}");
    }
    for (line, said) in [
        (
            "not input.zone.dnsec.serve_signature",
            "input.zone.dnsec is not in the input of scope zone; did you mean \"dnssec\"?",
        ),
        (
            "input.resource.type == \"zone\"",
            "input.resource is not in the input of scope zone",
        ),
        (
            "some k in input.zone.ksks; k.state == \"ACTIVE\"",
            "input.zone.ksks[].state is not in the input of scope zone; did you mean",
        ),
        (
            "input.zone.comment.text",
            "input.zone.comment.text is not in the input",
        ),
        (
            "input.params.days > 1",
            "input.params.days is not in the input of scope zone",
        ),
    ] {
        let told = refusal(&[("a.rego", &format!("{deny}\t{line}\n}}\n"))]);
        assert!(told.starts_with("a.rego:5: "), "{told}");
        assert!(told.contains(said), "{told}");
    }
    let told = refusal(&[("a.rego", "package p\n"), ("b/data.json", "[1]")]);
    assert!(
        told.starts_with("b/data.json:1: a file of data holds an object"),
        "{told}"
    );
    let told = refusal(&[("data.json", "{\n\"a\": 1\n"), ("a.rego", "package p\n")]);
    assert!(told.starts_with("data.json:"), "{told}");
    let told = refusal(&[
        ("data.json", r#"{"a": {"b": 1}}"#),
        ("a/data.yaml", "b: 2"),
        ("a.rego", "package p\n"),
    ]);
    assert!(told.contains("b is set by another file of data"), "{told}");
}

#[test]
fn what_reaches_outside_is_refused_however_it_is_called() {
    for call in [
        "http.send({\"method\": \"get\", \"url\": \"http://192.0.2.1\"}).status_code == 200",
        "http[\"send\"]({\"method\": \"get\", \"url\": \"http://192.0.2.1\"}).status_code == 200",
        "count([1 | http.send({})]) == 1",
        "count(input.zone.ksks) == 1 with count as http.send",
        "{\"a\": [http.send({})]}.a",
        "every k in input.zone.ksks { http.send(k) }",
        "not http.send({})",
    ] {
        let text = format!("package p\n\ndeny contains \"x\" if {{\n\t{call}\n}}\n");
        let told = refusal(&[("a.rego", &text)]);
        assert!(
            told.starts_with("a.rego:4: http.send is refused"),
            "{call}: {told}"
        );
    }
    for (text, said) in [
        (
            "helper := opa.runtime()",
            "a.rego:3: opa.runtime is refused",
        ),
        (
            "default helper(_) := 1\n\nhelper(x) := rand.intn(\"a\", x)",
            "a.rego:5: rand is refused",
        ),
        (
            "helper contains time.now_ns()",
            "a.rego:3: time.now_ns is refused",
        ),
        (
            "helper[uuid.rfc4122(\"a\")] := 1",
            "a.rego:3: uuid is refused",
        ),
        (
            "helper := net.lookup_ip_addr(\"a\")",
            "a.rego:3: net.lookup_ip_addr is refused",
        ),
        (
            "helper := f if {\n\tf := time.now_ns()\n}",
            "a.rego:4: time.now_ns is refused",
        ),
    ] {
        let told = refusal(&[("a.rego", &format!("package p\n\n{text}\n"))]);
        assert!(told.starts_with(said), "{told}");
    }
    // A rule of the pack may be called so: it is another.
    rule(
        "package p\n\nimport data.p.http\n\ndeny contains \"x\" if input.zone.name == \"http.send\" # http.send\n",
    );
}

#[test]
fn rego_that_is_made_to_hold_the_parser_is_refused() {
    let nested = format!("package p\n\nx := {}1{}\n", "[".repeat(30), "]".repeat(30));
    let told = refusal(&[("a.rego", &nested)]);
    assert!(
        told.starts_with("a.rego:3: its brackets are nested too deep"),
        "{told}"
    );
    let sum = (0..20_000).map(|_| "1 +\n").collect::<String>();
    let told = refusal(&[("a.rego", &format!("package p\n\nx := {sum}1\n"))]);
    assert!(told.contains("too many operators"), "{told}");
    let long = format!("package p\n\n# {}\n", "x".repeat(300 << 10));
    let told = refusal(&[("a.rego", &long)]);
    assert!(told.contains("is over 256 KiB"), "{told}");
    // The most that is let through does no harm.
    let sum = (0..9_000).map(|_| "1 +\n").collect::<String>();
    rule(&format!("package p\n\ndeny contains \"x\" if {sum}1 > 1\n"));
}

#[cfg(unix)]
#[test]
fn links_out_of_the_folder_and_files_that_are_none_are_refused() {
    let outside = folder(&[("secret.rego", "package secret\n")]);
    let inside = folder(&[(
        "a.rego",
        "package p\n\ndeny contains \"x\" if input.zone.live\n",
    )]);
    std::os::unix::fs::symlink(outside.path(), inside.path().join("more")).unwrap();
    let error = Pack::read(&[inside.path().to_owned()]).unwrap_err();
    assert!(
        error.to_string().contains("leads out of the given folder"),
        "{error}"
    );
    fs::remove_file(inside.path().join("more")).unwrap();
    // Within the folder, a link may even lead back.
    std::os::unix::fs::symlink(inside.path(), inside.path().join("more")).unwrap();
    assert!(!Pack::read(&[inside.path().to_owned()]).unwrap().is_empty());
    let fifo = inside.path().join("b.rego");
    let made = std::process::Command::new("mkfifo")
        .arg(&fifo)
        .status()
        .unwrap();
    assert!(made.success());
    let error = Pack::read(&[inside.path().to_owned()]).unwrap_err();
    assert!(
        error.to_string().ends_with("b.rego is no regular file"),
        "{error}"
    );
}

#[test]
fn a_folder_without_a_rule_is_an_error() {
    let empty = folder(&[("lib.rego", "package lib\n\nx := 1\n")]);
    let (cause, remedy) = evaluating(empty.path(), &[]).refused();
    assert!(cause.starts_with("there is no rule below"), "{cause}");
    assert!(remedy.contains("deny contains"), "{remedy}");
    let (cause, _) = evaluating(Path::new("missing"), &[]).refused();
    assert!(cause.contains("missing cannot be read"), "{cause}");
}

#[test]
fn the_configuration_names_folders_from_where_it_is() {
    let rules = folder(&[(
        "rules/main.rego",
        "package main\n\ndeny contains \"x\" if input.zone.live\n",
    )]);
    let config = rules.path().join("zonewarden.toml");
    fs::write(&config, "policies = [\"rules\"]\n").unwrap();
    let run = Zonewarden::new([
        "evaluate",
        "snapshot.jsonl",
        "--output=json",
        "--rules=main",
    ])
    .with_arguments(["--config".as_ref(), config.as_os_str()])
    .with_file("snapshot.jsonl", &*SNAPSHOT)
    .run()
    .ended_with(1);
    assert!(!results_of(&report(&run), "main").is_empty());
}

#[test]
fn rules_are_chosen_by_id_group_severity_and_control() {
    let selected = |arguments: &[&str]| -> Vec<String> {
        let run = Zonewarden::new(["evaluate", "snapshot.jsonl", "--output=json"])
            .with_arguments(arguments)
            .with_file("snapshot.jsonl", &*SNAPSHOT)
            .run();
        let rules = report(&run).rules.into_iter();
        rules
            .filter(|rule| rule.selected)
            .map(|rule| rule.id)
            .collect()
    };
    assert_eq!(selected(&["--rules=zone-signed"]), ["zone-signed"]);
    assert_eq!(
        selected(&["--rules=zone-signed,key-spec", "--exclude-rules=zone-*"]),
        ["key-spec"]
    );
    let kms = selected(&["--rules=group:kms"]);
    assert!(
        kms.iter().all(|id| id.starts_with("key-")) && kms.len() > 5,
        "{kms:?}"
    );
    let critical = selected(&["--rules=severity:critical"]);
    let high = selected(&["--rules=severity:high"]);
    assert!(!critical.is_empty() && critical.iter().all(|id| high.contains(id)));
    assert!(high.len() > critical.len() && high.contains(&"zone-signed".to_owned()));
    let control = selected(&["--rules=control:SC-20"]);
    assert!(control.contains(&"zone-signed".to_owned()), "{control:?}");
    assert_eq!(selected(&["--rules=control:nist-800-53-r5:SC-20"]), control);
}

#[test]
fn why_a_rule_is_left_out_is_said() {
    let run = Zonewarden::new(["evaluate", "snapshot.jsonl", "--output=json"])
        .with_arguments(["--rules=group:kms", "--exclude-rules=key-sp?c"])
        .with_file("snapshot.jsonl", &*SNAPSHOT)
        .run();
    let report = report(&run);
    let why = |id: &str| {
        let rule = report.rules.iter().find(|rule| rule.id == id).unwrap();
        rule.why.clone()
    };
    assert_eq!(
        why("zone-signed").as_deref(),
        Some("--rules does not name it")
    );
    assert_eq!(
        why("key-spec").as_deref(),
        Some("--exclude-rules key-sp?c leaves it out")
    );
    assert_eq!(why("key-enabled"), None);
}

#[test]
fn a_choice_that_leaves_no_rule_is_refused() {
    for arguments in [
        &["--exclude-rules=*"][..],
        &["--rules=zone-signed", "--exclude-rules=zone-*"],
    ] {
        let (cause, remedy) = Zonewarden::new(["evaluate", "snapshot.jsonl"])
            .with_arguments(arguments)
            .with_file("snapshot.jsonl", &*SNAPSHOT)
            .run()
            .refused();
        assert!(cause.contains("leave no rule to judge by"), "{cause}");
        assert!(remedy.contains("exclude fewer"), "{remedy}");
    }
}

#[test]
fn a_selector_that_selects_nothing_names_the_nearest() {
    for (argument, near) in [
        ("--rules=zone-sigend", "zone-signed"),
        ("--exclude-rules=group:kmss", "group:kms"),
        ("--rules=severity:hihg", "severity:high"),
        ("--rules=control:SC-99", "control:SC-"),
        ("--rules=grup:kms", "group:kms"),
    ] {
        let (cause, remedy) = Zonewarden::new(["evaluate", "snapshot.jsonl", argument])
            .with_file("snapshot.jsonl", &*SNAPSHOT)
            .run()
            .refused();
        assert!(cause.contains("selects no rule"), "{cause}");
        assert!(cause.contains(&format!("did you mean \"{near}")), "{cause}");
        assert!(remedy.contains("rules list"), "{remedy}");
    }
    for (argument, way) in [
        (
            "--rules=foo:bar",
            "group:NAME, severity:NAME and control:ID",
        ),
        ("--rules=control:nope", "rules list -o json"),
        ("--rules=severity:grave", "critical, high"),
        ("--rules=nothing-like-it", "rules list"),
    ] {
        let (cause, remedy) = Zonewarden::new(["evaluate", "snapshot.jsonl", argument])
            .with_file("snapshot.jsonl", &*SNAPSHOT)
            .run()
            .refused();
        assert!(cause.ends_with("selects no rule"), "{cause}");
        assert!(remedy.contains(way), "{remedy}");
    }
}
