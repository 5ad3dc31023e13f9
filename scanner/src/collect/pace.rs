//! How fast each service of each account is asked.
//!
//! AWS meters most APIs by a token bucket for each account: so many requests at once, then so many
//! a second. The scanner keeps a bucket of its own for each account and service, of which it takes
//! the share it was given, and slows down where AWS answers that it is asked too often.

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until, timeout};

use super::failure::Failure;
use crate::inventory::Reason;

/// No attempt lasts longer.
const ATTEMPT: Duration = Duration::from_secs(10);

/// No call lasts longer, all its attempts together.
const CALL: Duration = Duration::from_secs(30);

/// How often a call is tried before its failure stands.
const ATTEMPTS: u32 = 5;

/// The wait before the second attempt; it doubles from one to the next.
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// After so many calls of an operation in a row that failed for good, it is not asked any more.
const GIVE_UP_AFTER: u32 = 8;

/// Calls to one service of one account that are under way at one time. At a second for each answer
/// they still fill any pace of Route 53; a service that hangs holds no more of the wire than these.
const UNDER_WAY: usize = 16;

/// The part of the burst that is taken: a request on its way counts here already, and there not yet.
const BURST_TAKEN: f64 = 0.95;

/// The least rate that throttling can bring a service down to, as a part of its own.
const SLOWEST: f64 = 0.1;

/// The documented limit of a service for one account.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    /// Requests that may come at once.
    pub(super) burst: f64,
    /// Requests a second after that.
    pub(super) rate: f64,
}

impl Limit {
    /// How long `requests` take at `share` of the limit, in seconds.
    pub(super) fn seconds(self, requests: u64, share: f64) -> f64 {
        let beyond = requests as f64 - share * self.burst;
        (beyond / (share * self.rate)).max(0.0)
    }
}

/// What all paces of a scan have in common: the bounds on open requests, and what was sent.
#[derive(Debug)]
pub(super) struct Traffic {
    main: Semaphore,
    side: Semaphore,
    regional: Semaphore,
    requests: AtomicU64,
    throttles: AtomicU64,
}

impl Traffic {
    /// Traffic with so many requests on the wire at most, in each lane.
    pub(super) fn new(main: usize, side: usize, regional: usize) -> Arc<Self> {
        Arc::new(Self {
            main: Semaphore::new(main),
            side: Semaphore::new(side),
            regional: Semaphore::new(regional),
            requests: AtomicU64::new(0),
            throttles: AtomicU64::new(0),
        })
    }

    /// How many requests were sent.
    pub(super) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// How many were answered with throttling.
    pub(super) fn throttles(&self) -> u64 {
        self.throttles.load(Ordering::Relaxed)
    }
}

/// Which of the requests on the wire those of a service are counted among.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    /// The service's limits decide how long the scan takes.
    Main,
    /// The service's limits are far above what is asked: it must not crowd out the others.
    Side,
    /// The service is asked in every region: many requests, each under a limit of its own, which must
    /// not crowd out the others either.
    Regional,
}

/// Which place a call takes among those of its pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Behind those that came before it.
    Last,
    /// Ahead of all that wait: how much else there is to ask is known from its answer.
    First,
}

/// The pace of one service in one account.
#[derive(Debug)]
pub(super) struct Pace {
    /// Those who may be under way.
    under_way: Semaphore,
    /// Those who wait for the head of the line, in the order in which they came.
    line: tokio::sync::Mutex<()>,
    /// The head of the line: it waits for a token.
    head: tokio::sync::Mutex<()>,
    bucket: Mutex<Bucket>,
    traffic: Arc<Traffic>,
    lane: Lane,
    lost: Mutex<HashMap<&'static str, Lost>>,
}

