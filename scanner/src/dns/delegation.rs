//! Whether an answer delegates a name. Pure: an answer in, a delegation out.

use std::net::IpAddr;

use domain::base::Rtype;
use domain::rdata::ZoneRecordData;

use super::hints::Host;
use super::message::{Content, Record, lies_in};
use super::name::{self, Name};
use crate::inventory::{DelegationStatus, NsSet};

/// More name servers than any zone has use for; what is named beyond them is not followed.
pub(super) const MAX_HOSTS: usize = 16;

/// More addresses than a name server has use for.
pub(super) const MAX_ADDRESSES: usize = 8;

/// What an answer for NS says of a name that may be a zone.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Delegation {
    /// It is delegated to these servers.
    To(Servers),
    /// It has no NS records.
    No,
    /// It does not exist.
    NameError,
}

/// The servers of a delegation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Servers {
    /// Whether the zone itself answered, on a server that holds parent and child.
    pub(super) by_child: bool,
    /// The time to live of the NS records, in seconds.
    pub(super) ttl: u32,
    /// The servers, in the order of their names.
    pub(super) hosts: Vec<Host>,
}

impl Delegation {
    pub(super) fn status(&self) -> DelegationStatus {
        match self {
            Self::To(_) => DelegationStatus::Delegated,
            Self::No => DelegationStatus::NotDelegated,
            Self::NameError => DelegationStatus::NameError,
        }
    }

    pub(super) fn ns_set(&self) -> Option<NsSet> {
        match self {
            Self::To(servers) => Some(NsSet {
                ttl: servers.ttl,
                names: servers
                    .hosts
                    .iter()
                    .map(|host| name::show(&host.name))
                    .collect(),
            }),
            Self::No | Self::NameError => None,
        }
    }
}

/// Reads an answer of a server of `zone` to the question for the NS records of `name`.
///
/// # Errors
/// Says why the server is of no use for the zone.
pub(super) fn read(content: &Content, zone: &Name, name: &Name) -> Result<Delegation, String> {
    if content.is_name_error() && content.authoritative {
        return Ok(Delegation::NameError);
    }
    if !content.is_no_error() {
        return Err(format!("answers {}", content.rcode_name()));
    }
    if content.authoritative {
        let ns: Vec<&Record> = content.answers(name, Rtype::NS).collect();
        return Ok(match ns.is_empty() {
            true => Delegation::No,
            false => Delegation::To(servers(&ns, content, zone, true)),
        });
    }
    let ns: Vec<&Record> = content.authorities(name, Rtype::NS).collect();
    match ns.is_empty() {
        true => Err("answers without authority and refers elsewhere".to_owned()),
        false => Ok(Delegation::To(servers(&ns, content, zone, false))),
    }
}

/// The servers that NS records name, with the addresses that came along.
///
/// Only addresses of names within the zone that was asked are taken: it has no say over others
/// (RFC 5452 section 6).
fn servers(ns: &[&Record], content: &Content, zone: &Name, by_child: bool) -> Servers {
    let mut names: Vec<Name> = ns
        .iter()
        .filter_map(|record| match record.data() {
            ZoneRecordData::Ns(ns) => Some(name::lower(ns.nsdname())),
            _ => None,
        })
        .collect();
    names.sort_by_cached_key(name::show);
    names.dedup();
    let hosts = names
        .into_iter()
        .map(|name| {
            let mut glue: Vec<IpAddr> = match lies_in(&name, zone) {
                true => addresses(&content.additional, &name).collect(),
                false => Vec::new(),
            };
            glue.sort();
            glue.dedup();
            glue.truncate(MAX_ADDRESSES);
            Host { name, glue }
        })
        .collect();
    Servers {
        by_child,
        ttl: ns
            .iter()
            .map(|record| record.ttl().as_secs())
            .min()
            .unwrap_or_default(),
        hosts,
    }
}

/// The addresses that records give a name.
pub(super) fn addresses<'a>(
    records: &'a [Record],
    name: &'a Name,
) -> impl Iterator<Item = IpAddr> + 'a {
    records
        .iter()
        .filter(move |record| record.owner() == name)
        .filter_map(|record| match record.data() {
            ZoneRecordData::A(a) => Some(IpAddr::V4(a.addr())),
            ZoneRecordData::Aaaa(aaaa) => Some(IpAddr::V6(aaaa.addr())),
            _ => None,
        })
}
