//! The policy document as JSON: the grammar of the policy language.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>
//!
//! The types nest seven deep and nothing else is read, so no input makes the parser recurse
//! further, and an element that is given twice is refused, as AWS refuses it.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::inventory::Symbol;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document<'a> {
    #[serde(rename = "Version", default)]
    pub(super) version: Version,
    #[serde(borrow, rename = "Id", default, deserialize_with = "given")]
    _id: Option<Text<'a>>,
    #[serde(borrow, rename = "Statement")]
    pub(super) statements: OneOrMany<RawStatement<'a>>,
}

/// The version of the policy language; the older one where none is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
pub(super) enum Version {
    #[default]
    #[serde(rename = "2008-10-17")]
    V2008,
    #[serde(rename = "2012-10-17")]
    V2012,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStatement<'a> {
    #[serde(borrow, rename = "Sid", default, deserialize_with = "given")]
    pub(super) sid: Option<Text<'a>>,
    #[serde(rename = "Effect")]
    pub(super) effect: Effect,
    #[serde(borrow, rename = "Principal", default, deserialize_with = "given")]
    pub(super) principal: Option<RawPrincipal<'a>>,
    #[serde(borrow, rename = "NotPrincipal", default, deserialize_with = "given")]
    pub(super) not_principal: Option<RawPrincipal<'a>>,
    #[serde(borrow, rename = "Action", default, deserialize_with = "given")]
    pub(super) action: Option<OneOrMany<Text<'a>>>,
    #[serde(borrow, rename = "NotAction", default, deserialize_with = "given")]
    pub(super) not_action: Option<OneOrMany<Text<'a>>>,
    #[serde(borrow, rename = "Resource", default, deserialize_with = "given")]
    pub(super) resource: Option<OneOrMany<Text<'a>>>,
    #[serde(borrow, rename = "NotResource", default, deserialize_with = "given")]
    pub(super) not_resource: Option<OneOrMany<Text<'a>>>,
    #[serde(borrow, rename = "Condition", default)]
    pub(super) condition: Pairs<'a, Pairs<'a, OneOrMany<Scalar<'a>>>>,
}

/// What a statement does where it applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Allow,
    Deny,
    /// One of the two: a symbol stands for it.
    Either,
}

/// `"*"`, or principals by their type.
pub(super) enum RawPrincipal<'a> {
    Everyone,
    Typed(Typed<'a>),
    /// One of the two: a symbol stands for it.
    Symbol(Text<'a>),
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Typed<'a> {
    #[serde(borrow, rename = "AWS", default)]
    pub(super) aws: OneOrMany<Text<'a>>,
    #[serde(borrow, rename = "Service", default)]
    pub(super) service: OneOrMany<Text<'a>>,
    #[serde(borrow, rename = "Federated", default)]
    pub(super) federated: OneOrMany<Text<'a>>,
    #[serde(borrow, rename = "CanonicalUser", default)]
    pub(super) canonical_user: OneOrMany<Text<'a>>,
}

/// One value, or a list of values.
pub(super) struct OneOrMany<T>(pub(super) Vec<T>);

/// The members of an object in their order, each name once.
pub(super) struct Pairs<'a, T>(pub(super) Vec<(Text<'a>, T)>);

/// A string.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

/// A string, a number or a truth value, as text.
pub(super) struct Scalar<'a>(pub(super) Cow<'a, str>);

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Default for Pairs<'_, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// Reads an element that is there: null is not the same as leaving it out.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

impl<'de> Deserialize<'de> for Effect {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match Text::deserialize(from)?.0.as_ref() {
            "Allow" => Ok(Self::Allow),
            "Deny" => Ok(Self::Deny),
            text if is_symbol(text) => Ok(Self::Either),
            text => Err(D::Error::unknown_variant(text, &["Allow", "Deny"])),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for RawPrincipal<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct PrincipalVisitor;

        impl<'de> Visitor<'de> for PrincipalVisitor {
            type Value = RawPrincipal<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("\"*\" or an object of principals")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                match text {
                    "*" => Ok(RawPrincipal::Everyone),
                    text if is_symbol(text) => {
                        Ok(RawPrincipal::Symbol(Text(Cow::Owned(text.to_owned()))))
                    }
                    text => Err(E::invalid_value(serde::de::Unexpected::Str(text), &self)),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                Deserialize::deserialize(MapAccessDeserializer::new(map)).map(RawPrincipal::Typed)
            }
        }

        from.deserialize_any(PrincipalVisitor)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct ListVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
            type Value = OneOrMany<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("one value or a list of values")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = list.next_element()? {
                    values.push(value);
                }
                Ok(OneOrMany(values))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                one(MapAccessDeserializer::new(map))
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                one(serde::de::value::BorrowedStrDeserializer::new(text))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                one(serde::de::value::StrDeserializer::new(text))
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
                one(serde::de::value::BoolDeserializer::new(value))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
                one(serde::de::value::U64Deserializer::new(value))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
                one(serde::de::value::I64Deserializer::new(value))
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
                one(serde::de::value::F64Deserializer::new(value))
            }
        }

        fn one<'de, T, D>(from: D) -> Result<OneOrMany<T>, D::Error>
        where
            T: Deserialize<'de>,
            D: Deserializer<'de>,
        {
            T::deserialize(from).map(|value| OneOrMany(vec![value]))
        }

        from.deserialize_any(ListVisitor(PhantomData))
    }
}

/// What a symbol may stand for: one condition of which nothing is known.
pub(super) trait OfSymbol {
    /// What is read where a symbol stands.
    fn of_symbol(symbol: &str) -> Self;
}

impl OfSymbol for OneOrMany<Scalar<'_>> {
    fn of_symbol(symbol: &str) -> Self {
        Self(vec![Scalar(Cow::Owned(symbol.to_owned()))])
    }
}

impl<T: OfSymbol> OfSymbol for Pairs<'_, T> {
    fn of_symbol(symbol: &str) -> Self {
        let name = Text(Cow::Owned(symbol.to_owned()));
        Self(vec![(name, T::of_symbol(symbol))])
    }
}

fn is_symbol(text: &str) -> bool {
    Symbol::parse(text).is_some()
}

impl<'de: 'a, 'a, T: Deserialize<'de> + OfSymbol> Deserialize<'de> for Pairs<'a, T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct PairsVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de> + OfSymbol> Visitor<'de> for PairsVisitor<T> {
            type Value = Pairs<'de, T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                match is_symbol(text) {
                    true => Ok(Pairs::of_symbol(text)),
                    false => Err(E::invalid_type(serde::de::Unexpected::Str(text), &self)),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                let mut names: Vec<&Text<'_>> = pairs.iter().map(|(name, _)| name).collect();
                names.sort_unstable();
                match names.windows(2).find(|pair| pair.first() == pair.last()) {
                    Some(_) => Err(A::Error::custom("a condition is given twice")),
                    None => Ok(Pairs(pairs)),
                }
            }
        }

        from.deserialize_any(PairsVisitor(PhantomData))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }

        from.deserialize_str(TextVisitor)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct ScalarVisitor;

        impl<'de> Visitor<'de> for ScalarVisitor {
            type Value = Scalar<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, a number or a truth value")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Scalar(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Scalar(Cow::Owned(text.to_owned())))
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
                Ok(Scalar(Cow::Borrowed(if value { "true" } else { "false" })))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
                Ok(Scalar(Cow::Owned(value.to_string())))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
                Ok(Scalar(Cow::Owned(value.to_string())))
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
                Ok(Scalar(Cow::Owned(value.to_string())))
            }
        }

        from.deserialize_any(ScalarVisitor)
    }
}
