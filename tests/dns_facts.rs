//! What DNS says of a hosted zone, held against what Route 53 says of it, by a table of cases each
//! of which a section of an RFC or an AWS page decides.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value as Json, json};
use zonewarden::derive::dns::{Reached, ancestors, ksk_dns, zone_dns};
use zonewarden::derive::record_sets::record_set_facts;
use zonewarden::inventory::{DnsObservation, Fact, RecordSets, Zone};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    base: Json,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    source: String,
    #[serde(default)]
    set: BTreeMap<String, Json>,
    expect: BTreeMap<String, Json>,
}

fn table() -> Table {
    serde_saphyr::from_str(include_str!("derive/dns.yaml")).unwrap()
}

/// Sets the value at a dotted path; a number is the place in an array, at its end to append.
fn set(document: &mut Json, path: &str, value: Json) {
    let mut node = document;
    for step in path.split('.') {
        node = match step.parse::<usize>() {
            Ok(at) => {
                let elements = node.as_array_mut().unwrap();
                if at == elements.len() {
                    elements.push(Json::Null);
                }
                &mut elements[at]
            }
            Err(_) => node
                .get_mut(step)
                .unwrap_or_else(|| panic!("no {step} of {path} in the base")),
        };
    }
    *node = value;
}

/// Everything that is derived of a row's documents.
fn derived(documents: &Json) -> Json {
    let read = |name: &str| documents[name].clone();
    let observation: DnsObservation = serde_json::from_value(read("observation")).unwrap();
    let zone: Zone = serde_json::from_value(read("zone")).unwrap();
    let sets: RecordSets = serde_json::from_value(read("record_sets")).unwrap();
    let mut reached = Reached::default();
    for server in observation.servers.items() {
        reached.add(server.family, server.transport, server.outcome);
    }
    let ksk = zone.ksks.items().next();
    let ksk = ksk.map(|ksk| ksk_dns(&observation, &zone, ksk));
    let parent = record_set_facts("net.", &sets.sets, |_| Fact::Known(observation.clone()));
    json!({
        "dns": zone_dns(&observation, &zone, &reached),
        "ksk": ksk,
        "parent": parent,
    })
}

/// The value at a dotted path, `unknown` for what is not known; none where there is nothing.
fn at(document: &Json, path: &str) -> Option<Json> {
    let mut node = document;
    for step in path.split('.') {
        if node.get("$unknown").is_some() {
            return Some(json!("unknown"));
        }
        node = match step.parse::<usize>() {
            Ok(at) => node.get(at)?,
            Err(_) => node.get(step)?,
        };
    }
    match node.get("$unknown") {
        Some(_) => Some(json!("unknown")),
        None => Some(node.clone()),
    }
}

#[test]
fn every_case_is_derived_as_its_source_decides() {
    let table = table();
    assert!(table.rows.len() >= 50, "the table has lost rows");
    let mut wrong = Vec::new();
    for row in &table.rows {
        assert!(row.source.starts_with("https://"), "{}", row.name);
        let mut documents = table.base.clone();
        for (path, value) in &row.set {
            set(&mut documents, path, value.clone());
        }
        let derived = derived(&documents);
        for (path, expected) in &row.expect {
            let actual = at(&derived, path);
            if actual.as_ref() != Some(expected) {
                wrong.push(format!(
                    "{}: {path} is {actual:?}, expected {expected}",
                    row.name
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_names_above_a_name_end_with_the_root() {
    let of = |name| ancestors(name).collect::<Vec<_>>();
    assert_eq!(of("a.b.example."), ["b.example.", "example.", "."]);
    assert_eq!(of("\\052.example"), ["example", "."]);
    assert_eq!(of("."), Vec::<&str>::new());
}
