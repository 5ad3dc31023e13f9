//! What DNS itself says of a zone: the delegation at its parent, the answers of its servers, and
//! the chain of trust.

use std::net::IpAddr;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fact::{Fact, Set};

/// How DNS was asked in the whole run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DnsRun {
    /// Who answered.
    pub via: Via,
    /// Whether servers were asked over IPv6; without it their IPv6 addresses are left unread by choice.
    pub ipv6: bool,
    /// The DS and DNSKEY records of the root that were trusted, in presentation form.
    pub trust_anchors: Vec<String>,
}

/// Who answered the questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// The authoritative servers themselves, found by walking down from the root.
    Authoritative,
    /// The resolver of this address and port; what it returned was validated here. The answers
    /// of single servers are then not known.
    Resolver(std::net::SocketAddr),
}

/// What DNS says of one zone name.
///
/// There is one observation for each distinct name, however many hosted zones bear it; where a
/// snapshot has two of a name, the later one stands. Domain names in it are in lower case, in
/// presentation form (RFC 1035 section 5.1) with their final dot; lists of names and records are
/// sorted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DnsObservation {
    /// The name of the zone as [`Zone::name`](super::Zone::name) has it (with Route 53's octal
    /// escapes), in lower case and with its final dot: the one name here that is so written.
    pub name: String,
    /// Who answered.
    pub via: Via,
    /// The delegation, as the servers of the parent zone give it.
    pub parent: Fact<ParentSide>,
    /// The addresses of the name servers that the parent names and, where none of those is in an
    /// expected delegation set by name, of the servers in those sets too, so that white-label
    /// name servers can be told by their addresses. A server that is not listed was not looked up.
    pub hosts: Vec<NameServerHost>,
    /// What each address of each name server that the parent names answers for the zone.
    pub servers: Set<ServerAnswer>,
    /// Whether the chain of trust reaches the zone.
    pub chain: Fact<Chain>,
    /// When it was observed.
    pub observed_at: Timestamp,
}

/// A name server and its addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NameServerHost {
    /// The name of the server.
    pub name: String,
    /// Its addresses, from glue in bailiwick or looked up; an empty list where DNS says that it
    /// has none.
    pub addresses: Fact<Vec<IpAddr>>,
}

/// A server that was asked.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Server {
    /// The name by which it was found; the address again for a resolver.
    pub name: String,
    /// The address.
    pub address: IpAddr,
}

/// The delegation of a zone, as the parent zone has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ParentSide {
    /// The name of the parent zone.
    pub zone: String,
    /// What the answers come to: `delegated` as soon as one server delegates.
    pub status: DelegationStatus,
    /// The answers of the parent's servers: of two, and of all where those two disagree or all
    /// were asked for. A gap stands for each server that gave no usable answer.
    pub answers: Set<ParentAnswer>,
}

/// Whether the parent zone delegates a name.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum DelegationStatus {
    /// There are NS records for it.
    Delegated,
    /// The name exists, or may exist, and has no NS records (NODATA). Route 53 answers so for
    /// names that do not exist as well where the parent zone is signed (compact denial).
    NotDelegated,
    /// The name does not exist (NXDOMAIN).
    NameError,
}

/// What one server of the parent zone answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ParentAnswer {
    /// The server.
    pub server: Server,
    /// Whether it delegates the zone.
    pub status: DelegationStatus,
    /// Whether the server holds the zone as well and answered NS out of the zone itself, as RFC
    /// 1034 section 4.3.2 has it; the delegation that it holds is then not visible.
    pub answered_by_child: bool,
    /// The NS records; null where there are none.
    pub ns: Option<NsSet>,
    /// The DS records; null where the server says that there are none. Whether it proves that is
    /// for [`Chain::ds`] to say.
    pub ds: Fact<Option<DsSet>>,
}

/// The NS record set of a zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NsSet {
    /// The time to live, in seconds.
    pub ttl: u32,
    /// The names of the servers.
    pub names: Vec<String>,
}

