//! The regions that are enabled for an account, and the VPCs in them.

use super::HOME_REGION;
use super::identifier::Identifiers;
use super::table::{ProfileTable, VpcTable};

const HEXADECIMAL: &[u8] = b"0123456789abcdef";

/// A VPC that the account sees.
#[derive(Debug)]
pub(crate) struct Vpc {
    pub(crate) id: String,
    pub(crate) region: String,
    /// The account that owns it: another one where it is shared.
    pub(crate) owner: String,
    /// The value of its tag `Name`.
    pub(crate) name: Option<String>,
    pub(crate) is_default: bool,
    pub(crate) cidr_block: String,
    /// `ValidationStatus`; none where it has no DNSSEC validation configuration.
    pub(crate) validation: Option<String>,
}

/// A Route 53 Profile with a DNSSEC validation configuration.
#[derive(Debug)]
pub(crate) struct Profile {
    pub(crate) id: String,
    pub(crate) region: String,
    /// `ValidationStatus`.
    pub(crate) validation: String,
}

/// The VPCs that the file states.
pub(super) fn vpcs(account: &str, stated: Vec<VpcTable>, identifiers: &Identifiers) -> Vec<Vpc> {
    let id = |nth: usize| {
        let nth = nth.to_string();
        let characters = identifiers.characters(&["vpc", account, &nth], HEXADECIMAL, 17);
        format!("vpc-{characters}")
    };
    let vpcs = stated.into_iter().enumerate();
    vpcs.map(|(nth, table)| Vpc {
        id: table.id.unwrap_or_else(|| id(nth)),
        region: table.region,
        owner: table.owner.unwrap_or_else(|| account.to_owned()),
        name: table.name,
        is_default: table.default,
        cidr_block: match table.default {
            true => "172.31.0.0/16".to_owned(),
            false => "10.0.0.0/16".to_owned(),
        },
        validation: table.validation,
    })
    .collect()
}

/// The Profiles that the file states.
pub(super) fn profiles(stated: Vec<ProfileTable>) -> Vec<Profile> {
    let profiles = stated.into_iter().map(|table| Profile {
        id: table.id,
        region: table.region,
        validation: table.validation,
    });
    profiles.collect()
}

/// The regions that the file states, or the home region and those of the VPCs.
pub(super) fn regions(stated: Option<Vec<String>>, vpcs: &[Vpc]) -> Vec<String> {
    let mut regions = stated.unwrap_or_else(|| {
        let of_vpcs = vpcs.iter().map(|vpc| vpc.region.clone());
        of_vpcs.chain([HOME_REGION.to_owned()]).collect()
    });
    regions.sort_unstable();
    regions.dedup();
    regions
}
