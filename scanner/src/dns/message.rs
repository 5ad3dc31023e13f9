//! Questions and answers: from the wire to plain records, and back for the validator.
//!
//! What comes from the wire is hostile. It is parsed whole or not at all, bounded, and everything
//! behind this door works on plain records.

use bytes::Bytes;
use domain::base::iana::{Class, Opcode, OptRcode, Rcode};
use domain::base::name::FlattenInto as _;
use domain::base::{
    Message, MessageBuilder, ParsedName, ParsedRecord, Record as WireRecord, RecordData as _,
    Rtype, ToName as _,
};
use domain::rdata::ZoneRecordData;
use jiff::Timestamp;

use super::name::{self, Name};
use crate::inventory::{Server, Transport};

/// The data of a record.
pub(super) type Data = ZoneRecordData<Bytes, Name>;

/// A resource record.
pub(super) type Record = WireRecord<Name, Data>;

/// More records than any honest answer to what is asked here holds.
const MAX_RECORDS: usize = 512;

/// What a server may send over UDP without fragmentation (DNS flag day 2020).
const UDP_PAYLOAD: u16 = 1232;

/// What is asked: a name and a type, in class IN.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Question {
    pub(super) name: Name,
    pub(super) rtype: Rtype,
}

impl Question {
    pub(super) fn new(name: Name, rtype: Rtype) -> Self {
        Self { name, rtype }
    }

    /// The question as text, such as `example.com. DNSKEY`.
    pub(super) fn show(&self) -> String {
        format!("{} {}", name::show(&self.name), self.rtype)
    }
}

/// What a server answered.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) question: Question,
    pub(super) server: Server,
    pub(super) transport: Transport,
    pub(super) received_at: Timestamp,
    pub(super) content: Content,
}

/// The content of a message.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Content {
    pub(super) rcode: u16,
    pub(super) authoritative: bool,
    pub(super) answer: Vec<Record>,
    pub(super) authority: Vec<Record>,
    pub(super) additional: Vec<Record>,
}

/// What a message that came is.
#[derive(Debug, PartialEq)]
pub(super) enum Received {
    /// The answer to the question.
    Answer(Content),
    /// The answer does not fit; it is to be had over TCP.
    Truncated,
    /// A message for somebody else: another id or question.
    Stray,
    /// An answer to the question that breaks the protocol.
    Malformed(String),
}

impl Content {
    pub(super) fn is_no_error(&self) -> bool {
        self.rcode == OptRcode::NOERROR.to_int()
    }

    pub(super) fn is_name_error(&self) -> bool {
        self.rcode == OptRcode::NXDOMAIN.to_int()
    }

    pub(super) fn is_refused(&self) -> bool {
        self.rcode == OptRcode::REFUSED.to_int()
    }

    /// The mnemonic of the response code, or its number.
    pub(super) fn rcode_name(&self) -> String {
        OptRcode::masked_from_int(self.rcode).to_string()
    }

    /// The records of the answer section for a name and type.
    pub(super) fn answers<'a>(
        &'a self,
        name: &'a Name,
        rtype: Rtype,
    ) -> impl Iterator<Item = &'a Record> {
        of(&self.answer, name, rtype)
    }

    /// The records of the authority section for a name and type.
    pub(super) fn authorities<'a>(
        &'a self,
        name: &'a Name,
        rtype: Rtype,
    ) -> impl Iterator<Item = &'a Record> {
        of(&self.authority, name, rtype)
    }
}

fn of<'a>(records: &'a [Record], name: &'a Name, rtype: Rtype) -> impl Iterator<Item = &'a Record> {
    records
        .iter()
        .filter(move |record| record.rtype() == rtype && record.owner() == name)
}

/// A query in wire format: EDNS with the DO bit, so that DNSSEC records come along.
///
/// `recursive` sets RD and CD, for a resolver that must not validate in our place.
pub(super) fn query(id: u16, question: &Question, recursive: bool) -> Option<Vec<u8>> {
    let mut builder = MessageBuilder::new_vec();
    let header = builder.header_mut();
    header.set_id(id);
    header.set_rd(recursive);
    header.set_cd(recursive);
    let mut builder = builder.question();
    builder.push((&question.name, question.rtype)).ok()?;
    let mut builder = builder.additional();
    builder
        .opt(|opt| {
            opt.set_udp_payload_size(UDP_PAYLOAD);
            opt.set_dnssec_ok(true);
            Ok(())
        })
        .ok()?;
    Some(builder.finish())
}

