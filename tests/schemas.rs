//! The JSON Schemas that ship say what the program reads and writes: they are those of its types,
//! and an independent validator finds its documents valid.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use schemars::generate::SchemaSettings;
use serde_json::{Value as Json, json};
use support::peers::{Peers, repository, succeed};
use support::program::Zonewarden;
use zonewarden::evaluate::waiver::waivers_schema;
use zonewarden::evaluate::{EvaluateError, Options, Scope, input_schema, inputs};
use zonewarden::inventory::Record;
use zonewarden::inventory::snapshot::SnapshotFile;

const SNAPSHOT: &str = "scanner/schemas/snapshot-1.schema.json";
const WAIVERS: &str = "scanner/schemas/waivers-1.schema.json";
const REPORT: &str = "reports/schemas/report-1.schema.json";

fn input(scope: &str) -> String {
    format!("policies/schemas/{scope}-1.schema.json")
}

/// The schema of a line of a snapshot.
fn snapshot_schema() -> Json {
    let mut schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<Record>();
    schema.insert(
        "title".to_owned(),
        "a line of a zonewarden snapshot, version 1".into(),
    );
    schema.to_value()
}

/// Asserts that a file of the repository holds the schema; rewrites it where `UPDATE_EXPECTED` is
/// set.
#[track_caller]
fn assert_ships(schema: &Json, file: &str) {
    let text = serde_json::to_string_pretty(schema).unwrap() + "\n";
    let path = repository().join(file);
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &text).unwrap();
    }
    let shipped = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        shipped == text,
        "{file} is not the schema of the types; run the test with UPDATE_EXPECTED=1"
    );
}

#[test]
fn the_schemas_that_ship_are_those_of_the_types() {
    assert_ships(&snapshot_schema(), SNAPSHOT);
    assert_ships(&zonewarden_reports::json_schema(), REPORT);
    assert_ships(&waivers_schema(), WAIVERS);
    for scope in Scope::ALL {
        assert_ships(&input_schema(scope), &input(scope.as_str()));
    }
}

/// Asks the validator about documents, one a line.
fn validating(peers: &Peers, schema: &str, folder: &Path, documents: &str) -> Command {
    let file = folder.join("documents.jsonl");
    fs::write(&file, documents).unwrap();
    let mut validator = peers.python("schema");
    validator
        .arg("validate.py")
        .arg(repository().join(schema))
        .arg(file);
    validator
}

#[track_caller]
fn assert_valid(peers: &Peers, schema: &str, documents: &str) {
    let folder = tempfile::tempdir().unwrap();
    succeed(&mut validating(peers, schema, folder.path(), documents));
}

#[track_caller]
fn assert_invalid(peers: &Peers, schema: &str, document: &Json) {
    let folder = tempfile::tempdir().unwrap();
    let judged = validating(peers, schema, folder.path(), &format!("{document}\n"))
        .output()
        .unwrap();
    assert_eq!(judged.status.code(), Some(1), "{document}");
}

#[test]
fn the_sample_of_each_scope_is_a_valid_input() {
    let Some(peers) = Peers::find() else { return };
    for (scope, text) in zonewarden_policies::samples() {
        let mut sample: Json = serde_saphyr::from_str(text).unwrap();
        sample["params"] = json!({});
        assert_valid(&peers, &input(scope), &format!("{sample}\n"));
        sample[scope]["account"] = json!(3);
        sample[scope]["id"] = json!({});
        sample[scope]["arn"] = json!({});
        sample[scope]["zone"] = json!({});
        assert_invalid(&peers, &input(scope), &sample);
    }
}

#[test]
fn the_demo_writes_valid_snapshots_and_reports_and_judges_valid_inputs() {
    let Some(peers) = Peers::find() else { return };
    let demo = Zonewarden::new([
        "demo",
        "--snapshot=snapshot.jsonl",
        "--output=json",
        "--with-passes",
    ])
    .run()
    .ended_with(1);
    assert_valid(&peers, SNAPSHOT, &demo.text("snapshot.jsonl"));
    let report: Json = serde_json::from_slice(&demo.stdout).unwrap();
    assert_valid(&peers, REPORT, &format!("{report}\n"));
    let mut without_coverage = report;
    without_coverage.as_object_mut().unwrap().remove("coverage");
    assert_invalid(&peers, REPORT, &without_coverage);
    assert_invalid(&peers, SNAPSHOT, &json!({"zone": {"id": "Z1"}}));

    let snapshot = SnapshotFile::open(&demo.path("snapshot.jsonl")).unwrap();
    let mut documents: BTreeMap<&str, String> = BTreeMap::new();
    inputs(&snapshot, &Options::default(), |scope, mut input| {
        input["params"] = json!({});
        *documents.entry(scope.as_str()).or_default() += &format!("{input}\n");
        Ok::<(), EvaluateError>(())
    })
    .unwrap();
    assert_eq!(documents.len(), Scope::ALL.len());
    for (scope, documents) in documents {
        assert_valid(&peers, &input(scope), &documents);
    }
}
