//! The chain of trust, zone by zone from the root down: each zone is judged once.

use std::sync::Arc;

use bytes::Bytes;
use domain::base::Rtype;
use domain::rdata::Dnskey;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use jiff::Timestamp;

use super::cells::Cells;
use super::message::{self, Answer, Question, Record};
use super::name::{self, Name};
use super::signature;
use super::source::Source;
use super::validate::{
    DNSSEC_BOGUS, NO_REACHABLE_AUTHORITY, NSEC_MISSING, OTHER, UNSUPPORTED_DNSKEY_ALGORITHM,
    Validator, Verdict, extended,
};
use super::zone_cut::ZoneCut;
use crate::inventory::{
    Ancestor, Evidence, ExtendedError, Fact, Reason, SecurityState, Unknown, Validation,
};

/// Records of an answer that are shown as evidence.
const MAX_EVIDENCE: usize = 24;

/// How far the chain of trust reaches.
#[derive(Debug)]
pub(super) struct Trust {
    source: Arc<Source>,
    validator: Validator,
    zones: Cells<Name, Arc<ZoneTrust>>,
}

/// Whether the chain of trust reaches a zone.
#[derive(Debug, Clone)]
pub(super) struct ZoneTrust {
    pub(super) ds: Fact<Validation>,
    pub(super) dnskey: Fact<Validation>,
    /// What the data of the zone is worth: secure where it is signed by a key of `keys`.
    pub(super) standing: Fact<Validation>,
    keys: Vec<Dnskey<Bytes>>,
}

impl ZoneTrust {
    /// The zone is what the zone above it is.
    fn inherited(standing: &Fact<Validation>) -> Self {
        Self {
            ds: standing.clone(),
            dnskey: standing.clone(),
            standing: standing.clone(),
            keys: Vec::new(),
        }
    }

    pub(super) fn is_secure(&self) -> bool {
        is_secure(&self.standing)
    }
}

pub(super) fn is_secure(fact: &Fact<Validation>) -> bool {
    fact.known()
        .is_some_and(|validation| validation.state == SecurityState::Secure)
}

/// A secure validation.
fn secure() -> Validation {
    Validation {
        state: SecurityState::Secure,
        reason: None,
        broken_at: None,
        evidence: Vec::new(),
    }
}

impl Trust {
    pub(super) fn new(source: Arc<Source>, validator: Validator) -> Self {
        Self {
            source,
            validator,
            zones: Cells::default(),
        }
    }

    /// Whether the chain of trust reaches a zone.
    pub(super) fn zone<'a>(&'a self, cut: &'a ZoneCut) -> BoxFuture<'a, Arc<ZoneTrust>> {
        async move {
            let judge = async { Arc::new(self.judge_zone(cut).await) };
            self.zones.get_or_make(&cut.name, judge).await
        }
        .boxed()
    }

    /// Drops what was found of a zone that is done with.
    pub(super) fn forget(&self, zone: &Name) {
        self.zones.forget(zone);
    }

    /// The zones from the root to `cut`, each with its DNSKEY set.
    pub(super) async fn ancestors(&self, cut: &Arc<ZoneCut>) -> Vec<Ancestor> {
        let mut ancestors = Vec::new();
        let mut at = Some(cut.clone());
        while let Some(cut) = at {
            ancestors.push(Ancestor {
                zone: name::show(&cut.name),
                validation: self.zone(&cut).await.standing.clone(),
            });
            at = cut.parent.clone();
        }
        ancestors.reverse();
        ancestors
    }

    /// What an answer of a zone is worth.
    pub(super) async fn answer(
        &self,
        cut: &ZoneCut,
        trust: &ZoneTrust,
        answer: &Answer,
    ) -> Fact<Validation> {
        match &trust.standing {
            Fact::Known(standing) if standing.state == SecurityState::Secure => {
                self.validated(cut, &trust.keys, answer).await
            }
            standing => standing.clone(),
        }
    }

    async fn judge_zone(&self, cut: &ZoneCut) -> ZoneTrust {
        let Some(parent) = &cut.parent else {
            return self.judge_root(cut).await;
        };
        let above = self.zone(parent).await;
        if !above.is_secure() {
            return ZoneTrust::inherited(&above.standing);
        }
        let ds = match self.delegation(cut, parent).await {
            Ok(answer) => answer,
            Err(why) => return ZoneTrust::inherited(&Fact::unknown(why)),
        };
        let at_parent = self.validated(parent, &above.keys, &ds).await;
        if !is_secure(&at_parent) {
            // An opt-out leaves the zone insecure from here on.
            return ZoneTrust::inherited(&at_parent.map(|validation| Validation {
                broken_at: Some(name::show(&cut.name)),
                ..validation
            }));
        }
        let ds_records = signature::ds_set(&records(&ds, Rtype::DS));
        let below = match ds_records.is_empty() {
            true => self.unsigned(cut).await,
            false => self.signed(cut, &ds, &ds_records).await,
        };
        ZoneTrust {
            ds: at_parent,
            ..below
        }
    }

