//! What is kept in memory of a snapshot: small entries by which its items find each other.
//!
//! The items themselves stay in the file, and are read again when their turn comes.

mod line;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use crate::derive::dns::Reached;
use crate::derive::record_sets::HeldSet;
use crate::inventory::snapshot::{Line, SnapshotError, SnapshotFile};
use crate::inventory::{
    Account, AccountRead, Alarm, Collection, Gap, LogGroup, LogPolicies, Reason, Record, Source,
    Topic, Unknown,
};
use line::{AlarmEntry, Entry, ObservationEntry, entry};

/// Lines that are no records and are told one by one; a file of nothing else is soon told.
const MAX_BROKEN_LINES: u64 = 100;

/// How much of what is wrong with such a line is told, in characters: it may quote the line.
const MAX_DETAIL: usize = 500;

/// So few lines are read by one thread sooner than others are woken.
const FEW: usize = 1024;

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
    /// Whether it is certain that there is such a KSK: it has a status.
    pub(super) certain: bool,
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

/// A registered domain.
#[derive(Debug)]
pub(super) struct RegistrationEntry {
    pub(super) id: Box<str>,
    pub(super) name: Box<str>,
    pub(super) place: Place,
}

/// The VPCs of a region of an account.
#[derive(Debug)]
pub(super) struct VpcsEntry {
    pub(super) id: Box<str>,
    pub(super) place: Place,
}

/// The record sets of a zone: where they stand, and the DS records among them.
#[derive(Debug)]
pub(super) struct HeldRecordSets {
    pub(super) place: Place,
    /// By name in lower case.
    pub(super) ds: HashMap<Box<str>, HeldSet>,
    /// Why there may be more.
    pub(super) gap: Option<Unknown>,
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
    /// The zones in the order of their names.
    by_name: Vec<u32>,
    /// The observations of DNS, by name in lower case.
    observations: HashMap<Box<str>, Place>,
    /// The ways over which some server answered.
    pub(super) reached: Reached,
    /// The record sets that were read, by zone id.
    pub(super) record_sets: HashMap<Box<str>, HeldRecordSets>,
    /// Why single observations and record sets are missing.
    missing: HashMap<(Collection, Box<str>), Unknown>,
    pub(super) keys: BTreeMap<Box<str>, KeyEntry>,
    pub(super) alarms: Vec<AlarmPlace>,
    /// In the order of their names.
    pub(super) registrations: Vec<RegistrationEntry>,
    /// In the order of their ids.
    pub(super) vpcs: Vec<VpcsEntry>,
    /// The alarms that watch a zone, by zone id.
    pub(super) alarms_of_zone: HashMap<Box<str>, Vec<u32>>,
    /// The alarms that may watch any zone of an account, or of which it is not known which.
    alarms_of_account: HashMap<Box<str>, Vec<u32>>,
    pub(super) composites: Vec<Alarm>,
    /// Where in source code items are declared, by their id.
    pub(super) sources: HashMap<Box<str>, Source>,
    pub(super) topics: BTreeMap<String, Topic>,
    /// By ARN.
    pub(super) log_groups: HashMap<String, LogGroup>,
    pub(super) log_policies: Vec<LogPolicies>,
    pub(super) gaps: BTreeSet<Gap>,
    /// What of each account has gaps, and the first of them in the order of the snapshot.
    unread: BTreeMap<String, BTreeMap<Collection, Unknown>>,
}

