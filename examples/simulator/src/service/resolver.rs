//! Amazon Route 53 Resolver: its DNSSEC validation configurations.

use super::Call;
use super::page::page;
use crate::protocol::{Document, Refusal, Structure};

/// The largest page, and the one that is given where none is asked for.
const PAGE: usize = 100;

pub(super) fn list_resolver_dnssec_configs(call: &Call<'_>) -> Result<Structure, Refusal> {
    let account = call.caller_account()?;
    let vpcs = account.vpcs.iter().filter_map(|vpc| {
        let status = vpc.validation.as_deref()?;
        // A configuration is its owner's.
        let own = vpc.region == call.region && vpc.owner == account.id;
        own.then_some((vpc.id.as_str(), status))
    });
    let profiles = account.profiles.iter();
    let profiles = profiles.filter(|profile| profile.region == call.region);
    let profiles = profiles.map(|profile| (profile.id.as_str(), profile.validation.as_str()));
    let configs = vpcs.chain(profiles).map(|(resource, status)| {
        let own = resource.rsplit('-').next().unwrap_or(resource);
        Structure::new()
            .with("Id", format!("rdsc-{own}"))
            .with("OwnerId", account.id.as_str())
            .with("ResourceId", resource)
            .with("ValidationStatus", status)
    });
    let size = match call.parameters.text("MaxResults") {
        None => PAGE,
        Some(size) => size
            .parse()
            .ok()
            .filter(|size| (1..=PAGE).contains(size))
            .ok_or_else(|| call.invalid(format!("MaxResults {size} is not from 1 to {PAGE}")))?,
    };
    let token = call.parameters.text("NextToken");
    let page = page("configs", configs, token, size).ok_or_else(|| {
        Refusal::new(
            400,
            "InvalidNextTokenException",
            "The NextToken is not valid.",
        )
    })?;
    Ok(Structure::new()
        .with_some("NextToken", page.next)
        .with("ResolverDnssecConfigs", Document::list(page.items)))
}
