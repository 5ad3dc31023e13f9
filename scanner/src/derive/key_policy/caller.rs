//! One principal as a caller: by what names statements mean it.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>

use super::callers::{PrincipalKind, Scope};
use super::confinement::{Confinement, Place, is_account_id};
use super::statement::{Principal, Principals};
use super::truth::{Doubt, Truth};

/// A principal of an Allow statement.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Caller {
    /// Its name; of an account the root ARN.
    pub(super) name: String,
    pub(super) kind: PrincipalKind,
    pub(super) account: Option<String>,
}

impl Caller {
    pub(super) fn everyone() -> Self {
        Self {
            name: "*".to_owned(),
            kind: PrincipalKind::Everyone,
            account: None,
        }
    }

    /// Reads a principal; none for a unique id, which stands for nobody who is left.
    pub(super) fn new(principal: &Principal, scope: &Scope) -> Option<Self> {
        let of_kind = |name: &str, kind| Self {
            name: name.to_owned(),
            kind,
            account: account_of(name).map(str::to_owned),
        };
        match principal {
            Principal::Everyone => Some(Self::everyone()),
            Principal::Aws(name) if name == "*" => Some(Self::everyone()),
            Principal::Aws(name) if is_unique_id(name) => None,
            Principal::Aws(name) if is_account_id(name) => Some(Self {
                name: format!("arn:{}:iam::{name}:root", scope.partition()),
                kind: PrincipalKind::Account,
                account: Some(name.clone()),
            }),
            Principal::Aws(name) => Some(of_kind(name, kind_of(name))),
            Principal::Service(name) => Some(Self {
                name: name.clone(),
                kind: PrincipalKind::Service,
                account: None,
            }),
            Principal::Federated(name) => Some(of_kind(name, PrincipalKind::Federated)),
            Principal::CanonicalUser(name) => Some(Self {
                name: name.clone(),
                kind: PrincipalKind::CanonicalUser,
                account: None,
            }),
        }
    }

    /// The confinement of the statement as it stands for this principal.
    pub(super) fn confined(&self, statement: Confinement, scope: &Scope) -> Confinement {
        let outside = match self.kind {
            PrincipalKind::Everyone => return statement,
            PrincipalKind::Service => Some(false),
            _ => match self.account.as_deref().map(|id| scope.place_of_account(id)) {
                Some(Place::Inside) => Some(false),
                Some(Place::Outside) => match statement {
                    Confinement {
                        narrowed: true,
                        outside,
                    } => outside,
                    _ => Some(true),
                },
                _ if statement.outside == Some(false) => Some(false),
                _ => None,
            },
        };
        Confinement {
            narrowed: false,
            outside,
        }
    }

