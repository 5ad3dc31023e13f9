//! Observing in DNS the zones that are being collected, while the collection goes on.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Semaphore;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::task::JoinSet;

use crate::dns::{Observer, Target, key};
use crate::inventory::{DnsObservation, Record};

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

/// Hands records on as they come, and after each zone whose name is new, in time, what DNS says
/// of that name.
pub(super) async fn observe(
    observer: Arc<Observer>,
    mut records: Receiver<Record>,
    onward: Sender<Record>,
    observed: Arc<Observed>,
) {
    let mut names = HashSet::new();
    let mut observing: JoinSet<DnsObservation> = JoinSet::new();
    let permits = Arc::new(Semaphore::new(ZONES_AT_ONCE));
    let mut ended = false;
    while !ended || !observing.is_empty() {
        let record = tokio::select! {
            record = records.recv(), if !ended => record,
            Some(observation) = observing.join_next() => {
                observed.0.fetch_add(1, Ordering::Relaxed);
                // The observer itself turns every failure into an observation.
                let Ok(observation) = observation else { continue };
                Some(Record::DnsObservation(observation))
            }
        };
        let record = match record {
            Some(Record::Header(mut header)) => {
                header.dns = Some(observer.run().clone());
                Record::Header(header)
            }
            Some(record) => record,
            None => {
                ended = true;
                continue;
            }
        };
        if let Record::Zone(zone) = &record
            && names.insert(key(&zone.name))
        {
            let target = Target {
                name: zone.name.clone(),
                expected: Vec::new(),
            };
            let (observer, permits) = (observer.clone(), permits.clone());
            observing.spawn(async move {
                // The semaphore is never closed.
                let _permit = permits.acquire().await.ok();
                observer.observe(&target).await
            });
        }
        if onward.send(record).await.is_err() {
            // Nobody takes records any more: the collection is being broken off.
            return;
        }
    }
}
