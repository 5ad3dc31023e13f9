//! A serde serializer that makes the value that Rego sees.

use std::cell::RefCell;
use std::collections::BTreeMap;

use regorus::Value;
use serde::ser::{self, Serialize};

use super::DocumentError;
use super::trail::{Trail, TrailStep};
use crate::inventory::{Reason, Unknown};

/// How serde names the one type that stands for an unknown fact.
const UNKNOWN: &str = "UnknownMark";

/// How serde names the facts of an account, which stand in every subject of that account; the
/// first of its fields is the account's id.
const ACCOUNT: &str = "AccountFacts";

/// How serde_json names a document that it keeps as its text, the one field of this structure.
const RAW: &str = "$serde_json::private::RawValue";

/// Builds a value; none where the fact is not known.
pub(super) struct Builder<'a, 's> {
    pub(super) trail: &'a mut Trail<'s>,
}

pub(super) type Built = Result<Option<Value>, DocumentError>;

thread_local! {
    static VARIANT_NAMES: RefCell<Vec<Option<(&'static str, Value)>>> = RefCell::new(vec![None; 512]);
}

/// The value of a variant's name, of which there are few: each is allocated once a thread.
fn variant_name(name: &'static str) -> Value {
    VARIANT_NAMES.with_borrow_mut(|names| {
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

impl<'a, 's> ser::Serializer for Builder<'a, 's> {
    type Ok = Option<Value>;
    type Error = DocumentError;
    type SerializeSeq = Sequence<'a, 's>;
    type SerializeTuple = Sequence<'a, 's>;
    type SerializeTupleStruct = Sequence<'a, 's>;
    type SerializeTupleVariant = ser::Impossible<Self::Ok, Self::Error>;
    type SerializeMap = Mapping<'a, 's>;
    type SerializeStruct = Structure<'a, 's>;
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
        Ok(Some(variant_name(variant)))
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
        let mut object = Structure::new(self.trail, variant, 1);
        ser::SerializeStruct::serialize_field(&mut object, variant, value)?;
        ser::SerializeStruct::end(object)
    }
    fn serialize_seq(self, length: Option<usize>) -> Result<Sequence<'a, 's>, DocumentError> {
        Ok(Sequence {
            trail: self.trail,
            items: Vec::with_capacity(length.unwrap_or_default().min(1024)),
        })
    }
    fn serialize_tuple(self, length: usize) -> Result<Sequence<'a, 's>, DocumentError> {
        self.serialize_seq(Some(length))
    }
    fn serialize_tuple_struct(
        self,
        _: &'static str,
        length: usize,
    ) -> Result<Sequence<'a, 's>, DocumentError> {
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
    fn serialize_map(self, length: Option<usize>) -> Result<Mapping<'a, 's>, DocumentError> {
        Ok(Mapping {
            trail: self.trail,
            members: Vec::with_capacity(length.unwrap_or_default().min(1024)),
            key: Value::Undefined,
        })
    }
    fn serialize_struct(
        self,
        name: &'static str,
        length: usize,
    ) -> Result<Structure<'a, 's>, DocumentError> {
        let first_unknown = self.trail.unknown.len();
        Ok(Structure {
            is_raw: name == RAW,
            is_unknown: name == UNKNOWN,
            part: match name {
                ACCOUNT => PartState::Unnamed,
                _ => PartState::None,
            },
            first_unknown,
            ..Structure::new(self.trail, name, length)
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

pub(super) struct Sequence<'a, 's> {
    trail: &'a mut Trail<'s>,
    items: Vec<Value>,
}

impl Sequence<'_, '_> {
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

impl ser::SerializeSeq for Sequence<'_, '_> {
    type Ok = Option<Value>;
    type Error = DocumentError;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), DocumentError> {
        self.push(value)
    }
    fn end(self) -> Built {
        self.finish()
    }
}

impl ser::SerializeTuple for Sequence<'_, '_> {
    type Ok = Option<Value>;
    type Error = DocumentError;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), DocumentError> {
        self.push(value)
    }
    fn end(self) -> Built {
        self.finish()
    }
}

impl ser::SerializeTupleStruct for Sequence<'_, '_> {
    type Ok = Option<Value>;
    type Error = DocumentError;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), DocumentError> {
        self.push(value)
    }
    fn end(self) -> Built {
        self.finish()
    }
}

pub(super) struct Mapping<'a, 's> {
    trail: &'a mut Trail<'s>,
    members: Vec<(Value, Value)>,
    key: Value,
}

impl ser::SerializeMap for Mapping<'_, '_> {
    type Ok = Option<Value>;
    type Error = DocumentError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), DocumentError> {
        let key = key.serialize(Builder { trail: self.trail })?;
        self.key = key
            .filter(|key| matches!(key, Value::String(_)))
            .ok_or_else(|| ser::Error::custom("a member's name is not a string"))?;
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), DocumentError> {
        let name = std::mem::replace(&mut self.key, Value::Undefined);
        self.trail.steps.push(TrailStep::Key(name.clone()));
        let built = value.serialize(Builder { trail: self.trail });
        self.trail.steps.pop();
        if let Some(value) = built? {
            self.members.push((name, value));
        }
        Ok(())
    }

    fn end(self) -> Built {
        // Maps come sorted as a rule, and such a list is made a tree without searching it.
        Ok(Some(Value::from(BTreeMap::from_iter(self.members))))
    }
}

pub(super) struct Structure<'a, 's> {
    trail: &'a mut Trail<'s>,
    /// The name of its type.
    kind: &'static str,
    fields: Vec<(&'static str, Value)>,
    is_raw: bool,
    is_unknown: bool,
    part: PartState,
    /// How many unknown facts had been met before it.
    first_unknown: usize,
}

/// What a structure is to the parts that documents share.
enum PartState {
    /// Nothing.
    None,
    /// A part of which the name, its first field, is not yet seen.
    Unnamed,
    /// A part of this name that is built for the first time.
    New(Value),
    /// A part that was built before.
    Recalled(Value),
}

impl<'a, 's> Structure<'a, 's> {
    fn new(trail: &'a mut Trail<'s>, kind: &'static str, fields: usize) -> Self {
        Self {
            trail,
            kind,
            fields: Vec::with_capacity(fields),
            is_raw: false,
            is_unknown: false,
            part: PartState::None,
            first_unknown: 0,
        }
    }
}

impl Structure<'_, '_> {
    /// The document of a text; it is not known where it nests too deep to be shown.
    fn parsed(self) -> Option<Value> {
        let (_, text) = self.fields.first()?;
        match Value::from_json_str(text.as_string().ok()?) {
            Ok(value) => Some(value),
            Err(error) => {
                let why = Unknown::because(Reason::Malformed, error.to_string());
                self.trail.meet(why);
                None
            }
        }
    }
}

impl ser::SerializeStruct for Structure<'_, '_> {
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
        if matches!(self.part, PartState::Recalled(_)) {
            return Ok(());
        }
        self.trail.steps.push(TrailStep::Field(name));
        let built = value.serialize(Builder { trail: self.trail });
        self.trail.steps.pop();
        let Some(value) = built? else {
            return Ok(());
        };
        if matches!(self.part, PartState::Unnamed) {
            self.part = match self.trail.recall(&value) {
                Some(part) => PartState::Recalled(part),
                None => PartState::New(value.clone()),
            };
        }
        self.fields.push((name, value));
        Ok(())
    }

    fn end(self) -> Built {
        if self.is_unknown {
            return Ok(None);
        }
        if let PartState::Recalled(value) = self.part {
            return Ok(Some(value));
        }
        if self.is_raw {
            return Ok(self.parsed());
        }
        let moulds = &mut self.trail.shared.moulds;
        let value = moulds.object(self.kind, self.fields);
        if let PartState::New(name) = self.part {
            self.trail.keep(name, &value, self.first_unknown);
        }
        Ok(Some(value))
    }
}
