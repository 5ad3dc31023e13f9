//! Signatures and the keys that made them: which verify, and what is wrong with the others. Pure.

use bytes::Bytes;
use domain::base::Rtype;
use domain::base::iana::{DigestAlgorithm, SecurityAlgorithm};
use domain::crypto::common::AlgorithmError;
use domain::dnssec::validator::base::{
    DnskeyExt as _, RrsigExt as _, supported_algorithm, supported_digest,
};
use domain::rdata::{Dnskey, Ds, Rrsig, ZoneRecordData};
use jiff::Timestamp;

use super::message::{Record, same};
use super::name::{self, Name};
use super::validate::{
    DNSKEY_MISSING, DNSSEC_BOGUS, NO_ZONE_KEY_BIT_SET, RRSIGS_MISSING, SIGNATURE_EXPIRED,
    SIGNATURE_NOT_YET_VALID, UNSUPPORTED_DNSKEY_ALGORITHM, UNSUPPORTED_DS_DIGEST_TYPE, extended,
};
use crate::inventory::ExtendedError;

/// How many signatures over one record set are verified, and with how many keys each: more than a
/// key rollover needs, and few enough that colliding key tags (KeyTrap, CVE-2023-50387) cost
/// little.
const MAX_SIGNATURES: usize = 8;
const MAX_KEYS: usize = 4;

/// Whether a signature verifies, at whatever time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verification {
    /// One of the keys made it over these records.
    Verifies,
    /// None of the keys of its tag and algorithm made it over these records.
    Fails,
    /// There is no key of its tag and algorithm.
    NoKey,
    /// The key of its tag and algorithm is not a zone key.
    NoZoneKey,
    /// Its algorithm is not supported.
    Unsupported,
}

/// Whether one of `keys`, the DNSKEY records of `zone`, made the signature over `set`.
pub(super) fn verify(
    rrsig: &Rrsig<Bytes, Name>,
    set: &[Record],
    zone: &Name,
    keys: &[Dnskey<Bytes>],
) -> Verification {
    let matching = || {
        let of_tag = keys
            .iter()
            .filter(|key| key.algorithm() == rrsig.algorithm() && key.key_tag() == rrsig.key_tag());
        of_tag.take(MAX_KEYS)
    };
    if !same(rrsig.signer_name(), zone) || matching().next().is_none() {
        return Verification::NoKey;
    }
    if !matching().any(|key| key.is_zone_key()) {
        return Verification::NoZoneKey;
    }
    let mut outcome = Verification::Fails;
    for key in matching().filter(|key| key.is_zone_key()) {
        let mut signed = Vec::new();
        let mut records: Vec<&Record> = set.iter().collect();
        if rrsig.signed_data(&mut signed, &mut records).is_err() {
            continue;
        }
        match rrsig.verify_signed_data(key, &signed) {
            Ok(()) => return Verification::Verifies,
            Err(AlgorithmError::Unsupported) => outcome = Verification::Unsupported,
            Err(_) => {}
        }
    }
    outcome
}

/// The signatures over a type among the records of a name.
pub(super) fn over<'a>(
    records: &'a [Record],
    owner: &'a Name,
    rtype: Rtype,
) -> impl Iterator<Item = &'a Rrsig<Bytes, Name>> {
    records
        .iter()
        .filter(move |record| record.owner() == owner)
        .filter_map(move |record| match record.data() {
            ZoneRecordData::Rrsig(rrsig) if rrsig.type_covered() == rtype => Some(rrsig),
            _ => None,
        })
        .take(MAX_SIGNATURES)
}

/// The DNSKEY records among records.
pub(super) fn keys(records: &[Record]) -> Vec<Dnskey<Bytes>> {
    records
        .iter()
        .filter_map(|record| match record.data() {
            ZoneRecordData::Dnskey(key) => Some(key.clone()),
            _ => None,
        })
        .collect()
}

/// The DS records among records.
pub(super) fn ds_set(records: &[Record]) -> Vec<Ds<Bytes>> {
    records
        .iter()
        .filter_map(|record| match record.data() {
            ZoneRecordData::Ds(ds) => Some(ds.clone()),
            _ => None,
        })
        .collect()
}

