//! What a collection would do, before it does it.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use futures_util::future::join_all;

use super::account::requests;
use super::paging::Pages;
use super::record_sets::{self, RecordSetList};
use super::session::{Caller, DOMAINS, ROUTE53, Session, Sessions};
use super::{
    CollectError, Connection, Settings, gap, has_tags, registrations, route53, scope, vpcs,
};
use crate::inventory::{Account, AccountScope, Collection, Gap, Part, RecordSetScope, Unknown};

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
    /// The least number of requests to STS, Organizations, CloudWatch, Route 53 Domains and
    /// EC2. How many alarms there are, which regions hold VPCs, and how many keys to ask KMS and topics to ask SNS for, is known once they
    /// are read.
    pub beside: u64,
}

/// What the reading of one account would take.
#[derive(Debug)]
pub struct PlannedAccount {
    /// The account.
    pub account: Account,
    /// Its hosted zones, private ones included; none for an account that is skipped.
    pub zones: Option<Result<u64, Unknown>>,
    /// At most so many requests to Route 53.
    pub requests: u64,
    /// At most so many seconds, at the pace of the share: the limits of Route 53 decide, or those
    /// of Route 53 Domains.
    pub seconds: f64,
}

/// Enters every account and counts its zones, registered domains and regions, and reads nothing else.
/// Where record sets are wanted it lists the zones instead, which says how many record sets each holds
/// and which are parents.
///
/// # Errors
/// Where the credentials do not work, or the filters leave nothing to judge.
pub async fn plan(connection: &Connection, settings: &Settings) -> Result<Plan, CollectError> {
    let caller = Arc::new(Caller::identify(connection, settings.share).await?);
    let scope = scope::find(&caller, settings).await?;
    let sessions = Sessions::new(caller.clone(), scope.roles);
    let parts = caller.offered(&settings.parts);
    let counted = scope
        .accounts
        .into_iter()
        .map(|account| counted(account, &caller, &sessions, settings, &parts));
    let counted = join_all(counted).await;
    let mut gaps = scope.gaps;
    let torn = counted.iter().flat_map(|one| {
        let account = Some(one.account.id.as_str());
        let torn = one.torn.iter().cloned();
        torn.map(move |(collection, why)| gap(account, collection, None, why))
    });
    gaps.extend(torn);
    let of_regions: u64 = counted.iter().map(|one| one.regions).sum();
    let of_regions = of_regions * vpcs::REQUESTS_A_REGION;
    let of_domains: u64 = counted.iter().map(|one| one.domains).sum();
    // Until now the plan asked what the collection asks too, but for the zones of each account: in
    // their place the collection asks each account for a page of alarms. Of the registered domains
    // it asked for the list, and the collection asks for each of them beside it; so it did of the
    // regions.
    let entered = counted.iter().filter(|one| one.zones.is_some());
    let of_tags = entered.filter(|one| has_tags(&one.account)).count();
    let of_alarms = counted.iter().filter(|one| one.asked > 0).count();
    let of_zones: u64 = counted.iter().map(|one| one.asked).sum();
    let in_all = caller.traffic.requests() + (of_tags + of_alarms) as u64 + of_domains + of_regions;
    let listed = counted
        .iter()
        .filter_map(|one| one.zones.as_ref()?.as_ref().ok());
    let wanted = record_sets::wanted(settings.record_sets, listed.flat_map(|zones| &zones.listed));
    let mut accounts: Vec<PlannedAccount> = counted
        .into_iter()
        .map(|account| account.planned(&wanted, settings))
        .collect();
    accounts.sort_by(|one, other| one.account.id.cmp(&other.account.id));
    Ok(Plan {
        scope: scope.kind,
        accounts,
        gaps,
        share: settings.share,
        beside: in_all.saturating_sub(of_zones),
    })
}

/// An account whose zones were counted.
struct Counted {
    account: Account,
    /// None for an account that is skipped.
    zones: Option<Result<Zones, Unknown>>,
    /// The requests that counting them took.
    asked: u64,
    /// The registered domains that are read.
    domains: u64,
    /// The regions that are enabled, where VPCs are read.
    regions: u64,
    /// What could not be counted whole, and why.
    torn: Vec<(Collection, Unknown)>,
}

/// The zones of an account.
#[derive(Default)]
struct Zones {
    /// The public ones; the private ones among them, where they are not known apart.
    public: u64,
    private: u64,
    /// The public ones, where record sets are wanted of any.
    listed: Vec<RecordSetList>,
}

async fn counted(
    account: Account,
    caller: &Caller,
    sessions: &Sessions,
    settings: &Settings,
    parts: &BTreeSet<Part>,
) -> Counted {
    let mut counted = Counted {
        zones: None,
        asked: 0,
        domains: 0,
        regions: 0,
        torn: Vec::new(),
        account,
    };
    match sessions.of(&counted.account.id).await {
        Some(Ok(session)) => {
            counted.zones = Some(match settings.record_sets {
                RecordSetScope::Off => {
                    counted.asked = 1;
                    count(&session).await
                }
                RecordSetScope::Parents | RecordSetScope::All => {
                    list(&session, &mut counted.asked).await
                }
            });
            let is_read = |part| parts.contains(&part) && counted.account.selected;
            if is_read(Part::Registrations) {
                let (listed, torn) = registrations::list(&session).await;
                counted.domains = listed.len() as u64;
                let torn = torn.map(|why| (Collection::Registrations, why));
                counted.torn.extend(torn);
            }
            if is_read(Part::Vpcs) {
                match vpcs::regions(&session, &caller.home_region).await {
                    Ok(regions) => counted.regions = regions.len() as u64,
                    Err(why) => counted.torn.push((Collection::Vpcs, why)),
                }
            }
        }
        Some(Err(why)) => counted.zones = Some(Err(why)),
        None => {}
    }
    counted
}

async fn count(session: &Session) -> Result<Zones, Unknown> {
    let public = route53::zone_count(session).await?;
    Ok(Zones {
        public,
        ..Zones::default()
    })
}

async fn list(session: &Session, asked: &mut u64) -> Result<Zones, Unknown> {
    let mut zones = Zones::default();
    let mut pages = Pages::new();
    while let Some(page) = route53::list_zones(session, &mut pages).await {
        *asked += 1;
        for zone in page? {
            match zone.private {
                true => zones.private += 1,
                false => zones.listed.push(RecordSetList::of(&zone)),
            }
        }
    }
    zones.public = zones.listed.len() as u64;
    Ok(zones)
}

impl Counted {
    fn planned(self, wanted: &HashSet<String>, settings: &Settings) -> PlannedAccount {
        let requests = match &self.zones {
            Some(Ok(zones)) => {
                let of_records = zones.listed.iter();
                let of_records = of_records.filter(|zone| wanted.contains(&zone.name));
                requests(zones.public, zones.private, settings.delegation_sets)
                    + record_sets::requests(of_records)
            }
            _ => 0,
        };
        let of_domains = registrations::requests(self.domains);
        let seconds = ROUTE53.seconds(requests, settings.share);
        let zones = self.zones;
        PlannedAccount {
            account: self.account,
            zones: zones.map(|zones| zones.map(|zones| zones.public + zones.private)),
            requests,
            seconds: seconds.max(DOMAINS.seconds(of_domains, settings.share)),
        }
    }
}
