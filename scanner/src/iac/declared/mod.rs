//! What a root or a template declares of hosted zones, their signing and their alarms, whichever
//! language says it.
//!
//! The names are those of the AWS APIs. What is not stated is absent, and what AWS does then is for
//! the lowering to know.

mod cloudformation;
mod plan;
mod referred;
mod terraform;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::place::Place;
use super::value::Value;
use crate::inventory::{self, Unknown};

/// The types of resources of Terraform that are read.
pub use terraform::KINDS as TERRAFORM_KINDS;

/// All that a root or a template declares.
#[derive(Debug, Clone, Default)]
pub struct Declared {
    /// The directory of the root, or the file of the template.
    pub root: String,
    /// The hosted zones, those that are only looked up among them.
    pub zones: Vec<Zone>,
    /// What enables signing.
    pub signings: Vec<Signing>,
    /// The key-signing keys.
    pub ksks: Vec<Ksk>,
    /// The query logging configurations.
    pub query_logs: Vec<QueryLog>,
    /// The log groups of CloudWatch Logs.
    pub log_groups: Vec<LogGroup>,
    /// The resource policies of CloudWatch Logs.
    pub log_policies: Vec<LogPolicy>,
    /// The registered domains.
    pub registrations: Vec<Registration>,
    /// The VPCs, the default VPCs that are taken over among them.
    pub vpcs: Vec<Vpc>,
    /// What decides whether the resolvers of VPCs validate DNSSEC.
    pub validations: Vec<Validation>,
    /// What is given to registrars for the parents to publish.
    pub delegation_signers: Vec<DelegationSigner>,
    /// The KMS keys, those that are only looked up among them.
    pub keys: Vec<Key>,
    /// The KMS aliases.
    pub aliases: Vec<Alias>,
    /// Key policies that stand apart from their keys.
    pub key_policies: Vec<KeyPolicy>,
    /// The metric alarms.
    pub alarms: Vec<Alarm>,
    /// The composite alarms.
    pub composites: Vec<Composite>,
    /// The record sets.
    pub records: Vec<Record>,
    /// What associates zones with VPCs.
    pub associations: Vec<Association>,
    /// The accounts of roles and users, by address: their ARNs have them.
    pub principals: BTreeMap<Arc<str>, Value>,
    /// What a plan takes away from the signing of zones that stay.
    pub withdrawals: Vec<Withdrawal>,
    /// Why there may be more than all that.
    pub more: Option<Arc<Unknown>>,
    /// The modules that were not read: there may be more beside what they are given.
    pub unread: Vec<Unread>,
}

/// Something on which the signing of a zone rests, and that a plan takes away.
#[derive(Debug, Clone)]
pub struct Withdrawal {
    /// The hosted zone id.
    pub zone_id: String,
    /// What is taken away, and how.
    pub withdrawal: inventory::Withdrawal,
    /// Where it is told.
    pub place: Place,
}

/// A module that was not read.
#[derive(Debug, Clone)]
pub struct Unread {
    /// The address of its call.
    pub address: String,
    /// What it is given, as [`Resource::dependency`] names it.
    pub given: BTreeSet<Arc<str>>,
}

/// A value and where it is stated.
#[derive(Debug, Clone)]
pub struct Stated {
    /// The value.
    pub value: Value,
    /// From the name of the argument to the end of its value.
    pub place: Place,
}

/// What every declared thing has.
#[derive(Debug, Clone)]
pub struct Resource {
    /// The address within the root, or the logical id.
    pub address: Arc<str>,
    /// By what others name it in `depends_on`.
    pub dependency: Arc<str>,
    /// The header of its block.
    pub header: Place,
    /// The headers of the calls that lead to it, the outermost first.
    pub calls: Vec<Place>,
    /// The region that it lives in.
    pub region: Value,
    /// The account that it lives in.
    pub account: Value,
    /// Why it is not known whether there is such a resource, or how many, if it is not.
    pub multiplicity: Option<Arc<Unknown>>,
    /// The condition under which it exists: things of one condition exist together.
    pub condition: Option<Arc<str>>,
    /// What it waits for, as [`dependency`](Self::dependency) names it.
    pub depends_on: BTreeSet<Arc<str>>,
    /// The construct that made it, if CDK did.
    pub construct_path: Option<Arc<str>>,
}

