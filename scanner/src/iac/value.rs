//! What an expression of a template or a configuration evaluates to, with the place it came from.
//!
//! Collections are shared, so that a value is cheap to copy, and bounded, so that walking one ends:
//! what would pass the bound is an unknown value instead.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::iac::place::Place;
use crate::inventory::{Reason, Unknown};

/// How many collections may lie within each other.
pub const MAX_DEPTH: u32 = 64;

/// How much one value may hold, walked to its leaves: a leaf counts one, and one more for each
/// 64 bytes of its text.
pub const MAX_WEIGHT: u64 = 1 << 20;

/// A value and where it came from: the place of the expression that made it.
///
/// Two values are equal if their data are, wherever they came from.
#[derive(Debug, Clone)]
pub struct Value {
    /// What it is.
    pub data: Data,
    /// Where it came from.
    pub place: Place,
}

/// The kinds of value.
#[derive(Clone, PartialEq)]
pub enum Data {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text that is wholly known.
    String(Arc<str>),
    /// A text that is known in part: `arn:aws:route53:::hostedzone/${aws_route53_zone.main.zone_id}`.
    Text(Arc<[Part]>),
    /// The JSON text of a value, kept as the value, so that what stands within keeps its place.
    Json(Arc<Value>),
    /// A list.
    List(Arc<List>),
    /// A set: sorted, each item once.
    Set(Arc<List>),
    /// A map from names to values, in the order of the names.
    Object(Arc<Object>),
    /// What only AWS will tell. Equal symbols are equal; everything else about them is unknown.
    Symbol(Symbol),
    /// A value that cannot be known from what was read, and why.
    Unknown(Arc<Unknown>),
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Text that is known.
    Literal(Arc<str>),
    /// The text of a symbol.
    Symbol(Symbol),
    /// Text that is not known, and why.
    Unknown(Arc<Unknown>),
}

/// An attribute of something that only AWS will tell: `aws_route53_zone.main.zone_id`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(Arc<Attribute>);

#[derive(PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Attribute {
    subject: Arc<str>,
    path: Box<str>,
}

/// A number: an integer where it can be one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// An integer.
    Integer(i64),
    /// Any other number, larger integers among them; never infinite, never NaN.
    Float(f64),
}

/// The items of a list or set.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    items: Vec<Value>,
    extent: Extent,
}

/// The members of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    members: BTreeMap<Arc<str>, Value>,
    extent: Extent,
}

/// How deep a value is and how much it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Extent {
    depth: u32,
    weight: u64,
}

impl Value {
    /// A value at a place.
    pub fn new(data: Data, place: Place) -> Self {
        Self { data, place }
    }

    /// A value that is not known.
    pub fn unknown(detail: impl Into<String>, place: Place) -> Self {
        Self::new(Data::unknown(detail), place)
    }

