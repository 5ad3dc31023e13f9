//! The subjects that rules judge, each with the facts that bear on it.
//!
//! These types are the documents that Rego sees under `input.zone`, `input.ksk`, `input.key`,
//! `input.alarm`, `input.registration`, `input.vpcs`, `input.account` and `input.organization`; the JSON Schemas of
//! the rules' inputs are made from them.

mod account;
mod alarm;
mod dns;
mod key;
mod ksk;
mod organization;
mod previous;
mod query_log;
mod records;
mod registration;
mod schema;
mod vpcs;
mod zone;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::cover::{Tagged, Whereabouts};
use super::index::Index;
use crate::derive::alarm::{CompositeIndex, TopicIndex};
use crate::inventory::snapshot::SnapshotFile;
use crate::inventory::{AccountScope, Collection, Fact, Reason, Tags, Unknown};

pub use account::{AccountSubject, GapFacts};
pub use alarm::{AlarmKind, AlarmSubject, TopicFacts, WatchFacts};
pub use dns::HostedParent;
pub use key::{KeySubject, ZoneUse};
pub use ksk::{KeyFacts, KskSubject, ZoneFacts};
pub use organization::{AccountReading, OrganizationAccount, OrganizationSubject, UnitFacts};
pub use previous::{PreviousKsk, PreviousZone};
pub use query_log::{LogGroupFacts, QueryLogFacts};
pub use registration::{DnssecKeyFacts, PreviousRegistration, RegisteredZone, RegistrationSubject};
pub use vpcs::{VpcFacts, VpcsSubject};
pub use zone::{AlarmOfZone, KskFacts, SameName, ZoneSubject};

pub(super) use records::KeyRecord;
pub use schema::input_schema;

/// The account of a subject.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AccountFacts {
    /// The account id.
    pub id: String,
    /// The name of the account.
    pub name: Option<String>,
    /// The path of organisational units from the root.
    pub ou: Fact<Option<String>>,
    /// `State`, or the retired `Status`, as Organizations gives it.
    pub state: Option<String>,
    /// The tags of the account.
    pub tags: Fact<Tags>,
}

/// What every rule is given beside its subject.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Environment {
    /// The instant that stands for now, RFC 3339.
    pub now: String,
    /// `aws`, `aws-us-gov` or `aws-cn`.
    pub partition: String,
    /// The region in which Route 53 keeps its keys, metrics and logs.
    pub home_region: String,
    /// Over how many accounts facts of several accounts are judged.
    pub coverage: AccountCoverage,
}

/// Over how many accounts facts of several accounts are judged.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct AccountCoverage {
    /// The active accounts in scope.
    pub accounts_in_scope: u64,
    /// Those that could be read, if with gaps.
    pub accounts_read: u64,
}

/// From the entries of an index and the records of a snapshot to the subjects.
pub(super) struct Subjects<'a> {
    snapshot: &'a SnapshotFile,
    index: &'a Index,
    accounts: HashMap<String, Arc<AccountFacts>>,
    /// The organisation's id, where it is known.
    organization: Fact<Option<String>>,
    /// The accounts of the organisation, as far as they were listed.
    house: Arc<BTreeSet<String>>,
    house_is_complete: bool,
    partition: &'a str,
    now: Timestamp,
    monitoring_accounts: &'a [String],
    composites: CompositeIndex<'a>,
    topics: TopicIndex<'a>,
    log_policies: query_log::PolicyIndex,
    liveness: dns::Liveness,
    /// Those of the earlier snapshot.
    earlier: Option<&'a Self>,
}

impl<'a> Subjects<'a> {
    pub(super) fn new(
        snapshot: &'a SnapshotFile,
        index: &'a Index,
        monitoring_accounts: &'a [String],
        now: Timestamp,
    ) -> Self {
        let accounts = index
            .accounts
            .values()
            .map(|entry| {
                let facts = AccountFacts {
                    id: entry.account.id.clone(),
                    name: entry.account.name.clone(),
                    ou: entry
                        .account
                        .ou
                        .clone()
                        .map(|unit| unit.map(|unit| unit.path)),
                    state: entry.account.state.clone(),
                    tags: entry
                        .read
                        .as_ref()
                        .map_or_else(|| Fact::unknown(broken_off()), |read| read.tags.clone()),
                };
                (facts.id.clone(), Arc::new(facts))
            })
            .collect();
        let header = snapshot.header();
        let organization = match &header.organization {
            Some(organization) => Fact::Known(Some(organization.id.clone())),
            None => Fact::unknown(Unknown::because(
                Reason::NotDetermined,
                "the caller may not know the organisation of the account",
            )),
        };
        let mut composites = CompositeIndex::new(&index.composites);
        for (account, why) in index.gaps_in(Collection::Alarms) {
            composites = composites.with_gap(account, why);
        }
        Self {
            snapshot,
            index,
            accounts,
            organization,
            house: Arc::new(index.accounts.keys().cloned().collect()),
            house_is_complete: header.scope == AccountScope::Organization
                && !index.has_gap_in(Collection::Accounts),
            partition: &header.partition,
            now,
            monitoring_accounts,
            composites,
            topics: TopicIndex::new(index.topics.values()),
            log_policies: query_log::PolicyIndex::new(&index.log_policies),
            liveness: dns::Liveness::of(index.zones.len()),
            earlier: None,
        }
    }

    /// The subjects, with what an earlier snapshot says of them.
    pub(super) fn after(self, earlier: Option<&'a Self>) -> Self {
        Self { earlier, ..self }
    }

    /// Whether the subjects of an account are judged.
    pub(super) fn is_judged(&self, account: &str) -> bool {
        self.index.is_judged(account)
    }

    /// What decides which profiles cover a subject of an account: its zones, and the tags of the one
    /// that it is or belongs to.
    pub(super) fn whereabouts<'s>(
        &'s self,
        account: &'s AccountFacts,
        zones: Vec<&'s str>,
        zone_tags: Option<&'s Fact<Tags>>,
    ) -> Whereabouts<'s> {
        let entry = self.index.accounts.get(&account.id);
        Whereabouts {
            account: &account.id,
            ou: entry.map(|entry| &entry.account.ou),
            zones,
            tags: zone_tags.map_or(Tagged::Account(&account.tags), Tagged::Zone),
        }
    }

    pub(super) fn account_facts(&self, id: &str) -> Arc<AccountFacts> {
        self.accounts.get(id).cloned().unwrap_or_else(|| {
            Arc::new(AccountFacts {
                id: id.to_owned(),
                name: None,
                ou: Fact::unknown(unlisted()),
                state: None,
                tags: Fact::unknown(unlisted()),
            })
        })
    }
}

/// Of an account that nobody listed, as code names it, only the id is known.
pub(super) fn unlisted() -> Unknown {
    Unknown::because(
        Reason::NotDetermined,
        "the account is not one that was listed: nothing but its id is known",
    )
}

fn broken_off() -> Unknown {
    Unknown::because(
        Reason::NotDetermined,
        "the collection was broken off before this was read",
    )
}
