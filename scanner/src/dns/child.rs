//! What each server of a zone answers for it.

use domain::base::Rtype;
use domain::rdata::ZoneRecordData;
use futures_util::future::{join, join_all};
use jiff::Timestamp;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::client::Pace;
use super::failure::{self, Attempt};
use super::message::{Answer, Question, Record};
use super::name::{self, Name};
use super::signature::{self, Verification};
use super::source::Source;
use super::transport::Failure;
use crate::inventory::{
    AddressFamily, DnskeyRecord, DnskeySet, Fact, NsSet, Reason, Server, ServerAnswer,
    ServerOutcome, Signature, Soa, Transport, Unknown,
};

/// More addresses than any zone has use for; those beyond are left unread, and said to be.
const MAX_SERVERS: usize = 32;

/// Asks every server for the SOA, NS and DNSKEY records of a zone.
pub(super) async fn ask_all(source: &Source, zone: &Name, servers: &[Server]) -> Vec<ServerAnswer> {
    let asked = servers
        .iter()
        .enumerate()
        .map(|(place, server)| async move {
            if !source.reaches(server.address) {
                return not_asked(server, "this host has no IPv6");
            }
            if place >= MAX_SERVERS {
                return not_asked(server, "the zone has more servers than are asked");
            }
            ask(source, zone, server).await
        });
    join_all(asked).await
}

async fn ask(source: &Source, zone: &Name, server: &Server) -> ServerAnswer {
    let question = |rtype| Question::new(zone.clone(), rtype);
    let of = |rtype| {
        let question = question(rtype);
        async move { source.ask_server(server, &question, Pace::Zone).await }
    };
    let soa = of(Rtype::SOA).await;
    let seen = outcome(&soa, zone);
    let Ok(soa) = soa else {
        return unanswered(server, &soa, seen);
    };
    if seen.0 != ServerOutcome::Authoritative {
        return unanswered(server, &Ok(soa), seen);
    }
    let (ns, dnskey) = join(of(Rtype::NS), of(Rtype::DNSKEY)).await;
    let (ns, dnskey) = (
        usable(ns, server, &question(Rtype::NS)),
        usable(dnskey, server, &question(Rtype::DNSKEY)),
    );
    source.keep_link(&soa);
    for answer in [&ns, &dnskey].into_iter().flatten() {
        source.keep_link(answer);
    }
    let last = [&ns, &dnskey];
    let answered = last.into_iter().flatten().chain([&soa]);
    ServerAnswer {
        server: server.clone(),
        family: AddressFamily::from(server.address),
        transport: answered.map(|answer| answer.transport).max(),
        outcome: seen.0,
        rcode: Some(soa.content.rcode_name()),
        detail: None,
        soa: Fact::Known(soa_record(&soa, zone)),
        ns: Fact::from(
            ns.as_ref()
                .map(|answer| ns_set(answer, zone))
                .map_err(Clone::clone),
        ),
        signatures: signatures(&soa, &dnskey, zone),
        dnskey: Fact::from(
            dnskey
                .as_ref()
                .map(|answer| dnskey_set(answer, zone))
                .map_err(Clone::clone),
        ),
    }
}

/// How a server answered for SOA, and what there is to say of it.
fn outcome(soa: &Result<Answer, Failure>, zone: &Name) -> (ServerOutcome, Option<String>) {
    let said = |what: &str| Some(what.to_owned());
    let answer = match soa {
        Ok(answer) => answer,
        Err(failure) => {
            let outcome = match failure {
                Failure::Timeout(_) => ServerOutcome::Timeout,
                Failure::Network(..) => ServerOutcome::Network,
                Failure::Malformed(..) => ServerOutcome::Malformed,
            };
            return (outcome, Some(failure::text(failure)));
        }
    };
    let content = &answer.content;
    if content.is_refused() {
        (ServerOutcome::Refused, None)
    } else if !content.is_no_error() {
        (ServerOutcome::OtherRcode, None)
    } else if !content.authoritative {
        (ServerOutcome::NotAuthoritative, None)
    } else if content.answers(zone, Rtype::SOA).next().is_some() {
        (ServerOutcome::Authoritative, None)
    } else if content.answers(zone, Rtype::CNAME).next().is_some() {
        (
            ServerOutcome::NotAuthoritative,
            said("it answers with an alias at the apex"),
        )
    } else {
        (
            ServerOutcome::NotAuthoritative,
            said("it has no SOA record of the zone"),
        )
    }
}

fn unanswered(
    server: &Server,
    soa: &Result<Answer, Failure>,
    (outcome, detail): (ServerOutcome, Option<String>),
) -> ServerAnswer {
    let (transport, rcode, reason) = match soa {
        Ok(answer) => (
            answer.transport,
            Some(answer.content.rcode_name()),
            Reason::ServiceError,
        ),
        Err(failure) => (failure.transport(), None, failure::reason(failure)),
    };
    let why = Unknown::because(
        reason,
        format!(
            "{} ({}) gave no answer with authority for SOA",
            server.name, server.address
        ),
    );
    ServerAnswer {
        server: server.clone(),
        family: AddressFamily::from(server.address),
        transport: Some(transport),
        outcome,
        rcode,
        detail,
        soa: Fact::unknown(why.clone()),
        ns: Fact::unknown(why.clone()),
        dnskey: Fact::unknown(why),
        signatures: Vec::new(),
    }
}

