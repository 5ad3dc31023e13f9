//! What the index keeps of one line of a snapshot.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Deserialize;

use super::{HeldRecordSets, KskEntry, Place, ZoneEntry};
use crate::derive::alarm::watches;
use crate::derive::record_sets::HeldSet;
use crate::inventory::snapshot::Line;
use crate::inventory::{
    Account, AccountRead, AddressFamily, Alarm, Collection, Fact, Gap, Reason, Record, RecordSets,
    ServerOutcome, Topic, Transport, Trigger,
};

/// What the index keeps of a line.
pub(super) enum Entry {
    Account(Account),
    AccountRead(AccountRead),
    Zone(ZoneEntry),
    Key(Box<str>, Place),
    Alarm(AlarmEntry),
    Topic(Topic),
    Observation(ObservationEntry),
    RecordSets(RecordSetsEntry),
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
    ksks: Vec<KskLine>,
}

#[derive(Deserialize)]
struct KskLine {
    name: Option<Box<str>>,
    key: Option<crate::inventory::Reference>,
}

#[derive(Deserialize)]
struct KeyLine<'a> {
    #[serde(borrow)]
    arn: Cow<'a, str>,
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

/// What a line holds; a gap where it is no whole record.
pub(super) fn entry(line: Line<'_>) -> Result<Entry, Box<Gap>> {
    let broken = |error: String| {
        Box::new(Gap {
            account: None,
            collection: Collection::Accounts,
            subject: Some(format!("line {} of the snapshot", line.number)),
            operation: None,
            reason: Reason::Malformed,
            code: None,
            detail: Some(error),
        })
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
                            })
                        })
                        .collect(),
                }),
                IndexedLine::Key(key) => Entry::Key(key.arn.into(), place),
                IndexedLine::Observation(observation) => Entry::Observation(ObservationEntry {
                    name: observation.name.into(),
                    place,
                    servers: observation.servers,
                }),
            })
        }
        Some(b"account" | b"account_read" | b"alarm" | b"topic" | b"record_sets" | b"gap") => {
            Ok(match parse(line)? {
                Record::Account(account) => Entry::Account(account),
                Record::AccountRead(read) => Entry::AccountRead(read),
                Record::Alarm(alarm) => Entry::Alarm(alarm_entry(alarm, place)),
                Record::Topic(topic) => Entry::Topic(topic),
                Record::RecordSets(sets) => Entry::RecordSets(record_sets_entry(&sets, place)),
                Record::Gap(gap) => Entry::Gap(gap),
                _ => Entry::Nothing,
            })
        }
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
