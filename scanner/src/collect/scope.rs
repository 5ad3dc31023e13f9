//! Which accounts are read, which of them are judged, and by which role each is entered.

use std::collections::HashMap;

use super::credentials::Role;
use super::organizations::{self, ListedAccount};
use super::session::Caller;
use super::{CollectError, Settings};
use crate::inventory::{Account, AccountScope, Fact, Gap, Organization};

/// An account named by hand, for those who may not list the organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedAccount {
    /// The account id.
    pub id: String,
    /// The name to show.
    pub name: Option<String>,
    /// The name or ARN of the role to assume; the common role where none is given.
    pub role: Option<String>,
    /// The external id of that role; the common one where none is given.
    pub external_id: Option<String>,
}

/// The accounts of a scan.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) kind: AccountScope,
    pub(super) organization: Option<Organization>,
    pub(super) accounts: Vec<Account>,
    /// The role for each account that is read.
    pub(super) roles: HashMap<String, Role>,
    pub(super) gaps: Vec<Gap>,
}

/// Finds the accounts: those named by hand, else the organisation's, else the caller's own.
pub(super) async fn find(caller: &Caller, settings: &Settings) -> Result<Scope, CollectError> {
    let mut gaps = Vec::new();
    let listed = organizations::list(&caller.organizations, &caller.organizations_pace).await;
    let listing = match listed {
        Ok(listing) => listing,
        Err(gap) => {
            gaps.push(gap);
            None
        }
    };
    let (organization, listed) = match listing {
        Some(listing) => {
            gaps.extend(listing.gaps);
            (Some(listing.organization), listing.accounts)
        }
        None => (None, None),
    };
    let (kind, listed) = match listed {
        _ if !settings.named_accounts.is_empty() => {
            let known: HashMap<String, ListedAccount> = listed
                .into_iter()
                .flatten()
                .map(|account| (account.id.clone(), account))
                .collect();
            // The list is the scope; only a filter by unit rests on what the organisation says.
            if settings.ous.is_empty() {
                gaps.clear();
            }
            (AccountScope::List, named(settings, &known))
        }
        // The listing failed, which a gap says; what can be read is still worth reading.
        Some(listed) if listed.is_empty() => (
            AccountScope::Organization,
            vec![unlisted(&caller.account, None)],
        ),
        Some(listed) => (AccountScope::Organization, listed),
        None => (AccountScope::Account, vec![unlisted(&caller.account, None)]),
    };
    let accounts: Vec<Account> = listed
        .into_iter()
        .map(|account| in_scope(account, settings))
        .collect();
    check_filters(&accounts, settings)?;
    let roles = accounts
        .iter()
        .filter(|account| account.skipped.is_none())
        .map(|account| (account.id.clone(), role_for(&account.id, settings)))
        .collect();
    Ok(Scope {
        kind,
        organization,
        accounts,
        roles,
        gaps,
    })
}

fn named(settings: &Settings, known: &HashMap<String, ListedAccount>) -> Vec<ListedAccount> {
    settings
        .named_accounts
        .iter()
        .map(|account| {
            known
                .get(&account.id)
                .cloned()
                .unwrap_or_else(|| unlisted(&account.id, account.name.clone()))
        })
        .collect()
}

fn unlisted(id: &str, name: Option<String>) -> ListedAccount {
    ListedAccount {
        id: id.to_owned(),
        name,
        state: None,
        ou: Fact::Known(None),
    }
}

fn in_scope(account: ListedAccount, settings: &Settings) -> Account {
    let skipped = account.state.clone().filter(|state| state != "ACTIVE");
    Account {
        selected: is_selected(&account, settings),
        id: account.id,
        name: account.name,
        state: account.state,
        ou: account.ou,
        skipped,
    }
}

fn is_selected(account: &ListedAccount, settings: &Settings) -> bool {
    let wanted = settings.accounts.is_empty() || settings.accounts.contains(&account.id);
    let excluded = settings.exclude_accounts.contains(&account.id);
    let placed = settings.ous.is_empty() || settings.ous.iter().any(|ou| lies_in(account, ou));
    wanted && !excluded && placed
}

/// Whether an account lies in an organisational unit, given as a path of names or by its id.
fn lies_in(account: &ListedAccount, ou: &str) -> bool {
    let Some(Some(unit)) = account.ou.known() else {
        return false;
    };
    let path = ou.trim_end_matches('/');
    unit.ids.split('/').any(|id| id == ou)
        || ou.starts_with('/')
            && unit
                .path
                .strip_prefix(path)
                .is_some_and(|rest| rest.is_empty() || path.is_empty() || rest.starts_with('/'))
}

/// A filter that matches nothing is a slip, and would make a scan of nothing look like a pass.
fn check_filters(accounts: &[Account], settings: &Settings) -> Result<(), CollectError> {
    let named = settings.accounts.iter().chain(&settings.exclude_accounts);
    if let Some(unknown) = named
        .into_iter()
        .find(|id| !accounts.iter().any(|account| account.id == **id))
    {
        return Err(CollectError::UnknownAccount {
            account: unknown.clone(),
        });
    }
    let judged = accounts
        .iter()
        .any(|account| account.selected && account.skipped.is_none());
    if judged {
        return Ok(());
    }
    let mut units: Vec<&str> = accounts
        .iter()
        .filter_map(|account| account.ou.known()?.as_ref())
        .map(|unit| unit.path.as_str())
        .collect();
    units.sort_unstable();
    units.dedup();
    Err(CollectError::NothingSelected {
        units: units.join(", "),
    })
}

fn role_for(account: &str, settings: &Settings) -> Role {
    let named = settings
        .named_accounts
        .iter()
        .find(|named| named.id == account);
    let mut role = settings.role.clone();
    if let Some(named) = named {
        if let Some(name) = &named.role {
            role.name.clone_from(name);
        }
        if named.external_id.is_some() {
            role.external_id.clone_from(&named.external_id);
        }
    }
    role
}
