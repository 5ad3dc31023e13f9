//! Whether the resolver of a VPC validates DNSSEC.

use crate::inventory::{Fact, ProfileValidation, Reason, Unknown};

/// Whether the resolver of a VPC validates DNSSEC, or is about to: what the VPC's own configuration
/// says, unless a Route 53 Profile of the account and region says otherwise.
///
/// A VPC without a configuration does not validate. A Profile's setting holds for the VPCs that it is
/// associated with, over their own ("What are Amazon Route 53 Profiles?" in the Route 53 Developer
/// Guide), and which those are is not read: where the two differ, nobody knows. A VPC that leaves it
/// to a local setting, which only Profiles do by their documentation, is not understood either.
pub fn validates(status: &Fact<Option<String>>, profiles: &[ProfileValidation]) -> Fact<bool> {
    let status = match status {
        Fact::Known(status) => status.as_deref(),
        Fact::Unknown(mark) => return Fact::Unknown(mark.clone()),
    };
    let own = match status {
        None => false,
        Some(status) => match enabled(status) {
            Some(enabled) => enabled,
            None => {
                return undetermined(format!(
                    "the validation status {status} does not say whether the VPC validates"
                ));
            }
        },
    };
    let other = profiles.iter().find(|profile| {
        let status = profile.validation_status.as_deref();
        match status {
            Some("USE_LOCAL_RESOURCE_SETTING") => false,
            Some(status) => enabled(status) != Some(own),
            None => true,
        }
    });
    match other {
        None => Fact::Known(own),
        Some(profile) => undetermined(format!(
            "the Route 53 Profile {} decides it for the VPCs that it is associated with, which are not read",
            profile.id
        )),
    }
}

/// Whether a status stands for validation, now or in a moment (Route 53 Resolver
/// `ResolverDnssecConfig`); none where it says neither.
fn enabled(status: &str) -> Option<bool> {
    match status {
        "ENABLED" | "ENABLING" => Some(true),
        "DISABLED" | "DISABLING" => Some(false),
        _ => None,
    }
}

fn undetermined(detail: String) -> Fact<bool> {
    Fact::unknown(Unknown::because(Reason::NotDetermined, detail))
}
