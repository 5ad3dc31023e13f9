//! The log groups of an account, and the resource policies of its CloudWatch Logs.

use serde_json::json;

use super::HOME_REGION;
use super::table::{LogGroupTable, LogPolicyTable, ZoneTable};

/// A log group of CloudWatch Logs.
#[derive(Debug)]
pub(crate) struct LogGroup {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) region: String,
    /// How many days log events are kept; none where they are kept for ever.
    pub(crate) retention: Option<i64>,
}

/// A resource policy of CloudWatch Logs.
#[derive(Debug)]
pub(crate) struct LogPolicy {
    pub(crate) name: String,
    pub(crate) region: String,
    pub(crate) document: String,
}

/// The log groups that the file states, and those of the zones' query logging that it does not.
pub(super) fn groups(
    account: &str,
    stated: Vec<LogGroupTable>,
    zones: &[ZoneTable],
) -> Vec<LogGroup> {
    let wanted = zones.iter().filter_map(|zone| zone.query_log.as_deref());
    let mut unstated: Vec<&str> = wanted
        .filter(|name| stated.iter().all(|table| table.name != *name))
        .collect();
    unstated.sort_unstable();
    unstated.dedup();
    let unstated = unstated.into_iter().map(LogGroupTable::named);
    let tables = unstated.collect::<Vec<_>>().into_iter().chain(stated);
    let mut groups: Vec<LogGroup> = tables
        .filter(|table| table.exists)
        .map(|table| LogGroup {
            arn: format!(
                "arn:aws:logs:{}:{account}:log-group:{}",
                table.region, table.name
            ),
            name: table.name,
            region: table.region,
            retention: Some(table.retention).filter(|days| *days > 0),
        })
        .collect();
    // CloudWatch Logs lists them so.
    groups.sort_by(|one, other| one.name.cmp(&other.name));
    groups
}

/// The policies that the file states, or the one that Route 53 needs.
pub(super) fn policies(account: &str, stated: Vec<LogPolicyTable>) -> Vec<LogPolicy> {
    if stated.is_empty() {
        let statement = json!({
            "Sid": "Route53QueryLogging",
            "Effect": "Allow",
            "Principal": {"Service": "route53.amazonaws.com"},
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": format!("arn:aws:logs:{HOME_REGION}:{account}:log-group:/aws/route53/*"),
            "Condition": {"StringEquals": {"aws:SourceAccount": account}},
        });
        return vec![LogPolicy {
            name: "route53-query-logging".to_owned(),
            region: HOME_REGION.to_owned(),
            document: json!({"Version": "2012-10-17", "Statement": [statement]}).to_string(),
        }];
    }
    let policies = stated.into_iter().map(|table| LogPolicy {
        name: table.name,
        region: table.region,
        document: table.document,
    });
    policies.collect()
}
