//! The rules mean the same to regorus and to OPA on inventories that nobody wrote: the simulated
//! organisation, cut to a few zones and changed at random where its types allow.
//!
//! `ZONEWARDEN_SEED` chooses other inventories, `ZONEWARDEN_INVENTORIES` how many.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use rand::rngs::StdRng;
use rand::seq::{IndexedRandom as _, IteratorRandom as _};
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value as Json, json};
use support::documents::{findings, subject_id, verdicts};
use support::peers::Peers;
use support::program::Zonewarden;
use zonewarden::evaluate::{Catalogue, EvaluateError, Options, evaluate, inputs};
use zonewarden::inventory::Record;
use zonewarden::inventory::snapshot::{SnapshotFile, SnapshotWriter};

const INVENTORIES: u64 = 1_000;

/// What identifies an item: two of one identity would be told as one.
const IDENTITY: [&str; 5] = ["id", "arn", "account", "schema", "name"];

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// A verdict: the rule, the subject, the outcome and what was found.
type Verdict = (String, String, String, Vec<String>);

#[test]
fn regorus_and_opa_judge_generated_inventories_the_same() {
    let Some(peers) = Peers::find() else { return };
    let seed = variable("ZONEWARDEN_SEED").unwrap_or(20_260_131);
    let inventories = variable("ZONEWARDEN_INVENTORIES").unwrap_or(INVENTORIES);
    let demo = Zonewarden::new(["demo", "--snapshot=snapshot.jsonl", "--output=json"])
        .run()
        .ended_with(1);
    let organisation = Organisation::read(&demo.text("snapshot.jsonl"));
    let catalogue = Catalogue::shipped().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut documents = tempfile::NamedTempFile::new().unwrap();
    // Of each document, its inventory and its subject.
    let mut subjects: Vec<(u64, String)> = Vec::new();
    let mut ours: BTreeMap<u64, BTreeSet<Verdict>> = BTreeMap::new();
    let mut selected: BTreeMap<u64, BTreeSet<String>> = BTreeMap::new();
    for number in 0..inventories {
        let mut random = StdRng::seed_from_u64(seed.wrapping_add(number));
        let path = folder.path().join("snapshot.jsonl");
        write(&path, &organisation.inventory(&mut random));
        let snapshot = SnapshotFile::open(&path).unwrap();
        let options = Options {
            with_passes: true,
            ..Options::default()
        };
        let report = evaluate(&snapshot, &catalogue, &options)
            .unwrap_or_else(|error| panic!("inventory {number} of seed {seed}: {error}"));
        let rules = report.rules.iter().filter(|rule| rule.selected);
        selected.insert(number, rules.map(|rule| rule.id.clone()).collect());
        ours.insert(number, findings(&report));
        inputs(&snapshot, &options, |scope, input| {
            let document = json!({"scope": scope.as_str(), "input": input});
            writeln!(documents, "{document}").unwrap();
            subjects.push((number, subject_id(scope, &input)));
            Ok::<(), EvaluateError>(())
        })
        .unwrap();
    }
    let mut of_opa: BTreeMap<u64, BTreeSet<Verdict>> = BTreeMap::new();
    for verdict in verdicts(&peers, documents.path()) {
        let (number, subject) = &subjects[verdict.document];
        if selected[number].contains(&verdict.rule) {
            let told = verdict.told();
            let verdict = (verdict.rule, subject.clone(), verdict.outcome, told);
            of_opa.entry(*number).or_default().insert(verdict);
        }
    }
    let mut compared = 0;
    for (number, ours) in &ours {
        // Subjects of accounts that are not judged have documents as well.
        let judged: BTreeSet<&str> = ours
            .iter()
            .map(|(_, subject, ..)| subject.as_str())
            .collect();
        let theirs = &of_opa[number];
        let only_ours: Vec<_> = ours.difference(theirs).collect();
        let only_theirs: Vec<_> = (theirs.difference(ours))
            .filter(|(_, subject, ..)| judged.contains(subject.as_str()))
            .collect();
        assert!(
            only_ours.is_empty() && only_theirs.is_empty(),
            "inventory {number} of seed {seed}: regorus {only_ours:#?}, OPA {only_theirs:#?}"
        );
        compared += ours.len();
    }
    let outcomes: BTreeSet<&str> = (ours.values().flatten())
        .map(|(_, _, outcome, _)| outcome.as_str())
        .collect();
    assert_eq!(outcomes.len(), 4, "{outcomes:?}");
    let failed: BTreeSet<&str> = (ours.values().flatten())
        .filter(|(_, _, outcome, _)| outcome == "fail")
        .map(|(rule, ..)| rule.as_str())
        .collect();
    #[allow(clippy::print_stdout)]
    {
        println!(
            "{inventories} inventories, {} subjects, {compared} verdicts alike; {} rules failed somewhere",
            subjects.len(),
            failed.len()
        );
    }
}

fn write(path: &Path, records: &[Record]) {
    let mut writer = SnapshotWriter::new(File::create(path).unwrap(), path).unwrap();
    for record in records {
        writer.write(record).unwrap();
    }
    writer.finish(jiff::Timestamp::now()).unwrap();
}

