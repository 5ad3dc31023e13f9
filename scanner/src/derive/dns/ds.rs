//! The DS records at the parent, each with the key that it stands for.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::algorithm::{self, SHA1, is_supported_digest};
use super::digest::{Digested, dnskey_of};
use super::keys::unstated;
use super::served::Served;
use crate::inventory::{
    DnsObservation, DnskeyRecord, DsRecord, DsSet, Fact, Ksk, Reason, Set, Unknown, Zone,
};

/// The zone key flag (RFC 4034 section 2.1.1).
const ZONE_KEY: u16 = 0x0100;
/// The flag of a key that is revoked (RFC 5011 section 3).
const REVOKED: u16 = 0x0080;
/// The protocol of every DNSKEY (RFC 4034 section 2.1.2).
const DNSSEC: u8 = 3;

/// The DS records at the parent, of all servers that were asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DsAtParent {
    /// The longest time to live, in seconds; null where there are none.
    pub ttl: Option<u32>,
    /// Whether validators follow any of them: without one, the zone is insecure to them.
    pub supported: bool,
    /// The records, each once; empty where the parent says that there are none.
    pub records: Vec<DsFacts>,
    /// Whether the servers of the parent have the same records.
    pub consistent: Fact<bool>,
}

/// A DS record, and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DsFacts {
    /// The record.
    #[serde(flatten)]
    pub record: DsRecord,
    /// Whether validators implement its algorithm and its digest algorithm.
    pub supported: bool,
    /// Whether validators pass over it because a supported record with a stronger digest stands
    /// beside it (RFC 4509 section 3).
    pub ignored: bool,
    /// Whether it stands for a DNSKEY record that is served.
    pub dnskey: Fact<KeyMatch>,
    /// The KSK of the hosted zone that it stands for; null where it is none of them.
    pub ksk: Fact<Option<KskOfDs>>,
}

/// Whether a DS record stands for a served DNSKEY record (RFC 4035 section 5.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KeyMatch {
    /// Whether a served zone key has its key tag, algorithm and digest.
    pub matches: bool,
    /// The served key that comes nearest: with the digest or the key tag in common; null where
    /// no key has either.
    pub nearest: Option<NearestKey>,
    /// In what that key differs from the record; empty where it matches, or none comes near.
    pub differs: Vec<DsField>,
}

/// A served key that a DS record is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NearestKey {
    /// Its key tag.
    pub key_tag: u16,
    /// The number of its algorithm.
    pub algorithm: u8,
    /// Its flags.
    pub flags: u16,
}

/// What must agree between a DS record and a DNSKEY record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DsField {
    /// The key tag.
    KeyTag,
    /// The algorithm.
    Algorithm,
    /// The digest.
    Digest,
    /// The key must be a zone key of protocol 3 that is not revoked.
    Flags,
}

/// A KSK of the hosted zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KskOfDs {
    /// The name of the KSK.
    pub name: String,
    /// Its status, as Route 53 states it.
    pub status: Option<String>,
}

/// A set of DS records, with what is served under it.
pub(in crate::derive) struct DsSide<'a> {
    pub(in crate::derive) records: Vec<&'a DsRecord>,
    /// The name of the zone, with Route 53's octal escapes.
    pub(in crate::derive) zone: &'a str,
}

/// The DS records at the parent; unknown where none of its servers gave an answer.
pub(super) fn at_parent(
    observation: &DnsObservation,
    zone: &Zone,
    served: &Served<'_>,
) -> Fact<DsAtParent> {
    let parent = match &observation.parent {
        Fact::Known(parent) => parent,
        Fact::Unknown(mark) => return Fact::Unknown(mark.clone()),
    };
    let mut gap = parent.answers.gaps().next().cloned();
    let mut sets: Vec<Option<&DsSet>> = Vec::new();
    for answer in parent.answers.items() {
        match &answer.ds {
            Fact::Known(set) => sets.push(set.as_ref()),
            Fact::Unknown(mark) => gap = gap.or_else(|| Some(mark.unknown.clone())),
        }
    }
    if sets.is_empty() {
        return Fact::unknown(gap.unwrap_or_else(|| {
            Unknown::because(Reason::NotDetermined, "no server of the parent was asked")
        }));
    }
    let known = || sets.iter().copied().flatten();
    let records: BTreeSet<&DsRecord> = known().flat_map(|set| &set.records).collect();
    let side = DsSide {
        records: records.into_iter().collect(),
        zone: &zone.name,
    };
    let ksks = KskKeys::of(&zone.ksks);
    let by_ksk = ksks.digested(&zone.name);
    let records = match_all(&side, served)
        .into_iter()
        .map(|(record, dnskey)| DsFacts {
            ksk: by_ksk.ksk_of(&record),
            supported: is_supported(&record),
            ignored: is_ignored(&record, &side.records),
            dnskey,
            record,
        })
        .collect();
    Fact::Known(DsAtParent {
        ttl: known().map(|set| set.ttl).max(),
        supported: side.records.iter().any(|record| is_supported(record)),
        records,
        consistent: consistent(&sets, gap),
    })
}