    async fn judge_root(&self, cut: &ZoneCut) -> ZoneTrust {
        let question = Question::new(cut.name.clone(), Rtype::DNSKEY);
        let answer = match self.source.link(&question).await {
            Ok(answer) => answer,
            Err(why) => return ZoneTrust::inherited(&Fact::unknown(why)),
        };
        let dnskey = self.validated(cut, &[], &answer).await.map(|validation| {
            let is_bogus = validation.state == SecurityState::Bogus;
            match is_bogus {
                true => Validation {
                    reason: Some(extended(
                        DNSSEC_BOGUS,
                        Some("no trust anchor vouches for the keys of the root".to_owned()),
                    )),
                    ..validation
                },
                false => validation,
            }
        });
        ZoneTrust {
            ds: Fact::unknown(Unknown::because(
                Reason::NotDetermined,
                "the root has trust anchors in place of a DS",
            )),
            standing: dnskey.clone(),
            dnskey,
            keys: signature::keys(&records(&answer, Rtype::DNSKEY)),
        }
    }

    /// The answer for DS, once those for the names between the parent and the zone are had, which
    /// the validator asks for as well: what cannot be had must not look bogus.
    async fn delegation(&self, cut: &ZoneCut, parent: &ZoneCut) -> Result<Arc<Answer>, Unknown> {
        let mut between = Vec::new();
        let mut above = name::parent(&cut.name);
        while let Some(name) = above.filter(|name| *name != parent.name) {
            above = name::parent(&name);
            between.push(name);
        }
        for name in between.into_iter().rev() {
            self.source.link(&Question::new(name, Rtype::DS)).await?;
        }
        let question = Question::new(cut.name.clone(), Rtype::DS);
        self.source.link(&question).await
    }

    /// A zone for which the parent proves that there is no DS.
    async fn unsigned(&self, cut: &ZoneCut) -> ZoneTrust {
        let insecure = Validation {
            state: SecurityState::Insecure,
            reason: None,
            broken_at: Some(name::show(&cut.name)),
            evidence: Vec::new(),
        };
        let question = Question::new(cut.name.clone(), Rtype::SOA);
        // The proof may say that there is no delegation at all: what the zone serves is then
        // bogus, though the DS is securely absent. Only the validator's view of its data tells.
        let standing = match self.source.link(&question).await {
            Ok(answer) => match self.validated(cut, &[], &answer).await {
                Fact::Known(validation) if validation.state == SecurityState::Insecure => insecure,
                Fact::Known(validation) => validation,
                Fact::Unknown(_) => insecure,
            },
            Err(_) => insecure,
        };
        ZoneTrust::inherited(&Fact::Known(standing))
    }

    async fn signed(
        &self,
        cut: &ZoneCut,
        ds: &Answer,
        ds_records: &[domain::rdata::Ds<Bytes>],
    ) -> ZoneTrust {
        let question = Question::new(cut.name.clone(), Rtype::DNSKEY);
        let answer = match self.source.link(&question).await {
            Ok(answer) => answer,
            Err(why) => return ZoneTrust::inherited(&Fact::unknown(why)),
        };
        let dnskeys = records(&answer, Rtype::DNSKEY);
        let keys = signature::keys(&dnskeys);
        let flaw = || {
            let (signed, now) = (&answer.content.answer, Timestamp::now());
            signature::link_flaw(&cut.name, ds_records, &dnskeys, signed, now)
        };
        let broken = |state, reason| Validation {
            state,
            reason,
            broken_at: Some(name::show(&cut.name)),
            evidence: vec![evidence(ds), evidence(&answer)],
        };
        let verdict = self.verdict(cut, &answer).await;
        let dnskey = verdict.map(|verdict| match verdict.state {
            SecurityState::Secure => match flaw() {
                // The validator follows any DS; this one must not be followed.
                Some(flaw) => broken(SecurityState::Bogus, Some(flaw)),
                None => secure(),
            },
            SecurityState::Insecure if signature::is_beyond_us(ds_records) => broken(
                SecurityState::Indeterminate,
                Some(signature::unsupported(ds_records)),
            ),
            SecurityState::Insecure => {
                let is_unsupported = verdict
                    .reason
                    .as_ref()
                    .is_some_and(|reason| reason.info_code == UNSUPPORTED_DNSKEY_ALGORITHM);
                let reason = match is_unsupported {
                    true => Some(signature::unsupported(ds_records)),
                    false => verdict.reason,
                };
                broken(SecurityState::Insecure, reason)
            }
            SecurityState::Bogus => broken(SecurityState::Bogus, flaw().or(verdict.reason)),
            SecurityState::Indeterminate => broken(SecurityState::Indeterminate, verdict.reason),
        });
        ZoneTrust {
            // The caller knows what the DS set is worth.
            ds: dnskey.clone(),
            standing: dnskey.clone(),
            dnskey,
            keys,
        }
    }

