//! The items of the inventory, each as its source gave it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fact::{Fact, Reason, Set, Unknown};
use super::source::{KeyDeclaration, SourcePlace, ZoneDeclaration};

/// The tags of a resource.
pub type Tags = BTreeMap<String, String>;

/// A link from one item to another.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reference {
    /// The id of an item of this inventory.
    Item(String),
    /// The ARN of something outside it.
    External(String),
}

impl Reference {
    /// The id or ARN referred to.
    pub fn target(&self) -> &str {
        match self {
            Self::Item(id) | Self::External(id) => id,
        }
    }
}

/// An AWS account (Organizations `Account`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Account {
    /// The account id, twelve digits.
    pub id: String,
    /// The name, where the organisation could be read.
    pub name: Option<String>,
    /// `State`, or the retired `Status`, as Organizations gives it.
    pub state: Option<String>,
    /// The organisational unit, where there is an organisation.
    pub ou: Fact<Option<OrganizationalUnit>>,
    /// Whether the account's items are judged, or read only to judge others.
    pub selected: bool,
    /// Why the account was not read, where that was by choice.
    pub skipped: Option<String>,
}

/// Where in the organisation an account lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrganizationalUnit {
    /// The names from the root down, `/` for the root itself.
    pub path: String,
    /// The ids from the root down, as `aws:PrincipalOrgPaths` has them between the
    /// organisation's id and the final slash: `r-ab12/ou-ab12-11111111`.
    pub ids: String,
}

/// A public hosted zone (Route 53 `HostedZone`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Zone {
    /// The hosted zone id, without `/hostedzone/`.
    pub id: String,
    /// The ARN of the hosted zone.
    pub arn: String,
    /// The account that owns it.
    pub account: String,
    /// The name, with its final dot and Route 53's octal escapes.
    pub name: String,
    /// The comment of the zone.
    pub comment: Option<String>,
    /// How many record sets the zone holds.
    pub resource_record_set_count: Option<i64>,
    /// The AWS service that made the zone and alone may change it.
    pub linked_service: Option<LinkedService>,
    /// The tags of the zone.
    pub tags: Fact<Tags>,
    /// The names of the name servers of its delegation set, as `GetHostedZone` gives them.
    #[serde(default = "delegation_set_unread")]
    pub delegation_set: Fact<Vec<String>>,
    /// What `GetDNSSEC` says of signing.
    pub dnssec: Fact<Dnssec>,
    /// The key-signing keys of the zone.
    pub ksks: Set<Ksk>,
    /// The query logging configurations of the zone.
    pub query_logs: Set<QueryLog>,
    /// What source code says of the zone beyond that; null where it was read from AWS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declaration: Option<ZoneDeclaration>,
    /// When it was read.
    pub collected_at: Timestamp,
}

/// What stands for the delegation set where it was not asked for.
pub fn delegation_set_unread() -> Fact<Vec<String>> {
    Fact::unknown(Unknown::because(
        Reason::NotDetermined,
        "the delegation set was not asked for",
    ))
}

/// The service that made a hosted zone (Route 53 `LinkedService`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinkedService {
    /// The principal of the service.
    pub service_principal: Option<String>,
    /// What the service says of the zone.
    pub description: Option<String>,
}

/// The signing status of a zone (Route 53 `DNSSECStatus`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Dnssec {
    /// `SIGNING`, `NOT_SIGNING`, `DELETING`, `ACTION_NEEDED`, `INTERNAL_FAILURE`, or what else is answered.
    pub serve_signature: Option<String>,
    /// The explanation that Route 53 gives with some states.
    pub status_message: Option<String>,
}

/// A key-signing key (Route 53 `KeySigningKey`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ksk {
    /// The name of the KSK, unique in its zone.
    pub name: String,
    /// The KMS key behind it.
    pub key: Option<Reference>,
    /// The flags field of the DNSKEY; 257 for a KSK.
    pub flag: Option<i64>,
    /// The mnemonic of the signing algorithm.
    pub signing_algorithm_mnemonic: Option<String>,
    /// The number of the signing algorithm.
    pub signing_algorithm_type: Option<i64>,
    /// The mnemonic of the digest algorithm of the DS.
    pub digest_algorithm_mnemonic: Option<String>,
    /// The number of the digest algorithm of the DS.
    pub digest_algorithm_type: Option<i64>,
    /// The key tag (RFC 4034 appendix B).
    pub key_tag: Option<i64>,
    /// The digest of the DS, in hexadecimal.
    pub digest_value: Option<String>,
    /// The public key as in the DNSKEY, in base64.
    pub public_key: Option<String>,
    /// The DS record data that Route 53 states.
    pub ds_record: Option<String>,
    /// The DNSKEY record data that Route 53 states.
    pub dnskey_record: Option<String>,
    /// `ACTIVE`, `INACTIVE`, `DELETING`, `ACTION_NEEDED`, `INTERNAL_FAILURE`, or what else is answered.
    pub status: Option<String>,
    /// The explanation that Route 53 gives with some states.
    pub status_message: Option<String>,
    /// When the KSK was created.
    pub created_date: Option<Timestamp>,
    /// When it was last changed.
    pub last_modified_date: Option<Timestamp>,
}