/// The DS record set of a zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DsSet {
    /// The time to live, in seconds.
    pub ttl: u32,
    /// The records.
    pub records: Vec<DsRecord>,
}

/// A DS record (RFC 4034 section 5.1).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct DsRecord {
    /// The key tag of the DNSKEY that it stands for.
    pub key_tag: u16,
    /// The number of that key's algorithm.
    pub algorithm: u8,
    /// The number of the digest algorithm.
    pub digest_type: u8,
    /// The digest, in capital hexadecimal.
    pub digest: String,
}

/// What one address of a name server that the parent names answers for the zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ServerAnswer {
    /// The server.
    pub server: Server,
    /// Whether the address is of IPv4 or IPv6.
    pub family: AddressFamily,
    /// The transport of the last exchange with it; null where it was not asked.
    pub transport: Option<Transport>,
    /// How it answered the question for SOA.
    pub outcome: ServerOutcome,
    /// The response code of that answer (`NOERROR`, `SERVFAIL`, …); null where there was none.
    pub rcode: Option<String>,
    /// What a person needs to know beyond the outcome.
    pub detail: Option<String>,
    /// The SOA record; null where the server is authoritative and has none.
    pub soa: Fact<Option<Soa>>,
    /// The NS records of the zone's apex; null where there are none.
    pub ns: Fact<Option<NsSet>>,
    /// The DNSKEY records; null where there are none.
    pub dnskey: Fact<Option<DnskeySet>>,
    /// The signatures that were served with the SOA and DNSKEY records.
    pub signatures: Vec<Signature>,
}

/// IPv4 or IPv6.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AddressFamily {
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
}

impl From<IpAddr> for AddressFamily {
    fn from(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self::Ipv4,
            IpAddr::V6(_) => Self::Ipv6,
        }
    }
}

/// How a message was carried.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// UDP.
    Udp,
    /// TCP, which follows where an answer over UDP is truncated.
    Tcp,
}

/// How a server answered for a zone.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ServerOutcome {
    /// With authority (the AA bit) and NOERROR.
    Authoritative,
    /// Without authority: with a referral, or from a cache. The server is lame.
    NotAuthoritative,
    /// REFUSED. The server is lame.
    Refused,
    /// With another response code than NOERROR and REFUSED.
    OtherRcode,
    /// Not in time, however often it was asked.
    Timeout,
    /// Not at all: the network or the host refused the connection.
    Network,
    /// With something that is no answer to the question.
    Malformed,
    /// It was not asked, by choice: the detail says why (this host has no IPv6, or the parent
    /// names more servers than are followed).
    NotAsked,
}

/// A SOA record (RFC 1035 section 3.3.13).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Soa {
    /// The time to live, in seconds.
    pub ttl: u32,
    /// The serial number.
    pub serial: u32,
    /// The last field: with the time to live, how long a negative answer may be cached, in
    /// seconds (RFC 2308 section 4).
    pub minimum: u32,
}

/// The DNSKEY record set of a zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DnskeySet {
    /// The time to live, in seconds.
    pub ttl: u32,
    /// The records.
    pub records: Vec<DnskeyRecord>,
}

/// A DNSKEY record (RFC 4034 section 2.1).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct DnskeyRecord {
    /// The key tag (RFC 4034 appendix B).
    pub key_tag: u16,
    /// The flags: 256 for a zone key, 257 with the SEP bit (RFC 3757), 128 more once revoked
    /// (RFC 5011).
    pub flags: u16,
    /// The protocol; 3 for DNSSEC.
    pub protocol: u8,
    /// The number of the algorithm.
    pub algorithm: u8,
    /// The public key, in base64.
    pub public_key: String,
}

/// An RRSIG record (RFC 4034 section 3.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Signature {
    /// The type that it covers (`DNSKEY`, `SOA`).
    pub type_covered: String,
    /// The number of the algorithm.
    pub algorithm: u8,
    /// The time to live of the record set that it was made over, in seconds.
    pub original_ttl: u32,
    /// When it begins to be valid.
    pub inception: Timestamp,
    /// When it ceases to be valid.
    pub expiration: Timestamp,
    /// The key tag of the key that made it.
    pub key_tag: u16,
    /// The zone of that key.
    pub signer: String,
    /// Whether a zone key in the DNSKEY set that the same server serves made it over these very
    /// records, at whatever time. Unknown where that set is, or where the algorithm is not
    /// supported.
    pub verifies: Fact<bool>,
}