    /// What the validator says of an answer of a zone to which the chain of trust should reach,
    /// and why.
    async fn validated(
        &self,
        cut: &ZoneCut,
        keys: &[Dnskey<Bytes>],
        answer: &Answer,
    ) -> Fact<Validation> {
        self.verdict(cut, answer).await.map(|verdict| {
            if verdict.state == SecurityState::Secure {
                return secure();
            }
            let reason = match verdict.state {
                SecurityState::Bogus => diagnosis(cut, keys, answer).or(verdict.reason),
                _ => verdict.reason,
            };
            Validation {
                state: verdict.state,
                reason,
                broken_at: Some(name::show(&cut.name)),
                evidence: vec![evidence(answer)],
            }
        })
    }

    async fn verdict(&self, cut: &ZoneCut, answer: &Answer) -> Fact<Verdict> {
        self.validator
            .validate(&cut.name, &answer.question, &answer.content)
            .await
            .map_err(|why| {
                Unknown::because(
                    Reason::Malformed,
                    format!("{}: {why}", answer.question.show()),
                )
            })
            .into()
    }
}

/// Why an answer is bogus, as far as its signatures tell.
fn diagnosis(cut: &ZoneCut, keys: &[Dnskey<Bytes>], answer: &Answer) -> Option<ExtendedError> {
    let question = &answer.question;
    let content = &answer.content;
    let now = Timestamp::now();
    for rtype in [question.rtype, Rtype::CNAME] {
        let set: Vec<Record> = content.answers(&question.name, rtype).cloned().collect();
        if !set.is_empty() {
            let signatures = signature::over(&content.answer, &question.name, rtype);
            return signature::flaw(&set, signatures, &cut.name, keys, now)
                .map(|flaw| about(flaw, &question.name, rtype));
        }
    }
    let mut denies = false;
    for rtype in [Rtype::SOA, Rtype::NSEC, Rtype::NSEC3] {
        let records = content.authority.iter();
        for record in records.filter(|record| record.rtype() == rtype) {
            denies |= rtype != Rtype::SOA;
            let owner = record.owner();
            let set: Vec<Record> = content.authorities(owner, rtype).cloned().collect();
            let signatures = signature::over(&content.authority, owner, rtype);
            if let Some(flaw) = signature::flaw(&set, signatures, &cut.name, keys, now) {
                return Some(about(flaw, owner, rtype));
            }
        }
    }
    (!denies).then(|| {
        extended(
            NSEC_MISSING,
            Some(format!("{} is denied without proof", question.show())),
        )
    })
}

fn about(flaw: ExtendedError, owner: &Name, rtype: Rtype) -> ExtendedError {
    let set = signature::show(owner, rtype);
    ExtendedError {
        text: Some(match flaw.text {
            Some(text) => format!("{set}: {text}"),
            None => set,
        }),
        ..flaw
    }
}

/// The validation of what could not be had.
pub(super) fn unreachable(why: &Unknown, zone: &Name) -> Validation {
    let code = match why.reason {
        Reason::Timeout | Reason::Network => NO_REACHABLE_AUTHORITY,
        _ => OTHER,
    };
    Validation {
        state: SecurityState::Indeterminate,
        reason: Some(extended(code, why.detail.clone())),
        broken_at: Some(name::show(zone)),
        evidence: Vec::new(),
    }
}

fn records(answer: &Answer, rtype: Rtype) -> Vec<Record> {
    answer
        .content
        .answers(&answer.question.name, rtype)
        .cloned()
        .collect()
}

fn evidence(answer: &Answer) -> Evidence {
    let sections = answer
        .content
        .answer
        .iter()
        .chain(&answer.content.authority);
    Evidence {
        question: answer.question.show(),
        server: answer.server.clone(),
        observed_at: answer.received_at,
        records: message::show(sections.take(MAX_EVIDENCE)),
    }
}
