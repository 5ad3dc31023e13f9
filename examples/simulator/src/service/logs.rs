//! Amazon CloudWatch Logs: its log groups, and its resource policies.

use super::page::page;
use super::{Call, Operation};
use crate::organization::{LogGroup, LogPolicy};
use crate::protocol::{Document, Refusal, Structure};

/// The largest page, and the one that is given where none is asked for.
const PAGE: usize = 50;

pub(super) fn answer(call: &Call<'_>) -> Result<Structure, Refusal> {
    match call.operation {
        Operation::DescribeResourcePolicies => describe_resource_policies(call),
        _ => describe_log_groups(call),
    }
}

fn describe_log_groups(call: &Call<'_>) -> Result<Structure, Refusal> {
    if call.parameters.text("logGroupNamePattern").is_some() {
        return Err(call.invalid("logGroupNamePattern is not simulated."));
    }
    let prefix = call
        .parameters
        .text("logGroupNamePrefix")
        .unwrap_or_default();
    let groups = call.caller_account()?.log_groups.iter();
    let groups =
        groups.filter(|group| group.region == call.region && group.name.starts_with(prefix));
    listed(call, "logGroups", groups.map(group))
}

fn group(group: &LogGroup) -> Structure {
    Structure::new()
        .with("logGroupName", group.name.as_str())
        .with("arn", format!("{}:*", group.arn))
        .with("logGroupArn", group.arn.as_str())
        .with_some("retentionInDays", group.retention)
        .with("storedBytes", 0)
}

fn describe_resource_policies(call: &Call<'_>) -> Result<Structure, Refusal> {
    let policies = call.caller_account()?.log_policies.iter();
    let policies = policies.filter(|policy| policy.region == call.region);
    listed(call, "resourcePolicies", policies.map(policy))
}

fn policy(policy: &LogPolicy) -> Structure {
    Structure::new()
        .with("policyName", policy.name.as_str())
        .with("policyDocument", policy.document.as_str())
}

fn listed(
    call: &Call<'_>,
    member: &'static str,
    items: impl Iterator<Item = Structure>,
) -> Result<Structure, Refusal> {
    let size = match call.parameters.text("limit") {
        None => PAGE,
        Some(size) => size
            .parse()
            .ok()
            .filter(|size| (1..=PAGE).contains(size))
            .ok_or_else(|| call.invalid(format!("limit {size} is not from 1 to {PAGE}")))?,
    };
    let page = page(member, items, call.parameters.text("nextToken"), size)
        .ok_or_else(|| call.invalid("The specified nextToken is invalid."))?;
    Ok(Structure::new()
        .with(member, Document::list(page.items))
        .with_some("nextToken", page.next))
}
