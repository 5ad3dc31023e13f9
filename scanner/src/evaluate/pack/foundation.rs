//! What a verdict rests on, by what the text of a rule reads.

use std::collections::BTreeSet;

use super::reads::Reads;
use crate::evaluate::catalogue::{Reads as Source, Scope};
use crate::evaluate::document::Step;
use crate::evaluate::fact_path::FactPath;

/// What the text of a rule rests on.
pub(super) struct Foundation {
    /// What decides whether the rule applies.
    pub(super) needs_to_apply: Vec<FactPath>,
    /// What could make it find something by being absent.
    pub(super) needs: Vec<FactPath>,
    /// All else that it reads.
    pub(super) needs_to_pass: Vec<FactPath>,
    /// What must have been read for it.
    pub(super) sources: BTreeSet<Source>,
}

impl Foundation {
    pub(super) fn of(scope: Scope, of_heads: Reads, of_applicability: Reads) -> Self {
        let is_fact = |place: &[Step]| match place.first() {
            Some(Step::Member(root)) => root == scope.as_str(),
            _ => true,
        };
        let mut found = Self {
            needs_to_apply: Vec::new(),
            needs: Vec::new(),
            needs_to_pass: Vec::new(),
            sources: BTreeSet::new(),
        };
        let mut sort = |reads: Reads, decisive: &mut Vec<FactPath>, other: &mut Vec<FactPath>| {
            for ((place, reach), read) in reads.into_iter().filter(|((place, _), _)| is_fact(place))
            {
                found.sources.extend(Source::of_place(&place));
                let path = FactPath::read(place, reach);
                match read.decisive {
                    true => decisive.push(path),
                    false => other.push(path),
                }
            }
        };
        sort(
            of_applicability,
            &mut found.needs_to_apply,
            &mut found.needs,
        );
        sort(of_heads, &mut found.needs, &mut found.needs_to_pass);
        found
    }
}
