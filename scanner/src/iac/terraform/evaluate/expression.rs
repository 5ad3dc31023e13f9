//! Expressions (Terraform documentation, "Expressions").

use std::collections::BTreeMap;
use std::sync::Arc;

use super::convert::{self, Stop};
use super::{Evaluated, Evaluation, Failure, Names, Scope};
use crate::iac::place::Place;
use crate::iac::terraform::syntax::{Expr, ExprKind, For};
use crate::iac::value::{Data, Value};

/// What a stop is at a place: an unknown value, or a failure.
pub(super) fn settle(stop: Stop, place: &Place) -> Evaluated {
    match stop {
        Stop::Unknown(why) => Ok(Value::new(Data::Unknown(why), place.clone())),
        Stop::Failure(message) => Err(Failure::new(message, place)),
    }
}

impl<'a> Evaluation<'a> {
    /// What an expression comes to where it stands.
    pub(in crate::iac) fn evaluate(&self, expr: &Expr, scope: &Scope) -> Evaluated {
        if !self.budget.steps(1) || self.budget.is_spent() {
            return Ok(self.out_of_budget(&scope.place(expr.span)));
        }
        if let Err(why) = self.budget.enter() {
            return Ok(Value::unknown(why, scope.place(expr.span)));
        }
        let value = self.evaluate_kind(expr, scope);
        self.budget.leave();
        value
    }

    /// What an expression comes to; unknown where Terraform would refuse it.
    pub(in crate::iac) fn value(&self, expr: &Expr, scope: &Scope) -> Value {
        self.evaluate(expr, scope)
            .unwrap_or_else(Failure::into_unknown)
    }

    fn evaluate_kind(&self, expr: &Expr, scope: &Scope) -> Evaluated {
        let known = |data| Ok(Value::new(data, scope.place(expr.span)));
        match &expr.kind {
            ExprKind::Null => known(Data::Null),
            ExprKind::Bool(value) => known(Data::Bool(*value)),
            ExprKind::Number(number) => known(Data::Number(*number)),
            ExprKind::String(text) => known(Data::String(Arc::clone(text))),
            ExprKind::Template(parts) => self.template(parts, scope, scope.place(expr.span)),
            ExprKind::Wrapped(inner) | ExprKind::Parenthesis(inner) => self.evaluate(inner, scope),
            ExprKind::Tuple(items) => {
                let items = items.iter().map(|item| self.evaluate(item, scope));
                known(Data::list(items.collect::<Result<_, _>>()?))
            }
            ExprKind::Object(members) => self.object(members, expr, scope),
            ExprKind::Variable(name) => self.name(name, scope, scope.place(expr.span)),
            ExprKind::GetAttr(base, name) => match self.reference(base, name, expr, scope) {
                Some(value) => value,
                None => {
                    let base = self.evaluate(base, scope)?;
                    self.attribute_of(&base, name, scope.place(expr.span))
                }
            },
            ExprKind::Index(base, index) => {
                let index = self.evaluate(index, scope)?;
                if !self.guarded.get()
                    && index.data == Data::integer(0)
                    && let Some(value) = self.perhaps(base, scope)
                {
                    return Ok(value);
                }
                let base = self.evaluate(base, scope)?;
                self.element_of(&base, &index, scope.place(expr.span))
            }
            ExprKind::Splat(base, each) => self.splat(base, each, expr, scope),
            ExprKind::Item => match scope.item {
                Some(item) => Ok(item.clone()),
                None => Err(Failure::new("a splat has no item", &scope.place(expr.span))),
            },
            ExprKind::Call(call) => self.function(call, expr, scope),
            ExprKind::Conditional(parts) => self.conditional(parts, scope, scope.place(expr.span)),
            ExprKind::Not(inner) => self.not(inner, scope, scope.place(expr.span)),
            ExprKind::Negate(inner) => self.negate(inner, scope, scope.place(expr.span)),
            ExprKind::Binary(operator, sides) => {
                let [left, right] = &**sides;
                self.binary(*operator, left, right, scope, scope.place(expr.span))
            }
            ExprKind::For(parts) => self.for_expression(parts, expr, scope),
        }
    }

    /// An object; where a key repeats, the last one stands.
    fn object(&self, members: &[(Expr, Expr)], expr: &Expr, scope: &Scope) -> Evaluated {
        let place = scope.place(expr.span);
        let mut object = BTreeMap::new();
        for (key, value) in members {
            let key = self.evaluate(key, scope)?;
            let value = self.evaluate(value, scope)?;
            match convert::key(&key) {
                Ok(key) => object.insert(key, value),
                Err(stop) => return settle(stop, &place),
            };
        }
        Ok(Value::new(Data::object(object), place))
    }

    /// An attribute of a value.
    pub(super) fn attribute_of(&self, base: &Value, name: &str, place: Place) -> Evaluated {
        match &base.data {
            Data::Object(object) => match object.members().get(name) {
                Some(value) => Ok(value.clone()),
                None => Err(Failure::new(
                    format!("there is no `{name}` in the object"),
                    &place,
                )),
            },
            Data::Symbol(symbol) => self.attribute_of_symbol(symbol, name, place),
            Data::Unknown(why) => Ok(Value::new(Data::Unknown(Arc::clone(why)), place)),
            _ => {
                let message = format!("`{name}` is asked of {}", convert::kind(base));
                Err(Failure::new(message, &place))
            }
        }
    }

