//! A fact is known, or unknown with the reason why.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A value that was read, or the reason why it was not.
///
/// In JSON it is the value itself, or `{"$unknown": {…}}` in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Fact<T> {
    /// Why the value is not known.
    Unknown(UnknownMark),
    /// The value.
    Known(T),
}

/// The JSON form of an unknown fact: an object with the one member `$unknown`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Unknown")]
pub struct UnknownMark {
    /// Why the value is not known.
    #[serde(rename = "$unknown")]
    pub unknown: Unknown,
}

/// Why a fact is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "UnknownReason")]
pub struct Unknown {
    /// The kind of failure.
    pub reason: Reason,
    /// The API operation that failed, as IAM names it (`route53:GetDNSSEC`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The error code of the service, as it was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What a person needs to know beyond the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// The kinds of failure that leave a fact unknown.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The caller may not perform the operation.
    AccessDenied,
    /// The service kept answering that it was asked too often.
    Throttled,
    /// No answer came in time.
    Timeout,
    /// The connection failed.
    Network,
    /// The service failed.
    ServiceError,
    /// The answer could not be understood.
    Malformed,
    /// What is referred to lies outside what was read.
    NotFoundInScope,
    /// What was read does not decide it.
    NotDetermined,
    /// The rule failed or passed its bound.
    RuleError,
}

impl Reason {
    /// The name of the reason in every document.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccessDenied => "access_denied",
            Self::Throttled => "throttled",
            Self::Timeout => "timeout",
            Self::Network => "network",
            Self::ServiceError => "service_error",
            Self::Malformed => "malformed",
            Self::NotFoundInScope => "not_found_in_scope",
            Self::NotDetermined => "not_determined",
            Self::RuleError => "rule_error",
        }
    }
}

impl Unknown {
    /// An unknown with no operation behind it.
    pub fn because(reason: Reason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            operation: None,
            code: None,
            detail: Some(detail.into()),
        }
    }
}

impl<T> Fact<T> {
    /// A fact that is not known, and why.
    pub fn unknown(why: Unknown) -> Self {
        Self::Unknown(UnknownMark { unknown: why })
    }

    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }

    /// Why it is not known, if it is not.
    pub fn why_unknown(&self) -> Option<&Unknown> {
        match self {
            Self::Known(_) => None,
            Self::Unknown(mark) => Some(&mark.unknown),
        }
    }

    /// A fact that follows from this one; unknown for the same reason where this is unknown.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Self::Known(value) => Fact::Known(f(value)),
            Self::Unknown(mark) => Fact::Unknown(mark),
        }
    }

    /// The same fact, borrowed.
    pub fn as_ref(&self) -> Fact<&T> {
        match self {
            Self::Known(value) => Fact::Known(value),
            Self::Unknown(mark) => Fact::Unknown(mark.clone()),
        }
    }
}

impl<T: Default> Default for Fact<T> {
    fn default() -> Self {
        Self::Known(T::default())
    }
}

impl<T> From<Result<T, Unknown>> for Fact<T> {
    fn from(result: Result<T, Unknown>) -> Self {
        match result {
            Ok(value) => Self::Known(value),
            Err(why) => Self::unknown(why),
        }
    }
}

impl<T: JsonSchema> JsonSchema for Fact<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Fact_of_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let known = generator.subschema_for::<T>();
        let unknown = generator.subschema_for::<UnknownMark>();
        json_schema!({"anyOf": [known, unknown]})
    }
}

/// A collected set: the items that were seen, and a gap for each part that was not.
///
/// An item proves that something exists; only a set without gaps proves that nothing else does.
/// In JSON a gap stands among the items as `{"$unknown": {…}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Set<T>(Vec<Fact<T>>);

impl<T> Set<T> {
    /// A set that was read to its end.
    pub fn complete(items: impl IntoIterator<Item = T>) -> Self {
        Self(items.into_iter().map(Fact::Known).collect())
    }

    /// A set of which nothing was read.
    pub fn unread(why: Unknown) -> Self {
        Self(vec![Fact::unknown(why)])
    }

    /// Adds an item.
    pub fn insert(&mut self, item: T) {
        self.0.push(Fact::Known(item));
    }

    /// Adds a gap: a part of the set that could not be read.
    pub fn add_gap(&mut self, why: Unknown) {
        self.0.push(Fact::unknown(why));
    }

    /// The items that were seen.
    pub fn items(&self) -> impl Iterator<Item = &T> {
        self.0.iter().filter_map(Fact::known)
    }

    /// Why parts of the set are missing; empty where it is complete.
    pub fn gaps(&self) -> impl Iterator<Item = &Unknown> {
        self.0.iter().filter_map(Fact::why_unknown)
    }

    /// Each item and gap turned into something else.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Set<U> {
        Set(self.0.into_iter().map(|fact| fact.map(&mut f)).collect())
    }
}

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: JsonSchema> JsonSchema for Set<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Set_of_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        <Vec<Fact<T>>>::json_schema(generator)
    }
}
