//! Findings of the user's own rules that name as the wrong fact what the input never holds: they stand,
//! and whoever wrote the rule is told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde_json::Value as Json;

use super::case::is_described;
use super::catalogue::{Rule, Scope};
use super::subject::input_schema;
use super::verdict::Verdict;

/// So many paths of one rule are told.
const MAX_PATHS: usize = 3;

/// The schemas of the inputs, each made when it is first asked for.
#[derive(Default)]
pub(super) struct Shapes([OnceLock<Json>; Scope::ALL.len()]);

impl Shapes {
    /// Whether the input of a scope may hold something at a dotted path.
    fn has(&self, scope: Scope, path: &str) -> bool {
        let shape = self.0.get(scope as usize);
        shape.is_none_or(|shape| is_described(path, shape.get_or_init(|| input_schema(scope))))
    }
}

/// The paths that rules name and inputs do not have, by the rule's place in the catalogue.
#[derive(Debug, Default)]
pub(super) struct Misplaced(BTreeMap<usize, BTreeSet<String>>);

impl Misplaced {
    /// Notes those of a verdict.
    pub(super) fn note(&mut self, at: usize, rule: &Rule, verdict: &Verdict, shapes: &Shapes) {
        if rule.own.is_none() {
            return;
        }
        let unseen = verdict
            .findings
            .values()
            .filter(|finding| finding.value.is_none());
        for path in unseen.filter_map(|finding| finding.at.as_deref()) {
            if !shapes.has(rule.scope, path) {
                self.keep(at, path.to_owned());
            }
        }
    }

    /// Notes what another has noted.
    pub(super) fn add(&mut self, other: Self) {
        for (at, paths) in other.0 {
            paths.into_iter().for_each(|path| self.keep(at, path));
        }
    }

    /// Keeps the first paths by name, so that it does not depend on which thread found which.
    fn keep(&mut self, at: usize, path: String) {
        let paths = self.0.entry(at).or_default();
        paths.insert(path);
        if paths.len() > MAX_PATHS {
            paths.pop_last();
        }
    }

    /// What is told of them.
    pub(super) fn warnings(&self, rules: &[Rule]) -> Vec<String> {
        let by_rule = self
            .0
            .iter()
            .filter_map(|(at, paths)| Some((rules.get(*at)?, paths)));
        let told = by_rule.flat_map(|(rule, paths)| {
            let told = |path: &String| {
                format!(
                    "{}: the rule {} finds something at {path}, which is not in the input of scope {}",
                    rule.path,
                    rule.id,
                    rule.scope.as_str()
                )
            };
            paths.iter().map(told)
        });
        told.collect()
    }
}
