//! The accounts of the organisation, from AWS Organizations.

use std::collections::{HashMap, HashSet};

use aws_sdk_organizations::Client;
use aws_sdk_organizations::types as aws;
use futures_util::stream::{FuturesUnordered, StreamExt};

use super::failure::Failure;
use super::pace::Pace;
use super::paging::Pages;
use crate::inventory::{
    Collection, Fact, Gap, Organization, OrganizationalUnit, Reason, Tags, Unknown,
};

/// What Organizations says of the organisation and its accounts.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) organization: Organization,
    /// None where the caller may not list the accounts.
    pub(super) accounts: Option<Vec<ListedAccount>>,
    pub(super) gaps: Vec<Gap>,
}

/// An account as Organizations lists it.
#[derive(Debug, Clone)]
pub(super) struct ListedAccount {
    pub(super) id: String,
    pub(super) name: Option<String>,
    pub(super) state: Option<String>,
    pub(super) ou: Fact<Option<OrganizationalUnit>>,
}

/// A root or an organisational unit whose children are to be listed.
#[derive(Debug, Clone)]
struct Parent {
    id: String,
    unit: OrganizationalUnit,
}

/// Lists the organisation; none where there is no organisation, or the caller may not know it.
///
/// # Errors
/// Where Organizations gives no answer, so that it is not known whether there are more accounts.
pub(super) async fn list(client: &Client, pace: &Pace) -> Result<Option<Listing>, Gap> {
    let operation = "organizations:DescribeOrganization";
    let described = match pace
        .call(operation, || client.describe_organization().send())
        .await
    {
        Ok(described) => described.organization,
        Err(failure)
            if failure.reason == Reason::AccessDenied
                || failure.is("AWSOrganizationsNotInUseException") =>
        {
            return Ok(None);
        }
        Err(failure) => return Err(gap(None, failure.of(operation))),
    };
    let Some((id, management_account)) =
        described.and_then(|found| Some((found.id?, found.master_account_id)))
    else {
        let failure = Failure::new(Reason::Malformed, "the answer held no organisation");
        return Err(gap(None, failure.of(operation)));
    };
    let mut listing = Listing {
        organization: Organization {
            id,
            root: None,
            management_account,
        },
        accounts: None,
        gaps: Vec::new(),
    };
    match walk(client, pace, &mut listing).await {
        Ok(accounts) => listing.accounts = Some(accounts),
        // The tree gives the paths; where it is closed or torn, the flat list gives the accounts.
        Err(torn) => list_flat(client, pace, &mut listing, torn).await,
    }
    Ok(Some(listing))
}

/// The tags of an account.
pub(super) async fn tags(client: &Client, pace: &Pace, account: &str) -> Result<Tags, Unknown> {
    let mut tags = Tags::new();
    let mut pages = Pages::new();
    while let Some(token) = pages.next() {
        let page = pace
            .call("organizations:ListTagsForResource", || {
                client
                    .list_tags_for_resource()
                    .resource_id(account)
                    .set_next_token(token.clone())
                    .send()
            })
            .await
            .map_err(|failure| failure.of("organizations:ListTagsForResource"))?;
        tags.extend(
            page.tags
                .unwrap_or_default()
                .into_iter()
                .map(|tag| (tag.key, tag.value)),
        );
        pages
            .follow(page.next_token)
            .map_err(|failure| failure.of("organizations:ListTagsForResource"))?;
    }
    Ok(tags)
}

/// A tree that could not be walked to its end.
struct Torn {
    found: Vec<ListedAccount>,
    why: Unknown,
}

async fn walk(
    client: &Client,
    pace: &Pace,
    listing: &mut Listing,
) -> Result<Vec<ListedAccount>, Torn> {
    let roots = roots(client, pace).await.map_err(|why| Torn {
        found: Vec::new(),
        why,
    })?;
    listing.organization.root = roots.first().map(|root| root.id.clone());
    let mut found = Vec::new();
    let mut torn = None;
    let mut seen: HashSet<String> = roots.iter().map(|root| root.id.clone()).collect();
    let mut open: FuturesUnordered<_> = roots
        .into_iter()
        .map(|root| children(client, pace, root))
        .collect();
    while let Some(children) = open.next().await {
        match children {
            Ok((accounts, units)) => {
                found.extend(accounts);
                for unit in units {
                    if seen.insert(unit.id.clone()) {
                        open.push(self::children(client, pace, unit));
                    }
                }
            }
            Err(why) => torn = Some(why),
        }
    }
    match torn {
        None => Ok(found),
        Some(why) => Err(Torn { found, why }),
    }
}

