//! Record sets, and domain names as the DNS library and as Route 53 write them.

use std::fmt::Write as _;
use std::net::Ipv4Addr;

use bytes::Bytes;
use domain::base::iana::Rtype;
use domain::base::name::{FlattenInto as _, Label};
use domain::base::{Record, Ttl};
use domain::rdata::{A, Ns, Soa, ZoneRecordData};
use domain::zonefile::inplace::{Entry, Zonefile};

use crate::dnssec;
use crate::error::Error;

/// A domain name; compared and ordered as RFC 4034 section 6.1 says.
pub(crate) type Name = domain::base::Name<Bytes>;
/// The data of a record.
pub(crate) type Data = ZoneRecordData<Bytes, Name>;
/// A record of class IN.
pub(crate) type StoredRecord = Record<Name, Data>;

/// The records of one type at one name.
#[derive(Debug, Clone)]
pub(crate) struct RecordSet {
    pub(crate) name: Name,
    pub(crate) rtype: Rtype,
    /// In seconds.
    pub(crate) ttl: u32,
    pub(crate) content: Content,
}

/// What a record set holds.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    Records(Vec<Data>),
    /// The DS of a zone of the tree, by its place; made when asked for, as that takes its keys.
    DelegationSigner(usize),
    /// An alias of Route 53: the API tells the target, DNS what the target resolves to.
    Alias {
        target: Name,
        resolved: Vec<Data>,
    },
}

impl RecordSet {
    pub(crate) fn new(name: Name, rtype: Rtype, ttl: u32, records: Vec<Data>) -> Self {
        Self {
            name,
            rtype,
            ttl,
            content: Content::Records(records),
        }
    }

    pub(crate) fn soa(apex: &Name, ttl: u32, data: Soa<Name>) -> Self {
        Self::new(apex.clone(), Rtype::SOA, ttl, vec![data.into()])
    }

    pub(crate) fn ns(owner: &Name, ttl: u32, servers: &[Name]) -> Self {
        let records = servers.iter().map(|server| Ns::new(server.clone()).into());
        Self::new(owner.clone(), Rtype::NS, ttl, records.collect())
    }

    pub(crate) fn a(owner: &Name, ttl: u32, address: Ipv4Addr) -> Self {
        Self::new(owner.clone(), Rtype::A, ttl, vec![A::new(address).into()])
    }

    /// The record set of values in the master file format (RFC 1035 section 5); names in them are
    /// relative to the origin unless they end with a dot.
    pub(crate) fn parse(
        origin: &Name,
        name: Name,
        rtype: Rtype,
        ttl: u32,
        values: &[String],
    ) -> Result<Self, Error> {
        let wrong = |problem: String| {
            Error::contradiction(
                format!("{rtype} records of {name} cannot be read: {problem}"),
                "write each value as in a zone file, on one line",
            )
        };
        let mut text = String::new();
        for value in values {
            let line_break = value.contains(['\n', '\r']);
            if line_break {
                return Err(wrong("a value has more than one line".to_owned()));
            }
            let owner = name.fmt_with_dot();
            let _ = writeln!(text, "{owner} {ttl} IN {rtype} {value}");
        }
        let mut file = Zonefile::from(text.as_str());
        file.set_origin(origin.clone());
        let mut records = Vec::with_capacity(values.len());
        while let Some(entry) = file
            .next_entry()
            .map_err(|error| wrong(error.to_string()))?
        {
            let Entry::Record(record) = entry else {
                return Err(wrong("an $INCLUDE is no record".to_owned()));
            };
            let record: StoredRecord = record.flatten_into();
            records.push(record.into_data());
        }
        if records.is_empty() {
            return Err(wrong("it has no value".to_owned()));
        }
        Ok(Self::new(name, rtype, ttl, records))
    }
}

/// A record of class IN.
pub(crate) fn record(owner: Name, ttl: u32, data: Data) -> StoredRecord {
    let class = domain::base::iana::Class::IN;
    Record::new(owner, class, Ttl::from_secs(ttl), data)
}

/// A name from its text; none where a label or the name is too long.
///
/// Text of this crate only, without escapes.
pub(crate) fn name(text: &str) -> Option<Name> {
    Name::bytes_from_str(text).ok()
}

/// The name that Route 53 writes so, with octal escapes; none where it is no domain name.
pub(crate) fn from_route53(text: &str) -> Option<Name> {
    let labels = text.strip_suffix('.').unwrap_or(text);
    if !labels.is_empty() && labels.split('.').any(str::is_empty) {
        return None;
    }
    Name::from_octets(Bytes::from(dnssec::wire_name(text))).ok()
}

/// A name as Route 53 writes it: lower case, octal escapes, a final dot.
pub(crate) fn to_route53(name: &Name) -> String {
    let mut written = String::with_capacity(name.len());
    for label in name.iter().filter(|label| !label.is_root()) {
        for octet in label.as_slice() {
            match octet.to_ascii_lowercase() {
                octet @ (b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_') => written.push(octet.into()),
                octet => {
                    let _ = write!(written, "\\{octet:03o}");
                }
            }
        }
        written.push('.');
    }
    if written.is_empty() {
        written.push('.');
    }
    written
}

/// The name above; none above the root.
pub(crate) fn parent(name: &Name) -> Option<Name> {
    name.parent()
}

/// A name with one more label in front; none where that makes it too long.
pub(crate) fn child(label: &[u8], parent: &Name) -> Option<Name> {
    Label::from_slice(label).ok()?;
    let mut wire = Vec::with_capacity(parent.len() + label.len() + 1);
    wire.push(u8::try_from(label.len()).ok()?);
    wire.extend_from_slice(label);
    wire.extend_from_slice(parent.as_slice());
    Name::from_octets(Bytes::from(wire)).ok()
}

/// The name itself and every name above it, the root last.
pub(crate) fn ancestry(name: &Name) -> impl Iterator<Item = Name> {
    std::iter::successors(Some(name.clone()), parent)
}

/// Any name of a message, as a name of its own.
pub(crate) fn owned(name: &impl domain::base::ToName) -> Name {
    name.to_bytes()
}
