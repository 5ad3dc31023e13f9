//! The delegation sets and record sets that the scanner collects, against moto, an AWS that we did
//! not write: they are those that boto3 read back.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::net::UdpSocket;

use serde_json::{Value as Json, json};
use support::moto::Moto;
use support::peers::Peers;
use support::program::{Run, Zonewarden};

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value}"))
}

/// The records of one kind that a collection left, by the id of the zone.
fn collected<'a>(snapshot: &'a [Json], kind: &str, id: &str) -> BTreeMap<&'a str, &'a Json> {
    let of_kind = snapshot.iter().filter_map(|record| record.get(kind));
    of_kind.map(|record| (text(&record[id]), record)).collect()
}

fn snapshot(run: &Run) -> Vec<Json> {
    let text = run.text("snapshot.jsonl");
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn the_record_sets_of_parents_are_those_that_boto3_read_back() {
    let Some(peers) = Peers::find() else { return };
    let (moto, seeded) = Moto::seeded(&peers, "parents");
    let collect = |records: &str| {
        let records = format!("--records={records}");
        Zonewarden::new([
            "collect",
            "--share=1",
            "--snapshot=snapshot.jsonl",
            &records,
        ])
        .against(&moto.cloud())
        .run()
        .ended_with(0)
    };
    let zones = || seeded["zones"].as_array().unwrap().iter();
    let parents = ["parent.example.", "child.parent.example."];
    for (records, of) in [
        ("off", zones().take(0).collect::<Vec<_>>()),
        (
            "parents",
            zones()
                .filter(|zone| parents.contains(&text(&zone["name"])))
                .collect(),
        ),
        ("all", zones().collect()),
    ] {
        let snapshot = snapshot(&collect(records));
        assert_eq!(snapshot[0]["header"]["record_sets"], records);
        let found: BTreeMap<&str, Json> = collected(&snapshot, "record_sets", "zone")
            .into_iter()
            .map(|(zone, read)| (zone, json!([read["account"], read["sets"]])))
            .collect();
        let expected: BTreeMap<&str, Json> = of
            .into_iter()
            .map(|zone| {
                let sets = zone["record_sets"].as_array().unwrap().iter().map(|set| {
                    let mut set = set.clone();
                    // What the other types say stays where it is, but for what a command needs to
                    // shorten a long TTL.
                    let is_read = ["NS", "DS", "SOA"].contains(&text(&set["type"]));
                    if !is_read && text(&set["name"]) != "longer.parent.example." {
                        set["values"] = json!([]);
                    }
                    set
                });
                let sets = Json::Array(sets.collect());
                (text(&zone["id"]), json!([zone["account"], sets]))
            })
            .collect();
        assert_eq!(found, expected, "{records}");
    }
    let most = zones().map(|zone| zone["record_sets"].as_array().unwrap().len());
    assert!(most.max() > Some(600), "more than two pages of record sets");
}

#[test]
fn the_delegation_sets_are_those_that_boto3_read_back() {
    let Some(peers) = Peers::find() else { return };
    let (moto, seeded) = Moto::seeded(&peers, "parents");
    // Nobody answers there: what AWS says is read all the same.
    let nowhere = UdpSocket::bind("127.0.0.1:0").unwrap();
    let resolver = format!("--resolver={}", nowhere.local_addr().unwrap());
    let arguments = [
        "collect",
        "--share=1",
        "--snapshot=snapshot.jsonl",
        &resolver,
    ];
    let run = Zonewarden::new(arguments)
        .against(&moto.cloud())
        .env("ZONEWARDEN_DNS", "on")
        .run();
    let snapshot = snapshot(&run);
    let found: BTreeMap<&str, &Json> = collected(&snapshot, "zone", "id")
        .into_iter()
        .map(|(id, zone)| (id, &zone["delegation_set"]))
        .collect();
    let expected: BTreeMap<&str, &Json> = seeded["zones"]
        .as_array()
        .unwrap()
        .iter()
        .map(|zone| (text(&zone["id"]), &zone["delegation_set"]))
        .collect();
    assert_eq!(found, expected);
    assert!(
        found
            .values()
            .all(|set| !set.as_array().unwrap().is_empty())
    );
    // Observing DNS, the parents are read too unless told otherwise.
    assert_eq!(snapshot[0]["header"]["record_sets"], "parents");
}