/// The calls of an operation in a row that failed for good, though another try might have helped.
#[derive(Debug)]
struct Lost {
    in_a_row: u32,
    last: Failure,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    capacity: f64,
    rate: f64,
    full_rate: f64,
    /// When the tokens were last counted. AWS's own bucket begins to refill with the first request
    /// that arrives, so this one begins no earlier than the first answer.
    counted: Option<Instant>,
    slowed: Option<Instant>,
}

impl Pace {
    /// A pace that takes `share` of `limit`, for the service of one account.
    pub(super) fn new(limit: Limit, share: f64, traffic: Arc<Traffic>, lane: Lane) -> Self {
        Self::with_under_way(UNDER_WAY, limit, share, traffic, lane)
    }

    /// The same, for a service that is asked on behalf of all accounts.
    pub(super) fn for_all(limit: Limit, share: f64, traffic: Arc<Traffic>, lane: Lane) -> Self {
        Self::with_under_way(Semaphore::MAX_PERMITS, limit, share, traffic, lane)
    }

    fn with_under_way(
        under_way: usize,
        limit: Limit,
        share: f64,
        traffic: Arc<Traffic>,
        lane: Lane,
    ) -> Self {
        let rate = (limit.rate * share).max(f64::MIN_POSITIVE);
        let capacity = (limit.burst * share * BURST_TAKEN).max(1.0);
        Self {
            bucket: Mutex::new(Bucket {
                tokens: capacity,
                capacity,
                rate,
                full_rate: rate,
                counted: None,
                slowed: None,
            }),
            traffic,
            lane,
            under_way: Semaphore::new(under_way),
            line: tokio::sync::Mutex::default(),
            head: tokio::sync::Mutex::default(),
            lost: Mutex::default(),
        }
    }

