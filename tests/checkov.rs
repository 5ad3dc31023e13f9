//! `zonewarden check` beside checkov, which has two checks of Route 53 for Terraform: CKV2_AWS_38
//! (signing is enabled for a public zone) and CKV2_AWS_39 (its queries are logged).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value as Json;
use support::peers::{Peers, repository, succeed};
use support::program::Zonewarden;
use zonewarden_reports::{Outcome, Role};

/// Where a zone is declared: the file, and the line of its header.
type Declaration = (String, u64);

/// Whether each zone fails a check; of the instances of one resource, whether any does.
type Failures = BTreeMap<Declaration, bool>;

fn by_checkov(peers: &Peers, folder: &Path, check: &str) -> Failures {
    let output = succeed(
        peers
            .checkov()
            .args([
                "--framework",
                "terraform",
                "--output",
                "json",
                "--soft-fail",
                "--check",
                check,
            ])
            .arg("--directory")
            .arg(folder)
            .current_dir(folder),
    );
    let report: Json = serde_json::from_slice(&output).unwrap();
    let mut failures = Failures::new();
    for (list, fails) in [("passed_checks", false), ("failed_checks", true)] {
        for found in report["results"][list].as_array().unwrap() {
            let file = found["file_path"].as_str().unwrap().trim_start_matches('/');
            let line = found["file_line_range"][0].as_u64().unwrap();
            *failures.entry((file.to_owned(), line)).or_default() |= fails;
        }
    }
    failures
}

fn by_zonewarden(folder: &Path, rule: &str) -> Failures {
    let folder_name = folder.to_str().unwrap();
    let report = Zonewarden::new(["check", "--all", folder_name, "-o", "json", "--with-passes"])
        .run()
        .report();
    let mut failures = Failures::new();
    for result in report.results.iter().filter(|result| result.rule == rule) {
        let fails = match result.outcome {
            Outcome::Fail => true,
            Outcome::Pass => false,
            _ => continue,
        };
        let mut places = result.locations.iter();
        let declared = places.find(|place| place.role == Role::Declaration);
        let place = declared.or(result.locations.first()).unwrap();
        let file = Path::new(&place.file);
        let file = file.strip_prefix(folder).unwrap_or(file);
        let from_folder = folder.strip_prefix(repository()).unwrap_or(folder);
        let file = file.strip_prefix(from_folder).unwrap_or(file);
        let declaration = (file.to_str().unwrap().to_owned(), place.line);
        *failures.entry(declaration).or_default() |= fails;
    }
    failures
}

#[test]
fn checkov_says_the_same_of_every_zone_of_the_corpus() {
    let Some(peers) = Peers::find() else {
        return;
    };
    let corpus = fs::canonicalize(repository().join("tests/corpus")).unwrap();
    for (check, rule) in [
        ("CKV2_AWS_38", "zone-signed"),
        ("CKV2_AWS_39", "query-logging"),
    ] {
        let theirs = by_checkov(&peers, &corpus, check);
        let ours = by_zonewarden(&corpus, rule);
        assert_eq!(ours, theirs, "{rule} and {check}");
        assert_eq!(ours.len(), 27);
    }
}

#[derive(Deserialize)]
struct Table {
    snippets: BTreeMap<String, String>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    #[serde(default)]
    with: Vec<String>,
    #[serde(default)]
    text: String,
    #[serde(default)]
    files: BTreeMap<String, String>,
    #[serde(default)]
    arguments: Vec<String>,
}

/// Writes each case of the reviewed table, but those with values from the command line, into a
/// folder of its own; gives the names of the cases by folder.
fn write_cases(folder: &Path) -> BTreeMap<String, String> {
    let table = repository().join("tests/check/terraform.yaml");
    let table: Table = serde_saphyr::from_str(&fs::read_to_string(table).unwrap()).unwrap();
    let mut names = BTreeMap::new();
    for (case, number) in table.cases.into_iter().zip(1..) {
        if !case.arguments.is_empty() {
            continue;
        }
        let own = format!("{number:02}");
        let snippets = case.with.iter().map(|name| table.snippets[name].as_str());
        let main: String = snippets.chain([case.text.as_str()]).collect();
        let mut files: Vec<(PathBuf, &str)> = Vec::new();
        if !main.is_empty() {
            files.push((folder.join(&own).join("main.tf"), &main));
        }
        let beside = case.files.iter();
        files.extend(beside.map(|(name, text)| (folder.join(&own).join(name), text.as_str())));
        for (path, text) in files {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        names.insert(own, case.name);
    }
    names
}

/// The cases on which checkov says another thing of a zone than is reviewed, and what.
///
/// It passes a zone beside which there is a KSK, signing or not, and a zone with any `vpc` block,
/// empty or not. It reads no signing that a data source leads to, no `.tf.json`, and not each zone of
/// a `for_each`.
const DIFFERENCES: [(&str, &str); 12] = [
    ("a KSK and no signing", "passes it"),
    ("a configuration in JSON", "does not see it"),
    ("a key of two KSKs of which one may not exist", "passes it"),
    (
        "a zone of another name than that which is signed elsewhere",
        "does not see it",
    ),
    ("a zone that is looked up and signed", "does not see it"),
    ("a zone that is named by its id", "does not see it"),
    ("an empty dynamic vpc", "passes it"),
    ("one key for two zones", "passes it"),
    ("signing that is switched off", "passes it"),
    ("signing with a count of zero", "passes it"),
    (
        "two accounts of which one is not known, and may be the other",
        "passes it",
    ),
    (
        "zones and signing by for_each over a set",
        "does not see it",
    ),
];

#[test]
fn checkov_differs_only_where_the_review_says_why() {
    let Some(peers) = Peers::find() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let root = fs::canonicalize(folder.path()).unwrap();
    let names = write_cases(&root);
    let theirs = by_checkov(&peers, &root, "CKV2_AWS_38");
    let mut differences: BTreeSet<(String, String)> = BTreeSet::new();
    for (own, name) in &names {
        let ours = by_zonewarden(&root.join(own), "zone-signed");
        for (declaration, fails) in ours {
            let (file, line) = &declaration;
            let told = match theirs.get(&(format!("{own}/{file}"), *line)) {
                Some(said) if *said == fails => continue,
                Some(true) => "fails it",
                Some(false) => "passes it",
                None => "does not see it",
            };
            differences.insert((name.clone(), told.to_owned()));
        }
    }
    let expected = DIFFERENCES.map(|(name, told)| (name.to_owned(), told.to_owned()));
    assert_eq!(differences, expected.into());
}