/// The KSK of a zone that a DS record stands for, wherever the record is held.
pub fn ksk_of_ds(record: &DsRecord, zone: &Zone) -> Fact<Option<KskOfDs>> {
    let ksks = KskKeys::of(&zone.ksks);
    ksks.digested(&zone.name).ksk_of(record)
}

/// Whether all servers have the same records; one that did not answer may have others.
fn consistent(sets: &[Option<&DsSet>], gap: Option<Unknown>) -> Fact<bool> {
    let distinct: BTreeSet<BTreeSet<&DsRecord>> = sets
        .iter()
        .map(|set| set.iter().flat_map(|set| &set.records).collect())
        .collect();
    match (distinct.len() > 1, gap) {
        (true, _) => Fact::Known(false),
        (false, None) => Fact::Known(true),
        (false, Some(why)) => Fact::unknown(why),
    }
}

pub(in crate::derive) fn is_supported(record: &DsRecord) -> bool {
    algorithm::is_supported(record.algorithm) && is_supported_digest(record.digest_type)
}

pub(in crate::derive) fn is_ignored(record: &DsRecord, beside: &[&DsRecord]) -> bool {
    record.digest_type == SHA1
        && (beside.iter()).any(|other| is_supported(other) && other.digest_type != SHA1)
}

/// Each record of a set, and whether it stands for a DNSKEY record that is served.
pub(in crate::derive) fn match_all(
    side: &DsSide<'_>,
    served: &Served<'_>,
) -> Vec<(DsRecord, Fact<KeyMatch>)> {
    let (keys, mut gap) = served.dnskeys();
    let mut digested = Vec::with_capacity(keys.len());
    for key in keys {
        match Digested::of(key, side.zone) {
            Some(key) => digested.push(key),
            None => {
                gap = gap.or_else(|| {
                    Some(Unknown::because(
                        Reason::Malformed,
                        "a served DNSKEY record, or the name of the zone, is malformed",
                    ))
                });
            }
        }
    }
    let matched = side.records.iter().map(|record| {
        let found = match_one(record, &digested);
        let open = match (&found, is_supported_digest(record.digest_type)) {
            (KeyMatch { matches: true, .. }, _) => None,
            // What a digest of an algorithm that is not known stands for, only its key tag and
            // algorithm can rule out.
            (KeyMatch { nearest, .. }, false)
                if nearest.as_ref().is_some_and(|key| {
                    key.key_tag == record.key_tag && key.algorithm == record.algorithm
                }) =>
            {
                Some(Unknown::because(
                    Reason::NotDetermined,
                    format!("digest type {} is not supported", record.digest_type),
                ))
            }
            _ => gap.clone(),
        };
        let found = match open {
            Some(why) => Fact::unknown(why),
            None => Fact::Known(found),
        };
        ((*record).clone(), found)
    });
    matched.collect()
}