/// A name without regard to case, to be compared.
fn lower(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().map(|byte| byte.to_ascii_lowercase())
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
            let entries: Vec<Result<Entry, Box<Gap>>> = match lines.len() <= FEW {
                true => lines.iter().map(|line| entry(*line)).collect(),
                false => lines.par_iter().map(|line| entry(*line)).collect(),
            };
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
                place: None,
            });
        }
    }

    /// The zone at a place in the list of zones.
    pub(super) fn zone(&self, at: u32) -> Option<&ZoneEntry> {
        self.zones.get(at as usize)
    }

    /// The zones of a name.
    pub(super) fn zones_named(&self, name: &str) -> &[u32] {
        let order = |at: &u32| {
            let own = self.zone(*at).map_or("", |zone| &zone.name);
            lower(own).cmp(lower(name))
        };
        let begin = self.by_name.partition_point(|at| order(at).is_lt());
        let end = self.by_name.partition_point(|at| order(at).is_le());
        self.by_name.get(begin..end).unwrap_or_default()
    }

    /// The registrations of a name.
    pub(super) fn registrations_named(&self, name: &str) -> &[RegistrationEntry] {
        let order = |entry: &RegistrationEntry| lower(&entry.name).cmp(lower(name));
        let registrations = &self.registrations;
        let begin = registrations.partition_point(|entry| order(entry).is_lt());
        let end = registrations.partition_point(|entry| order(entry).is_le());
        registrations.get(begin..end).unwrap_or_default()
    }

    /// Where what DNS says of a name stands.
    pub(super) fn observation(&self, name: &str) -> Option<Place> {
        self.observations
            .get(name.to_ascii_lowercase().as_str())
            .copied()
    }

    /// Why one item of a collection is missing, where that is known.
    pub(super) fn why_missing(&self, collection: Collection, subject: &str) -> Option<&Unknown> {
        let subject = subject.to_ascii_lowercase().into();
        self.missing.get(&(collection, subject))
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
            Entry::LogGroup(group) => {
                self.log_groups.insert(group.arn.clone(), group);
            }
            Entry::LogPolicies(policies) => self.log_policies.push(policies),
            Entry::Registration(registration) => self.registrations.push(registration),
            Entry::Vpcs(vpcs) => self.vpcs.push(vpcs),
            Entry::Observation(observation) => self.add_observation(observation),
            Entry::RecordSets(sets) => {
                self.record_sets.insert(sets.zone, sets.held);
            }
            Entry::Source(source) => {
                self.sources.insert(source.item.as_str().into(), source);
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

    fn add_observation(&mut self, observation: ObservationEntry) {
        for server in observation.servers {
            if let (Some(family), Some(outcome)) = (server.family, server.outcome) {
                self.reached.add(family, server.transport, outcome);
            }
        }
        self.observations
            .insert(observation.name, observation.place);
    }

    fn add_gap(&mut self, gap: Gap) {
        if let Some(account) = &gap.account {
            let gaps = self.unread.entry(account.clone()).or_default();
            gaps.entry(gap.collection).or_insert_with(|| gap.unknown());
        }
        if let (Collection::Dns | Collection::RecordSets, Some(subject)) =
            (gap.collection, &gap.subject)
        {
            let subject = subject.to_ascii_lowercase().into();
            self.missing
                .insert((gap.collection, subject), gap.unknown());
        }
        self.gaps.insert(gap);
    }

    fn link(&mut self) {
        self.zones.sort_by(|one, other| one.id.cmp(&other.id));
        // A zone that is read twice, by a resumed or repeated collection, is one zone.
        self.zones.dedup_by(|one, other| one.id == other.id);
        let registrations = &mut self.registrations;
        registrations
            .sort_by_cached_key(|entry| (entry.name.to_ascii_lowercase(), entry.id.clone()));
        registrations.dedup_by(|one, other| one.id == other.id);
        self.vpcs.sort_by(|one, other| one.id.cmp(&other.id));
        self.vpcs.dedup_by(|one, other| one.id == other.id);
        let zones = &self.zones;
        self.by_name = (0..zones.len() as u32).collect();
        self.by_name.sort_by_cached_key(|at| {
            let zone = zones.get(*at as usize);
            zone.map(|zone| zone.name.to_ascii_lowercase())
        });
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
                    place: None,
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
        place: None,
    }
}
