//! The budget of one server: how often it is asked, and whether it answers at all.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex as AsyncMutex;
use tokio::time::{Instant, sleep_until};

use super::transport::Failure;

/// A server that once answered is given up after so many failures in a row.
const MAX_FAILURES: u32 = 3;

/// What is known of one address.
#[derive(Debug, Default)]
pub(super) struct ServerBudget {
    /// Held by the first query, so that no other waits in vain for a server that never answers.
    pub(super) first: AsyncMutex<()>,
    next: Mutex<Option<Instant>>,
    health: Mutex<Health>,
    sent: AtomicU64,
}

/// Whether a server answers.
#[derive(Debug, Clone, Default)]
pub(super) enum Health {
    /// It was not asked yet.
    #[default]
    Unproven,
    /// It answered; so many queries failed since.
    Alive(u32),
    /// It is not asked again in this run, for this reason.
    Dead(Failure),
}

impl ServerBudget {
    /// Waits for the server's turn, at most `rate` queries a second, and counts the query.
    pub(super) async fn turn(&self, rate: f64) {
        let turn = self.reserve(Instant::now(), rate);
        sleep_until(turn).await;
        self.sent.fetch_add(1, Ordering::Relaxed);
    }

    /// The moment at which the next query may go; the one after it is an interval later.
    fn reserve(&self, now: Instant, rate: f64) -> Instant {
        let interval = Duration::try_from_secs_f64(1.0 / rate).unwrap_or(Duration::from_secs(1));
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = next.map_or(now, |next| next.max(now));
        *next = Some(turn + interval);
        turn
    }

    pub(super) fn health(&self) -> Health {
        self.health
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn answered(&self) {
        *self.health.lock().unwrap_or_else(PoisonError::into_inner) = Health::Alive(0);
    }

    pub(super) fn failed(&self, failure: &Failure) {
        let mut health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        *health = match &*health {
            Health::Alive(failures) if failures + 1 < MAX_FAILURES => Health::Alive(failures + 1),
            _ => Health::Dead(failure.clone()),
        };
    }

    /// The queries sent so far.
    pub(super) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }
}
