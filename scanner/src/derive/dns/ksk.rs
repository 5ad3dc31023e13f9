//! What DNS says of one KSK.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::delegation::leads_to;
use super::ds::{KskKeys, at_parent};
use super::keys::is_of;
use super::served::Served;
use super::signatures::{by_key, is_signed_by};
use super::three_valued::{any, none_but_for};
use crate::inventory::{DnsObservation, Fact, Ksk, Reason, Unknown, Zone};

/// What DNS says of a KSK of a hosted zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KskDns {
    /// Whether the parent delegates to the hosted zone of the KSK.
    pub delegated_here: Fact<bool>,
    /// Whether its DNSKEY record is served.
    pub published: Fact<bool>,
    /// Whether a signature by it over the DNSKEY records is served that is valid.
    pub signs_dnskey: Fact<bool>,
    /// When the last such signature that is served ceases to be valid; null where none is served.
    pub signature_expiration: Fact<Option<Timestamp>>,
    /// Whether the parent has a DS record for it.
    pub ds_at_parent: Fact<bool>,
}

/// What an observation says of a KSK of a zone of its name.
pub fn ksk_dns(observation: &DnsObservation, zone: &Zone, ksk: &Ksk) -> KskDns {
    let served = Served::of(observation);
    let (keys, gap) = served.dnskeys();
    let numbers = ksk
        .key_tag
        .and_then(|tag| u16::try_from(tag).ok())
        .zip(
            ksk.signing_algorithm_type
                .and_then(|number| u8::try_from(number).ok()),
        )
        .ok_or_else(|| {
            Unknown::because(
                Reason::NotDetermined,
                format!("Route 53 does not state the key tag of KSK {}", ksk.name),
            )
        });
    let published = match any(keys.iter().map(|key| is_of(key, ksk))) {
        Fact::Known(false) => none_but_for(gap.clone()),
        decided => decided,
    };
    let expiration = numbers.clone().map(|(tag, algorithm)| {
        by_key(&served, tag, algorithm)
            .map(|signature| signature.expiration)
            .max()
    });
    KskDns {
        delegated_here: leads_to(observation, &zone.delegation_set),
        published,
        signs_dnskey: match numbers {
            Ok((tag, algorithm)) => is_signed_by(&served, tag, algorithm, observation.observed_at),
            Err(why) => Fact::unknown(why),
        },
        signature_expiration: match (expiration, gap) {
            (Ok(Some(at)), _) => Fact::Known(Some(at)),
            (Ok(None), None) => Fact::Known(None),
            (Ok(None), Some(why)) | (Err(why), _) => Fact::unknown(why),
        },
        ds_at_parent: match at_parent(observation, zone, &served) {
            Fact::Known(ds) => KskKeys::of(&zone.ksks)
                .digested(&zone.name)
                .has_ds(&ksk.name, &ds.records),
            Fact::Unknown(mark) => Fact::Unknown(mark),
        },
    }
}