fn not_asked(server: &Server, detail: &str) -> ServerAnswer {
    let why = Unknown::because(Reason::NotDetermined, detail);
    ServerAnswer {
        server: server.clone(),
        family: AddressFamily::from(server.address),
        transport: None::<Transport>,
        outcome: ServerOutcome::NotAsked,
        rcode: None,
        detail: Some(detail.to_owned()),
        soa: Fact::unknown(why.clone()),
        ns: Fact::unknown(why.clone()),
        dnskey: Fact::unknown(why),
        signatures: Vec::new(),
    }
}

/// An answer with authority; unknown where there is none.
fn usable(
    answer: Result<Answer, Failure>,
    server: &Server,
    question: &Question,
) -> Result<Answer, Unknown> {
    let attempt = match answer {
        Ok(answer) if answer.content.authoritative && answer.content.is_no_error() => {
            return Ok(answer);
        }
        Ok(answer) => Attempt::unusable(
            server.clone(),
            format!("answers {}", failure::without_authority(&answer.content)),
        ),
        Err(failure) => Attempt::failed(server.clone(), &failure),
    };
    Err(attempt.unknown(question))
}

fn soa_record(answer: &Answer, zone: &Name) -> Option<Soa> {
    answer
        .content
        .answers(zone, Rtype::SOA)
        .find_map(|record| match record.data() {
            ZoneRecordData::Soa(soa) => Some(Soa {
                ttl: record.ttl().as_secs(),
                serial: soa.serial().into_int(),
                minimum: soa.minimum().as_secs(),
            }),
            _ => None,
        })
}

fn ns_set(answer: &Answer, zone: &Name) -> Option<NsSet> {
    let records: Vec<&Record> = answer.content.answers(zone, Rtype::NS).collect();
    let mut names: Vec<String> = records
        .iter()
        .filter_map(|record| match record.data() {
            ZoneRecordData::Ns(ns) => Some(name::show(ns.nsdname())),
            _ => None,
        })
        .collect();
    names.sort();
    names.dedup();
    Some(NsSet {
        ttl: records.iter().map(|record| record.ttl().as_secs()).min()?,
        names,
    })
}

fn dnskey_set(answer: &Answer, zone: &Name) -> Option<DnskeySet> {
    let records: Vec<Record> = answer
        .content
        .answers(zone, Rtype::DNSKEY)
        .cloned()
        .collect();
    let mut shown: Vec<DnskeyRecord> = signature::keys(&records)
        .iter()
        .map(|key| DnskeyRecord {
            key_tag: key.key_tag(),
            flags: key.flags(),
            protocol: key.protocol(),
            algorithm: key.algorithm().to_int(),
            public_key: STANDARD.encode(key.public_key()),
        })
        .collect();
    shown.sort();
    Some(DnskeySet {
        ttl: records.iter().map(|record| record.ttl().as_secs()).min()?,
        records: shown,
    })
}

/// The signatures over the SOA and DNSKEY records, and whether the keys served made them.
fn signatures(soa: &Answer, dnskey: &Result<Answer, Unknown>, zone: &Name) -> Vec<Signature> {
    let now = Timestamp::now();
    let keys = dnskey.as_ref().map(|answer| {
        let records: Vec<Record> = answer
            .content
            .answers(zone, Rtype::DNSKEY)
            .cloned()
            .collect();
        signature::keys(&records)
    });
    let mut shown = Vec::new();
    for (answer, rtype) in [
        (dnskey.as_ref().ok(), Rtype::DNSKEY),
        (Some(soa), Rtype::SOA),
    ] {
        let Some(answer) = answer else {
            continue;
        };
        let set: Vec<Record> = answer.content.answers(zone, rtype).cloned().collect();
        for rrsig in signature::over(&answer.content.answer, zone, rtype) {
            let verifies = match &keys {
                Ok(keys) => match signature::verify(rrsig, &set, zone, keys) {
                    Verification::Verifies => Fact::Known(true),
                    Verification::Fails | Verification::NoKey | Verification::NoZoneKey => {
                        Fact::Known(false)
                    }
                    Verification::Unsupported => Fact::unknown(Unknown::because(
                        Reason::NotDetermined,
                        "the algorithm is not supported",
                    )),
                },
                Err(why) => Fact::unknown((*why).clone()),
            };
            shown.push(Signature {
                type_covered: rtype.to_string(),
                algorithm: rrsig.algorithm().to_int(),
                original_ttl: rrsig.original_ttl().as_secs(),
                inception: signature::time(rrsig.inception(), now),
                expiration: signature::time(rrsig.expiration(), now),
                key_tag: rrsig.key_tag(),
                signer: name::show(rrsig.signer_name()),
                verifies,
            });
        }
    }
    shown.sort_by(|one, other| {
        (&one.type_covered, one.key_tag, one.expiration).cmp(&(
            &other.type_covered,
            other.key_tag,
            other.expiration,
        ))
    });
    shown
}
