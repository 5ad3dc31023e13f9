//! What the configuration sets of rules, for all subjects and by profile, and how it is shown.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::sync::LazyLock;

use serde_json::Value as Json;
use support::findings::with_outcome;
use support::program::{Run, Zonewarden};
use support::simulated::{HEALTHY, STRUCK, Simulated};
use zonewarden_reports::{Outcome, RuleResult};
use zonewarden_simulator::{Fault, FaultKind, Options, Organization};

/// Of two accounts, one lies under /prod/web, and its zone has a tag.
fn snapshot(faults: Vec<Fault>) -> Vec<u8> {
    let text = HEALTHY
        .replace("name = \"struck\"", "name = \"struck\"\nou = \"/prod/web\"")
        .replace(
            "name = \"struck.example\"",
            "name = \"struck.example\"\n  tags = { tier = \"one\" }",
        );
    assert_ne!(text, HEALTHY);
    let options = Options {
        faults,
        ..Options::default()
    };
    let simulated = Simulated::start(Organization::from_toml(&text).unwrap(), options);
    Zonewarden::new(["collect", "--snapshot=snapshot.jsonl"])
        .against(&simulated.cloud())
        .run()
        .file("snapshot.jsonl")
}

static SNAPSHOT: LazyLock<Vec<u8>> = LazyLock::new(|| snapshot(Vec::new()));

static SNAPSHOT_WITHOUT_TAGS: LazyLock<Vec<u8>> = LazyLock::new(|| {
    snapshot(vec![Fault {
        account: Some(STRUCK.to_owned()),
        operation: Some("route53:ListTagsForResources".to_owned()),
        ..Fault::new(FaultKind::Denied)
    }])
});

fn evaluated(snapshot: &[u8], configuration: &str) -> Run {
    Zonewarden::new(["evaluate", "snapshot.jsonl", "--output=json"])
        .with_file("snapshot.jsonl", snapshot)
        .with_file("zonewarden.toml", configuration)
        .run()
}

fn of_rule(run: &Run, rule: &str, outcome: Outcome) -> Vec<RuleResult> {
    with_outcome(&run.report(), outcome)
        .filter(|result| &*result.rule == rule)
        .cloned()
        .collect()
}

/// The names of the KSKs that are too old by a configuration; all were made 30 days ago.
fn too_old(configuration: &str) -> Vec<String> {
    let run = evaluated(&SNAPSHOT, configuration);
    let failed = of_rule(&run, "ksk-age", Outcome::Fail);
    failed
        .into_iter()
        .map(|result| result.subject.name)
        .collect()
}

fn profile(cover: &str) -> String {
    format!(
        "[[profile]]\nname = \"strict\"\nmatch = {{ {cover} }}\n[profile.rules.ksk-age]\nmax_age_days = 7\n"
    )
}

#[test]
fn a_profile_holds_for_the_subjects_that_it_matches_and_no_others() {
    for cover in [
        "accounts = [\"222233334444\"]",
        "ous = [\"/prod\"]",
        "ous = [\"/elsewhere\", \"/prod/web\"]",
        "zone_names = [\"*.example\"], ous = [\"/prod\"]",
        "zone_names = [\"STRUCK.*\"]",
        "zone_names = [\"str?ck.exampl?\"]",
        "tags = { tier = \"o*\" }",
        "tags = { tier = \"?ne\" }",
    ] {
        assert_eq!(
            too_old(&profile(cover)),
            ["struck.example. ksk1"],
            "{cover}"
        );
    }
    for cover in [
        "accounts = [\"111122223333\"]",
        "ous = [\"/pro\"]",
        "ous = [\"/prod/web/deeper\"]",
        "zone_names = [\"example\"]",
        "tags = { tier = \"two\" }",
        "tags = { tier = \"on??\" }",
        "tags = { tier = \"one\", owner = \"*\" }",
        "ous = [\"/prod\"], accounts = [\"333344445555\"]",
    ] {
        assert!(too_old(&profile(cover)).is_empty(), "{cover}");
    }
}

