//! The VPCs of a region, and whether their resolver validates DNSSEC.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fact::{Fact, Set};

/// The VPCs that an account owns in a region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Vpcs {
    /// What tells them from those of other accounts and regions: the ARN that IAM has for all of
    /// them, `arn:aws:ec2:eu-west-1:111122223333:vpc/*`.
    pub id: String,
    /// The account that owns them.
    pub account: String,
    /// The region in which they lie.
    pub region: Fact<String>,
    /// The VPCs; those that other accounts share with this one are not among them.
    pub vpcs: Set<Vpc>,
    /// The Route 53 Profiles among the DNSSEC validation configurations of the account.
    #[serde(default)]
    pub profiles: Vec<ProfileValidation>,
    /// When they were read.
    pub collected_at: Timestamp,
}

/// A VPC (EC2 `Vpc`), with its DNSSEC validation configuration (Route 53 Resolver
/// `ResolverDnssecConfig`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Vpc {
    /// The id of the VPC.
    pub id: String,
    /// The value of its tag `Name`.
    pub name: Fact<Option<String>>,
    /// Whether it is the default VPC of the region.
    pub is_default: Fact<bool>,
    /// `ENABLED`, `ENABLING`, `DISABLED`, `DISABLING`, or what else is answered; null where the VPC
    /// has no such configuration.
    pub validation_status: Fact<Option<String>>,
}

/// The DNSSEC validation configuration of a Route 53 Profile, which holds for every VPC that the
/// Profile is associated with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProfileValidation {
    /// The id of the Profile.
    pub id: String,
    /// As of a VPC, or `USE_LOCAL_RESOURCE_SETTING`: the configuration of each VPC decides.
    pub validation_status: Option<String>,
}