/// A query logging configuration (Route 53 `QueryLoggingConfig`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QueryLog {
    /// The id of the configuration.
    pub id: String,
    /// The CloudWatch Logs log group that receives the queries.
    pub cloud_watch_logs_log_group_arn: String,
}

/// A KMS key behind a KSK.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Key {
    /// The ARN of the key, as the KSK names it.
    pub arn: String,
    /// The account of the ARN.
    pub account: Option<String>,
    /// The region of the ARN.
    #[serde(default)]
    pub region: Fact<Option<String>>,
    /// What `DescribeKey` says; null where KMS says that there is no such key.
    pub metadata: Fact<Option<KeyMetadata>>,
    /// The key policy document, as `GetKeyPolicy` gives it; null where there is no such key.
    pub policy: Fact<Option<String>>,
    /// The DER-encoded SubjectPublicKeyInfo in base64, as `GetPublicKey` gives it; null where there is none.
    pub public_key: Fact<Option<String>>,
    /// What source code says of the key beyond that; null where it was read from AWS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declaration: Option<KeyDeclaration>,
    /// When it was read.
    pub collected_at: Timestamp,
}

/// The metadata of a KMS key (KMS `KeyMetadata`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeyMetadata {
    /// `Enabled`, `Disabled`, `PendingDeletion`, …
    pub key_state: Option<String>,
    /// `ECC_NIST_P256`, …
    pub key_spec: Option<String>,
    /// `SIGN_VERIFY`, …
    pub key_usage: Option<String>,
    /// `CUSTOMER` or `AWS`.
    pub key_manager: Option<String>,
    /// `AWS_KMS`, `EXTERNAL`, `AWS_CLOUDHSM`, `EXTERNAL_KEY_STORE`.
    pub origin: Option<String>,
    /// Whether it is a multi-Region key.
    pub multi_region: Option<bool>,
    /// When the key was created.
    pub creation_date: Option<Timestamp>,
    /// When the key will be deleted, once that is scheduled.
    pub deletion_date: Option<Timestamp>,
    /// When imported key material expires.
    pub valid_to: Option<Timestamp>,
}

/// A CloudWatch alarm that bears on DNSSEC.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Alarm {
    /// The ARN of the alarm.
    pub arn: String,
    /// The account that owns it.
    pub account: String,
    /// The region it lies in.
    pub region: Fact<String>,
    /// The name, unique among the alarms of an account and region.
    pub name: String,
    /// Whether the actions are enabled.
    pub actions_enabled: Fact<bool>,
    /// What is notified on `ALARM`.
    pub alarm_actions: Set<Reference>,
    /// `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub state_value: Option<String>,
    /// When the state last changed.
    pub state_transitioned_timestamp: Option<Timestamp>,
    /// What makes it fire.
    pub trigger: Trigger,
    /// When it was read.
    pub collected_at: Timestamp,
}

/// What makes an alarm fire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
// Nearly every alarm is a metric alarm: the room is not lost.
#[allow(clippy::large_enum_variant)]
pub enum Trigger {
    /// A metric alarm (CloudWatch `MetricAlarm`).
    Metric(MetricTrigger),
    /// A composite alarm (CloudWatch `CompositeAlarm`).
    Composite(CompositeTrigger),
}

/// The condition of a metric alarm.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct MetricTrigger {
    /// The namespace of the one metric, where there is no query.
    pub namespace: Option<String>,
    /// The name of the one metric.
    pub metric_name: Option<String>,
    /// The dimensions of the one metric.
    pub dimensions: BTreeMap<String, String>,
    /// The statistic of the one metric.
    pub statistic: Option<String>,
    /// The percentile statistic of the one metric.
    pub extended_statistic: Option<String>,
    /// The period of the one metric, in seconds.
    pub period: Option<i64>,
    /// How many periods are compared with the threshold.
    pub evaluation_periods: Option<i64>,
    /// How many of them must breach; all where not given.
    pub datapoints_to_alarm: Option<i64>,
    /// The threshold; not given for anomaly detection.
    pub threshold: Option<f64>,
    /// How values are compared with the threshold.
    pub comparison_operator: Option<String>,
    /// `breaching`, `notBreaching`, `ignore` or `missing`.
    pub treat_missing_data: Option<String>,
    /// `evaluate` or `ignore`: whether a percentile of too few data points is compared; it is where
    /// not given.
    pub evaluate_low_sample_count_percentile: Option<String>,
    /// The id of the anomaly detection band.
    pub threshold_metric_id: Option<String>,
    /// The queries of a metric-math or Metrics Insights alarm.
    pub metrics: Vec<MetricQuery>,
    /// Why some member is not known, where one is not: it is null then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undetermined: Option<Unknown>,
}