/// A hosted zone.
#[derive(Debug, Clone)]
pub struct Zone {
    /// The resource.
    pub resource: Resource,
    /// Whether it is only looked up.
    pub looked_up: bool,
    /// The name.
    pub name: Option<Stated>,
    /// The hosted zone id, where that is known beforehand.
    pub id: Option<Stated>,
    /// The reference by which alone it is known, if nothing declares it and nothing looks it up.
    pub reference: Option<Stated>,
    /// The comment.
    pub comment: Option<Stated>,
    /// Whether it is private.
    pub private: Result<bool, Arc<Unknown>>,
    /// The tags.
    pub tags: Option<Stated>,
}

/// What associates a hosted zone with a VPC.
#[derive(Debug, Clone)]
pub struct Association {
    /// The resource.
    pub resource: Resource,
    /// The hosted zone.
    pub zone: Option<Stated>,
}

/// What enables signing of a hosted zone, or disables it.
#[derive(Debug, Clone)]
pub struct Signing {
    /// The resource.
    pub resource: Resource,
    /// The hosted zone.
    pub zone: Option<Stated>,
    /// `SIGNING`, unless stated, or `NOT_SIGNING`.
    pub status: Option<Stated>,
}

/// A key-signing key.
#[derive(Debug, Clone)]
pub struct Ksk {
    /// The resource.
    pub resource: Resource,
    /// The hosted zone.
    pub zone: Option<Stated>,
    /// The KMS key behind it.
    pub key: Option<Stated>,
    /// The name.
    pub name: Option<Stated>,
    /// `ACTIVE`, unless stated, or `INACTIVE`.
    pub status: Option<Stated>,
}

/// A query logging configuration.
#[derive(Debug, Clone)]
pub struct QueryLog {
    /// The resource.
    pub resource: Resource,
    /// The hosted zone.
    pub zone: Option<Stated>,
    /// The log group.
    pub log_group: Option<Stated>,
}

/// A log group of CloudWatch Logs.
#[derive(Debug, Clone)]
pub struct LogGroup {
    /// The resource.
    pub resource: Resource,
    /// The name.
    pub name: Option<Stated>,
    /// How many days log events are kept; for ever unless stated.
    pub retention: Option<Stated>,
    /// Whether the ARN by which the language refers to it ends in `:*`.
    pub arn_has_asterisk: bool,
}

/// A resource policy of CloudWatch Logs.
#[derive(Debug, Clone)]
pub struct LogPolicy {
    /// The resource.
    pub resource: Resource,
    /// The policy.
    pub document: Option<Stated>,
}

/// A domain registered with Route 53.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The resource.
    pub resource: Resource,
    /// The domain name.
    pub name: Option<Stated>,
    /// Whether it is renewed before it expires; it is unless stated.
    pub auto_renew: Option<Stated>,
    /// Whether it is locked against transfer; it is unless stated.
    pub transfer_lock: Option<Stated>,
}

/// A VPC.
#[derive(Debug, Clone)]
pub struct Vpc {
    /// The resource.
    pub resource: Resource,
    /// The id, where that is known beforehand.
    pub id: Option<Stated>,
    /// Whether it is the default VPC of its region.
    pub is_default: bool,
    /// The value of its tag `Name`.
    pub name: Option<Stated>,
}

/// What decides whether the resolver of a VPC validates DNSSEC.
#[derive(Debug, Clone)]
pub struct Validation {
    /// The resource.
    pub resource: Resource,
    /// The VPC.
    pub vpc: Option<Stated>,
    /// What it decides.
    pub decides: Decides,
}

/// What something decides of the validation of a VPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decides {
    /// It validates: a DNSSEC validation configuration, which cannot be declared otherwise.
    ThatItValidates,
    /// A Route 53 Profile may say so or otherwise.
    ByProfile,
}

/// A key that is given to the registrar of a domain, to make the DS at the parent of.
#[derive(Debug, Clone)]
pub struct DelegationSigner {
    /// The resource.
    pub resource: Resource,
    /// The domain name.
    pub domain: Option<Stated>,
    /// The number of the algorithm of the key.
    pub algorithm: Option<Stated>,
}

/// Where the material of a KMS key comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyOrigin {
    /// KMS makes it, unless stated otherwise.
    Kms,
    /// It is imported.
    External,
    /// It is that of a multi-Region key of another region.
    Replica,
    /// The key is only looked up.
    LookedUp,
}

/// A KMS key.
#[derive(Debug, Clone)]
pub struct Key {
    /// The resource.
    pub resource: Resource,
    /// Where its material comes from.
    pub origin: KeyOrigin,
    /// The ARN, where that is known beforehand.
    pub arn: Option<Stated>,
    /// `KeySpec`; `SYMMETRIC_DEFAULT` unless stated.
    pub key_spec: Option<Stated>,
    /// `KeyUsage`; `ENCRYPT_DECRYPT` unless stated.
    pub key_usage: Option<Stated>,
    /// Whether it is enabled; it is unless stated.
    pub enabled: Option<Stated>,
    /// Whether it is a multi-Region key; it is not unless stated.
    pub multi_region: Option<Stated>,
    /// The key policy.
    pub policy: Option<Stated>,
    /// The days between the request to delete it and its deletion; 30 unless stated.
    pub deletion_window: Option<Stated>,
    /// Whether it is kept when the resource is taken away.
    pub kept: Option<Kept>,
}