/// The records of an organisation, and every value that stands at each path of them.
struct Organisation {
    records: Vec<Json>,
    values: BTreeMap<String, Vec<Json>>,
}

impl Organisation {
    fn read(snapshot: &str) -> Self {
        let records: Vec<Json> = snapshot
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .filter(|record: &Json| record.get("footer").is_none())
            .collect();
        let mut values: BTreeMap<String, Vec<Json>> = BTreeMap::new();
        for record in &records {
            for pointer in pointers(record) {
                let held = values.entry(pattern(&pointer)).or_default();
                let value = record.pointer(&pointer).unwrap();
                if held.len() < 32 && !held.contains(value) {
                    held.push(value.clone());
                }
            }
        }
        Self { records, values }
    }

    /// One to three zones with what bears on them, and some of the rest, changed here and there.
    fn inventory(&self, random: &mut StdRng) -> Vec<Record> {
        let zones = self.records.iter().filter_map(|record| record.get("zone"));
        let count = random.random_range(1..=3);
        let zones = zones.sample(random, count);
        let mut near: Vec<String> = Vec::new();
        for zone in &zones {
            for member in ["id", "name", "arn", "account"] {
                near.push(zone[member].to_string());
            }
            for ksk in zone["ksks"].as_array().into_iter().flatten() {
                near.push(ksk["kms_arn"].to_string());
            }
        }
        let mut records: Vec<Json> = self
            .records
            .iter()
            .filter(|record| {
                if record.get("header").is_some() {
                    return true;
                }
                let text = record.to_string();
                let is_near = near.iter().any(|name| text.contains(name.as_str()));
                let other = record.get("zone").is_some() && !zones.contains(&&record["zone"]);
                // Of an account's other items, few bear on the zones.
                let kept = match record.get("alarm").is_some() || record.get("topic").is_some() {
                    true => random.random_ratio(1, 3),
                    false => true,
                };
                (is_near && !other && kept) || random.random_ratio(1, 40)
            })
            .cloned()
            .collect();
        for _ in 0..random.random_range(0..=16) {
            let at = random.random_range(1..records.len());
            self.change(random, &mut records[at]);
        }
        let typed = records.into_iter().map(serde_json::from_value);
        typed.collect::<Result<_, _>>().unwrap()
    }

    /// Changes a record at a random place, if its type allows what comes of that.
    fn change(&self, random: &mut StdRng, record: &mut Json) {
        let Some(pointer) = pointers(record).choose(random).cloned() else {
            return;
        };
        let last = pointer.rsplit('/').next().unwrap();
        if IDENTITY.contains(&last) {
            return;
        }
        let mut changed = record.clone();
        let node = changed.pointer_mut(&pointer).unwrap();
        let unknown =
            json!({"$unknown": {"reason": "access_denied", "operation": "test:Generated"}});
        match (random.random_range(0..10), &mut *node) {
            (0..=3, node) => {
                let seen = self.values.get(&pattern(&pointer));
                let other = seen.and_then(|seen| seen.choose(random));
                *node = other.cloned().unwrap_or(unknown);
            }
            (4, Json::Array(elements)) => elements.push(unknown),
            (5, Json::Array(elements)) => elements.clear(),
            (6, Json::Array(elements)) if !elements.is_empty() => {
                let at = random.random_range(0..elements.len());
                elements.remove(at);
            }
            (7, Json::Number(_)) => {
                *node = json!([0, 1, -1, 300, 1_099_511_627_776_i64].choose(random))
            }
            (7, Json::String(_)) => {
                *node = json!(["", "*", "a\u{202e}b\n", "SIGNING"].choose(random))
            }
            (8, node) => *node = Json::Null,
            (_, node) => *node = unknown,
        }
        let fits = serde_json::from_value::<Record>(changed.clone())
            .is_ok_and(|typed| serde_json::to_value(&typed).is_ok());
        if fits {
            *record = changed;
        }
    }
}

/// The JSON pointers of everything below the kind of a record.
fn pointers(record: &Json) -> Vec<String> {
    let mut open = vec![(String::new(), record)];
    let mut found = Vec::new();
    while let Some((pointer, node)) = open.pop() {
        let inner: Vec<(String, &Json)> = match node {
            Json::Object(members) => members
                .iter()
                .map(|(name, member)| (name.replace('~', "~0").replace('/', "~1"), member))
                .collect(),
            Json::Array(elements) => elements
                .iter()
                .enumerate()
                .map(|(at, element)| (at.to_string(), element))
                .collect(),
            _ => Vec::new(),
        };
        for (step, node) in inner {
            let pointer = format!("{pointer}/{step}");
            open.push((pointer.clone(), node));
            if pointer.matches('/').count() > 1 {
                found.push(pointer);
            }
        }
    }
    found
}

/// A pointer without the places in arrays.
fn pattern(pointer: &str) -> String {
    let steps = pointer.split('/').map(|step| match step.parse::<usize>() {
        Ok(_) => "[]",
        Err(_) => step,
    });
    steps.collect::<Vec<_>>().join("/")
}
