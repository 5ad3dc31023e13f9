//! The DNSKEY records that are served, each with the KSK that it is.

use schemars::JsonSchema;
use serde::Serialize;

use super::served::Served;
use super::signatures::is_signed_by;
use crate::inventory::{DnsObservation, DnskeyRecord, Fact, Ksk, Reason, Set, Unknown, Zone};

/// The SEP bit of the flags (RFC 4034 section 2.1.1).
const SEP: u16 = 0x0001;

/// A DNSKEY record that is served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ServedKey {
    /// The record.
    #[serde(flatten)]
    pub record: DnskeyRecord,
    /// Whether it has the SEP flag, as KSKs do.
    pub sep: bool,
    /// The name of the KSK of the hosted zone that it is; null where it is none of them.
    pub ksk: Fact<Option<String>>,
    /// Whether a signature by it over the DNSKEY records is served that is valid.
    pub signs_dnskey: Fact<bool>,
}

pub(super) fn of(observation: &DnsObservation, zone: &Zone, served: &Served<'_>) -> Set<ServedKey> {
    let (records, gap) = served.dnskeys();
    let mut keys = Set::complete(records.into_iter().map(|record| ServedKey {
        sep: record.flags & SEP != 0,
        ksk: ksk_of(record, &zone.ksks),
        signs_dnskey: is_signed_by(
            served,
            record.key_tag,
            record.algorithm,
            observation.observed_at,
        ),
        record: record.clone(),
    }));
    if let Some(why) = gap {
        keys.add_gap(why);
    }
    keys
}

/// Whether a record is the one of a KSK: of its algorithm and public key.
pub(super) fn is_of(record: &DnskeyRecord, ksk: &Ksk) -> Fact<bool> {
    match (&ksk.public_key, ksk.signing_algorithm_type) {
        (Some(public_key), Some(algorithm)) => Fact::Known(
            record.public_key == *public_key && i64::from(record.algorithm) == algorithm,
        ),
        _ => Fact::unknown(unstated(ksk)),
    }
}

pub(super) fn unstated(ksk: &Ksk) -> Unknown {
    Unknown::because(
        Reason::NotDetermined,
        format!("Route 53 does not state the public key of KSK {}", ksk.name),
    )
}

fn ksk_of(record: &DnskeyRecord, ksks: &Set<Ksk>) -> Fact<Option<String>> {
    let mut open = ksks.gaps().next().cloned();
    for ksk in ksks.items() {
        match is_of(record, ksk) {
            Fact::Known(true) => return Fact::Known(Some(ksk.name.clone())),
            Fact::Known(false) => {}
            Fact::Unknown(mark) => open = open.or(Some(mark.unknown)),
        }
    }
    match open {
        Some(why) => Fact::unknown(why),
        None => Fact::Known(None),
    }
}
