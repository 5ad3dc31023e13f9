//! The digests by which DS records name DNSKEY records.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384};

use super::algorithm::{SHA1, SHA256, SHA384};
use crate::derive::dnskey::{canonical_wire_name, key_tag};
use crate::inventory::{DnskeyRecord, Ksk};

/// A key, with the digest that a DS of each supported type has for it.
pub(super) struct Digested<'k> {
    pub(super) key: &'k DnskeyRecord,
    /// The key tag as it follows from the record, whatever the record says.
    pub(super) key_tag: u16,
    sha1: String,
    sha256: String,
    sha384: String,
}

impl<'k> Digested<'k> {
    /// The digests of a key of `zone`, a name with Route 53's octal escapes; none where the name or
    /// the key is malformed.
    pub(super) fn of(key: &'k DnskeyRecord, zone: &str) -> Option<Self> {
        let owner = canonical_wire_name(zone)?;
        let mut rdata = key.flags.to_be_bytes().to_vec();
        rdata.extend([key.protocol, key.algorithm]);
        rdata.extend(STANDARD.decode(&key.public_key).ok()?);
        Some(Self {
            key,
            key_tag: key_tag(&rdata),
            sha1: hashed::<Sha1>(&owner, &rdata),
            sha256: hashed::<Sha256>(&owner, &rdata),
            sha384: hashed::<Sha384>(&owner, &rdata),
        })
    }

    /// The digest of a type, in capital hexadecimal; none for a type that is not supported.
    pub(super) fn digest(&self, digest_type: u8) -> Option<&str> {
        match digest_type {
            SHA1 => Some(&self.sha1),
            SHA256 => Some(&self.sha256),
            SHA384 => Some(&self.sha384),
            _ => None,
        }
    }
}

/// The digest of RFC 4034 section 5.1.4: of the owner's name and the record's data.
fn hashed<D: Digest>(owner: &[u8], rdata: &[u8]) -> String {
    let hash = D::new().chain_update(owner).chain_update(rdata).finalize();
    hex::encode_upper(hash)
}

/// The DNSKEY record of a KSK; none where Route 53 does not state all of it.
pub(super) fn dnskey_of(ksk: &Ksk) -> Option<DnskeyRecord> {
    Some(DnskeyRecord {
        key_tag: u16::try_from(ksk.key_tag?).ok()?,
        flags: u16::try_from(ksk.flag?).ok()?,
        protocol: 3,
        algorithm: u8::try_from(ksk.signing_algorithm_type?).ok()?,
        public_key: ksk.public_key.clone()?,
    })
}
