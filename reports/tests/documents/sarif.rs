//! The report as SARIF, against what GitHub documents, its JSON Schema and Microsoft's validator.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};
use zonewarden_reports::{Format, Options, Report, Role};

use crate::fixture;
use crate::peers::{Peers, succeed};
use crate::rendering::{assert_is_file, text};

fn log(report: &Report, options: &Options) -> Value {
    serde_json::from_str(&text(report, Format::Sarif, options)).unwrap()
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap()
}

#[test]
fn is_as_expected() {
    let everything = Options {
        with_passes: true,
        with_closed: true,
        ..Options::default()
    };
    let anchored = Options {
        sarif_anchor: Some("zonewarden.toml".to_owned()),
        ..everything.clone()
    };
    for (report, options, name) in [
        (fixture::organization(), Options::default(), "organization"),
        (fixture::organization(), anchored, "organization-everything"),
        (fixture::source(), Options::default(), "source"),
        (fixture::clean(), Options::default(), "clean"),
    ] {
        let document = text(&report, Format::Sarif, &options);
        assert_is_file(&document, &format!("tests/expected/{name}.sarif"));
    }
}

#[test]
fn the_validators_of_others_find_no_fault() {
    let Some(peers) = Peers::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let everything = Options {
        with_passes: true,
        with_closed: true,
        ..Options::default()
    };
    let mut checker = peers.python("sarif");
    checker.arg("check_sarif.py");
    for (name, report) in [
        ("organization", fixture::organization()),
        ("source", fixture::source()),
        ("clean-source", fixture::clean_source()),
    ] {
        let file = folder.path().join(name).with_extension("sarif");
        fs::write(&file, text(&report, Format::Sarif, &everything)).unwrap();
        checker.arg(file);
    }
    succeed(checker.env("SARIF_MULTITOOL", peers.sarif_multitool()));
}

#[test]
fn what_is_in_source_code_is_at_its_lines() {
    let run = &log(&fixture::source(), &Options::default())["runs"][0];
    let result = |rule: &str| {
        let results = list(&run["results"]);
        results
            .iter()
            .find(|result| result["ruleId"] == rule)
            .unwrap()
    };
    let key = result("key-grant-allowed");
    let primary = &key["locations"][0];
    assert_eq!(
        primary["physicalLocation"],
        json!({
            "artifactLocation": {"uri": "cdk.out/DnsStack.template.json"},
            "region": {"startLine": 20, "startColumn": 9, "endLine": 31, "endColumn": 10},
        })
    );
    assert_eq!(
        primary["logicalLocations"],
        json!([
            {"fullyQualifiedName": "DnsKey7F3A", "name": "DnsKey7F3A", "kind": "resource"},
            {"fullyQualifiedName": "DnsStack/Key/Resource", "kind": "construct"},
        ])
    );
    let related = |result: &Value| -> Vec<String> {
        let places = list(&result["relatedLocations"]).iter();
        let shown = places.map(|place| {
            let physical = &place["physicalLocation"];
            let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
            let line = &physical["region"]["startLine"];
            format!(
                "{uri}:{line} {}",
                place["message"]["text"].as_str().unwrap()
            )
        });
        shown.collect()
    };
    assert_eq!(
        related(key),
        [
            "cdk.out/DnsStack.template.json:18 declared here",
            "cdk.out/DnsStack.template.json:40 the KSK that uses it",
        ]
    );
    let in_module = list(&run["results"]).iter().find(|result| {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            == "modules/zone/main.tf"
    });
    assert_eq!(
        related(in_module.unwrap()),
        [
            "infra/dns/zones.tf:7 called here",
            "modules/zones/main.tf:1 called here"
        ]
    );
}

#[test]
fn the_primary_place_is_found_wherever_it_stands() {
    let finding = fixture::unsigned("a.example.", 1)
        .at(Role::Call, "main.tf", (1, 1, 1, 9), None)
        .at(Role::Primary, "zone.tf", (2, 1, 2, 9), None);
    let run = &log(&fixture::report(vec![finding]), &Options::default())["runs"][0];
    let uri = |place: &Value| place["physicalLocation"]["artifactLocation"]["uri"].clone();
    assert_eq!(uri(&run["results"][0]["locations"][0]), "zone.tf");
    assert_eq!(uri(&run["results"][0]["relatedLocations"][0]), "main.tf");
}

#[test]
fn a_file_outside_of_the_repository_is_named_in_full() {
    let finding = fixture::unsigned("a.example.", 1).at(
        Role::Primary,
        "/srv/a b/zone.tf",
        (1, 1, 1, 9),
        None,
    );
    let run = &log(&fixture::report(vec![finding]), &Options::default())["runs"][0];
    let place = &run["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(
        place["artifactLocation"]["uri"],
        "file:///srv/a%20b/zone.tf"
    );
}