    /// Makes a call of an operation, named as IAM does: waits for its turn, bounds its time, tries
    /// again what may succeed a moment later, and adapts the pace to the answers.
    pub(super) async fn call<T, E, F>(
        &self,
        operation: &'static str,
        send: impl FnMut() -> F,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, E>>,
        Failure: From<E>,
    {
        let _under_way = self.under_way.acquire().await.ok();
        self.call_at(Place::Last, operation, send).await
    }

    /// Makes a call that goes ahead of all that wait. Those who make such calls make one at a time.
    pub(super) async fn call_first<T, E, F>(
        &self,
        operation: &'static str,
        send: impl FnMut() -> F,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, E>>,
        Failure: From<E>,
    {
        self.call_at(Place::First, operation, send).await
    }

    async fn call_at<T, E, F>(
        &self,
        place: Place,
        operation: &'static str,
        mut send: impl FnMut() -> F,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, E>>,
        Failure: From<E>,
    {
        self.worth_asking(operation)?;
        let mut spent = Duration::ZERO;
        let mut wait = FIRST_WAIT;
        let mut attempt = 1;
        loop {
            let open = self.turn(place).await;
            // Those before it in the line may have found out that there is no answer.
            if attempt == 1 {
                self.worth_asking(operation)?;
            }
            let begun = Instant::now();
            let answer = self
                .send(&mut send, ATTEMPT.min(CALL.saturating_sub(spent)))
                .await;
            drop(open);
            spent += begun.elapsed();
            let failure = match answer {
                Ok(value) => {
                    self.answered(operation);
                    return Ok(value);
                }
                Err(failure) => failure,
            };
            if failure.reason == Reason::Throttled {
                self.traffic.throttles.fetch_add(1, Ordering::Relaxed);
                self.throttled(begun);
            }
            if !failure.transient {
                self.answered(operation);
                return Err(failure);
            }
            let last = attempt == ATTEMPTS || spent + wait >= CALL;
            if last || self.worth_asking(operation).is_err() {
                self.lost(operation, &failure);
                return Err(failure);
            }
            tokio::time::sleep(wait).await;
            spent += wait;
            wait *= 2;
            attempt += 1;
        }
    }

    async fn send<T, E, F>(
        &self,
        send: &mut impl FnMut() -> F,
        at_most: Duration,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, E>>,
        Failure: From<E>,
    {
        self.traffic.requests.fetch_add(1, Ordering::Relaxed);
        let answer = timeout(at_most, send()).await;
        lock(&self.bucket).begin(Instant::now());
        match answer {
            Ok(answer) => answer.map_err(Failure::from),
            Err(_) => Err(Failure::timed_out(at_most.as_secs())),
        }
    }

    /// Waits for its turn: for a token, and for a place on the wire.
    ///
    /// The token is taken last. One taken before a wait would be counted as spent while AWS's
    /// bucket, full, gains nothing, and the two would drift apart.
    async fn turn(&self, place: Place) -> Option<SemaphorePermit<'_>> {
        let _in_line = match place {
            Place::Last => Some(self.line.lock().await),
            Place::First => None,
        };
        let _at_the_head = self.head.lock().await;
        let wire = match self.lane {
            Lane::Main => &self.traffic.main,
            Lane::Side => &self.traffic.side,
            Lane::Regional => &self.traffic.regional,
        };
        loop {
            let open = wire.acquire().await.ok();
            let next = lock(&self.bucket).take(Instant::now());
            match next {
                None => return open,
                Some(next) => {
                    drop(open);
                    sleep_until(next).await;
                }
            }
        }
    }

    fn answered(&self, operation: &'static str) {
        lock(&self.lost).remove(operation);
        lock(&self.bucket).recover();
    }

    fn lost(&self, operation: &'static str, failure: &Failure) {
        let mut lost = lock(&self.lost);
        let before = lost.get(operation).map_or(0, |lost| lost.in_a_row);
        lost.insert(
            operation,
            Lost {
                in_a_row: before + 1,
                last: failure.clone(),
            },
        );
    }

    /// An operation that got no answer many times in a row would only hold up the rest.
    fn worth_asking(&self, operation: &'static str) -> Result<(), Failure> {
        match lock(&self.lost).get(operation) {
            Some(Lost { in_a_row, last }) if *in_a_row >= GIVE_UP_AFTER => Err(Failure {
                detail: Some(format!(
                    "not asked, for the {GIVE_UP_AFTER} calls before it all failed, the last with: {}",
                    last.detail.as_deref().unwrap_or(last.reason.as_str()),
                )),
                ..last.clone()
            }),
            _ => Ok(()),
        }
    }

    fn throttled(&self, sent: Instant) {
        lock(&self.bucket).slow_down(sent, Instant::now());
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Bucket {
    fn begin(&mut self, now: Instant) {
        self.counted.get_or_insert(now);
    }

    fn refill(&mut self, now: Instant) {
        if let Some(counted) = self.counted {
            let gained = now.saturating_duration_since(counted).as_secs_f64() * self.rate;
            self.tokens = (self.tokens + gained).min(self.capacity);
            self.counted = Some(now.max(counted));
        }
    }

    /// Takes a token if one is there; otherwise says when there will be.
    fn take(&mut self, now: Instant) -> Option<Instant> {
        self.refill(now);
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return None;
        }
        // Before the first answer nothing is gained; then this is only when to look again.
        let missing = 1.0 - self.tokens;
        Some(now + Duration::from_secs_f64(missing / self.rate) + Duration::from_micros(100))
    }

    /// Others share the budget, or it is smaller than documented: a third slower, and no burst.
    fn slow_down(&mut self, sent: Instant, now: Instant) {
        self.refill(now);
        self.tokens = self.tokens.min(0.0);
        // Requests that were on the wire together were throttled for one and the same reason.
        if self.slowed.is_none_or(|slowed| sent > slowed) {
            self.rate = (self.rate / 1.5).max(self.full_rate * SLOWEST);
            self.slowed = Some(now);
        }
    }

    fn recover(&mut self) {
        self.rate = (self.rate + self.full_rate * 0.02).min(self.full_rate);
    }
}
