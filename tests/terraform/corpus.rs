//! Real configurations, as they stand in public repositories.

use std::path::{Path, PathBuf};

use zonewarden::iac::files::{Choice, Files, Listing};
use zonewarden::iac::terraform::{Mode, Options, Reading, read};

pub(crate) fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus")
}

fn corpus(repository: &str) -> Reading {
    let path = directory().join(repository);
    let listing = Files::below(std::slice::from_ref(&path), &path, Choice::All).unwrap();
    let Listing {
        files, problems, ..
    } = listing;
    assert_eq!(problems, []);
    read(&files, &Options::default())
}

#[test]
fn every_zone_of_18f_is_found_and_linked_to_its_signing() {
    let reading = corpus("18F+dns");
    assert_eq!(reading.problems, []);
    let dns = &reading.roots[0];
    assert_eq!(dns.directory, "terraform");
    let of = |kind: &str| -> Vec<_> {
        let instances = dns.instances.iter();
        instances
            .filter(|instance| instance.mode == Mode::Managed && instance.kind.as_ref() == kind)
            .collect()
    };
    let zones = of("aws_route53_zone");
    assert_eq!(zones.len(), 25);
    assert!(zones.iter().all(|zone| {
        let name = zone.body.value("name");
        name.is_some_and(|name| name.as_str().is_some())
    }));
    let signing = of("aws_route53_hosted_zone_dnssec");
    let signed: Vec<String> = signing
        .iter()
        .map(|signing| {
            let zone = signing.body.value("hosted_zone_id").unwrap();
            let symbol = zone.as_symbol().unwrap();
            assert_eq!(symbol.attribute(), Some("zone_id"));
            let zone = zones
                .iter()
                .find(|zone| zone.address == *symbol.subject())
                .unwrap();
            format!("{} by {}", zone.header, signing.header)
        })
        .collect();
    assert_eq!(
        signed,
        ["terraform/data.gov.tf:3:1 by terraform/data.gov.tf:76:1"]
    );
    let key = of("aws_kms_key")[0];
    assert_eq!(key.region.as_str(), Some("us-east-1"));
    let policy = zonewarden::iac::json::decode(key.body.value("policy").unwrap()).unwrap();
    let statements = policy.get("Statement").unwrap().items().unwrap();
    assert_eq!(statements[0].get("Sid").unwrap().place.region().line, 32);
}

#[test]
fn a_zone_that_may_not_be_there_keeps_its_links() {
    let reading = corpus("GSA+datagov-ssb");
    let root = &reading.roots[0];
    let find = |address: &str| {
        let mut instances = root.instances.iter();
        instances
            .find(|instance| instance.address.as_ref() == address)
            .unwrap()
    };
    let signing = find("aws_route53_hosted_zone_dnssec.zone[0]");
    let zone = signing
        .body
        .value("hosted_zone_id")
        .unwrap()
        .as_symbol()
        .unwrap();
    assert_eq!(zone.to_string(), "aws_route53_zone.zone[0].zone_id");
    let why = find("aws_route53_zone.zone[0]")
        .multiplicity
        .clone()
        .unwrap();
    assert_eq!(
        why.detail.as_deref(),
        Some("variable manage_zone has no default")
    );
    assert_eq!(
        find("aws_kms_key.zone[0]").region.as_str(),
        Some("us-east-1")
    );
    assert_eq!(reading.problems.len(), 6);
}

#[test]
fn the_zone_of_cisa_is_found_with_its_records() {
    let reading = corpus("cisagov+cool-dns-cyber.dhs.gov");
    let root = &reading.roots[0];
    let records = root.instances.iter();
    let records = records.filter(|instance| instance.kind.as_ref() == "aws_route53_record");
    let of_zone = records
        .filter_map(|record| record.body.value("zone_id")?.as_symbol())
        .filter(|zone| zone.to_string() == "aws_route53_zone.cyber_dhs_gov.zone_id");
    assert!(of_zone.count() > 50);
}
