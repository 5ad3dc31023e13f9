//! The IAM policy that ships grants what the scanner calls, and nothing that it does not call.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value as Json;
use support::peers::repository;
use support::simulated::Simulated;
use zonewarden_simulator::{Fault, FaultKind, Options, Organization};

/// The actions that the policy allows, as its documents name them.
fn allowed() -> BTreeSet<String> {
    let file = repository().join("examples/iam/zonewarden-read-only.json");
    let policy: Json = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(policy["Version"], "2012-10-17");
    let statements = policy["Statement"].as_array().unwrap();
    statements
        .iter()
        .flat_map(|statement| {
            assert_eq!(statement["Effect"], "Allow");
            match &statement["Action"] {
                Json::Array(actions) => actions.clone(),
                one => vec![one.clone()],
            }
        })
        .map(|action| action.as_str().unwrap().to_owned())
        .collect()
}

/// The operations that an organisation was asked for in these runs.
fn called(faults: Vec<Fault>, runs: &[&[&str]]) -> BTreeSet<String> {
    let options = Options {
        faults,
        dns: Some(0),
        ..Options::default()
    };
    let simulated = Simulated::start(Organization::demo().unwrap(), options);
    for arguments in runs {
        let run = simulated.asked_by(*arguments).run();
        assert!(matches!(run.code, Some(0 | 1 | 3)), "{}", run.stderr);
    }
    let statistics = simulated.statistics();
    statistics
        .iter()
        .map(|(_, operation, _)| operation.to_owned())
        .collect()
}

#[test]
fn the_policy_allows_exactly_what_the_scanner_calls() {
    let mut called_ever = called(
        Vec::new(),
        &[
            &["scan", "--share=1", "--records=all"],
            // Where no record sets are wanted, the zones are counted and not listed.
            &["collect", "--plan", "--records=off"],
        ],
    );
    // Where the tree of the organisation is closed, the flat list of accounts must do.
    let closed = Fault {
        operation: Some("organizations:ListRoots".to_owned()),
        ..Fault::new(FaultKind::Denied)
    };
    called_ever.extend(called(vec![closed], &[&["collect", "--plan"]]));
    // "No permissions are required to perform this operation" (STS API Reference).
    assert!(called_ever.remove("sts:GetCallerIdentity"));
    assert_eq!(allowed(), called_ever);
}
