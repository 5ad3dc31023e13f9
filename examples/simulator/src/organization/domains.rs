//! The registered domains of an account.

use domain::base::iana::SecurityAlgorithm;
use domain::rdata::ZoneRecordData;
use jiff::Timestamp;

use super::Organization;
use super::delegation::{DelegatedTo, DsState};
use super::table::DomainTable;
use super::tree::{Kind, TreeZone};
use crate::dnssec;
use crate::error::Error;
use crate::record;

/// A domain registered with Route 53.
#[derive(Debug)]
pub(crate) struct Domain {
    /// The name as Route 53 Domains writes it: without a final dot.
    pub(crate) name: String,
    pub(crate) auto_renew: bool,
    pub(crate) created: Timestamp,
    pub(crate) expires: Timestamp,
    pub(crate) status: Vec<String>,
    /// The name servers that the file states.
    name_servers: Option<Vec<String>>,
    /// The DS that the registrar holds, where they are not those at the parent.
    ds: Option<Vec<DsState>>,
}

/// A DS record as Route 53 Domains tells it.
#[derive(Debug)]
pub(crate) struct DnssecKey {
    pub(crate) key_tag: u16,
    pub(crate) algorithm: u8,
    pub(crate) digest_type: u8,
    pub(crate) digest: String,
}

impl Domain {
    pub(super) fn build(table: DomainTable, now: Timestamp) -> Result<Self, Error> {
        let name = dnssec::route53_name(&table.name);
        if record::from_route53(&name).is_none() {
            return Err(Error::contradiction(
                format!("{:?} is no domain name", table.name),
                "write labels of 1 to 63 octets, 255 in all",
            ));
        }
        Ok(Self {
            name: name.trim_end_matches('.').to_owned(),
            auto_renew: table.auto_renew,
            created: table.created.instant(now)?,
            expires: table.expires.instant(now)?,
            status: table.status,
            name_servers: table.name_servers,
            ds: table.ds,
        })
    }
}

impl Organization {
    /// The hosted zone of a domain's name: the one that is delegated to, if there are several.
    fn zone_of_domain(&self, domain: &Domain) -> Option<(usize, &TreeZone)> {
        let apex = record::from_route53(&format!("{}.", domain.name))?;
        let zones = self.tree.zones().iter().enumerate();
        let hosted =
            zones.filter(|(_, zone)| zone.apex == apex && matches!(zone.kind, Kind::Hosted(_)));
        hosted.max_by_key(|(_, zone)| zone.delegated == DelegatedTo::Here)
    }

    /// The DS records that the registrar holds for a domain.
    pub(crate) fn dnssec_keys(&self, domain: &Domain) -> Vec<DnssecKey> {
        let Some((place, zone)) = self.zone_of_domain(domain) else {
            return Vec::new();
        };
        let records = match &domain.ds {
            Some(states) => self.signers_of(zone, states),
            None => self.delegation_signers(place),
        };
        let signers = records.into_iter().filter_map(|data| match data {
            ZoneRecordData::Ds(ds) => Some(DnssecKey {
                key_tag: ds.key_tag(),
                algorithm: SecurityAlgorithm::to_int(ds.algorithm()),
                digest_type: ds.digest_type().to_int(),
                digest: hex(ds.digest().as_ref()),
            }),
            _ => None,
        });
        signers.collect()
    }

    /// The name servers that the registrar gives to the registry.
    pub(crate) fn registered_servers(&self, domain: &Domain) -> Vec<String> {
        if let Some(stated) = &domain.name_servers {
            return stated.clone();
        }
        let zone = self.zone_of_domain(domain);
        let servers = zone.map(|(_, zone)| self.tree.delegated_servers(zone));
        let servers = servers.into_iter().flatten();
        servers
            .map(|host| record::to_route53(&host).trim_end_matches('.').to_owned())
            .collect()
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02X}")).collect()
}
