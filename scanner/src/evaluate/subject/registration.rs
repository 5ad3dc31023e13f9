//! The registered domain as rules see it: with the hosted zone of its name.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{AccountFacts, KskFacts, Subjects, broken_off};
use crate::derive::dns::{KskOfDs, ksk_of_ds, zone_dns};
use crate::evaluate::cause::zone_arn;
use crate::inventory::snapshot::SnapshotError;
use crate::inventory::{
    Collection, Dnssec, DnssecKey, DsRecord, Fact, Piece, Reason, Record, Registration, Set,
    Symbol, Unknown, Zone,
};

/// A domain that is registered with Route 53, with all that bears on it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RegistrationSubject {
    /// What tells the registration from others: the domain name, for it has no ARN.
    pub id: String,
    /// The domain name, with its final dot and Route 53's octal escapes.
    pub name: String,
    /// The last label of the domain name, in lower case.
    pub top_level_domain: Fact<String>,
    /// The account that registered the domain.
    pub account: Arc<AccountFacts>,
    /// Whether the registration is renewed before it expires.
    pub auto_renew: Fact<bool>,
    /// When it expires, RFC 3339.
    pub expiration_date: Fact<Timestamp>,
    /// The EPP status codes of the domain (RFC 5731 section 2.3).
    pub status_list: Set<String>,
    /// The name servers that the registrar gives to the registry.
    pub nameservers: Set<String>,
    /// The DS records that the registrar gives to the registry.
    pub dnssec_keys: Set<DnssecKeyFacts>,
    /// The live public zone of the domain name, among the accounts read; null where there is none.
    pub zone: Fact<Option<RegisteredZone>>,
    /// The DS records at the parent; null where DNS was not asked, or there is no such zone.
    pub ds: Fact<Option<Vec<DsRecord>>>,
    /// What an earlier snapshot says of the registration; null where there is no such snapshot, or
    /// the registration is not in it.
    pub previous: Fact<Option<PreviousRegistration>>,
}

/// A registration in the earlier snapshot.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PreviousRegistration {
    /// When the earlier snapshot was finished, or begun where it was not.
    pub finished_at: Timestamp,
    /// The seconds from that instant to the same of the later snapshot.
    pub interval_seconds: i64,
    /// Whether the registrar held other DS records than the parent served; null where there was no
    /// zone, or DNS was not asked.
    pub ds_differs: Fact<Option<bool>>,
}

/// A DS record that the registrar gives to the registry, and what it stands for.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DnssecKeyFacts {
    /// The id by which the registrar takes it away again.
    pub id: Option<String>,
    /// The record.
    #[serde(flatten)]
    pub record: DsRecord,
    /// The KSK of the zone that it stands for; null where it is none of them.
    pub ksk: Fact<Option<KskOfDs>>,
}

/// The hosted zone of a registered domain.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RegisteredZone {
    /// The hosted zone id.
    pub id: String,
    /// The ARN of the hosted zone.
    pub arn: String,
    /// The account that owns it.
    pub account: String,
    /// What `GetDNSSEC` says of signing.
    pub dnssec: Fact<Dnssec>,
    /// The key-signing keys.
    pub ksks: Set<KskFacts>,
}