#[test]
fn what_source_code_leaves_open_is_notified_at_its_lines() {
    let run = &log(&fixture::source(), &Options::default())["runs"][0];
    let notifications = list(&run["invocations"][0]["toolExecutionNotifications"]);
    let places = |kind: &str| -> Vec<String> {
        let of_kind = notifications
            .iter()
            .filter(|n| n["descriptor"]["id"] == kind);
        let places = of_kind.map(|notification| {
            let place = &notification["locations"][0]["physicalLocation"];
            let uri = place["artifactLocation"]["uri"].as_str().unwrap();
            let region = &place["region"];
            format!("{uri}:{}:{}", region["startLine"], region["startColumn"])
        });
        places.collect()
    };
    assert_eq!(
        places("gap"),
        ["infra/mail/broken.tf:3:17", "infra/mail/huge.tf:1:1"]
    );
    assert_eq!(
        places("unknown-verdict"),
        [
            "infra/dns/signing.tf:4:3",
            "infra/dns/signing.tf:4:3",
            "infra/dns/signing.tf:9:3"
        ]
    );
    let coverage = notifications
        .iter()
        .find(|n| n["descriptor"]["id"] == "coverage");
    assert_eq!(
        coverage.unwrap()["message"]["text"],
        "Incomplete: roots in scope 3, read 2, in part 1; libraries not judged 2; files 48; public zones in scope 6, read 6, in part 0, failed 0; private zones not judged 1."
    );
    let source = &run["invocations"][0]["properties"]["source"];
    assert_eq!(source["libraries"], json!(["modules/kms", "modules/old"]));
    assert_eq!(
        source["roots"][2],
        json!({"path": "infra/mail", "kind": "terraform", "whole": false})
    );
}

#[test]
fn results_are_failures_only() {
    let run = &log(&fixture::organization(), &Options::default())["runs"][0];
    assert!(
        list(&run["results"])
            .iter()
            .all(|result| result["kind"] == "fail")
    );
    assert!(
        list(&run["results"])
            .iter()
            .all(|result| result.get("suppressions").is_none())
    );
    assert_eq!(
        log(&fixture::clean(), &Options::default())["runs"][0]["results"],
        Value::Array(vec![])
    );
}

#[test]
fn waived_results_and_passes_come_when_asked_for() {
    let options = Options {
        with_closed: true,
        with_passes: true,
        ..Options::default()
    };
    let run = &log(&fixture::organization(), &options)["runs"][0];
    let kinds: Vec<_> = list(&run["results"])
        .iter()
        .map(|result| &result["kind"])
        .collect();
    assert!(
        kinds.contains(&&Value::from("pass")) && kinds.contains(&&Value::from("notApplicable"))
    );
    let suppressed: Vec<_> = list(&run["results"])
        .iter()
        .filter(|result| result.get("suppressions").is_some())
        .collect();
    assert_eq!(suppressed.len(), 1);
    let suppression = &suppressed[0]["suppressions"][0];
    assert_eq!(suppression["kind"], "external");
    assert_eq!(suppression["status"], "accepted");
    assert_eq!(
        suppression["justification"],
        "The old name servers are switched off in spring."
    );
    assert_eq!(suppression["properties"]["waiver"], "W-12");
    assert_eq!(suppression["properties"]["approvedBy"], "=security");
    assert_eq!(suppression["properties"]["expires"], "2026-05-01");
}

#[test]
fn what_is_not_known_is_notified() {
    let report = fixture::organization();
    let run = &log(&report, &Options::default())["runs"][0];
    let notifications = list(&run["invocations"][0]["toolExecutionNotifications"]);
    let number = |id: &str| {
        notifications
            .iter()
            .filter(|n| n["descriptor"]["id"] == id)
            .count()
    };
    assert_eq!(number("unknown-verdict"), 3);
    assert_eq!(number("gap"), report.coverage.gaps.len());
    assert_eq!(
        (number("coverage"), number("warning"), number("left-out")),
        (1, 1, 0)
    );
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    let descriptors = list(&run["tool"]["driver"]["notifications"]);
    for notification in notifications {
        let index = usize::try_from(notification["descriptor"]["index"].as_u64().unwrap()).unwrap();
        assert_eq!(descriptors[index]["id"], notification["descriptor"]["id"]);
    }
}

