//! Signatures that are served: whose they are, and how long they last.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::served::Served;
use super::three_valued::{any, none_but_for};
use crate::inventory::{DnsObservation, Fact, ServerAnswer, Set, Signature};

/// How long the signatures over a record set still last, on the server where they last longest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SignatureFacts {
    /// The type of the record set: `SOA` or `DNSKEY`.
    pub type_covered: String,
    /// The time to live of the record set, in seconds.
    pub ttl: u32,
    /// When the last of them ceases to be valid.
    pub expiration: Timestamp,
    /// The time from the observation until then, in seconds; negative once it has passed.
    pub remaining: i64,
    /// Whether on some server the signatures last at least as long as the record set may be
    /// cached.
    pub outlives_ttl: Fact<bool>,
}

/// SOA and DNSKEY, each if it is served with signatures.
pub(super) fn of(observation: &DnsObservation, served: &Served<'_>) -> Set<SignatureFacts> {
    let mut facts = Set::default();
    let mut gap = served.gap().cloned();
    for type_covered in ["SOA", "DNSKEY"] {
        let unread = match type_covered {
            "SOA" => served.each(|answer| &answer.soa).1,
            _ => served.each(|answer| &answer.dnskey).1,
        };
        let longest = served
            .answering
            .iter()
            .filter_map(|answer| longest(answer, type_covered))
            .max_by_key(|signature| signature.expiration);
        let Some(signature) = longest else {
            gap = gap.or(unread);
            continue;
        };
        let remaining = signature.expiration.as_second() - observation.observed_at.as_second();
        let ttl = signature.original_ttl;
        facts.insert(SignatureFacts {
            type_covered: type_covered.to_owned(),
            ttl,
            expiration: signature.expiration,
            remaining,
            outlives_ttl: match remaining >= i64::from(ttl) {
                true => Fact::Known(true),
                false => none_but_for(unread),
            },
        });
    }
    if let Some(why) = gap {
        facts.add_gap(why);
    }
    facts
}

/// The signature over a record set that lasts longest on a server; one that is known not to verify
/// is none.
fn longest<'o>(answer: &'o ServerAnswer, type_covered: &str) -> Option<&'o Signature> {
    answer
        .signatures
        .iter()
        .filter(|signature| signature.type_covered == type_covered)
        .filter(|signature| signature.verifies.known() != Some(&false))
        .max_by_key(|signature| signature.expiration)
}

/// The signatures over the DNSKEY records by a key.
pub(super) fn by_key<'s>(
    served: &'s Served<'_>,
    key_tag: u16,
    algorithm: u8,
) -> impl Iterator<Item = &'s Signature> {
    let signatures = served
        .answering
        .iter()
        .flat_map(|answer| &answer.signatures);
    signatures.filter(move |signature| {
        signature.type_covered == "DNSKEY"
            && signature.key_tag == key_tag
            && signature.algorithm == algorithm
    })
}

/// Whether a server serves a signature over the DNSKEY records by a key that is valid at an
/// instant (RFC 4035 section 5.3.1).
pub(super) fn is_signed_by(
    served: &Served<'_>,
    key_tag: u16,
    algorithm: u8,
    at: Timestamp,
) -> Fact<bool> {
    let (_, gap) = served.dnskeys();
    let found = any(by_key(served, key_tag, algorithm).map(|signature| {
        let in_time = signature.inception <= at && at <= signature.expiration;
        match in_time {
            true => signature.verifies.clone(),
            false => Fact::Known(false),
        }
    }));
    match found {
        Fact::Known(false) => none_but_for(gap),
        decided => decided,
    }
}
