//! The records of which a snapshot consists.

use std::collections::BTreeSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::dns::{DnsObservation, DnsRun};
use super::fact::Fact;
use super::item::{Account, Alarm, Gap, Key, Tags, Topic, Zone};
use super::log_group::{LogGroup, LogPolicies};
use super::part::Part;
use super::record_set::{RecordSetScope, RecordSets};
use super::registration::Registration;
use super::source::{Source, SourceScope};
use super::vpc::Vpcs;

/// The name and major version of the snapshot's form.
pub const SCHEMA: &str = "zonewarden.snapshot/1";

/// One line of a snapshot: an object whose one member names the kind of the record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// The first line.
    Header(Header),
    /// An account of the organisation, as it was listed.
    Account(Account),
    /// The end of the reading of an account; without it the account was not read whole.
    AccountRead(AccountRead),
    /// A public hosted zone with its KSKs and query logging configurations.
    Zone(Zone),
    /// A KMS key behind a KSK.
    Key(Key),
    /// An alarm that bears on DNSSEC.
    Alarm(Alarm),
    /// An SNS topic that such an alarm notifies.
    Topic(Topic),
    /// A log group to which Route 53 delivers queries.
    LogGroup(LogGroup),
    /// The resource policies of CloudWatch Logs in a region of an account.
    LogPolicies(LogPolicies),
    /// A domain that is registered with Route 53.
    Registration(Registration),
    /// The VPCs of a region of an account.
    Vpcs(Vpcs),
    /// What DNS says of the name of a zone.
    DnsObservation(Box<DnsObservation>),
    /// The record sets of a zone.
    RecordSets(RecordSets),
    /// Where in source code an item is declared.
    Source(Source),
    /// Something in scope that could not be read.
    Gap(Gap),
    /// The last line; a snapshot without it is incomplete.
    Footer(Footer),
}

/// What a snapshot is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Header {
    /// [`SCHEMA`].
    pub schema: String,
    /// The version of the program that collected it.
    pub version: String,
    /// Of what it tells.
    #[serde(default)]
    pub mode: Mode,
    /// What of source code was read; null for the running organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceScope>,
    /// When the collection began.
    pub started_at: Timestamp,
    /// The ARN of the caller (`sts:GetCallerIdentity`); empty for source code.
    pub caller: String,
    /// The account of the caller; empty for source code.
    pub account: String,
    /// `aws`, `aws-us-gov` or `aws-cn`.
    pub partition: String,
    /// The region of the partition in which Route 53 keeps its keys, metrics and logs.
    pub home_region: String,
    /// Which accounts were to be read.
    pub scope: AccountScope,
    /// The organisation of the caller's account, where it could be read.
    pub organization: Option<Organization>,
    /// How DNS was asked; null where it was not.
    pub dns: Option<DnsRun>,
    /// Of which hosted zones the record sets were read.
    #[serde(default)]
    pub record_sets: RecordSetScope,
    /// Which of the parts were read that are read only where a rule needs them.
    #[serde(default)]
    pub parts: BTreeSet<Part>,
}

/// Of what a snapshot tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Of the running organisation.
    #[default]
    Live,
    /// Of infrastructure code.
    Source,
    /// Of what a plan will make of the running organisation.
    Plan,
}

/// Which accounts were to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountScope {
    /// Every account of the organisation.
    Organization,
    /// The caller's own, for there is no organisation or the caller may not list it.
    Account,
    /// Those that were listed by hand.
    List,
    /// Those, whichever they are, that the source code is for.
    Declared,
}

/// The organisation that was read (Organizations `Organization`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Organization {
    /// The id of the organisation, `o-…`.
    pub id: String,
    /// The id of its root, `r-…`, where it could be read.
    pub root: Option<String>,
    /// The id of its management account.
    pub management_account: Option<String>,
}

/// The end of the reading of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccountRead {
    /// The account id.
    pub id: String,
    /// The tags of the account.
    pub tags: Fact<Tags>,
    /// The public hosted zones that the account listed.
    pub public_zones: u64,
    /// The private hosted zones that the account listed; none is read.
    pub private_zones: u64,
}

/// What a complete snapshot ends with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Footer {
    /// When the collection was finished.
    pub finished_at: Timestamp,
    /// How many records of each kind there are.
    pub counts: RecordCounts,
    /// The SHA-256 of every byte before this line, `sha256:` and hexadecimal.
    pub digest: String,
}

/// How many records of each kind a snapshot holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecordCounts {
    /// Accounts, read or not.
    pub accounts: u64,
    /// Public hosted zones.
    pub zones: u64,
    /// KMS keys.
    pub keys: u64,
    /// Alarms.
    pub alarms: u64,
    /// SNS topics.
    pub topics: u64,
    /// Registered domains.
    #[serde(default)]
    pub registrations: u64,
    /// Log groups.
    #[serde(default)]
    pub log_groups: u64,
    /// VPCs that are known.
    #[serde(default)]
    pub vpcs: u64,
    /// Observations of DNS.
    #[serde(default)]
    pub dns_observations: u64,
    /// Hosted zones of which the record sets were read.
    #[serde(default)]
    pub record_sets: u64,
    /// Items declared in source code.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub sources: u64,
    /// Gaps.
    pub gaps: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl RecordCounts {
    /// Counts a record.
    pub fn add(&mut self, record: &Record) {
        match record {
            Record::Account(_) => self.accounts += 1,
            Record::Zone(_) => self.zones += 1,
            Record::Key(_) => self.keys += 1,
            Record::Alarm(_) => self.alarms += 1,
            Record::Topic(_) => self.topics += 1,
            Record::LogGroup(_) => self.log_groups += 1,
            Record::Registration(_) => self.registrations += 1,
            Record::Vpcs(region) => self.vpcs += region.vpcs.items().count() as u64,
            Record::DnsObservation(_) => self.dns_observations += 1,
            Record::RecordSets(_) => self.record_sets += 1,
            Record::Source(_) => self.sources += 1,
            Record::Gap(_) => self.gaps += 1,
            Record::Header(_)
            | Record::AccountRead(_)
            | Record::LogPolicies(_)
            | Record::Footer(_) => {}
        }
    }
}