    /// An element of a value.
    pub(super) fn element_of(&self, base: &Value, index: &Value, place: Place) -> Evaluated {
        let element = match &base.data {
            Data::Unknown(why) => Err(Stop::Unknown(Arc::clone(why))),
            Data::List(list) => convert::integer(index).and_then(|index| {
                let item = usize::try_from(index).ok();
                let item = item.and_then(|index| list.items().get(index));
                let message = || Stop::Failure(format!("the list has no item {index}"));
                item.cloned().ok_or_else(message)
            }),
            Data::Object(object) => convert::text(index).and_then(|key| {
                let item = object.members().get(key.as_ref());
                let message = || {
                    let key = convert::shortened(&key);
                    Stop::Failure(format!("there is no {key} in the object"))
                };
                item.cloned().ok_or_else(message)
            }),
            Data::Symbol(symbol) => match convert::text(index) {
                Ok(name) if symbol.path().is_empty() => {
                    return self.attribute_of_symbol(symbol, &name, place);
                }
                Ok(key) => {
                    let quoted = index.as_number().is_none();
                    if !self.budget.bytes(symbol.path().len() + key.len()) {
                        return Ok(self.out_of_budget(&place));
                    }
                    let element = symbol.element(&key, quoted);
                    Ok(Value::new(Data::Symbol(element), place.clone()))
                }
                Err(stop) => Err(stop),
            },
            _ => Err(Stop::Failure(format!(
                "{} has no elements that can be asked for",
                convert::kind(base)
            ))),
        };
        element.or_else(|stop| settle(stop, &place))
    }

    /// `base[*].each`: of null it is empty, of what is no list it is a list of one
    /// (Terraform documentation, "Splat Expressions").
    fn splat(&self, base: &Expr, each: &Expr, expr: &Expr, scope: &Scope) -> Evaluated {
        let place = scope.place(expr.span);
        let base = self.evaluate(base, scope)?;
        let items = match &base.data {
            Data::Null => &[],
            Data::List(list) | Data::Set(list) => list.items(),
            Data::Symbol(symbol) if !symbol.path().is_empty() => {
                let why = convert::not_known(&base);
                return settle(why.unwrap_or_else(|| Stop::unknown("not known")), &place);
            }
            Data::Unknown(_) => return Ok(base),
            _ => std::slice::from_ref(&base),
        };
        let items = items
            .iter()
            .map(|item| self.evaluate(each, &scope.with_item(item)));
        let items = items.collect::<Result<_, _>>()?;
        Ok(Value::new(Data::list(items), place))
    }

    fn for_expression(&self, parts: &For, expr: &Expr, scope: &Scope) -> Evaluated {
        let place = scope.place(expr.span);
        let collection = self.evaluate(&parts.collection, scope)?;
        let pairs = match self.pairs(&collection) {
            Ok(pairs) => pairs,
            Err(stop) => return settle(stop, &place),
        };
        let mut items = Vec::new();
        let mut members: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
        for (key, value) in pairs {
            if self.budget.is_spent() {
                return Ok(self.out_of_budget(&place));
            }
            let names = Names {
                name: parts.names.key.as_deref().unwrap_or_default(),
                value: key,
                outer: scope.names,
            };
            let names = Names {
                name: &parts.names.value,
                value,
                outer: Some(&names),
            };
            let scope = scope.with_names(&names);
            if let Some(condition) = &parts.condition {
                let condition = self.evaluate(condition, &scope)?;
                match convert::truth(&condition) {
                    Ok(true) => {}
                    Ok(false) => continue,
                    Err(stop) => return settle(stop, &place),
                }
            }
            let Some(key) = &parts.key else {
                items.push(self.evaluate(&parts.value, &scope)?);
                continue;
            };
            let key = self.evaluate(key, &scope)?;
            let key = match convert::key(&key) {
                Ok(key) => key,
                Err(stop) => return settle(stop, &place),
            };
            let value = self.evaluate(&parts.value, &scope)?;
            let same = members.entry(Arc::clone(&key)).or_default();
            if !same.is_empty() && !parts.groups {
                let message = format!("the key {} comes twice", convert::shortened(&key));
                return Err(Failure::new(message, &place));
            }
            same.push(value);
        }
        let data = match (&parts.key, parts.groups) {
            (None, _) => Data::list(items),
            (Some(_), true) => Data::object(
                members
                    .into_iter()
                    .map(|(key, values)| (key, Value::new(Data::list(values), place.clone())))
                    .collect(),
            ),
            (Some(_), false) => Data::object(
                members
                    .into_iter()
                    .filter_map(|(key, mut values)| Some((key, values.pop()?)))
                    .collect(),
            ),
        };
        Ok(Value::new(data, place))
    }

    /// The keys and values of a collection, as a loop goes through them.
    pub(super) fn pairs(&self, collection: &Value) -> Result<Vec<(Value, Value)>, Stop> {
        let place = &collection.place;
        match &collection.data {
            Data::List(list) => Ok(list
                .items()
                .iter()
                .enumerate()
                .map(|(index, item)| {
                    let index = Data::integer(i64::try_from(index).unwrap_or(i64::MAX));
                    (Value::new(index, place.clone()), item.clone())
                })
                .collect()),
            Data::Set(set) => {
                let items = set.items().iter();
                Ok(items.map(|item| (item.clone(), item.clone())).collect())
            }
            Data::Object(object) => Ok(object
                .members()
                .iter()
                .map(|(key, value)| {
                    let key = Data::String(Arc::clone(key));
                    (Value::new(key, place.clone()), value.clone())
                })
                .collect()),
            _ => Err(convert::not_known(collection).unwrap_or_else(|| {
                let found = convert::kind(collection);
                Stop::Failure(format!("a loop goes through a collection, found {found}"))
            })),
        }
    }
}
