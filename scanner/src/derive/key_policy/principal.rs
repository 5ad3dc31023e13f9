//! Principals as policies name them.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::document::{OneOrMany, RawPrincipal, Text};
use super::symbolic;
use super::template::Language;
use super::truth::{Doubt, Truth};
use crate::inventory::{Symbol, SymbolKind};

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
    /// Whether symbols stand in its name.
    is_symbolic: bool,
}

/// Under which type a policy names a principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KindOfName {
    Everyone,
    Aws,
    Service,
    Other,
    /// Of one that is not known.
    Open,
}

impl Principals {
    pub(super) fn new(raw: RawPrincipal<'_>, negated: bool, language: Language) -> Self {
        let mut named = match raw {
            RawPrincipal::Everyone => vec![Principal::everyone()],
            RawPrincipal::Symbol(name) => vec![Principal::of_symbol(name.0.into_owned())],
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
        if language.has_symbols {
            for principal in &mut named {
                principal.is_symbolic = Symbol::may_stand_in(&principal.name);
            }
        }
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
                (KindOfName::Service, name) if principal.is_symbolic => {
                    Truth::known(symbolic::same(name, service), Doubt::Principal)
                }
                (KindOfName::Service, name) => Truth::from(name == service),
                (KindOfName::Aws, "*") => Truth::Unknown(Doubt::Wildcard("{\"AWS\": \"*\"}")),
                _ if principal.may_be_wildcard() => Truth::Unknown(Doubt::Principal),
                _ => Truth::False,
            }
        }));
        match (self.negated, self.named.is_empty()) {
            (false, _) => named,
            (true, false) => named.not(),
            (true, true) => Truth::Unknown(Doubt::Empty("NotPrincipal")),
        }
    }

    /// Whether symbols leave open that they are everyone; no, for those of whom that is known.
    pub(super) fn may_be_everyone(&self) -> Truth<'static> {
        match !self.negated && self.named.iter().any(Principal::may_be_wildcard) {
            true => Truth::Unknown(Doubt::Principal),
            false => Truth::False,
        }
    }

    /// Whether they are meant to include the service: by its name, as one of all services, or as
    /// one of everyone.
    pub(super) fn mean_service(&self, service: &str) -> Truth<'static> {
        let named = Truth::any(
            self.named
                .iter()
                .map(|principal| match principal.kind_of_name {
                    KindOfName::Everyone => Truth::True,
                    KindOfName::Service if principal.is_symbolic => {
                        Truth::known(symbolic::same(&principal.name, service), Doubt::Principal)
                    }
                    KindOfName::Service => {
                        Truth::from(principal.name == "*" || principal.name == service)
                    }
                    KindOfName::Open => Truth::Unknown(Doubt::Principal),
                    KindOfName::Aws | KindOfName::Other => Truth::False,
                }),
        );
        if self.negated { named.not() } else { named }
    }
}

impl Principal {
    pub(super) fn everyone() -> Self {
        Self {
            name: "*".to_owned(),
            kind: PrincipalKind::Everyone,
            account: None,
            kind_of_name: KindOfName::Everyone,
            is_symbolic: false,
        }
    }

    /// The principal for which a symbol stands, of whatever type.
    fn of_symbol(name: String) -> Self {
        Self {
            name,
            kind: PrincipalKind::Other,
            account: None,
            kind_of_name: KindOfName::Open,
            is_symbolic: true,
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
            is_symbolic: false,
        }
    }

    fn service(name: String) -> Self {
        Self {
            name,
            kind: PrincipalKind::Service,
            account: None,
            kind_of_name: KindOfName::Service,
            is_symbolic: false,
        }
    }

    fn of_kind(name: String, kind: PrincipalKind) -> Self {
        Self {
            account: account_of(&name).map(str::to_owned),
            name,
            kind,
            kind_of_name: KindOfName::Other,
            is_symbolic: false,
        }
    }

    /// Whether it stands for all of its type.
    pub(super) fn is_wildcard(&self) -> bool {
        self.name == "*"
    }

