//! The simulator, running inside the test.

use std::ffi::OsStr;

use tokio::runtime::Runtime;
use zonewarden::dns::Settings;
use zonewarden_simulator::{DnsUnavailable, Options, Organization, Simulator, Statistics};

use super::program::{Cloud, Zonewarden};

/// A simulated organisation, with a runtime of its own as a server elsewhere would have.
#[derive(Debug)]
pub(crate) struct Simulated {
    // Dropped in this order: the simulator stops before its runtime does.
    simulator: Simulator,
    _runtime: Runtime,
}

impl Simulated {
    pub(crate) fn start(organization: Organization, options: Options) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let simulator = {
            let _entered = runtime.enter();
            Simulator::start(organization, options).unwrap()
        };
        Self {
            simulator,
            _runtime: runtime,
        }
    }

    /// Where it listens, with the credentials of the management account.
    pub(crate) fn cloud(&self) -> Cloud {
        Cloud {
            endpoint: self.simulator.endpoint(),
            access_key: self.simulator.access_key().to_owned(),
            secret_key: self.simulator.secret_key().to_owned(),
        }
    }

    /// The program with these arguments, which asks this AWS, and its DNS too where it serves one.
    pub(crate) fn asked_by(
        &self,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> Zonewarden {
        let program = Zonewarden::new(arguments).against(&self.cloud());
        match self.simulator.dns() {
            Err(DnsUnavailable::Off) => program,
            Err(why) => panic!("{why}"),
            Ok(dns) => program
                .with_file("named.root", dns.root_hints())
                .with_file("anchor", dns.trust_anchor())
                .env("ZONEWARDEN_DNS", "on")
                .env("ZONEWARDEN_ROOT_HINTS", "named.root")
                .env("ZONEWARDEN_TRUST_ANCHOR", "anchor")
                .env("ZONEWARDEN_DNS_PORT", dns.port().to_string())
                // Loopback has no limits to keep.
                .env("ZONEWARDEN_DNS_RATE", "100000")
                .env("ZONEWARDEN_DNS_TLD_RATE", "100000"),
        }
    }

    /// How its DNS is observed: from its own root, as fast as loopback goes.
    pub(crate) fn dns_settings(&self) -> Settings {
        let dns = self.simulator.dns().unwrap();
        Settings {
            root_hints: Some(dns.root_hints().to_owned()),
            trust_anchor: Some(dns.trust_anchor().to_owned()),
            port: dns.port(),
            rate: 100_000.0,
            tld_rate: 100_000.0,
            ..Settings::default()
        }
    }

    /// What it was asked until now.
    pub(crate) fn statistics(&self) -> Statistics {
        self.simulator.statistics()
    }
}

/// The accounts of [`HEALTHY`] that hold zones: one for faults to strike, one to be spared.
pub(crate) const STRUCK: &str = "222233334444";
pub(crate) const SPARED: &str = "333344445555";

/// An organisation with nothing to find: in each of two accounts a signed, watched and logged zone.
pub(crate) const HEALTHY: &str = r#"
seed = "healthy"

[[account]]
id = "111122223333"
name = "management"

[[account]]
id = "222233334444"
name = "struck"

  [[account.zone]]
  id = "ZSTRUCK00000000000001"
  name = "struck.example"
  query_log = "/aws/route53/struck.example"
  ksk = [{ key = "ksk", created = "-30d" }]

  [[account.key]]
  name = "ksk"
  policy = "guarded"

  [[account.topic]]
  name = "oncall"

  [[account.watch]]
  zones = ["struck.example"]
  actions = ["oncall"]

[[account]]
id = "333344445555"
name = "spared"

  [[account.zone]]
  id = "ZSPARED00000000000001"
  name = "spared.example"
  query_log = "/aws/route53/spared.example"
  ksk = [{ key = "ksk", created = "-30d" }]

  [[account.key]]
  name = "ksk"
  policy = "guarded"

  [[account.topic]]
  name = "oncall"

  [[account.watch]]
  zones = ["spared.example"]
  actions = ["oncall"]
"#;

/// An account whose one zone is not signed, to be added to [`HEALTHY`].
pub(crate) const UNSIGNED: &str = r#"
[[account]]
id = "444455556666"
name = "unsigned"

  [[account.zone]]
  id = "ZUNSIGNED000000000001"
  name = "unsigned.example"
"#;

/// A zone below that of [`STRUCK`], held by another account, to be added to [`HEALTHY`] at its end.
pub(crate) const CHILD: &str = r#"
  [[account.zone]]
  id = "ZCHILD000000000000001"
  name = "child.struck.example"
"#;
