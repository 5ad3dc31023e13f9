//! The query logging of a zone as rules see it: with the log group, and who may write to it.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Subjects, broken_off};
use crate::derive::key_policy::{LogDelivery, LogPolicyStatements};
use crate::inventory::{Fact, LogGroup, LogPolicies, Part, QueryLog, Reason, Unknown, Zone};

/// A query logging configuration (Route 53 `QueryLoggingConfig`).
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct QueryLogFacts {
    /// The id of the configuration.
    pub id: String,
    /// The CloudWatch Logs log group that receives the queries.
    pub cloud_watch_logs_log_group_arn: String,
    /// The log group; null where there is none.
    pub log_group: Fact<Option<LogGroupFacts>>,
    /// What the resource policies of CloudWatch Logs let Route 53 do with the log group.
    pub delivery: Fact<LogDelivery>,
}

/// The log group that receives the queries of a zone.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct LogGroupFacts {
    /// How many days log events are kept; null where they are kept for ever.
    pub retention_in_days: Fact<Option<i64>>,
}

/// The resource policies of each region of each account, understood.
pub(super) struct PolicyIndex(HashMap<String, HashMap<String, LogPolicyStatements>>);

impl PolicyIndex {
    pub(super) fn new(policies: &[LogPolicies]) -> Self {
        let mut index: HashMap<String, HashMap<String, LogPolicyStatements>> = HashMap::new();
        for of_region in policies {
            let account = index.entry(of_region.account.clone()).or_default();
            account.insert(of_region.region.clone(), LogPolicyStatements::of(of_region));
        }
        Self(index)
    }

    fn of(&self, group: &LogGroup) -> Option<&LogPolicyStatements> {
        let regions = self.0.get(group.account.as_deref()?)?;
        regions.get(group.region.as_deref()?)
    }
}

impl Subjects<'_> {
    pub(super) fn query_log(&self, zone: &Zone, log: QueryLog) -> QueryLogFacts {
        let (log_group, delivery) = self.delivery(zone, &log);
        QueryLogFacts {
            id: log.id,
            cloud_watch_logs_log_group_arn: log.cloud_watch_logs_log_group_arn,
            log_group,
            delivery,
        }
    }

    fn delivery(
        &self,
        zone: &Zone,
        log: &QueryLog,
    ) -> (Fact<Option<LogGroupFacts>>, Fact<LogDelivery>) {
        let unknown = |why: Unknown| (Fact::unknown(why.clone()), Fact::unknown(why));
        if !self.snapshot.header().parts.contains(&Part::LogGroups) {
            return unknown(Unknown::because(
                Reason::NotDetermined,
                "log groups were not read",
            ));
        }
        let arn = LogGroup::arn_of(&log.cloud_watch_logs_log_group_arn);
        let Some(group) = self.index.log_groups.get(arn) else {
            return unknown(broken_off());
        };
        let log_group = group.attributes.clone().map(|attributes| {
            attributes.map(|attributes| LogGroupFacts {
                retention_in_days: attributes.retention_in_days,
            })
        });
        let delivery = match (self.log_policies.of(group), group.attributes.why_unknown()) {
            (Some(policies), _) => {
                let request = self.request(&zone.arn, &zone.account, arn);
                Fact::Known(policies.delivery(&request, &zone.id))
            }
            (None, Some(why)) => Fact::unknown(why.clone()),
            (None, None) => Fact::unknown(broken_off()),
        };
        (log_group, delivery)
    }
}
