//! The zone as rules see it.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::dns::{HostedParent, is_live};
use super::previous::PreviousZone;
use super::records::ZoneRecords;
use super::{AccountFacts, QueryLogFacts, Subjects};
use crate::derive::alarm::{Verdict, effective, firing, lies_in, watches};
use crate::derive::dns::ZoneDns;
use crate::derive::record_sets::RecordSetFacts;
use crate::evaluate::cause::zone_arn;
use crate::inventory::{
    Alarm, Collection, Dnssec, Fact, Ksk, LinkedService, Reference, Set, Tags, Zone,
    ZoneDeclaration,
};

/// A public hosted zone with all that bears on it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ZoneSubject {
    /// The hosted zone id.
    pub id: String,
    /// The ARN of the hosted zone.
    pub arn: String,
    /// The name, with its final dot and Route 53's octal escapes.
    pub name: String,
    /// The account that owns it.
    pub account: Arc<AccountFacts>,
    /// The comment of the zone.
    pub comment: Option<String>,
    /// How many record sets the zone holds.
    pub resource_record_set_count: Option<i64>,
    /// The AWS service that made the zone and alone may change it.
    pub linked_service: Option<LinkedService>,
    /// The tags of the zone.
    pub tags: Fact<Tags>,
    /// Whether the parent delegates to this zone; true until DNS proves otherwise.
    pub live: bool,
    /// The names of the name servers of its delegation set.
    pub delegation_set: Fact<Vec<String>>,
    /// What DNS says of the name of the zone; null where DNS was not asked.
    pub dns: Fact<Option<ZoneDns>>,
    /// The live zone of the organisation that is the parent of this one; null where it has none,
    /// or DNS was not asked.
    pub hosted_parent: Fact<Option<HostedParent>>,
    /// What the record sets of the zone say; null where they were left unread by choice.
    pub record_sets: Fact<Option<RecordSetFacts>>,
    /// What `GetDNSSEC` says of signing.
    pub dnssec: Fact<Dnssec>,
    /// The key-signing keys.
    pub ksks: Set<KskFacts>,
    /// The query logging configurations.
    pub query_logs: Set<QueryLogFacts>,
    /// What source code says of the zone beyond that; null where it was read from AWS.
    pub declaration: Option<ZoneDeclaration>,
    /// The alarms that watch a metric of the zone, whether or not they are effective.
    pub alarms: Set<AlarmOfZone>,
    /// Other public zones of the accounts read that have the same name.
    pub same_name: Set<SameName>,
    /// What an earlier snapshot says of the zone; null where there is no such snapshot, or the zone
    /// is not in it.
    pub previous: Fact<Option<PreviousZone>>,
}

/// A KSK of a zone (Route 53 `KeySigningKey`).
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct KskFacts {
    /// The name of the KSK.
    pub name: String,
    /// The flags field of the DNSKEY.
    pub flag: Option<i64>,
    /// The mnemonic of the signing algorithm.
    pub signing_algorithm_mnemonic: Option<String>,
    /// The number of the signing algorithm.
    pub signing_algorithm_type: Option<i64>,
    /// The mnemonic of the digest algorithm of the DS.
    pub digest_algorithm_mnemonic: Option<String>,
    /// The number of the digest algorithm of the DS.
    pub digest_algorithm_type: Option<i64>,
    /// The key tag (RFC 4034 appendix B).
    pub key_tag: Option<i64>,
    /// The digest of the DS, in hexadecimal.
    pub digest_value: Option<String>,
    /// The public key as in the DNSKEY, in base64.
    pub public_key: Option<String>,
    /// The DS record data that Route 53 states.
    pub ds_record: Option<String>,
    /// The DNSKEY record data that Route 53 states.
    pub dnskey_record: Option<String>,
    /// `ACTIVE`, `INACTIVE`, `DELETING`, `ACTION_NEEDED`, `INTERNAL_FAILURE`, or what else is answered.
    pub status: Option<String>,
    /// The explanation that Route 53 gives with some states.
    pub status_message: Option<String>,
    /// When the KSK was created, RFC 3339.
    pub created_date: Option<jiff::Timestamp>,
    /// When it was last changed, RFC 3339.
    pub last_modified_date: Option<jiff::Timestamp>,
    /// The ARN of the KMS key behind it.
    pub key_arn: Option<String>,
}

/// An alarm that watches a metric of a zone.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AlarmOfZone {
    /// The ARN of the alarm.
    pub arn: String,
    /// The name of the alarm.
    pub name: String,
    /// The account that owns the alarm.
    pub account: String,
    /// The metric that it watches.
    pub metric_name: String,
    /// Whether it can fire and someone is told.
    pub effective: Fact<Verdict>,
    /// Whether a value of 1 makes it fire.
    pub can_fire: Fact<Verdict>,
    /// Whether it, or a composite alarm above it, notifies.
    pub notifies: Fact<Verdict>,
    /// The least value of the metric at which it fires, where there is one.
    pub fires_from: Fact<Option<f64>>,
}

