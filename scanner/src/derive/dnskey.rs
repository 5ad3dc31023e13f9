//! The DNSKEY and DS that a KMS public key makes of a KSK.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::inventory::{Fact, Reason, Unknown};

/// What stands before X and Y in the DER of a P-256 public key: SubjectPublicKeyInfo with the
/// algorithm `id-ecPublicKey`, the curve `secp256r1` (RFC 5480 section 2), and a bit string that
/// begins with the octet of an uncompressed point (RFC 5480 section 2.2). DER has no other form.
const SPKI_PREFIX: [u8; 27] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
];
/// X and Y, 32 octets each (RFC 6605 section 4).
const POINT_LENGTH: usize = 64;
/// Flags 257 (zone key and SEP), protocol 3 (RFC 4034 section 2.1), algorithm 13 (RFC 6605).
const RDATA_PREFIX: [u8; 4] = [0x01, 0x01, 0x03, 0x0d];

/// The most octets of a label and of a name (RFC 1035 section 2.3.4).
const MAX_LABEL: usize = 63;
const MAX_NAME: usize = 255;
/// More characters than a name of that length has with every octet escaped.
const MAX_NAME_TEXT: usize = 4 * MAX_NAME;

/// What identifies a KSK: its key tag, the digest of its DS and its public key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Dnskey {
    /// The key tag (RFC 4034 appendix B).
    pub key_tag: u16,
    /// The SHA-256 digest of the DS (RFC 4034 section 5.1.4, RFC 4509), in capital hexadecimal.
    pub digest_value: String,
    /// The public key field of the DNSKEY (RFC 6605 section 4), in base64.
    pub public_key: String,
}

/// The KSK that Route 53 makes of a KMS key in a zone.
///
/// `public_key` is the SubjectPublicKeyInfo in base64 as KMS `GetPublicKey` gives it; `zone` is
/// the name as Route 53 gives it, with octal escapes (`\052.example.com.`). Unknown and malformed
/// where the key is none on P-256 or the name is no domain name.
pub fn from_public_key(public_key: &str, zone: &str) -> Fact<Dnskey> {
    derive(public_key, zone)
        .map_err(|detail| Unknown::because(Reason::Malformed, detail))
        .into()
}

fn derive(public_key: &str, zone: &str) -> Result<Dnskey, &'static str> {
    let point = point(public_key).ok_or("the public key is not a P-256 SubjectPublicKeyInfo")?;
    let owner = canonical_wire_name(zone).ok_or("the zone name is not a domain name")?;
    let mut rdata = RDATA_PREFIX.to_vec();
    rdata.extend_from_slice(&point);
    let digest = Sha256::new()
        .chain_update(&owner)
        .chain_update(&rdata)
        .finalize();
    Ok(Dnskey {
        key_tag: key_tag(&rdata),
        digest_value: hex::encode_upper(digest),
        public_key: STANDARD.encode(&point),
    })
}

fn point(public_key: &str) -> Option<Vec<u8>> {
    let der_length = SPKI_PREFIX.len() + POINT_LENGTH;
    if public_key.len() > der_length.div_ceil(3) * 4 {
        return None;
    }
    let der = STANDARD.decode(public_key).ok()?;
    let point = der.strip_prefix(&SPKI_PREFIX)?;
    (point.len() == POINT_LENGTH).then(|| point.to_vec())
}

/// The checksum of RFC 4034 appendix B.
pub(super) fn key_tag(rdata: &[u8]) -> u16 {
    let octets = rdata.iter().enumerate();
    let sum: u32 = octets
        .map(|(at, octet)| u32::from(*octet) << if at % 2 == 0 { 8 } else { 0 })
        .sum();
    let [_, _, high, low] = (sum + (sum >> 16)).to_be_bytes();
    u16::from_be_bytes([high, low])
}

/// The name in wire format and lower case (RFC 4034 section 6.2).
///
/// Route 53 writes octets other than letters, digits, `-` and `_` as a backslash and three octal
/// digits
/// (<https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html>).
pub(super) fn canonical_wire_name(name: &str) -> Option<Vec<u8>> {
    if name.len() > MAX_NAME_TEXT {
        return None;
    }
    let mut wire = Vec::with_capacity(name.len() + 2);
    if name != "." {
        for label in name.strip_suffix('.').unwrap_or(name).split('.') {
            let label = label_octets(label)?;
            wire.push(u8::try_from(label.len()).ok()?);
            wire.extend(label);
        }
    }
    wire.push(0);
    (wire.len() <= MAX_NAME).then_some(wire)
}

fn label_octets(label: &str) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(label.len());
    let mut rest = label.bytes();
    while let Some(octet) = rest.next() {
        let octet = match octet {
            b'\\' => {
                let digits = [rest.next()?, rest.next()?, rest.next()?];
                let value = digits.iter().try_fold(0_u16, |value, digit| {
                    matches!(digit, b'0'..=b'7').then(|| value * 8 + u16::from(digit - b'0'))
                });
                u8::try_from(value?).ok()?
            }
            b'!'..=b'~' => octet,
            _ => return None,
        };
        octets.push(octet.to_ascii_lowercase());
    }
    (1..=MAX_LABEL).contains(&octets.len()).then_some(octets)
}
