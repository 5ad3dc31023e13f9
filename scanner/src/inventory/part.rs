//! The parts of the organisation that are read only where a rule needs them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A part of the organisation that is read only where a rule needs it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The domains that are registered with Route 53.
    Registrations,
    /// The log groups to which Route 53 delivers queries, and who may write to them.
    LogGroups,
    /// The VPCs of every region, and whether their resolver validates DNSSEC.
    Vpcs,
}

impl Part {
    /// Every part.
    pub const ALL: [Self; 3] = [Self::Registrations, Self::LogGroups, Self::Vpcs];

    /// Whether AWS offers it in a partition: `aws`, `aws-us-gov` or `aws-cn`.
    pub fn is_offered_in(self, partition: &str) -> bool {
        match self {
            Self::Registrations => partition == "aws",
            Self::LogGroups | Self::Vpcs => true,
        }
    }
}
