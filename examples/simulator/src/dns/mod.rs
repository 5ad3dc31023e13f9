//! The DNS that resolvers see: a signed root, top-level domains, and the organisation's public
//! zones, each name server at a loopback address of its own.

mod answer;
mod server;
mod sign;
mod zone;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use self::answer::{Held, Holding, Transport, Zones};
use self::server::Responder;
use crate::organization::{Organization, ROOT, ServerState};
use crate::record;

/// Why a simulator serves no DNS.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DnsUnavailable {
    /// It was not asked to.
    #[error("the simulator was started without DNS; start it with `Options::dns`")]
    Off,
    /// An address of a name server could not be listened on.
    #[error(
        "cannot listen on {address}: {source}; serve DNS where all of 127.0.0.0/8 is loopback, as on Linux or in a container, with two file descriptors for each name server (ulimit -n)"
    )]
    Listen {
        /// The address of the name server.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
}

/// The DNS of a running simulator.
///
/// A resolver that begins at the root hints, asks every server on [`port`](Self::port) and trusts
/// the [`trust_anchor`](Self::trust_anchor) sees the organisation's zones as the world sees those
/// of Route 53.
#[derive(Debug)]
pub struct Dns {
    service: Arc<Service>,
    port: u16,
    root_hints: String,
    trust_anchor: String,
    serving: JoinHandle<()>,
}

impl Dns {
    /// Serves the zones of an organisation until the sender of `stopped` is gone.
    pub(crate) fn start(
        organization: Arc<Organization>,
        port: u16,
        runtime: &Handle,
        stopped: watch::Receiver<()>,
    ) -> Result<Self, DnsUnavailable> {
        let mut servers: BTreeMap<Ipv4Addr, NameServer> = BTreeMap::new();
        for (host, address) in organization.tree.addresses() {
            let server = servers.entry(address).or_default();
            server.names.push(record::to_route53(host));
            server.names.sort_unstable();
        }
        for (place, zone) in organization.tree.zones().iter().enumerate() {
            let preferred = organization.tree.is_delegated(zone);
            for (host, state) in &zone.servers {
                let server = organization
                    .tree
                    .address(host)
                    .and_then(|address| servers.get_mut(&address));
                if let Some(server) = server.filter(|_| *state != ServerState::Lame) {
                    let holding = Holding {
                        zone: place,
                        silent: *state == ServerState::Silent,
                    };
                    server.held.add(zone.apex.clone(), holding, preferred);
                }
            }
        }
        let addresses: Vec<Ipv4Addr> = servers.keys().copied().collect();
        let (port, sockets) =
            server::bind(&addresses, port).map_err(|unbound| DnsUnavailable::Listen {
                address: unbound.address,
                source: unbound.source,
            })?;
        let (root_hints, trust_anchor) = (root_hints(&organization), trust_anchor(&organization));
        let service = Arc::new(Service {
            zones: Zones::new(&organization),
            servers: servers.into_iter().collect(),
            organization,
        });
        let serving = runtime.spawn(server::serve(sockets, Arc::clone(&service), stopped));
        Ok(Self {
            service,
            port,
            root_hints,
            trust_anchor,
            serving,
        })
    }

    /// The port of every name server, over UDP and TCP.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The names and addresses of the root's name servers, in the form of IANA's `named.root`.
    pub fn root_hints(&self) -> &str {
        &self.root_hints
    }

    /// The DS of the root's key-signing key as a line of a zone file.
    pub fn trust_anchor(&self) -> &str {
        &self.trust_anchor
    }

    /// How many queries each name server received until now, by its address, over UDP and TCP
    /// together; with the names that it goes by.
    pub fn queries(&self) -> impl Iterator<Item = (Ipv4Addr, &[String], u64)> {
        self.service.servers.iter().map(|(address, server)| {
            let queries = server.queries.load(Ordering::Relaxed);
            (*address, server.names.as_slice(), queries)
        })
    }

    /// Returns when every socket is closed, which is soon after the sender is gone.
    pub(crate) async fn stopped(self) {
        // That it was aborted with the runtime is as good.
        let _ = self.serving.await;
    }
}

/// A name server, and what it was asked.
#[derive(Debug, Default)]
struct NameServer {
    names: Vec<String>,
    held: Held,
    queries: AtomicU64,
}

/// What answers for every name server.
#[derive(Debug)]
struct Service {
    organization: Arc<Organization>,
    zones: Zones,
    servers: Vec<(Ipv4Addr, NameServer)>,
}

impl Responder for Service {
    fn respond(&self, server: usize, query: &[u8], transport: Transport) -> Option<Vec<u8>> {
        let (_, server) = self.servers.get(server)?;
        server.queries.fetch_add(1, Ordering::Relaxed);
        answer::answer(
            &self.organization,
            &self.zones,
            &server.held,
            query,
            transport,
            Timestamp::now().as_second(),
        )
    }
}

fn root_hints(organization: &Organization) -> String {
    let mut hints = String::new();
    let servers = organization.tree.zone(ROOT).map(|root| &root.servers);
    for (host, _) in servers.into_iter().flatten() {
        let name = record::to_route53(host);
        let _ = writeln!(hints, ".\t3600000\tNS\t{name}");
        if let Some(address) = organization.tree.address(host) {
            let _ = writeln!(hints, "{name}\t3600000\tA\t{address}");
        }
    }
    hints
}

fn trust_anchor(organization: &Organization) -> String {
    let signers = organization.delegation_signers(ROOT);
    let lines = signers.iter().map(|ds| format!(". IN DS {ds}"));
    lines.collect::<Vec<_>>().join("\n")
}
