//! What is kept in memory of a snapshot: small entries by which its items find each other.
//!
//! The items themselves stay in the file, and are read again when their turn comes.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::derive::alarm::watches;
use crate::inventory::snapshot::{Line, SnapshotError, SnapshotFile};
use crate::inventory::{
    Account, AccountRead, Alarm, Collection, Fact, Gap, Reason, Record, Set, Topic, Trigger,
    Unknown,
};

/// Lines that are no records and are told one by one; a file of nothing else is soon told.
const MAX_BROKEN_LINES: u64 = 100;

/// How much of what is wrong with such a line is told, in characters: it may quote the line.
const MAX_DETAIL: usize = 500;

/// The place of a record in the snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    offset: u64,
    length: u32,
}

/// A hosted zone.
#[derive(Debug)]
pub(super) struct ZoneEntry {
    pub(super) id: Box<str>,
    pub(super) account: Box<str>,
    pub(super) name: Box<str>,
    pub(super) place: Place,
    pub(super) ksks: Box<[KskEntry]>,
    /// Whether something of it is missing, for a call failed.
    unread: bool,
}

/// A KSK of a zone.
#[derive(Debug)]
pub(super) struct KskEntry {
    pub(super) name: Box<str>,
    /// The ARN of the KMS key.
    pub(super) key: Option<Box<str>>,
}

/// A KMS key, with the zones and KSKs that use it.
#[derive(Debug)]
pub(super) struct KeyEntry {
    pub(super) place: Place,
    /// Whether something of it is missing, for a call failed.
    unread: bool,
    /// Places in the list of zones, with the name of the KSK.
    pub(super) users: Vec<(u32, Box<str>)>,
}

/// An alarm.
#[derive(Debug)]
pub(super) struct AlarmPlace {
    pub(super) place: Place,
    /// The first of the zones that it watches, with which it is judged; none where it watches no
    /// one zone that was read.
    pub(super) first_zone: Option<u32>,
}

/// An account that was listed, and how its reading ended.
#[derive(Debug)]
pub(super) struct AccountEntry {
    pub(super) account: Account,
    pub(super) read: Option<AccountRead>,
}

/// The small entries of a snapshot.
#[derive(Default)]
pub(super) struct Index {
    pub(super) accounts: BTreeMap<String, AccountEntry>,
    pub(super) zones: Vec<ZoneEntry>,
    pub(super) zone_by_id: HashMap<Box<str>, u32>,
    /// How many zones there are of each account.
    zones_of_account: HashMap<Box<str>, u64>,
    /// The zones of each name that more than one zone has.
    pub(super) same_name: HashMap<Box<str>, Vec<u32>>,
    pub(super) keys: BTreeMap<Box<str>, KeyEntry>,
    pub(super) alarms: Vec<AlarmPlace>,
    /// The alarms that watch a zone, by zone id.
    pub(super) alarms_of_zone: HashMap<Box<str>, Vec<u32>>,
    /// The alarms that may watch any zone of an account, or of which it is not known which.
    alarms_of_account: HashMap<Box<str>, Vec<u32>>,
    pub(super) composites: Vec<Alarm>,
    pub(super) topics: BTreeMap<String, Topic>,
    pub(super) gaps: BTreeSet<Gap>,
    /// What of each account has gaps, and the first of them in the order of the snapshot.
    unread: BTreeMap<String, BTreeMap<Collection, Unknown>>,
}

/// What the index keeps of a line.
enum Entry {
    Account(Account),
    AccountRead(AccountRead),
    Zone(ZoneEntry),
    Key(Box<str>, KeyEntry),
    Alarm(AlarmEntry),
    Topic(Topic),
    Gap(Gap),
    Nothing,
}

struct AlarmEntry {
    place: Place,
    /// The zones that are watched.
    zones: BTreeSet<Box<str>>,
    /// The accounts of which any zone may be watched.
    accounts: BTreeSet<Box<str>>,
    /// The whole of a composite alarm: there are few, and each may stand above any other.
    composite: Option<Box<Alarm>>,
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
}

#[derive(Deserialize)]
struct KeyLine<'a> {
    #[serde(borrow)]
    arn: Cow<'a, str>,
    metadata: Fact<IgnoredAny>,
    policy: Fact<IgnoredAny>,
    public_key: Fact<IgnoredAny>,
}

