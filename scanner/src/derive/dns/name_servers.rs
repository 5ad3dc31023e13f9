//! The name servers of a zone as the parent names them, as the zone names them, and as Route 53
//! assigned them.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::delegation::{addresses, is_answered_by_child, is_at_an_address_of, names_at};
use super::names::server_name;
use super::served::Served;
use crate::inventory::{DelegationStatus, DnsObservation, Fact, Reason, Unknown, Zone};

/// The names of the name servers, and how the three lists of them differ.
///
/// Where the parent names no server of the delegation set by name, a server belongs to the set if
/// it is at the address of one of the set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NameServers {
    /// Those that the parent's servers name, whichever of them does. Unknown where these hold the
    /// zone as well, and answer out of it.
    pub parent: Fact<Vec<String>>,
    /// Those that the zone itself names at its apex, whichever of its servers says so.
    pub child: Fact<Vec<String>>,
    /// Those that the parent names and that are not of the delegation set.
    pub parent_outside: Fact<Vec<String>>,
    /// Those that the zone names and that are not of the delegation set.
    pub child_outside: Fact<Vec<String>>,
    /// Those of the delegation set that the parent names neither by name nor by address.
    pub unnamed: Fact<Vec<String>>,
    /// Those that the parent names and of which DNS says that they have no address. Unknown where
    /// it is found of none, and the addresses of some could not be had.
    pub without_address: Fact<Vec<String>>,
}

pub(super) fn of(observation: &DnsObservation, zone: &Zone, served: &Served<'_>) -> NameServers {
    let parent = at_parent(observation);
    let child = at_child(served);
    let set = zone
        .delegation_set
        .as_ref()
        .map(|set| set.iter().map(|name| server_name(name)).collect());
    let by_name = set.known().is_some_and(|set| is_by_name(observation, set));
    let is_among = |server: &str, others: &Names| match by_name {
        true => Fact::Known(false),
        false => is_at_an_address_of(observation, server, others),
    };
    NameServers {
        parent_outside: absent(&parent, &set, is_among),
        child_outside: absent(&child, &set, is_among),
        unnamed: absent(&set, &parent, is_among),
        without_address: without_address(observation),
        parent: parent.map(|names| names.into_iter().collect()),
        child: child.map(|names| names.into_iter().collect()),
    }
}

type Names = BTreeSet<String>;

fn at_parent(observation: &DnsObservation) -> Fact<Names> {
    let parent = match &observation.parent {
        Fact::Known(parent) => parent,
        Fact::Unknown(mark) => return Fact::Unknown(mark.clone()),
    };
    if is_answered_by_child(parent) {
        return Fact::unknown(Unknown::because(
            Reason::NotDetermined,
            "the servers of the parent hold the zone too, and do not show the delegation",
        ));
    }
    Fact::Known(names_at(parent).into_iter().map(str::to_owned).collect())
}

fn at_child(served: &Served<'_>) -> Fact<Names> {
    let (sets, gap) = served.each(|answer| &answer.ns);
    let names: Names = sets
        .into_iter()
        .flatten()
        .flat_map(|set| set.names.iter().cloned())
        .collect();
    match gap {
        // One server that says it is enough: its fellows serve the same zone.
        Some(why) if names.is_empty() => Fact::unknown(why),
        _ => Fact::Known(names),
    }
}

/// The servers that are not among the others, neither by name nor in any other way.
fn absent(
    servers: &Fact<Names>,
    others: &Fact<Names>,
    is_among: impl Fn(&str, &Names) -> Fact<bool>,
) -> Fact<Vec<String>> {
    let (servers, others) = match (servers, others) {
        (Fact::Known(servers), Fact::Known(others)) => (servers, others),
        (Fact::Unknown(mark), _) | (_, Fact::Unknown(mark)) => return Fact::Unknown(mark.clone()),
    };
    let mut absent = Vec::new();
    for server in servers.difference(others) {
        match is_among(server, others) {
            Fact::Known(true) => {}
            Fact::Known(false) => absent.push(server.clone()),
            Fact::Unknown(mark) => return Fact::Unknown(mark),
        }
    }
    Fact::Known(absent)
}

/// The servers that the parent names and that have no address.
fn without_address(observation: &DnsObservation) -> Fact<Vec<String>> {
    let named = match &observation.parent {
        Fact::Known(parent) => names_at(parent),
        Fact::Unknown(mark) => return Fact::Unknown(mark.clone()),
    };
    let mut without = Vec::new();
    let mut open = None;
    for name in named {
        match addresses(observation, name) {
            Ok([]) => without.push(name.to_owned()),
            Ok(_) => {}
            Err(why) => open = open.or(Some(why)),
        }
    }
    match open {
        Some(why) if without.is_empty() => Fact::unknown(why),
        _ => Fact::Known(without),
    }
}

/// Whether the parent names a server of the set by the name that it has there. White-label name
/// servers replace all four
/// (<https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/white-label-name-servers.html>), so
/// addresses need not be compared then.
fn is_by_name(observation: &DnsObservation, set: &Names) -> bool {
    observation.parent.known().is_some_and(|parent| {
        parent.status == DelegationStatus::Delegated
            && names_at(parent).iter().any(|name| set.contains(*name))
    })
}
