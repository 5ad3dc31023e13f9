//! Samples of a zone's data, and questions for what it does not have.

use domain::base::Rtype;
use futures_util::future::{join, join_all};

use super::message::Question;
use super::name::{self, Name};
use super::source::Source;
use super::trust::{Trust, ZoneTrust};
use super::zone_cut::ZoneCut;
use crate::inventory::{Denial, Fact, Reason, Sample, Unknown, Validation};

/// A label that no zone has.
const ABSENT_LABEL: &str = "zonewarden-probe-of-a-name-that-does-not-exist";

/// A type that an apex hardly has, and in a hosted zone of Route 53 cannot have (RFC 1183).
const ABSENT_TYPE: Rtype = Rtype::AFSDB;

/// Validates samples of a zone that the chain of trust reaches.
///
/// Below a chain that ends or breaks nothing is asked: every sample would be what the zone is.
pub(super) async fn samples(
    source: &Source,
    trust: &Trust,
    cut: &ZoneCut,
    zone: &ZoneTrust,
) -> Vec<Sample> {
    if !zone.is_secure() {
        return Vec::new();
    }
    let apex = |rtype| Some(Question::new(cut.name.clone(), rtype));
    let www = || Some(Question::new(name::child("www", &cut.name)?, Rtype::A));
    let questions = [
        apex(Rtype::A),
        apex(Rtype::AAAA),
        apex(Rtype::MX),
        apex(Rtype::TXT),
        www(),
    ];
    let samples = questions.into_iter().flatten().map(|question| async move {
        let (name, record_type) = (name::show(&question.name), question.rtype.to_string());
        let (exists, validation) = match source.ask(cut, &question).await {
            Ok(answer) => (
                Fact::Known(!answer.content.answer.is_empty()),
                trust.answer(cut, zone, &answer).await,
            ),
            Err(why) => (Fact::unknown(why.clone()), Fact::unknown(why)),
        };
        Sample {
            name,
            record_type,
            exists,
            validation,
        }
    });
    join_all(samples).await
}

/// Validates the denial of what a zone does not have.
pub(super) async fn denial(
    source: &Source,
    trust: &Trust,
    cut: &ZoneCut,
    zone: &ZoneTrust,
) -> Denial {
    let absent: Option<Name> = name::child(ABSENT_LABEL, &cut.name);
    let (name_error, no_data) = join(
        ask(
            source,
            trust,
            cut,
            zone,
            absent.map(|name| Question::new(name, Rtype::A)),
        ),
        ask(
            source,
            trust,
            cut,
            zone,
            Some(Question::new(cut.name.clone(), ABSENT_TYPE)),
        ),
    )
    .await;
    Denial {
        name_error,
        no_data,
    }
}

async fn ask(
    source: &Source,
    trust: &Trust,
    cut: &ZoneCut,
    zone: &ZoneTrust,
    question: Option<Question>,
) -> Fact<Validation> {
    if !zone.is_secure() {
        return zone.standing.clone();
    }
    let Some(question) = question else {
        return Fact::unknown(Unknown::because(
            Reason::NotDetermined,
            "the name of the zone leaves no room for another label",
        ));
    };
    match source.ask(cut, &question).await {
        Ok(answer) => trust.answer(cut, zone, &answer).await,
        Err(why) => Fact::unknown(why),
    }
}