#[test]
fn a_profile_that_covers_nothing_of_what_was_wholly_read_is_told() {
    let told = |snapshot: &[u8], cover: &str| {
        let report = evaluated(snapshot, &profile(cover)).report();
        let mut warnings = report.warnings.iter();
        warnings.any(|warning| warning.contains("The profile strict covers nothing"))
    };
    assert!(told(&SNAPSHOT, "zone_names = [\"struck.exampel\"]"));
    assert!(told(&SNAPSHOT, "ous = [\"/prod/web/deeper\"]"));
    for used in ["accounts = [\"111122223333\"]", "tags = { tier = \"one\" }"] {
        assert!(!told(&SNAPSHOT, used), "{used}");
    }
    // What was not read may be what it is for.
    let two = "zone_names = [\"struck.exampel\"]";
    assert!(!told(&SNAPSHOT_WITHOUT_TAGS, two));
}

#[test]
fn the_report_has_a_digest_of_what_is_set_of_rules_and_of_nothing_else() {
    let digest = |configuration: &str| {
        let run = evaluated(&SNAPSHOT, configuration);
        run.report().run.settings_digest
    };
    assert_eq!(digest("fail_on = \"low\"\n"), None);
    let week = digest("[rules.ksk-age]\nmax_age_days = 7\n").unwrap();
    assert!(week.starts_with("sha256:"), "{week}");
    let same = digest("# Weekly.\nfail_on = \"low\"\nrules.ksk-age.max_age_days = 7\n");
    assert_eq!(same.as_ref(), Some(&week));
    for other in [
        "[rules.ksk-age]\nmax_age_days = 8\n",
        "[rules.ksk-age]\nmax_age_days = 7\nseverity = \"high\"\n",
        &profile("ous = [\"/prod\"]"),
        &profile("ous = [\"/dev\"]"),
    ] {
        assert_ne!(digest(other).unwrap(), week, "{other}");
    }
}

#[test]
fn the_last_profile_that_matches_decides_and_all_profiles_go_before_the_rules_for_all() {
    let all = "[rules.ksk-age]\nmax_age_days = 1\n";
    assert_eq!(too_old(all).len(), 2);
    let lax = profile("ous = [\"/prod\"]")
        .replace("= 7", "= 90")
        .replace("strict", "lax");
    assert_eq!(too_old(&format!("{all}{lax}")), ["spared.example. ksk1"]);
    let strict = profile("zone_names = [\"struck.example\"]");
    assert_eq!(too_old(&format!("{lax}{strict}")), ["struck.example. ksk1"]);
    assert!(too_old(&format!("{strict}{lax}")).is_empty());
}

#[test]
fn a_severity_that_is_set_is_that_of_the_findings_and_decides_how_the_run_ends() {
    let strict = profile("ous = [\"/prod\"]");
    evaluated(&SNAPSHOT, &strict).ended_with(1);
    let run = evaluated(&SNAPSHOT, &format!("{strict}severity = \"low\"\n")).ended_with(0);
    let failed = of_rule(&run, "ksk-age", Outcome::Fail);
    assert_eq!(failed[0].severity.as_str(), "low");
    // The catalogue of the report says what holds for all.
    let listed = |run: &Run| {
        let rules = run.report().rules;
        let rule = rules.into_iter().find(|rule| rule.id == "ksk-age");
        rule.unwrap().severity
    };
    assert_eq!(listed(&run).as_str(), "medium");
    let run = evaluated(
        &SNAPSHOT,
        "[rules.ksk-age]\nmax_age_days = 7\nseverity = \"critical\"\n",
    );
    assert_eq!(listed(&run).as_str(), "critical");
    let failed = of_rule(&run, "ksk-age", Outcome::Fail);
    assert!(
        failed
            .iter()
            .all(|result| result.severity.as_str() == "critical")
    );
}

