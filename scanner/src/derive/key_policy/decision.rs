//! From statements to a decision.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::document::Effect;
use super::statement::Statement;
use super::truth::{Doubt, Truth};
use crate::inventory::Fact;

/// What a key policy says to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// A statement allows it and none denies it.
    Allowed,
    /// A statement denies it.
    ExplicitDeny,
    /// No statement allows it.
    ImplicitDeny,
}

/// A decision and the statement that made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Access {
    /// What the policy says.
    pub decision: Decision,
    /// The first statement that decides: its Sid, or its place (`#2`) where it has no Sid or
    /// shares it; null for an implicit deny.
    pub statement: Option<String>,
}

/// Decides over statements, given for each whether it applies.
///
/// A deny stands over an allow, and with no statement that allows it is a deny. A deny that
/// cannot be told makes unknown only what might be allowed otherwise. What varies from one
/// request of the caller to the next is taken as what the policy may allow: an allow applies,
/// and a deny does not.
pub(super) fn decide<'p>(
    statements: impl IntoIterator<Item = (&'p Statement, Truth<'p>)>,
) -> Fact<Access> {
    let mut allow = None;
    let mut open_allow = None;
    let mut open_deny = None;
    for (statement, applies) in statements {
        match (statement.effect, applies) {
            (_, Truth::False) | (Effect::Deny, Truth::Varies) => {}
            (Effect::Either, _) => {
                open_allow = open_allow.or(Some((statement, Doubt::Effect)));
                open_deny = open_deny.or(Some((statement, Doubt::Effect)));
            }
            (Effect::Deny, Truth::True) => {
                return Fact::Known(Access {
                    decision: Decision::ExplicitDeny,
                    statement: Some(statement.name.clone()),
                });
            }
            (Effect::Allow, Truth::True | Truth::Varies) => {
                allow = allow.or(Some(statement));
            }
            (Effect::Allow, Truth::Unknown(doubt)) => {
                open_allow = open_allow.or(Some((statement, doubt)));
            }
            (Effect::Deny, Truth::Unknown(doubt)) => {
                open_deny = open_deny.or(Some((statement, doubt)));
            }
        }
    }
    match (allow, open_allow, open_deny) {
        (None, None, _) => Fact::Known(Access {
            decision: Decision::ImplicitDeny,
            statement: None,
        }),
        (Some(statement), _, None) => Fact::Known(Access {
            decision: Decision::Allowed,
            statement: Some(statement.name.clone()),
        }),
        (_, _, Some((statement, doubt))) | (None, Some((statement, doubt)), None) => {
            Fact::unknown(statement.unknown(doubt))
        }
    }
}
