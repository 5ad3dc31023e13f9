//! Which lines of Rego the tests reach.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{Module, Rule as AstRule, RuleHead};
use regorus::{Engine, Value};
use serde::{Deserialize, Serialize};

use super::Lines;
use crate::evaluate::catalogue::Rule;
use crate::evaluate::pack::PackError;
use crate::evaluate::pack::conventions::NOT_APPLICABLE;

/// Which lines of a file were reached, and which were not.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::evaluate) struct Reached {
    path: String,
    covered: BTreeSet<u32>,
    not_covered: BTreeSet<u32>,
}

/// What an engine reached.
pub(in crate::evaluate) fn reached(engine: &Engine) -> Vec<Reached> {
    let files = engine.get_coverage_report().map(|report| report.files);
    let files = files.unwrap_or_default().into_iter();
    files
        .map(|file| Reached {
            path: file.path,
            covered: file.covered,
            not_covered: file.not_covered,
        })
        .collect()
}

/// Which lines were reached, by file.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    files: BTreeMap<String, File>,
    /// The lines of every file as they stand: of those of which nothing is reached, regorus says
    /// nothing.
    written: BTreeMap<String, BTreeSet<u32>>,
}

#[derive(Debug, Default)]
struct File {
    all: BTreeSet<u32>,
    reached: BTreeSet<u32>,
}

impl Coverage {
    /// Asks a rule that ships about inputs, and notes what of it that reaches.
    pub(super) fn reach_shipped(&mut self, rule: &Rule, inputs: &[Value]) -> Result<(), PackError> {
        let mut engine = Engine::new();
        engine
            .add_policy(rule.path.clone(), rule.text.clone().into_owned())
            .map_err(|error| PackError::from_regorus(&rule.path, &error.to_string()))?;
        engine.set_enable_coverage(true);
        for input in inputs {
            engine.set_input(input.clone());
            // A rule that does not say where it applies has none of that name; and what fails was
            // told where it was judged.
            for head in [NOT_APPLICABLE, "deny"] {
                let _ = engine.eval_rule(format!("{}.{head}", rule.package));
            }
        }
        self.list(&mut engine);
        self.note(reached(&engine));
        Ok(())
    }

    /// Lists the lines that stand in the modules of an engine.
    pub(super) fn list(&mut self, engine: &mut Engine) {
        for module in engine.get_modules() {
            let path = module.package.span.source.get_path();
            if !self.written.contains_key(path) {
                self.written.insert(path.clone(), lines_of(module));
            }
        }
    }

    /// Notes what was reached.
    pub(super) fn note(&mut self, files: Vec<Reached>) {
        for file in files {
            let noted = self.files.entry(file.path).or_default();
            noted
                .all
                .extend(file.covered.iter().chain(&file.not_covered));
            noted.reached.extend(file.covered);
        }
    }

    /// What was noted, with the files of which nothing was reached.
    pub(super) fn whole(mut self) -> Self {
        for (path, all) in std::mem::take(&mut self.written) {
            self.files.entry(path).or_insert_with(|| File {
                all,
                reached: BTreeSet::new(),
            });
        }
        self
    }

    pub(super) fn lines(&self) -> Lines {
        let files = self.files.values();
        files.fold(Lines::default(), |lines, file| Lines {
            all: lines.all + file.all.len(),
            reached: lines.reached + file.reached.len(),
        })
    }

    pub(super) fn uncovered(self) -> BTreeMap<String, Vec<u32>> {
        let files = self.files.into_iter().map(|(path, file)| {
            let lines = file.all.difference(&file.reached).copied().collect();
            (path, lines)
        });
        files
            .filter(|(_, lines): &(String, Vec<u32>)| !lines.is_empty())
            .collect()
    }
}

/// The lines of the rules of a module: of what they give, and of each statement.
fn lines_of(module: &Module) -> BTreeSet<u32> {
    let mut lines = BTreeSet::new();
    for rule in &module.policy {
        match rule.as_ref() {
            AstRule::Default { value, .. } => {
                lines.insert(value.span().line);
            }
            AstRule::Spec { head, bodies, .. } => {
                let given = match head {
                    RuleHead::Compr { assign, .. } | RuleHead::Func { assign, .. } => {
                        assign.as_ref().map(|assign| &assign.value)
                    }
                    RuleHead::Set { key, .. } => key.as_ref(),
                };
                lines.extend(given.map(|given| given.span().line));
                let statements = bodies.iter().flat_map(|body| &body.query.stmts);
                lines.extend(statements.map(|statement| statement.span.line));
            }
        }
    }
    lines
}
