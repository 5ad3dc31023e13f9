//! The DNS tree that the organisation's zones hang in: a root, top-level domains, and the zones of
//! the name servers' own names.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::Ipv4Addr;
use std::sync::OnceLock;

use domain::rdata::ZoneRecordData;

use super::delegation::{DelegatedTo, NamedServer, ServerState};
use super::{Account, Zone, ZonePlace};
use crate::dnssec::{self, PublicKey};
use crate::error::Error;
use crate::record::{self, Content, Name};

/// The place of the root in the tree.
pub(crate) const ROOT: usize = 0;
/// The name servers of the root.
const ROOT_SERVERS: [&str; 2] = ["a.root-servers.net", "b.root-servers.net"];
/// The name servers of the other provider.
const OTHER_PROVIDER: [&str; 2] = ["ns1.dns-provider.example", "ns2.dns-provider.example"];
/// How many addresses the name servers of hosted zones have at most: each takes two file
/// descriptors, of which a process often has no more than 1024. Name servers beyond that share them.
const MOST_ADDRESSES: usize = 256;

/// What a name server is there for. Each has addresses of its own: a registry's server that held a
/// hosted zone as well would answer where it is to refer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Purpose {
    Infrastructure,
    Hosting,
}

/// The zones and name servers of the tree.
#[derive(Debug)]
pub(crate) struct Tree {
    zones: Vec<TreeZone>,
    /// Which zone a name is the apex of, as its parent sees it.
    apexes: HashMap<Name, usize>,
    hosted: HashMap<ZonePlace, usize>,
    addresses: HashMap<Name, Ipv4Addr>,
    /// The addresses of each purpose, by the name that each was given out for.
    given: HashMap<Purpose, HashMap<Name, Ipv4Addr>>,
}

/// A zone of the tree.
#[derive(Debug)]
pub(crate) struct TreeZone {
    pub(crate) apex: Name,
    pub(crate) kind: Kind,
    /// Where the parent delegates it to.
    pub(crate) delegated: DelegatedTo,
    /// The name servers that hold it, and how each fares.
    pub(crate) servers: Vec<(Name, ServerState)>,
    /// The name servers that the parent names, where they are not those that hold it.
    named_by_parent: Option<Vec<Name>>,
    /// The zones below it of which it holds NS or DS.
    pub(crate) children: Vec<usize>,
    /// The name servers whose addresses it holds.
    pub(crate) hosts: Vec<Name>,
    /// The key-signing key, where it is none of KMS.
    pub(super) ksk: OnceLock<PublicKey>,
}

/// The name servers, by their names as Route 53 writes them: in a large organisation the same few
/// are named again and again.
#[derive(Debug, Default)]
struct Hosts(BTreeMap<String, Name>);

impl Hosts {
    /// The name of a name server, which is one of them from now on.
    fn name(&mut self, text: &str) -> Result<Name, Error> {
        let key = dnssec::route53_name(text);
        if let Some(name) = self.0.get(&key) {
            return Ok(name.clone());
        }
        let name = route53_name(&key)?;
        self.0.insert(key, name.clone());
        Ok(name)
    }

    fn names(
        &mut self,
        texts: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<Vec<Name>, Error> {
        texts
            .into_iter()
            .map(|text| self.name(text.as_ref()))
            .collect()
    }
}

/// What a zone of the tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Root,
    TopLevel,
    /// It holds the addresses of name servers. Unsigned, as the zones of Route 53's servers are.
    NameServers,
    Hosted(ZonePlace),
    /// What another provider serves in the place of a hosted zone.
    Elsewhere,
}

impl Tree {
    pub(super) fn new(accounts: &[Account]) -> Result<Self, Error> {
        let mut tree = Self {
            zones: Vec::new(),
            apexes: HashMap::new(),
            hosted: HashMap::new(),
            addresses: HashMap::new(),
            given: HashMap::new(),
        };
        let mut hosts = Hosts::default();
        let root_servers = hosts.names(ROOT_SERVERS)?;
        tree.add(Name::root_bytes(), Kind::Root, root_servers.clone());
        tree.add_hosted(accounts, &mut hosts)?;
        let others = tree.add_elsewhere(&mut hosts)?;
        for server in root_servers.iter().chain(&others) {
            tree.assign(Purpose::Infrastructure, server.clone(), server);
        }
        tree.add_name_servers(hosts)?;
        tree.add_top_levels()?;
        tree.delegate(accounts);
        Ok(tree)
    }