#[derive(Deserialize)]
enum IndexedLine<'a> {
    #[serde(rename = "zone", borrow)]
    Zone(ZoneLine<'a>),
    #[serde(rename = "key", borrow)]
    Key(KeyLine<'a>),
}

impl ZoneLine<'_> {
    /// Its KSKs are read with its signing status, or not at all.
    fn is_unread(&self) -> bool {
        let facts = [
            Some(&self.tags),
            Some(&self.dnssec),
            self.delegation_set.as_ref(),
        ];
        let facts = facts.into_iter().flatten().filter_map(Fact::why_unknown);
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

impl Place {
    fn of(line: Line<'_>) -> Option<Self> {
        Some(Self {
            offset: line.offset,
            length: u32::try_from(line.bytes.len()).ok()?,
        })
    }

    /// Reads the record again.
    pub(super) fn record(self, snapshot: &SnapshotFile) -> Result<Record, SnapshotError> {
        let line = snapshot.line_at(self.offset, self.length)?;
        serde_json::from_slice(&line).map_err(|error| SnapshotError::NotASnapshot {
            path: snapshot.path().to_owned(),
            detail: format!("the record at byte {} is broken: {error}", self.offset),
        })
    }
}

impl Index {
    /// Reads a snapshot from end to end, and keeps what its items need to find each other.
    pub(super) fn of(snapshot: &SnapshotFile) -> Result<Self, SnapshotError> {
        let mut index = Self::default();
        let mut broken = 0;
        for block in snapshot.blocks() {
            let block = block?;
            let lines: Vec<Line<'_>> = block.lines().collect();
            let entries: Vec<Result<Entry, Box<Gap>>> =
                lines.par_iter().map(|line| entry(*line)).collect();
            for entry in entries {
                match entry {
                    Ok(entry) => index.add(entry),
                    Err(gap) if broken < MAX_BROKEN_LINES => {
                        broken += 1;
                        index.add_gap(*gap);
                    }
                    Err(_) => broken += 1,
                }
            }
        }
        if broken > MAX_BROKEN_LINES {
            index.add_gap(broken_lines(
                format!("{} more lines of the snapshot", broken - MAX_BROKEN_LINES),
                "they are no records".to_owned(),
            ));
        }
        index.link();
        index.note_what_is_missing();
        Ok(index)
    }

    /// Why parts of a collection of an account are missing; none where all of it was read.
    pub(super) fn gap_in(&self, account: &str, collection: Collection) -> Option<&Unknown> {
        let gaps = self.unread.get(account)?;
        gaps.get(&Collection::Account)
            .or_else(|| gaps.get(&collection))
    }

    /// The accounts in which parts of a collection are missing, and why.
    pub(super) fn gaps_in(&self, collection: Collection) -> impl Iterator<Item = (&str, &Unknown)> {
        let accounts = self.unread.keys().map(String::as_str);
        accounts.filter_map(move |account| Some((account, self.gap_in(account, collection)?)))
    }

    /// Whether anything is missing of a collection, in whichever account.
    pub(super) fn has_gap_in(&self, collection: Collection) -> bool {
        self.gaps.iter().any(|gap| gap.collection == collection)
    }

    /// Whether the items of an account are judged: it is selected, and active. Of an account that
    /// was not listed nothing says that it is not.
    pub(super) fn is_judged(&self, account: &str) -> bool {
        self.accounts
            .get(account)
            .is_none_or(|entry| entry.account.selected && entry.account.skipped.is_none())
    }

    /// How many of the public zones that an account listed are not among the records.
    pub(super) fn zones_missing(&self, read: &AccountRead) -> u64 {
        let recorded = self.zones_of_account.get(read.id.as_str()).copied();
        read.public_zones
            .saturating_sub(recorded.unwrap_or_default())
    }

    /// Whether all of a zone was read, and of the keys behind its KSKs.
    pub(super) fn is_whole(&self, zone: &ZoneEntry) -> bool {
        let mut keys = zone.ksks.iter().filter_map(|ksk| ksk.key.as_ref());
        !zone.unread && keys.all(|key| self.keys.get(key).is_some_and(|key| !key.unread))
    }

    /// Takes the alarms of accounts that ought to have been read, and were not, for missing: they
    /// may watch over any zone.
    pub(super) fn expect_alarms_of(&mut self, accounts: &[String]) {
        for account in accounts {
            let why = match self.accounts.get(account) {
                None => "is not among the accounts of the scan".to_owned(),
                Some(entry) => match &entry.account.skipped {
                    Some(state) => format!("is {state} and was not read"),
                    None => continue,
                },
            };
            self.add_gap(Gap {
                account: Some(account.clone()),
                collection: Collection::Alarms,
                subject: None,
                operation: None,
                reason: Reason::NotFoundInScope,
                code: None,
                detail: Some(format!(
                    "account {account} of [monitoring] accounts {why}; correct the id in zonewarden.toml, or take it out"
                )),
            });
        }
    }

    /// The zone at a place in the list of zones.
    pub(super) fn zone(&self, at: u32) -> Option<&ZoneEntry> {
        self.zones.get(at as usize)
    }

    /// The alarms that may cover a zone.
    pub(super) fn alarms_over(&self, zone: &ZoneEntry) -> Vec<u32> {
        let own = self.alarms_of_zone.get(&zone.id).into_iter().flatten();
        let any = self.alarms_of_account.get(&zone.account);
        let mut alarms: Vec<u32> = own.chain(any.into_iter().flatten()).copied().collect();
        alarms.sort_unstable();
        alarms.dedup();
        alarms
    }

    fn add(&mut self, entry: Entry) {
        match entry {
            Entry::Account(account) => {
                self.accounts.insert(
                    account.id.clone(),
                    AccountEntry {
                        account,
                        read: None,
                    },
                );
            }
            Entry::AccountRead(read) => {
                if let Some(entry) = self.accounts.get_mut(&read.id) {
                    entry.read = Some(read);
                }
            }
            Entry::Zone(zone) => self.zones.push(zone),
            Entry::Key(arn, key) => {
                self.keys.insert(arn, key);
            }
            Entry::Alarm(alarm) => self.add_alarm(alarm),
            Entry::Topic(topic) => {
                self.topics.insert(topic.arn.clone(), topic);
            }
            Entry::Gap(gap) => self.add_gap(gap),
            Entry::Nothing => {}
        }
    }

    fn add_alarm(&mut self, alarm: AlarmEntry) {
        let at = self.alarms.len() as u32;
        self.alarms.push(AlarmPlace {
            place: alarm.place,
            first_zone: None,
        });
        for zone in alarm.zones {
            self.alarms_of_zone.entry(zone).or_default().push(at);
        }
        for account in alarm.accounts {
            self.alarms_of_account.entry(account).or_default().push(at);
        }
        self.composites.extend(alarm.composite.map(|alarm| *alarm));
    }

    fn add_gap(&mut self, gap: Gap) {
        if let Some(account) = &gap.account {
            let gaps = self.unread.entry(account.clone()).or_default();
            gaps.entry(gap.collection).or_insert_with(|| gap.unknown());
        }
        self.gaps.insert(gap);
    }

    fn link(&mut self) {
        self.zones.sort_by(|one, other| one.id.cmp(&other.id));
        // A zone that is read twice, by a resumed or repeated collection, is one zone.
        self.zones.dedup_by(|one, other| one.id == other.id);
        let mut by_name: Vec<u32> = (0..self.zones.len() as u32).collect();
        let zones = &self.zones;
        let name = |at: &u32| {
            zones
                .get(*at as usize)
                .map(|zone| zone.name.to_ascii_lowercase())
        };
        by_name.sort_by_cached_key(name);
        for same in by_name.chunk_by(|one, other| name(one) == name(other)) {
            if let (true, Some(name)) = (same.len() > 1, same.first().and_then(name)) {
                self.same_name.insert(name.into(), same.to_vec());
            }
        }
        for (zone, at) in self.zones.iter().zip(0..) {
            self.zone_by_id.insert(zone.id.clone(), at);
            *self
                .zones_of_account
                .entry(zone.account.clone())
                .or_default() += 1;
            for ksk in &zone.ksks {
                if let Some(key) = ksk.key.as_ref().and_then(|key| self.keys.get_mut(key)) {
                    key.users.push((at, ksk.name.clone()));
                }
            }
            for alarm in self.alarms_of_zone.get(&zone.id).into_iter().flatten() {
                if let Some(alarm) = self.alarms.get_mut(*alarm as usize) {
                    alarm.first_zone.get_or_insert(at);
                }
            }
        }
    }

    /// An account whose reading did not end is a gap as a whole, and one that listed more zones than
    /// there are records has a gap among its zones.
    fn note_what_is_missing(&mut self) {
        let missing: Vec<Gap> = self
            .accounts
            .values()
            .filter(|entry| entry.account.skipped.is_none())
            .filter_map(|entry| {
                let (collection, detail) = match &entry.read {
                    None => (
                        Collection::Account,
                        "the collection was broken off before the account was read".to_owned(),
                    ),
                    Some(read) => match self.zones_missing(read) {
                        0 => return None,
                        missing => (
                            Collection::Zones,
                            format!("{missing} of the zones listed are not in the snapshot"),
                        ),
                    },
                };
                Some(Gap {
                    account: Some(entry.account.id.clone()),
                    collection,
                    subject: None,
                    operation: None,
                    reason: Reason::NotDetermined,
                    code: None,
                    detail: Some(detail),
                })
            })
            .collect();
        for gap in missing {
            self.add_gap(gap);
        }
    }
}

fn broken_lines(subject: String, detail: String) -> Gap {
    Gap {
        account: None,
        collection: Collection::Accounts,
        subject: Some(subject),
        operation: None,
        reason: Reason::Malformed,
        code: None,
        detail: Some(detail.chars().take(MAX_DETAIL).collect()),
    }
}

fn entry(line: Line<'_>) -> Result<Entry, Box<Gap>> {
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
        Some(b"zone" | b"key") => {
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
                            })
                        })
                        .collect(),
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
        Some(b"account" | b"account_read" | b"alarm" | b"topic" | b"gap") => {
            Ok(match parse(line)? {
                Record::Account(account) => Entry::Account(account),
                Record::AccountRead(read) => Entry::AccountRead(read),
                Record::Alarm(alarm) => Entry::Alarm(alarm_entry(alarm, place)),
                Record::Topic(topic) => Entry::Topic(topic),
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