impl Subjects<'_> {
    /// Reads the registered domain at a place in the index.
    pub(in crate::evaluate) fn registration_at(
        &self,
        at: u32,
    ) -> Result<Option<Registration>, SnapshotError> {
        let Some(entry) = self.index.registrations.get(at as usize) else {
            return Ok(None);
        };
        match entry.place.record(self.snapshot)? {
            Record::Registration(registration) => Ok(Some(registration)),
            _ => Ok(None),
        }
    }

    /// The subject of a registered domain.
    pub(in crate::evaluate) fn registration(
        &self,
        registration: &Registration,
    ) -> Result<RegistrationSubject, SnapshotError> {
        let zone = self.registered_zone(&registration.name)?;
        Ok(RegistrationSubject {
            previous: self.previous_registration(registration)?,
            id: registration.id.clone(),
            name: registration.name.clone(),
            top_level_domain: top_level_domain(&registration.name),
            account: self.account_facts(&registration.account),
            auto_renew: registration.auto_renew.clone(),
            expiration_date: registration.expiration_date.clone(),
            status_list: registration.status_list.clone(),
            nameservers: registration.nameservers.clone(),
            dnssec_keys: dnssec_keys(&registration.dnssec_keys, &zone),
            ds: self.ds_at_parent(&zone)?,
            zone: zone.map(|zone| {
                zone.map(|zone| RegisteredZone {
                    arn: zone_arn(self.partition, &zone.id),
                    id: zone.id,
                    account: zone.account,
                    dnssec: zone.dnssec,
                    ksks: zone.ksks.map(KskFacts::from),
                })
            }),
        })
    }

    fn previous_registration(
        &self,
        registration: &Registration,
    ) -> Result<Fact<Option<PreviousRegistration>>, SnapshotError> {
        let Some(earlier) = self.earlier else {
            return Ok(Fact::Known(None));
        };
        for entry in earlier.index.registrations_named(&registration.name) {
            let Record::Registration(before) = entry.place.record(earlier.snapshot)? else {
                continue;
            };
            if before.account != registration.account {
                continue;
            }
            let zone = earlier.registered_zone(&before.name)?;
            let keys = dnssec_keys(&before.dnssec_keys, &zone);
            let ds = earlier.ds_at_parent(&zone)?;
            return Ok(Fact::Known(Some(PreviousRegistration {
                finished_at: earlier.finished_at(),
                interval_seconds: self.seconds_since(earlier),
                ds_differs: match (keys.gaps().next(), ds) {
                    (_, Fact::Known(None)) => Fact::Known(None),
                    (_, Fact::Unknown(mark)) => Fact::Unknown(mark),
                    (Some(why), _) => Fact::unknown(why.clone()),
                    (None, Fact::Known(Some(ds))) => Fact::Known(Some(differ(&keys, &ds))),
                },
            })));
        }
        let account = &registration.account;
        Ok(match earlier.unread(account, Collection::Registrations) {
            Some(why) => Fact::unknown(why),
            None => Fact::Known(None),
        })
    }

    /// The live zone of a name. What DNS does not disprove is taken for live, but of several such
    /// zones it is not known which is.
    fn registered_zone(&self, name: &str) -> Result<Fact<Option<Zone>>, SnapshotError> {
        let mut perhaps = Vec::new();
        for at in self.index.zones_named(name) {
            match self.liveness(*at) {
                Fact::Known(Some(true)) => return self.zone_at(*at),
                Fact::Known(Some(false)) => {}
                Fact::Known(None) => perhaps.push((*at, None)),
                Fact::Unknown(mark) => perhaps.push((*at, Some(mark.unknown))),
            }
        }
        match perhaps.as_slice() {
            [(only, _)] => self.zone_at(*only),
            [] => {
                let unread = self.index.gaps_in(Collection::Zones).next();
                Ok(match unread {
                    Some((_, why)) => Fact::unknown(why.clone()),
                    None => Fact::Known(None),
                })
            }
            [(_, first), ..] => Ok(Fact::unknown(first.clone().unwrap_or_else(|| {
                let several = perhaps.len();
                Unknown::because(
                    Reason::NotDetermined,
                    format!("{several} hosted zones are named {name}, and DNS was not asked which is live"),
                )
            }))),
        }
    }

    fn zone_at(&self, at: u32) -> Result<Fact<Option<Zone>>, SnapshotError> {
        let Some(entry) = self.index.zone(at) else {
            return Ok(Fact::unknown(broken_off()));
        };
        Ok(match entry.place.record(self.snapshot)? {
            Record::Zone(zone) => Fact::Known(Some(zone)),
            _ => Fact::unknown(broken_off()),
        })
    }

    fn ds_at_parent(
        &self,
        zone: &Fact<Option<Zone>>,
    ) -> Result<Fact<Option<Vec<DsRecord>>>, SnapshotError> {
        let zone = match zone {
            Fact::Known(Some(zone)) => zone,
            Fact::Known(None) => return Ok(Fact::Known(None)),
            Fact::Unknown(mark) => return Ok(Fact::Unknown(mark.clone())),
        };
        Ok(match self.observation(&zone.name)? {
            Fact::Known(Some(observation)) => {
                let dns = zone_dns(&observation, zone, &self.index.reached);
                dns.ds.map(|ds| {
                    let records = ds.records.into_iter();
                    Some(records.map(|facts| facts.record).collect())
                })
            }
            Fact::Known(None) => Fact::Known(None),
            Fact::Unknown(mark) => Fact::Unknown(mark),
        })
    }
}

/// The last label of a name; unknown where code leaves it open.
fn top_level_domain(name: &str) -> Fact<String> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let last = match Symbol::pieces(name).last() {
        Some(Piece::Text(text)) => match text.rsplit_once('.') {
            Some((_, label)) => Some(label),
            None => Some(text).filter(|text| *text == name),
        },
        Some(Piece::Symbol(_)) | None => None,
    };
    match last {
        Some(label) => Fact::Known(label.to_ascii_lowercase()),
        None => Fact::unknown(Unknown::because(
            Reason::NotDetermined,
            "the code does not state the domain name",
        )),
    }
}

fn dnssec_keys(keys: &Set<DnssecKey>, zone: &Fact<Option<Zone>>) -> Set<DnssecKeyFacts> {
    let mut facts = Set::default();
    for key in keys.items() {
        match record(key) {
            Some(record) => facts.insert(DnssecKeyFacts {
                id: key.id.clone(),
                ksk: match zone {
                    Fact::Known(Some(zone)) => ksk_of_ds(&record, zone),
                    Fact::Known(None) => Fact::Known(None),
                    Fact::Unknown(mark) => Fact::Unknown(mark.clone()),
                },
                record,
            }),
            None => facts.add_gap(Unknown::because(
                Reason::NotDetermined,
                "the registrar does not state the whole of a DS record",
            )),
        }
    }
    for why in keys.gaps() {
        facts.add_gap(why.clone());
    }
    facts
}

/// Whether the records of the registrar are others than those at the parent.
fn differ(keys: &Set<DnssecKeyFacts>, ds: &[DsRecord]) -> bool {
    let plain = |record: &DsRecord| {
        let digest = record.digest.to_ascii_uppercase();
        (record.key_tag, record.algorithm, record.digest_type, digest)
    };
    let held: BTreeSet<_> = keys.items().map(|key| plain(&key.record)).collect();
    let served: BTreeSet<_> = ds.iter().map(plain).collect();
    held != served
}

/// The DS record, where the registrar states all of it.
fn record(key: &DnssecKey) -> Option<DsRecord> {
    Some(DsRecord {
        key_tag: u16::try_from(key.key_tag?).ok()?,
        algorithm: u8::try_from(key.algorithm?).ok()?,
        digest_type: u8::try_from(key.digest_type?).ok()?,
        digest: key.digest.as_deref()?.to_ascii_uppercase(),
    })
}
