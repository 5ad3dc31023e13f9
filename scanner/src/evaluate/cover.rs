//! Which subjects something that is configured is for.

use std::collections::BTreeMap;

use serde::Serialize;

use super::pattern::{fits, lies_below, plain_name};
use super::subject::unlisted;
use super::verdict::LostFact;
use crate::inventory::{Fact, OrganizationalUnit, Symbol, Tags, UnknownMark};

/// Subjects, by where they lie and what they are called. What is left empty does not narrow them;
/// of several values in one list, one must fit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Cover {
    /// Account ids.
    pub accounts: Vec<String>,
    /// Organisational units, by path or id: what lies in them, at any depth.
    pub ous: Vec<String>,
    /// Names of zones, in which `*` stands for any characters and `?` for any one; upper and lower case
    /// and the final dot make no difference.
    pub zone_names: Vec<String>,
    /// Tags, by name; in the value, `*` stands for any characters and `?` for any one. They are those
    /// of the zone for a zone and its KSKs, and those of the account for everything else.
    pub tags: BTreeMap<String, String>,
}

/// What decides whether a subject is covered.
#[derive(Debug)]
pub struct Whereabouts<'a> {
    /// The id of its account.
    pub account: &'a str,
    /// Where the account lies; none of one that nobody listed, as code names it.
    pub ou: Option<&'a Fact<Option<OrganizationalUnit>>>,
    /// The names of the zones that the subject is, belongs to or serves.
    pub zones: Vec<&'a str>,
    /// Its tags.
    pub tags: Tagged<'a>,
}

/// The tags by which a subject is covered.
#[derive(Debug, Clone, Copy)]
pub enum Tagged<'a> {
    /// Of the zone, where it is one, or belongs to one.
    Zone(&'a Fact<Tags>),
    /// Of the account, where it is anything else.
    Account(&'a Fact<Tags>),
}

/// Whether a subject is covered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Covered {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// That rests on a fact that is not known.
    Unknown(LostFact),
}

impl Cover {
    /// Whether nothing narrows it.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the subject at these whereabouts is covered.
    pub fn covers(&self, subject: &Whereabouts<'_>) -> Covered {
        self.covers_account(subject.account)
            .and(|| self.covers_names(&subject.zones).into())
            .and(|| self.covers_unit(subject.ou))
            .and(|| self.covers_tags(subject.tags))
    }

    fn covers_account(&self, account: &str) -> Covered {
        if self.accounts.is_empty() || self.accounts.iter().any(|wanted| wanted == account) {
            return Covered::Yes;
        }
        match Symbol::parse(account) {
            None => Covered::No,
            Some(_) => Covered::Unknown(LostFact {
                fact: Some("account.id".to_owned()),
                why: unlisted(),
            }),
        }
    }

    fn covers_unit(&self, unit: Option<&Fact<Option<OrganizationalUnit>>>) -> Covered {
        if self.ous.is_empty() {
            return Covered::Yes;
        }
        match unit {
            None => Covered::Unknown(LostFact {
                fact: Some("account.ou".to_owned()),
                why: unlisted(),
            }),
            Some(Fact::Unknown(why)) => lost("account.ou", why),
            Some(Fact::Known(None)) => Covered::No,
            Some(Fact::Known(Some(unit))) => {
                self.ous.iter().any(|wanted| lies_in(unit, wanted)).into()
            }
        }
    }

    fn covers_names(&self, zones: &[&str]) -> bool {
        let fits_one = |zone: &&str| {
            let mut patterns = self.zone_names.iter();
            patterns.any(|pattern| fits_name(pattern, zone))
        };
        self.zone_names.is_empty() || zones.iter().any(fits_one)
    }

    fn covers_tags(&self, tagged: Tagged<'_>) -> Covered {
        if self.tags.is_empty() {
            return Covered::Yes;
        }
        let (fact, tags) = match tagged {
            Tagged::Zone(tags) => ("zone.tags", tags),
            Tagged::Account(tags) => ("account.tags", tags),
        };
        match tags {
            Fact::Unknown(why) => lost(fact, why),
            Fact::Known(tags) => (self.tags.iter())
                .all(|(name, pattern)| tags.get(name).is_some_and(|value| fits(pattern, value)))
                .into(),
        }
    }
}

impl From<bool> for Covered {
    fn from(covered: bool) -> Self {
        match covered {
            true => Self::Yes,
            false => Self::No,
        }
    }
}

impl Covered {
    fn and(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::Yes => other(),
            Self::No => Self::No,
            Self::Unknown(lost) => match other() {
                Self::No => Self::No,
                _ => Self::Unknown(lost),
            },
        }
    }
}

fn lost(fact: &str, why: &UnknownMark) -> Covered {
    Covered::Unknown(LostFact {
        fact: Some(fact.to_owned()),
        why: why.unknown.clone(),
    })
}

/// Whether a unit is the one named by path or id, or lies in it.
fn lies_in(unit: &OrganizationalUnit, wanted: &str) -> bool {
    if !wanted.starts_with('/') {
        return unit.ids.split('/').any(|id| id == wanted);
    }
    lies_below(&unit.path, wanted)
}

/// Whether the name of a zone fits a pattern.
fn fits_name(pattern: &str, name: &str) -> bool {
    fits(&plain_name(pattern), &plain_name(name))
}
