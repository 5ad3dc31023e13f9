//! What the index keeps of one line of a snapshot.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{
    HeldRecordSets, KeyEntry, KskEntry, Place, RegistrationEntry, VpcsEntry, ZoneEntry,
    broken_lines,
};
use crate::derive::alarm::watches;
use crate::derive::record_sets::HeldSet;
use crate::inventory::snapshot::Line;
use crate::inventory::{
    Account, AccountRead, AddressFamily, Alarm, Fact, Gap, LogGroup, LogPolicies, Record,
    RecordSets, Registration, ServerOutcome, Set, Source, Topic, Transport, Trigger, Unknown,
};

/// What the index keeps of a line.
pub(super) enum Entry {
    Account(Account),
    AccountRead(AccountRead),
    Zone(ZoneEntry),
    Key(Box<str>, KeyEntry),
    Alarm(AlarmEntry),
    Topic(Topic),
    LogGroup(LogGroup),
    LogPolicies(LogPolicies),
    Registration(RegistrationEntry),
    Vpcs(VpcsEntry),
    Observation(ObservationEntry),
    RecordSets(RecordSetsEntry),
    Source(Source),
    Gap(Gap),
    Nothing,
}

pub(super) struct AlarmEntry {
    pub(super) place: Place,
    /// The zones that are watched.
    pub(super) zones: BTreeSet<Box<str>>,
    /// The accounts of which any zone may be watched.
    pub(super) accounts: BTreeSet<Box<str>>,
    /// The whole of a composite alarm: there are few, and each may stand above any other.
    pub(super) composite: Option<Box<Alarm>>,
}

/// As much of a zone as the index needs.
#[derive(Deserialize)]
struct ZoneLine<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    account: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
    tags: Fact<IgnoredAny>,
    delegation_set: Option<Fact<IgnoredAny>>,
    dnssec: Fact<IgnoredAny>,
    ksks: Vec<KskLine>,
    query_logs: Set<IgnoredAny>,
}

#[derive(Deserialize)]
struct KskLine {
    name: Option<Box<str>>,
    key: Option<crate::inventory::Reference>,
    status: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct KeyLine<'a> {
    #[serde(borrow)]
    arn: Cow<'a, str>,
    metadata: Fact<IgnoredAny>,
    policy: Fact<IgnoredAny>,
    public_key: Fact<IgnoredAny>,
}

/// What DNS says of a name.
pub(super) struct ObservationEntry {
    pub(super) name: Box<str>,
    pub(super) place: Place,
    pub(super) servers: Vec<ServerLine>,
}

/// The record sets of a zone.
pub(super) struct RecordSetsEntry {
    pub(super) zone: Box<str>,
    pub(super) held: HeldRecordSets,
}

#[derive(Deserialize)]
struct ObservationLine<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    servers: Vec<ServerLine>,
}

/// As much of the answer of a server as says which ways are open; nothing for a gap.
#[derive(Deserialize)]
pub(super) struct ServerLine {
    pub(super) family: Option<AddressFamily>,
    pub(super) transport: Option<Transport>,
    pub(super) outcome: Option<ServerOutcome>,
}

#[derive(Deserialize)]
enum IndexedLine<'a> {
    #[serde(rename = "zone", borrow)]
    Zone(ZoneLine<'a>),
    #[serde(rename = "key", borrow)]
    Key(KeyLine<'a>),
    #[serde(rename = "dns_observation", borrow)]
    Observation(ObservationLine<'a>),
}

impl ZoneLine<'_> {
    /// Its KSKs are read with its signing status, or not at all.
    fn is_unread(&self) -> bool {
        let facts = [&self.tags, &self.dnssec].map(Fact::why_unknown);
        let set = self.delegation_set.as_ref().and_then(Fact::why_unknown);
        let facts = facts.into_iter().flatten().chain(set);
        let mut gaps = facts.chain(self.query_logs.gaps());
        gaps.any(is_failure)
    }
}

impl KeyLine<'_> {
    fn is_unread(&self) -> bool {
        let facts = [&self.metadata, &self.policy, &self.public_key];
        facts
            .into_iter()
            .filter_map(Fact::why_unknown)
            .any(is_failure)
    }
}

/// Whether something is not known because a call failed. What lies outside the scope, or is not
/// offered, was never asked for.
fn is_failure(why: &Unknown) -> bool {
    why.operation.is_some()
}

