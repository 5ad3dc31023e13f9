//! Identifiers that follow from the seed.

use sha2::{Digest, Sha256};

/// Makes identifiers of AWS's shapes from a seed; the same names give the same identifier.
#[derive(Debug, Clone)]
pub(crate) struct Identifiers {
    seed: String,
}

impl Identifiers {
    pub(crate) fn new(seed: impl Into<String>) -> Self {
        Self { seed: seed.into() }
    }

    /// The digest of the seed and of names, each told apart from the next.
    pub(crate) fn digest(&self, names: &[&str]) -> [u8; 32] {
        let mut hash = Sha256::new();
        for name in std::iter::once(self.seed.as_str()).chain(names.iter().copied()) {
            hash.update((name.len() as u64).to_be_bytes());
            hash.update(name.as_bytes());
        }
        hash.finalize().into()
    }

    /// A number evenly spread over `0..bound`; 0 where the bound is 0.
    pub(crate) fn number(&self, names: &[&str], bound: u64) -> u64 {
        let mut bytes = [0; 8];
        for (to, from) in bytes.iter_mut().zip(self.digest(names)) {
            *to = from;
        }
        u64::from_be_bytes(bytes).checked_rem(bound).unwrap_or(0)
    }

    /// Characters of an alphabet; at most 32, which is what a digest holds.
    pub(crate) fn characters(&self, names: &[&str], alphabet: &[u8], length: usize) -> String {
        self.digest(names)
            .iter()
            .take(length)
            .filter_map(|&byte| {
                let place = usize::from(byte).checked_rem(alphabet.len())?;
                alphabet.get(place).map(|&letter| char::from(letter))
            })
            .collect()
    }

    /// A UUID of version 4 (RFC 9562 section 5.4).
    pub(crate) fn uuid(&self, names: &[&str]) -> String {
        let mut bytes = [0_u8; 16];
        for (to, from) in bytes.iter_mut().zip(self.digest(names)) {
            *to = from;
        }
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let text = hex::encode(bytes);
        [0..8, 8..12, 12..16, 16..20, 20..32]
            .into_iter()
            .filter_map(|range| text.get(range))
            .collect::<Vec<_>>()
            .join("-")
    }

    /// A hosted zone id.
    pub(crate) fn zone(&self, account: &str, name: &str, nth: usize) -> String {
        let nth = nth.to_string();
        let names = ["zone", account, name, nth.as_str()];
        format!("Z{}", self.characters(&names, UPPER, 20))
    }

    /// A KMS key id, of the shape that multi-Region keys have where it is one.
    pub(crate) fn key(&self, account: &str, name: &str, multi_region: bool) -> String {
        let uuid = self.uuid(&["key", account, name]);
        if multi_region {
            format!("mrk-{}", uuid.replace('-', ""))
        } else {
            uuid
        }
    }

    /// The four name servers of a delegation set, one in each of Route 53's four domains.
    pub(crate) fn name_servers(&self, zone: &str) -> Vec<String> {
        ["com", "net", "org", "co.uk"]
            .into_iter()
            .zip([0_u64, 512, 1024, 1536])
            .map(|(domain, first)| {
                let host = first + self.number(&["name server", zone, domain], 512);
                let group = self.number(&["name server group", zone, domain], 64);
                format!("ns-{host}.awsdns-{group:02}.{domain}")
            })
            .collect()
    }
}

/// Capital letters and digits.
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
/// Small letters and digits.
pub(super) const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
/// The letters and digits of Base32 (RFC 4648), of which access key ids are made.
pub(crate) const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
