//! One principal as a caller: by what names statements mean it.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>

use super::callers::Scope;
use super::confinement::{Confinement, Place};
use super::principal::{Principal, PrincipalKind, Principals};
use super::truth::{Doubt, Truth};

/// A principal of an Allow statement.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    /// The principal; an account by its root ARN.
    pub(super) principal: Principal,
    /// Where its account is, where it has one.
    pub(super) place: Option<Place>,
}

impl Caller {
    pub(super) fn new(principal: &Principal, scope: &Scope) -> Self {
        let mut principal = principal.clone();
        if let (PrincipalKind::Account, Some(account)) = (principal.kind, &principal.account) {
            principal.name = format!("arn:{}:iam::{account}:root", scope.partition());
        }
        let place = principal
            .account
            .as_deref()
            .map(|account| scope.place_of_account(account));
        Self { principal, place }
    }

    pub(super) fn everyone() -> Self {
        Self {
            principal: Principal::everyone(),
            place: None,
        }
    }

    pub(super) fn is_everyone(&self) -> bool {
        self.principal.kind == PrincipalKind::Everyone
    }

    /// The confinement of a statement as it stands for this principal.
    pub(super) fn confined(&self, statement: Confinement) -> Confinement {
        let outside = match (self.principal.kind, self.place) {
            (PrincipalKind::Everyone, _) => return statement,
            (PrincipalKind::Service, _) | (_, Some(Place::Inside)) => Some(false),
            _ if statement.outside == Some(false) => Some(false),
            (_, Some(Place::Outside)) => statement.outside,
            _ => None,
        };
        Confinement {
            narrowed: false,
            outside,
        }
    }

    /// Whether a statement that allows everyone allows this principal.
    pub(super) fn is_among_everyone(&self, principals: &Principals) -> Truth<'static> {
        if principals.negated {
            let is_named = Truth::any(
                principals
                    .named
                    .iter()
                    .map(|name| Truth::from(name.is_wildcard()).or(|| self.principal.is(name))),
            );
            return is_named.not();
        }
        Truth::any(
            principals
                .named
                .iter()
                .map(|name| self.principal.is_included_in(name)),
        )
    }

    /// Whether a statement that allows a principal by another name allows this one: it does not,
    /// unless symbols leave open whether both are the same.
    pub(super) fn is_among_others(&self, principals: &Principals) -> Truth<'static> {
        if principals.negated {
            return Truth::False;
        }
        let is_symbolic = |name: &&Principal| self.principal.is_symbolic() || name.is_symbolic();
        let symbolic = principals.named.iter().filter(is_symbolic);
        Truth::any(symbolic.map(|name| match self.principal.is(name) {
            unknown @ Truth::Unknown(_) => unknown,
            _ => Truth::False,
        }))
    }

    /// Whether a statement that denies certain principals denies every request of this one.
    pub(super) fn is_denied_by(
        &self,
        principals: &Principals,
        confinement: Confinement,
    ) -> Truth<'static> {
        if principals.negated {
            return self.is_excepted_by(&principals.named, confinement).not();
        }
        Truth::any(principals.named.iter().map(|name| {
            self.principal
                .is_included_in(name)
                .or(|| self.principal.is(name))
                .or(|| self.principal.is_of_account(name))
        }))
    }

    /// Whether `NotPrincipal` excepts any request of this one, by these names.
    ///
    /// AWS compares the account as well as the principal, and leaves open what happens where
    /// only one of the two is named.
    fn is_excepted_by(&self, names: &[Principal], confinement: Confinement) -> Truth<'static> {
        let any = |is: &dyn Fn(&Principal) -> Truth<'static>| Truth::any(names.iter().map(is));
        let principal = &self.principal;
        if names.is_empty() {
            return Truth::Unknown(Doubt::Empty("NotPrincipal"));
        } else if names.iter().any(Principal::is_wildcard) {
            return Truth::True;
        } else if names.iter().any(Principal::may_be_wildcard) {
            return Truth::Unknown(Doubt::Principal);
        } else if self.is_everyone() {
            // Of everyone whom the conditions name, some may be those who are excepted.
            return match confinement.narrowed {
                true => Truth::Varies,
                false => Truth::False,
            };
        } else if principal.account.is_none() {
            return any(&|name| principal.is(name));
        }
        match any(&|name| principal.shares_account(name)) {
            Truth::True => {
                let both = any(&|name| principal.is(name))
                    .and(|| any(&|name| principal.is_of_account(name)));
                match both {
                    Truth::True => Truth::True,
                    _ => Truth::Unknown(Doubt::Exception),
                }
            }
            other => other,
        }
    }
}
