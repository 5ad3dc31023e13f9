//! The simulator, running inside the test.

use tokio::runtime::Runtime;
use zonewarden_simulator::{Options, Organization, Simulator, Statistics};

use super::program::Cloud;

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

    /// What it was asked until now.
    pub(crate) fn statistics(&self) -> Statistics {
        self.simulator.statistics()
    }
}