/// Whether a resource is kept when it is taken away from the code, or cannot be taken away.
#[derive(Debug, Clone)]
pub enum Kept {
    /// `prevent_destroy`, as a truth value.
    PreventDestroy(Value),
    /// `DeletionPolicy`, as a text.
    DeletionPolicy(Value),
}

/// A KMS alias.
#[derive(Debug, Clone)]
pub struct Alias {
    /// The resource.
    pub resource: Resource,
    /// The key.
    pub target: Option<Stated>,
}

/// A key policy that stands apart from its key.
#[derive(Debug, Clone)]
pub struct KeyPolicy {
    /// The resource.
    pub resource: Resource,
    /// The key.
    pub key: Option<Stated>,
    /// The policy.
    pub policy: Option<Stated>,
}

/// Names and values; why they are not known, if they are not.
pub type Pairs = Result<BTreeMap<String, Value>, Arc<Unknown>>;

/// A metric.
#[derive(Debug, Clone)]
pub struct Metric {
    /// The namespace.
    pub namespace: Option<Stated>,
    /// The name.
    pub metric_name: Option<Stated>,
    /// The dimensions.
    pub dimensions: Pairs,
    /// The period, in seconds.
    pub period: Option<Stated>,
    /// The statistic.
    pub stat: Option<Stated>,
}

/// One query of an alarm.
#[derive(Debug, Clone)]
pub struct Query {
    /// The id.
    pub id: Option<Stated>,
    /// The account whose metrics are read.
    pub account_id: Option<Stated>,
    /// The expression.
    pub expression: Option<Stated>,
    /// Whether the alarm watches it.
    pub return_data: Option<Stated>,
    /// The period, in seconds.
    pub period: Option<Stated>,
    /// The metric.
    pub metric: Option<Metric>,
}

/// A metric alarm.
#[derive(Debug, Clone)]
pub struct Alarm {
    /// The resource.
    pub resource: Resource,
    /// The name.
    pub name: Option<Stated>,
    /// Whether its actions are enabled; they are unless stated.
    pub actions_enabled: Option<Stated>,
    /// What is notified.
    pub alarm_actions: Option<Stated>,
    /// The one metric, where there are no queries. `stat` is the statistic.
    pub metric: Metric,
    /// The percentile statistic.
    pub extended_statistic: Option<Stated>,
    /// How many periods are compared.
    pub evaluation_periods: Option<Stated>,
    /// How many of them must breach.
    pub datapoints_to_alarm: Option<Stated>,
    /// The threshold.
    pub threshold: Option<Stated>,
    /// How values are compared with it.
    pub comparison_operator: Option<Stated>,
    /// What missing data mean.
    pub treat_missing_data: Option<Stated>,
    /// Whether percentiles of few data points are compared.
    pub evaluate_low_sample_count_percentile: Option<Stated>,
    /// The id of the anomaly detection band.
    pub threshold_metric_id: Option<Stated>,
    /// The queries.
    pub queries: Result<Vec<Query>, Arc<Unknown>>,
}

/// A composite alarm.
#[derive(Debug, Clone)]
pub struct Composite {
    /// The resource.
    pub resource: Resource,
    /// The name.
    pub name: Option<Stated>,
    /// Whether its actions are enabled; they are unless stated.
    pub actions_enabled: Option<Stated>,
    /// What is notified.
    pub alarm_actions: Option<Stated>,
    /// The rule.
    pub alarm_rule: Option<Stated>,
    /// The alarm that suppresses the actions.
    pub actions_suppressor: Option<Stated>,
}

/// A record set.
#[derive(Debug, Clone)]
pub struct Record {
    /// The resource.
    pub resource: Resource,
    /// The hosted zone by id.
    pub zone: Option<Stated>,
    /// The hosted zone by name.
    pub zone_name: Option<Stated>,
    /// The name.
    pub name: Option<Stated>,
    /// The type.
    pub record_type: Option<Stated>,
    /// The time to live, in seconds.
    pub ttl: Option<Stated>,
    /// The values.
    pub values: Option<Stated>,
    /// What tells it from others of its name and type.
    pub set_identifier: Option<Stated>,
}
