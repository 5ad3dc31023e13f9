//! Walking down from the root: which servers a zone is delegated to, and where they are.
//!
//! Every name on the way is asked for once and shared. Whoever looks up the address of a name
//! server on the way never waits for somebody else's lookup, so that zones whose servers lie in
//! each other cannot make lookups wait for each other for ever.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use domain::base::Rtype;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, join, join_all};

use super::cells::Cells;
use super::client::Client;
use super::delegation::{self, Delegation, MAX_ADDRESSES, MAX_HOSTS};
use super::failure::{self, Attempt};
use super::hints::Host;
use super::message::{Answer, Question};
use super::name::{self, Name};
use super::zone_cut::{Step, ZoneCut};
use crate::inventory::{Reason, Server, Unknown};

/// How many servers of a zone are tried before it is given up.
const MAX_TRIES: usize = 6;

/// How many lookups of name servers one lookup may lead to.
const MAX_LOOKUPS: u32 = 48;

/// How deep lookups of name servers may lie within each other.
const MAX_DEPTH: usize = 6;

/// The tree of zones, as far as it was walked.
#[derive(Debug)]
pub(super) struct Walker {
    client: Arc<Client>,
    root: Arc<ZoneCut>,
    steps: Cells<Name, Result<Arc<Step>, Unknown>>,
    addresses: Cells<Name, Result<Vec<IpAddr>, Unknown>>,
}

/// The lookups that this one lies within.
#[derive(Debug, Clone)]
struct Lookup {
    within: Vec<Name>,
    left: Arc<AtomicU32>,
}

impl Lookup {
    fn top() -> Self {
        Self {
            within: Vec::new(),
            left: Arc::new(AtomicU32::new(MAX_LOOKUPS)),
        }
    }

    fn is_nested(&self) -> bool {
        !self.within.is_empty()
    }

    fn of(&self, host: &Name) -> Result<Self, Unknown> {
        let refused = |why: &str| {
            let host = name::show(host);
            Err(Unknown::because(
                Reason::NotDetermined,
                format!("the address of {host} was not looked up: {why}"),
            ))
        };
        if self.within.contains(host) {
            return refused("it depends on itself");
        }
        if self.within.len() >= MAX_DEPTH {
            return refused("too many name servers lie in zones of other name servers");
        }
        let take = |left: u32| left.checked_sub(1);
        if self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
            .is_err()
        {
            return refused("too many name servers have no address with them");
        }
        let mut within = self.within.clone();
        within.push(host.clone());
        Ok(Self {
            within,
            left: self.left.clone(),
        })
    }
}

impl Walker {
    pub(super) fn new(client: Arc<Client>, root_hosts: Vec<Host>) -> Self {
        Self {
            client,
            root: Arc::new(ZoneCut {
                name: Name::root(),
                parent: None,
                hosts: root_hosts,
            }),
            steps: Cells::default(),
            addresses: Cells::default(),
        }
    }

    /// The closest zone at or above a name.
    pub(super) async fn cut_of(&self, name: &Name) -> Result<Arc<ZoneCut>, Unknown> {
        self.cut_at(name, &Lookup::top()).await
    }

    /// What the closest zone above a name says of it; the name must not be the root.
    pub(super) async fn step(&self, name: &Name) -> Result<Arc<Step>, Unknown> {
        self.step_at(name, &Lookup::top()).await
    }

    /// Drops the step to a name; it is taken again where it is needed again.
    pub(super) fn forget(&self, name: &Name) {
        self.steps.forget(name);
    }

    /// The addresses of a name server: those that came with its name, or else those looked up.
    pub(super) async fn addresses(&self, host: &Host) -> Result<Vec<IpAddr>, Unknown> {
        self.addresses_at(host, &Lookup::top()).await
    }