/// Another zone of the same name.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SameName {
    /// The hosted zone id.
    pub id: String,
    /// The ARN of the hosted zone.
    pub arn: String,
    /// The account that owns it.
    pub account: String,
    /// Whether the parent delegates to that zone; null where DNS was not asked.
    pub live: Fact<Option<bool>>,
}

impl From<Ksk> for KskFacts {
    fn from(ksk: Ksk) -> Self {
        Self {
            name: ksk.name,
            flag: ksk.flag,
            signing_algorithm_mnemonic: ksk.signing_algorithm_mnemonic,
            signing_algorithm_type: ksk.signing_algorithm_type,
            digest_algorithm_mnemonic: ksk.digest_algorithm_mnemonic,
            digest_algorithm_type: ksk.digest_algorithm_type,
            key_tag: ksk.key_tag,
            digest_value: ksk.digest_value,
            public_key: ksk.public_key,
            ds_record: ksk.ds_record,
            dnskey_record: ksk.dnskey_record,
            status: ksk.status,
            status_message: ksk.status_message,
            created_date: ksk.created_date,
            last_modified_date: ksk.last_modified_date,
            key_arn: ksk.key.map(|key| match key {
                Reference::Item(arn) | Reference::External(arn) => arn,
            }),
        }
    }
}

impl Subjects<'_> {
    /// The subject of a zone.
    pub(in crate::evaluate) fn zone(&self, records: &ZoneRecords) -> ZoneSubject {
        let zone = &records.zone;
        let dns = self.zone_dns(records);
        ZoneSubject {
            id: zone.id.clone(),
            arn: zone.arn.clone(),
            name: zone.name.clone(),
            account: self.account_facts(&zone.account),
            comment: zone.comment.clone(),
            resource_record_set_count: zone.resource_record_set_count,
            linked_service: zone.linked_service.clone(),
            tags: zone.tags.clone(),
            live: is_live(zone, &records.observation),
            delegation_set: zone.delegation_set.clone(),
            hosted_parent: self.hosted_parent(zone, &dns),
            previous: self.previous(zone, &dns),
            dns,
            record_sets: records.record_sets.clone(),
            dnssec: zone.dnssec.clone(),
            ksks: zone.ksks.clone().map(KskFacts::from),
            query_logs: (zone.query_logs.clone()).map(|log| self.query_log(zone, log)),
            declaration: zone.declaration.clone(),
            alarms: self.alarms_of(records),
            same_name: self.same_name(zone),
        }
    }

    fn alarms_of(&self, records: &ZoneRecords) -> Set<AlarmOfZone> {
        let zone = &records.zone;
        let mut alarms = Set::default();
        for (_, alarm) in &records.alarms {
            self.add_alarm(&mut alarms, alarm, zone);
        }
        let watched_from = self.monitoring_accounts.iter().map(String::as_str);
        for account in std::iter::once(zone.account.as_str()).chain(watched_from) {
            if let Some(why) = self.index.gap_in(account, Collection::Alarms) {
                alarms.add_gap(why.clone());
            }
        }
        alarms
    }

    fn add_alarm(&self, alarms: &mut Set<AlarmOfZone>, alarm: &Alarm, zone: &Zone) {
        let watched = watches(alarm);
        for watch in watched.items() {
            match watch.covers(&zone.id, &zone.account) {
                Fact::Known(false) => {}
                Fact::Known(true) => {
                    let firing = firing(alarm, watch);
                    let lies_in = lies_in(alarm, &self.snapshot.header().home_region);
                    let can_fire = effective(&lies_in, &firing.can_fire);
                    let notifies = self.notifies(alarm);
                    alarms.insert(AlarmOfZone {
                        arn: alarm.arn.clone(),
                        name: alarm.name.clone(),
                        account: alarm.account.clone(),
                        metric_name: watch.metric_name.clone(),
                        effective: effective(&can_fire, &notifies),
                        can_fire,
                        notifies,
                        fires_from: firing.fires_from,
                    });
                }
                Fact::Unknown(mark) => alarms.add_gap(mark.unknown),
            }
        }
        for gap in watched.gaps() {
            // An expression that is not understood can only hide cover in its own account.
            if alarm.account == zone.account {
                alarms.add_gap(gap.clone());
            }
        }
    }

    fn same_name(&self, zone: &Zone) -> Set<SameName> {
        let others = (self.index.zones_named(&zone.name).iter())
            .filter_map(|at| self.index.zone(*at).map(|other| (*at, other)))
            .filter(|(_, other)| *other.id != *zone.id);
        let mut same = Set::complete(others.map(|(at, other)| SameName {
            id: other.id.to_string(),
            arn: zone_arn(self.partition, &other.id),
            account: other.account.to_string(),
            live: self.liveness(at),
        }));
        if let Some(why) = self.index.gap_in(&zone.account, Collection::Zones) {
            same.add_gap(why.clone());
        }
        same
    }
}
