//! The report as JSON, and read back.

use std::fs;

use zonewarden_reports::{Format, Options, Outcome, ReadError, Role, SCHEMA, json_schema, read};

use crate::fixture;
use crate::peers::{Peers, repository, succeed};
use crate::rendering::{assert_is_file, bytes, text};

const ALL: Options = Options {
    with_passes: true,
    with_closed: false,
    changes_only: false,
    colour: false,
    width: 80,
    sarif_anchor: None,
};

#[test]
fn is_as_expected() {
    let document = text(&fixture::organization(), Format::Json, &Options::default());
    assert_is_file(&document, "tests/expected/organization.json");
}

#[test]
fn what_is_written_is_read_again() {
    for report in [
        fixture::organization(),
        fixture::source(),
        fixture::clean(),
        fixture::clean_source(),
    ] {
        let document = bytes(&report, Format::Json, &ALL);
        let again = read(document.as_slice()).unwrap();
        assert_eq!(again, report);
        assert_eq!(bytes(&again, Format::Json, &ALL), document);
    }
}

#[test]
fn passes_are_left_out_unless_asked_for() {
    let report = fixture::organization();
    let short = read(bytes(&report, Format::Json, &Options::default()).as_slice()).unwrap();
    assert!(!short.results.is_empty());
    let is_pass = |outcome| matches!(outcome, Outcome::Pass | Outcome::NotApplicable);
    assert!(short.results.iter().all(|result| !is_pass(result.outcome)));
    assert_eq!(
        short.results.len() + 2,
        report.results.len(),
        "the fixture has one pass and one subject that the rule does not apply to"
    );
    assert_eq!(short.summary, report.summary);
}

#[test]
fn members_of_later_versions_are_ignored() {
    let report = fixture::source();
    let mut document: serde_json::Value =
        serde_json::from_slice(&bytes(&report, Format::Json, &ALL)).unwrap();
    document["novelty"] = serde_json::json!({"a": [1]});
    document["results"][0]["novelty"] = serde_json::json!(1);
    assert_eq!(read(document.to_string().as_bytes()).unwrap(), report);
}

/// A report of a version that read no source code.
#[test]
fn a_report_without_the_members_of_source_code_is_read() {
    let report = fixture::organization();
    let mut document: serde_json::Value =
        serde_json::from_slice(&bytes(&report, Format::Json, &ALL)).unwrap();
    let removed = |value: &mut serde_json::Value, member: &str| {
        value.as_object_mut().unwrap().remove(member).unwrap()
    };
    removed(&mut document["coverage"], "source");
    for gap in document["coverage"]["gaps"].as_array_mut().unwrap() {
        removed(gap, "location");
    }
    for result in document["results"].as_array_mut().unwrap() {
        removed(&mut result["subject"], "construct_path");
    }
    assert_eq!(read(document.to_string().as_bytes()).unwrap(), report);
}

#[test]
fn the_role_of_a_place_in_a_later_version_is_read_as_related() {
    let report = fixture::source();
    let document = text(&report, Format::Json, &ALL);
    let later = document.replace(r#""role": "call""#, r#""role": "import""#);
    assert_ne!(later, document);
    let calls = read(later.as_bytes()).unwrap();
    assert!(calls.results.iter().any(|result| {
        let roles: Vec<_> = result.locations.iter().map(|place| place.role).collect();
        roles == [Role::Primary, Role::Related, Role::Related]
    }));
}

/// Asks an independent validator.
#[test]
fn reports_are_of_the_form_that_the_schema_says() {
    let Some(peers) = Peers::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("reports.jsonl");
    let reports = [
        fixture::organization(),
        fixture::source(),
        fixture::clean_source(),
    ];
    let lines = reports.map(|report| serde_json::to_string(&report).unwrap());
    fs::write(&file, lines.join("\n")).unwrap();
    let schema = repository().join("reports/schemas/report-1.schema.json");
    succeed(
        peers
            .python("schema")
            .arg("validate.py")
            .arg(schema)
            .arg(file),
    );
}

#[test]
fn a_newer_form_is_refused_by_name() {
    let newer = br#"{"schema": "zonewarden.report/2", "results": {"a": 1}}"#;
    let error = read(newer.as_slice()).unwrap_err();
    assert!(matches!(&error, ReadError::Newer { found } if found == "zonewarden.report/2"));
    assert!(error.to_string().contains(SCHEMA), "{error}");
}

#[test]
fn another_document_is_refused() {
    for other in [
        "zonewarden.snapshot/1",
        "zonewarden.report/",
        "zonewarden.report/0",
        "x\u{1b}",
    ] {
        let document = serde_json::json!({"schema": other}).to_string();
        let error = read(document.as_bytes()).unwrap_err();
        assert!(
            matches!(&error, ReadError::OtherForm { found } if found == other),
            "{error}"
        );
        assert!(!error.to_string().contains('\u{1b}'));
    }
    let truncated = bytes(&fixture::source(), Format::Json, &ALL);
    let deep = format!(r#"{{"schema": "{SCHEMA}", "x": {}"#, "[".repeat(1_000_000));
    let inputs: [&[u8]; 5] = [
        b"",
        b"null",
        b"\xff",
        &truncated[..truncated.len() - 5],
        deep.as_bytes(),
    ];
    for input in inputs {
        assert!(matches!(read(input).unwrap_err(), ReadError::NotAReport(_)));
    }
}

#[test]
fn an_endless_document_is_refused() {
    let error = read(std::io::repeat(b' ')).unwrap_err();
    assert!(matches!(error, ReadError::TooLarge), "{error}");
}

#[test]
fn the_schema_is_as_shipped() {
    let schema = serde_json::to_string_pretty(&json_schema()).unwrap() + "\n";
    assert_is_file(&schema, "schemas/report-1.schema.json");
    assert!(!schema.contains("\"$id\""));
}
