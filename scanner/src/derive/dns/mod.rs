//! What DNS says of a hosted zone, held against what Route 53 says of it.
//!
//! Facts stay unknown where the answers do not decide them: a server that timed out may hold what
//! the others do not.

mod algorithm;
mod delegation;
mod digest;
mod ds;
mod keys;
mod ksk;
mod name_servers;
mod names;
mod served;
mod servers;
mod signatures;
mod three_valued;
mod trust;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::inventory::{DnsObservation, Fact, Set, Zone};

pub use delegation::{Delegation, leads_to};
pub use ds::{DsAtParent, DsFacts, DsField, KeyMatch, KskOfDs, NearestKey, ksk_of_ds};
pub use keys::ServedKey;
pub use ksk::{KskDns, ksk_dns};
pub use name_servers::NameServers;
pub use names::ancestors;
pub use servers::{Reached, ServerFacts};
pub use signatures::SignatureFacts;
pub use trust::{BrokenAbove, ChainFacts, DenialFacts, SampleFacts, Seen, ValidationFacts};

pub(super) use ds::{DsSide, is_supported as is_supported_ds, match_all};
pub(super) use names::server_name;
pub(super) use served::Served;

/// What DNS says of the name of a hosted zone, compared with that zone.
///
/// Where the delegation leads elsewhere, it is said of whatever zone is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ZoneDns {
    /// The delegation at the parent.
    pub delegation: Fact<Delegation>,
    /// The name servers that the parent names, that the zone names, and of the delegation set.
    pub name_servers: NameServers,
    /// What each address of the name servers that the parent names answers.
    pub servers: Set<ServerFacts>,
    /// The DS records at the parent.
    pub ds: Fact<DsAtParent>,
    /// Whether no server that answers serves DNSKEY records.
    pub unsigned: Fact<bool>,
    /// The DNSKEY records that are served, each once.
    pub dnskeys: Set<ServedKey>,
    /// For each of SOA and DNSKEY that is served with signatures, how long they still last.
    pub signatures: Set<SignatureFacts>,
    /// The chain of trust.
    pub chain: Fact<ChainFacts>,
    /// When it was observed.
    pub observed_at: Timestamp,
}

/// What an observation says of a zone of its name. `reached` is what answered anywhere in the run.
pub fn zone_dns(observation: &DnsObservation, zone: &Zone, reached: &Reached) -> ZoneDns {
    let served = Served::of(observation);
    ZoneDns {
        delegation: delegation::of(observation, zone),
        name_servers: name_servers::of(observation, zone, &served),
        servers: servers::of(observation, reached),
        ds: ds::at_parent(observation, zone, &served),
        unsigned: served.is_unsigned(),
        dnskeys: keys::of(observation, zone, &served),
        signatures: signatures::of(observation, &served),
        chain: trust::of(observation),
        observed_at: observation.observed_at,
    }
}
