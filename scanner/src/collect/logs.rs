//! The log groups to which Route 53 delivers queries, and the resource policies beside them.

use jiff::Timestamp;

use super::arn::Arn;
use super::paging::Pages;
use super::session::Session;
use crate::inventory::{
    Fact, LogGroup, LogGroupAttributes, LogPolicies, LogPolicy, Reason, Set, Unknown,
};

/// `DescribeLogGroups` and `DescribeResourcePolicies` give no more at a time.
const A_PAGE: i32 = 50;

/// What stands before the name in the last part of a log group's ARN.
const PREFIX: &str = "log-group:";

/// Reads a log group through a session of its own account.
pub(super) async fn group(session: &Session, arn: &str, home_region: &str) -> LogGroup {
    let region = Arn::parse(arn).map_or(home_region, |parts| parts.region);
    let attributes = match name(arn) {
        Some(name) => find(session, region, name).await,
        None => Err(Unknown::because(
            Reason::Malformed,
            "what the query logging configuration names is no log group",
        )),
    };
    log_group(arn, attributes.into())
}

/// A log group that could not be read.
pub(super) fn unreadable(arn: &str, why: &Unknown) -> LogGroup {
    log_group(arn, Fact::unknown(why.clone()))
}

fn log_group(arn: &str, attributes: Fact<Option<LogGroupAttributes>>) -> LogGroup {
    let parts = Arn::parse(arn);
    LogGroup {
        arn: arn.to_owned(),
        account: parts.map(|parts| parts.account.to_owned()),
        region: parts.map(|parts| parts.region.to_owned()),
        attributes,
        collected_at: Timestamp::now(),
    }
}

fn name(arn: &str) -> Option<&str> {
    arn.splitn(6, ':').nth(5)?.strip_prefix(PREFIX)
}

/// Looks for the group among those whose names begin as its own does.
async fn find(
    session: &Session,
    region: &str,
    name: &str,
) -> Result<Option<LogGroupAttributes>, Unknown> {
    let operation = "logs:DescribeLogGroups";
    let logs = session.logs(region);
    let mut pages = Pages::new();
    while let Some(token) = pages.next() {
        let page = logs
            .pace
            .call(operation, || {
                logs.client
                    .describe_log_groups()
                    .log_group_name_prefix(name)
                    .limit(A_PAGE)
                    .set_next_token(token.clone())
                    .send()
            })
            .await
            .map_err(|failure| failure.of(operation))?;
        let groups = page.log_groups.unwrap_or_default();
        let found = groups
            .into_iter()
            .find(|group| group.log_group_name() == Some(name));
        if let Some(group) = found {
            return Ok(Some(LogGroupAttributes {
                retention_in_days: Fact::Known(group.retention_in_days.map(Into::into)),
            }));
        }
        pages
            .follow(page.next_token)
            .map_err(|failure| failure.of(operation))?;
    }
    Ok(None)
}

/// The resource policies of a region, read through a session of the account.
pub(super) async fn policies(session: &Session, region: &str) -> LogPolicies {
    let operation = "logs:DescribeResourcePolicies";
    let logs = session.logs(region);
    let mut policies = Set::default();
    let mut pages = Pages::new();
    while let Some(token) = pages.next() {
        let page = logs
            .pace
            .call(operation, || {
                logs.client
                    .describe_resource_policies()
                    .limit(A_PAGE)
                    .set_next_token(token.clone())
                    .send()
            })
            .await;
        let followed = page.and_then(|page| {
            for policy in page.resource_policies.unwrap_or_default() {
                policies.insert(LogPolicy {
                    name: policy.policy_name.unwrap_or_default(),
                    document: match policy.policy_document {
                        Some(document) => Fact::Known(document),
                        None => Fact::unknown(Unknown::because(
                            Reason::Malformed,
                            "the answer held a policy without a document",
                        )),
                    },
                });
            }
            pages.follow(page.next_token)
        });
        if let Err(failure) = followed {
            policies.add_gap(failure.of(operation));
        }
    }
    LogPolicies {
        account: session.account.clone(),
        region: region.to_owned(),
        policies,
        collected_at: Timestamp::now(),
    }
}
