//! Observing in DNS the zones that are being collected, and those that they delegate, while the
//! collection goes on.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::task::JoinSet;

use crate::dns::{Observer, Target, key};
use crate::inventory::{DnsObservation, Record, RecordSets, Zone};

/// Zones that are observed at a time: enough to keep the queries under way at their bound.
const ZONES_AT_ONCE: usize = 256;

/// How far the observation is, for whoever watches it.
#[derive(Debug, Default)]
pub(super) struct Observed(AtomicU64);

impl Observed {
    pub(super) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The names of the servers in the delegation sets of the zones of one name, as they become known.
#[derive(Debug, Clone, Default)]
struct Expected(Arc<Mutex<Vec<String>>>);

impl Expected {
    fn add(&self, zone: &Zone) {
        let servers = zone.delegation_set.known().into_iter().flatten();
        let mut expected = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for server in servers {
            if !expected.contains(server) {
                expected.push(server.clone());
            }
        }
    }

    fn known(&self) -> Vec<String> {
        let expected = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        expected.clone()
    }
}

/// The observations under way, one for each name.
struct Observations {
    observer: Arc<Observer>,
    permits: Arc<Semaphore>,
    names: HashMap<String, Expected>,
    under_way: JoinSet<DnsObservation>,
}

impl Observations {
    fn of(observer: Arc<Observer>) -> Self {
        Self {
            observer,
            permits: Arc::new(Semaphore::new(ZONES_AT_ONCE)),
            names: HashMap::new(),
            under_way: JoinSet::new(),
        }
    }

    /// Observes the name of a hosted zone, if that is new, and expects the servers of the zone.
    fn zone(&mut self, zone: &Zone) {
        match self.names.entry(key(&zone.name)) {
            Entry::Occupied(known) => known.get().add(zone),
            Entry::Vacant(new) => {
                let expected = new.insert(Expected::default()).clone();
                expected.add(zone);
                self.begin(zone.name.clone(), expected);
            }
        }
    }

    /// Observes the names that a zone delegates or holds DS records for, hosted or not: whether
    /// anybody answers for them is a question to this zone. The hosted zones were all seen before,
    /// so that the apex is no new name.
    fn delegated(&mut self, of: &RecordSets) {
        let delegations = of.sets.items();
        let delegations = delegations.filter(|set| matches!(&*set.record_type, "NS" | "DS"));
        for set in delegations {
            if let Entry::Vacant(new) = self.names.entry(key(&set.name)) {
                let expected = new.insert(Expected::default()).clone();
                self.begin(set.name.clone(), expected);
            }
        }
    }

    fn begin(&mut self, name: String, expected: Expected) {
        let (observer, permits) = (self.observer.clone(), self.permits.clone());
        self.under_way.spawn(async move {
            // The semaphore is never closed.
            let _permit = permits.acquire().await.ok();
            let expected = expected.known();
            observer.observe(&Target { name, expected }).await
        });
    }
}

/// Hands records on as they come, and after each name of a zone that is new, in time, what DNS
/// says of it.
///
/// A zone comes with its delegation set. Of a name that several hosted zones bear, the observation
/// expects the servers of those that came before it began; it waits for no other, for that would
/// be the end of the collection. Of servers that come later the addresses are not looked up, where
/// the parent does not name them, and white-label names for them are then not known for such.
pub(super) async fn observe(
    observer: Arc<Observer>,
    mut records: Receiver<Record>,
    onward: Sender<Record>,
    observed: Arc<Observed>,
) {
    let run = observer.run().clone();
    let mut observations = Observations::of(observer);
    let mut ended = false;
    while !ended || !observations.under_way.is_empty() {
        let record = tokio::select! {
            record = records.recv(), if !ended => record,
            Some(observation) = observations.under_way.join_next() => {
                observed.0.fetch_add(1, Ordering::Relaxed);
                // The observer itself turns every failure into an observation.
                let Ok(observation) = observation else { continue };
                Some(Record::DnsObservation(Box::new(observation)))
            }
        };
        let record = match record {
            Some(Record::Header(mut header)) => {
                header.dns = Some(run.clone());
                Record::Header(header)
            }
            Some(record) => record,
            None => {
                ended = true;
                continue;
            }
        };
        match &record {
            Record::Zone(zone) => observations.zone(zone),
            Record::RecordSets(sets) => observations.delegated(sets),
            _ => {}
        }
        if onward.send(record).await.is_err() {
            // Nobody takes records any more: the collection is being broken off.
            return;
        }
    }
}