async fn roots(client: &Client, pace: &Pace) -> Result<Vec<Parent>, Unknown> {
    let mut roots = Vec::new();
    let mut pages = Pages::new();
    while let Some(token) = pages.next() {
        let page = pace
            .call("organizations:ListRoots", || {
                client.list_roots().set_next_token(token.clone()).send()
            })
            .await
            .map_err(|failure| failure.of("organizations:ListRoots"))?;
        roots.extend(
            page.roots
                .unwrap_or_default()
                .into_iter()
                .filter_map(|root| {
                    let id = root.id?;
                    Some(Parent {
                        unit: OrganizationalUnit {
                            path: "/".to_owned(),
                            ids: id.clone(),
                        },
                        id,
                    })
                }),
        );
        pages
            .follow(page.next_token)
            .map_err(|failure| failure.of("organizations:ListRoots"))?;
    }
    Ok(roots)
}

/// The accounts and the organisational units right under a parent.
async fn children(
    client: &Client,
    pace: &Pace,
    parent: Parent,
) -> Result<(Vec<ListedAccount>, Vec<Parent>), Unknown> {
    futures_util::future::try_join(
        accounts_under(client, pace, &parent),
        units_under(client, pace, &parent),
    )
    .await
}

async fn accounts_under(
    client: &Client,
    pace: &Pace,
    parent: &Parent,
) -> Result<Vec<ListedAccount>, Unknown> {
    let mut accounts = Vec::new();
    let mut pages = Pages::new();
    while let Some(token) = pages.next() {
        let page = pace
            .call("organizations:ListAccountsForParent", || {
                client
                    .list_accounts_for_parent()
                    .parent_id(&parent.id)
                    .set_next_token(token.clone())
                    .send()
            })
            .await
            .map_err(|failure| failure.of("organizations:ListAccountsForParent"))?;
        accounts.extend(
            page.accounts
                .unwrap_or_default()
                .into_iter()
                .filter_map(|account| listed(account, Fact::Known(Some(parent.unit.clone())))),
        );
        pages
            .follow(page.next_token)
            .map_err(|failure| failure.of("organizations:ListAccountsForParent"))?;
    }
    Ok(accounts)
}

async fn units_under(
    client: &Client,
    pace: &Pace,
    parent: &Parent,
) -> Result<Vec<Parent>, Unknown> {
    let mut units = Vec::new();
    let mut pages = Pages::new();
    while let Some(token) = pages.next() {
        let page = pace
            .call("organizations:ListOrganizationalUnitsForParent", || {
                client
                    .list_organizational_units_for_parent()
                    .parent_id(&parent.id)
                    .set_next_token(token.clone())
                    .send()
            })
            .await
            .map_err(|failure| failure.of("organizations:ListOrganizationalUnitsForParent"))?;
        for unit in page.organizational_units.unwrap_or_default() {
            let Some(id) = unit.id else { continue };
            let name = unit.name.unwrap_or_else(|| id.clone());
            units.push(Parent {
                unit: OrganizationalUnit {
                    path: format!("{}/{name}", parent.unit.path.trim_end_matches('/')),
                    ids: format!("{}/{id}", parent.unit.ids),
                },
                id,
            });
        }
        pages
            .follow(page.next_token)
            .map_err(|failure| failure.of("organizations:ListOrganizationalUnitsForParent"))?;
    }
    Ok(units)
}

async fn list_flat(client: &Client, pace: &Pace, listing: &mut Listing, torn: Torn) {
    let mut known: HashMap<String, ListedAccount> = torn
        .found
        .into_iter()
        .map(|account| (account.id.clone(), account))
        .collect();
    let mut pages = Pages::new();
    while let Some(token) = pages.next() {
        let page = match pace
            .call("organizations:ListAccounts", || {
                client.list_accounts().set_next_token(token.clone()).send()
            })
            .await
        {
            Ok(page) => page,
            // Nothing may be listed at all: the one account is the scope, and that is no gap.
            Err(failure)
                if failure.reason == Reason::AccessDenied
                    && torn.why.reason == Reason::AccessDenied
                    && known.is_empty() =>
            {
                return;
            }
            Err(failure) => {
                listing
                    .gaps
                    .push(gap(None, failure.of("organizations:ListAccounts")));
                break;
            }
        };
        for account in page.accounts.unwrap_or_default() {
            if let Some(account) = listed(account, Fact::unknown(torn.why.clone())) {
                known.entry(account.id.clone()).or_insert(account);
            }
        }
        if let Err(failure) = pages.follow(page.next_token) {
            let why = failure.of("organizations:ListAccounts");
            listing.gaps.push(gap(None, why));
        }
    }
    listing
        .gaps
        .push(gap(Some("organizational units"), torn.why));
    listing.accounts = Some(known.into_values().collect());
}

fn listed(account: aws::Account, ou: Fact<Option<OrganizationalUnit>>) -> Option<ListedAccount> {
    // `State` replaces `Status`, which older endpoints alone still give.
    #[allow(deprecated)]
    let status = account.status.map(|status| status.as_str().to_owned());
    Some(ListedAccount {
        id: account.id?,
        name: account.name,
        state: account
            .state
            .map(|state| state.as_str().to_owned())
            .or(status),
        ou,
    })
}

fn gap(subject: Option<&str>, why: Unknown) -> Gap {
    super::gap(None, Collection::Accounts, subject, why)
}
