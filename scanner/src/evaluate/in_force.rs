//! What holds of one rule for a subject, worked out once for each way in which profiles cover one.

use std::collections::HashMap;

use regorus::Value;
use zonewarden_reports::Severity;

use super::catalogue::Rule;
use super::cover::Covered;
use super::document::{Document, DocumentError};
use super::settings::{Effective, Settings};

/// What holds of one rule.
#[derive(Debug, Clone)]
pub(super) struct InForce {
    /// The profiles that set something of the rule, by their places.
    profiles: Vec<usize>,
    /// Where none of them covers the subject.
    plain: Held,
    by_cover: HashMap<Box<[Covering]>, Held>,
}

/// A severity and the parameters as Rego sees them; none where it is not known which hold.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) severity: Severity,
    pub(super) params: Option<Value>,
}

/// Whether a profile covers a subject, without why that is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Covering {
    Yes,
    No,
    Unknown,
}

impl InForce {
    pub(super) fn new(rule: &Rule, settings: &Settings) -> Result<Self, DocumentError> {
        let profiles = settings.profiles.iter().enumerate();
        Ok(Self {
            profiles: profiles
                .filter(|(_, profile)| profile.rules.contains_key(&rule.id))
                .map(|(at, _)| at)
                .collect(),
            plain: Held::of(settings.effective(rule, &[]))?,
            by_cover: HashMap::new(),
        })
    }

    /// What holds for a subject that the profiles cover so, in their order.
    pub(super) fn held(
        &mut self,
        rule: &Rule,
        settings: &Settings,
        covered: &[Covered],
    ) -> Result<&Held, DocumentError> {
        let covering: Box<[Covering]> = self
            .profiles
            .iter()
            .map(|at| covered.get(*at).map_or(Covering::No, Covering::from))
            .collect();
        if covering.iter().all(|covering| *covering == Covering::No) {
            return Ok(&self.plain);
        }
        Ok(match self.by_cover.entry(covering) {
            std::collections::hash_map::Entry::Occupied(held) => held.into_mut(),
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(Held::of(settings.effective(rule, covered))?)
            }
        })
    }
}

impl Held {
    fn of(effective: Effective) -> Result<Self, DocumentError> {
        let params = effective.params.map(|params| Document::of(&params));
        Ok(Self {
            severity: effective.severity,
            params: params.transpose()?.map(|document| document.value),
        })
    }
}

impl From<&Covered> for Covering {
    fn from(covered: &Covered) -> Self {
        match covered {
            Covered::Yes => Self::Yes,
            Covered::No => Self::No,
            Covered::Unknown(_) => Self::Unknown,
        }
    }
}