    pub(crate) fn zones(&self) -> &[TreeZone] {
        &self.zones
    }

    pub(crate) fn zone(&self, place: usize) -> Option<&TreeZone> {
        self.zones.get(place)
    }

    /// The zone of the tree that a public hosted zone is.
    pub(crate) fn hosted(&self, place: ZonePlace) -> Option<&TreeZone> {
        self.zone(*self.hosted.get(&place)?)
    }

    pub(crate) fn address(&self, host: &Name) -> Option<Ipv4Addr> {
        self.addresses.get(host).copied()
    }

    /// Every name server with its address, in no order.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = (&Name, Ipv4Addr)> {
        self.addresses
            .iter()
            .map(|(host, address)| (host, *address))
    }

    /// Whether a zone is what its parent delegates the name to.
    pub(crate) fn is_delegated(&self, zone: &TreeZone) -> bool {
        zone.kind == Kind::Elsewhere || zone.delegated == DelegatedTo::Here
    }

    /// The names of the name servers that the parent of a zone names.
    pub(crate) fn delegated_servers(&self, zone: &TreeZone) -> Vec<Name> {
        match (&zone.named_by_parent, zone.delegated) {
            (_, DelegatedTo::Nowhere) => Vec::new(),
            (Some(named), _) => named.clone(),
            (None, DelegatedTo::Here) => {
                zone.servers.iter().map(|(host, _)| host.clone()).collect()
            }
            (None, DelegatedTo::Elsewhere) => {
                let servers = OTHER_PROVIDER.into_iter();
                servers.filter_map(record::from_route53).collect()
            }
        }
    }

    fn add(&mut self, apex: Name, kind: Kind, servers: Vec<Name>) -> usize {
        let answering = servers.into_iter().map(|host| (host, ServerState::Answers));
        let place = self.zones.len();
        if kind != Kind::Elsewhere {
            self.apexes.entry(apex.clone()).or_insert(place);
        }
        self.zones.push(TreeZone {
            apex,
            kind,
            delegated: DelegatedTo::Here,
            servers: answering.collect(),
            named_by_parent: None,
            children: Vec::new(),
            hosts: Vec::new(),
            ksk: OnceLock::new(),
        });
        place
    }

    /// Adds the public hosted zones. Of those that share a name, one at most is delegated to.
    fn add_hosted(&mut self, accounts: &[Account], hosts: &mut Hosts) -> Result<(), Error> {
        let mut claimed = HashSet::new();
        for (_, zone) in public_zones(accounts) {
            let claims = matches!(
                zone.delegation.to,
                Some(DelegatedTo::Here | DelegatedTo::Elsewhere)
            );
            if claims && !claimed.insert(zone.name.as_str()) {
                return Err(Error::contradiction(
                    format!("two zones say that {} is delegated to them", zone.name),
                    "leave it to one of them; give the other one dns = { delegation = \"nowhere\" }",
                ));
            }
        }
        for (place, zone) in public_zones(accounts) {
            let apex = route53_name(&zone.name)?;
            let delegated = match zone.delegation.to {
                Some(to) => to,
                None if claimed.insert(&zone.name) => DelegatedTo::Here,
                None => DelegatedTo::Nowhere,
            };
            let servers = hosts.names(&zone.name_servers)?;
            let at_parent = zone.delegation.servers_at_parent.as_ref();
            let named_by_parent = at_parent
                .map(|servers| self.named_by_parent(servers, hosts))
                .transpose()?;
            for server in stated_servers(zone) {
                hosts.name(&record::to_route53(server))?;
            }
            let index = self.add(apex.clone(), Kind::Hosted(place), servers);
            if delegated != DelegatedTo::Nowhere {
                self.apexes.insert(apex, index);
            }
            if let Some(added) = self.zones.get_mut(index) {
                added.delegated = delegated;
                added.named_by_parent = named_by_parent;
                let states = &zone.delegation.servers;
                for ((_, state), stated) in added.servers.iter_mut().zip(states) {
                    *state = *stated;
                }
            }
            self.hosted.insert(place, index);
        }
        Ok(())
    }

    fn named_by_parent(
        &mut self,
        servers: &[NamedServer],
        hosts: &mut Hosts,
    ) -> Result<Vec<Name>, Error> {
        let named = servers.iter().map(|server| match server {
            NamedServer::Name(name) => hosts.name(name),
            NamedServer::WhiteLabel(server) => {
                let (name, of) = (hosts.name(&server.name)?, hosts.name(&server.address_of)?);
                self.assign(Purpose::Hosting, name.clone(), &of);
                Ok(name)
            }
        });
        named.collect()
    }

    /// Adds what another provider serves in the place of hosted zones, and gives its name servers.
    fn add_elsewhere(&mut self, hosts: &mut Hosts) -> Result<Vec<Name>, Error> {
        let moved: Vec<Name> = self
            .zones
            .iter()
            .filter(|zone| zone.delegated == DelegatedTo::Elsewhere)
            .map(|zone| zone.apex.clone())
            .collect();
        if moved.is_empty() {
            return Ok(Vec::new());
        }
        let servers = hosts.names(OTHER_PROVIDER)?;
        for apex in moved {
            self.add(apex, Kind::Elsewhere, servers.clone());
        }
        Ok(servers)
    }

    /// Gives every name server an address, and a zone that holds it: the hosted zone that it lies
    /// in, or else a zone of the name above it.
    fn add_name_servers(&mut self, hosts: Hosts) -> Result<(), Error> {
        let mut homes: BTreeMap<Name, Vec<Name>> = BTreeMap::new();
        for host in hosts.0.values() {
            self.assign(Purpose::Hosting, host.clone(), host);
            let hosted = record::ancestry(host)
                .filter(|above| !above.is_root())
                .find_map(|above| self.apexes.get(&above).copied());
            if let Some(zone) = hosted.and_then(|place| self.zones.get_mut(place)) {
                zone.hosts.push(host.clone());
            } else if let Some(home) = record::parent(host) {
                homes.entry(home).or_default().push(host.clone());
            }
        }
        for (apex, mut hosts) in homes {
            let labels = apex.label_count().saturating_sub(1);
            let mut servers = hosts.clone();
            if apex.first().as_slice().starts_with(b"awsdns-") {
                servers = self.servers_of_route53_names(&apex);
                hosts.extend(servers.iter().cloned());
            }
            let place = match labels {
                0 => ROOT,
                1 => self.add_top_level(apex)?,
                _ => self.add(apex, Kind::NameServers, servers),
            };
            if let Some(zone) = self.zones.get_mut(place) {
                zone.hosts.extend(hosts);
            }
        }
        Ok(())
    }

    /// The name servers of a zone that holds names of Route 53's servers. Their addresses are shared
    /// by all such zones of one domain.
    fn servers_of_route53_names(&mut self, apex: &Name) -> Vec<Name> {
        let mut servers = Vec::new();
        for label in ["g-ns-1", "g-ns-2"] {
            let under = |apex: &Name| record::child(label.as_bytes(), apex);
            let shared = record::parent(apex).and_then(|domain| under(&domain));
            if let (Some(server), Some(shared)) = (under(apex), shared) {
                self.assign(Purpose::Infrastructure, server.clone(), &shared);
                servers.push(server);
            }
        }
        servers
    }

    /// Adds the top-level domain of every zone.
    fn add_top_levels(&mut self) -> Result<(), Error> {
        let mut seen = HashSet::new();
        let missing: Vec<Name> = self
            .zones
            .iter()
            .filter_map(|zone| record::ancestry(&zone.apex).find(|name| name.label_count() == 2))
            .filter(|name| !self.apexes.contains_key(name) && seen.insert(name.clone()))
            .collect();
        for name in missing {
            self.add_top_level(name)?;
        }
        Ok(())
    }

    fn add_top_level(&mut self, apex: Name) -> Result<usize, Error> {
        let servers = ["a", "b"].map(|letter| {
            let nic = record::child(b"nic", &apex)?;
            record::child(letter.as_bytes(), &nic)
        });
        let servers: Vec<Name> = servers.into_iter().flatten().collect();
        for server in &servers {
            self.assign(Purpose::Infrastructure, server.clone(), server);
        }
        let place = self.add(apex, Kind::TopLevel, servers.clone());
        if let Some(zone) = self.zones.get_mut(place) {
            zone.hosts.extend(servers);
        }
        Ok(place)
    }

    /// Gives each zone to the nearest zone above it.
    fn delegate(&mut self, accounts: &[Account]) {
        let mut children = Vec::new();
        for (place, zone) in self.zones.iter().enumerate() {
            let stated_ds = match zone.kind {
                Kind::Hosted(hosted) => zone_of(accounts, hosted)
                    .and_then(|zone| zone.delegation.ds.as_ref())
                    .is_some_and(|ds| !ds.is_empty()),
                _ => false,
            };
            let told = zone.delegated != DelegatedTo::Nowhere || stated_ds;
            if zone.kind == Kind::Elsewhere || !told {
                continue;
            }
            let parent = record::ancestry(&zone.apex)
                .skip(1)
                .find_map(|above| self.apexes.get(&above).copied());
            children.extend(parent.map(|parent| (parent, place)));
        }
        for (parent, place) in children {
            if let Some(zone) = self.zones.get_mut(parent) {
                zone.children.push(place);
            }
        }
    }

    /// Gives a host that has none yet the address of another name, which is often its own.
    fn assign(&mut self, purpose: Purpose, host: Name, of: &Name) {
        if self.addresses.contains_key(&host) {
            return;
        }
        let given = self.given.entry(purpose).or_default();
        let nth = given.len();
        let address = given.entry(of.clone());
        let address = *address.or_insert_with(|| loopback(purpose, nth));
        self.addresses.insert(host, address);
    }
}

