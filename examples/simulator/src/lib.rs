//! An AWS organisation on loopback.
//!
//! It answers the calls of an AWS SDK to the services that a scan asks, from Organizations to EC2, in
//! the protocols of those services, as AWS does: with genuine DNSSEC keys, pages, limits, refusals
//! and, where asked for, faults. It holds what an [`Organization`] says and changes nothing.
//!
//! With [`Options::dns`] it serves the organisation's public zones in DNS as well, below a signed
//! root and top-level domains of its own, with those very keys: see [`Dns`].
//!
//! ```no_run
//! # async fn example() -> Result<(), zonewarden_simulator::Error> {
//! use zonewarden_simulator::{Options, Organization, Simulator};
//!
//! let simulator = Simulator::start(Organization::demo()?, Options::default())?;
//! println!("AWS_ENDPOINT_URL={}", simulator.endpoint());
//! simulator.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! It is no security boundary: signatures are not verified, and whoever reaches the port may ask.

mod auth;
mod dns;
mod dnssec;
mod error;
mod faults;
mod limits;
mod organization;
mod protocol;
mod record;
mod server;
mod service;
mod statistics;

pub use auth::Credentials;
pub use dns::{Dns, DnsUnavailable};
pub use error::Error;
pub use faults::{Fault, FaultKind};
pub use limits::{Limit, Limits};
pub use organization::{HOME_REGION, Organization, Seed};
pub use server::{Options, Simulator};
pub use statistics::{Count, Statistics};
