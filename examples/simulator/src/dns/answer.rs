//! From the octets of a query to those of its answer.

use std::collections::HashMap;
use std::sync::OnceLock;

use domain::base::iana::{Class, Opcode, OptRcode, Rcode, Rtype};
use domain::base::message_builder::TreeCompressor;
use domain::base::{Message, MessageBuilder, Question as AskedFor};

use super::zone::{Question, Reply, Zone};
use crate::organization::Organization;
use crate::record::{self, Name};

/// The largest datagram that is sent or asked for, in octets: what passes everywhere without
/// fragments (DNS flag day 2020).
const LARGEST_DATAGRAM: u16 = 1_232;
/// The largest datagram of a client that does not say (RFC 1035 section 4.2.1).
const SMALLEST_LIMIT: u16 = 512;

/// How a query came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transport {
    Udp,
    Tcp,
}

/// The zones of the tree, each loaded when it is first asked for.
#[derive(Debug)]
pub(super) struct Zones(Vec<OnceLock<Zone>>);

impl Zones {
    pub(super) fn new(organization: &Organization) -> Self {
        let zones = organization.tree.zones();
        Self(zones.iter().map(|_| OnceLock::new()).collect())
    }

    fn get(&self, organization: &Organization, place: usize) -> Option<&Zone> {
        let zone = organization.tree.zone(place)?;
        Some(
            self.0
                .get(place)?
                .get_or_init(|| Zone::load(organization, zone)),
        )
    }
}

/// The zones that one name server holds, by their apex.
#[derive(Debug, Default)]
pub(super) struct Held(HashMap<Name, Holding>);

/// A zone that a name server holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Holding {
    /// Its place in the tree.
    pub(super) zone: usize,
    /// Whether questions about it get no answer at all.
    pub(super) silent: bool,
}

impl Held {
    /// Adds a zone, which takes the place of another one of that name if `preferred`.
    pub(super) fn add(&mut self, apex: Name, holding: Holding, preferred: bool) {
        if preferred {
            self.0.insert(apex, holding);
        } else {
            self.0.entry(apex).or_insert(holding);
        }
    }

    /// The zone to answer a question from: the one nearest to the name; for DS, which is the
    /// parent's, above it, unless only the zone itself is there (RFC 4035 section 3.1.4.1).
    fn nearest(&self, name: &Name, rtype: Rtype) -> Option<Holding> {
        let of = |name: Name| self.0.get(&name).copied();
        let own = usize::from(rtype == Rtype::DS);
        record::ancestry(name)
            .skip(own)
            .find_map(of)
            .or_else(|| of(name.clone()))
    }
}

/// Answers a query; none where it deserves no answer, or the server is to be silent.
pub(super) fn answer(
    organization: &Organization,
    zones: &Zones,
    held: &Held,
    query: &[u8],
    transport: Transport,
    now: i64,
) -> Option<Vec<u8>> {
    let query = Message::from_octets(query).ok()?;
    if query.header().qr() {
        return None;
    }
    let edns = query.opt();
    let refuse = |rcode: OptRcode| compose(&query, None, rcode, &Reply::new(false), transport);
    if query.header().opcode() != Opcode::QUERY {
        return refuse(OptRcode::NOTIMP);
    }
    let Ok(asked) = query.sole_question() else {
        return refuse(OptRcode::FORMERR);
    };
    if edns.as_ref().is_some_and(|edns| edns.version() > 0) {
        return refuse(OptRcode::BADVERS);
    }
    let name = record::owned(asked.qname());
    let (rtype, class) = (asked.qtype(), asked.qclass());
    let asked = AskedFor::new(name.clone(), rtype, class);
    let holding = held.nearest(&name, rtype);
    let is_transfer = matches!(rtype, Rtype::AXFR | Rtype::IXFR);
    let reply = match holding {
        Some(holding) if class == Class::IN && !is_transfer => {
            if holding.silent {
                return None;
            }
            zones.get(organization, holding.zone)?.answer(&Question {
                organization,
                name: &name,
                rtype,
                dnssec: edns.as_ref().is_some_and(|edns| edns.dnssec_ok()),
                now,
            })
        }
        _ => Reply {
            rcode: Rcode::REFUSED,
            ..Reply::new(false)
        },
    };
    compose(&query, Some(&asked), reply.rcode.into(), &reply, transport)
}

/// The octets of an answer; over UDP, what does not fit is left out and TC set.
fn compose(
    query: &Message<&[u8]>,
    asked: Option<&AskedFor<Name>>,
    rcode: OptRcode,
    reply: &Reply,
    transport: Transport,
) -> Option<Vec<u8>> {
    let limit = match (transport, query.opt()) {
        (Transport::Tcp, _) => usize::from(u16::MAX),
        (Transport::Udp, None) => SMALLEST_LIMIT.into(),
        (Transport::Udp, Some(edns)) => edns
            .udp_payload_size()
            .clamp(SMALLEST_LIMIT, LARGEST_DATAGRAM)
            .into(),
    };
    let whole = write(query, asked, rcode, reply, false)?;
    if whole.len() <= limit {
        return Some(whole);
    }
    let truncated = Reply {
        rcode: reply.rcode,
        ..Reply::new(reply.authoritative)
    };
    write(query, asked, rcode, &truncated, true)
}

fn write(
    query: &Message<&[u8]>,
    asked: Option<&AskedFor<Name>>,
    rcode: OptRcode,
    reply: &Reply,
    truncated: bool,
) -> Option<Vec<u8>> {
    let mut message = MessageBuilder::from_target(TreeCompressor::new(Vec::new())).ok()?;
    let header = message.header_mut();
    header.set_id(query.header().id());
    header.set_qr(true);
    header.set_opcode(query.header().opcode());
    header.set_rd(query.header().rd());
    header.set_aa(reply.authoritative);
    header.set_tc(truncated);
    header.set_rcode(rcode.rcode());
    let mut message = message.question();
    if let Some(asked) = asked {
        message.push(asked).ok()?;
    }
    let mut message = message.answer();
    for record in &reply.answer {
        message.push(record).ok()?;
    }
    let mut message = message.authority();
    for record in &reply.authority {
        message.push(record).ok()?;
    }
    let mut message = message.additional();
    for record in &reply.additional {
        message.push(record).ok()?;
    }
    if let Some(edns) = query.opt() {
        message
            .opt(|opt| {
                opt.set_udp_payload_size(LARGEST_DATAGRAM);
                opt.set_dnssec_ok(edns.dnssec_ok());
                opt.set_rcode(rcode);
                Ok(())
            })
            .ok()?;
    }
    Some(message.finish().into_target())
}
