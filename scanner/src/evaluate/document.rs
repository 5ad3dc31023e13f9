//! From a typed subject to the document that Rego sees: known facts only.
//!
//! An unknown fact leaves no trace in the document; it is kept beside it with its path.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use regorus::Value;
use serde::Deserialize as _;
use serde::ser::{self, Serialize};
use serde_json::Value as Json;

use crate::inventory::Unknown;

/// How serde names the one type that stands for an unknown fact.
const UNKNOWN: &str = "UnknownMark";

/// A subject as Rego sees it, and what of it is not known.
#[derive(Debug, Clone)]
pub(super) struct Document {
    /// The known facts.
    pub(super) value: Value,
    /// The facts that are not known.
    pub(super) unknown: Vec<UnknownAt>,
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
    pub(super) fn of(subject: &impl Serialize) -> Result<Self, DocumentError> {
        let mut trail = Trail::default();
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

/// Where the builder stands, and the unknown facts that it met.
#[derive(Default)]
struct Trail {
    steps: Vec<TrailStep>,
    unknown: Vec<UnknownAt>,
}

enum TrailStep {
    Field(&'static str),
    Key(String),
    Element,
}

impl Trail {
    fn meet(&mut self, why: Unknown) {
        let path = self
            .steps
            .iter()
            .map(|step| match step {
                TrailStep::Field(name) => Step::Member((*name).to_owned()),
                TrailStep::Key(name) => Step::Member(name.clone()),
                TrailStep::Element => Step::Element,
            })
            .collect();
        self.unknown.push(UnknownAt { path, why });
    }
}

/// Builds a value; none where the fact is not known.
struct Builder<'a> {
    trail: &'a mut Trail,
}

type Built = Result<Option<Value>, DocumentError>;

thread_local! {
    static FIELD_NAMES: RefCell<Vec<Option<(&'static str, Value)>>> = RefCell::new(vec![None; 512]);
}

/// The value of a field's name, of which there are few: each is allocated once a thread.
fn field_name(name: &'static str) -> Value {
    FIELD_NAMES.with_borrow_mut(|names| {
        let slot = (name.as_ptr().addr() >> 2) % 512;
        let Some(slot) = names.get_mut(slot) else {
            return Value::from(name);
        };
        match slot {
            Some((held, value)) if std::ptr::eq(*held, name) => value.clone(),
            _ => {
                let value = Value::from(name);
                *slot = Some((name, value.clone()));
                value
            }
        }
    })
}

impl<'a> ser::Serializer for Builder<'a> {
    type Ok = Option<Value>;
    type Error = DocumentError;
    type SerializeSeq = Sequence<'a>;
    type SerializeTuple = Sequence<'a>;
    type SerializeTupleStruct = Sequence<'a>;
    type SerializeTupleVariant = ser::Impossible<Self::Ok, Self::Error>;
    type SerializeMap = Mapping<'a>;
    type SerializeStruct = Structure<'a>;
    type SerializeStructVariant = ser::Impossible<Self::Ok, Self::Error>;

    fn serialize_bool(self, value: bool) -> Built {
        Ok(Some(Value::Bool(value)))
    }
    fn serialize_i8(self, value: i8) -> Built {
        self.serialize_i64(value.into())
    }
    fn serialize_i16(self, value: i16) -> Built {
        self.serialize_i64(value.into())
    }
    fn serialize_i32(self, value: i32) -> Built {
        self.serialize_i64(value.into())
    }
    fn serialize_i64(self, value: i64) -> Built {
        Ok(Some(Value::from(value)))
    }
    fn serialize_u8(self, value: u8) -> Built {
        self.serialize_u64(value.into())
    }
    fn serialize_u16(self, value: u16) -> Built {
        self.serialize_u64(value.into())
    }
    fn serialize_u32(self, value: u32) -> Built {
        self.serialize_u64(value.into())
    }
    fn serialize_u64(self, value: u64) -> Built {
        Ok(Some(Value::from(value)))
    }
    fn serialize_f32(self, value: f32) -> Built {
        self.serialize_f64(value.into())
    }
    fn serialize_f64(self, value: f64) -> Built {
        if value.is_finite() {
            Ok(Some(Value::from(value)))
        } else {
            Err(ser::Error::custom("a number is not finite"))
        }
    }
    fn serialize_char(self, value: char) -> Built {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }
    fn serialize_str(self, value: &str) -> Built {
        Ok(Some(Value::String(value.into())))
    }
    fn serialize_bytes(self, _: &[u8]) -> Built {
        Err(ser::Error::custom("JSON has no bytes"))
    }
    fn serialize_none(self) -> Built {
        Ok(Some(Value::Null))
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Built {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Built {
        Ok(Some(Value::Null))
    }
    fn serialize_unit_struct(self, _: &'static str) -> Built {
        Ok(Some(Value::Null))
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Built {
        Ok(Some(field_name(variant)))
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Built {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Built {
        let mut object = Structure::new(self.trail);
        ser::SerializeStruct::serialize_field(&mut object, variant, value)?;
        ser::SerializeStruct::end(object)
    }
    fn serialize_seq(self, length: Option<usize>) -> Result<Sequence<'a>, DocumentError> {
        Ok(Sequence {
            trail: self.trail,
            items: Vec::with_capacity(length.unwrap_or_default().min(1024)),
        })
    }
    fn serialize_tuple(self, length: usize) -> Result<Sequence<'a>, DocumentError> {
        self.serialize_seq(Some(length))
    }
    fn serialize_tuple_struct(
        self,
        _: &'static str,
        length: usize,
    ) -> Result<Sequence<'a>, DocumentError> {
        self.serialize_seq(Some(length))
    }
    fn serialize_tuple_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, DocumentError> {
        Err(unsupported(name))
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Mapping<'a>, DocumentError> {
        Ok(Mapping {
            trail: self.trail,
            members: BTreeMap::new(),
            key: String::new(),
        })
    }
    fn serialize_struct(
        self,
        name: &'static str,
        _: usize,
    ) -> Result<Structure<'a>, DocumentError> {
        Ok(Structure {
            is_unknown: name == UNKNOWN,
            ..Structure::new(self.trail)
        })
    }
    fn serialize_struct_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, DocumentError> {
        Err(unsupported(name))
    }
}

fn unsupported(name: &str) -> DocumentError {
    ser::Error::custom(format!("{name} has a variant that no document has"))
}

struct Sequence<'a> {
    trail: &'a mut Trail,
    items: Vec<Value>,
}

impl Sequence<'_> {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), DocumentError> {
        self.trail.steps.push(TrailStep::Element);
        let built = value.serialize(Builder { trail: self.trail });
        self.trail.steps.pop();
        self.items.extend(built?);
        Ok(())
    }

    fn finish(self) -> Built {
        Ok(Some(Value::from(self.items)))
    }
}

impl ser::SerializeSeq for Sequence<'_> {
    type Ok = Option<Value>;
    type Error = DocumentError;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), DocumentError> {
        self.push(value)
    }
    fn end(self) -> Built {
        self.finish()
    }
}

