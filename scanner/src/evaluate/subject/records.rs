//! A zone with the records that bear on it, read from the snapshot once.

use super::Subjects;
use crate::derive::key_policy::KeyPolicy;
use crate::derive::record_sets::RecordSetFacts;
use crate::inventory::snapshot::SnapshotError;
use crate::inventory::{Alarm, DnsObservation, Fact, Key, Reason, Record, Unknown, Zone};

/// A zone, the keys behind its KSKs, and the alarms that may cover it.
pub(in crate::evaluate) struct ZoneRecords {
    pub(in crate::evaluate) zone: Zone,
    pub(in crate::evaluate) keys: Vec<KeyRecord>,
    /// The alarms, with their places in the index.
    pub(in crate::evaluate) alarms: Vec<(u32, Alarm)>,
    /// What DNS says of the zone's name; null where DNS was not asked.
    pub(in crate::evaluate) observation: Fact<Option<DnsObservation>>,
    /// What the record sets of the zone say; null where they were left unread by choice.
    pub(super) record_sets: Fact<Option<RecordSetFacts>>,
}

/// A key and its policy, understood; no policy where there is no such key.
pub(in crate::evaluate) struct KeyRecord {
    pub(in crate::evaluate) key: Key,
    pub(super) policy: Fact<Option<KeyPolicy>>,
}

impl KeyRecord {
    fn new(key: Key) -> Self {
        Self {
            policy: match &key.policy {
                Fact::Known(Some(text)) => match KeyPolicy::parse(text) {
                    Ok(policy) => Fact::Known(Some(policy)),
                    Err(error) => {
                        Fact::unknown(Unknown::because(Reason::Malformed, error.to_string()))
                    }
                },
                Fact::Known(None) => Fact::Known(None),
                Fact::Unknown(mark) => Fact::Unknown(mark.clone()),
            },
            key,
        }
    }
}

impl ZoneRecords {
    /// The key of an ARN, if the snapshot has it.
    pub(super) fn key(&self, arn: &str) -> Option<&KeyRecord> {
        self.keys.iter().find(|record| record.key.arn == arn)
    }
}

impl Subjects<'_> {
    /// Reads the zone at a place in the index, and what bears on it.
    pub(in crate::evaluate) fn records(
        &self,
        at: u32,
    ) -> Result<Option<ZoneRecords>, SnapshotError> {
        let Some(entry) = self.index.zone(at) else {
            return Ok(None);
        };
        let Record::Zone(zone) = entry.place.record(self.snapshot)? else {
            return Ok(None);
        };
        let mut keys: Vec<KeyRecord> = Vec::new();
        for arn in entry.ksks.iter().filter_map(|ksk| ksk.key.as_deref()) {
            if keys.iter().any(|held| held.key.arn == arn) {
                continue;
            }
            if let Some(entry) = self.index.keys.get(arn)
                && let Record::Key(key) = entry.place.record(self.snapshot)?
            {
                keys.push(KeyRecord::new(key));
            }
        }
        let mut alarms = Vec::new();
        for at in self.index.alarms_over(entry) {
            if let Some(alarm) = self.alarm_at(at)? {
                alarms.push((at, alarm));
            }
        }
        Ok(Some(ZoneRecords {
            observation: self.observation(&zone.name)?,
            record_sets: self.record_sets(&zone)?,
            zone,
            keys,
            alarms,
        }))
    }

    /// Reads the alarm at a place in the index.
    pub(in crate::evaluate) fn alarm_at(&self, at: u32) -> Result<Option<Alarm>, SnapshotError> {
        let Some(entry) = self.index.alarms.get(at as usize) else {
            return Ok(None);
        };
        match entry.place.record(self.snapshot)? {
            Record::Alarm(alarm) => Ok(Some(alarm)),
            _ => Ok(None),
        }
    }
}
