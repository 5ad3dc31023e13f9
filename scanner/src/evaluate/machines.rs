//! The rules that a run judges, compiled, and the machines of one thread that run them.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use regorus::Value;
use regorus::value::Object;
use serde::Serialize;
use zonewarden_reports::Severity;

use super::catalogue::{Catalogue, Rule, Scope};
use super::cover::{Covered, Whereabouts};
use super::document::{Document, Shared, UnknownAt};
use super::in_force::{Held, InForce};
use super::judge::EvaluateError;
use super::own::{OwnMachine, OwnRules};
use super::program::{CompiledRule, Machine, RunError};
use super::selection::{Selection, selection};
use super::settings::{Settings, open};
use super::subject::Environment;
use super::verdict::{Verdict, judge};
use crate::inventory::Header;

/// The rules that are selected, compiled, with what each is given beside the subject.
pub(super) struct Bench<'a> {
    by_scope: BTreeMap<Scope, Vec<Seat<'a>>>,
    own: Option<&'a OwnRules<'a>>,
    environment: Object,
    settings: &'a Settings,
}

struct Seat<'a> {
    rule: &'a Rule,
    /// Its place in the catalogue.
    at: usize,
    compiled: CompiledRule,
    in_force: InForce,
}

/// The machines of one thread.
pub(super) struct Machines<'a> {
    by_scope: BTreeMap<Scope, Vec<(&'a Seat<'a>, Machine, InForce)>>,
    own: Option<OwnMachine<'a>>,
    environment: &'a Object,
    settings: &'a Settings,
    shared: Shared,
    /// Whether each profile covers a subject that was judged, or may.
    covering: Vec<bool>,
}

impl<'a> Bench<'a> {
    /// Compiles the rules that ship and are selected.
    pub(super) fn new(
        catalogue: &'a Catalogue,
        header: &Header,
        environment: &Environment,
        settings: &'a Settings,
        has_previous: bool,
        own: Option<&'a OwnRules<'a>>,
    ) -> Result<Self, EvaluateError> {
        let mut by_scope: BTreeMap<Scope, Vec<Seat<'a>>> = BTreeMap::new();
        for (at, rule) in catalogue.rules().iter().enumerate() {
            let selected = selection(rule, header, has_previous) == Selection::Selected;
            if rule.own.is_some() || !selected {
                continue;
            }
            by_scope.entry(rule.scope).or_default().push(Seat {
                rule,
                at,
                compiled: CompiledRule::compile(rule)?,
                in_force: InForce::new(rule, settings)?,
            });
        }
        let environment = match Document::of(environment)?.value {
            Value::Object(members) => (*members).clone(),
            _ => Object::new(),
        };
        Ok(Self {
            by_scope,
            own,
            environment,
            settings,
        })
    }

    /// Machines for one thread.
    pub(super) fn machines(&'a self) -> Result<Machines<'a>, EvaluateError> {
        let machines = |seats: &'a Vec<Seat<'a>>| {
            let machines = seats
                .iter()
                .map(|seat| (seat, seat.compiled.machine(), seat.in_force.clone()));
            machines.collect()
        };
        Ok(Machines {
            by_scope: self
                .by_scope
                .iter()
                .map(|(scope, seats)| (*scope, machines(seats)))
                .collect(),
            own: self.own.map(OwnRules::machine).transpose()?,
            environment: &self.environment,
            settings: self.settings,
            shared: Shared::default(),
            covering: vec![false; self.settings.profiles.len()],
        })
    }
}

impl Machines<'_> {
    /// Whether each profile covers a subject that was judged, or may.
    pub(super) fn into_covering(self) -> Vec<bool> {
        self.covering
    }

    /// Whether there is a rule of a scope.
    pub(super) fn judges(&self, scope: Scope) -> bool {
        let own = self.own.as_ref();
        self.by_scope.contains_key(&scope) || own.is_some_and(|own| own.judges(scope))
    }

    /// Judges a subject by every rule of the scope, as what is set for subjects at its whereabouts
    /// has it; gives the rule's place in the catalogue.
    pub(super) fn judge(
        &mut self,
        scope: Scope,
        subject: &impl Serialize,
        whereabouts: &Whereabouts<'_>,
    ) -> Result<Vec<(usize, Verdict)>, EvaluateError> {
        let document = Document::sharing(&Scoped(scope, subject), &mut self.shared)?;
        let mut input = self.environment.clone();
        if let Value::Object(scoped) = &document.value {
            let members = scoped.iter();
            input.extend(members.map(|(name, value)| (name.clone(), value.clone())));
        }
        let params = Value::from("params");
        input.insert(params.clone(), Value::new_object());
        let plain = input.into_value();
        let profiles = self.settings.profiles.iter();
        let covered: Vec<Covered> = profiles
            .map(|profile| profile.cover.covers(whereabouts))
            .collect();
        for (covering, covered) in self.covering.iter_mut().zip(&covered) {
            *covering |= *covered != Covered::No;
        }
        let own = match &mut self.own {
            Some(own) => own.judge(scope, &plain, &document.unknown, &covered)?,
            None => Vec::new(),
        };
        let seats = self.by_scope.get_mut(&scope).into_iter().flatten();
        seats
            .map(|(seat, machine, in_force)| {
                let Held {
                    severity,
                    params: held,
                } = in_force.held(seat.rule, self.settings, &covered)?;
                let verdict = match (held, open(&covered)) {
                    (None, Some(lost)) => Verdict::unknown(lost.clone(), *severity),
                    (Some(held), _) if !seat.rule.params.is_empty() => {
                        let mut own = plain.clone();
                        if let Ok(Some(member)) =
                            own.as_object_mut().map(|own| own.get_mut(&params))
                        {
                            member.clone_from(held);
                        }
                        judge_caught(seat, machine, *severity, &own, &document.unknown)
                    }
                    _ => judge_caught(seat, machine, *severity, &plain, &document.unknown),
                };
                Ok((seat.at, verdict))
            })
            .chain(own.into_iter().map(Ok))
            .collect()
    }
}

/// Judges by one rule; a panic of the engine costs that verdict only.
fn judge_caught(
    seat: &Seat<'_>,
    machine: &mut Machine,
    severity: Severity,
    input: &Value,
    unknown: &[UnknownAt],
) -> Verdict {
    let judging = AssertUnwindSafe(|| judge(seat.rule, severity, machine, input, unknown));
    catch_unwind(judging).unwrap_or_else(|_| {
        // Nobody knows in which state it was left.
        *machine = seat.compiled.machine();
        let problem = "the Rego engine failed on it; please report this with the rule";
        Verdict::rule_error(&RunError::new(problem), severity)
    })
}

/// A subject under the name of its scope.
struct Scoped<'a, T>(Scope, &'a T);

impl<T: Serialize> Serialize for Scoped<'_, T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut object = serializer.serialize_struct("Scoped", 1)?;
        object.serialize_field(self.0.as_str(), self.1)?;
        object.end()
    }
}
