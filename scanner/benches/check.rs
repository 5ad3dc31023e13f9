//! What `zonewarden check` costs over real infrastructure code, beside checkov.
//!
//! `cargo bench -p zonewarden --bench check` has the program check `tests/corpus` and an empty
//! folder several times, and checkov, by its Terraform framework, the same corpus for the two
//! checks of Route 53 that it has (CKV2_AWS_38, CKV2_AWS_39). It prints time, CPU and peak memory of
//! each. The peers of the tests must be installed (`ZONEWARDEN_PEERS`).

#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs)]

use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    let Some(peers) = std::env::var_os("ZONEWARDEN_PEERS").map(PathBuf::from) else {
        eprintln!("set ZONEWARDEN_PEERS to the folder in which tests/run installed the peers");
        return;
    };
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let measured = Command::new(peers.join("checkov/bin/python"))
        .arg(crate_folder.join("benches/check_beside_checkov.py"))
        .arg(env!("CARGO_BIN_EXE_zonewarden"))
        .arg(peers.join("checkov/bin/checkov"))
        .arg(crate_folder.join("../tests/corpus"))
        .status()
        .unwrap();
    assert!(measured.success());
}