#[test]
fn where_the_tags_that_decide_are_not_known_the_verdict_is_unknown() {
    let strict = profile("tags = { tier = \"one\" }");
    let run = evaluated(&SNAPSHOT_WITHOUT_TAGS, &strict).ended_with(3);
    assert!(of_rule(&run, "ksk-age", Outcome::Fail).is_empty());
    let unknown = of_rule(&run, "ksk-age", Outcome::Unknown);
    let lost = unknown[0].unknown.as_ref().unwrap();
    assert_eq!(unknown[0].subject.name, "struck.example. ksk1");
    assert_eq!(lost.fact.as_deref(), Some("zone.tags"));
    assert_eq!(
        lost.operation.as_deref(),
        Some("route53:ListTagsForResources")
    );
    // Where nothing hangs on them, it is known.
    let either = strict.replace("= 7", "= 1095");
    let run = evaluated(&SNAPSHOT_WITHOUT_TAGS, &either);
    assert!(of_rule(&run, "ksk-age", Outcome::Unknown).is_empty());
    // A severity that is not known is taken for the worse.
    let milder = "[rules.ksk-age]\nmax_age_days = 7\n[[profile]]\nname = \"lab\"\n\
                  match = { tags = { tier = \"lab\" } }\nrules.ksk-age.severity = \"info\"\n";
    let run = evaluated(&SNAPSHOT_WITHOUT_TAGS, milder);
    let failed = of_rule(&run, "ksk-age", Outcome::Fail);
    assert!(
        failed
            .iter()
            .all(|result| result.severity.as_str() == "medium")
    );
}

#[test]
fn where_code_does_not_say_the_account_the_severity_is_the_worst_that_may_hold() {
    let code = "resource \"aws_route53_zone\" \"main\" { name = \"example.com\" }\n\
                provider \"aws\" { region = \"us-east-1\" }\n";
    for cover in [
        "accounts = [\"111122223333\"]",
        "ous = [\"/prod\"]",
        "tags = { tier = \"one\" }",
    ] {
        let configuration = format!(
            "[rules.zone-signed]\nseverity = \"low\"\n[[profile]]\nname = \"strict\"\n\
             match = {{ {cover} }}\nrules.zone-signed.severity = \"critical\"\n"
        );
        let run = Zonewarden::new(["check", ".", "--output=json"])
            .with_file("main.tf", code)
            .with_file("zonewarden.toml", configuration)
            .run();
        let failed = of_rule(&run, "zone-signed", Outcome::Fail);
        let severities = failed.iter().map(|result| result.severity.as_str());
        let expected = match cover.starts_with("tags") {
            // The tags of a zone are those that the code gives it: none.
            true => "low",
            false => "critical",
        };
        assert_eq!(severities.collect::<Vec<_>>(), [expected], "{cover}");
    }
}

