//! A DNS tree on loopback, which BIND signed and serves (`tests/peers/dns/tree.py`).

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::Deserialize;
use zonewarden::dns::{Settings, Target};

use super::peers::Peers;

/// The exit code by which a script says that a program is missing, as `tools.py` has it.
const MISSING: i32 = 77;

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
    /// What AWS is to hold; none for what is no hosted zone.
    #[serde(default)]
    pub(crate) aws: Option<HeldZone>,
    /// The rules that fail then, and name a cause.
    #[serde(default)]
    pub(crate) findings: BTreeSet<String>,
    /// The rules that fail and are explained by another.
    #[serde(default)]
    pub(crate) symptoms: BTreeSet<String>,
    /// More of those, where the verdict is one of `also`.
    #[serde(default)]
    pub(crate) also_symptoms: BTreeSet<String>,
    /// The rules of which nothing can be said.
    #[serde(default)]
    pub(crate) unknown: BTreeSet<String>,
}

impl Tree {
    /// The closest zone above a zone that is delegated; the root has none.
    pub(crate) fn parent(&self, zone: &TreeZone) -> Option<&TreeZone> {
        let above = |name: &str| match name {
            "." => zone.name != ".",
            name => zone.name.ends_with(&format!(".{name}")),
        };
        let delegated = self.zones.iter().filter(|zone| !zone.parent_ns.is_empty());
        delegated
            .filter(|other| above(&other.name))
            .max_by_key(|other| other.name.len())
    }
}

impl TreeZone {
    /// The zone as what is to be observed.
    pub(crate) fn target(&self) -> Target {
        Target {
            name: self.name.clone(),
            expected: self.expected_delegation_set.clone(),
        }
    }
}

/// What AWS is to hold of a zone.
#[derive(Debug, Deserialize)]
pub(crate) struct HeldZone {
    pub(crate) delegation_set: Vec<String>,
    pub(crate) serve_signature: String,
    pub(crate) ksks: Vec<HeldKsk>,
}

/// What AWS is to hold of a KSK and of the KMS key behind it.
#[derive(Debug, Deserialize)]
pub(crate) struct HeldKsk {
    pub(crate) name: String,
    pub(crate) status: String,
    pub(crate) created_date: Timestamp,
    pub(crate) key_tag: i64,
    pub(crate) digest_value: String,
    pub(crate) ds_record: String,
    pub(crate) dnskey_record: String,
    pub(crate) public_key: String,
    /// The public key as KMS gives it: a SubjectPublicKeyInfo in base64.
    pub(crate) spki: String,
}

impl DnsTree {
    /// Builds and serves a tree with a script of the peer; none where one of the programs that it
    /// is made of is not installed. In CI they must be.
    pub(crate) fn launch(peers: &Peers, script: &str, arguments: &[&str]) -> Option<Self> {
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
        if line.is_empty() {
            // The script has said on standard error what stands in its way.
            let code = server.wait().unwrap().code();
            assert_eq!(code, Some(MISSING), "{script} has failed");
            assert!(env::var_os("CI").is_none(), "{script} cannot run here");
            #[allow(clippy::print_stderr)]
            {
                eprintln!("skipped: {script} cannot run here");
            }
            return None;
        }
        let tree = serde_json::from_str(&line).unwrap();
        Some(Self {
            server,
            tree,
            _folder: folder,
        })
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
