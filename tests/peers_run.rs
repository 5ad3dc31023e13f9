//! The tests that are written in Python, for their peers are: boto3 against the simulator, and the
//! tools of BIND and ldns against the key tags and digests.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::path::Path;

use support::peers::{Peers, source, succeed};

/// Runs the tests of a folder below `tests/peers`.
fn pytest(folder: &str) {
    let Some(peers) = Peers::find() else { return };
    let program = Path::new(env!("CARGO_BIN_EXE_zonewarden"));
    let simulator = program.with_file_name("zonewarden-simulator");
    assert!(
        simulator.is_file(),
        "no {}; run cargo build --workspace --bins",
        simulator.display()
    );
    assert!(source(folder).is_dir());
    succeed(
        peers
            .python(folder)
            .args(["-m", "pytest", "--quiet", "-p", "no:cacheprovider", "."])
            .env("ZONEWARDEN_SIMULATOR", simulator),
    );
}

#[test]
fn boto3_understands_the_simulator() {
    pytest("simulator");
}

#[test]
fn bind_and_ldns_compute_the_same_key_tags_and_digests() {
    pytest("dnskey");
}
