//! Amazon EC2: regions and VPCs alone.

use super::page::page;
use super::{Call, Operation};
use crate::organization::Vpc;
use crate::protocol::{Document, Refusal, Structure};

/// The bounds of a page; all there is where none is asked for.
const PAGES: std::ops::RangeInclusive<usize> = 5..=1000;

/// The element of every list.
const ITEM: &str = "item";

pub(super) fn answer(call: &Call<'_>) -> Result<Structure, Refusal> {
    if call
        .parameters
        .names()
        .any(|name| name.starts_with("Filter."))
    {
        return Err(call.invalid("Filters are not simulated."));
    }
    match call.operation {
        Operation::DescribeRegions => describe_regions(call),
        _ => describe_vpcs(call),
    }
}

fn describe_regions(call: &Call<'_>) -> Result<Structure, Refusal> {
    if call.parameters.text("AllRegions") == Some("true") {
        return Err(call.invalid("Regions that are not enabled are not simulated."));
    }
    let regions = call.caller_account()?.regions.iter().map(|name| {
        Structure::new()
            .with("regionName", name.as_str())
            .with("regionEndpoint", format!("ec2.{name}.amazonaws.com"))
            .with("optInStatus", "opt-in-not-required")
    });
    Ok(Structure::new().with("regionInfo", Document::list_of(ITEM, regions)))
}

fn describe_vpcs(call: &Call<'_>) -> Result<Structure, Refusal> {
    let vpcs = call.caller_account()?.vpcs.iter();
    let vpcs = vpcs.filter(|vpc| vpc.region == call.region).map(vpc);
    let size = match call.parameters.text("MaxResults") {
        None => usize::MAX,
        Some(size) => size
            .parse()
            .ok()
            .filter(|size| PAGES.contains(size))
            .ok_or_else(|| {
                call.invalid(format!(
                    "Value ( {size} ) for parameter maxResults is invalid."
                ))
            })?,
    };
    let page = page("vpcs", vpcs, call.parameters.text("NextToken"), size)
        .ok_or_else(|| call.invalid("The token is not valid."))?;
    Ok(Structure::new()
        .with("vpcSet", Document::list_of(ITEM, page.items))
        .with_some("nextToken", page.next))
}

fn vpc(vpc: &Vpc) -> Structure {
    let name = vpc.name.as_deref();
    let tags = name.map(|name| Structure::new().with("key", "Name").with("value", name));
    Structure::new()
        .with("vpcId", vpc.id.as_str())
        .with("ownerId", vpc.owner.as_str())
        .with("state", "available")
        .with("cidrBlock", vpc.cidr_block.as_str())
        .with("instanceTenancy", "default")
        .with("isDefault", vpc.is_default)
        .with("tagSet", Document::list_of(ITEM, tags))
}
