//! A yes or a no, with the reason for the no.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::inventory::Fact;

/// A yes or a no, and for a no why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// Whether it holds.
    pub value: bool,
    /// Why it does not: a clause without capital and full stop.
    pub why: Option<String>,
}

impl Verdict {
    pub(super) fn yes() -> Self {
        Self {
            value: true,
            why: None,
        }
    }

    pub(super) fn no(why: impl Into<String>) -> Self {
        Self {
            value: false,
            why: Some(why.into()),
        }
    }
}

/// Whether two things hold that an alarm needs to be effective: it lies where the metric does, it
/// can fire, and someone is told when it does.
///
/// A no decides whatever the other says; an unknown decides over a yes.
pub fn effective(can_fire: &Fact<Verdict>, notifies: &Fact<Verdict>) -> Fact<Verdict> {
    match (can_fire, notifies) {
        (Fact::Known(fire), Fact::Known(notify)) => Fact::Known(Verdict {
            value: fire.value && notify.value,
            why: match (&fire.why, &notify.why) {
                (Some(fire), Some(notify)) => Some(format!("{fire}; {notify}")),
                (why, None) | (None, why) => why.clone(),
            },
        }),
        (Fact::Known(no), _) | (_, Fact::Known(no)) if !no.value => Fact::Known(no.clone()),
        (Fact::Unknown(_), _) => can_fire.clone(),
        (_, Fact::Unknown(_)) => notifies.clone(),
    }
}

/// Whether any of several verdicts is a yes; an unknown decides over a no.
///
/// `otherwise` is the answer where there is none to ask.
pub(super) fn any(
    verdicts: impl IntoIterator<Item = Fact<Verdict>>,
    otherwise: Verdict,
) -> Fact<Verdict> {
    let mut best: Option<Fact<Verdict>> = None;
    for verdict in verdicts {
        match (&verdict, &best) {
            (Fact::Known(known), _) if known.value => return verdict,
            (_, None) | (Fact::Unknown(_), Some(Fact::Known(_))) => best = Some(verdict),
            _ => {}
        }
    }
    best.unwrap_or(Fact::Known(otherwise))
}
