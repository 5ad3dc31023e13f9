//! How much was asked.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use crate::organization::Organization;
use crate::service::Operation;

/// How often an operation was asked for and how often it was throttled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// The requests, the throttled ones among them.
    pub requests: u64,
    /// The requests that were answered with a throttling error.
    pub throttled: u64,
}

/// The requests of a simulator until now, by account and operation.
///
/// Requests with unknown credentials or for unknown operations are not among them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statistics {
    counts: BTreeMap<(String, &'static str), Count>,
}

impl Statistics {
    /// All requests together.
    pub fn total(&self) -> Count {
        self.sum(|_, _| true)
    }

    /// The requests that asked an account; for `sts:AssumeRole`, the account of the role.
    pub fn account(&self, account: &str) -> Count {
        self.sum(|of, _| of == account)
    }

    /// The requests for an operation, as IAM names it (`route53:GetDNSSEC`).
    pub fn operation(&self, operation: &str) -> Count {
        self.sum(|_, of| of == operation)
    }

    /// The requests that asked an account for an operation.
    pub fn of(&self, account: &str, operation: &str) -> Count {
        self.sum(|of_account, of| of_account == account && of == operation)
    }

    /// Every account and operation that was asked for, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, Count)> {
        self.counts
            .iter()
            .map(|((account, operation), count)| (account.as_str(), *operation, *count))
    }

    fn sum(&self, counted: impl Fn(&str, &str) -> bool) -> Count {
        self.iter()
            .filter(|(account, operation, _)| counted(account, operation))
            .fold(Count::default(), |sum, (_, _, count)| Count {
                requests: sum.requests + count.requests,
                throttled: sum.throttled + count.throttled,
            })
    }
}

/// The counters of a running simulator.
#[derive(Debug, Default)]
pub(crate) struct Counters(Mutex<HashMap<(usize, Operation), Count>>);

impl Counters {
    pub(crate) fn record(&self, account: usize, operation: Operation, throttled: bool) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry((account, operation)).or_default();
        count.requests += 1;
        count.throttled += u64::from(throttled);
    }

    pub(crate) fn read(&self, organization: &Organization) -> Statistics {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Statistics {
            counts: counts
                .iter()
                .filter_map(|((account, operation), count)| {
                    let id = &organization.accounts.get(*account)?.id;
                    Some(((id.clone(), operation.iam_name()), *count))
                })
                .collect(),
        }
    }
}
