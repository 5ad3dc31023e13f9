//! The VPCs of a region as rules see them.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::{AccountFacts, Subjects};
use crate::derive::vpc::validates;
use crate::inventory::snapshot::SnapshotError;
use crate::inventory::{Fact, Record, Set, Vpcs};

/// The VPCs that an account owns in a region; in source code, one that is declared.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct VpcsSubject {
    /// What tells them from those of other accounts and regions: the ARN that IAM has for all of
    /// them, which ends in `vpc/*`.
    pub id: String,
    /// The account that owns them.
    pub account: Arc<AccountFacts>,
    /// The region in which they lie.
    pub region: Fact<String>,
    /// The VPCs; those that other accounts share with this one are not among them.
    pub vpcs: Set<VpcFacts>,
}

/// A VPC, and what its resolver does.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct VpcFacts {
    /// The id of the VPC.
    pub id: String,
    /// The value of its tag `Name`.
    pub name: Fact<Option<String>>,
    /// Whether it is the default VPC of the region.
    pub is_default: Fact<bool>,
    /// `ENABLED`, `ENABLING`, `DISABLED`, `DISABLING`, or what else Route 53 Resolver says of the DNSSEC
    /// validation configuration; null where the VPC has none.
    pub validation_status: Fact<Option<String>>,
    /// Whether its resolver validates DNSSEC, or is about to.
    pub validates: Fact<bool>,
}

impl Subjects<'_> {
    /// Reads the VPCs at a place in the index.
    pub(in crate::evaluate) fn vpcs_at(&self, at: u32) -> Result<Option<Vpcs>, SnapshotError> {
        let Some(entry) = self.index.vpcs.get(at as usize) else {
            return Ok(None);
        };
        match entry.place.record(self.snapshot)? {
            Record::Vpcs(vpcs) => Ok(Some(vpcs)),
            _ => Ok(None),
        }
    }

    /// The subject of the VPCs of a region.
    pub(in crate::evaluate) fn vpcs(&self, vpcs: &Vpcs) -> VpcsSubject {
        VpcsSubject {
            id: vpcs.id.clone(),
            account: self.account_facts(&vpcs.account),
            region: vpcs.region.clone(),
            vpcs: vpcs.vpcs.clone().map(|vpc| VpcFacts {
                validates: validates(&vpc.validation_status, &vpcs.profiles),
                id: vpc.id,
                name: vpc.name,
                is_default: vpc.is_default,
                validation_status: vpc.validation_status,
            }),
        }
    }
}