impl ser::SerializeTuple for Sequence<'_> {
    type Ok = Option<Value>;
    type Error = DocumentError;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), DocumentError> {
        self.push(value)
    }
    fn end(self) -> Built {
        self.finish()
    }
}

impl ser::SerializeTupleStruct for Sequence<'_> {
    type Ok = Option<Value>;
    type Error = DocumentError;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), DocumentError> {
        self.push(value)
    }
    fn end(self) -> Built {
        self.finish()
    }
}

struct Mapping<'a> {
    trail: &'a mut Trail,
    members: BTreeMap<Value, Value>,
    key: String,
}

impl ser::SerializeMap for Mapping<'_> {
    type Ok = Option<Value>;
    type Error = DocumentError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), DocumentError> {
        let key = serde_json::to_value(key).map_err(ser::Error::custom)?;
        self.key = match key {
            serde_json::Value::String(name) => name,
            other => other.to_string(),
        };
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), DocumentError> {
        let name = Value::from(self.key.as_str());
        let key = std::mem::take(&mut self.key);
        self.trail.steps.push(TrailStep::Key(key));
        let built = value.serialize(Builder { trail: self.trail });
        self.trail.steps.pop();
        if let Some(value) = built? {
            self.members.insert(name, value);
        }
        Ok(())
    }

    fn end(self) -> Built {
        Ok(Some(Value::from(self.members)))
    }
}

struct Structure<'a> {
    trail: &'a mut Trail,
    members: BTreeMap<Value, Value>,
    is_unknown: bool,
}

impl<'a> Structure<'a> {
    fn new(trail: &'a mut Trail) -> Self {
        Self {
            trail,
            members: BTreeMap::new(),
            is_unknown: false,
        }
    }
}

impl ser::SerializeStruct for Structure<'_> {
    type Ok = Option<Value>;
    type Error = DocumentError;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), DocumentError> {
        if self.is_unknown {
            let why = serde_json::to_value(value)
                .and_then(serde_json::from_value)
                .map_err(ser::Error::custom)?;
            self.trail.meet(why);
            return Ok(());
        }
        self.trail.steps.push(TrailStep::Field(name));
        let built = value.serialize(Builder { trail: self.trail });
        self.trail.steps.pop();
        if let Some(value) = built? {
            self.members.insert(field_name(name), value);
        }
        Ok(())
    }

    fn end(self) -> Built {
        Ok((!self.is_unknown).then(|| Value::from(self.members)))
    }
}

impl Document {
    /// The document of JSON in which `{"$unknown": {…}}` stands for a fact that is not known.
    ///
    /// # Errors
    /// Where such an object does not say why.
    pub(super) fn of_json(json: &Json) -> Result<Self, DocumentError> {
        let mut trail = Trail::default();
        let value = of_json(json, &mut trail)?.unwrap_or_else(Value::new_object);
        Ok(Self {
            value,
            unknown: trail.unknown,
        })
    }
}

fn of_json(json: &Json, trail: &mut Trail) -> Built {
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
                    trail.steps.push(TrailStep::Key(name.clone()));
                    let built = of_json(member, trail);
                    trail.steps.pop();
                    if let Some(value) = built? {
                        object.insert(Value::from(name.as_str()), value);
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
