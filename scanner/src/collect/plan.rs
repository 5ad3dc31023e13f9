//! What a collection would do, before it does it.

use std::sync::Arc;

use futures_util::future::join_all;

use super::account::requests;
use super::session::{Caller, ROUTE53, Sessions};
use super::{CollectError, Connection, Settings, has_tags, route53, scope};
use crate::inventory::{Account, AccountScope, Gap, Unknown};

/// What a collection would read, how many requests that takes, and how long.
#[derive(Debug)]
pub struct Plan {
    /// Which accounts would be read.
    pub scope: AccountScope,
    /// Each account, in the order of its id.
    pub accounts: Vec<PlannedAccount>,
    /// What stood in the way of listing them.
    pub gaps: Vec<Gap>,
    /// The share of the limits that the times are for.
    pub share: f64,
    /// The least number of requests to STS, Organizations and CloudWatch. How many alarms there are,
    /// and how many keys to ask KMS and topics to ask SNS for, is known once they are read.
    pub beside: u64,
}

/// What the reading of one account would take.
#[derive(Debug)]
pub struct PlannedAccount {
    /// The account.
    pub account: Account,
    /// Its hosted zones, private ones included, which are not known apart before they are listed;
    /// none for an account that is skipped.
    pub zones: Option<Result<u64, Unknown>>,
    /// At most so many requests to Route 53, whose limits alone decide the time.
    pub requests: u64,
    /// At most so many seconds, at the pace of the share.
    pub seconds: f64,
}

/// Enters every account and counts its zones, and reads nothing else.
///
/// # Errors
/// Where the credentials do not work, or the filters leave nothing to judge.
pub async fn plan(connection: &Connection, settings: &Settings) -> Result<Plan, CollectError> {
    let caller = Arc::new(Caller::identify(connection, settings.share).await?);
    let scope = scope::find(&caller, settings).await?;
    let sessions = Sessions::new(caller.clone(), scope.roles);
    let mut accounts = join_all(
        scope
            .accounts
            .into_iter()
            .map(|account| planned(account, &sessions, settings.share)),
    )
    .await;
    // Until now the plan asked what the collection asks too, but for the number of zones: in its
    // place the collection asks each account for a page of alarms.
    let of_tags = accounts
        .iter()
        .filter(|one| one.zones.is_some() && has_tags(&one.account))
        .count();
    let beside = caller.traffic.requests() + of_tags as u64;
    accounts.sort_by(|one, other| one.account.id.cmp(&other.account.id));
    Ok(Plan {
        scope: scope.kind,
        accounts,
        gaps: scope.gaps,
        share: settings.share,
        beside,
    })
}

async fn planned(account: Account, sessions: &Sessions, share: f64) -> PlannedAccount {
    let zones = match sessions.of(&account.id).await {
        Some(Ok(session)) => Some(route53::zone_count(&session).await),
        Some(Err(why)) => Some(Err(why)),
        None => None,
    };
    let requests = match &zones {
        Some(Ok(zones)) => requests(*zones, 0),
        _ => 0,
    };
    PlannedAccount {
        account,
        zones,
        requests,
        seconds: ROUTE53.seconds(requests, share),
    }
}