    /// Whether it is not known whom it names, so that it may stand for all of its type.
    pub(super) fn may_be_wildcard(&self) -> bool {
        self.is_symbolic
            && match self.kind_of_name {
                KindOfName::Open => true,
                KindOfName::Aws => {
                    self.kind == PrincipalKind::Other && symbolic::is_unknown(&self.name)
                }
                _ => false,
            }
    }

    /// Whether it is not known whom it names.
    pub(super) fn is_not_known(&self) -> bool {
        self.is_symbolic
            && match self.kind_of_name {
                KindOfName::Open | KindOfName::Service => true,
                _ => symbolic::is_unknown(&self.name),
            }
    }

    /// Whether symbols stand in its name.
    pub(super) fn is_symbolic(&self) -> bool {
        self.is_symbolic
    }

    /// Whether its name leaves open what kind of principal of AWS it is.
    fn is_of_any_kind(&self) -> bool {
        self.is_symbolic && self.kind == PrincipalKind::Other && symbolic::is_open(&self.name)
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
    pub(super) fn is(&self, other: &Self) -> Truth<'static> {
        if self.is_symbolic || other.is_symbolic {
            return self.may_be(other);
        }
        let is = self.kind == other.kind
            && match self.kind {
                PrincipalKind::Account => self.account == other.account,
                _ => self.name == other.name,
            };
        is.into()
    }

    /// Whether both names, of which symbols stand in one, mean the same principal.
    fn may_be(&self, other: &Self) -> Truth<'static> {
        let names = match (&self.account, &other.account) {
            (Some(own), Some(others)) if self.kind == PrincipalKind::Account => (own, others),
            _ => (&self.name, &other.name),
        };
        let is_open = |one: &Self, another: &Self| match one.kind_of_name {
            KindOfName::Open => true,
            KindOfName::Aws => one.is_of_any_kind() && another.kind_of_name == KindOfName::Aws,
            _ => false,
        };
        let same = if is_open(self, other) || is_open(other, self) {
            // One may be named by its ARN or by the id of its account.
            symbolic::same(names.0, names.1).filter(|same| *same)
        } else if self.kind == other.kind {
            symbolic::same(names.0, names.1)
        } else {
            Some(false)
        };
        Truth::known(same, Doubt::Principal)
    }

    /// Whether the other is the account to which this one belongs.
    pub(super) fn is_of_account(&self, other: &Self) -> Truth<'static> {
        match other.kind {
            PrincipalKind::Account => self.shares_account(other),
            _ if other.is_of_any_kind() => Truth::Unknown(Doubt::Principal),
            _ => Truth::False,
        }
    }

    /// Whether both are of one account.
    pub(super) fn shares_account(&self, other: &Self) -> Truth<'static> {
        match (&self.account, &other.account) {
            (Some(own), Some(others)) if self.is_symbolic || other.is_symbolic => {
                Truth::known(symbolic::same(own, others), Doubt::Principal)
            }
            (Some(own), Some(others)) => Truth::from(own == others),
            _ if self.is_of_any_kind() || other.is_of_any_kind() => {
                Truth::Unknown(Doubt::Principal)
            }
            _ => Truth::False,
        }
    }

    /// Whether `"*"`, or the wildcard of the principals of type AWS, includes it.
    pub(super) fn is_included_in(&self, wildcard: &Self) -> Truth<'static> {
        match wildcard.kind_of_name {
            KindOfName::Everyone => Truth::True,
            KindOfName::Aws if wildcard.is_wildcard() => match self.kind {
                PrincipalKind::Service => Truth::Unknown(Doubt::Wildcard("{\"AWS\": \"*\"}")),
                _ => Truth::True,
            },
            _ if wildcard.may_be_wildcard() => Truth::Unknown(Doubt::Principal),
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

/// Whether the text is the id of an account: twelve digits, or a symbol for them.
pub(super) fn is_account_id(text: &str) -> bool {
    match text.len() {
        12 => text.bytes().all(|byte| byte.is_ascii_digit()),
        _ => Symbol::parse(text).is_some_and(|symbol| symbol.kind == SymbolKind::Account),
    }
}
