//! The validator: NLnet Labs' `domain`, behind one door.
//!
//! It is given messages that are written anew from plain records, and of a hostile answer only
//! what bears on the question: the record set asked for with its signatures, or the denial. What
//! it asks for itself (DS and DNSKEY) is answered from the links that were asked for already.

use std::fmt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use domain::base::iana::OptRcode;
use domain::base::{Message, Rtype, Ttl};
use domain::dnssec::validator::anchor::TrustAnchors;
use domain::dnssec::validator::context::{Config, ValidationContext, ValidationState};
use domain::net::client::request::{
    ComposeRequest as _, Error, GetResponse, RequestMessage, SendRequest,
};
use domain::rdata::ZoneRecordData;
use futures_util::FutureExt as _;

use super::DnsError;
use super::message::{self, Content, Question, Record, covered, lies_in, same};
use super::name::{self, Name};
use super::source::Source;
use crate::inventory::{ExtendedError, SecurityState};

/// Zones whose keys are held: those in work, and all that are above them.
const MAX_ZONES: u64 = 4096;

/// What `domain` says where NSEC3 iterations pass its bound. RFC 9276 section 3.2 lets a validator
/// take such a denial for insecure or for bogus; BIND and Unbound take it for insecure.
const TOO_MANY_ITERATIONS: &str = "NSEC3 with too high iteration count";

/// What `domain` says where it supports no algorithm of a DS set.
const UNSUPPORTED: &str = "No supported algorithm in DS RRset";

/// What the validator says of an answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Verdict {
    pub(super) state: SecurityState,
    pub(super) reason: Option<ExtendedError>,
}

/// Validates answers from the trust anchors of the root down.
pub(super) struct Validator {
    context: ValidationContext<Links>,
}

impl fmt::Debug for Validator {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Validator")
    }
}

impl Validator {
    /// A validator that trusts `anchors`, records in presentation form.
    pub(super) fn new(anchors: &[String], source: Arc<Source>) -> Result<Self, DnsError> {
        let anchors = TrustAnchors::from_u8(anchors.join("\n").as_bytes())
            .map_err(|error| DnsError::TrustAnchor(error.to_string()))?;
        let mut config = Config::new();
        config.set_max_node_cache(MAX_ZONES);
        Ok(Self {
            context: ValidationContext::with_config(anchors, Links(source), config),
        })
    }

    /// Validates what `zone` answered to `question`.
    ///
    /// # Errors
    /// Says why the validator could not come to a verdict.
    pub(super) async fn validate(
        &self,
        zone: &Name,
        question: &Question,
        content: &Content,
    ) -> Result<Verdict, String> {
        let (question, content) = pertinent(zone, question, content);
        let mut message =
            message::compose(&question, &content).ok_or("the answer is too large to validate")?;
        // A defect of the library costs one verdict.
        let validated =
            AssertUnwindSafe(self.context.validate_msg::<_, Vec<u8>>(&mut message)).catch_unwind();
        let (state, error) = validated
            .await
            .map_err(|_| "the validator failed on the answer")?
            .map_err(|error| format!("the answer cannot be validated: {error}"))?;
        Ok(verdict(
            state,
            error.map(|error| extended(error.code().to_int(), text(&error))),
        ))
    }
}

fn text<O: AsRef<[u8]>>(error: &domain::base::opt::ExtendedError<O>) -> Option<String> {
    let text = error.text_slice()?;
    Some(String::from_utf8_lossy(text).into_owned())
}

fn verdict(state: ValidationState, reason: Option<ExtendedError>) -> Verdict {
    let says = |what: &str| {
        let text = reason.as_ref().and_then(|reason| reason.text.as_deref());
        text == Some(what)
    };
    let state = match state {
        ValidationState::Secure => SecurityState::Secure,
        ValidationState::Insecure | ValidationState::Bogus if says(TOO_MANY_ITERATIONS) => {
            return Verdict {
                state: SecurityState::Insecure,
                reason: Some(extended(
                    UNSUPPORTED_NSEC3_ITERATIONS,
                    Some("more than 100 iterations".to_owned()),
                )),
            };
        }
        ValidationState::Insecure if says(UNSUPPORTED) => {
            return Verdict {
                state: SecurityState::Insecure,
                reason: Some(extended(UNSUPPORTED_DNSKEY_ALGORITHM, None)),
            };
        }
        ValidationState::Insecure => SecurityState::Insecure,
        ValidationState::Bogus => SecurityState::Bogus,
        ValidationState::Indeterminate => SecurityState::Indeterminate,
    };
    let reason = reason.filter(|_| state != SecurityState::Secure);
    Verdict { state, reason }
}

/// Of RFC 8914 section 4 and the registry that it began.
pub(super) const OTHER: u16 = 0;
pub(super) const UNSUPPORTED_DNSKEY_ALGORITHM: u16 = 1;
pub(super) const UNSUPPORTED_DS_DIGEST_TYPE: u16 = 2;
pub(super) const DNSSEC_BOGUS: u16 = 6;
pub(super) const SIGNATURE_EXPIRED: u16 = 7;
pub(super) const SIGNATURE_NOT_YET_VALID: u16 = 8;
pub(super) const DNSKEY_MISSING: u16 = 9;
pub(super) const RRSIGS_MISSING: u16 = 10;
pub(super) const NO_ZONE_KEY_BIT_SET: u16 = 11;
pub(super) const NSEC_MISSING: u16 = 12;
pub(super) const NO_REACHABLE_AUTHORITY: u16 = 22;
const UNSUPPORTED_NSEC3_ITERATIONS: u16 = 27;