/// A time of a signature as a timestamp: the one closest to `now`, for only its last 32 bits are
/// carried (RFC 4034 section 3.1.5).
pub(super) fn time(time: domain::rdata::dnssec::Timestamp, now: Timestamp) -> Timestamp {
    let now = now.as_second();
    // The difference as a signed number of 32 bits is what serial number arithmetic compares.
    let ahead = time.into_int().wrapping_sub(now as u32) as i32;
    Timestamp::from_second(now + i64::from(ahead)).unwrap_or(Timestamp::MAX)
}

/// What is wrong with the signatures over a record set of `zone`; none where one of them is valid.
pub(super) fn flaw<'a>(
    set: &[Record],
    signatures: impl Iterator<Item = &'a Rrsig<Bytes, Name>>,
    zone: &Name,
    keys: &[Dnskey<Bytes>],
    now: Timestamp,
) -> Option<ExtendedError> {
    let mut flaw = extended(RRSIGS_MISSING, None);
    for rrsig in signatures {
        let tag = rrsig.key_tag();
        let (inception, expiration) = (time(rrsig.inception(), now), time(rrsig.expiration(), now));
        let found = match verify(rrsig, set, zone, keys) {
            Verification::Verifies if expiration < now => extended(
                SIGNATURE_EXPIRED,
                Some(format!(
                    "the signature by key {tag} expired at {expiration}"
                )),
            ),
            Verification::Verifies if now < inception => extended(
                SIGNATURE_NOT_YET_VALID,
                Some(format!(
                    "the signature by key {tag} is not valid before {inception}"
                )),
            ),
            Verification::Verifies => return None,
            Verification::Fails => extended(
                DNSSEC_BOGUS,
                Some(format!("the signature by key {tag} does not verify")),
            ),
            Verification::NoKey => extended(
                DNSKEY_MISSING,
                Some(format!(
                    "there is no DNSKEY with key tag {tag} and algorithm {}",
                    rrsig.algorithm().to_int()
                )),
            ),
            Verification::NoZoneKey => extended(
                NO_ZONE_KEY_BIT_SET,
                Some(format!("the DNSKEY with key tag {tag} is no zone key")),
            ),
            Verification::Unsupported => extended(
                UNSUPPORTED_DNSKEY_ALGORITHM,
                Some(format!("algorithm {}", rrsig.algorithm().to_int())),
            ),
        };
        // What was closest to being valid says most.
        if nearness(&found) > nearness(&flaw) {
            flaw = found;
        }
    }
    Some(flaw)
}

fn nearness(flaw: &ExtendedError) -> u8 {
    match flaw.info_code {
        SIGNATURE_EXPIRED | SIGNATURE_NOT_YET_VALID => 4,
        DNSSEC_BOGUS => 3,
        NO_ZONE_KEY_BIT_SET | UNSUPPORTED_DNSKEY_ALGORITHM => 2,
        DNSKEY_MISSING => 1,
        _ => 0,
    }
}

/// Whether a DS record can be followed.
fn is_supported(ds: &Ds<Bytes>) -> bool {
    supported_algorithm(&ds.algorithm()) && supported_digest(&ds.digest_type())
}

