//! Whether the parent delegates a name, and whether to this hosted zone.

use std::collections::BTreeSet;
use std::net::IpAddr;

use schemars::JsonSchema;
use serde::Serialize;

use super::names::{ancestors, labels, server_name};
use super::three_valued::{any, none_but_for};
use crate::inventory::{
    DelegationStatus, DnsObservation, Fact, NsSet, ParentSide, Reason, Unknown, Zone,
};

/// The delegation of a zone at its parent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Delegation {
    /// The name of the parent zone, with Route 53's octal escapes.
    pub parent: String,
    /// Whether the parent delegates the name at all.
    pub status: DelegationStatus,
    /// Whether it delegates to this hosted zone: one of its NS records names a server of the
    /// delegation set, or one at the address of such a server (white-label name servers).
    pub here: Fact<bool>,
    /// Whether the parent's servers hold the zone as well and answer NS out of it, so that the
    /// parent's own NS records cannot be seen (RFC 1034 section 4.3.2).
    pub answered_by_child: bool,
    /// The longest time to live of the NS records, in seconds; null where there are none.
    pub ns_ttl: Option<u32>,
}

/// The delegation of a zone, and whether it leads to this one.
pub(super) fn of(observation: &DnsObservation, zone: &Zone) -> Fact<Delegation> {
    observation.parent.as_ref().map(|parent| Delegation {
        parent: parent_name(&zone.name, parent),
        status: parent.status,
        here: leads_to(observation, &zone.delegation_set),
        answered_by_child: is_answered_by_child(parent),
        ns_ttl: ns_sets(parent).map(|ns| ns.ttl).max(),
    })
}

/// Whether the parent delegates the observed name to the servers of a delegation set.
///
/// By name; where no NS record names a server of the set, by address.
pub fn leads_to(observation: &DnsObservation, delegation_set: &Fact<Vec<String>>) -> Fact<bool> {
    let parent = match &observation.parent {
        Fact::Known(parent) => parent,
        Fact::Unknown(mark) => return Fact::Unknown(mark.clone()),
    };
    if parent.status != DelegationStatus::Delegated {
        return Fact::Known(false);
    }
    let set = match delegation_set {
        Fact::Known(set) => set.iter().map(|name| server_name(name)),
        Fact::Unknown(mark) => return Fact::Unknown(mark.clone()),
    };
    let set: BTreeSet<String> = set.collect();
    let named = names_at(parent);
    if named.iter().any(|name| set.contains(*name)) {
        return Fact::Known(true);
    }
    let by_address = any(named
        .iter()
        .map(|name| is_at_an_address_of(observation, name, &set)));
    match by_address {
        Fact::Known(false) => none_but_for(parent.answers.gaps().next().cloned()),
        decided => decided,
    }
}

/// Whether a server is at the address of a server of a delegation set.
pub(super) fn is_at_an_address_of(
    observation: &DnsObservation,
    server: &str,
    set: &BTreeSet<String>,
) -> Fact<bool> {
    let own = match addresses(observation, server) {
        Ok(own) => own,
        Err(why) => return Fact::unknown(why),
    };
    any(set.iter().map(|other| {
        addresses(observation, other)
            .map(|of_set| of_set.iter().any(|address| own.contains(address)))
            .into()
    }))
}

/// The addresses of a server; none where DNS says that it has none.
pub(super) fn addresses<'o>(
    observation: &'o DnsObservation,
    server: &str,
) -> Result<&'o [IpAddr], Unknown> {
    let host = observation.hosts.iter().find(|host| host.name == server);
    match host.map(|host| &host.addresses) {
        Some(Fact::Known(addresses)) => Ok(addresses),
        Some(Fact::Unknown(mark)) => Err(mark.unknown.clone()),
        None => Err(Unknown::because(
            Reason::NotDetermined,
            format!("the addresses of {server} were not looked up"),
        )),
    }
}

/// The names of the servers that the parent's servers name, whichever of them does.
pub(super) fn names_at(parent: &ParentSide) -> BTreeSet<&str> {
    ns_sets(parent)
        .flat_map(|ns| ns.names.iter().map(String::as_str))
        .collect()
}

/// Whether no server of the parent shows the parent's own NS records.
pub(super) fn is_answered_by_child(parent: &ParentSide) -> bool {
    let mut shown = parent
        .answers
        .items()
        .filter(|answer| answer.ns.is_some())
        .map(|answer| !answer.answered_by_child)
        .peekable();
    shown.peek().is_some() && !shown.any(|shown| shown)
}

fn ns_sets(parent: &ParentSide) -> impl Iterator<Item = &NsSet> {
    parent
        .answers
        .items()
        .filter_map(|answer| answer.ns.as_ref())
}

/// The name of the parent as a part of the zone's own, for Route 53 escapes otherwise than DNS.
fn parent_name(zone: &str, parent: &ParentSide) -> String {
    let wanted = labels(&parent.zone);
    ancestors(zone)
        .find(|above| labels(above) == wanted)
        .unwrap_or(&parent.zone)
        .to_ascii_lowercase()
}
