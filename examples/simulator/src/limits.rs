//! The request limits of AWS: a token bucket for each account.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;
use tokio::time::Instant;

use crate::service::{Operation, Service};

/// A token bucket.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// How many requests pass at once.
    pub burst: f64,
    /// How many requests a second pass thereafter.
    pub rate: f64,
}

/// The limits of each service for each account; `None` lets every request pass.
///
/// The default is what AWS documents: Route 53 Developer Guide `throttling-api-requests`, KMS
/// Developer Guide `requests-per-second`, CloudWatch User Guide `cloudwatch_limits`. For
/// Organizations AWS gives no number; here 10 a second with a burst of 15. Nor does it for Route 53
/// Domains; here 5 a second with a burst of 10. EC2 Developer Guide `ec2-api-throttling`, and for Route 53
/// Resolver `DNSLimitations` of the Route 53 Developer Guide.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// All operations of AWS Organizations together.
    #[serde(deserialize_with = "limit_or_none")]
    pub organizations: Option<Limit>,
    /// All operations of STS together.
    #[serde(deserialize_with = "limit_or_none")]
    pub sts: Option<Limit>,
    /// All operations of Route 53 together.
    #[serde(deserialize_with = "limit_or_none")]
    pub route53: Option<Limit>,
    /// All operations of Route 53 Domains together.
    #[serde(deserialize_with = "limit_or_none")]
    pub route53domains: Option<Limit>,
    /// Each operation of KMS by itself.
    #[serde(deserialize_with = "limit_or_none")]
    pub kms: Option<Limit>,
    /// `DescribeAlarms`, in each region.
    #[serde(deserialize_with = "limit_or_none")]
    pub cloudwatch: Option<Limit>,
    /// Each operation of CloudWatch Logs by itself, in each region.
    #[serde(deserialize_with = "limit_or_none")]
    pub logs: Option<Limit>,
    /// `GetTopicAttributes`, in each region.
    #[serde(deserialize_with = "limit_or_none")]
    pub sns: Option<Limit>,
    /// Each operation of EC2 by itself, in each region.
    #[serde(deserialize_with = "limit_or_none")]
    pub ec2: Option<Limit>,
    /// All operations of Route 53 Resolver together, in each region.
    #[serde(deserialize_with = "limit_or_none")]
    pub resolver: Option<Limit>,
}

impl Default for Limits {
    fn default() -> Self {
        let limit = |burst, rate| Some(Limit { burst, rate });
        Self {
            organizations: limit(15.0, 10.0),
            sts: limit(600.0, 600.0),
            route53: limit(50.0, 10.0),
            route53domains: limit(10.0, 5.0),
            kms: limit(2000.0, 2000.0),
            cloudwatch: limit(9.0, 9.0),
            logs: limit(10.0, 10.0),
            sns: limit(30.0, 30.0),
            ec2: limit(50.0, 10.0),
            resolver: limit(5.0, 5.0),
        }
    }
}

impl Limits {
    /// No limit at all.
    pub fn none() -> Self {
        Self {
            organizations: None,
            sts: None,
            route53: None,
            route53domains: None,
            kms: None,
            cloudwatch: None,
            logs: None,
            sns: None,
            ec2: None,
            resolver: None,
        }
    }

    fn of(&self, service: Service) -> Option<Limit> {
        match service {
            Service::Organizations => self.organizations,
            Service::Sts => self.sts,
            Service::Route53 => self.route53,
            Service::Route53Domains => self.route53domains,
            Service::Kms => self.kms,
            Service::CloudWatch => self.cloudwatch,
            Service::Logs => self.logs,
            Service::Sns => self.sns,
            Service::Ec2 => self.ec2,
            Service::Resolver => self.resolver,
        }
    }
}

/// A limit, or the word `none`.
fn limit_or_none<'de, D: serde::Deserializer<'de>>(source: D) -> Result<Option<Limit>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Limit(Limit),
        Word(String),
    }
    match Written::deserialize(source)? {
        Written::Limit(limit) => Ok(Some(limit)),
        Written::Word(word) if word == "none" => Ok(None),
        Written::Word(word) => Err(serde::de::Error::custom(format!(
            "{word:?} is neither \"none\" nor {{ burst = …, rate = … }}"
        ))),
    }
}

/// What shares one bucket.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Shared {
    account: usize,
    service: Service,
    /// The operation, where each has a limit of its own.
    operation: Option<Operation>,
    /// The region, where each has a limit of its own.
    region: Option<String>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Instant,
}

/// The buckets of all accounts.
#[derive(Debug)]
pub(crate) struct Buckets {
    limits: Limits,
    buckets: Mutex<HashMap<Shared, Bucket>>,
}

impl Buckets {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            buckets: Mutex::new(HashMap::new()),
        }
    }

    /// Takes a token for a request; false where the bucket is empty.
    pub(crate) fn admit(&self, account: usize, operation: Operation, region: &str) -> bool {
        let service = operation.service();
        let Some(limit) = self.limits.of(service) else {
            return true;
        };
        let regional = matches!(
            service,
            Service::CloudWatch | Service::Logs | Service::Sns | Service::Ec2 | Service::Resolver
        );
        let shared = Shared {
            account,
            service,
            operation: matches!(service, Service::Kms | Service::Logs | Service::Ec2)
                .then_some(operation),
            region: regional.then(|| region.to_owned()),
        };
        let now = Instant::now();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(shared).or_insert(Bucket {
            tokens: limit.burst,
            filled: now,
        });
        let elapsed = now.duration_since(bucket.filled).as_secs_f64();
        bucket.tokens = (bucket.tokens + elapsed * limit.rate).min(limit.burst);
        bucket.filled = now;
        let admitted = bucket.tokens >= 1.0;
        if admitted {
            bucket.tokens -= 1.0;
        }
        admitted
    }
}