#[test]
fn what_is_set_wrongly_is_refused_with_its_line_before_anything_is_read() {
    for (slip, cause, remedy) in [
        (
            "\n[rules.ksk-aeg]\nmax_age_days = 9\n",
            "zonewarden.toml:2: there is no rule \"ksk-aeg\"",
            "ksk-age",
        ),
        (
            "[rules.ksk-age]\n\nmax_age_day = 9\n",
            "zonewarden.toml:3: the rule ksk-age has no parameter \"max_age_day\"",
            "max_age_days",
        ),
        (
            "[rules.ksk-age]\nmax_age_days = \"9\"\n",
            "zonewarden.toml:2: the parameter max_age_days of the rule ksk-age is set to \"9\"",
            "integer",
        ),
        (
            "[rules.ksk-age]\n\nmax_age_days = 1979-05-27\n",
            "zonewarden.toml:3: the parameter max_age_days of the rule ksk-age is set to 1979-05-27",
            "integer",
        ),
        (
            "[rules.ksk-age]\nmax_age_days = [ -inf, 07:32:00 ]\n",
            "is set to [ -inf, 07:32:00 ]",
            "integer",
        ),
        (
            "[rules.ksk-age]\nmax_age_days = nan\n",
            "is set to nan",
            "integer",
        ),
        (
            "[rules.ksk-age]\n\nmax_age_days = 12345678901234567890123\n",
            "zonewarden.toml:3: the number has too many digits",
            "18446744073709551615",
        ),
        (
            "[rules.ksk-age]\nseverity = 1979-05-27\n",
            "zonewarden.toml:2: 1979-05-27 is no severity",
            "critical",
        ),
        (
            "[rules.ksk-age]\nseverity = \"grave\"\n",
            "zonewarden.toml:2: \"grave\" is no severity",
            "critical",
        ),
        (
            "[[profile]]\nname = \"all\"\nrules.ksk-age.severity = \"low\"\n",
            "zonewarden.toml:2: the profile has no match",
            "[rules]",
        ),
        (
            "[[profile]]\nname = \"one\"\nmatch = { accounts = [\"1\"] }\n",
            "zonewarden.toml:2: \"1\" is not an account id",
            "twelve digits",
        ),
        (
            "[[profile]]\nname = \"one\"\nmatch = { ous = [\"prod/web\"] }\n",
            "zonewarden.toml:2: \"prod/web\" is no path and no id of an organisational unit",
            "/prod/web",
        ),
        (
            "[[profile]]\nname = \"one\"\nmatch = { zone_names = [\"\"] }\n",
            "zonewarden.toml:2: the name of a zone is empty",
            "a name",
        ),
        (
            "[[profile]]\nname = \"one\"\nmatch = { acounts = [] }\n",
            "zonewarden.toml:3: unknown field `acounts`",
            "accounts",
        ),
        (
            &[profile("ous = [\"/a\"]"), profile("ous = [\"/b\"]")].concat(),
            "zonewarden.toml:7: there is another profile \"strict\"",
            "name",
        ),
    ] {
        let run = Zonewarden::new(["evaluate", "missing.jsonl"]);
        let (told, help) = run.with_file("zonewarden.toml", slip).run().refused();
        assert!(told.contains(cause), "{slip}: {told}");
        assert!(help.contains(remedy), "{slip}: {help}");
    }
}

#[test]
fn the_configuration_is_shown_with_the_origin_of_each_value() {
    let file = format!(
        "fail_on = \"high\"\n[role]\nexternal_id = \"guess-me\"\n[rules.ksk-age]\nmax_age_days = 365\n{}",
        profile("ous = [\"/prod\"], tags = { tier = \"one\" }")
    );
    let shown = |arguments: &[&str]| -> Vec<(String, String, String)> {
        let always = ["config", "show", "--output=json", "--origin"];
        let run = Zonewarden::new(always.iter().chain(arguments))
            .with_file("zonewarden.toml", &file)
            .env("ZONEWARDEN_SHARE", "0.25")
            .run()
            .ended_with(0);
        let lines: Vec<Json> = serde_json::from_slice(&run.stdout).unwrap();
        let text = |line: &Json, name: &str| line[name].as_str().unwrap().to_owned();
        lines
            .iter()
            .map(|line| (text(line, "key"), text(line, "value"), text(line, "origin")))
            .collect()
    };
    let all = shown(&[]);
    let of = |key: &str| {
        let line = all.iter().find(|line| line.0 == key);
        let (_, value, origin) = line.unwrap_or_else(|| panic!("{key} is not shown"));
        (value.as_str(), origin.rsplit('/').next().unwrap())
    };
    assert_eq!(of("fail_on"), ("\"high\"", "zonewarden.toml:1"));
    assert_eq!(of("pace.share"), ("\"0.25\"", "ZONEWARDEN_SHARE"));
    assert_eq!(of("dns.port"), ("53", "default"));
    assert_eq!(of("role.external_id"), ("(hidden)", "zonewarden.toml:3"));
    assert_eq!(
        of("rules.ksk-age.max_age_days"),
        ("365", "zonewarden.toml:5")
    );
    assert_eq!(of("rules.ksk-age.severity"), ("\"medium\"", "default"));
    // For one subject, with the profiles that match it.
    let of_subject = shown(&["--rule=ksk-age", "--ou=/prod/web", "--tag=tier=one"]);
    assert_eq!(of_subject.len(), 2);
    assert_eq!(of_subject[1].1, "7");
    assert!(
        of_subject[1]
            .2
            .ends_with("zonewarden.toml:10, profile strict")
    );
    let of_other = shown(&["--rule=ksk-age", "--ou=/prod/web", "--tag=tier=two"]);
    assert_eq!(of_other[1].1, "365");
}