#[test]
fn every_result_has_what_github_asks_for() {
    let everything = Options {
        with_passes: true,
        with_closed: true,
        ..Options::default()
    };
    let run = &log(&fixture::organization(), &everything)["runs"][0];
    let rules = list(&run["tool"]["driver"]["rules"]);
    let mut hashes = BTreeSet::new();
    for result in list(&run["results"]) {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        assert!(
            hashes.insert(result["partialFingerprints"]["primaryLocationLineHash"].to_string())
        );
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(
            !uri.is_empty() && !uri.starts_with('/') && !uri.contains([':', ' ', '\\']),
            "{uri}"
        );
        assert!(place["region"]["startLine"].as_u64().unwrap() >= 1);
        assert!(result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"].is_string());
    }
    for rule in rules {
        assert!(list(&rule["properties"]["tags"]).len() <= 10);
        assert!(rule["help"]["text"].is_string() && rule["help"]["markdown"].is_string());
        assert!(rule["helpUri"].as_str().unwrap().starts_with("https://"));
    }
}

#[test]
fn a_rule_has_the_score_of_its_severity() {
    let run = &log(&fixture::organization(), &Options::default())["runs"][0];
    let score = |id: &str| {
        let rules = list(&run["tool"]["driver"]["rules"]);
        let rule = rules.iter().find(|rule| rule["id"] == id).unwrap();
        let properties = &rule["properties"];
        (
            properties["security-severity"].clone(),
            rule["defaultConfiguration"]["level"].clone(),
        )
    };
    let expected = [
        ("chain-validates", "9.5", "error"),
        ("zone-signed", "8.0", "error"),
        ("key-grant-allowed", "5.5", "warning"),
        ("ksk-key-not-shared", "2.0", "note"),
    ];
    for (id, number, level) in expected {
        assert_eq!(score(id), (Value::from(number), Value::from(level)));
    }
    assert_eq!(
        score("key-duties-split"),
        (Value::Null, Value::from("note"))
    );
}

#[test]
fn a_finding_is_placed_where_it_is_declared_or_on_a_path_of_its_own() {
    let uri = |report: &Report, name: &str, options: &Options| {
        let run = &log(report, options)["runs"][0];
        let results = list(&run["results"]);
        let result = results
            .iter()
            .find(|result| result["locations"][0]["logicalLocations"][0]["name"] == name)
            .unwrap();
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let mut report = fixture::organization();
    let options = Options::default();
    assert_eq!(
        uri(&report, "shop.example.", &options),
        "aws/111122223333/route53/shop.example-Z0000000000000000010"
    );
    assert_eq!(
        uri(&report, "alias/dnssec", &options),
        "aws/111122223333/kms/us-east-1/alias%2Fdnssec-00000000-0000-4000-8000-000000000001"
    );
    assert_eq!(
        uri(&report, "in-code.example.", &options),
        "infra/zones%20%26%20keys/100%25/main.tf"
    );
    assert_eq!(
        uri(&fixture::source(), "example.com.", &options),
        "infra/dns/main.tf"
    );
    let anchored = Options {
        sarif_anchor: Some("./etc/zonewarden.toml".to_owned()),
        ..options.clone()
    };
    assert_eq!(
        uri(&report, "shop.example.", &anchored),
        "etc/zonewarden.toml"
    );
    assert_eq!(
        uri(&report, "in-code.example.", &anchored),
        "infra/zones%20%26%20keys/100%25/main.tf"
    );

    let hostile = report
        .results
        .iter_mut()
        .find(|r| r.subject.name == "shop.example.")
        .unwrap();
    hostile.subject.account = Some("..".into());
    hostile.subject.name = "../../etc/passwd".to_owned();
    assert_eq!(
        uri(&report, "../../etc/passwd", &options),
        "aws/_/route53/..%2F..%2Fetc%2Fpasswd-Z0000000000000000010"
    );
}

#[test]
fn text_from_outside_is_neither_link_nor_placeholder_nor_markup() {
    let run = &log(&fixture::organization(), &Options::default())["runs"][0];
    let results = list(&run["results"]);
    let result = results
        .iter()
        .find(|result| result["ruleId"] == "ksk-key-not-shared")
        .unwrap();
    let message = result["message"]["text"].as_str().unwrap();
    assert!(
        message.contains(r"\[click\](https://evil.example/) {{0}}"),
        "{message}"
    );
    let document = text(&fixture::organization(), Format::Sarif, &Options::default());
    assert!(!document.contains('\u{202e}'));
    assert_no_controls(&log(&fixture::organization(), &Options::default()));
    let rule = &run["tool"]["driver"]["rules"][0];
    let markdown = rule["help"]["markdown"].as_str().unwrap();
    assert!(
        markdown.contains(r"&lt;everyone&gt; &amp; \*anyone\*"),
        "{markdown}"
    );
    assert!(!document.contains("javascript:"));
}

#[test]
fn the_title_of_an_alert_says_what_is_wrong_with_what() {
    let run = &log(&fixture::source(), &Options::default())["runs"][0];
    let message = run["results"][0]["message"]["text"].as_str().unwrap();
    assert!(
        message.starts_with("Zone not signed: example.com. "),
        "{message}"
    );
}

#[test]
fn controls_are_taxa_that_rules_point_to() {
    let run = &log(&fixture::organization(), &Options::default())["runs"][0];
    let taxonomies = list(&run["taxonomies"]);
    for rule in list(&run["tool"]["driver"]["rules"]) {
        let relationships = list(&rule["relationships"]);
        let expected = if rule["id"] == "zone-signed" { 14 } else { 2 };
        assert_eq!(relationships.len(), expected);
        for target in relationships
            .iter()
            .map(|relationship| &relationship["target"])
        {
            let component = target["toolComponent"]["index"].as_u64().unwrap();
            let taxonomy = &taxonomies[usize::try_from(component).unwrap()];
            assert_eq!(taxonomy["name"], target["toolComponent"]["name"]);
            let taxon = usize::try_from(target["index"].as_u64().unwrap()).unwrap();
            assert_eq!(taxonomy["taxa"][taxon]["id"], target["id"]);
        }
    }
}

#[test]
fn the_run_is_named_by_what_it_judged_and_when() {
    let id = |report: &Report| {
        log(report, &Options::default())["runs"][0]["automationDetails"]["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let mut report = fixture::organization();
    assert_eq!(
        id(&report),
        "dnssec/o-example12345/live/2026-06-01T00-01-30.5Z-a1a1a1a1a1a1"
    );
    report.scope.organization = None;
    assert_eq!(
        id(&report),
        "dnssec/999999999999/live/2026-06-01T00-01-30.5Z-a1a1a1a1a1a1"
    );
    assert_eq!(
        id(&fixture::source()),
        "dnssec/infra-cdk.out/source/2026-06-01T00-01-30.5Z-5e5e5e5e5e5e"
    );
    for path in [".", "./"] {
        let mut report = fixture::clean_source();
        report.scope.paths = vec![path.to_owned()];
        assert!(id(&report).starts_with("dnssec/all/source/"), "{path}");
    }
}

#[test]
fn the_worst_of_too_many_results_are_kept_and_the_rest_is_counted() {
    let mut report = fixture::unsigned_zones(25_002);
    let last = report.results.last_mut().unwrap();
    last.severity = zonewarden_reports::Severity::Critical;
    let worst = last.subject.id.clone();
    let document = text(&report, Format::Sarif, &Options::default());
    let results: Vec<_> = document.match_indices("\"ruleIndex\": ").collect();
    assert_eq!(results.len(), 25_000);
    assert!(document.find(worst.as_str()).unwrap() < results[0].0);
    assert!(document.contains("\"Results left out: 2. The JSON report has them all.\""));
}

#[test]
fn unknown_verdicts_without_end_are_counted() {
    let mut report = fixture::unsigned_zones(5_003);
    for result in &mut report.results {
        result.outcome = zonewarden_reports::Outcome::Unknown;
    }
    let document = text(&report, Format::Sarif, &Options::default());
    assert_eq!(document.matches("\"associatedRule\": ").count(), 5_000);
    assert!(document.contains("\"Unknown verdicts left out: 3. The JSON report has them all.\""));
}

#[test]
fn a_region_is_counted_from_one_and_does_not_end_before_it_starts() {
    let region = |place: (u64, u64, u64, u64)| {
        let finding = fixture::unsigned("a.example.", 1).at(Role::Primary, "a.tf", place, None);
        let log = log(&fixture::report(vec![finding]), &Options::default());
        log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"].clone()
    };
    let start = serde_json::json!({"startLine": 4, "startColumn": 7});
    assert_eq!(region((4, 7, 4, 6)), start);
    assert_eq!(region((4, 7, 0, 0)), start);
    assert_eq!(
        region((0, 0, 0, 0)),
        serde_json::json!({"startLine": 1, "startColumn": 1})
    );
    assert_eq!(
        region((4, 7, 5, 1)),
        serde_json::json!({"startLine": 4, "startColumn": 7, "endLine": 5, "endColumn": 1})
    );
}

/// Escaped, it would be another command.
#[test]
fn a_command_that_would_have_to_be_escaped_is_left_out() {
    let message = |value: &str| {
        let finding = fixture::unsigned("a.example.", 1).fix(["aws", "x", value]);
        let log = log(&fixture::report(vec![finding]), &Options::default());
        log["runs"][0]["results"][0]["message"]["text"].to_string()
    };
    assert!(message("{\"a\": [1]}").contains("aws x '{"));
    assert!(!message("{0}").contains("aws"));
    assert!(!message("[a](b)").contains("aws"));
}

fn assert_no_controls(value: &Value) {
    match value {
        Value::String(text) => {
            assert!(
                !text.contains(|c: char| c.is_control() && c != '\n'),
                "{text:?}"
            );
        }
        Value::Array(members) => members.iter().for_each(assert_no_controls),
        Value::Object(members) => members.values().for_each(assert_no_controls),
        _ => {}
    }
}
