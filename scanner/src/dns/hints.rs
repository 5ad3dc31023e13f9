//! Root hints: the names and addresses of the root's servers, from which a walk begins.

use std::net::IpAddr;

use domain::base::Rtype;
use domain::base::iana::Class;
use domain::base::name::ToName as _;
use domain::rdata::ZoneRecordData;
use domain::zonefile::inplace::{Entry, Zonefile};

use super::DnsError;
use super::name::{self, Name};

/// The servers of the root as IANA publishes them
/// (<https://www.internic.net/domain/named.root>, of 2024-04-18).
const BUILT_IN: &str = include_str!("root.hints");

/// A name server and the addresses that came along with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Host {
    pub(super) name: Name,
    pub(super) glue: Vec<IpAddr>,
}

/// The hints that are built in.
pub(super) fn built_in() -> Result<Vec<Host>, DnsError> {
    parse(BUILT_IN)
}

/// Reads hints in the form of a zone file: the NS records of the root, and the A and AAAA records
/// of the servers that they name.
pub(super) fn parse(text: &str) -> Result<Vec<Host>, DnsError> {
    let mut file = Zonefile::new();
    file.set_default_class(Class::IN);
    file.set_origin(Name::root());
    file.extend_from_slice(text.as_bytes());
    file.extend_from_slice(b"\n");
    let mut hosts: Vec<Host> = Vec::new();
    let mut addresses: Vec<(Name, IpAddr)> = Vec::new();
    for entry in file {
        let entry = entry.map_err(|error| DnsError::RootHints(error.to_string()))?;
        let Entry::Record(record) = entry else {
            continue;
        };
        let owner = name::lower(record.owner());
        match record.data() {
            ZoneRecordData::Ns(ns) if owner.is_root() => hosts.push(Host {
                name: name::lower(&ns.nsdname().to_name::<bytes::Bytes>()),
                glue: Vec::new(),
            }),
            ZoneRecordData::A(a) => addresses.push((owner, IpAddr::V4(a.addr()))),
            ZoneRecordData::Aaaa(aaaa) => addresses.push((owner, IpAddr::V6(aaaa.addr()))),
            _ => {}
        }
    }
    for host in &mut hosts {
        let own = addresses.iter().filter(|(owner, _)| *owner == host.name);
        host.glue.extend(own.map(|(_, address)| *address));
    }
    hosts.retain(|host| !host.glue.is_empty());
    if hosts.is_empty() {
        return Err(DnsError::RootHints(format!(
            "there is no {} record of the root with an address",
            Rtype::NS
        )));
    }
    Ok(hosts)
}
