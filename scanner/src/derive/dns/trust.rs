//! The chain of trust, as it was validated.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::inventory::{
    Chain, DnsObservation, Evidence, Fact, Reason, SecurityState, Unknown, Validation,
};

/// The chain of trust to a zone. What is indeterminate is unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ChainFacts {
    /// The first zone above that is insecure or bogus; null where all are secure.
    pub broken_above: Fact<Option<BrokenAbove>>,
    /// The DS records at the parent, or the proof that there are none.
    pub ds: Fact<ValidationFacts>,
    /// The DNSKEY records.
    pub dnskey: Fact<ValidationFacts>,
    /// The SOA record.
    pub soa: Fact<ValidationFacts>,
    /// The NS records of the apex.
    pub ns: Fact<ValidationFacts>,
    /// Names of the zone that were asked for.
    pub samples: Vec<SampleFacts>,
    /// How the zone denies what does not exist.
    pub denial: DenialFacts,
    /// What all of this but the denial comes to.
    pub verdict: Fact<ValidationFacts>,
}

/// A zone above that breaks the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BrokenAbove {
    /// The name of the zone.
    pub zone: String,
    /// How it is.
    pub validation: ValidationFacts,
}

/// What validating an answer came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ValidationFacts {
    /// `secure`, `insecure` or `bogus`.
    pub state: SecurityState,
    /// The number of the extended DNS error (RFC 8914 section 4) that says why; null where it is
    /// secure.
    pub info_code: Option<u16>,
    /// The purpose of that error, as IANA registers it.
    pub error: Option<String>,
    /// What a person needs to know beyond it.
    pub text: Option<String>,
    /// The zone at which the chain ends or breaks; null where it is secure.
    pub broken_at: Option<String>,
    /// The first answer that shows it; null where it is secure.
    pub seen: Option<Seen>,
}

/// Where something was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Seen {
    /// The name and type asked for.
    pub question: String,
    /// The name of the server that answered.
    pub server: String,
    /// Its address.
    pub address: String,
    /// When it answered.
    pub observed_at: Timestamp,
}

/// A record set that was asked for as a sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SampleFacts {
    /// The name.
    pub name: String,
    /// The type.
    #[serde(rename = "type")]
    pub record_type: String,
    /// Whether there are such records; where there are none, the answer is a denial.
    pub exists: Fact<bool>,
    /// The validation of the answer.
    pub validation: Fact<ValidationFacts>,
}

/// How a zone denies what does not exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DenialFacts {
    /// The answer to a name that does not exist.
    pub name_error: Fact<ValidationFacts>,
    /// The answer to a type that the apex does not have.
    pub no_data: Fact<ValidationFacts>,
}

pub(super) fn of(observation: &DnsObservation) -> Fact<ChainFacts> {
    observation.chain.as_ref().map(|chain| ChainFacts {
        broken_above: broken_above(chain),
        ds: part(&chain.ds),
        dnskey: part(&chain.dnskey),
        soa: part(&chain.soa),
        ns: part(&chain.ns),
        samples: (chain.samples.iter())
            .map(|sample| SampleFacts {
                name: sample.name.clone(),
                record_type: sample.record_type.clone(),
                exists: sample.exists.clone(),
                validation: part(&sample.validation),
            })
            .collect(),
        denial: DenialFacts {
            name_error: part(&chain.denial.name_error),
            no_data: part(&chain.denial.no_data),
        },
        verdict: known(&chain.verdict),
    })
}

fn part(fact: &Fact<Validation>) -> Fact<ValidationFacts> {
    match fact {
        Fact::Known(validation) => known(validation),
        Fact::Unknown(mark) => Fact::Unknown(mark.clone()),
    }
}

fn known(validation: &Validation) -> Fact<ValidationFacts> {
    let error = validation.reason.as_ref();
    if validation.state == SecurityState::Indeterminate {
        let said = error.map(|error| error.text.as_ref().unwrap_or(&error.name).clone());
        return Fact::unknown(Unknown {
            detail: said,
            ..Unknown::because(Reason::NotDetermined, "")
        });
    }
    Fact::Known(ValidationFacts {
        state: validation.state,
        info_code: error.map(|error| error.info_code),
        error: error.map(|error| error.name.clone()),
        text: error.and_then(|error| error.text.clone()),
        broken_at: validation.broken_at.clone(),
        seen: validation.evidence.first().map(seen),
    })
}

fn seen(evidence: &Evidence) -> Seen {
    Seen {
        question: evidence.question.clone(),
        server: evidence.server.name.clone(),
        address: evidence.server.address.to_string(),
        observed_at: evidence.observed_at,
    }
}

/// The first zone above, from the root down, that is known to be insecure or bogus.
fn broken_above(chain: &Chain) -> Fact<Option<BrokenAbove>> {
    let mut open = None;
    for ancestor in &chain.ancestors {
        match part(&ancestor.validation) {
            Fact::Known(validation) if validation.state == SecurityState::Secure => {}
            Fact::Known(validation) => {
                return Fact::Known(Some(BrokenAbove {
                    zone: (validation.broken_at.clone()).unwrap_or_else(|| ancestor.zone.clone()),
                    validation,
                }));
            }
            Fact::Unknown(mark) => open = open.or(Some(mark)),
        }
    }
    match open {
        Some(mark) => Fact::Unknown(mark),
        None => Fact::Known(None),
    }
}
