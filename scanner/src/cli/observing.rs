//! Observing in DNS the zones that are being collected, and those that they delegate, while the
//! collection goes on.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
struct Expected(Arc<Mutex<Servers>>);

#[derive(Debug, Default)]
struct Servers {
    names: Vec<String>,
    /// How many of them an observation was told.
    told: usize,
}

impl Expected {
    fn add(&self, zone: &Zone) {
        let servers = zone.delegation_set.known().into_iter().flatten();
        let mut expected = self.lock();
        for server in servers {
            if !expected.names.contains(server) {
                expected.names.push(server.clone());
            }
        }
    }

    /// All that are known by now, for an observation.
    fn tell(&self) -> Vec<String> {
        let mut expected = self.lock();
        expected.told = expected.names.len();
        expected.names.clone()
    }

    /// Whether the last observation was told of all.
    fn is_told(&self) -> bool {
        let expected = self.lock();
        expected.told == expected.names.len()
    }

    fn lock(&self) -> MutexGuard<'_, Servers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The observations of names, and those of them that are under way.
struct Observations {
    observer: Arc<Observer>,
    permits: Arc<Semaphore>,
    names: HashMap<String, Expected>,
    under_way: JoinSet<DnsObservation>,
}

impl Observations {
    fn by(observer: Arc<Observer>) -> Self {
        Self {
            observer,
            permits: Arc::new(Semaphore::new(ZONES_AT_ONCE)),
            names: HashMap::new(),
            under_way: JoinSet::new(),
        }
    }

    /// Observes the name of a hosted zone, if that is new, and expects the servers of the zone.
    fn zone(&mut self, zone: &Zone) {
        self.expected(&zone.name, |expected| expected.add(zone));
    }

    /// Observes the names that a zone delegates or holds DS records for, hosted or not: whether
    /// anybody answers for them is a question to this zone. The hosted zones were all seen before,
    /// so that the apex is no new name.
    fn delegated(&mut self, of: &RecordSets) {
        let delegations = of.sets.items();
        for set in delegations.filter(|set| matches!(&*set.record_type, "NS" | "DS")) {
            self.expected(&set.name, |_| {});
        }
    }

    fn expected(&mut self, name: &str, tell: impl FnOnce(&Expected)) {
        match self.names.entry(key(name)) {
            Entry::Occupied(known) => tell(known.get()),
            Entry::Vacant(new) => {
                let name = new.key().clone();
                let expected = new.insert(Expected::default()).clone();
                tell(&expected);
                self.begin(name, expected);
            }
        }
    }

    /// Observes once more the names of which servers became known since.
    fn again(&mut self) {
        let behind = self
            .names
            .iter()
            .filter(|(_, expected)| !expected.is_told());
        let behind: Vec<(String, Expected)> = behind
            .map(|(name, expected)| (name.clone(), expected.clone()))
            .collect();
        for (name, expected) in behind {
            self.begin(name, expected);
        }
    }

    /// Observes a name as soon as it is its turn.
    fn begin(&mut self, name: String, expected: Expected) {
        let (observer, permits) = (self.observer.clone(), self.permits.clone());
        self.under_way.spawn(async move {
            // The semaphore is never closed.
            let _permit = permits.acquire().await.ok();
            let expected = expected.tell();
            observer.observe(&Target { name, expected }).await
        });
    }
}

/// Hands records on as they come, and after each name of a zone that is new, in time, what DNS
/// says of it.
///
/// A zone comes with its delegation set. Of a name that several hosted zones bear, the observation
/// expects the servers of those that came before it began. Where others came later, the name is
/// observed once more at the end, and of two observations of a name the later one stands.
pub(super) async fn observe(
    observer: Arc<Observer>,
    mut records: Receiver<Record>,
    onward: Sender<Record>,
    observed: Arc<Observed>,
) {
    let run = observer.run().clone();
    let mut observations = Observations::by(observer);
    let mut ended = false;
    loop {
        if ended && observations.under_way.is_empty() {
            observations.again();
            if observations.under_way.is_empty() {
                return;
            }
        }
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
