//! The KSK as rules see it: with its zone, its key, and what the key's policy allows for that zone.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::ser::{Serialize, SerializeStruct as _, Serializer};

use super::dns::is_live;
use super::records::{KeyRecord, ZoneRecords};
use super::zone::KskFacts;
use super::{AccountFacts, Subjects, broken_off};
use crate::derive::dns::KskDns;
use crate::derive::dnskey::{Dnskey, from_public_key};
use crate::derive::key_policy::KskAccess;
use crate::inventory::{Dnssec, Fact, Key, KeyMetadata, Ksk, Reason, Symbol, Unknown, Zone};

/// A key-signing key with all that bears on it.
#[derive(Debug, Clone, JsonSchema)]
pub struct KskSubject {
    /// What Route 53 says of it.
    #[serde(flatten)]
    pub ksk: KskFacts,
    /// The zone that it signs.
    pub zone: ZoneFacts,
    /// The KMS key behind it; null where Route 53 names none.
    pub key: Option<KeyFacts>,
    /// What the key policy allows Route 53 to do for this zone; null where there is no key.
    pub access: Option<KskAccess>,
    /// The KSK that the public key of the KMS key makes; null where KMS gives none.
    pub derived: Fact<Option<Dnskey>>,
    /// What DNS says of the KSK; null where DNS was not asked.
    pub dns: Fact<Option<KskDns>>,
}

/// The zone of a KSK.
#[derive(Debug, Clone, serde::Serialize, JsonSchema)]
pub struct ZoneFacts {
    /// The hosted zone id.
    pub id: String,
    /// The ARN of the hosted zone.
    pub arn: String,
    /// The name of the zone.
    pub name: String,
    /// The account that owns it.
    pub account: Arc<AccountFacts>,
    /// Whether the parent delegates to this zone; true until DNS proves otherwise.
    pub live: bool,
    /// What `GetDNSSEC` says of signing.
    pub dnssec: Fact<Dnssec>,
}

/// The KMS key of a KSK.
#[derive(Debug, Clone, serde::Serialize, JsonSchema)]
pub struct KeyFacts {
    /// The ARN of the key.
    pub arn: String,
    /// The account of the ARN.
    pub account: Fact<Option<String>>,
    /// The region of the ARN.
    pub region: Fact<Option<String>>,
    /// What `DescribeKey` says; null where there is no such key.
    pub metadata: Fact<Option<KeyMetadata>>,
}

macro_rules! serialize_fields {
    ($object:ident: $($field:ident)*) => {
        $($object.serialize_field(stringify!($field), $field)?;)*
    };
}

/// As with serde's `flatten`, which would make a map of it: structures become documents faster.
impl Serialize for KskSubject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            ksk,
            zone,
            key,
            access,
            derived,
            dns,
        } = self;
        let KskFacts {
            name,
            flag,
            signing_algorithm_mnemonic,
            signing_algorithm_type,
            digest_algorithm_mnemonic,
            digest_algorithm_type,
            key_tag,
            digest_value,
            public_key,
            ds_record,
            dnskey_record,
            status,
            status_message,
            created_date,
            last_modified_date,
            key_arn,
        } = ksk;
        let mut object = serializer.serialize_struct("KskSubject", 21)?;
        serialize_fields!(object:
            name flag signing_algorithm_mnemonic signing_algorithm_type
            digest_algorithm_mnemonic digest_algorithm_type key_tag digest_value public_key
            ds_record dnskey_record status status_message created_date last_modified_date key_arn
            zone key access derived dns
        );
        object.end()
    }
}

impl Subjects<'_> {
    /// The subject of a KSK of a zone.
    pub(in crate::evaluate) fn ksk(&self, records: &ZoneRecords, ksk: &Ksk) -> KskSubject {
        let zone = &records.zone;
        let facts = KskFacts::from(ksk.clone());
        let key = facts
            .key_arn
            .as_deref()
            .map(|arn| records.key(arn).ok_or(arn));
        KskSubject {
            zone: ZoneFacts {
                id: zone.id.clone(),
                arn: zone.arn.clone(),
                name: zone.name.clone(),
                account: self.account_facts(&zone.account),
                live: is_live(zone, &records.observation),
                dnssec: zone.dnssec.clone(),
            },
            access: key.as_ref().and_then(|key| match key {
                Ok(record) => self.access(zone, record),
                Err(_) => Some(unknown_access(&broken_off())),
            }),
            derived: match &key {
                Some(Ok(record)) => derived(zone, &record.key),
                Some(Err(_)) => Fact::unknown(broken_off()),
                None => Fact::Known(None),
            },
            key: key.map(|key| match key {
                Ok(record) => KeyFacts {
                    arn: record.key.arn.clone(),
                    account: account_beside(&record.key, zone),
                    region: record.key.region.clone(),
                    metadata: record.key.metadata.clone(),
                },
                Err(arn) => unread_key(arn),
            }),
            dns: self.ksk_dns(records, ksk),
            ksk: facts,
        }
    }

    fn access(&self, zone: &Zone, record: &KeyRecord) -> Option<KskAccess> {
        match &record.policy {
            Fact::Known(policy) => {
                let request = self.request(&zone.arn, &zone.account, &record.key.arn);
                policy.as_ref().map(|policy| policy.access(&request))
            }
            Fact::Unknown(mark) => Some(unknown_access(&mark.unknown)),
        }
    }
}

fn derived(zone: &Zone, key: &Key) -> Fact<Option<Dnskey>> {
    match &key.public_key {
        Fact::Known(Some(public_key)) => from_public_key(public_key, &zone.name).map(Some),
        Fact::Known(None) => Fact::Known(None),
        Fact::Unknown(mark) => Fact::Unknown(mark.clone()),
    }
}

fn unknown_access(why: &Unknown) -> KskAccess {
    KskAccess {
        describe_key: Fact::unknown(why.clone()),
        get_public_key: Fact::unknown(why.clone()),
        sign: Fact::unknown(why.clone()),
    }
}

/// The account of a key. Where source code names it or the zone's by a symbol, and each by another,
/// they may yet be the same.
fn account_beside(key: &Key, zone: &Zone) -> Fact<Option<String>> {
    match &key.account {
        Some(account) if *account != zone.account => {
            match Symbol::first_within(&[account, &zone.account]) {
                Some(symbol) => Fact::unknown(Unknown::because(
                    Reason::NotDetermined,
                    format!("it depends on which account {} is", symbol.name),
                )),
                None => Fact::Known(Some(account.clone())),
            }
        }
        account => Fact::Known(account.clone()),
    }
}

/// A key that a broken-off collection did not reach.
fn unread_key(arn: &str) -> KeyFacts {
    let mut parts = arn.split(':').skip(3).map(str::to_owned);
    KeyFacts {
        arn: arn.to_owned(),
        region: Fact::Known(parts.next()),
        account: Fact::Known(parts.next()),
        metadata: Fact::unknown(broken_off()),
    }
}
