//! The observation of one name: its parent, its servers, its chain of trust.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::base::Rtype;
use futures_util::future::{join, join_all};
use jiff::Timestamp;

use super::hints::Host;
use super::message::Question;
use super::name::{self, Name};
use super::source::Source;
use super::trust::{Trust, unreachable};
use super::zone_cut::{Step, ZoneCut};
use super::{child, parent, probe};
use crate::inventory::{
    Ancestor, Chain, Denial, DnsObservation, Fact, NameServerHost, Reason, SecurityState, Server,
    ServerAnswer, Set, Unknown, Validation, Via,
};

/// More name servers of expected delegation sets than are looked up for one name.
const MAX_EXPECTED: usize = 32;

/// Observes one name.
///
/// `expected` are the names of the servers in the delegation sets of its hosted zones.
pub(super) async fn observe(
    source: &Source,
    trust: &Trust,
    zone: &Name,
    expected: &[Name],
    thorough: bool,
) -> DnsObservation {
    let observed_at = Timestamp::now();
    let step = match source.step(zone).await {
        Ok(step) => step,
        Err(why) => return unknown(source, name::show(zone), why),
    };
    let delegated = parent::ask(source, zone, &step, thorough).await;
    let mut hosts = addresses(source, &delegated.hosts).await;
    let servers = servers(source, zone, &hosts).await;
    let chain = chain(source, trust, zone, &step).await;
    hosts.extend(white_label(source, &delegated.hosts, expected).await);
    DnsObservation {
        name: name::show(zone),
        via: source.via(),
        parent: Fact::Known(delegated.side),
        hosts,
        servers,
        chain: Fact::Known(chain),
        observed_at,
    }
}

/// An observation of which nothing is known.
pub(super) fn unknown(source: &Source, name: String, why: Unknown) -> DnsObservation {
    DnsObservation {
        name,
        via: source.via(),
        parent: Fact::unknown(why.clone()),
        hosts: Vec::new(),
        servers: Set::unread(why.clone()),
        chain: Fact::unknown(why),
        observed_at: Timestamp::now(),
    }
}

async fn addresses(source: &Source, hosts: &[Host]) -> Vec<NameServerHost> {
    let followed = hosts.iter().take(super::delegation::MAX_HOSTS);
    let found = join_all(followed.map(|host| source.addresses(host))).await;
    let mut found: Vec<Fact<Vec<std::net::IpAddr>>> = found.into_iter().map(Fact::from).collect();
    found.resize_with(hosts.len(), || {
        Fact::unknown(Unknown::because(
            Reason::NotDetermined,
            "the parent names more servers than are followed",
        ))
    });
    hosts
        .iter()
        .zip(found)
        .map(|(host, addresses)| NameServerHost {
            name: name::show(&host.name),
            addresses,
        })
        .collect()
}

/// The servers of the expected delegation sets that the parent does not name: where it names others,
/// those may be white-label names for them.
async fn white_label(source: &Source, named: &[Host], expected: &[Name]) -> Vec<NameServerHost> {
    if named.is_empty() {
        return Vec::new();
    }
    let unnamed = expected
        .iter()
        .filter(|name| named.iter().all(|host| host.name != **name));
    let unnamed: Vec<Host> = unnamed
        .take(MAX_EXPECTED)
        .map(|name| Host {
            name: name.clone(),
            glue: Vec::new(),
        })
        .collect();
    addresses(source, &unnamed).await
}

async fn servers(source: &Source, zone: &Name, hosts: &[NameServerHost]) -> Set<ServerAnswer> {
    if let Via::Resolver(_) = source.via() {
        return Set::unread(Unknown::because(
            Reason::NotDetermined,
            "the servers cannot be asked one by one through a resolver",
        ));
    }
    let mut servers = BTreeSet::new();
    let mut gaps = Vec::new();
    for host in hosts {
        match &host.addresses {
            Fact::Known(addresses) => servers.extend(addresses.iter().map(|&address| Server {
                name: host.name.clone(),
                address,
            })),
            Fact::Unknown(mark) => gaps.push(mark.unknown.clone()),
        }
    }
    let servers: Vec<Server> = servers.into_iter().collect();
    let mut answers = Set::complete(child::ask_all(source, zone, &servers).await);
    for gap in gaps {
        answers.add_gap(gap);
    }
    answers
}

