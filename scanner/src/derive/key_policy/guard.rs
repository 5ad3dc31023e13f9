//! Guards against a confused deputy: conditions on the resource for which a service asks.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::condition::Condition;
use super::narrowing::{self, Openness};
use super::pattern::Token;
use super::statement::Statement;
use super::template::Template;

/// A condition key that says for whose resource a service asks.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum Guard {
    /// `aws:SourceAccount`
    #[serde(rename = "aws:SourceAccount")]
    SourceAccount,
    /// `aws:SourceArn`
    #[serde(rename = "aws:SourceArn")]
    SourceArn,
    /// `aws:SourceOrgID`
    #[serde(rename = "aws:SourceOrgID")]
    SourceOrgId,
    /// `aws:SourceOrgPaths`
    #[serde(rename = "aws:SourceOrgPaths")]
    SourceOrgPaths,
}

impl Guard {
    fn of_key(key: &str) -> Option<Self> {
        match key {
            "aws:sourceaccount" => Some(Self::SourceAccount),
            "aws:sourcearn" => Some(Self::SourceArn),
            "aws:sourceorgid" => Some(Self::SourceOrgId),
            "aws:sourceorgpaths" => Some(Self::SourceOrgPaths),
            _ => None,
        }
    }
}

/// Whether the condition is on a guard.
pub(super) fn is_guard(condition: &Condition) -> bool {
    Guard::of_key(condition.key()).is_some()
}

/// The guards that name for whom the service may ask, in their usual order.
pub(super) fn guards(statement: &Statement) -> Vec<Guard> {
    let mut guards: Vec<Guard> =
        narrowing::naming_conditions(statement, |key| Guard::of_key(key).is_some())
            .filter(|condition| {
                !condition
                    .values()
                    .iter()
                    .any(|value| is_open(value, condition))
            })
            .filter_map(|condition| Guard::of_key(condition.key()))
            .collect();
    guards.sort_unstable();
    guards.dedup();
    guards
}

/// Whether a value of a guard lets any account or any zone pass.
fn is_open(value: &Template, condition: &Condition) -> bool {
    narrowing::echoes_caller(value)
        || narrowing::openness(value.text(), condition) == Openness::Wholly
        || (condition.key() == "aws:sourcearn" && is_any_source(value, condition))
}

/// Whether a value for `aws:SourceArn` leaves open both the account and the resource.
///
/// The ARN of a hosted zone has no account, so `arn:aws:route53:::hostedzone/*` are the zones
/// of everybody; and the id of every zone begins with `Z`.
pub(super) fn is_any_source(value: &Template, condition: &Condition) -> bool {
    let Some(tokens) = value.plain() else {
        return false;
    };
    if !condition.has_wildcards() {
        return false;
    }
    let account = value.text().split(':').nth(4).unwrap_or_default();
    if !account.is_empty() && narrowing::openness(account, condition) != Openness::Wholly {
        return false;
    }
    let resource = tokens
        .rsplit(|token| matches!(token, Token::Byte(b':' | b'/')))
        .next()
        .unwrap_or_default();
    let id = resource
        .strip_prefix(&[Token::Byte(b'Z')])
        .unwrap_or(resource);
    !id.is_empty() && id.iter().all(|token| token.is_wildcard())
}
