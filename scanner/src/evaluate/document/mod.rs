//! From a typed subject to the document that Rego sees: known facts only.
//!
//! An unknown fact leaves no trace in the document; it is kept beside it with its path.

mod builder;
mod mould;
mod trail;

use std::collections::BTreeMap;
use std::fmt;

use regorus::Value;
use serde::Deserialize as _;
use serde::ser::{self, Serialize};
use serde_json::Value as Json;

use self::builder::{Builder, Built};
use self::trail::{Trail, TrailStep};
use crate::inventory::Unknown;

pub(super) use self::trail::Shared;

/// A subject as Rego sees it, and what of it is not known.
#[derive(Debug, Clone)]
pub(in crate::evaluate) struct Document {
    /// The known facts.
    pub(in crate::evaluate) value: Value,
    /// The facts that are not known.
    pub(in crate::evaluate) unknown: Vec<UnknownAt>,
}

/// A fact that is not known, at its place in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownAt {
    /// The way from the root of the document.
    pub path: Vec<Step>,
    /// Why it is not known.
    pub why: Unknown,
}

/// One step into a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// To a member of an object.
    Member(String),
    /// To an element of an array; for a gap, where in the set it stands.
    Element,
}

impl Document {
    /// The document of a subject.
    ///
    /// # Errors
    /// Where the subject holds what JSON cannot: a map whose keys are no strings, a number that
    /// is not finite.
    pub(in crate::evaluate) fn of(subject: &impl Serialize) -> Result<Self, DocumentError> {
        Self::sharing(subject, &mut Shared::default())
    }

    /// The document of a subject, with the parts that other subjects of the same judgement have.
    ///
    /// # Errors
    /// As [`Document::of`].
    pub(in crate::evaluate) fn sharing(
        subject: &impl Serialize,
        shared: &mut Shared,
    ) -> Result<Self, DocumentError> {
        let mut trail = Trail::new(shared);
        let value = subject
            .serialize(Builder { trail: &mut trail })?
            .unwrap_or_else(Value::new_object);
        Ok(Self {
            value,
            unknown: trail.unknown,
        })
    }
}

/// Why a subject has no document.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct DocumentError(String);

impl ser::Error for DocumentError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

impl Document {
    /// The document of JSON in which `{"$unknown": {…}}` stands for a fact that is not known.
    ///
    /// # Errors
    /// Where such an object does not say why.
    pub(in crate::evaluate) fn of_json(json: &Json) -> Result<Self, DocumentError> {
        let mut shared = Shared::default();
        let mut trail = Trail::new(&mut shared);
        let value = of_json(json, &mut trail)?.unwrap_or_else(Value::new_object);
        Ok(Self {
            value,
            unknown: trail.unknown,
        })
    }
}

fn of_json(json: &Json, trail: &mut Trail<'_>) -> Built {
    match json {
        Json::Object(members) => match members.get("$unknown") {
            Some(why) => {
                let why = Unknown::deserialize(why).map_err(ser::Error::custom)?;
                trail.meet(why);
                Ok(None)
            }
            None => {
                let mut object = BTreeMap::new();
                for (name, member) in members {
                    let name = Value::from(name.as_str());
                    trail.steps.push(TrailStep::Key(name.clone()));
                    let built = of_json(member, trail);
                    trail.steps.pop();
                    if let Some(value) = built? {
                        object.insert(name, value);
                    }
                }
                Ok(Some(Value::from(object)))
            }
        },
        Json::Array(elements) => {
            let mut array = Vec::with_capacity(elements.len());
            for element in elements {
                trail.steps.push(TrailStep::Element);
                let built = of_json(element, trail);
                trail.steps.pop();
                array.extend(built?);
            }
            Ok(Some(Value::from(array)))
        }
        plain => Ok(Some(Value::from(plain.clone()))),
    }
}