/// Reads a message that came for the query with this id and question.
pub(super) fn read(octets: Bytes, id: u16, question: &Question) -> Received {
    let Ok(message) = Message::from_octets(octets) else {
        return Received::Stray;
    };
    let header = message.header();
    if header.id() != id || !header.qr() || header.opcode() != Opcode::QUERY {
        return Received::Stray;
    }
    match asked(&message, question) {
        Asked::This => {}
        // Servers that do not understand a query may leave the question out.
        Asked::Nothing if header.rcode() != Rcode::NOERROR => {}
        _ => return Received::Stray,
    }
    if header.tc() {
        return Received::Truncated;
    }
    match content(&message) {
        Ok(content) => Received::Answer(content),
        Err(why) => Received::Malformed(why),
    }
}

enum Asked {
    This,
    Nothing,
    Other,
}

fn asked(message: &Message<Bytes>, question: &Question) -> Asked {
    if message.header_counts().qdcount() == 0 {
        return Asked::Nothing;
    }
    match message.sole_question() {
        Ok(asked)
            if asked.qname() == &question.name
                && asked.qtype() == question.rtype
                && asked.qclass() == Class::IN =>
        {
            Asked::This
        }
        _ => Asked::Other,
    }
}

fn content(message: &Message<Bytes>) -> Result<Content, String> {
    let unreadable = |error| format!("the message cannot be read: {error}");
    let counts = message.header_counts();
    let announced: usize = [counts.ancount(), counts.nscount(), counts.arcount()]
        .into_iter()
        .map(usize::from)
        .sum();
    if announced > MAX_RECORDS {
        return Err(format!("the message announces {announced} records"));
    }
    let (_, answer, authority, additional) = message.sections().map_err(unreadable)?;
    Ok(Content {
        rcode: message.opt_rcode().to_int(),
        authoritative: message.header().aa(),
        answer: section(answer).map_err(unreadable)?,
        authority: section(authority).map_err(unreadable)?,
        additional: section(additional).map_err(unreadable)?,
    })
}

fn section<'a>(
    records: impl Iterator<Item = Result<ParsedRecord<'a, Bytes>, domain::base::wire::ParseError>>,
) -> Result<Vec<Record>, domain::base::wire::ParseError> {
    let mut plain = Vec::new();
    for record in records {
        let record = record?;
        if record.class() != Class::IN {
            continue;
        }
        type Parsed = ZoneRecordData<Bytes, ParsedName<Bytes>>;
        // Types that no zone holds, such as OPT, are none of its data.
        if let Some(record) = record.into_record::<Parsed>()? {
            plain.push(record.flatten_into());
        }
    }
    Ok(plain)
}

/// A message of plain records in wire format, written anew; none where it does not fit into one.
pub(super) fn compose(question: &Question, content: &Content) -> Option<Message<Bytes>> {
    let mut builder = MessageBuilder::new_vec();
    let header = builder.header_mut();
    header.set_qr(true);
    header.set_aa(content.authoritative);
    header.set_rcode(Rcode::checked_from_int(u8::try_from(content.rcode).ok()?)?);
    let mut builder = builder.question();
    builder.push((&question.name, question.rtype)).ok()?;
    let mut builder = builder.answer();
    for record in &content.answer {
        builder.push(record).ok()?;
    }
    let mut builder = builder.authority();
    for record in &content.authority {
        builder.push(record).ok()?;
    }
    Message::from_octets(Bytes::from(builder.finish())).ok()
}

/// The records in presentation form, each a line.
pub(super) fn show<'a>(records: impl IntoIterator<Item = &'a Record>) -> Vec<String> {
    let mut lines: Vec<String> = records
        .into_iter()
        .map(|record| {
            format!(
                "{} {} IN {} {}",
                name::show(record.owner()),
                record.ttl().as_secs(),
                record.rtype(),
                record.data()
            )
        })
        .collect();
    lines.sort();
    lines
}

/// Whether the name lies in the zone: is its apex or below it.
pub(super) fn lies_in(name: &Name, zone: &Name) -> bool {
    name.ends_with(&zone.for_ref())
}

/// The type of a record's data, or the type that its signature covers.
pub(super) fn covered(record: &Record) -> Rtype {
    match record.data() {
        ZoneRecordData::Rrsig(rrsig) => rrsig.type_covered(),
        data => data.rtype(),
    }
}

/// Whether two names are the same, whatever the case.
pub(super) fn same(one: &Name, other: &Name) -> bool {
    one.name_eq(other)
}
