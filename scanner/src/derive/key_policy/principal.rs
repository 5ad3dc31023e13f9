//! Principals as policies name them.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::document::{OneOrMany, RawPrincipal, Text};
use super::truth::{Doubt, Truth};

/// The kinds of principals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PrincipalKind {
    /// Everyone: `*`, or all but some.
    Everyone,
    /// An AWS account.
    Account,
    /// An IAM role.
    Role,
    /// An IAM user.
    User,
    /// A session of an IAM role.
    AssumedRole,
    /// An identity provider, or a federated user.
    Federated,
    /// An AWS service.
    Service,
    /// A canonical user id of S3.
    CanonicalUser,
    /// A name that is none of these.
    Other,
}

/// Whom a statement is about.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Principals {
    /// Whether they are those that are not named (`NotPrincipal`).
    pub(super) negated: bool,
    pub(super) named: Vec<Principal>,
}

/// A principal as a policy names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Principal {
    /// The name, without its type; `*` for everyone.
    pub(super) name: String,
    pub(super) kind: PrincipalKind,
    /// The account that it belongs to, where its name says so.
    pub(super) account: Option<String>,
    kind_of_name: KindOfName,
}

/// Under which type a policy names a principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KindOfName {
    Everyone,
    Aws,
    Service,
    Other,
}

impl Principals {
    pub(super) fn new(raw: RawPrincipal<'_>, negated: bool) -> Self {
        let named = match raw {
            RawPrincipal::Everyone => vec![Principal::everyone()],
            RawPrincipal::Typed(typed) => {
                fn each<'a>(
                    OneOrMany(names): OneOrMany<Text<'a>>,
                    principal: impl Fn(String) -> Principal,
                ) -> impl Iterator<Item = Principal> {
                    names
                        .into_iter()
                        .map(move |name| principal(name.0.into_owned()))
                }
                let of_kind = |kind| move |name| Principal::of_kind(name, kind);
                each(typed.aws, Principal::aws)
                    .chain(each(typed.service, Principal::service))
                    .chain(each(typed.federated, of_kind(PrincipalKind::Federated)))
                    .chain(each(
                        typed.canonical_user,
                        of_kind(PrincipalKind::CanonicalUser),
                    ))
                    .collect()
            }
        };
        Self { negated, named }
    }

    /// Whether the statement is about an AWS service that asks by its service principal.
    pub(super) fn include_service(&self, service: &str) -> Truth<'static> {
        let named = Truth::any(self.named.iter().map(|principal| {
            match (principal.kind_of_name, principal.name.as_str()) {
                (KindOfName::Everyone, _) => Truth::True,
                (KindOfName::Service, "*") => {
                    Truth::Unknown(Doubt::Wildcard("{\"Service\": \"*\"}"))
                }
                (KindOfName::Service, name) => Truth::from(name == service),
                (KindOfName::Aws, "*") => Truth::Unknown(Doubt::Wildcard("{\"AWS\": \"*\"}")),
                _ => Truth::False,
            }
        }));
        match (self.negated, self.named.is_empty()) {
            (false, _) => named,
            (true, false) => named.not(),
            (true, true) => Truth::Unknown(Doubt::Empty("NotPrincipal")),
        }
    }

    /// Whether they are certainly meant to include the service: by its name, as one of all
    /// services, or as one of everyone.
    pub(super) fn mean_service(&self, service: &str) -> bool {
        let named = self
            .named
            .iter()
            .any(|principal| match principal.kind_of_name {
                KindOfName::Everyone => true,
                KindOfName::Service => principal.name == "*" || principal.name == service,
                _ => false,
            });
        named != self.negated
    }
}

impl Principal {
    pub(super) fn everyone() -> Self {
        Self {
            name: "*".to_owned(),
            kind: PrincipalKind::Everyone,
            account: None,
            kind_of_name: KindOfName::Everyone,
        }
    }

    fn aws(name: String) -> Self {
        let (kind, account) = if name == "*" {
            (PrincipalKind::Everyone, None)
        } else if is_account_id(&name) {
            (PrincipalKind::Account, Some(name.clone()))
        } else {
            let account = account_of(&name).map(str::to_owned);
            let kind = match account {
                Some(_) => kind_of_arn(&name),
                None => PrincipalKind::Other,
            };
            (kind, account)
        };
        Self {
            name,
            kind,
            account,
            kind_of_name: KindOfName::Aws,
        }
    }

    fn service(name: String) -> Self {
        Self {
            name,
            kind: PrincipalKind::Service,
            account: None,
            kind_of_name: KindOfName::Service,
        }
    }

    fn of_kind(name: String, kind: PrincipalKind) -> Self {
        Self {
            account: account_of(&name).map(str::to_owned),
            name,
            kind,
            kind_of_name: KindOfName::Other,
        }
    }

    /// Whether it stands for all of its type.
    pub(super) fn is_wildcard(&self) -> bool {
        self.name == "*"
    }

    /// Whether it is the service of that name.
    pub(super) fn is_service(&self, service: &str) -> bool {
        self.kind == PrincipalKind::Service && self.name == service
    }

    /// Whether it is the unique id of a user or a role that was deleted.
    ///
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>
    pub(super) fn is_unique_id(&self) -> bool {
        self.kind == PrincipalKind::Other
            && (self.name.starts_with("AIDA") || self.name.starts_with("AROA"))
            && self.name.bytes().all(|byte| byte.is_ascii_alphanumeric())
    }

    /// Whether both names mean the same principal.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.kind == other.kind
            && match self.kind {
                PrincipalKind::Account => self.account == other.account,
                _ => self.name == other.name,
            }
    }

    /// Whether the other is the account to which this one belongs.
    pub(super) fn is_of_account(&self, other: &Self) -> bool {
        other.kind == PrincipalKind::Account && self.shares_account(other)
    }

    /// Whether both are of one account.
    pub(super) fn shares_account(&self, other: &Self) -> bool {
        self.account.is_some() && self.account == other.account
    }

    /// Whether `"*"`, or the wildcard of the principals of type AWS, includes it.
    pub(super) fn is_included_in(&self, wildcard: &Self) -> Truth<'static> {
        match wildcard.kind_of_name {
            KindOfName::Everyone => Truth::True,
            KindOfName::Aws if wildcard.is_wildcard() => match self.kind {
                PrincipalKind::Service => Truth::Unknown(Doubt::Wildcard("{\"AWS\": \"*\"}")),
                _ => Truth::True,
            },
            _ => Truth::False,
        }
    }
}

/// What an ARN of IAM or STS names.
fn kind_of_arn(arn: &str) -> PrincipalKind {
    let mut parts = arn.splitn(6, ':');
    let service = parts.nth(2).unwrap_or_default();
    let resource = parts.nth(2).unwrap_or_default();
    match (service, resource.split_once('/')) {
        ("iam", None) if resource == "root" => PrincipalKind::Account,
        ("iam", Some(("role", _))) => PrincipalKind::Role,
        ("iam", Some(("user", _))) => PrincipalKind::User,
        ("iam", Some(("saml-provider" | "oidc-provider", _))) => PrincipalKind::Federated,
        ("sts", Some(("assumed-role", _))) => PrincipalKind::AssumedRole,
        ("sts", Some(("federated-user", _))) => PrincipalKind::Federated,
        _ => PrincipalKind::Other,
    }
}

/// The account of an ARN.
fn account_of(arn: &str) -> Option<&str> {
    arn.strip_prefix("arn:")?
        .split(':')
        .nth(3)
        .filter(|account| is_account_id(account))
}

/// Whether the text is the id of an account: twelve digits.
pub(super) fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
