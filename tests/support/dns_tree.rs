//! A DNS tree on loopback, which BIND signed and serves (`tests/peers/dns/tree.py`).

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde::Deserialize;
use zonewarden::dns::Settings;

use super::peers::Peers;

/// The tree, served as long as this lives.
#[derive(Debug)]
pub(crate) struct DnsTree {
    server: Child,
    /// What the tree is.
    pub(crate) tree: Tree,
    _folder: tempfile::TempDir,
}

/// What the tree says of itself.
#[derive(Debug, Deserialize)]
pub(crate) struct Tree {
    root_hints: String,
    trust_anchor: String,
    port: u16,
    /// Whether it serves over IPv6 as well.
    pub(crate) ipv6: bool,
    /// The zones, the root first.
    pub(crate) zones: Vec<TreeZone>,
    /// Verdicts of delv and Unbound that are neither expected nor explained.
    #[serde(default)]
    pub(crate) disagreements: Vec<String>,
}

/// A zone of the tree.
#[derive(Debug, Deserialize)]
pub(crate) struct TreeZone {
    /// The name, with its final dot.
    pub(crate) name: String,
    /// The verdict.
    pub(crate) expected: String,
    /// The verdict of each question.
    #[serde(default)]
    pub(crate) answers: BTreeMap<String, String>,
    /// Verdicts that are right as well, where servers disagree.
    #[serde(default)]
    pub(crate) also: Vec<String>,
    /// The delegation set that AWS would give.
    #[serde(default)]
    pub(crate) expected_delegation_set: Vec<String>,
    /// The names of the servers at the parent.
    #[serde(default)]
    pub(crate) parent_ns: Vec<String>,
    /// The DS records at the parent.
    #[serde(default)]
    pub(crate) parent_ds: Vec<String>,
}

impl DnsTree {
    /// Builds the tree, asks delv and Unbound of it, and serves it.
    pub(crate) fn start(peers: &Peers) -> Self {
        Self::launch(peers, "tree.py", &[])
    }

    /// Builds and serves a tree with a script of the peer.
    pub(crate) fn launch(peers: &Peers, script: &str, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut server = peers
            .python("dns")
            .arg(script)
            .arg(folder.path().join("tree"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(server.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let tree = serde_json::from_str(&line).unwrap();
        Self {
            server,
            tree,
            _folder: folder,
        }
    }

    /// How the tree is observed: from its own root, as fast as loopback goes.
    pub(crate) fn settings(&self) -> Settings {
        let read = |path: &str| Some(std::fs::read_to_string(path).unwrap());
        Settings {
            root_hints: read(&self.tree.root_hints),
            trust_anchor: read(&self.tree.trust_anchor),
            port: self.tree.port,
            rate: 100_000.0,
            tld_rate: 100_000.0,
            ..Settings::default()
        }
    }

    /// How it is observed through a resolver.
    pub(crate) fn settings_through(&self, resolver: SocketAddr) -> Settings {
        Settings {
            resolver: Some(resolver),
            ..self.settings()
        }
    }
}

impl Drop for DnsTree {
    /// The servers stop when the script's standard input closes; one that does not is killed.
    fn drop(&mut self) {
        drop(self.server.stdin.take());
        let patience = Instant::now() + Duration::from_secs(10);
        while matches!(self.server.try_wait(), Ok(None)) && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