/// Why a DS set of which no record is supported leaves the zone without a chain.
pub(super) fn unsupported(ds_set: &[Ds<Bytes>]) -> ExtendedError {
    let known_digest = ds_set.iter().any(|ds| supported_digest(&ds.digest_type()));
    let listed = |numbers: Vec<u8>| {
        let mut numbers = numbers;
        numbers.sort_unstable();
        numbers.dedup();
        numbers
            .iter()
            .map(u8::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    };
    match known_digest {
        true => extended(
            UNSUPPORTED_DNSKEY_ALGORITHM,
            Some(format!(
                "the DS records are of algorithm {}",
                listed(ds_set.iter().map(|ds| ds.algorithm().to_int()).collect())
            )),
        ),
        false => extended(
            UNSUPPORTED_DS_DIGEST_TYPE,
            Some(format!(
                "the DS records are of digest type {}",
                listed(ds_set.iter().map(|ds| ds.digest_type().to_int()).collect())
            )),
        ),
    }
}

/// Whether the DS set names an algorithm that other validators support and this one does not:
/// ECDSA P-384, Ed25519 and Ed448 (RFC 8624 section 3.1).
pub(super) fn is_beyond_us(ds_set: &[Ds<Bytes>]) -> bool {
    ds_set.iter().any(|ds| {
        supported_digest(&ds.digest_type())
            && matches!(
                ds.algorithm(),
                SecurityAlgorithm::ECDSAP384SHA384
                    | SecurityAlgorithm::ED25519
                    | SecurityAlgorithm::ED448
            )
    })
}

/// What is wrong with the link from a DS set to the DNSKEY set of `zone`; none where a key that a
/// DS record stands for signed the DNSKEY set.
///
/// A DS record with a SHA-1 digest counts for nothing beside a stronger one (RFC 4509 section 3).
pub(super) fn link_flaw(
    zone: &Name,
    ds_set: &[Ds<Bytes>],
    dnskeys: &[Record],
    signatures: &[Record],
    now: Timestamp,
) -> Option<ExtendedError> {
    let keys = keys(dnskeys);
    if keys.is_empty() {
        return Some(extended(
            DNSKEY_MISSING,
            Some("there is a DS at the parent, and the zone has no DNSKEY".to_owned()),
        ));
    }
    let supported = || ds_set.iter().filter(|ds| is_supported(ds));
    let has_stronger = supported().any(|ds| ds.digest_type() != DigestAlgorithm::SHA1);
    let followed =
        || supported().filter(|ds| !has_stronger || ds.digest_type() != DigestAlgorithm::SHA1);
    let trusted: Vec<Dnskey<Bytes>> = keys
        .iter()
        .filter(|key| key.is_zone_key() && followed().any(|ds| stands_for(ds, key, zone)))
        .cloned()
        .collect();
    if trusted.is_empty() {
        let shown: Vec<String> = followed().map(|ds| mismatch(ds, &keys)).collect();
        return Some(extended(DNSKEY_MISSING, Some(shown.join("; "))));
    }
    let by_trusted = over(signatures, zone, Rtype::DNSKEY).filter(|rrsig| {
        trusted
            .iter()
            .any(|key| key.key_tag() == rrsig.key_tag() && key.algorithm() == rrsig.algorithm())
    });
    flaw(dnskeys, by_trusted, zone, &trusted, now).map(|flaw| match flaw.info_code {
        RRSIGS_MISSING => extended(
            RRSIGS_MISSING,
            Some("no key that a DS stands for signs the DNSKEY set".to_owned()),
        ),
        _ => flaw,
    })
}

fn stands_for(ds: &Ds<Bytes>, key: &Dnskey<Bytes>, zone: &Name) -> bool {
    ds.key_tag() == key.key_tag()
        && ds.algorithm() == key.algorithm()
        && key
            .digest(zone, ds.digest_type())
            .is_ok_and(|digest| digest.as_ref() == ds.digest().as_ref())
}

fn mismatch(ds: &Ds<Bytes>, keys: &[Dnskey<Bytes>]) -> String {
    let tag = ds.key_tag();
    let of_tag: Vec<&Dnskey<Bytes>> = keys.iter().filter(|key| key.key_tag() == tag).collect();
    if of_tag.is_empty() {
        return format!("there is no DNSKEY with key tag {tag}");
    }
    match of_tag.iter().any(|key| key.algorithm() == ds.algorithm()) {
        true => format!("the digest of the DS with key tag {tag} is of another DNSKEY"),
        false => format!(
            "the DNSKEY with key tag {tag} is not of algorithm {}",
            ds.algorithm().to_int()
        ),
    }
}

/// The zone and type of a record set as text.
pub(super) fn show(owner: &Name, rtype: Rtype) -> String {
    format!("{} {rtype}", name::show(owner))
}
