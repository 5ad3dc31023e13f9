//! The log groups to which zones log their queries, and the resource policies beside them.
//!
//! They are a closed world where the code declares the log group: what no given path declares does
//! not let Route 53 write to it. Of a log group that is declared elsewhere nothing is known.

use std::collections::BTreeMap;

use super::Lowering;
use super::names::{integer, read, undetermined};
use crate::iac::declared::{LogGroup as Declared, QueryLog, Unread};
use crate::inventory::{
    Fact, LogGroup, LogGroupAttributes, LogPolicies, LogPolicy, Record, Set, Symbol, Unknown,
};

impl Lowering<'_> {
    /// The log group of every query logging configuration, and the policies where those lie.
    pub(super) fn logs(&self, records: &mut Vec<Record>) {
        let mut groups: BTreeMap<String, LogGroup> = BTreeMap::new();
        let mut places: BTreeMap<(String, String), LogPolicies> = BTreeMap::new();
        for (declared, root) in self.roots.iter().zip(0..) {
            for log in &declared.query_logs {
                let reference = log.log_group.as_ref();
                let reference = reference
                    .map(|group| self.names.text_or_symbol(root, &group.value))
                    .unwrap_or_default();
                let arn = LogGroup::arn_of(&reference);
                if groups.contains_key(arn) {
                    continue;
                }
                let group = self.log_group(root, log, arn);
                if let (Some(account), Some(region)) = (&group.account, &group.region) {
                    places
                        .entry((account.clone(), region.clone()))
                        .or_insert_with(|| self.log_policies(account, region));
                }
                groups.insert(arn.to_owned(), group);
            }
        }
        records.extend(groups.into_values().map(Record::LogGroup));
        records.extend(places.into_values().map(Record::LogPolicies));
    }

    fn log_group(&self, root: usize, log: &QueryLog, arn: &str) -> LogGroup {
        let unknown = |why: Unknown| LogGroup {
            arn: arn.to_owned(),
            account: None,
            region: None,
            attributes: Fact::unknown(why),
            collected_at: self.at,
        };
        let Some((place, declared)) = self.declared_group(arn) else {
            return unknown(undetermined("the log group is declared elsewhere"));
        };
        let resource = &declared.resource;
        if let Some(why) = self.doubt(resource, &log.resource, place == root) {
            return unknown(why);
        }
        LogGroup {
            account: Some(self.names.account(place, &resource.account)),
            region: Some(self.region_text(resource)),
            attributes: Fact::Known(Some(LogGroupAttributes {
                retention_in_days: match read(declared.retention.as_ref(), integer) {
                    // No days mean for ever, as none stated do.
                    Ok(days) => Fact::Known(days.filter(|days| *days > 0)),
                    Err(why) => Fact::unknown(why),
                },
            })),
            ..unknown(undetermined("the log group is declared elsewhere"))
        }
    }

    /// The declared log group of an ARN, with its root.
    fn declared_group(&self, arn: &str) -> Option<(usize, &Declared)> {
        self.roots.iter().zip(0..).find_map(|(declared, root)| {
            let mut groups = declared.log_groups.iter();
            let found = groups.find(|group| {
                let (_, own) = self.thing(root, &group.resource.address);
                LogGroup::arn_of(&own) == arn
            });
            found.map(|group| (root, group))
        })
    }

    /// The resource policies of a region of an account, as far as the code declares them.
    fn log_policies(&self, account: &str, region: &str) -> LogPolicies {
        let mut policies = Set::default();
        for (declared, root) in self.roots.iter().zip(0..) {
            for policy in &declared.log_policies {
                let resource = &policy.resource;
                let lies_in = [
                    (self.names.account(root, &resource.account), account),
                    (self.region_text(resource), region),
                ];
                let address = self.names.qualified(root, &resource.address);
                if lies_in.iter().any(|(own, wanted)| own != wanted) {
                    let open = lies_in.iter().all(|(own, wanted)| {
                        own == wanted || Symbol::may_stand_in(own) || Symbol::may_stand_in(wanted)
                    });
                    if open {
                        policies.add_gap(undetermined(format!(
                            "whether {address} lies in the account and region of the log group is not known"
                        )));
                    }
                    continue;
                }
                let document = match (&policy.document, resource.multiplicity.as_deref()) {
                    (_, Some(why)) => Err(why.clone()),
                    (Some(stated), None) => self.policy_text(root, stated),
                    (None, None) => Err(undetermined("the policy is not stated")),
                };
                policies.insert(LogPolicy {
                    name: address,
                    document: document.into(),
                });
            }
            if let Some(why) = &declared.more {
                policies.add_gap(why.as_ref().clone());
            }
            let given = |call: &&Unread| {
                let mut groups = declared.log_groups.iter();
                groups.any(|group| call.given.contains(&group.resource.dependency))
            };
            if let Some(call) = declared.unread.iter().find(given) {
                let address = self.names.qualified(root, &call.address);
                policies.add_gap(undetermined(format!(
                    "{address} is given a log group, and was not read"
                )));
            }
        }
        LogPolicies {
            account: account.to_owned(),
            region: region.to_owned(),
            policies,
            collected_at: self.at,
        }
    }
}