    /// The text, if it is one and wholly known. The JSON text of a value is not a known text here.
    pub fn as_str(&self) -> Option<&str> {
        match &self.data {
            Data::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.data {
            Data::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<Number> {
        match self.data {
            Data::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The symbol, if it is one.
    pub fn as_symbol(&self) -> Option<&Symbol> {
        match &self.data {
            Data::Symbol(symbol) => Some(symbol),
            _ => None,
        }
    }

    /// The items, if it is a list or a set.
    pub fn items(&self) -> Option<&[Self]> {
        match &self.data {
            Data::List(list) | Data::Set(list) => Some(&list.items),
            _ => None,
        }
    }

    /// The members, if it is an object.
    pub fn members(&self) -> Option<&BTreeMap<Arc<str>, Self>> {
        match &self.data {
            Data::Object(object) => Some(&object.members),
            _ => None,
        }
    }

    /// The member of that name, if it is an object that has one.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.members()?.get(name)
    }

    /// How much it holds, as [`MAX_WEIGHT`] counts.
    pub fn weight(&self) -> u64 {
        extent_of(&self.data).weight
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        self.data == Data::Null
    }

    /// Why it is not known, if it is not.
    pub fn why_unknown(&self) -> Option<&Arc<Unknown>> {
        match &self.data {
            Data::Unknown(why) => Some(why),
            _ => None,
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.data == other.data
    }
}

impl Data {
    /// A known text.
    pub fn string(text: impl AsRef<str>) -> Self {
        Self::String(Arc::from(text.as_ref()))
    }

    /// A whole number.
    pub fn integer(number: impl Into<i64>) -> Self {
        Self::Number(Number::Integer(number.into()))
    }

    /// What cannot be known from what was read.
    pub fn unknown(detail: impl Into<String>) -> Self {
        Self::Unknown(Arc::new(Unknown::because(Reason::NotDetermined, detail)))
    }

    /// A list; unknown if it would pass the bounds of a value.
    pub fn list(items: Vec<Value>) -> Self {
        bounded(extent(items.iter()), |extent| {
            Self::List(Arc::new(List { items, extent }))
        })
    }

    /// A set of items that are sorted and each there once; unknown if it would pass the bounds.
    pub fn set(items: Vec<Value>) -> Self {
        bounded(extent(items.iter()), |extent| {
            Self::Set(Arc::new(List { items, extent }))
        })
    }

    /// An object; unknown if it would pass the bounds of a value.
    pub fn object(members: BTreeMap<Arc<str>, Value>) -> Self {
        let mut extent = extent(members.values());
        let names = members.keys().map(|name| weight_of_text(name));
        extent.weight = names.fold(extent.weight, u64::saturating_add);
        bounded(extent, |extent| {
            Self::Object(Arc::new(Object { members, extent }))
        })
    }

    /// A text of parts: known if all of them are, a symbol or unknown if it is nothing else, unknown if it would pass the bounds of a value.
    pub fn text(parts: impl IntoIterator<Item = Part>) -> Self {
        let mut joined: Vec<Part> = Vec::new();
        let mut literal = String::new();
        for part in parts {
            match part {
                Part::Literal(text) => literal.push_str(&text),
                other => {
                    if !literal.is_empty() {
                        joined.push(Part::Literal(std::mem::take(&mut literal).into()));
                    }
                    joined.push(other);
                }
            }
        }
        if joined.is_empty() {
            return Self::String(literal.into());
        }
        if !literal.is_empty() {
            joined.push(Part::Literal(literal.into()));
        }
        let data = match joined.as_slice() {
            [Part::Symbol(symbol)] => Self::Symbol(symbol.clone()),
            [Part::Unknown(why)] => Self::Unknown(Arc::clone(why)),
            _ => Self::Text(joined.into()),
        };
        bounded(extent_of(&data), |_| data)
    }

    /// The JSON text of a value; unknown if it would pass the bounds of a value.
    pub fn json(value: Value) -> Self {
        let data = Self::Json(Arc::new(value));
        bounded(extent_of(&data), |_| data)
    }
}

impl List {
    /// The items in order.
    pub fn items(&self) -> &[Value] {
        &self.items
    }
}

impl Object {
    /// The members in the order of their names.
    pub fn members(&self) -> &BTreeMap<Arc<str>, Value> {
        &self.members
    }
}

impl Symbol {
    /// The thing itself, by its address.
    pub fn of(subject: impl Into<Arc<str>>) -> Self {
        Self(Arc::new(Attribute {
            subject: subject.into(),
            path: "".into(),
        }))
    }

    /// The address of the thing whose attribute it is.
    pub fn subject(&self) -> &Arc<str> {
        &self.0.subject
    }

    /// What of the thing it is, as it would be written after the address: `.name_servers[0]`;
    /// empty for the thing itself.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// The attribute of the thing that it is or lies in: `name_servers`.
    pub fn attribute(&self) -> Option<&str> {
        let path = self.0.path.strip_prefix('.')?;
        path.split(['.', '[']).next()
    }

    /// A member of it.
    pub fn member(&self, name: &str) -> Self {
        self.extend(&format!(".{name}"))
    }

    /// An element of it, by an index or a key.
    pub fn element(&self, key: &str, quoted: bool) -> Self {
        if quoted {
            self.extend(&format!("[{key:?}]"))
        } else {
            self.extend(&format!("[{key}]"))
        }
    }

    fn extend(&self, step: &str) -> Self {
        Self(Arc::new(Attribute {
            subject: Arc::clone(self.subject()),
            path: format!("{}{step}", self.path()).into(),
        }))
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.subject(), self.path())
    }
}

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Number {
    /// The number, if it is finite; an integer where it can be one without loss.
    pub fn from_f64(number: f64) -> Option<Self> {
        // Beyond 2^53 not every integer has a float, so the float says no more than itself.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if !number.is_finite() {
            None
        } else if number.fract() == 0.0 && number.abs() <= EXACT {
            Some(Self::Integer(number as i64))
        } else {
            Some(Self::Float(number))
        }
    }

    /// The nearest float.
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Integer(number) => number as f64,
            Self::Float(number) => number,
        }
    }

    /// The integer without its fraction, if it has no more than 19 digits.
    pub fn truncated(self) -> Option<i64> {
        // -2^63 is a float, 2^63 - 1 is not.
        const END: f64 = 9_223_372_036_854_775_808.0;
        match self {
            Self::Integer(number) => Some(number),
            Self::Float(number) => (-END..END).contains(&number).then_some(number as i64),
        }
    }

    /// The integer, if it is one.
    pub fn as_integer(self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(number),
            Self::Float(_) => None,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => write!(f, "{number}"),
            Self::Float(number) => write!(f, "{number}"),
        }
    }
}