/// Compares a record with every key; the nearest decides.
fn match_one(record: &DsRecord, keys: &[Digested<'_>]) -> KeyMatch {
    let nearest = keys
        .iter()
        .map(|key| (key, differing(record, key)))
        .filter(|(_, differs)| {
            !(differs.contains(&DsField::Digest) && differs.contains(&DsField::KeyTag))
        })
        .min_by_key(|(_, differs)| (differs.contains(&DsField::Digest), differs.len()));
    match nearest {
        None => KeyMatch {
            matches: false,
            nearest: None,
            differs: Vec::new(),
        },
        Some((key, differs)) => KeyMatch {
            matches: differs.is_empty(),
            nearest: Some(NearestKey {
                key_tag: key.key_tag,
                algorithm: key.key.algorithm,
                flags: key.key.flags,
            }),
            differs,
        },
    }
}

fn differing(record: &DsRecord, key: &Digested<'_>) -> Vec<DsField> {
    let is_zone_key =
        key.key.flags & ZONE_KEY != 0 && key.key.flags & REVOKED == 0 && key.key.protocol == DNSSEC;
    let same_digest = key
        .digest(record.digest_type)
        .is_some_and(|digest| digest.eq_ignore_ascii_case(&record.digest));
    [
        (DsField::KeyTag, key.key_tag == record.key_tag),
        (DsField::Algorithm, key.key.algorithm == record.algorithm),
        (DsField::Digest, same_digest),
        (DsField::Flags, is_zone_key),
    ]
    .into_iter()
    .filter(|(_, same)| !same)
    .map(|(field, _)| field)
    .collect()
}

/// The KSKs of a zone with the DNSKEY records that they make.
pub(super) struct KskKeys<'z> {
    keys: Vec<(&'z Ksk, Option<DnskeyRecord>)>,
    gap: Option<&'z Unknown>,
}

/// The KSKs of a zone with their digests.
pub(super) struct KskDigests<'k> {
    keys: Vec<(&'k Ksk, Option<Digested<'k>>)>,
    gap: Option<&'k Unknown>,
}

impl<'z> KskKeys<'z> {
    pub(super) fn of(ksks: &'z Set<Ksk>) -> Self {
        Self {
            keys: ksks.items().map(|ksk| (ksk, dnskey_of(ksk))).collect(),
            gap: ksks.gaps().next(),
        }
    }

    pub(super) fn digested(&'z self, zone: &str) -> KskDigests<'z> {
        let keys = self.keys.iter().map(|(ksk, key)| {
            let digested = key.as_ref().and_then(|key| Digested::of(key, zone));
            (*ksk, digested)
        });
        KskDigests {
            keys: keys.collect(),
            gap: self.gap,
        }
    }
}

impl KskDigests<'_> {
    /// The KSK that a DS record stands for.
    fn ksk_of(&self, record: &DsRecord) -> Fact<Option<KskOfDs>> {
        let mut open = self.gap.cloned();
        for (ksk, key) in &self.keys {
            match stands_for(record, ksk, key.as_ref()) {
                Fact::Known(true) => {
                    return Fact::Known(Some(KskOfDs {
                        name: ksk.name.clone(),
                        status: ksk.status.clone(),
                    }));
                }
                Fact::Known(false) => {}
                Fact::Unknown(mark) => open = open.or(Some(mark.unknown)),
            }
        }
        match open {
            Some(why) => Fact::unknown(why),
            None => Fact::Known(None),
        }
    }

    /// Whether one of several DS records stands for a KSK.
    pub(super) fn has_ds(&self, name: &str, records: &[DsFacts]) -> Fact<bool> {
        let own = self.keys.iter().filter(|(ksk, _)| ksk.name == name);
        super::three_valued::any(own.flat_map(|(ksk, key)| {
            (records.iter()).map(|facts| stands_for(&facts.record, ksk, key.as_ref()))
        }))
    }
}

/// Whether a DS record stands for a KSK: by the digest of the key's record, or where Route 53 does
/// not state the key, by the DS that it states.
fn stands_for(record: &DsRecord, ksk: &Ksk, key: Option<&Digested<'_>>) -> Fact<bool> {
    if ksk
        .key_tag
        .is_some_and(|tag| tag != i64::from(record.key_tag))
    {
        return Fact::Known(false);
    }
    if let Some(key) = key {
        return match key.digest(record.digest_type) {
            Some(_) => Fact::Known(differing(record, key).is_empty()),
            None if key.key.algorithm != record.algorithm => Fact::Known(false),
            None => Fact::unknown(Unknown::because(
                Reason::NotDetermined,
                format!("digest type {} is not supported", record.digest_type),
            )),
        };
    }
    match &ksk.digest_value {
        Some(digest) if ksk.digest_algorithm_type == Some(record.digest_type.into()) => {
            Fact::Known(digest.eq_ignore_ascii_case(&record.digest))
        }
        _ => Fact::unknown(unstated(ksk)),
    }
}
