//! The tables of the TOML form of an organisation.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use serde::Deserialize;

use super::Delegation;
use super::delegation::DsState;
use crate::error::Error;
use crate::faults::Fault;
use crate::limits::Limits;

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct OrganizationFile {
    /// What every identifier and key that the file leaves out is derived from.
    pub(super) seed: String,
    /// The instant from which relative moments count.
    pub(super) now: Option<Timestamp>,
    /// How long every answer is held back.
    pub(super) latency: SignedDuration,
    pub(super) organization: OrganizationTable,
    pub(super) limits: Limits,
    #[serde(rename = "account")]
    pub(super) accounts: Vec<AccountTable>,
    #[serde(rename = "fault")]
    pub(super) faults: Vec<Fault>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct OrganizationTable {
    pub(super) id: Option<String>,
    /// The management account; the first one where it is not given.
    pub(super) management: Option<String>,
    /// Whether the account belongs to an organisation at all.
    pub(super) in_use: bool,
    /// Whether every list of Organizations begins with an empty page, as AWS allows itself.
    pub(super) empty_pages: bool,
}

impl Default for OrganizationTable {
    fn default() -> Self {
        Self {
            id: None,
            management: None,
            in_use: true,
            empty_pages: false,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountTable {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) email: Option<String>,
    #[serde(default = "active_account")]
    pub(super) state: String,
    /// The path of organisational units, such as `/workloads/production`; `/` is the root.
    #[serde(default = "root_path")]
    pub(super) ou: String,
    #[serde(default = "two_years_ago")]
    pub(super) joined: Moment,
    #[serde(default)]
    pub(super) tags: BTreeMap<String, String>,
    /// The roles that may be assumed; `OrganizationAccountAccessRole` where they are not given.
    pub(super) roles: Option<Vec<RoleTable>>,
    #[serde(default, rename = "zone")]
    pub(super) zones: Vec<ZoneTable>,
    #[serde(default, rename = "key")]
    pub(super) keys: Vec<KeyTable>,
    #[serde(default, rename = "alarm")]
    pub(super) alarms: Vec<AlarmTable>,
    #[serde(default, rename = "composite")]
    pub(super) composites: Vec<CompositeTable>,
    #[serde(default, rename = "watch")]
    pub(super) watches: Vec<WatchTable>,
    #[serde(default, rename = "topic")]
    pub(super) topics: Vec<TopicTable>,
    #[serde(default, rename = "domain")]
    pub(super) domains: Vec<DomainTable>,
    #[serde(default, rename = "log_group")]
    pub(super) log_groups: Vec<LogGroupTable>,
    #[serde(default, rename = "log_policy")]
    pub(super) log_policies: Vec<LogPolicyTable>,
    /// The regions that are enabled; the home region and those of its VPCs where they are not given.
    pub(super) regions: Option<Vec<String>>,
    #[serde(default, rename = "vpc")]
    pub(super) vpcs: Vec<VpcTable>,
    #[serde(default, rename = "profile")]
    pub(super) profiles: Vec<ProfileTable>,
}

fn active_account() -> String {
    "ACTIVE".to_owned()
}

fn two_years_ago() -> Moment {
    Moment("-730d".to_owned())
}

fn root_path() -> String {
    "/".to_owned()
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum RoleTable {
    Named(String),
    Detailed(DetailedRole),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DetailedRole {
    pub(super) name: String,
    pub(super) external_id: Option<String>,
    /// The accounts that may assume it; the management account where they are not given.
    pub(super) trusts: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ZoneTable {
    pub(super) name: String,
    pub(super) id: Option<String>,
    #[serde(default)]
    pub(super) private: bool,
    pub(super) comment: Option<String>,
    /// Whether `ListHostedZones` gives `Config`; AWS may leave it out.
    #[serde(default = "yes")]
    pub(super) config: bool,
    pub(super) linked_service: Option<LinkedServiceTable>,
    #[serde(default = "two")]
    pub(super) record_sets: i64,
    #[serde(default)]
    pub(super) tags: BTreeMap<String, String>,
    /// `ServeSignature`; `SIGNING` where the zone has a KSK, else `NOT_SIGNING`.
    pub(super) signing: Option<String>,
    pub(super) status_message: Option<String>,
    #[serde(default, rename = "ksk")]
    pub(super) ksks: Vec<KskTable>,
    /// The CloudWatch Logs log group that receives the queries.
    pub(super) query_log: Option<String>,
    /// The delegation set; names of Route 53's shape where not given.
    pub(super) name_servers: Option<Vec<String>>,
    #[serde(default)]
    pub(super) dns: Delegation,
    /// Record sets that it has, in the place of any that it would have else.
    #[serde(default, rename = "record")]
    pub(super) records: Vec<RecordTable>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordTable {
    /// Relative to the zone, unless it ends with a dot; `@` is the zone's own name.
    #[serde(default = "apex")]
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) rtype: String,
    /// In seconds.
    #[serde(default = "five_minutes")]
    pub(super) ttl: u32,
    /// As in a zone file; names in them are relative to the zone, unless they end with a dot.
    pub(super) values: Vec<String>,
    /// The target, where Route 53 knows it as an alias; the values are what it resolves to.
    pub(super) alias: Option<String>,
}

fn apex() -> String {
    "@".to_owned()
}

fn five_minutes() -> u32 {
    300
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LinkedServiceTable {
    pub(super) service_principal: String,
    pub(super) description: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KskTable {
    #[serde(default = "first_ksk")]
    pub(super) name: String,
    /// The name of a key of the account, or `ACCOUNT/NAME` for a key of another one.
    pub(super) key: String,
    /// The key whose public key the KSK's records state, where that is to be another one.
    pub(super) recorded_key: Option<String>,
    #[serde(default = "active_account")]
    pub(super) status: String,
    pub(super) status_message: Option<String>,
    #[serde(default)]
    pub(super) created: Moment,
    pub(super) modified: Option<Moment>,
}

fn first_ksk() -> String {
    "ksk1".to_owned()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyTable {
    pub(super) name: String,
    pub(super) id: Option<String>,
    #[serde(default = "home_region")]
    pub(super) region: String,
    /// Whether KMS still knows the key.
    #[serde(default = "yes")]
    pub(super) exists: bool,
    #[serde(default = "enabled")]
    pub(super) state: String,
    #[serde(default = "p256")]
    pub(super) spec: String,
    #[serde(default = "sign_verify")]
    pub(super) usage: String,
    #[serde(default = "customer")]
    pub(super) manager: String,
    #[serde(default = "aws_kms")]
    pub(super) origin: String,
    #[serde(default)]
    pub(super) multi_region: bool,
    #[serde(default)]
    pub(super) created: Moment,
    pub(super) deletion: Option<Moment>,
    pub(super) valid_to: Option<Moment>,
    /// The name of a template, or the document itself as JSON.
    #[serde(default = "good")]
    pub(super) policy: String,
}

fn home_region() -> String {
    super::HOME_REGION.to_owned()
}

fn enabled() -> String {
    "Enabled".to_owned()
}

fn p256() -> String {
    "ECC_NIST_P256".to_owned()
}

fn sign_verify() -> String {
    "SIGN_VERIFY".to_owned()
}

fn customer() -> String {
    "CUSTOMER".to_owned()
}

fn aws_kms() -> String {
    "AWS_KMS".to_owned()
}

fn good() -> String {
    "good".to_owned()
}

/// The metric alarms that a zone needs, in one table: on each of the metrics, for each zone.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WatchTable {
    /// The names of zones of the account.
    pub(super) zones: Vec<String>,
    /// The topics or actions to notify.
    pub(super) actions: Vec<String>,
    #[serde(default = "failures_and_age")]
    pub(super) metrics: Vec<String>,
}

fn failures_and_age() -> Vec<String> {
    [
        "DNSSECInternalFailure",
        "DNSSECKeySigningKeysNeedingAction",
        "DNSSECKeySigningKeyAge",
    ]
    .map(str::to_owned)
    .to_vec()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AlarmTable {
    pub(super) name: String,
    #[serde(default = "home_region")]
    pub(super) region: String,
    pub(super) description: Option<String>,
    #[serde(default = "yes")]
    pub(super) actions_enabled: bool,
    /// Names of topics of the account, or ARNs.
    #[serde(default)]
    pub(super) actions: Vec<String>,
    #[serde(default = "ok")]
    pub(super) state: String,
    #[serde(default)]
    pub(super) state_changed: Moment,
    /// A zone of the account: the metric is one of Route 53 for that zone.
    pub(super) zone: Option<String>,
    pub(super) namespace: Option<String>,
    pub(super) metric: Option<String>,
    #[serde(default)]
    pub(super) dimensions: BTreeMap<String, String>,
    pub(super) statistic: Option<String>,
    pub(super) extended_statistic: Option<String>,
    pub(super) period: Option<i64>,
    #[serde(default = "one")]
    pub(super) evaluation_periods: i64,
    pub(super) datapoints_to_alarm: Option<i64>,
    pub(super) threshold: Option<f64>,
    #[serde(default = "at_least")]
    pub(super) comparison: String,
    pub(super) treat_missing_data: Option<String>,
    pub(super) evaluate_low_sample_count_percentile: Option<String>,
    pub(super) threshold_metric_id: Option<String>,
    #[serde(default, rename = "query")]
    pub(super) queries: Vec<QueryTable>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QueryTable {
    pub(super) id: String,
    pub(super) account: Option<String>,
    pub(super) expression: Option<String>,
    pub(super) return_data: Option<bool>,
    pub(super) period: Option<i64>,
    /// A zone of the account, or of another one by its id.
    pub(super) zone: Option<String>,
    pub(super) namespace: Option<String>,
    pub(super) metric: Option<String>,
    #[serde(default)]
    pub(super) dimensions: BTreeMap<String, String>,
    pub(super) stat: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CompositeTable {
    pub(super) name: String,
    #[serde(default = "home_region")]
    pub(super) region: String,
    pub(super) description: Option<String>,
    #[serde(default = "yes")]
    pub(super) actions_enabled: bool,
    #[serde(default)]
    pub(super) actions: Vec<String>,
    #[serde(default = "ok")]
    pub(super) state: String,
    #[serde(default)]
    pub(super) state_changed: Moment,
    pub(super) rule: String,
    pub(super) actions_suppressor: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TopicTable {
    pub(super) name: String,
    #[serde(default = "home_region")]
    pub(super) region: String,
    #[serde(default = "yes")]
    pub(super) exists: bool,
    #[serde(default = "one")]
    pub(super) confirmed: i64,
    #[serde(default)]
    pub(super) pending: i64,
}

/// A log group; those of query logging exist unless one of their name says otherwise.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LogGroupTable {
    pub(super) name: String,
    #[serde(default = "home_region")]
    pub(super) region: String,
    #[serde(default = "yes")]
    pub(super) exists: bool,
    /// In days; 0 for ever.
    #[serde(default = "a_year")]
    pub(super) retention: i64,
}

impl LogGroupTable {
    /// A log group of which only the name is stated.
    pub(super) fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            region: home_region(),
            exists: true,
            retention: a_year(),
        }
    }
}

fn a_year() -> i64 {
    365
}

/// A resource policy of CloudWatch Logs; where none is stated, there is the one that Route 53 needs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LogPolicyTable {
    pub(super) name: String,
    #[serde(default = "home_region")]
    pub(super) region: String,
    pub(super) document: String,
}

/// A domain registered with Route 53.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DomainTable {
    pub(super) name: String,
    #[serde(default = "yes")]
    pub(super) auto_renew: bool,
    #[serde(default = "two_years_ago")]
    pub(super) created: Moment,
    #[serde(default = "in_two_hundred_days")]
    pub(super) expires: Moment,
    /// The EPP status codes.
    #[serde(default = "locked")]
    pub(super) status: Vec<String>,
    /// The name servers at the registrar; those that the parent names where they are not given.
    pub(super) name_servers: Option<Vec<String>>,
    /// The DS at the registrar; those at the parent where they are not given.
    pub(super) ds: Option<Vec<DsState>>,
}

/// A VPC.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VpcTable {
    pub(super) id: Option<String>,
    #[serde(default = "home_region")]
    pub(super) region: String,
    /// The account that shares it, where that is another one.
    pub(super) owner: Option<String>,
    /// The value of its tag `Name`.
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) default: bool,
    /// The status of its DNSSEC validation configuration; without one it has none.
    pub(super) validation: Option<String>,
}

/// A Route 53 Profile with a DNSSEC validation configuration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProfileTable {
    pub(super) id: String,
    #[serde(default = "home_region")]
    pub(super) region: String,
    pub(super) validation: String,
}

fn in_two_hundred_days() -> Moment {
    Moment("+200d".to_owned())
}

fn locked() -> Vec<String> {
    vec!["clientTransferProhibited".to_owned()]
}

fn yes() -> bool {
    true
}

fn one() -> i64 {
    1
}

fn two() -> i64 {
    2
}

fn ok() -> String {
    "OK".to_owned()
}

fn at_least() -> String {
    "GreaterThanOrEqualToThreshold".to_owned()
}

/// A point in time: RFC 3339, or a span counted from `now` such as `-400d`.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub(super) struct Moment(String);

impl Moment {
    /// The instant, counted from `now` where it is a span.
    pub(super) fn instant(&self, now: Timestamp) -> Result<Timestamp, Error> {
        let Self(written) = self;
        if let Ok(instant) = written.parse::<Timestamp>() {
            return Ok(instant);
        }
        written
            .parse::<Span>()
            .and_then(|span| now.to_zoned(TimeZone::UTC).checked_add(span))
            .map(|zoned| zoned.timestamp())
            .map_err(|error| {
                Error::contradiction(
                    format!("{written:?} is no moment ({error})"),
                    "write RFC 3339, or a span from now such as \"-400d\"",
                )
            })
    }

    /// The instant of a moment that need not be given.
    pub(super) fn at(moment: Option<&Self>, now: Timestamp) -> Result<Option<Timestamp>, Error> {
        moment.map(|moment| moment.instant(now)).transpose()
    }
}

impl From<String> for Moment {
    fn from(written: String) -> Self {
        Self(written)
    }
}

impl Default for Moment {
    fn default() -> Self {
        Self("-90d".to_owned())
    }
}
