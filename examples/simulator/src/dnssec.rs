//! DNSKEY and DS of a KMS key (RFC 4034), and names as Route 53 writes them.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use p256::SecretKey;
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::pkcs8::EncodePublicKey;
use sha2::{Digest, Sha256};

use crate::organization::Identifiers;

/// The flags of a key-signing key: zone key and secure entry point (RFC 4034 section 2.1.1).
pub(crate) const FLAGS: u16 = 257;
/// The protocol field, always 3 (RFC 4034 section 2.1.2).
pub(crate) const PROTOCOL: u8 = 3;
/// ECDSA P-256 with SHA-256 (RFC 6605).
pub(crate) const ALGORITHM: u8 = 13;
/// SHA-256 (RFC 4509).
pub(crate) const DIGEST_TYPE: u8 = 2;

/// A P-256 public key.
#[derive(Debug, Clone)]
pub(crate) struct PublicKey {
    /// The coordinates x and y, 32 bytes each: the public key field of the DNSKEY (RFC 6605 section 4).
    coordinates: Vec<u8>,
    /// The SubjectPublicKeyInfo in DER, as KMS `GetPublicKey` gives it.
    spki: Vec<u8>,
}

/// Derives the private key of a KMS key, or of a key that DNS alone knows, from the seed.
pub(crate) fn derive_secret_key(identifiers: &Identifiers, key_id: &str) -> SecretKey {
    let mut attempt = 0_u32;
    loop {
        let attempted = attempt.to_string();
        let scalar = identifiers.digest(&["private key", key_id, &attempted]);
        // About one digest in 2^32 is no valid scalar of the curve; the next attempt is.
        if let Ok(key) = SecretKey::from_slice(&scalar) {
            return key;
        }
        attempt = attempt.wrapping_add(1);
    }
}

impl PublicKey {
    /// The public half of a private key.
    pub(crate) fn of(secret: &SecretKey) -> Self {
        let public = secret.public_key();
        let point = public.to_sec1_point(false);
        // Neither is ever absent: an uncompressed point is 65 octets, and its DER has a fixed size.
        Self {
            coordinates: point.as_bytes().get(1..).unwrap_or_default().to_vec(),
            spki: public
                .to_public_key_der()
                .map(p256::pkcs8::Document::into_vec)
                .unwrap_or_default(),
        }
    }

    /// The public key field of the DNSKEY.
    pub(crate) fn coordinates(&self) -> &[u8] {
        &self.coordinates
    }

    pub(crate) fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// The public key field of the DNSKEY in base64.
    pub(crate) fn to_base64(&self) -> String {
        STANDARD.encode(&self.coordinates)
    }

    /// The RDATA of the DNSKEY (RFC 4034 section 2.1).
    pub(crate) fn dnskey_rdata(&self) -> Vec<u8> {
        let mut rdata = FLAGS.to_be_bytes().to_vec();
        rdata.extend([PROTOCOL, ALGORITHM]);
        rdata.extend(&self.coordinates);
        rdata
    }

    /// The key tag of the DNSKEY (RFC 4034 appendix B).
    pub(crate) fn key_tag(&self) -> u16 {
        let sum: u32 = self
            .dnskey_rdata()
            .iter()
            .enumerate()
            .map(|(place, &octet)| u32::from(octet) << if place % 2 == 0 { 8 } else { 0 })
            .sum();
        let folded = sum + (sum >> 16 & 0xffff);
        (folded & 0xffff) as u16
    }

    /// The digest of the DS for a zone, in upper-case hexadecimal (RFC 4034 section 5.1.4).
    pub(crate) fn ds_digest(&self, zone: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(wire_name(zone));
        hash.update(self.dnskey_rdata());
        hex::encode_upper(hash.finalize())
    }

    /// The DS in presentation format.
    pub(crate) fn ds_record(&self, zone: &str) -> String {
        format!(
            "{} {ALGORITHM} {DIGEST_TYPE} {}",
            self.key_tag(),
            self.ds_digest(zone)
        )
    }

    /// The DNSKEY in presentation format.
    pub(crate) fn dnskey_record(&self) -> String {
        format!("{FLAGS} {PROTOCOL} {ALGORITHM} {}", self.to_base64())
    }
}

/// A name in the form in which Route 53 gives it: lower case, a final dot, and every octet but
/// letters, digits, hyphen, underscore and dot as an octal escape.
pub(crate) fn route53_name(name: &str) -> String {
    let mut written = String::with_capacity(name.len() + 1);
    for octet in name.bytes() {
        match octet.to_ascii_lowercase() {
            octet @ (b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'\\') => {
                written.push(char::from(octet));
            }
            octet => {
                let _ = write!(written, "\\{octet:03o}");
            }
        }
    }
    if !written.ends_with('.') {
        written.push('.');
    }
    written
}

/// The canonical wire form of a name as Route 53 writes it (RFC 4034 section 6.2).
pub(crate) fn wire_name(name: &str) -> Vec<u8> {
    let mut wire = Vec::with_capacity(name.len() + 2);
    for label in name.split('.').filter(|label| !label.is_empty()) {
        let octets = unescape(label);
        // A label is at most 63 octets (RFC 1035 section 3.1), which the builder has checked.
        wire.push(u8::try_from(octets.len()).unwrap_or(u8::MAX));
        wire.extend(octets);
    }
    wire.push(0);
    wire
}

/// The octets of a label, its octal escapes decoded and its letters lower case.
pub(crate) fn unescape(label: &str) -> Vec<u8> {
    let mut octets = Vec::with_capacity(label.len());
    let mut rest = label;
    while let Some(first) = rest.bytes().next() {
        let escaped = rest
            .strip_prefix('\\')
            .and_then(|after| after.get(..3))
            .and_then(|digits| u8::from_str_radix(digits, 8).ok());
        let (octet, length) = escaped.map_or((first, 1), |octet| (octet, 4));
        octets.push(octet.to_ascii_lowercase());
        rest = rest.get(length..).unwrap_or_default();
    }
    octets
}
