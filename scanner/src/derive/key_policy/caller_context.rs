//! What the requests of one principal hold for each condition key.

use super::caller::Caller;
use super::callers::Scope;
use super::condition::Condition;
use super::confinement::{Confinement, Place};
use super::context::{Action, Context, Hidden, Surroundings, Value};
use super::narrowing::{self, Openness};
use super::principal::PrincipalKind;
use super::service_context::{is_session_key, service_value};
use super::symbolic;
use super::template::Template;

/// All requests of one principal for one action.
#[derive(Debug)]
pub(super) struct CallerContext<'c> {
    caller: &'c Caller,
    scope: &'c Scope,
    surroundings: Surroundings<'c>,
    stranger: Stranger<'c>,
    /// Whether it is certainly someone outside the scope.
    is_stranger: bool,
    of_account: Option<OfAccount<'c>>,
}

/// Someone who is not of the scope.
#[derive(Debug)]
struct Stranger<'c>(&'c Scope);

/// Someone of this account.
#[derive(Debug)]
struct OfAccount<'c>(&'c str);

impl<'c> CallerContext<'c> {
    pub(super) fn new(
        caller: &'c Caller,
        confinement: Confinement,
        action: Action,
        scope: &'c Scope,
    ) -> Self {
        let account = caller.principal.account.as_deref();
        Self {
            caller,
            scope,
            surroundings: Surroundings {
                action,
                resource_arn: &scope.key_arn,
                at: scope.at,
            },
            stranger: Stranger(scope),
            is_stranger: match caller.place {
                Some(place) => place == Place::Outside,
                None => caller.is_everyone() && !confinement.narrowed,
            },
            of_account: account.map(OfAccount),
        }
    }

    /// What the requests hold for the keys that say who asks.
    fn identity(&self, key: &str) -> Option<Value<'_>> {
        let principal = &self.caller.principal;
        let stranger = || match self.is_stranger {
            true => Value::Hidden(&self.stranger),
            false => Value::Varies,
        };
        let value = match key {
            "aws:principalarn" if self.has_own_arn() => Value::arn(&principal.name),
            "aws:principalarn" => match &self.of_account {
                Some(of_account) => Value::Hidden(of_account),
                None => stranger(),
            },
            "aws:principalaccount" | "kms:calleraccount" => match &principal.account {
                Some(account) => Value::text(account),
                None => stranger(),
            },
            "aws:principalorgid" => match (self.caller.place, self.scope.organization.known()) {
                (Some(Place::Inside), Some(Some(id))) => Value::text(id),
                _ => stranger(),
            },
            "aws:principalorgpaths" => stranger(),
            _ => return None,
        };
        Some(value)
    }

    /// Whether the requests hold the name of the principal itself as `aws:PrincipalArn`.
    fn has_own_arn(&self) -> bool {
        let principal = &self.caller.principal;
        matches!(principal.kind, PrincipalKind::Role | PrincipalKind::User)
            || principal.name.contains(":federated-user/")
    }

    /// What the requests hold that only AWS services make, or others alone.
    fn of_services(&self, key: &str) -> Option<Value<'_>> {
        let is_service = match self.caller.principal.kind {
            PrincipalKind::Account
            | PrincipalKind::Role
            | PrincipalKind::User
            | PrincipalKind::AssumedRole => Some(false),
            _ => None,
        };
        match key {
            "aws:principalisawsservice" => Some(is_service.map_or(Value::Varies, Value::boolean)),
            "aws:principalservicename"
            | "aws:principalservicenameslist"
            | "aws:sourceaccount"
            | "aws:sourcearn"
            | "aws:sourceorgid"
            | "aws:sourceorgpaths" => Some(is_service.map_or(Value::Varies, |_| Value::Absent)),
            _ => None,
        }
    }
}

impl Context for CallerContext<'_> {
    fn value(&self, key: &str) -> Value<'_> {
        let by_service = match self.caller.principal.kind {
            PrincipalKind::Service if !self.caller.principal.is_wildcard() => {
                service_value(key, &self.caller.principal.name)
            }
            _ => None,
        };
        by_service
            .or_else(|| self.identity(key))
            .or_else(|| self.of_services(key))
            .or_else(|| self.surroundings.value(key))
            .unwrap_or_else(|| match varies(key) {
                true => Value::Varies,
                false => Value::Unknown,
            })
    }
}

/// Whether the key tells one request of a principal from the next.
fn varies(key: &str) -> bool {
    is_session_key(key)
        || key.starts_with("aws:principaltag/")
        || matches!(
            key,
            "aws:principaltype"
                | "aws:userid"
                | "aws:username"
                | "aws:sourceip"
                | "aws:sourcevpc"
                | "aws:sourcevpcarn"
                | "aws:sourcevpce"
                | "aws:vpceaccount"
                | "aws:vpceorgid"
                | "aws:vpceorgpaths"
                | "aws:vpcsourceip"
                | "aws:calledvia"
                | "aws:calledviafirst"
                | "aws:calledvialast"
                | "aws:viaawsservice"
                | "aws:useragent"
                | "kms:viaservice"
                | "kms:messagetype"
                | "kms:requestalias"
                | "kms:bypasspolicylockoutsafetycheck"
                | "kms:schedulekeydeletionpendingwindowindays"
        )
}

impl Hidden for Stranger<'_> {
    fn excludes(&self, condition: &Condition, wanted: &Template) -> bool {
        self.0.place(condition, wanted) == Place::Inside
    }

    fn varies(&self) -> bool {
        true
    }
}

impl Hidden for OfAccount<'_> {
    fn excludes(&self, condition: &Condition, wanted: &Template) -> bool {
        wanted.plain().is_some()
            && wanted.text().split(':').nth(4).is_some_and(|account| {
                symbolic::same(account, self.0) == Some(false)
                    && narrowing::openness(account, condition) == Openness::Exact
            })
    }

    fn varies(&self) -> bool {
        true
    }
}
