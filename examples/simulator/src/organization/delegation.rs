//! How DNS stands to a hosted zone.

use serde::Deserialize;

/// How DNS stands to a hosted zone, as the file or the seed says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Delegation {
    /// Where the parent delegates the name to. Where not given, the first public zone of a name is
    /// delegated to, and every further one of that name is not.
    #[serde(rename = "delegation")]
    pub(crate) to: Option<DelegatedTo>,
    /// The DS at the parent; where not given, a matching one for a signed zone that is delegated
    /// here, and none for any other.
    pub(crate) ds: Option<Vec<DsState>>,
    /// How each name server of the delegation set fares, in its order; those left out answer.
    pub(crate) servers: Vec<ServerState>,
    /// The name servers that the parent names in the place of the delegation set's.
    pub(crate) servers_at_parent: Option<Vec<NamedServer>>,
    /// Whether the signatures are valid now.
    pub(crate) signatures: SignatureState,
}

/// A name server that a parent names.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum NamedServer {
    Name(String),
    /// A white-label name: the customer's own, for the address of one of Route 53's servers.
    WhiteLabel(WhiteLabel),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WhiteLabel {
    pub(crate) name: String,
    /// The name of the server that has the address.
    pub(crate) address_of: String,
}

/// Where a parent delegates a name to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum DelegatedTo {
    /// To the zone's delegation set.
    Here,
    /// To name servers of another provider, which serves an unsigned zone of that name.
    Elsewhere,
    /// The parent has no NS for it.
    Nowhere,
}

/// A DS at the parent, by what it has to do with the zone's keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum DsState {
    /// Of the zone's KSKs, with SHA-256.
    Matching,
    /// Of the zone's KSKs, with SHA-1 (digest type 1).
    #[serde(rename = "sha-1")]
    Sha1,
    /// Of the zone's KSKs, with SHA-384 (digest type 4).
    #[serde(rename = "sha-384")]
    Sha384,
    /// Of the zone's KSKs, with a digest that is not theirs.
    WrongDigest,
    /// Of a key that the zone has no longer, or never had.
    Stale,
}

/// How a name server fares when it is asked about a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ServerState {
    Answers,
    /// It does not know the zone.
    Lame,
    /// It never answers.
    Silent,
}

/// The state of a zone's signatures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SignatureState {
    #[default]
    Valid,
    /// They expired a week ago.
    Expired,
}
