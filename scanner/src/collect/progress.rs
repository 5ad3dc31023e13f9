//! How far a collection is, for whoever watches it.

use std::sync::atomic::{AtomicU64, Ordering};

use super::session::ROUTE53;

/// Counts that only grow, read while the collection goes on.
#[derive(Debug, Default)]
pub struct Progress {
    accounts: AtomicU64,
    accounts_listed: AtomicU64,
    accounts_read: AtomicU64,
    zones_listed: AtomicU64,
    zones_read: AtomicU64,
    expected_seconds: AtomicU64,
}

/// What the counts were at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// The accounts to read.
    pub accounts: u64,
    /// Those that are read to their end.
    pub accounts_read: u64,
    /// The public zones that were listed so far.
    pub zones_listed: u64,
    /// Those that are read.
    pub zones_read: u64,
    /// How long the largest account takes at its pace, in seconds; none before all were listed.
    pub expected_seconds: Option<u64>,
}

impl Progress {
    /// The counts at this moment.
    pub fn counts(&self) -> Counts {
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let accounts = get(&self.accounts);
        let listed = accounts > 0 && get(&self.accounts_listed) >= accounts;
        Counts {
            accounts,
            accounts_read: get(&self.accounts_read),
            zones_listed: get(&self.zones_listed),
            zones_read: get(&self.zones_read),
            expected_seconds: listed.then(|| get(&self.expected_seconds)),
        }
    }

    pub(super) fn begin(&self, accounts: usize) {
        self.accounts.store(accounts as u64, Ordering::Relaxed);
    }

    /// An account has listed its zones, and needs so many requests to Route 53.
    pub(super) fn listed(&self, zones: u64, requests: u64, share: f64) {
        self.zones_listed.fetch_add(zones, Ordering::Relaxed);
        self.expect(requests, share);
        self.accounts_listed.fetch_add(1, Ordering::Relaxed);
    }

    /// An account needs so many requests to Route 53 in all.
    pub(super) fn expect(&self, requests: u64, share: f64) {
        let seconds = ROUTE53.seconds(requests, share).ceil();
        self.expected_seconds
            .fetch_max(seconds as u64, Ordering::Relaxed);
    }

    pub(super) fn zone_read(&self) {
        self.zones_read.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn account_read(&self) {
        self.accounts_read.fetch_add(1, Ordering::Relaxed);
    }
}
