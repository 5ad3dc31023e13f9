//! Templates (Terraform documentation, "Strings and Templates").

use std::sync::Arc;

use super::convert::{self, Stop};
use super::expression::settle;
use super::{Evaluated, Evaluation, Failure, Names, Scope};
use crate::iac::place::Place;
use crate::iac::terraform::syntax::{self, Part as Piece};
use crate::iac::value::{Data, Part, Value};

impl<'a> Evaluation<'a> {
    /// The text that a template comes to.
    pub(super) fn template(&self, pieces: &[Piece], scope: &Scope, place: Place) -> Evaluated {
        let mut parts = Vec::new();
        match self.pieces(pieces, scope, &mut parts)? {
            Ok(()) => Ok(Value::new(Data::text(parts), place)),
            Err(stop) => settle(stop, &place),
        }
    }

    fn pieces(
        &self,
        pieces: &[Piece],
        scope: &Scope,
        into: &mut Vec<Part>,
    ) -> Result<Result<(), Stop>, Failure> {
        for piece in pieces {
            let done = match piece {
                Piece::Literal(text) => self.push(Part::Literal(Arc::clone(text)), into),
                Piece::Interpolation(expr) => {
                    let value = self.evaluate(expr, scope)?;
                    convert::parts(&value).and_then(|parts| {
                        let mut parts = parts.into_iter();
                        parts.try_for_each(|part| self.push(part, into))
                    })
                }
                Piece::If {
                    condition,
                    then,
                    otherwise,
                } => match convert::truth(&self.evaluate(condition, scope)?) {
                    Ok(true) => self.pieces(then, scope, into)?,
                    Ok(false) => self.pieces(otherwise, scope, into)?,
                    Err(stop) => Err(stop),
                },
                Piece::For {
                    names,
                    collection,
                    body,
                } => {
                    let collection = self.evaluate(collection, scope)?;
                    match self.pairs(&collection) {
                        Ok(pairs) => self.repeat(names, pairs, body, scope, into)?,
                        Err(stop) => Err(stop),
                    }
                }
            };
            if done.is_err() {
                return Ok(done);
            }
        }
        Ok(Ok(()))
    }

    fn repeat(
        &self,
        loop_names: &syntax::LoopNames,
        pairs: Vec<(Value, Value)>,
        body: &[Piece],
        scope: &Scope,
        into: &mut Vec<Part>,
    ) -> Result<Result<(), Stop>, Failure> {
        for (key, value) in pairs {
            let names = Names {
                name: loop_names.key.as_deref().unwrap_or_default(),
                value: key,
                outer: scope.names,
            };
            let names = Names {
                name: &loop_names.value,
                value,
                outer: Some(&names),
            };
            let done = self.pieces(body, &scope.with_names(&names), into)?;
            if done.is_err() {
                return Ok(done);
            }
        }
        Ok(Ok(()))
    }

    fn push(&self, part: Part, into: &mut Vec<Part>) -> Result<(), Stop> {
        let bytes = match &part {
            Part::Literal(text) => text.len(),
            Part::Symbol(_) | Part::Unknown(_) => 0,
        };
        if !self.budget.bytes(bytes) || !self.budget.steps(1) {
            return Err(Stop::Unknown(self.budget.why()));
        }
        into.push(part);
        Ok(())
    }
}
