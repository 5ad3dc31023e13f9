//! What the simulated organisation holds.

mod alarms;
mod build;
mod delegation;
mod domains;
mod identifier;
mod logs;
mod policy;
mod records;
mod seed;
mod stated;
mod table;
mod tree;
mod units;
mod vpcs;

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use jiff::Timestamp;
use p256::SecretKey;

use crate::dnssec::{self, PublicKey};
use crate::error::Error;
use crate::faults::Fault;
use crate::limits::Limits;
use crate::record::RecordSet;

pub(crate) use delegation::{Delegation, ServerState, SignatureState};
pub(crate) use domains::{DnssecKey, Domain};
pub(crate) use identifier::{BASE32, Identifiers};
pub(crate) use logs::{LogGroup, LogPolicy};
use policy::PolicyTemplate;
pub(crate) use policy::allows_account;
pub(crate) use records::ksk_id;
pub use seed::Seed;
pub(crate) use tree::{Kind, ROOT, Tree, TreeZone};
pub(crate) use vpcs::{Profile, Vpc};

/// The region of the keys, metrics and logs of Route 53 in the partition `aws`.
pub const HOME_REGION: &str = "us-east-1";

/// The role that AWS Organizations makes in the accounts it creates.
const DEFAULT_ROLE: &str = "OrganizationAccountAccessRole";

/// An AWS organisation with its accounts and all that they hold.
///
/// Nothing in it changes once it is made. Its key pairs follow from the seed and are made when
/// they are first asked for, so that a large organisation starts at once.
#[derive(Debug)]
pub struct Organization {
    pub(crate) id: String,
    pub(crate) in_use: bool,
    pub(crate) empty_pages: bool,
    pub(crate) root_id: String,
    pub(crate) management: usize,
    pub(crate) units: Vec<OrganizationalUnit>,
    pub(crate) accounts: Vec<Account>,
    pub(crate) identifiers: Identifiers,
    pub(crate) latency: Duration,
    pub(crate) limits: Limits,
    pub(crate) faults: Vec<Fault>,
    pub(crate) tree: Tree,
    accounts_by_id: HashMap<String, usize>,
    keys_by_arn: HashMap<String, (usize, usize)>,
    zones_by_id: HashMap<String, (usize, usize)>,
}

impl Organization {
    /// Reads an organisation from TOML.
    ///
    /// `demo.toml` in this crate uses what there is to say. Moments are RFC 3339, or relative to
    /// `now` (`"-400d"`), which is the clock where the file gives none.
    ///
    /// # Errors
    /// The text is not TOML of that shape, or its values contradict each other.
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        build::from_table(toml::from_str(text)?)
    }

    /// Makes an organisation up; the same seed gives the same one.
    ///
    /// # Errors
    /// The seed asks for no account, or for more than the simulator serves.
    pub fn from_seed(seed: &Seed) -> Result<Self, Error> {
        build::from_table(seed::table(seed)?)
    }

    /// The organisation of `zonewarden demo`: a few accounts with something of every severity.
    ///
    /// # Errors
    /// None, unless the embedded file is broken.
    pub fn demo() -> Result<Self, Error> {
        Self::from_toml(include_str!("../../demo.toml"))
    }

    /// The id of the management account.
    pub fn management_account(&self) -> &str {
        self.accounts
            .get(self.management)
            .map_or("", |account| account.id.as_str())
    }

    /// The ids of all accounts, in the order in which Organizations lists them.
    pub fn account_ids(&self) -> impl Iterator<Item = &str> {
        self.accounts.iter().map(|account| account.id.as_str())
    }

    /// How many hosted zones all accounts hold together, public and private.
    pub fn zone_count(&self) -> usize {
        self.accounts
            .iter()
            .map(|account| account.zones.len())
            .sum()
    }

    /// The place of an account in the organisation.
    pub(crate) fn account_index(&self, id: &str) -> Option<usize> {
        self.accounts_by_id.get(id).copied()
    }

    /// The KMS key of an ARN, with the account that owns it.
    pub(crate) fn key(&self, arn: &str) -> Option<(usize, &Key)> {
        let (account, key) = *self.keys_by_arn.get(arn)?;
        Some((account, self.accounts.get(account)?.keys.get(key)?))
    }

    /// The hosted zone of an id, with its place.
    pub(crate) fn zone(&self, id: &str) -> Option<(ZonePlace, &Zone)> {
        let (account, zone) = *self.zones_by_id.get(id)?;
        let place = ZonePlace { account, zone };
        Some((place, self.zone_at(place)?))
    }

    /// The hosted zone at a place.
    pub(crate) fn zone_at(&self, place: ZonePlace) -> Option<&Zone> {
        self.accounts.get(place.account)?.zones.get(place.zone)
    }

    /// The public key behind a KMS key.
    pub(crate) fn public_key<'a>(&self, key: &'a Key) -> &'a PublicKey {
        key.material
            .get_or_init(|| PublicKey::of(&self.secret_key(key)))
    }

    /// The private key behind a KMS key.
    pub(crate) fn secret_key(&self, key: &Key) -> SecretKey {
        dnssec::derive_secret_key(&self.identifiers, &key.id)
    }
}