/// What a line holds; a gap where it is no whole record.
pub(super) fn entry(line: Line<'_>) -> Result<Entry, Box<Gap>> {
    let broken = |error: String| {
        let subject = format!("line {} of the snapshot", line.number);
        Box::new(broken_lines(subject, error))
    };
    let Some(place) = Place::of(line) else {
        return Err(broken("the line is too long".to_owned()));
    };
    let parse = |line: Line<'_>| {
        serde_json::from_slice::<Record>(line.bytes).map_err(|error| broken(error.to_string()))
    };
    match kind(line.bytes) {
        Some(b"zone" | b"key" | b"dns_observation") => {
            let indexed: IndexedLine<'_> =
                serde_json::from_slice(line.bytes).map_err(|error| broken(error.to_string()))?;
            Ok(match indexed {
                IndexedLine::Zone(zone) => Entry::Zone(ZoneEntry {
                    unread: zone.is_unread(),
                    id: zone.id.into(),
                    account: zone.account.into(),
                    name: zone.name.into(),
                    place,
                    ksks: zone
                        .ksks
                        .into_iter()
                        .filter_map(|ksk| {
                            Some(KskEntry {
                                name: ksk.name?,
                                key: ksk.key.map(|key| key.target().into()),
                                certain: ksk.status.is_some(),
                            })
                        })
                        .collect(),
                }),
                IndexedLine::Observation(observation) => Entry::Observation(ObservationEntry {
                    name: observation.name.into(),
                    place,
                    servers: observation.servers,
                }),
                IndexedLine::Key(key) => {
                    let unread = key.is_unread();
                    let users = Vec::new();
                    Entry::Key(
                        key.arn.into(),
                        KeyEntry {
                            place,
                            unread,
                            users,
                        },
                    )
                }
            })
        }
        Some(
            b"account" | b"account_read" | b"alarm" | b"topic" | b"log_group" | b"log_policies"
            | b"registration" | b"vpcs" | b"record_sets" | b"source" | b"gap",
        ) => Ok(match parse(line)? {
            Record::Account(account) => Entry::Account(account),
            Record::AccountRead(read) => Entry::AccountRead(read),
            Record::Alarm(alarm) => Entry::Alarm(alarm_entry(alarm, place)),
            Record::Topic(topic) => Entry::Topic(topic),
            Record::LogGroup(group) => Entry::LogGroup(group),
            Record::LogPolicies(policies) => Entry::LogPolicies(policies),
            Record::Registration(registration) => {
                Entry::Registration(registration_entry(registration, place))
            }
            Record::Vpcs(vpcs) => Entry::Vpcs(VpcsEntry {
                id: vpcs.id.into(),
                place,
            }),
            Record::RecordSets(sets) => Entry::RecordSets(record_sets_entry(&sets, place)),
            Record::Source(source) => Entry::Source(source),
            Record::Gap(gap) => Entry::Gap(gap),
            _ => Entry::Nothing,
        }),
        // Headers and footers are read by the file; other kinds are those of newer versions.
        Some(_) => Ok(Entry::Nothing),
        None => Err(broken("the line is torn or no record".to_owned())),
    }
}

/// The kind of a record: the name of the one member of its object. None for a line that does not
/// even look whole.
fn kind(line: &[u8]) -> Option<&[u8]> {
    let rest = line.strip_prefix(b"{\"")?;
    let end = rest.iter().position(|&byte| byte == b'"')?;
    line.ends_with(b"}").then(|| rest.get(..end))?
}

fn alarm_entry(alarm: Alarm, place: Place) -> AlarmEntry {
    let watched = watches(&alarm);
    let mut zones = BTreeSet::new();
    let mut accounts = BTreeSet::new();
    for watch in watched.items() {
        match &watch.zone {
            Fact::Known(Some(zone)) => zones.insert(zone.as_str().into()),
            _ => accounts.insert(watch.account.as_str().into()),
        };
    }
    // What is not understood can only hide cover in the alarm's own account.
    if watched.gaps().next().is_some() {
        accounts.insert(alarm.account.as_str().into());
    }
    let composite = matches!(alarm.trigger, Trigger::Composite(_)).then(|| Box::new(alarm));
    AlarmEntry {
        place,
        zones,
        accounts,
        composite,
    }
}

fn registration_entry(registration: Registration, place: Place) -> RegistrationEntry {
    RegistrationEntry {
        id: registration.id.into(),
        name: registration.name.into(),
        place,
    }
}

fn record_sets_entry(sets: &RecordSets, place: Place) -> RecordSetsEntry {
    let ds = sets.sets.items().filter(|set| set.record_type == "DS");
    RecordSetsEntry {
        zone: sets.zone.as_str().into(),
        held: HeldRecordSets {
            place,
            ds: ds
                .map(|set| (set.name.to_ascii_lowercase().into(), HeldSet::from(set)))
                .collect(),
            gap: sets.sets.gaps().next().cloned(),
        },
    }
}