#[test]
fn what_holds_without_the_file_is_shown_too() {
    let shown = |file: &str, variables: &[(&str, &str)]| -> Vec<String> {
        let mut program = Zonewarden::new(["config", "show", "--origin"])
            .with_file("zonewarden.toml", file)
            .with_file("zonewarden-waivers.toml", "");
        for (name, value) in variables {
            program = program.env(name, value);
        }
        let run = program.run().ended_with(0);
        let stdout = String::from_utf8(run.stdout).unwrap();
        let lines = stdout.lines().map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            words.join(" ")
        });
        lines.collect()
    };
    let plain = shown("", &[]);
    let has = |lines: &[String], wanted: &str| lines.iter().any(|line| line == wanted);
    let waivers = plain
        .iter()
        .find(|line| line.starts_with("waivers.file = "))
        .unwrap();
    assert!(
        waivers.ends_with("/zonewarden-waivers.toml\" # found beside the configuration"),
        "{waivers}"
    );
    for line in [
        "--strict-waivers = false # default",
        "--baseline = (not set) # default",
        "dns.resolver = (not set) # default",
        "records = \"parents\" # default",
    ] {
        assert!(has(&plain, line), "{line} in {plain:#?}");
    }
    let variables = [
        ("ZONEWARDEN_STRICT_WAIVERS", "true"),
        ("ZONEWARDEN_BASELINE", "main.json"),
        ("ZONEWARDEN_WAIVERS", "others.toml"),
    ];
    let set = shown("[dns]\nmode = \"off\"\n", &variables);
    for line in [
        "--strict-waivers = \"true\" # ZONEWARDEN_STRICT_WAIVERS",
        "--baseline = \"main.json\" # ZONEWARDEN_BASELINE",
        "waivers.file = \"others.toml\" # ZONEWARDEN_WAIVERS",
        "records = \"off\" # default with dns.mode off",
    ] {
        assert!(has(&set, line), "{line} in {set:#?}");
    }
    let both = shown("records = \"all\"\n", &[("ZONEWARDEN_DNS", "off")]);
    assert!(
        both.iter()
            .any(|line| line.starts_with("records = \"all\" # "))
    );
}

#[test]
fn a_threshold_that_is_none_is_refused_by_what_shows_it_as_by_what_uses_it() {
    let run = Zonewarden::new(["config", "show"])
        .with_file("zonewarden.toml", "\nfail_on = \"banana\"\n");
    let (cause, remedy) = run.run().refused();
    assert!(
        cause.contains("zonewarden.toml:2: \"banana\" is no severity"),
        "{cause}"
    );
    assert!(remedy.contains("never"), "{remedy}");
    let run = Zonewarden::new(["config", "show"]).env("ZONEWARDEN_FAIL_ON", "banana");
    let (cause, _) = run.run().refused();
    assert!(
        cause.starts_with("ZONEWARDEN_FAIL_ON: \"banana\""),
        "{cause}"
    );
}

#[test]
fn whoever_reads_no_further_breaks_nothing() {
    for arguments in [&["config", "show"][..], &["rules", "new", "own"]] {
        let mut running = Zonewarden::new(arguments).start();
        running.close_output();
        running.finish().ended_with(0);
    }
}

#[test]
fn every_setting_of_the_example_is_shown() {
    let example = include_str!("../examples/zonewarden.toml");
    let run = Zonewarden::new(["config", "show", "--origin"])
        .with_file("zonewarden.toml", example)
        .run()
        .ended_with(0);
    let stdout = String::from_utf8(run.stdout).unwrap();
    let mut open = vec![(
        String::new(),
        toml::from_str::<toml::Table>(example).unwrap(),
    )];
    while let Some((path, table)) = open.pop() {
        for (name, value) in table {
            match value {
                toml::Value::Table(inner) => open.push((format!("{path}{name}."), inner)),
                _ => assert!(
                    stdout.contains(&format!("{path}{name} = ")),
                    "{path}{name} is not shown"
                ),
            }
        }
    }
}
