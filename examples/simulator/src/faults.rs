//! Faults put in on purpose.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;

use crate::error::Error;
use crate::organization::Identifiers;
use crate::service::Operation;

/// A fault, and the requests that it befalls. What is not given matches every request.
///
/// Chance follows from the seed and from how often the same request was made: the third attempt to
/// read one zone fares the same in every run, whatever else is read meanwhile.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The account that is asked; for `sts:AssumeRole`, the account of the role.
    pub account: Option<String>,
    /// The operation as IAM names it, `route53:GetDNSSEC`, or `route53:*`.
    pub operation: Option<String>,
    /// What is asked for: a hosted zone id, the ARN of a role, key or topic, the id of an account
    /// or organisational unit, the region of EC2 or Route 53 Resolver. In TOML with an account, also the name of one of its zones or keys.
    pub subject: Option<String>,
    /// What happens.
    pub kind: FaultKind,
    /// The share of requests that it befalls, from 0 to 1.
    #[serde(default = "always")]
    pub probability: f64,
    /// How many attempts of each request it may befall; all where not given.
    pub times: Option<u32>,
    /// How long an answer trickles, for `slow`.
    #[serde(default = "five_seconds")]
    pub seconds: f64,
}

fn always() -> f64 {
    1.0
}

fn five_seconds() -> f64 {
    5.0
}

impl Fault {
    /// A fault that befalls every request.
    pub fn new(kind: FaultKind) -> Self {
        Self {
            account: None,
            operation: None,
            subject: None,
            kind,
            probability: always(),
            times: None,
            seconds: five_seconds(),
        }
    }

    /// A fault that befalls one operation, or all of one service.
    fn named(operation: &str) -> Self {
        Self {
            operation: Some(operation.to_owned()),
            ..Self::new(FaultKind::Denied)
        }
    }

    /// How long a slow answer takes; at most an hour.
    pub(crate) fn duration(&self) -> Duration {
        Duration::try_from_secs_f64(self.seconds.clamp(0.0, 3600.0)).unwrap_or_default()
    }

    fn matches(&self, account: &str, operation: Operation, subjects: &[&str]) -> bool {
        let of_operation = |name: &str| {
            name == operation.iam_name()
                || name.strip_suffix(":*") == Some(operation.service().iam_prefix())
        };
        self.account.as_deref().is_none_or(|named| named == account)
            && self.operation.as_deref().is_none_or(of_operation)
            && self
                .subject
                .as_deref()
                .is_none_or(|named| subjects.contains(&named))
    }
}

/// What a fault does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FaultKind {
    /// The service says that it was asked too often.
    Throttled,
    /// The service says that the caller may not.
    Denied,
    /// The service fails with status 500.
    Error500,
    /// The connection is closed before any answer.
    Dropped,
    /// The connection is closed in the middle of the body.
    Truncated,
    /// The body trickles.
    Slow,
}

/// The faults of a running simulator.
#[derive(Debug)]
pub(crate) struct Faults {
    faults: Vec<Armed>,
    identifiers: Identifiers,
}

/// A fault, and how often each request that it matches was made, by the digest of the request.
#[derive(Debug)]
struct Armed {
    fault: Fault,
    attempts: Mutex<HashMap<[u8; 32], u32>>,
}

impl Faults {
    pub(crate) fn new(faults: Vec<Fault>, identifiers: Identifiers) -> Result<Self, Error> {
        for name in faults.iter().filter_map(|fault| fault.operation.as_ref()) {
            if !Operation::ALL
                .iter()
                .any(|operation| Fault::named(name).matches("", *operation, &[]))
            {
                return Err(Error::UnknownOperation {
                    operation: name.clone(),
                });
            }
        }
        Ok(Self {
            faults: faults
                .into_iter()
                .map(|fault| Armed {
                    fault,
                    attempts: Mutex::default(),
                })
                .collect(),
            identifiers,
        })
    }

    /// The first fault that befalls a request.
    pub(crate) fn strike(
        &self,
        account: &str,
        operation: Operation,
        subjects: &[&str],
    ) -> Option<&Fault> {
        self.faults
            .iter()
            .enumerate()
            .find(|(place, Armed { fault, attempts })| {
                if !fault.matches(account, operation, subjects) {
                    return false;
                }
                let place = place.to_string();
                let mut names = vec!["fault", place.as_str(), account, operation.iam_name()];
                names.extend(subjects);
                let request = self.identifiers.digest(&names);
                let attempt = {
                    let mut attempts = attempts.lock().unwrap_or_else(PoisonError::into_inner);
                    let count = attempts.entry(request).or_insert(0);
                    *count = count.saturating_add(1);
                    *count
                };
                if fault.times.is_some_and(|times| attempt > times) {
                    return false;
                }
                let attempt = attempt.to_string();
                names.push(&attempt);
                let chance = self.identifiers.number(&names, CHANCES) as f64 / CHANCES as f64;
                chance < fault.probability
            })
            .map(|(_, armed)| &armed.fault)
    }
}

/// How finely chance is divided.
const CHANCES: u64 = 1_000_000;
