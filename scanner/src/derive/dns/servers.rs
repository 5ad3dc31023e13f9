//! How each server of a zone answers, and whether it is at fault.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use crate::inventory::{
    AddressFamily, DnsObservation, Fact, Reason, ServerAnswer, ServerOutcome, Set, Transport,
    Unknown,
};

/// The families and transports over which some server answered in a run. Where none did, silence
/// may be the fault of the host that asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reached(BTreeSet<(AddressFamily, Transport)>);

impl Reached {
    /// Notes that a server answered, whatever it said.
    pub fn add(&mut self, family: AddressFamily, transport: Option<Transport>, how: ServerOutcome) {
        let answered = matches!(
            how,
            ServerOutcome::Authoritative
                | ServerOutcome::NotAuthoritative
                | ServerOutcome::Refused
                | ServerOutcome::OtherRcode
        );
        if let (true, Some(transport)) = (answered, transport) {
            self.0.insert((family, transport));
        }
    }
}

/// One address of a name server that the parent names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ServerFacts {
    /// The name of the server.
    pub name: String,
    /// The address.
    pub address: String,
    /// Whether the address is of IPv4 or IPv6.
    pub family: AddressFamily,
    /// The transport of the last exchange; null where it was not asked.
    pub transport: Option<Transport>,
    /// How it answered for SOA.
    pub outcome: ServerOutcome,
    /// The response code of that answer; null where there was none.
    pub rcode: Option<String>,
    /// What a person needs to know beyond the outcome.
    pub detail: Option<String>,
    /// Whether the server is lame or dead. Silence tells only where another server answered over
    /// the same family and transport; a server that was not asked is not at fault.
    pub faulty: Fact<bool>,
    /// Whether it serves DNSKEY records; null where it does not answer with authority.
    pub dnskey: Fact<Option<bool>>,
    /// Whether it serves signatures over DNSKEY records; null where it does not answer with
    /// authority.
    pub rrsig: Fact<Option<bool>>,
}

/// Every server of the zone.
pub(super) fn of(observation: &DnsObservation, reached: &Reached) -> Set<ServerFacts> {
    observation
        .servers
        .clone()
        .map(|answer| facts(&answer, reached))
}

fn facts(answer: &ServerAnswer, reached: &Reached) -> ServerFacts {
    let answers = answer.outcome == ServerOutcome::Authoritative;
    let of_dnskey = |serves: bool| match (answers, &answer.dnskey) {
        (false, _) => Fact::Known(None),
        (true, Fact::Known(_)) => Fact::Known(Some(serves)),
        (true, Fact::Unknown(mark)) => Fact::Unknown(mark.clone()),
    };
    let signed = (answer.signatures.iter()).any(|signature| signature.type_covered == "DNSKEY");
    ServerFacts {
        name: answer.server.name.clone(),
        address: answer.server.address.to_string(),
        family: answer.family,
        transport: answer.transport,
        outcome: answer.outcome,
        rcode: answer.rcode.clone(),
        detail: answer.detail.clone(),
        faulty: is_faulty(answer, reached),
        dnskey: of_dnskey(answer.dnskey.known().is_some_and(Option::is_some)),
        rrsig: of_dnskey(signed),
    }
}

fn is_faulty(answer: &ServerAnswer, reached: &Reached) -> Fact<bool> {
    match answer.outcome {
        ServerOutcome::Authoritative | ServerOutcome::NotAsked => Fact::Known(false),
        ServerOutcome::NotAuthoritative
        | ServerOutcome::Refused
        | ServerOutcome::OtherRcode
        | ServerOutcome::Malformed => Fact::Known(true),
        ServerOutcome::Timeout | ServerOutcome::Network => {
            let way = answer.transport.map(|transport| (answer.family, transport));
            match way.is_some_and(|way| reached.0.contains(&way)) {
                true => Fact::Known(true),
                false => Fact::unknown(Unknown::because(
                    Reason::NotDetermined,
                    "no other server answered over the same family and transport, so that the \
                     network of this host may be at fault",
                )),
            }
        }
    }
}
