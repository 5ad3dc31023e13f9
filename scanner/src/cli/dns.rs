//! The options of DNS: whether it is observed, from where, and how fast.

use std::fs::File;
use std::io::Read as _;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use serde::Deserialize;

use super::Fault;
use super::config::Config;
use crate::dns::{Observer, PORT, Settings};

/// No root hints or trust anchors are larger.
const MAX_FILE: u64 = 1 << 20;

/// Whether DNS is observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Mode {
    On,
    Off,
}

/// Whether DNS is observed, as typed.
#[derive(Debug, Args)]
#[command(next_help_heading = "DNS")]
pub(super) struct ModeArgument {
    /// Whether to ask DNS what it sees of each zone; without it, rules that need DNS are not selected [default: on]
    #[arg(long, value_name = "MODE", env = "ZONEWARDEN_DNS")]
    dns: Option<Mode>,
}

/// How DNS is observed.
#[derive(Debug, Args)]
#[command(next_help_heading = "DNS")]
pub(super) struct DnsArguments {
    #[command(flatten)]
    mode: ModeArgument,
    /// The root hints to begin with, as a zone file [default: IANA's]
    #[arg(long, value_name = "FILE", env = "ZONEWARDEN_ROOT_HINTS")]
    root_hints: Option<PathBuf>,
    /// The trust anchors of the root: DS or DNSKEY records, or IANA's XML form [default: IANA's]
    #[arg(long, value_name = "FILE", env = "ZONEWARDEN_TRUST_ANCHOR")]
    trust_anchor: Option<PathBuf>,
    /// Ask through this resolver, an address with or without a port, where no other server can be reached
    #[arg(long, value_name = "ADDRESS", env = "ZONEWARDEN_RESOLVER")]
    resolver: Option<String>,
    /// The port of every authoritative server [default: 53]
    #[arg(long, value_name = "PORT", env = "ZONEWARDEN_DNS_PORT")]
    dns_port: Option<u16>,
    /// Ask all servers of each parent zone, and not two
    #[arg(long, env = "ZONEWARDEN_DNS_THOROUGH")]
    dns_thorough: bool,
    /// The most queries under way at a time [default: 256]
    #[arg(long, value_name = "QUERIES", env = "ZONEWARDEN_DNS_CONCURRENCY")]
    dns_concurrency: Option<usize>,
    /// The most queries a second to one server [default: 50]
    #[arg(long, value_name = "QUERIES", env = "ZONEWARDEN_DNS_RATE")]
    dns_rate: Option<f64>,
    /// The most queries a second to one server of the root or a top-level domain [default: 20]
    #[arg(long, value_name = "QUERIES", env = "ZONEWARDEN_DNS_TLD_RATE")]
    dns_tld_rate: Option<f64>,
}

/// The table `[dns]` of the configuration.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct DnsConfig {
    pub(super) mode: Option<Mode>,
    pub(super) root_hints: Option<PathBuf>,
    pub(super) trust_anchor: Option<PathBuf>,
    pub(super) resolver: Option<String>,
    pub(super) port: Option<u16>,
    pub(super) thorough: Option<bool>,
    pub(super) concurrency: Option<usize>,
    pub(super) rate: Option<f64>,
    pub(super) tld_rate: Option<f64>,
}

impl ModeArgument {
    /// Whether DNS is to be observed.
    pub(super) fn is_on(&self, config: &Config) -> bool {
        self.dns.or(config.dns.mode) != Some(Mode::Off)
    }
}

impl DnsArguments {
    /// Whether DNS is to be observed.
    pub(super) fn is_on(&self, config: &Config) -> bool {
        self.mode.is_on(config)
    }

    /// The observer, by what was typed over what is configured over the defaults; none where DNS
    /// is not to be observed.
    pub(super) fn observer(self, config: &Config) -> Result<Option<Arc<Observer>>, Fault> {
        if !self.is_on(config) {
            return Ok(None);
        }
        let config = &config.dns;
        let file = |typed: Option<PathBuf>, configured: &Option<PathBuf>, what| {
            let path = typed.or_else(|| configured.clone());
            path.map(|path| read(&path, what)).transpose()
        };
        let resolver = self.resolver.or_else(|| config.resolver.clone());
        let default = Settings::default();
        let settings = Settings {
            root_hints: file(self.root_hints, &config.root_hints, "root hints")?,
            trust_anchor: file(self.trust_anchor, &config.trust_anchor, "trust anchor")?,
            resolver: resolver.as_deref().map(address).transpose()?,
            port: self.dns_port.or(config.port).unwrap_or(default.port),
            thorough: self.dns_thorough || config.thorough.unwrap_or(default.thorough),
            concurrency: self
                .dns_concurrency
                .or(config.concurrency)
                .unwrap_or(default.concurrency),
            rate: self.dns_rate.or(config.rate).unwrap_or(default.rate),
            tld_rate: self
                .dns_tld_rate
                .or(config.tld_rate)
                .unwrap_or(default.tld_rate),
            patience: default.patience,
        };
        Ok(Some(Arc::new(Observer::new(&settings)?)))
    }
}

fn address(text: &str) -> Result<SocketAddr, Fault> {
    let bare = || text.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, PORT));
    text.parse().or_else(|_| bare()).map_err(|_| {
        Fault::new(
            format!("{text:?} is not the address of a resolver"),
            "give --resolver 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:5353",
        )
    })
}

fn read(path: &Path, what: &str) -> Result<String, Fault> {
    let unreadable = |problem: &dyn std::fmt::Display| {
        Fault::new(
            format!("cannot read the {what} {}: {problem}", path.display()),
            "check its name and its permissions",
        )
    };
    let mut text = String::new();
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    file.take(MAX_FILE + 1)
        .read_to_string(&mut text)
        .map_err(|error| unreadable(&error))?;
    match text.len() as u64 > MAX_FILE {
        true => Err(unreadable(&"it is over 1 MiB")),
        false => Ok(text),
    }
}