    /// The servers of a zone that can be asked, in the order in which to ask them for a name:
    /// each name begins with another, and those that never answer come last.
    ///
    /// Names of servers whose addresses did not come along are looked up only where there would
    /// be fewer than `enough` servers without them.
    pub(super) async fn servers(&self, cut: &ZoneCut, name: &Name, enough: usize) -> Vec<Server> {
        self.servers_at(cut, name, enough, &Lookup::top()).await
    }

    /// Asks the servers of a zone one after the other, until one gives an answer that `accept`
    /// takes; `accept` says what is wrong with others.
    pub(super) async fn ask<T>(
        &self,
        cut: &ZoneCut,
        question: &Question,
        accept: impl Fn(&Answer) -> Result<T, String> + Send,
    ) -> Result<(Answer, T), Unknown> {
        self.ask_at(cut, question, &Lookup::top(), accept).await
    }

    fn cut_at<'a>(
        &'a self,
        name: &'a Name,
        lookup: &'a Lookup,
    ) -> BoxFuture<'a, Result<Arc<ZoneCut>, Unknown>> {
        async move {
            match name.is_root() {
                true => Ok(self.root.clone()),
                false => Ok(self.step_at(name, lookup).await?.closest.clone()),
            }
        }
        .boxed()
    }

    async fn step_at(&self, name: &Name, lookup: &Lookup) -> Result<Arc<Step>, Unknown> {
        if !lookup.is_nested() {
            let step = self.take_step(name, lookup);
            return self.steps.get_or_make(name, step).await;
        }
        if let Some(step) = self.steps.get(name) {
            return step;
        }
        let step = self.take_step(name, lookup).await;
        if step.is_ok() {
            self.steps.keep(name, step.clone());
        }
        step
    }

    async fn take_step(&self, name: &Name, lookup: &Lookup) -> Result<Arc<Step>, Unknown> {
        let above = name::parent(name).unwrap_or_else(Name::root);
        let within = self.cut_at(&above, lookup).await?;
        let question = Question::new(name.clone(), Rtype::NS);
        let (answer, delegation) = self
            .ask_at(&within, &question, lookup, |answer| {
                delegation::read(&answer.content, &within.name, name)
            })
            .await?;
        let closest = match &delegation {
            Delegation::To(servers) => Arc::new(ZoneCut {
                name: name.clone(),
                parent: Some(within.clone()),
                hosts: servers.hosts.clone(),
            }),
            // A server may deny a name that has names below it (RFC 8020 section 1): the walk
            // goes on in the same zone.
            Delegation::No | Delegation::NameError => within.clone(),
        };
        Ok(Arc::new(Step {
            within,
            delegation,
            answer,
            closest,
        }))
    }

    async fn ask_at<T>(
        &self,
        cut: &ZoneCut,
        question: &Question,
        lookup: &Lookup,
        accept: impl Fn(&Answer) -> Result<T, String> + Send,
    ) -> Result<(Answer, T), Unknown> {
        let servers = self.servers_at(cut, &question.name, 2, lookup).await;
        let mut attempts = Vec::new();
        for server in servers.into_iter().take(MAX_TRIES) {
            match self.client.ask(&server, question, cut.pace()).await {
                Ok(answer) => match accept(&answer) {
                    Ok(accepted) => return Ok((answer, accepted)),
                    Err(why) => attempts.push(Attempt::unusable(server, why)),
                },
                Err(failure) => attempts.push(Attempt::failed(server, &failure)),
            }
        }
        Err(failure::unknown(question, &cut.name, &attempts))
    }

    fn servers_at<'a>(
        &'a self,
        cut: &'a ZoneCut,
        name: &'a Name,
        enough: usize,
        lookup: &'a Lookup,
    ) -> BoxFuture<'a, Vec<Server>> {
        async move {
            let hosts = cut.hosts.iter().take(MAX_HOSTS);
            let (glued, bare): (Vec<&Host>, Vec<&Host>) =
                hosts.partition(|host| !host.glue.is_empty());
            let mut servers = BTreeSet::new();
            let mut add = |host: &Host, addresses: &[IpAddr]| {
                let reachable = addresses.iter().filter(|&&ip| self.client.reaches(ip));
                servers.extend(reachable.map(|&address| Server {
                    name: name::show(&host.name),
                    address,
                }));
                servers.len()
            };
            let mut count = 0;
            for host in glued {
                count = add(host, &host.glue);
            }
            if count < enough {
                let found = join_all(bare.iter().map(|host| self.addresses_at(host, lookup))).await;
                for (host, addresses) in bare.iter().zip(found) {
                    add(host, &addresses.unwrap_or_default());
                }
            }
            let mut servers: Vec<Server> = servers.into_iter().collect();
            servers.sort_by_cached_key(|server| {
                let mut hasher = DefaultHasher::new();
                (name, server).hash(&mut hasher);
                (self.client.is_dead(server.address), hasher.finish())
            });
            servers
        }
        .boxed()
    }

    async fn addresses_at(&self, host: &Host, lookup: &Lookup) -> Result<Vec<IpAddr>, Unknown> {
        if !host.glue.is_empty() {
            return Ok(host.glue.clone());
        }
        if !lookup.is_nested() {
            let addresses = self.look_up(&host.name, lookup);
            return self.addresses.get_or_make(&host.name, addresses).await;
        }
        if let Some(addresses) = self.addresses.get(&host.name) {
            return addresses;
        }
        let addresses = self.look_up(&host.name, lookup).await;
        if addresses.is_ok() {
            self.addresses.keep(&host.name, addresses.clone());
        }
        addresses
    }

    fn look_up<'a>(
        &'a self,
        host: &'a Name,
        lookup: &'a Lookup,
    ) -> BoxFuture<'a, Result<Vec<IpAddr>, Unknown>> {
        async move {
            let lookup = lookup.of(host)?;
            let above = name::parent(host).unwrap_or_else(Name::root);
            let cut = self.cut_at(&above, &lookup).await?;
            let (v4, v6) = join(
                self.addresses_of_type(&cut, host, Rtype::A, &lookup),
                self.addresses_of_type(&cut, host, Rtype::AAAA, &lookup),
            )
            .await;
            let mut addresses = match (v4, v6) {
                (Ok(v4), Ok(v6)) => [v4, v6].concat(),
                // One family is enough to ask the server.
                (Ok(some), Err(why)) | (Err(why), Ok(some)) if some.is_empty() => return Err(why),
                (Ok(some), Err(_)) | (Err(_), Ok(some)) => some,
                (Err(why), Err(_)) => return Err(why),
            };
            addresses.sort();
            addresses.dedup();
            addresses.truncate(MAX_ADDRESSES);
            Ok(addresses)
        }
        .boxed()
    }

    async fn addresses_of_type(
        &self,
        cut: &ZoneCut,
        host: &Name,
        rtype: Rtype,
        lookup: &Lookup,
    ) -> Result<Vec<IpAddr>, Unknown> {
        let question = Question::new(host.clone(), rtype);
        let read = |answer: &Answer| {
            let content = &answer.content;
            match content.authoritative && (content.is_no_error() || content.is_name_error()) {
                true => Ok(Some(
                    delegation::addresses(&content.answer, host).collect::<Vec<_>>(),
                )),
                // The name is a zone itself, such as a zone that is its own name server.
                false if content.authorities(host, Rtype::NS).next().is_some() => Ok(None),
                false => Err(format!("answers {}", failure::without_authority(content))),
            }
        };
        if let (_, Some(addresses)) = self.ask_at(cut, &question, lookup, read).await? {
            return Ok(addresses);
        }
        let own = self.cut_at(host, lookup).await?;
        let (_, addresses) = self.ask_at(&own, &question, lookup, read).await?;
        Ok(addresses.unwrap_or_default())
    }
}
