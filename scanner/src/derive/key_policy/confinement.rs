//! Whether the conditions of a statement confine it to the house.

use super::callers::Scope;
use super::condition::Condition;
use super::guard::is_any_source;
use super::narrowing::{self, Openness};
use super::principal::is_account_id;
use super::statement::Statement;
use super::symbolic;
use super::template::Template;

/// What the conditions of a statement say of who may use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Confinement {
    /// Whether any condition narrows.
    pub(super) narrowed: bool,
    /// Whether someone outside the scope may use it; none where that is not known.
    pub(super) outside: Option<bool>,
}

/// Where a value of a condition points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// To anyone.
    Anywhere,
    /// To an account or organisation of the scope.
    Inside,
    /// To one that is not of the scope.
    Outside,
    /// To one of which that is not known.
    Unclear,
}

/// The condition keys that say who asks, or for whom an AWS service asks.
fn says_who(key: &str) -> bool {
    matches!(
        key,
        "aws:principalorgid"
            | "aws:principalorgpaths"
            | "aws:principalaccount"
            | "aws:principalarn"
            | "aws:sourceaccount"
            | "aws:sourcearn"
            | "aws:sourceorgid"
            | "aws:sourceorgpaths"
            | "kms:calleraccount"
    )
}

/// What the conditions of a statement for everyone say.
///
/// The values of one condition are alternatives, so the worst counts; the conditions must all
/// hold, so the best counts.
pub(super) fn confinement(statement: &Statement, scope: &Scope) -> Confinement {
    let mut result = Confinement {
        narrowed: false,
        outside: Some(true),
    };
    for condition in narrowing::naming_conditions(statement, says_who) {
        let places = || {
            condition
                .values()
                .iter()
                .map(|value| scope.place(condition, value))
        };
        if places().any(|place| place == Place::Anywhere) {
            continue;
        }
        let outside = if places().any(|place| place == Place::Outside) {
            Some(true)
        } else if places().any(|place| place == Place::Unclear) {
            None
        } else {
            Some(false)
        };
        result.narrowed = true;
        result.outside = match (result.outside, outside) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (None, _) | (_, None) => None,
            (Some(true), Some(true)) => Some(true),
        };
    }
    result
}

impl Scope {
    /// The partition of the key.
    pub(super) fn partition(&self) -> &str {
        self.key_arn
            .known()
            .and_then(|arn| arn.split(':').nth(1))
            .unwrap_or("aws")
    }

    /// Where a value of a condition that says who points.
    pub(super) fn place(&self, condition: &Condition, value: &Template) -> Place {
        if narrowing::echoes_caller(value) {
            return Place::Anywhere;
        }
        if value.plain().is_none() {
            return Place::Unclear;
        }
        let text = value.text();
        let (named, place): (_, fn(&Self, &str) -> Place) = match condition.key() {
            "aws:principalorgid" | "aws:sourceorgid" => (text, Self::place_of_organization),
            "aws:principalorgpaths" | "aws:sourceorgpaths" => (
                text.split('/').next().unwrap_or_default(),
                Self::place_of_organization,
            ),
            "aws:principalarn" | "aws:sourcearn" => return self.place_of_arn(condition, value),
            _ => (text, Self::place_of_account),
        };
        if value.is_symbolic() && symbolic::is_open(named) {
            return Place::Unclear;
        }
        match narrowing::openness(named, condition) {
            Openness::Wholly => Place::Anywhere,
            Openness::Partly => Place::Unclear,
            Openness::Exact => place(self, named),
        }
    }

    /// Where the account of an ARN is.
    ///
    /// Under `StringLike` an asterisk reaches over colons, so that what stands in the place of
    /// the account need not be one; a pattern counts as leaving the account open unless it has
    /// an account id there.
    fn place_of_arn(&self, condition: &Condition, arn: &Template) -> Place {
        let text = arn.text();
        if arn.is_symbolic() && text.split(':').take(5).any(symbolic::is_open) {
            return Place::Unclear;
        }
        match text.split(':').nth(4) {
            Some(account) if is_account_id(account) => self.place_of_account(account),
            Some("") if !is_any_source(arn, condition) => Place::Unclear,
            _ if narrowing::openness(text, condition) == Openness::Exact => Place::Unclear,
            _ => Place::Anywhere,
        }
    }

    /// Where an account is; nowhere that is known, for a text that is no account id.
    pub(super) fn place_of_account(&self, account: &str) -> Place {
        if self.accounts.contains(account) {
            Place::Inside
        } else if self.complete && is_account_id(account) {
            Place::Outside
        } else {
            Place::Unclear
        }
    }

    fn place_of_organization(&self, id: &str) -> Place {
        match self.organization.known() {
            Some(Some(ours)) if ours == id => Place::Inside,
            Some(_) => Place::Outside,
            None => Place::Unclear,
        }
    }
}
