//! The user's own rules of a run, and what judges by them on one thread.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use regorus::Value;
use zonewarden_reports::Severity;

use super::apart::{self, Apart, Setup, Strikes};
use super::catalogue::{Catalogue, Own, Questions, Rule, Scope};
use super::cover::Covered;
use super::document::{DocumentError, UnknownAt};
use super::in_force::{Held, InForce};
use super::interpreter::{Given, Interpreter};
use super::judge::EvaluateError;
use super::pack::Sources;
use super::program::RunError;
use super::selection::{Selection, selection};
use super::settings::{Settings, open};
use super::verdict::{Verdict, judge};
use crate::inventory::Header;

/// The user's own rules that a run judges.
pub(super) struct OwnRules<'a> {
    sources: &'a Sources,
    setup: Arc<Setup>,
    strikes: Arc<Strikes>,
    by_scope: BTreeMap<Scope, Vec<Seat<'a>>>,
    settings: &'a Settings,
    /// This program, to judge in a process apart; where it is not known, they are judged here.
    program: Option<PathBuf>,
}

#[derive(Clone)]
struct Seat<'a> {
    rule: &'a Rule,
    asked: &'a Questions,
    /// Its place in the catalogue.
    at: usize,
    /// Its place in the setup.
    place: usize,
    in_force: InForce,
}

/// What judges by the user's own rules on one thread.
pub(super) struct OwnMachine<'a> {
    by_scope: BTreeMap<Scope, Vec<Seat<'a>>>,
    settings: &'a Settings,
    runner: Runner,
}

enum Runner {
    Apart(Apart),
    Here(Box<Interpreter>),
}

impl<'a> OwnRules<'a> {
    /// Those of a catalogue that are selected; none where there are none.
    pub(super) fn of(
        catalogue: &'a Catalogue,
        header: &Header,
        has_previous: bool,
        settings: &'a Settings,
        program: Option<PathBuf>,
    ) -> Result<Option<Self>, DocumentError> {
        let Some(sources) = catalogue.own() else {
            return Ok(None);
        };
        let mut by_scope: BTreeMap<Scope, Vec<Seat<'a>>> = BTreeMap::new();
        let mut questions = Vec::new();
        for (at, rule) in catalogue.rules().iter().enumerate() {
            let Some(Own { asked, .. }) = &rule.own else {
                continue;
            };
            if selection(rule, header, has_previous) != Selection::Selected {
                continue;
            }
            by_scope.entry(rule.scope).or_default().push(Seat {
                rule,
                asked,
                at,
                place: questions.len(),
                in_force: InForce::new(rule, settings)?,
            });
            questions.push(asked.clone());
        }
        Ok((!questions.is_empty()).then(|| Self {
            sources,
            strikes: Strikes::none(questions.len()),
            setup: apart::setup(sources, questions),
            by_scope,
            settings,
            program,
        }))
    }

    /// What judges by them on one thread.
    pub(super) fn machine(&self) -> Result<OwnMachine<'a>, EvaluateError> {
        Ok(OwnMachine {
            by_scope: self.by_scope.clone(),
            settings: self.settings,
            runner: match &self.program {
                Some(program) => Runner::Apart(Apart::new(
                    program.clone(),
                    self.setup.clone(),
                    self.strikes.clone(),
                )),
                None => Runner::Here(Box::new(Interpreter::new(self.sources)?)),
            },
        })
    }
}

impl OwnMachine<'_> {
    /// Whether there is a rule of a scope.
    pub(super) fn judges(&self, scope: Scope) -> bool {
        self.by_scope.contains_key(&scope)
    }

    /// Judges an input, in which `params` is empty, by every rule of a scope, as what is set for
    /// subjects that the profiles cover so has it.
    pub(super) fn judge(
        &mut self,
        scope: Scope,
        input: &Value,
        unknown: &[UnknownAt],
        covered: &[Covered],
    ) -> Result<Vec<(usize, Verdict)>, EvaluateError> {
        let Some(seats) = self.by_scope.get_mut(&scope) else {
            return Ok(Vec::new());
        };
        let mut verdicts = Vec::with_capacity(seats.len());
        let mut asked: Vec<(&Seat<'_>, Severity, Value)> = Vec::with_capacity(seats.len());
        for seat in seats {
            let held = seat.in_force.held(seat.rule, self.settings, covered)?;
            let Held { severity, params } = held.clone();
            match (params, open(covered)) {
                (None, Some(lost)) => {
                    verdicts.push((seat.at, Verdict::unknown(lost.clone(), severity)));
                }
                (params, _) => {
                    let params = params.unwrap_or_else(Value::new_object);
                    asked.push((seat, severity, params));
                }
            }
        }
        let answers = match &mut self.runner {
            Runner::Apart(apart) => {
                let questions: Vec<(usize, &Value)> = (asked.iter())
                    .map(|(seat, _, params)| (seat.place, params))
                    .collect();
                apart.answers(&questions, input)?
            }
            Runner::Here(interpreter) => (asked.iter())
                .map(|(seat, _, params)| {
                    interpreter.answer(seat.asked, with_params(input, params)?)
                })
                .collect(),
        };
        for ((seat, severity, params), answer) in asked.into_iter().zip(answers) {
            let verdict = match with_params(input, &params) {
                Ok(input) => judge(seat.rule, severity, &mut Given(answer), &input, unknown),
                Err(error) => Verdict::rule_error(&error, severity),
            };
            verdicts.push((seat.at, verdict));
        }
        Ok(verdicts)
    }
}

fn with_params(input: &Value, params: &Value) -> Result<Value, RunError> {
    let mut own = input.clone();
    own.as_object_mut()
        .map_err(|error| RunError::new(error.to_string()))?
        .insert(Value::from("params"), params.clone());
    Ok(own)
}
