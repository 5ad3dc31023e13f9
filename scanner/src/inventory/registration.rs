//! The domains that are registered with Route 53.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fact::{Fact, Set};

/// The registration of a domain (Route 53 Domains `GetDomainDetail`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Registration {
    /// What tells the registration from others: the domain name, for it has no ARN.
    pub id: String,
    /// The account that registered the domain.
    pub account: String,
    /// The domain name, with its final dot and Route 53's octal escapes, as hosted zones have it.
    pub name: String,
    /// Whether the registration is renewed before it expires.
    pub auto_renew: Fact<bool>,
    /// When it expires.
    pub expiration_date: Fact<Timestamp>,
    /// The EPP status codes of the domain (RFC 5731 section 2.3): `clientTransferProhibited`, …
    pub status_list: Set<String>,
    /// The name servers that the registrar gives to the registry.
    pub nameservers: Set<String>,
    /// The DS records that the registrar gives to the registry.
    pub dnssec_keys: Set<DnssecKey>,
    /// When it was read.
    pub collected_at: Timestamp,
}

/// A DS record that the registrar gives to the registry (Route 53 Domains `DnssecKey`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DnssecKey {
    /// The id by which the registrar takes it away again.
    pub id: Option<String>,
    /// The key tag (RFC 4034 appendix B).
    pub key_tag: Option<i64>,
    /// The number of the algorithm of the key.
    pub algorithm: Option<i64>,
    /// The number of the digest algorithm.
    pub digest_type: Option<i64>,
    /// The digest, in hexadecimal.
    pub digest: Option<String>,
}
