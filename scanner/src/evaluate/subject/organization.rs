//! The organisation as rules see it: its accounts and units, and what of them was read.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Subjects, broken_off};
use crate::evaluate::coverage::{Reading, reading};
use crate::evaluate::index::AccountEntry;
use crate::inventory::{AccountScope, Collection, Fact, Set, Tags, Unknown};

/// The organisation, or the accounts that stand for one.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct OrganizationSubject {
    /// The id of the organisation, `o-…`; null where the scope is an account or a list of accounts.
    pub id: Option<String>,
    /// The id of its root, `r-…`, where it could be read.
    pub root: Option<String>,
    /// The id of its management account.
    pub management_account: Option<String>,
    /// Which accounts were to be read.
    pub scope: AccountScope,
    /// The accounts.
    pub accounts: Set<OrganizationAccount>,
    /// The organisational units in which accounts lie, and those above them, by path.
    pub organizational_units: Set<UnitFacts>,
}

/// An account of the organisation.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct OrganizationAccount {
    /// The account id.
    pub id: String,
    /// The name of the account.
    pub name: Option<String>,
    /// The path of organisational units from the root.
    pub ou: Fact<Option<String>>,
    /// `State`, or the retired `Status`, as Organizations gives it.
    pub state: Option<String>,
    /// The tags of the account; null where it was not to be read.
    pub tags: Fact<Option<Tags>>,
    /// Whether the account's own subjects are judged.
    pub selected: bool,
    /// Why the account was not read, where that was by choice.
    pub skipped: Option<String>,
    /// How much of it was read; null where it was not to be.
    pub read: Option<AccountReading>,
    /// The public hosted zones that it listed; null where it was not to be read.
    pub public_zones: Fact<Option<u64>>,
    /// The private hosted zones that it listed; null where it was not to be read.
    pub private_zones: Fact<Option<u64>>,
}

/// How much of an account was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountReading {
    /// All that was asked for.
    Whole,
    /// Something is missing.
    Partial,
    /// Nothing.
    Failed,
}

/// An organisational unit.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct UnitFacts {
    /// The names from the root down, `/` for the root itself.
    pub path: String,
    /// How many accounts lie right in it.
    pub accounts: u64,
}

impl Subjects<'_> {
    /// The subject of the organisation.
    pub(in crate::evaluate) fn organization(&self) -> OrganizationSubject {
        let header = self.snapshot.header();
        let organization = header
            .organization
            .as_ref()
            .filter(|_| header.scope == AccountScope::Organization);
        let mut accounts = Set::default();
        let mut units: BTreeMap<String, u64> = BTreeMap::new();
        let mut gaps: Vec<Unknown> = self.gaps_in_accounts().collect();
        for why in &gaps {
            accounts.add_gap(why.clone());
        }
        for entry in self.index.accounts.values() {
            match &entry.account.ou {
                Fact::Known(Some(unit)) => {
                    for above in above(&unit.path) {
                        units.entry(above.to_owned()).or_default();
                    }
                    *units.entry(unit.path.clone()).or_default() += 1;
                }
                Fact::Known(None) => {}
                unknown => gaps.extend(unknown.why_unknown().cloned()),
            }
            accounts.insert(self.account_of_organization(entry));
        }
        let units = units.into_iter();
        let mut organizational_units =
            Set::complete(units.map(|(path, accounts)| UnitFacts { path, accounts }));
        if let Some(why) = gaps.into_iter().next() {
            organizational_units.add_gap(why);
        }
        OrganizationSubject {
            id: organization.map(|organization| organization.id.clone()),
            root: organization.and_then(|organization| organization.root.clone()),
            management_account: organization
                .and_then(|organization| organization.management_account.clone()),
            scope: header.scope,
            accounts,
            organizational_units,
        }
    }

    /// Why accounts may be missing.
    fn gaps_in_accounts(&self) -> impl Iterator<Item = Unknown> {
        let gaps = self.index.gaps.iter();
        let gaps = gaps.filter(|gap| gap.collection == Collection::Accounts);
        gaps.map(|gap| Unknown {
            reason: gap.reason,
            operation: gap.operation.clone(),
            code: gap.code.clone(),
            detail: gap.detail.clone(),
        })
    }

    fn account_of_organization(&self, entry: &AccountEntry) -> OrganizationAccount {
        let facts = self.account_facts(&entry.account.id);
        let skipped = entry.account.skipped.clone();
        let listed = |count: Option<u64>| match count {
            Some(count) => Fact::Known(Some(count)),
            None if skipped.is_some() => Fact::Known(None),
            None => Fact::unknown(self.why_unread(&entry.account.id)),
        };
        let read = entry.read.as_ref();
        OrganizationAccount {
            id: facts.id.clone(),
            name: facts.name.clone(),
            ou: facts.ou.clone(),
            state: facts.state.clone(),
            tags: match skipped {
                Some(_) => Fact::Known(None),
                None => facts.tags.clone().map(Some),
            },
            selected: entry.account.selected,
            read: (skipped.is_none()).then(|| match reading(entry, self.index) {
                Reading::Whole => AccountReading::Whole,
                Reading::Partial => AccountReading::Partial,
                Reading::Failed => AccountReading::Failed,
            }),
            public_zones: listed(read.map(|read| read.public_zones)),
            private_zones: listed(read.map(|read| read.private_zones)),
            skipped,
        }
    }

    /// Why nothing is known of an account.
    fn why_unread(&self, account: &str) -> Unknown {
        let why = self
            .index
            .gap_in(account, Collection::Account)
            .or_else(|| self.index.gap_in(account, Collection::Zones));
        why.cloned().unwrap_or_else(broken_off)
    }
}

/// The paths of the units that a path leads through, the root first.
fn above(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| match at {
        0 => "/",
        at => path.get(..at).unwrap_or(path),
    })
}
