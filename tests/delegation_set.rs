//! What is observed in DNS for what Route 53 states: the servers of delegation sets, and the names
//! that a zone delegates though nobody hosts them any more.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;

use serde_json::Value as Json;
use support::findings::failures;
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

#[test]
fn a_name_that_a_zone_delegates_is_observed_though_it_is_no_hosted_zone() {
    let spared = "name = \"spared.example\"\n";
    let set = r#"["ns-1.awsdns-00.com", "ns-2.awsdns-00.net", "ns-3.awsdns-00.org", "ns-4.awsdns-00.co.uk"]"#;
    let struck = "ksk = [{ key = \"ksk\", created = \"-30d\" }]\n\n  [[account.key]]";
    let gone = r#"ksk = [{ key = "ksk", created = "-30d" }]

  [[account.zone.record]]
  name = "gone"
  type = "NS"
  values = ["ns-1.awsdns-00.com.", "ns-2.awsdns-00.net."]

  [[account.key]]"#;
    let organization = HEALTHY
        .replacen(struck, gone, 1)
        .replace(spared, &format!("{spared}  name_servers = {set}\n"));
    let options = Options {
        dns: Some(0),
        ..Options::default()
    };
    let organization = Organization::from_toml(&organization).unwrap();
    let simulated = Simulated::start(organization, options);
    let report = simulated
        .asked_by(["scan", "--records=all", "--output=json"])
        .run()
        .ended_with(1)
        .report();
    assert!(report.coverage.complete);
    let dangling = BTreeSet::from(["no-dangling-delegation gone.struck.example.".to_owned()]);
    let failed: Vec<_> = failures(&report).into_iter().collect();
    let zone = ("zone".to_owned(), "struck.example.".to_owned());
    assert_eq!(failed, [(zone, dangling)]);
}