async fn chain(source: &Source, trust: &Trust, zone: &Name, step: &Arc<Step>) -> Chain {
    let ancestors = trust.ancestors(&step.within).await;
    match step.closest.name == *zone {
        true => delegated(source, trust, &step.closest, ancestors).await,
        false => not_delegated(source, trust, zone, &step.within, ancestors).await,
    }
}

async fn delegated(
    source: &Source,
    trust: &Trust,
    cut: &ZoneCut,
    ancestors: Vec<Ancestor>,
) -> Chain {
    let zone = trust.zone(cut).await;
    let of = |rtype| {
        let zone = zone.clone();
        async move {
            match source.link(&Question::new(cut.name.clone(), rtype)).await {
                Ok(answer) => trust.answer(cut, &zone, &answer).await,
                Err(why) => Fact::unknown(why),
            }
        }
    };
    let (soa, ns) = join(of(Rtype::SOA), of(Rtype::NS)).await;
    let (samples, denial) = join(
        probe::samples(source, trust, cut, &zone),
        probe::denial(source, trust, cut, &zone),
    )
    .await;
    // Where the chain ends above, what a zone is does not hang on its servers; whether they answer
    // is to be seen all the same.
    let (dnskey, denial) = match &soa {
        Fact::Unknown(why) if is_insecure(&zone.standing) => {
            let nothing = || Fact::Unknown(why.clone());
            let denial = Denial {
                name_error: nothing(),
                no_data: nothing(),
            };
            (nothing(), denial)
        }
        _ => (zone.dnskey.clone(), denial),
    };
    let parts = [&zone.ds, &dnskey, &soa, &ns];
    let verdict = verdict(parts, &zone.standing, &cut.name);
    Chain {
        ancestors,
        ds: zone.ds.clone(),
        dnskey,
        soa,
        ns,
        samples,
        denial,
        verdict,
    }
}

fn is_insecure(standing: &Fact<Validation>) -> bool {
    standing
        .known()
        .is_some_and(|standing| standing.state == SecurityState::Insecure)
}

/// What a zone is, by what its parts are.
fn verdict(parts: [&Fact<Validation>; 4], standing: &Fact<Validation>, zone: &Name) -> Validation {
    let known = parts.into_iter().filter_map(Fact::known);
    let mut bogus = known.filter(|part| part.state == SecurityState::Bogus);
    if let Some(bogus) = bogus.next() {
        return bogus.clone();
    }
    for part in parts {
        match part {
            Fact::Unknown(mark) => return unreachable(&mark.unknown, zone),
            Fact::Known(part) if part.state == SecurityState::Indeterminate => return part.clone(),
            Fact::Known(_) => {}
        }
    }
    match standing {
        Fact::Known(standing) => standing.clone(),
        Fact::Unknown(mark) => unreachable(&mark.unknown, zone),
    }
}

/// The chain to a name that is no zone: the parent's denial of its DS is all that there is.
async fn not_delegated(
    source: &Source,
    trust: &Trust,
    zone: &Name,
    within: &ZoneCut,
    ancestors: Vec<Ancestor>,
) -> Chain {
    let parent = trust.zone(within).await;
    let ds = match source.link(&Question::new(zone.clone(), Rtype::DS)).await {
        Ok(answer) => trust.answer(within, &parent, &answer).await,
        Err(why) => Fact::unknown(why),
    };
    let verdict = match &ds {
        Fact::Known(denial) => denial.clone(),
        Fact::Unknown(mark) => unreachable(&mark.unknown, zone),
    };
    let nothing = || {
        Fact::unknown(Unknown::because(
            Reason::NotDetermined,
            "the parent does not delegate the zone",
        ))
    };
    Chain {
        ancestors,
        ds,
        dnskey: nothing(),
        soa: nothing(),
        ns: nothing(),
        samples: Vec::new(),
        denial: Denial {
            name_error: nothing(),
            no_data: nothing(),
        },
        verdict,
    }
}