/// Whether the chain of trust reaches a zone, from the trust anchor of the root down.
///
/// A part is unknown where its records could not be had. Where the parent does not delegate the
/// zone there is nothing below to validate: `ds` is then the parent's denial, the verdict is that
/// of the denial, and the other parts are unknown (`not_determined`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Chain {
    /// The zones above, from the root to the parent, each with the validation of its DNSKEY set.
    pub ancestors: Vec<Ancestor>,
    /// The DS set at the parent, or the proof that there is none. Secure without a DS is how a
    /// zone is insecure.
    pub ds: Fact<Validation>,
    /// The DNSKEY set.
    pub dnskey: Fact<Validation>,
    /// The SOA record.
    pub soa: Fact<Validation>,
    /// The NS records of the zone's apex.
    pub ns: Fact<Validation>,
    /// Names of the zone that were asked for: the apex for A, AAAA, MX and TXT, and `www` for A.
    /// None where the chain of trust does not reach the zone: each would be what the zone is.
    pub samples: Vec<Sample>,
    /// How the zone denies what does not exist.
    pub denial: Denial,
    /// What the zone is: bogus if any of the DS, DNSKEY, SOA and NS sets is; else indeterminate if
    /// one of the four is or could not be had; else insecure or secure. Samples and denials have
    /// their own places and do not change it.
    pub verdict: Validation,
}

/// A zone above the zone observed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ancestor {
    /// The name of the zone.
    pub zone: String,
    /// The validation of its DNSKEY set; of its SOA record where it has no keys.
    pub validation: Fact<Validation>,
}

/// A record set that was asked for as a sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sample {
    /// The name.
    pub name: String,
    /// The type.
    #[serde(rename = "type")]
    pub record_type: String,
    /// Whether there are such records, or an alias in their place. Where there are none, the
    /// answer is a denial.
    pub exists: Fact<bool>,
    /// The validation of the answer, also where it says that there is nothing.
    pub validation: Fact<Validation>,
}

/// How a zone denies what does not exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Denial {
    /// The answer to a name that does not exist. Compact denial, as Route 53 signs, answers
    /// NODATA to it.
    pub name_error: Fact<Validation>,
    /// The answer to a type that the apex does not have.
    pub no_data: Fact<Validation>,
}

/// What validating an answer came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Validation {
    /// The security state.
    pub state: SecurityState,
    /// Why, in the terms of RFC 8914; null where it is secure.
    pub reason: Option<ExtendedError>,
    /// The zone at which the chain of trust ends or breaks; null where it is secure.
    pub broken_at: Option<String>,
    /// The answers that show it; none where it is secure.
    pub evidence: Vec<Evidence>,
}

/// The security state of data (RFC 4033 section 5).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum SecurityState {
    /// The chain of trust reaches it.
    Secure,
    /// A zone above proves that the chain of trust ends before it.
    Insecure,
    /// The chain of trust should reach it, and does not.
    Bogus,
    /// It cannot be told.
    Indeterminate,
}

/// An extended DNS error (RFC 8914 section 4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExtendedError {
    /// The INFO-CODE, as IANA registers it.
    pub info_code: u16,
    /// Its registered purpose (`DNSSEC Bogus`, `Signature Expired`, …).
    pub name: String,
    /// What a person needs to know beyond it.
    pub text: Option<String>,
}

/// An answer that shows why something is not secure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// The name and type asked for (`example.com. DNSKEY`).
    pub question: String,
    /// Who answered.
    pub server: Server,
    /// When it answered.
    pub observed_at: Timestamp,
    /// The records of the answer in presentation form, as many as are of use.
    pub records: Vec<String>,
}