/// Writes the value as a person would in a configuration, for messages and tests.
impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::String(text) => write!(f, "{text:?}"),
            Self::Text(parts) => {
                f.write_str("\"")?;
                for part in parts.iter() {
                    match part {
                        Part::Literal(text) => write!(f, "{}", text.escape_debug())?,
                        Part::Symbol(symbol) => write!(f, "${{{symbol}}}")?,
                        Part::Unknown(_) => f.write_str("${?}")?,
                    }
                }
                f.write_str("\"")
            }
            Self::Json(value) => write!(f, "json({:?})", value.data),
            Self::List(list) => f.debug_list().entries(data(&list.items)).finish(),
            Self::Set(list) => f.debug_set().entries(data(&list.items)).finish(),
            Self::Object(object) => {
                let members = object.members.iter();
                f.debug_map()
                    .entries(members.map(|(name, value)| (name, &value.data)))
                    .finish()
            }
            Self::Symbol(symbol) => write!(f, "<{symbol}>"),
            Self::Unknown(why) => {
                write!(f, "unknown({})", why.detail.as_deref().unwrap_or_default())
            }
        }
    }
}

fn data(items: &[Value]) -> impl Iterator<Item = &Data> {
    items.iter().map(|item| &item.data)
}

fn bounded(extent: Extent, make: impl FnOnce(Extent) -> Data) -> Data {
    if extent.depth > MAX_DEPTH {
        Data::unknown(format!("the value is nested more than {MAX_DEPTH} deep"))
    } else if extent.weight > MAX_WEIGHT {
        Data::unknown(format!("the value holds more than {MAX_WEIGHT} items"))
    } else {
        make(extent)
    }
}

fn extent<'a>(values: impl Iterator<Item = &'a Value>) -> Extent {
    let empty = Extent {
        depth: 1,
        weight: 1,
    };
    values.fold(empty, |sum, value| {
        let own = extent_of(&value.data);
        Extent {
            depth: sum.depth.max(own.depth.saturating_add(1)),
            weight: sum.weight.saturating_add(own.weight),
        }
    })
}

fn extent_of(data: &Data) -> Extent {
    let leaf = |weight| Extent { depth: 0, weight };
    match data {
        Data::String(text) => leaf(weight_of_text(text)),
        Data::Text(parts) => leaf(parts.iter().map(weight_of_part).sum()),
        Data::List(list) | Data::Set(list) => list.extent,
        Data::Object(object) => object.extent,
        Data::Json(value) => {
            let own = extent_of(&value.data);
            Extent {
                depth: own.depth.saturating_add(1),
                weight: own.weight.saturating_add(1),
            }
        }
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::Symbol(_) | Data::Unknown(_) => {
            leaf(1)
        }
    }
}

fn weight_of_part(part: &Part) -> u64 {
    match part {
        Part::Literal(text) => weight_of_text(text),
        Part::Symbol(_) | Part::Unknown(_) => 1,
    }
}

fn weight_of_text(text: &str) -> u64 {
    1 + text.len() as u64 / 64
}