/// Where a hosted zone is: its account, and which of the account's zones it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ZonePlace {
    pub(crate) account: usize,
    pub(crate) zone: usize,
}

/// An organisational unit.
#[derive(Debug)]
pub(crate) struct OrganizationalUnit {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The id of the root or unit above it.
    pub(crate) parent: String,
}

/// An account, with what the simulated services hold for it.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) state: String,
    /// The id of the root or unit that holds it.
    pub(crate) parent: String,
    pub(crate) joined: Timestamp,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) roles: Vec<Role>,
    pub(crate) zones: Vec<Zone>,
    pub(crate) keys: Vec<Key>,
    pub(crate) alarms: Vec<Alarm>,
    pub(crate) topics: Vec<Topic>,
    pub(crate) domains: Vec<Domain>,
    pub(crate) log_groups: Vec<LogGroup>,
    pub(crate) log_policies: Vec<LogPolicy>,
    /// The regions that are enabled for it.
    pub(crate) regions: Vec<String>,
    pub(crate) vpcs: Vec<Vpc>,
    pub(crate) profiles: Vec<Profile>,
}

impl Account {
    pub(crate) fn is_active(&self) -> bool {
        self.state == "ACTIVE"
    }
}

/// A role that the accounts it trusts may assume.
#[derive(Debug)]
pub(crate) struct Role {
    /// The path and name, as in the ARN after `role/`.
    pub(crate) name: String,
    pub(crate) external_id: Option<String>,
    pub(crate) trusts: Vec<String>,
}

/// A hosted zone.
#[derive(Debug)]
pub(crate) struct Zone {
    pub(crate) id: String,
    /// The name as Route 53 writes it: lower case, octal escapes, a final dot.
    pub(crate) name: String,
    pub(crate) private: bool,
    pub(crate) comment: Option<String>,
    /// Whether `Config` is part of the answer.
    pub(crate) configured: bool,
    pub(crate) linked_service: Option<LinkedService>,
    pub(crate) record_sets: i64,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) serve_signature: String,
    pub(crate) status_message: Option<String>,
    pub(crate) ksks: Vec<Ksk>,
    pub(crate) query_log: Option<QueryLog>,
    pub(crate) name_servers: Vec<String>,
    pub(crate) delegation: Delegation,
    /// The record sets that the file states.
    pub(crate) stated_records: Vec<RecordSet>,
}

impl Zone {
    /// Whether its DNS answers are signed.
    pub(crate) fn is_signed(&self) -> bool {
        self.serve_signature != "NOT_SIGNING" && self.published_ksks().next().is_some()
    }

    /// The KSKs that are part of its DNSKEY record set and sign it.
    pub(crate) fn published_ksks(&self) -> impl Iterator<Item = &Ksk> {
        self.ksks
            .iter()
            .filter(|ksk| !matches!(ksk.status.as_str(), "INACTIVE" | "DELETING"))
    }
}

