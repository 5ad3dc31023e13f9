//! The log groups to which Route 53 delivers queries, and who may write to them.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fact::{Fact, Set};

/// A log group of CloudWatch Logs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LogGroup {
    /// The ARN, without the `:*` that CloudWatch Logs may write behind it.
    pub arn: String,
    /// The account of the ARN.
    pub account: Option<String>,
    /// The region of the ARN.
    pub region: Option<String>,
    /// What `DescribeLogGroups` says; null where CloudWatch Logs says that there is no such group.
    pub attributes: Fact<Option<LogGroupAttributes>>,
    /// When it was read.
    pub collected_at: Timestamp,
}

/// What CloudWatch Logs says of a log group (CloudWatch Logs `LogGroup`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LogGroupAttributes {
    /// How many days log events are kept; null where they are kept for ever.
    pub retention_in_days: Fact<Option<i64>>,
}

/// The resource policies of CloudWatch Logs in a region of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LogPolicies {
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// The policies, as `DescribeResourcePolicies` gives them.
    pub policies: Set<LogPolicy>,
    /// When they were read.
    pub collected_at: Timestamp,
}

/// A resource policy (CloudWatch Logs `ResourcePolicy`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LogPolicy {
    /// The name of the policy, unique in its account and region.
    pub name: String,
    /// The policy document.
    pub document: Fact<String>,
}

impl LogGroup {
    /// The ARN of a log group as a reference may have it, without the `:*` behind it.
    pub fn arn_of(reference: &str) -> &str {
        reference.strip_suffix(":*").unwrap_or(reference)
    }
}
