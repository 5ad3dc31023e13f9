//! Type constraints (Terraform documentation, "Type Constraints").

use std::collections::BTreeMap;
use std::sync::Arc;

use super::convert::{self, Stop};
use super::{Evaluation, Scope};
use crate::iac::terraform::syntax::{self, Call, Expr, ExprKind};
use crate::iac::value::{Data, Value};

/// What type a value must have.
#[derive(Debug)]
pub(super) enum Type {
    Any,
    String,
    Number,
    Bool,
    List(Box<Self>),
    Set(Box<Self>),
    Map(Box<Self>),
    Tuple(Vec<Self>),
    Object(BTreeMap<Arc<str>, Field>),
}

/// An attribute of an object type.
#[derive(Debug)]
pub(super) struct Field {
    kind: Type,
    optional: bool,
    /// What stands where an optional attribute is left out.
    default: Option<Value>,
}

impl<'a> Evaluation<'a> {
    /// The type that an expression means; any, where it means none.
    pub(super) fn type_of(&self, expr: &Expr, scope: &Scope) -> Type {
        if let Some(inner) = syntax::unquoted(expr) {
            return self.type_of(&inner, scope);
        }
        match &expr.kind {
            ExprKind::Variable(name) => match name.as_ref() {
                "string" => Type::String,
                "number" => Type::Number,
                "bool" => Type::Bool,
                "list" => Type::List(Box::new(Type::Any)),
                "set" => Type::Set(Box::new(Type::Any)),
                "map" => Type::Map(Box::new(Type::Any)),
                _ => Type::Any,
            },
            ExprKind::Call(call) => self.constructed(call, scope),
            ExprKind::Parenthesis(inner) => self.type_of(inner, scope),
            _ => Type::Any,
        }
    }

    fn constructed(&self, call: &Call, scope: &Scope) -> Type {
        let Some(argument) = call.arguments.first() else {
            return Type::Any;
        };
        let inner = || Box::new(self.type_of(argument, scope));
        match (call.name.as_ref(), &argument.kind) {
            ("list", _) => Type::List(inner()),
            ("set", _) => Type::Set(inner()),
            ("map", _) => Type::Map(inner()),
            ("tuple", ExprKind::Tuple(items)) => {
                Type::Tuple(items.iter().map(|item| self.type_of(item, scope)).collect())
            }
            ("object", ExprKind::Object(members)) => {
                let fields = members.iter().filter_map(|(name, kind)| {
                    let name = Arc::clone(name.as_literal()?);
                    Some((name, self.field(kind, scope)))
                });
                Type::Object(fields.collect())
            }
            _ => Type::Any,
        }
    }

    fn field(&self, expr: &Expr, scope: &Scope) -> Field {
        let (kind, optional, default) = match &expr.kind {
            ExprKind::Call(call) if call.name.as_ref() == "optional" => {
                let kind = call.arguments.first();
                (kind.unwrap_or(expr), true, call.arguments.get(1))
            }
            _ => (expr, false, None),
        };
        Field {
            kind: self.type_of(kind, scope),
            optional,
            default: default.map(|default| self.value(default, scope)),
        }
    }
}

impl Type {
    pub(super) fn is_primitive(&self) -> bool {
        matches!(self, Self::String | Self::Number | Self::Bool)
    }

    /// The value as one of the type. What is null or not known stays so.
    pub(super) fn convert(&self, value: Value) -> Result<Value, Stop> {
        if matches!(value.data, Data::Null | Data::Unknown(_) | Data::Symbol(_)) {
            return Ok(value);
        }
        let data = match self {
            Self::Any => return Ok(value),
            Self::String => match value.data {
                Data::Json(_) | Data::Text(_) | Data::String(_) => return Ok(value),
                _ => Data::text(convert::parts(&value)?),
            },
            Self::Number => Data::Number(convert::number(&value)?),
            Self::Bool => Data::Bool(convert::truth(&value)?),
            Self::List(inner) => {
                let items = convert::items(&value)?.iter();
                let items = items.map(|item| inner.convert(item.clone()));
                Data::list(items.collect::<Result<_, _>>()?)
            }
            Self::Set(inner) => {
                let items = convert::items(&value)?.iter();
                let items = items.map(|item| inner.convert(item.clone()));
                convert::set(items.collect::<Result<Vec<_>, _>>()?)
            }
            Self::Map(inner) => {
                let members = convert::members(&value)?.iter();
                let members = members
                    .map(|(name, value)| Ok((Arc::clone(name), inner.convert(value.clone())?)));
                Data::object(members.collect::<Result<_, Stop>>()?)
            }
            Self::Tuple(kinds) => {
                let items = convert::items(&value)?;
                if items.len() != kinds.len() {
                    let message = format!("expected a tuple of {} items", kinds.len());
                    return Err(Stop::Failure(message));
                }
                let items = items.iter().zip(kinds);
                let items = items.map(|(item, kind)| kind.convert(item.clone()));
                Data::list(items.collect::<Result<_, _>>()?)
            }
            Self::Object(fields) => object(fields, &value)?,
        };
        Ok(Value::new(data, value.place))
    }
}

/// The attributes that the type has, and no others.
fn object(fields: &BTreeMap<Arc<str>, Field>, value: &Value) -> Result<Data, Stop> {
    let given = convert::members(value)?;
    let mut members = BTreeMap::new();
    for (name, field) in fields {
        let null = || Value::new(Data::Null, value.place.clone());
        let default = || field.default.clone().unwrap_or_else(null);
        let member = match given.get(name) {
            Some(member) if field.optional && member.is_null() => default(),
            Some(member) => member.clone(),
            None if field.optional => default(),
            None => return Err(Stop::Failure(format!("the attribute `{name}` is missing"))),
        };
        members.insert(Arc::clone(name), field.kind.convert(member)?);
    }
    Ok(Data::object(members))
}
