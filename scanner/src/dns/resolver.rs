//! Asking through a resolver, for networks that let no one but a resolver out.
//!
//! Its answers are validated here, as it is asked not to (the CD bit); its AD bit is never read.
//! Which zones there are is read from the SOA records that it finds.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use domain::base::Rtype;
use domain::rdata::ZoneRecordData;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, join};

use super::cells::Cells;
use super::client::{Client, Pace};
use super::delegation::{self, Delegation, MAX_ADDRESSES, Servers};
use super::failure::{self, Attempt};
use super::hints::Host;
use super::message::{Answer, Question};
use super::name::{self, Name};
use super::zone_cut::{Step, ZoneCut};
use crate::inventory::{Server, Unknown};

/// The tree of zones, as a resolver shows it.
#[derive(Debug)]
pub(super) struct Resolver {
    client: Arc<Client>,
    address: SocketAddr,
    root: Arc<ZoneCut>,
    cuts: Cells<Name, Result<Arc<ZoneCut>, Unknown>>,
}

impl Resolver {
    pub(super) fn new(client: Arc<Client>, address: SocketAddr) -> Self {
        Self {
            client,
            address,
            root: Arc::new(ZoneCut {
                name: Name::root(),
                parent: None,
                hosts: Vec::new(),
            }),
            cuts: Cells::default(),
        }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn server(&self) -> Server {
        Server {
            name: self.address.ip().to_string(),
            address: self.address.ip(),
        }
    }

    pub(super) async fn ask(&self, question: &Question) -> Result<Answer, Unknown> {
        let server = self.server();
        let attempt = match self.client.ask(&server, question, Pace::Zone).await {
            Ok(answer) if answer.content.is_no_error() || answer.content.is_name_error() => {
                return Ok(answer);
            }
            Ok(answer) => {
                let what = format!("answers {}", answer.content.rcode_name());
                Attempt::unusable(server, what)
            }
            Err(failure) => Attempt::failed(server, &failure),
        };
        Err(failure::unknown(question, &Name::root(), &[attempt]))
    }

    pub(super) fn cut_of<'a>(
        &'a self,
        name: &'a Name,
    ) -> BoxFuture<'a, Result<Arc<ZoneCut>, Unknown>> {
        async move {
            if name.is_root() {
                return Ok(self.root.clone());
            }
            self.cuts.get_or_make(name, self.find_cut(name)).await
        }
        .boxed()
    }

    async fn find_cut(&self, name: &Name) -> Result<Arc<ZoneCut>, Unknown> {
        let above = name::parent(name).unwrap_or_else(Name::root);
        let question = Question::new(name.clone(), Rtype::SOA);
        let answer = self.ask(&question).await?;
        let is_zone = answer.content.answers(name, Rtype::SOA).next().is_some();
        let parent = self.cut_of(&above).await?;
        Ok(match is_zone {
            true => Arc::new(ZoneCut {
                name: name.clone(),
                parent: Some(parent),
                hosts: Vec::new(),
            }),
            false => parent,
        })
    }

    /// Drops what is known of a name; it is asked for again where it is needed again.
    pub(super) fn forget(&self, name: &Name) {
        self.cuts.forget(name);
    }

    pub(super) async fn step(&self, name: &Name) -> Result<Arc<Step>, Unknown> {
        let above = name::parent(name).unwrap_or_else(Name::root);
        let within = self.cut_of(&above).await?;
        let answer = self.ask(&Question::new(name.clone(), Rtype::NS)).await?;
        let delegation = delegation_of(&answer, name);
        let closest = match &delegation {
            Delegation::To(servers) => Arc::new(ZoneCut {
                name: name.clone(),
                parent: Some(within.clone()),
                hosts: servers.hosts.clone(),
            }),
            Delegation::No | Delegation::NameError => within.clone(),
        };
        Ok(Arc::new(Step {
            within,
            delegation,
            answer,
            closest,
        }))
    }

    pub(super) async fn addresses(&self, host: &Host) -> Result<Vec<IpAddr>, Unknown> {
        let of = |rtype| async move {
            let answer = self.ask(&Question::new(host.name.clone(), rtype)).await?;
            let found = delegation::addresses(&answer.content.answer, &host.name);
            Ok::<Vec<IpAddr>, Unknown>(found.collect())
        };
        let (v4, v6) = join(of(Rtype::A), of(Rtype::AAAA)).await;
        let mut addresses = [v4?, v6?].concat();
        addresses.sort();
        addresses.dedup();
        addresses.truncate(MAX_ADDRESSES);
        Ok(addresses)
    }
}

/// The delegation that a resolver's answer shows: the zone's own NS records.
fn delegation_of(answer: &Answer, name: &Name) -> Delegation {
    if answer.content.is_name_error() {
        return Delegation::NameError;
    }
    let mut hosts = Vec::new();
    let mut ttl = u32::MAX;
    for record in answer.content.answers(name, Rtype::NS) {
        if let ZoneRecordData::Ns(ns) = record.data() {
            ttl = ttl.min(record.ttl().as_secs());
            hosts.push(Host {
                name: name::lower(ns.nsdname()),
                glue: Vec::new(),
            });
        }
    }
    hosts.sort_by_cached_key(|host| name::show(&host.name));
    hosts.dedup();
    match hosts.is_empty() {
        true => Delegation::No,
        false => Delegation::To(Servers {
            by_child: true,
            ttl,
            hosts,
        }),
    }
}
