//! The request context: what a request holds for each condition key.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>,
//! <https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html>

use std::borrow::Cow;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::condition::Condition;
use super::template::Template;
use crate::inventory::Fact;

/// The actions that the rules ask about, as IAM names them.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Action {
    /// `kms:DescribeKey`
    #[serde(rename = "kms:DescribeKey")]
    DescribeKey,
    /// `kms:GetPublicKey`
    #[serde(rename = "kms:GetPublicKey")]
    GetPublicKey,
    /// `kms:Sign`
    #[serde(rename = "kms:Sign")]
    Sign,
    /// `kms:CreateGrant`
    #[serde(rename = "kms:CreateGrant")]
    CreateGrant,
    /// `kms:PutKeyPolicy`
    #[serde(rename = "kms:PutKeyPolicy")]
    PutKeyPolicy,
    /// `kms:DisableKey`
    #[serde(rename = "kms:DisableKey")]
    DisableKey,
    /// `kms:ScheduleKeyDeletion`
    #[serde(rename = "kms:ScheduleKeyDeletion")]
    ScheduleKeyDeletion,
    /// `logs:CreateLogStream`
    #[serde(rename = "logs:CreateLogStream")]
    CreateLogStream,
    /// `logs:PutLogEvents`
    #[serde(rename = "logs:PutLogEvents")]
    PutLogEvents,
}

impl Action {
    /// Every action.
    pub(super) const ALL: [Self; 9] = [
        Self::DescribeKey,
        Self::GetPublicKey,
        Self::Sign,
        Self::CreateGrant,
        Self::PutKeyPolicy,
        Self::DisableKey,
        Self::ScheduleKeyDeletion,
        Self::CreateLogStream,
        Self::PutLogEvents,
    ];

    /// What stands before the colon.
    pub(super) fn service(self) -> &'static str {
        match self {
            Self::CreateLogStream | Self::PutLogEvents => "logs",
            _ => "kms",
        }
    }

    /// The name after the colon, in lower case: IAM compares action names without regard to case.
    pub(super) fn operation(self) -> &'static str {
        match self {
            Self::DescribeKey => "describekey",
            Self::GetPublicKey => "getpublickey",
            Self::Sign => "sign",
            Self::CreateGrant => "creategrant",
            Self::PutKeyPolicy => "putkeypolicy",
            Self::DisableKey => "disablekey",
            Self::ScheduleKeyDeletion => "schedulekeydeletion",
            Self::CreateLogStream => "createlogstream",
            Self::PutLogEvents => "putlogevents",
        }
    }
}

/// The data type of a condition key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Arn,
    Boolean,
    /// A point in time, in seconds since 1970 or as RFC 3339 has it.
    Time,
}

/// What a request holds for a condition key.
#[derive(Debug, Clone)]
pub(super) enum Value<'c> {
    /// The key is not in the request.
    Absent,
    /// The key has one value.
    One(Kind, Cow<'c, str>),
    /// The key has several values: this one and, where not complete, perhaps others.
    Several {
        member: Cow<'c, str>,
        complete: bool,
    },
    /// The key is absent, or has a value of which only this is known.
    Hidden(&'c dyn Hidden),
    /// The value differs from one request of the caller to the next.
    Varies,
    /// The value is not known.
    Unknown,
}

impl<'c> Value<'c> {
    pub(super) fn text(value: &'c str) -> Self {
        Self::One(Kind::Text, Cow::Borrowed(value))
    }

    pub(super) fn arn(value: &'c str) -> Self {
        Self::One(Kind::Arn, Cow::Borrowed(value))
    }

    pub(super) fn boolean(value: bool) -> Self {
        let value = if value { "true" } else { "false" };
        Self::One(Kind::Boolean, Cow::Borrowed(value))
    }

    pub(super) fn text_if_known(value: &'c Fact<String>) -> Self {
        value
            .known()
            .map_or(Self::Unknown, |value| Self::text(value))
    }
}

/// What is known of a value that is not known itself.
pub(super) trait Hidden: std::fmt::Debug {
    /// Whether it is certainly not what a value of the policy names.
    fn excludes(&self, condition: &Condition, wanted: &Template) -> bool;

    /// Whether it differs from one request of the caller to the next.
    fn varies(&self) -> bool;
}

/// One request, or all requests of one caller.
pub(super) trait Context {
    /// What it holds for a condition key, given in lower case.
    fn value(&self, key: &str) -> Value<'_>;
}

/// What does not depend on who asks.
#[derive(Debug)]
pub(super) struct Surroundings<'c> {
    pub(super) action: Action,
    pub(super) resource_arn: &'c Fact<String>,
    pub(super) at: Option<Timestamp>,
}

impl<'c> Surroundings<'c> {
    /// What every request for the action on the resource holds, whoever makes it.
    pub(super) fn value(&self, key: &str) -> Option<Value<'c>> {
        let value = match key {
            // Both services are reached over TLS alone.
            "aws:securetransport" => Value::boolean(true),
            "aws:currenttime" | "aws:epochtime" => match self.at {
                Some(at) => Value::One(Kind::Time, Cow::Owned(at.as_second().to_string())),
                None => Value::Unknown,
            },
            "aws:requestedregion" => self.arn_part(3),
            "aws:resourceaccount" => self.arn_part(4),
            // None of these operations takes tags, and none is reached by a link.
            "aws:tagkeys" | "aws:referer" => Value::Absent,
            key if key.starts_with("aws:requesttag/") => Value::Absent,
            // The one signing algorithm of an ECC_NIST_P256 key.
            "kms:signingalgorithm" if self.action == Action::Sign => Value::text("ECDSA_SHA_256"),
            "kms:signingalgorithm" | "kms:messagetype" if self.action != Action::Sign => {
                Value::Absent
            }
            key if is_grant_key(key) && self.action != Action::CreateGrant => Value::Absent,
            _ => return None,
        };
        Some(value)
    }

    fn arn_part(&self, index: usize) -> Value<'c> {
        self.resource_arn
            .known()
            .and_then(|arn| arn.splitn(6, ':').nth(index))
            .map_or(Value::Unknown, Value::text)
    }
}

/// Whether the key is held by requests for grants and for symmetric encryption alone.
fn is_grant_key(key: &str) -> bool {
    ["kms:grant", "kms:retiring", "kms:encryptioncontext"]
        .iter()
        .any(|prefix| key.starts_with(prefix))
}