    /// Whether a statement that allows everyone allows this principal.
    pub(super) fn is_among_everyone(&self, principals: &Principals) -> Truth<'static> {
        if principals.negated {
            let named = &principals.named;
            return Truth::from(
                !named
                    .iter()
                    .any(|name| name.is_wildcard() || self.is_named(name)),
            );
        }
        Truth::any(principals.named.iter().map(|named| match named {
            Principal::Everyone => Truth::True,
            Principal::Aws(name) if name == "*" => self.is_of_aws(),
            _ => Truth::False,
        }))
    }

    /// Whether a statement that denies certain principals denies every request of this one.
    pub(super) fn is_denied_by(
        &self,
        principals: &Principals,
        confinement: Confinement,
    ) -> Truth<'static> {
        if !principals.negated {
            return Truth::any(principals.named.iter().map(|named| match named {
                Principal::Everyone => Truth::True,
                Principal::Aws(name) if name == "*" => self.is_of_aws(),
                named => Truth::from(self.is_named(named) || self.is_of_account(named)),
            }));
        }
        self.is_excepted_by(&principals.named, confinement).not()
    }

    /// Whether `NotPrincipal` excepts any request of this one, by these names.
    ///
    /// AWS compares the account as well as the principal, and leaves open what happens where
    /// only one of the two is named.
    fn is_excepted_by(&self, names: &[Principal], confinement: Confinement) -> Truth<'static> {
        let any = |is: &dyn Fn(&Principal) -> bool| names.iter().any(is);
        if names.is_empty() {
            Truth::Unknown(Doubt::Empty("NotPrincipal"))
        } else if any(&|name| name.is_wildcard()) {
            Truth::True
        } else if self.kind == PrincipalKind::Everyone {
            // Of everyone whom the conditions name, some may be those who are excepted.
            match confinement.narrowed {
                true => Truth::Varies,
                false => Truth::False,
            }
        } else if self.account.is_none() {
            any(&|name| self.is_named(name)).into()
        } else {
            match (
                any(&|name| self.is_named(name)),
                any(&|name| self.shares_account(name)),
                any(&|name| self.is_of_account(name)),
            ) {
                (true, _, true) => Truth::True,
                (false, false, _) => Truth::False,
                _ => Truth::Unknown(Doubt::Exception),
            }
        }
    }

    /// Whether the wildcard of the principals of type AWS includes it.
    fn is_of_aws(&self) -> Truth<'static> {
        match self.kind {
            PrincipalKind::Service => Truth::Unknown(Doubt::Wildcard("{\"AWS\": \"*\"}")),
            _ => Truth::True,
        }
    }

    /// Whether the policy means this principal by the name.
    fn is_named(&self, principal: &Principal) -> bool {
        match principal {
            Principal::Everyone => self.kind == PrincipalKind::Everyone,
            Principal::Aws(name) => {
                *name == self.name
                    || (self.kind == PrincipalKind::Account && self.account.as_ref() == Some(name))
            }
            Principal::Service(name) => self.kind == PrincipalKind::Service && *name == self.name,
            Principal::Federated(name) => {
                self.kind == PrincipalKind::Federated && *name == self.name
            }
            Principal::CanonicalUser(name) => {
                self.kind == PrincipalKind::CanonicalUser && *name == self.name
            }
        }
    }

    /// Whether the name is of something in the same account.
    fn shares_account(&self, principal: &Principal) -> bool {
        let (Principal::Aws(name), Some(account)) = (principal, &self.account) else {
            return false;
        };
        name == account || account_of(name) == Some(account)
    }

    /// Whether the name is that of the account to which it belongs.
    fn is_of_account(&self, principal: &Principal) -> bool {
        self.shares_account(principal)
            && matches!(principal, Principal::Aws(name)
                if is_account_id(name) || kind_of(name) == PrincipalKind::Account)
    }
}

impl Scope {
    /// The partition of the key.
    fn partition(&self) -> &str {
        self.key_arn
            .known()
            .and_then(|arn| arn.split(':').nth(1))
            .unwrap_or("aws")
    }
}

/// What an ARN of IAM or STS names.
fn kind_of(arn: &str) -> PrincipalKind {
    let mut parts = arn.splitn(6, ':');
    let (Some("arn"), Some(_), Some(service), Some(_), Some(account), Some(resource)) = (
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
    ) else {
        return PrincipalKind::Other;
    };
    if !is_account_id(account) {
        return PrincipalKind::Other;
    }
    match (service, resource.split('/').next()) {
        ("iam", Some("root")) if resource == "root" => PrincipalKind::Account,
        ("iam", Some("role")) => PrincipalKind::Role,
        ("iam", Some("user")) => PrincipalKind::User,
        ("iam", Some("saml-provider" | "oidc-provider")) => PrincipalKind::Federated,
        ("sts", Some("assumed-role")) => PrincipalKind::AssumedRole,
        ("sts", Some("federated-user")) => PrincipalKind::Federated,
        _ => PrincipalKind::Other,
    }
}

/// The account of an ARN.
fn account_of(arn: &str) -> Option<&str> {
    arn.splitn(6, ':')
        .nth(4)
        .filter(|account| is_account_id(account))
}

/// Whether the name is the unique id of a user or a role.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>
fn is_unique_id(name: &str) -> bool {
    (name.starts_with("AIDA") || name.starts_with("AROA"))
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