/// An extended error with its registered name.
pub(super) fn extended(info_code: u16, text: Option<String>) -> ExtendedError {
    let code = domain::base::iana::ExtendedErrorCode::from_int(info_code);
    ExtendedError {
        info_code,
        name: code
            .to_mnemonic_str()
            .map_or_else(|| info_code.to_string(), str::to_owned),
        text,
    }
}

/// What of an answer bears on the question, and the question that it answers: that for the alias
/// where the name is one.
///
/// A signature of another signer than the zone proves nothing about its records (RFC 4035 section
/// 5.3.1), and would lead the validator elsewhere.
fn pertinent(zone: &Name, question: &Question, content: &Content) -> (Question, Content) {
    let by_zone = |record: &&Record| match record.data() {
        ZoneRecordData::Rrsig(rrsig) => same(rrsig.signer_name(), zone),
        _ => lies_in(record.owner(), zone),
    };
    let set = |owner: &Name, rtype: Rtype| -> Vec<Record> {
        let records = content.answer.iter().filter(by_zone);
        records
            .filter(|record| record.owner() == owner && covered(record) == rtype)
            .cloned()
            .collect()
    };
    let denials = |with_soa: bool| -> Vec<Record> {
        let records = content.authority.iter().filter(by_zone);
        records
            .filter(|record| match covered(record) {
                Rtype::NSEC | Rtype::NSEC3 => lies_in(record.owner(), zone),
                Rtype::SOA => with_soa && same(record.owner(), zone),
                _ => false,
            })
            .cloned()
            .collect()
    };
    let positive = |question: Question, answer: Vec<Record>| {
        let content = Content {
            rcode: OptRcode::NOERROR.to_int(),
            authoritative: true,
            answer,
            authority: denials(false),
            additional: Vec::new(),
        };
        (question, content)
    };
    let is_there = |set: &[Record], rtype| set.iter().any(|record| record.rtype() == rtype);
    for rtype in [question.rtype, Rtype::CNAME] {
        let set = set(&question.name, rtype);
        if is_there(&set, rtype) {
            return positive(Question::new(question.name.clone(), rtype), set);
        }
    }
    let mut above = name::parent(&question.name);
    while let Some(owner) = above.filter(|owner| lies_in(owner, zone)) {
        let set = set(&owner, Rtype::DNAME);
        if is_there(&set, Rtype::DNAME) {
            return positive(Question::new(owner, Rtype::DNAME), set);
        }
        above = name::parent(&owner);
    }
    let content = Content {
        rcode: content.rcode,
        authoritative: true,
        answer: Vec::new(),
        authority: denials(true),
        additional: Vec::new(),
    };
    (question.clone(), content)
}

/// The links of chains, as a connection of `domain`'s.
#[derive(Debug, Clone)]
struct Links(Arc<Source>);

impl SendRequest<RequestMessage<Vec<u8>>> for Links {
    fn send_request(&self, request: RequestMessage<Vec<u8>>) -> Box<dyn GetResponse + Send + Sync> {
        let asked = request.to_message().ok().and_then(|message| {
            let question = message.sole_question().ok()?;
            Some(Question::new(
                name::lower(question.qname()),
                question.qtype(),
            ))
        });
        Box::new(LinkRequest {
            links: self.clone(),
            asked,
        })
    }
}

#[derive(Debug)]
struct LinkRequest {
    links: Links,
    asked: Option<Question>,
}

impl GetResponse for LinkRequest {
    fn get_response(
        &mut self,
    ) -> Pin<Box<dyn Future<Output = Result<Message<Bytes>, Error>> + Send + Sync + '_>> {
        let Some(question) = self.asked.clone() else {
            return Box::pin(std::future::ready(Err(Error::FormError)));
        };
        let source = self.links.0.clone();
        // In a task of its own, for the trait asks for a future that threads may share.
        let answering = tokio::spawn(async move { link(&source, &question).await });
        Box::pin(async move {
            let answered = answering.await.ok().flatten();
            answered.ok_or(Error::ConnectionClosed)
        })
    }
}

async fn link(source: &Source, question: &Question) -> Option<Message<Bytes>> {
    let answer = source.link(question).await.ok()?;
    let zone = match question.rtype {
        Rtype::DS => source.cut_of(&name::parent(&question.name)?).await.ok()?,
        _ => source.cut_of(&question.name).await.ok()?,
    };
    let (answered, mut content) = pertinent(&zone.name, question, &answer.content);
    let has_ds = content
        .answer
        .iter()
        .any(|record| record.rtype() == Rtype::DS);
    if question.rtype == Rtype::DS && !has_ds {
        // Of a name that is no zone, `domain` 0.12 keeps for as long as the denial lives that it
        // has no keys, and takes every zone further down for bogus, as if the name signed its DS.
        let records = content.answer.iter_mut().chain(&mut content.authority);
        records.for_each(|record| record.set_ttl(Ttl::ZERO));
    }
    message::compose(&answered, &content)
}
