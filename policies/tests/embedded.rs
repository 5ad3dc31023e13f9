//! What is in the folders is what ships.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::Path;

use zonewarden_policies::{rules, samples};

fn folders(path: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap());
    entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect()
}

#[test]
fn every_rule_folder_ships_with_its_text_and_cases() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut on_disk = BTreeSet::new();
    for group in folders(root) {
        for id in folders(&root.join(&group)) {
            if root.join(&group).join(&id).join("rule.rego").is_file() {
                on_disk.insert(format!("{group}/{id}/rule.rego"));
            }
        }
    }
    let shipped: BTreeSet<_> = rules().iter().map(|rule| rule.path.to_owned()).collect();
    assert_eq!(shipped, on_disk);

    for rule in rules() {
        assert_eq!(rule.path, format!("{}/{}/rule.rego", rule.group, rule.id));
        assert_eq!(
            rule.text,
            std::fs::read_to_string(root.join(rule.path)).unwrap()
        );
        assert!(!rule.cases.is_empty(), "{} has no cases", rule.id);
        for (path, text) in rule.cases {
            assert_eq!(*text, std::fs::read_to_string(root.join(path)).unwrap());
        }
    }
}

#[test]
fn rules_are_in_order_and_no_id_is_used_twice() {
    let paths: Vec<_> = rules().iter().map(|rule| Path::new(rule.path)).collect();
    assert!(paths.is_sorted());
    let ids: BTreeSet<_> = rules().iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), rules().len());
}

#[test]
fn every_scope_has_a_sample() {
    let scopes: Vec<_> = samples().iter().map(|(scope, _)| *scope).collect();
    assert_eq!(
        scopes,
        [
            "account",
            "alarm",
            "key",
            "ksk",
            "organization",
            "registration",
            "vpcs",
            "zone"
        ]
    );
}