/// One query of a metric-math alarm (CloudWatch `MetricDataQuery`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct MetricQuery {
    /// The id by which expressions refer to it.
    pub id: String,
    /// The account whose metrics are read, where that is not the alarm's own.
    pub account_id: Option<String>,
    /// The expression, metric math or Metrics Insights SQL.
    pub expression: Option<String>,
    /// Whether the alarm watches this query.
    pub return_data: Option<bool>,
    /// The period of an expression, in seconds.
    pub period: Option<i64>,
    /// The metric, where there is no expression.
    pub metric_stat: Option<MetricStat>,
}

/// A metric and how it is aggregated (CloudWatch `MetricStat`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct MetricStat {
    /// The namespace of the metric.
    pub namespace: Option<String>,
    /// The name of the metric.
    pub metric_name: Option<String>,
    /// The dimensions of the metric.
    pub dimensions: BTreeMap<String, String>,
    /// The period, in seconds.
    pub period: Option<i64>,
    /// The statistic.
    pub stat: Option<String>,
}

/// The condition of a composite alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CompositeTrigger {
    /// The rule expression, such as `ALARM("a") OR ALARM("b")`.
    pub alarm_rule: String,
    /// The alarm that suppresses the actions.
    pub actions_suppressor: Option<String>,
}

/// An SNS topic that an alarm notifies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Topic {
    /// The ARN of the topic.
    pub arn: String,
    /// The account of the ARN.
    pub account: Option<String>,
    /// The region of the ARN.
    pub region: Option<String>,
    /// What `GetTopicAttributes` says; null where SNS says that there is no such topic.
    pub attributes: Fact<Option<TopicAttributes>>,
    /// When it was read.
    pub collected_at: Timestamp,
}

/// The subscriptions of an SNS topic (SNS `GetTopicAttributes`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TopicAttributes {
    /// How many subscriptions are confirmed.
    pub subscriptions_confirmed: Option<i64>,
    /// How many wait for confirmation.
    pub subscriptions_pending: Option<i64>,
}

/// Something in scope that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Gap {
    /// The account that was asked.
    pub account: Option<String>,
    /// What is missing from the inventory.
    pub collection: Collection,
    /// The ARN or id of the item concerned, where it is one.
    pub subject: Option<String>,
    /// The API operation that failed, as IAM names it.
    pub operation: Option<String>,
    /// The kind of failure.
    pub reason: Reason,
    /// The error code of the service.
    pub code: Option<String>,
    /// What a person needs to know beyond the reason.
    pub detail: Option<String>,
    /// Where in source code it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<SourcePlace>,
}

impl Gap {
    /// The unknown that the gap leaves behind.
    pub fn unknown(&self) -> Unknown {
        Unknown {
            reason: self.reason,
            operation: self.operation.clone(),
            code: self.code.clone(),
            detail: self.detail.clone(),
        }
    }
}

/// The parts of the inventory in which something can be missing.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Collection {
    /// The accounts of the organisation.
    Accounts,
    /// All that belongs to one account.
    Account,
    /// The hosted zones of an account.
    Zones,
    /// The tags of accounts or zones.
    Tags,
    /// The signing status and the KSKs of a zone.
    Dnssec,
    /// The delegation set of a zone.
    DelegationSets,
    /// The query logging configurations of an account.
    QueryLogs,
    /// A KMS key.
    Keys,
    /// The alarms of an account.
    Alarms,
    /// An SNS topic.
    Topics,
    /// A log group.
    LogGroups,
    /// The resource policies of CloudWatch Logs in a region of an account.
    LogPolicies,
    /// The registered domains of an account.
    Registrations,
    /// The VPCs of an account, in all regions or in the one that is the subject.
    Vpcs,
    /// What DNS says of a zone.
    Dns,
    /// The record sets of a zone.
    RecordSets,
    /// A file of source code, or a module.
    Files,
}