/// The nth address for a purpose.
fn loopback(purpose: Purpose, nth: usize) -> Ipv4Addr {
    let (second, nth) = match purpose {
        Purpose::Infrastructure => (53, nth),
        Purpose::Hosting => (54, nth % MOST_ADDRESSES),
    };
    // No octet is 0 or 255, which some tools take for a network or a broadcast address.
    let octet = |number: usize| u8::try_from(number % 200).unwrap_or(0) + 1;
    Ipv4Addr::new(127, second, octet(nth / 200), octet(nth))
}

fn public_zones(accounts: &[Account]) -> impl Iterator<Item = (ZonePlace, &Zone)> {
    accounts.iter().enumerate().flat_map(|(account, held)| {
        held.zones
            .iter()
            .enumerate()
            .filter(|(_, zone)| !zone.private)
            .map(move |(zone, held)| (ZonePlace { account, zone }, held))
    })
}

fn zone_of(accounts: &[Account], place: ZonePlace) -> Option<&Zone> {
    accounts.get(place.account)?.zones.get(place.zone)
}

/// The name servers of the NS records that the file states for a zone.
fn stated_servers(zone: &Zone) -> impl Iterator<Item = &Name> {
    zone.stated_records
        .iter()
        .filter_map(|set| match &set.content {
            Content::Records(records) => Some(records),
            _ => None,
        })
        .flatten()
        .filter_map(|data| match data {
            ZoneRecordData::Ns(ns) => Some(ns.nsdname()),
            _ => None,
        })
}

fn route53_name(text: &str) -> Result<Name, Error> {
    record::from_route53(text).ok_or_else(|| {
        Error::contradiction(
            format!("{text:?} is no domain name"),
            "write labels of 1 to 63 octets, 255 in all",
        )
    })
}
