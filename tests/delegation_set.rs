//! The delegation sets that Route 53 states are expected where DNS is observed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;

use serde_json::Value as Json;
use support::simulated::{HEALTHY, Simulated};
use zonewarden_simulator::{Options, Organization};

#[test]
fn servers_of_the_delegation_set_are_looked_up_where_the_parent_names_others() {
    let zone = "name = \"struck.example\"\n";
    let elsewhere = format!("{zone}  dns = {{ delegation = \"elsewhere\" }}\n");
    let options = Options {
        dns: Some(0),
        ..Options::default()
    };
    let organization = Organization::from_toml(&HEALTHY.replace(zone, &elsewhere)).unwrap();
    let simulated = Simulated::start(organization, options);
    let run = simulated
        .asked_by(["collect", "--snapshot=snapshot.jsonl"])
        .run()
        .ended_with(0);
    let text = run.text("snapshot.jsonl");
    let found = |kind: &str| -> Json {
        let mut records = text.lines().map(|line| -> Json {
            let record: Json = serde_json::from_str(line).unwrap();
            record[kind].clone()
        });
        records
            .find(|record| record["name"] == "struck.example.")
            .unwrap()
    };
    let names = |list: &Json, name: fn(&Json) -> &Json| -> BTreeSet<String> {
        let names = list.as_array().unwrap().iter();
        let names = names.map(|one| name(one).as_str().unwrap());
        names
            .map(|name| name.trim_end_matches('.').to_ascii_lowercase())
            .collect()
    };
    let delegation_set = names(&found("zone")["delegation_set"], |name| name);
    let looked_up = names(&found("dns_observation")["hosts"], |host| &host["name"]);
    assert_eq!(delegation_set.len(), 4);
    assert!(delegation_set.is_subset(&looked_up), "{looked_up:?}");
    assert!(looked_up.len() > 4, "{looked_up:?}");
}
