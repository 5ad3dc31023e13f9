//! Reading a fact from JSON in one go.
//!
//! An untagged enum would copy the whole value aside before it looks at it; most of a snapshot is
//! facts. What tells them apart is the first member alone.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess,
    Visitor,
};
use serde::forward_to_deserialize_any;

use super::fact::{Fact, Unknown, UnknownMark};

/// The one member of an unknown fact.
const MARK: &str = "$unknown";

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Fact<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FactVisitor(PhantomData))
    }
}

struct FactVisitor<T>(PhantomData<T>);

impl<T> FactVisitor<T> {
    fn known<'de, D: Deserializer<'de>>(value: D) -> Result<Fact<T>, D::Error>
    where
        T: Deserialize<'de>,
    {
        T::deserialize(Present(value)).map(Fact::Known)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for FactVisitor<T> {
    type Value = Fact<T>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a fact, or why it is not known")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Fact<T>, E> {
        Self::known(value.into_deserializer())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Fact<T>, E> {
        Self::known(value.into_deserializer())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Fact<T>, E> {
        Self::known(value.into_deserializer())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Fact<T>, E> {
        Self::known(value.into_deserializer())
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Fact<T>, E> {
        Self::known(value.into_deserializer())
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Fact<T>, E> {
        Self::known(value.into_deserializer())
    }

    fn visit_unit<E: de::Error>(self) -> Result<Fact<T>, E> {
        T::deserialize(().into_deserializer()).map(Fact::Known)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<Fact<T>, A::Error> {
        Self::known(SeqAccessDeserializer::new(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Fact<T>, A::Error> {
        let first: Option<Cow<'de, str>> = members.next_key()?;
        if first.as_deref() != Some(MARK) {
            return Self::known(MapAccessDeserializer::new(Begun { first, members }));
        }
        let unknown: Unknown = members.next_value()?;
        match members.next_key::<Cow<'de, str>>()? {
            None => Ok(Fact::Unknown(UnknownMark { unknown })),
            Some(other) => Err(de::Error::unknown_field(&other, &[MARK])),
        }
    }
}

/// An object whose first name was read already.
struct Begun<'de, A> {
    first: Option<Cow<'de, str>>,
    members: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Begun<'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        match self.first.take() {
            Some(Cow::Borrowed(name)) => seed
                .deserialize(de::value::BorrowedStrDeserializer::new(name))
                .map(Some),
            Some(Cow::Owned(name)) => seed.deserialize(name.into_deserializer()).map(Some),
            None => self.members.next_key_seed(seed),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.members.next_value_seed(seed)
    }
}

/// A value that is there, also for a type that may be absent.
struct Present<D>(D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Present<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
