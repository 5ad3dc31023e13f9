//! Amazon Route 53 Domains: what is registered, as `ListDomains` and `GetDomainDetail` tell it.

use super::page::page;
use super::{Call, Operation};
use crate::organization::{DnssecKey, Domain};
use crate::protocol::{Document, Refusal, Structure};

/// The largest page; Route 53 Domains gives 20 where none is asked for.
const LARGEST_PAGE: usize = 100;
const PAGE: usize = 20;

pub(super) fn answer(call: &Call<'_>) -> Result<Structure, Refusal> {
    match call.operation {
        Operation::GetDomainDetail => get_domain_detail(call),
        _ => list_domains(call),
    }
}

fn list_domains(call: &Call<'_>) -> Result<Structure, Refusal> {
    let size = match call.parameters.text("MaxItems") {
        None => PAGE,
        Some(size) => size
            .parse()
            .ok()
            .filter(|size| (1..=LARGEST_PAGE).contains(size))
            .ok_or_else(|| {
                call.invalid(format!("MaxItems {size} is not from 1 to {LARGEST_PAGE}"))
            })?,
    };
    let domains = call.caller_account()?.domains.iter();
    let page = page("domains", domains, call.parameters.text("Marker"), size)
        .ok_or_else(|| call.invalid("The marker is invalid"))?;
    Ok(Structure::new()
        .with(
            "Domains",
            Document::list(page.items.into_iter().map(summary)),
        )
        .with_some("NextPageMarker", page.next))
}

fn summary(domain: &Domain) -> Structure {
    let locked = domain
        .status
        .iter()
        .any(|code| code == "clientTransferProhibited");
    Structure::new()
        .with("DomainName", domain.name.as_str())
        .with("AutoRenew", domain.auto_renew)
        .with("TransferLock", locked)
        .with("Expiry", domain.expires)
}

fn get_domain_detail(call: &Call<'_>) -> Result<Structure, Refusal> {
    let name = call.required("DomainName")?;
    let domains = &call.caller_account()?.domains;
    let domain = domains.iter().find(|domain| domain.name == name);
    let domain =
        domain.ok_or_else(|| call.invalid(format!("Domain {name} not found in the account")))?;
    let servers = call.organization.registered_servers(domain).into_iter();
    let keys = call.organization.dnssec_keys(domain).into_iter();
    Ok(Structure::new()
        .with("DomainName", domain.name.as_str())
        .with(
            "Nameservers",
            Document::list(servers.map(|name| Structure::new().with("Name", name))),
        )
        .with("AutoRenew", domain.auto_renew)
        .with("RegistrarName", "Amazon Registrar, Inc.")
        .with("CreationDate", domain.created)
        .with("ExpirationDate", domain.expires)
        .with("StatusList", Document::list(domain.status.iter()))
        .with("DnssecKeys", Document::list(keys.zip(1..).map(dnssec_key))))
}

fn dnssec_key((key, id): (DnssecKey, i64)) -> Structure {
    Structure::new()
        .with("Id", id.to_string())
        .with("KeyTag", i64::from(key.key_tag))
        .with("Algorithm", i64::from(key.algorithm))
        .with("DigestType", i64::from(key.digest_type))
        .with("Digest", key.digest)
}
