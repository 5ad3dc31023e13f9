//! What makes a finding the same finding in every run.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// Changes only if every finding is to be a new one.
const VERSION: &str = "1";

/// The fingerprint of a finding: the same rule, subject and key have the same one in every run,
/// whatever becomes of line, message and severity.
///
/// It is the SHA-256, in lower-case hexadecimal, of four
/// [netstrings](https://cr.yp.to/proto/netstrings.txt): the version `1`, the id of the rule, the
/// id of the subject and the key. Netstrings carry their length, so that no choice of names makes
/// two findings one.
pub fn fingerprint(rule: &str, subject_id: &str, key: &str) -> String {
    let mut hash = Sha256::new();
    for part in [VERSION, rule, subject_id, key] {
        hash.update(part.len().to_string());
        hash.update(b":");
        hash.update(part);
        hash.update(b",");
    }
    hash.finalize()
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}
