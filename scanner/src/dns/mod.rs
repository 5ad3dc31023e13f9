//! From DNS to the inventory: for each zone its delegation, its servers and its chain of trust.
//!
//! Names are walked down from the root hints; every answer is validated here, from the trust
//! anchors of the root, and nobody else's word for it is taken. What many zones share (the root,
//! the top-level domains, name servers) is asked and judged once.
//!
//! Everything that comes from a server is bounded: the time of an exchange, the size and number
//! of records, the servers that are followed, and the signatures that are verified.

mod anchor;
mod budget;
mod cells;
mod child;
mod client;
mod delegation;
mod failure;
mod hints;
mod message;
mod name;
mod observe;
mod parent;
mod probe;
mod resolver;
mod signature;
mod source;
mod transport;
mod trust;
mod validate;
mod walk;
mod zone_cut;

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr, UdpSocket};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use jiff::Timestamp;
use thiserror::Error;

use crate::inventory::{DnsObservation, DnsRun, Reason, Unknown};
use client::{Asking, Client};
use source::Source;
use trust::Trust;
use validate::Validator;

/// The port of DNS (RFC 1035 section 4.2).
pub const PORT: u16 = 53;

/// How DNS is observed.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The root hints in the form of a zone file; IANA's where none.
    pub root_hints: Option<String>,
    /// The trust anchors of the root, as DS or DNSKEY records or in IANA's XML form; IANA's where
    /// none.
    pub trust_anchor: Option<String>,
    /// The resolver to ask, for networks that let no one but a resolver out; the authoritative
    /// servers where none.
    pub resolver: Option<SocketAddr>,
    /// The port of every authoritative server; [`PORT`] outside tests.
    pub port: u16,
    /// Whether all servers of the parent are asked, and not two.
    pub thorough: bool,
    /// The most queries under way.
    pub concurrency: usize,
    /// The most queries a second to one server.
    pub rate: f64,
    /// The most queries a second to one server of the root or a top-level domain.
    pub tld_rate: f64,
    /// How long to wait for an answer over UDP: once for each attempt.
    pub patience: Vec<Duration>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            root_hints: None,
            trust_anchor: None,
            resolver: None,
            port: PORT,
            thorough: false,
            concurrency: 256,
            rate: 50.0,
            tld_rate: 20.0,
            patience: [800, 1200, 2000].map(Duration::from_millis).to_vec(),
        }
    }
}

/// Why DNS cannot be observed at all.
#[derive(Debug, Error)]
pub enum DnsError {
    /// The root hints are of no use.
    #[error("the root hints cannot be used: {0}; give a file such as IANA's named.root")]
    RootHints(String),
    /// The trust anchors are of no use.
    #[error(
        "the trust anchor cannot be used: {0}; give DS or DNSKEY records of the root, or IANA's root-anchors.xml"
    )]
    TrustAnchor(String),
    /// A rate or a bound is of no use.
    #[error("the {what} {value} is not over 0; give a number over 0")]
    NotPositive {
        /// Which setting it is.
        what: &'static str,
        /// Its value.
        value: f64,
    },
}

/// A zone to observe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The name of the zone as Route 53 has it, with octal escapes.
    pub name: String,
    /// The names of the servers in the delegation sets of the hosted zones of that name.
    pub expected: Vec<String>,
}

/// Observes zones; what it learnt of one serves the others.
#[derive(Debug)]
pub struct Observer {
    source: Arc<Source>,
    trust: Trust,
    client: Arc<Client>,
    run: DnsRun,
    thorough: bool,
}

impl Observer {
    /// Prepares to observe; nothing is asked yet.
    ///
    /// # Errors
    /// Where the root hints, the trust anchors or the bounds of `settings` are of no use.
    pub fn new(settings: &Settings) -> Result<Self, DnsError> {
        let positive = [
            ("rate", settings.rate),
            ("rate for top-level domains", settings.tld_rate),
            ("number of queries under way", settings.concurrency as f64),
        ];
        if let Some(&(what, value)) = positive
            .iter()
            .find(|(_, value)| value.is_nan() || *value <= 0.0)
        {
            return Err(DnsError::NotPositive { what, value });
        }
        let hosts = match &settings.root_hints {
            Some(text) => hints::parse(text)?,
            None => hints::built_in()?,
        };
        let anchors = match &settings.trust_anchor {
            Some(text) => anchor::parse(text, Timestamp::now())?,
            None => anchor::built_in(),
        };
        let ipv6 = settings
            .resolver
            .map_or_else(has_ipv6, |resolver| resolver.is_ipv6());
        let client = Arc::new(Client::new(Asking {
            port: settings.resolver.map_or(settings.port, |it| it.port()),
            patience: settings.patience.clone(),
            concurrency: settings.concurrency,
            rate: settings.rate,
            tld_rate: settings.tld_rate,
            ipv6,
            recursive: settings.resolver.is_some(),
        }));
        let source = Arc::new(match settings.resolver {
            Some(address) => Source::resolver(client.clone(), address),
            None => Source::walk(client.clone(), hosts),
        });
        let validator = Validator::new(&anchors, source.clone())?;
        Ok(Self {
            run: DnsRun {
                via: source.via(),
                ipv6,
                trust_anchors: anchors,
            },
            trust: Trust::new(source.clone(), validator),
            source,
            client,
            thorough: settings.thorough,
        })
    }

    /// How DNS is asked.
    pub fn run(&self) -> &DnsRun {
        &self.run
    }

    /// Observes one zone. Whatever a server does ends in facts that are unknown or in a verdict.
    pub async fn observe(&self, target: &Target) -> DnsObservation {
        let Some(zone) = name::from_route53(&target.name).filter(|name| !name.is_root()) else {
            let why = Unknown::because(Reason::Malformed, "the name of the zone is no domain name");
            return observe::unknown(&self.source, key(&target.name), why);
        };
        let expected: Vec<name::Name> = target
            .expected
            .iter()
            .filter_map(|name| name::from_route53(name))
            .collect();
        let observed = AssertUnwindSafe(observe::observe(
            &self.source,
            &self.trust,
            &zone,
            &expected,
            self.thorough,
        ))
        .catch_unwind();
        let observed = observed.await;
        // Thousands of zones are observed one after the other, and few lie below each other.
        self.source.forget(&zone);
        self.trust.forget(&zone);
        match observed {
            Ok(observation) => DnsObservation {
                name: key(&target.name),
                ..observation
            },
            Err(_) => {
                let why = Unknown::because(Reason::ServiceError, "zonewarden failed on the zone");
                observe::unknown(&self.source, key(&target.name), why)
            }
        }
    }

    /// The queries sent to each address so far.
    pub fn traffic(&self) -> HashMap<IpAddr, u64> {
        self.client.traffic()
    }
}

/// The name by which a zone is observed: in lower case and with its final dot.
pub fn key(name: &str) -> String {
    let mut key = name.to_ascii_lowercase();
    if !key.ends_with('.') {
        key.push('.');
    }
    key
}

/// Whether this host has a way to the IPv6 internet.
///
/// Connecting a UDP socket sends nothing; it fails where there is no route.
fn has_ipv6() -> bool {
    // a.root-servers.net.
    let outside = Ipv6Addr::new(0x2001, 0x503, 0xba3e, 0, 0, 0, 2, 0x30);
    UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0))
        .and_then(|socket| socket.connect((outside, PORT)))
        .is_ok()
}
