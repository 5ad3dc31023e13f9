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
    Account, AccountRead, Alarm, Collection, Gap, Reason, Record, Topic, Unknown,
};
use line::{AlarmEntry, Entry, ObservationEntry, entry};

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
    /// The zones in the order of their names.
    by_name: Vec<u32>,
    /// The observations of DNS, by name in lower case.
    observations: HashMap<Box<str>, Place>,
    /// The ways over which some server answered.
    pub(super) reached: Reached,
    /// The record sets that were read, by zone id.
    pub(super) record_sets: HashMap<Box<str>, HeldRecordSets>,
    pub(super) keys: BTreeMap<Box<str>, KeyEntry>,
    pub(super) alarms: Vec<AlarmPlace>,
    /// The alarms that watch a zone, by zone id.
    pub(super) alarms_of_zone: HashMap<Box<str>, Vec<u32>>,
    /// The alarms that may watch any zone of an account, or of which it is not known which.
    alarms_of_account: HashMap<Box<str>, Vec<u32>>,
    pub(super) composites: Vec<Alarm>,
    pub(super) topics: BTreeMap<String, Topic>,
    /// The accounts whose alarms were not all read, and why.
    pub(super) alarms_unread: BTreeMap<String, Unknown>,
    pub(super) gaps: BTreeSet<Gap>,
    /// Accounts in which a collection has gaps.
    incomplete: BTreeSet<(Option<String>, Collection)>,
    /// Why single observations and record sets are missing.
    missing: HashMap<(Collection, Box<str>), Unknown>,
    /// Zones in scope with a gap of their own.
    pub(super) partial_zones: BTreeSet<String>,
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
        for block in snapshot.blocks() {
            let block = block?;
            let lines: Vec<Line<'_>> = block.lines().collect();
            let entries: Vec<Result<Entry, Box<Gap>>> =
                lines.par_iter().map(|line| entry(*line)).collect();
            for entry in entries {
                match entry {
                    Ok(entry) => index.add(entry),
                    Err(gap) => index.add_gap(*gap),
                }
            }
        }
        index.link();
        index.note_unread_accounts();
        Ok(index)
    }

    /// Whether parts of a collection of an account are missing.
    pub(super) fn is_incomplete(&self, account: &str, collection: Collection) -> bool {
        let account = Some(account.to_owned());
        self.incomplete.contains(&(account.clone(), collection))
            || self.incomplete.contains(&(account, Collection::Account))
    }

    /// The gap that makes a collection of an account incomplete.
    pub(super) fn gap_in(&self, account: &str, collection: Collection) -> Option<&Gap> {
        if !self.is_incomplete(account, collection) {
            return None;
        }
        self.gaps.iter().find(|gap| {
            gap.account.as_deref() == Some(account)
                && (gap.collection == collection || gap.collection == Collection::Account)
        })
    }

    /// Whether anything is missing of a collection, in whichever account.
    pub(super) fn has_gap_in(&self, collection: Collection) -> bool {
        self.gaps.iter().any(|gap| gap.collection == collection)
    }

    /// The zone at a place in the list of zones.
    pub(super) fn zone(&self, at: u32) -> Option<&ZoneEntry> {
        self.zones.get(at as usize)
    }

    /// The zones of a name.
    pub(super) fn zones_named(&self, name: &str) -> &[u32] {
        let name = name.to_ascii_lowercase();
        let lower = |at: &u32| self.zone(*at).map(|zone| zone.name.to_ascii_lowercase());
        let begin = self
            .by_name
            .partition_point(|at| lower(at).as_deref() < Some(name.as_str()));
        let end = self
            .by_name
            .partition_point(|at| lower(at).as_deref() <= Some(name.as_str()));
        self.by_name.get(begin..end).unwrap_or_default()
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
            Entry::Key(arn, place) => {
                self.keys.insert(
                    arn,
                    KeyEntry {
                        place,
                        users: Vec::new(),
                    },
                );
            }
            Entry::Alarm(alarm) => self.add_alarm(alarm),
            Entry::Topic(topic) => {
                self.topics.insert(topic.arn.clone(), topic);
            }
            Entry::Observation(observation) => self.add_observation(observation),
            Entry::RecordSets(sets) => {
                self.record_sets.insert(sets.zone, sets.held);
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
        self.incomplete
            .insert((gap.account.clone(), gap.collection));
        if let (Collection::Dnssec, Some(zone)) = (gap.collection, &gap.subject) {
            self.partial_zones.insert(zone.clone());
        }
        if let (Collection::Dns | Collection::RecordSets, Some(subject)) =
            (gap.collection, &gap.subject)
        {
            let subject = subject.to_ascii_lowercase().into();
            self.missing
                .insert((gap.collection, subject), gap.unknown());
        }
        if let (Collection::Alarms | Collection::Account, Some(account)) =
            (gap.collection, &gap.account)
        {
            self.alarms_unread.insert(account.clone(), gap.unknown());
        }
        self.gaps.insert(gap);
    }

    fn link(&mut self) {
        self.zones.sort_by(|one, other| one.id.cmp(&other.id));
        // A zone that is read twice, by a resumed or repeated collection, is one zone.
        self.zones.dedup_by(|one, other| one.id == other.id);
        let zones = &self.zones;
        self.by_name = (0..zones.len() as u32).collect();
        self.by_name.sort_by_cached_key(|at| {
            let zone = zones.get(*at as usize);
            zone.map(|zone| zone.name.to_ascii_lowercase())
        });
        for (zone, at) in self.zones.iter().zip(0..) {
            self.zone_by_id.insert(zone.id.clone(), at);
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

    /// An account whose reading did not end is a gap as a whole.
    fn note_unread_accounts(&mut self) {
        let broken_off: Vec<Gap> = self
            .accounts
            .values()
            .filter(|entry| entry.read.is_none() && entry.account.skipped.is_none())
            .map(|entry| Gap {
                account: Some(entry.account.id.clone()),
                collection: Collection::Account,
                subject: None,
                operation: None,
                reason: Reason::NotDetermined,
                code: None,
                detail: Some(
                    "the collection was broken off before the account was read".to_owned(),
                ),
            })
            .collect();
        for gap in broken_off {
            self.add_gap(gap);
        }
    }
}