/// The AWS service that made a zone.
#[derive(Debug)]
pub(crate) struct LinkedService {
    pub(crate) service_principal: String,
    pub(crate) description: String,
}

/// A key-signing key.
#[derive(Debug)]
pub(crate) struct Ksk {
    pub(crate) name: String,
    pub(crate) kms_arn: String,
    /// The key whose public key the records state: `kms_arn`, unless they are to disagree.
    pub(crate) recorded_key: String,
    pub(crate) status: String,
    pub(crate) status_message: Option<String>,
    pub(crate) created: Timestamp,
    pub(crate) modified: Timestamp,
}

/// A query logging configuration.
#[derive(Debug)]
pub(crate) struct QueryLog {
    pub(crate) id: String,
    pub(crate) log_group_arn: String,
}

/// A KMS key.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) region: String,
    /// Whether KMS still knows it; a KSK may refer to a key that is gone.
    pub(crate) exists: bool,
    pub(crate) description: String,
    pub(crate) state: String,
    pub(crate) spec: String,
    pub(crate) usage: String,
    pub(crate) manager: String,
    pub(crate) origin: String,
    pub(crate) multi_region: bool,
    pub(crate) created: Timestamp,
    pub(crate) deletion: Option<Timestamp>,
    pub(crate) valid_to: Option<Timestamp>,
    pub(crate) policy: String,
    material: std::sync::OnceLock<PublicKey>,
}

/// A CloudWatch alarm.
#[derive(Debug)]
pub(crate) struct Alarm {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) region: String,
    pub(crate) description: Option<String>,
    pub(crate) actions_enabled: bool,
    pub(crate) alarm_actions: Vec<String>,
    pub(crate) state: String,
    pub(crate) state_changed: Timestamp,
    pub(crate) trigger: Trigger,
}

/// What makes an alarm fire.
#[derive(Debug)]
pub(crate) enum Trigger {
    Metric(Box<MetricTrigger>),
    Composite {
        rule: String,
        actions_suppressor: Option<String>,
    },
}

/// The condition of a metric alarm, in CloudWatch's own fields.
#[derive(Debug, Default)]
pub(crate) struct MetricTrigger {
    pub(crate) namespace: Option<String>,
    pub(crate) metric: Option<String>,
    pub(crate) dimensions: BTreeMap<String, String>,
    pub(crate) statistic: Option<String>,
    pub(crate) extended_statistic: Option<String>,
    pub(crate) period: Option<i64>,
    pub(crate) evaluation_periods: Option<i64>,
    pub(crate) datapoints_to_alarm: Option<i64>,
    pub(crate) threshold: Option<f64>,
    pub(crate) comparison_operator: String,
    pub(crate) treat_missing_data: Option<String>,
    pub(crate) evaluate_low_sample_count_percentile: Option<String>,
    pub(crate) threshold_metric_id: Option<String>,
    pub(crate) queries: Vec<MetricQuery>,
}

/// A query of a metric-math alarm.
#[derive(Debug)]
pub(crate) struct MetricQuery {
    pub(crate) id: String,
    pub(crate) account: Option<String>,
    pub(crate) expression: Option<String>,
    pub(crate) return_data: Option<bool>,
    pub(crate) period: Option<i64>,
    pub(crate) stat: Option<MetricStat>,
}

/// A metric and how it is aggregated.
#[derive(Debug)]
pub(crate) struct MetricStat {
    pub(crate) namespace: String,
    pub(crate) metric: String,
    pub(crate) dimensions: BTreeMap<String, String>,
    pub(crate) period: i64,
    pub(crate) stat: String,
}

/// An SNS topic.
#[derive(Debug)]
pub(crate) struct Topic {
    pub(crate) arn: String,
    pub(crate) exists: bool,
    pub(crate) confirmed: i64,
    pub(crate) pending: i64,
}
