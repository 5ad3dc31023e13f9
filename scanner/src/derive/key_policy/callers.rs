//! Every principal whom the policy lets sign with the key, or govern it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::KeyPolicy;
use super::caller::Caller;
use super::caller_context::CallerContext;
use super::confinement::{Confinement, confinement};
use super::context::Action;
use super::decision::{Access, Decision, decide};
use super::document::Effect;
use super::principal::{Principal, PrincipalKind, Principals};
use super::service_context::SERVICE;
use super::statement::Statement;
use super::truth::{Doubt, Truth};
use crate::inventory::{Fact, Reason, Set, Unknown};

/// Whose the key is: what tells a principal of the house from one outside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Scope {
    /// The ARN of the KMS key.
    pub key_arn: Fact<String>,
    /// The id of the organisation (`o-…`); null where there is none.
    pub organization: Fact<Option<String>>,
    /// The accounts of the organisation or, without one, those whose zones use the key and the
    /// one that owns it.
    pub accounts: Arc<BTreeSet<String>>,
    /// Whether these are all such accounts.
    pub complete: bool,
    /// The instant for which conditions on the time are judged; unknown where there is none.
    pub at: Option<Timestamp>,
}

/// What the key policy lets a principal do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PrincipalAccess {
    /// The principal: `*`, an ARN, or a service principal. An account is its root ARN, however
    /// the policy names it.
    pub principal: String,
    /// What the principal is.
    pub kind: PrincipalKind,
    /// The account that it belongs to, where its name says so.
    pub account: Option<String>,
    /// Whether it is the account itself, which delegates to its IAM policies.
    pub root: bool,
    /// Whether it may be someone outside the accounts of the [`Scope`].
    pub outside: Fact<bool>,
    /// Whether it is everyone, but with a condition that names who, or for whom.
    pub narrowed: bool,
    /// What the policy may let it do.
    pub actions: PrincipalActions,
}

/// What the policy may let a principal do, by action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PrincipalActions {
    /// `kms:Sign`
    #[serde(rename = "kms:Sign")]
    pub sign: Fact<Access>,
    /// `kms:PutKeyPolicy`
    #[serde(rename = "kms:PutKeyPolicy")]
    pub put_key_policy: Fact<Access>,
    /// `kms:DisableKey`
    #[serde(rename = "kms:DisableKey")]
    pub disable_key: Fact<Access>,
    /// `kms:ScheduleKeyDeletion`
    #[serde(rename = "kms:ScheduleKeyDeletion")]
    pub schedule_key_deletion: Fact<Access>,
}

/// More principals with symbols in their names are not compared, for each is with each.
const MOST_SYMBOLIC: usize = 100;

/// A principal and how its statements confine it: what gets an entry of its own.
#[derive(Debug)]
struct Entry {
    caller: Caller,
    confinement: Confinement,
}

impl KeyPolicy {
    /// The principals of Allow statements, other than Route 53's, whom the policy does not
    /// simply leave without `kms:Sign`, `kms:PutKeyPolicy`, `kms:DisableKey` and
    /// `kms:ScheduleKeyDeletion`.
    ///
    /// The decision is what the policy *may* allow: an allow whose condition some requests of
    /// the principal meet (a VPC, MFA, a tag of its session) counts, and a deny counts only
    /// where every request of the principal meets it. What depends on the key, on the time or
    /// on an operator that cannot be read is unknown. For everyone without a narrowing condition
    /// the principal in question is a stranger, so that a deny of all that is not of the
    /// organisation counts.
    ///
    /// A condition narrows if it names an account, an organisation, a principal or a source
    /// with a positive operator, and leaves none of its values wholly open. `kms:ViaService`
    /// says through what, not who. Everyone narrowed to the accounts of the scope is not
    /// outside; narrowed to an account or organisation that is not of the scope, it is.
    /// A principal has one entry for each way in which its statements confine it.
    ///
    /// A unique id (`AIDA…`, `AROA…`) stands for a principal that was deleted, and has no entry.
    ///
    /// A statement that may allow something to principals that are not known leaves a gap.
    pub fn principals(&self, scope: &Scope) -> Set<PrincipalAccess> {
        let symbolic = self.statements.iter().flat_map(|one| &one.principals.named);
        if symbolic.filter(|one| one.is_symbolic()).count() > MOST_SYMBOLIC {
            return Set::unread(Unknown::because(
                Reason::NotDetermined,
                format!(
                    "the policy names more than {MOST_SYMBOLIC} principals that only AWS will tell"
                ),
            ));
        }
        let mut principals = Set::default();
        let mut places = HashMap::new();
        let mut entries: Vec<(Entry, Vec<usize>)> = Vec::new();
        for (index, statement) in self.statements.iter().enumerate() {
            if statement.effect == Effect::Deny || !statement.has_resources() {
                continue;
            }
            if let Some(doubt) = doubt(statement) {
                principals.add_gap(statement.unknown(doubt));
            }
            if statement.effect == Effect::Either {
                continue;
            }
            let confinement = confinement(statement, scope);
            for caller in callers(statement, scope) {
                let confinement = caller.confined(confinement);
                let key = (
                    caller.principal.name.clone(),
                    caller.principal.kind,
                    confinement,
                );
                let place = *places.entry(key).or_insert_with(|| {
                    let entry = Entry {
                        caller,
                        confinement,
                    };
                    entries.push((entry, Vec::new()));
                    entries.len() - 1
                });
                if let Some((_, statements)) = entries.get_mut(place)
                    && statements.last() != Some(&index)
                {
                    statements.push(index);
                }
            }
        }
        for (entry, statements) in entries {
            if let Some(access) = self.principal_access(entry, &statements, scope) {
                principals.insert(access);
            }
        }
        principals
    }

    fn principal_access(
        &self,
        entry: Entry,
        allowing: &[usize],
        scope: &Scope,
    ) -> Option<PrincipalAccess> {
        let of = |action| self.decide_for(&entry, allowing, action, scope);
        let actions = PrincipalActions {
            sign: of(Action::Sign),
            put_key_policy: of(Action::PutKeyPolicy),
            disable_key: of(Action::DisableKey),
            schedule_key_deletion: of(Action::ScheduleKeyDeletion),
        };
        let is_left_out = |access: &Fact<Access>| {
            access
                .known()
                .is_some_and(|access| access.decision == Decision::ImplicitDeny)
        };
        if [
            &actions.sign,
            &actions.put_key_policy,
            &actions.disable_key,
            &actions.schedule_key_deletion,
        ]
        .into_iter()
        .all(is_left_out)
        {
            return None;
        }
        let principal = entry.caller.principal;
        Some(PrincipalAccess {
            root: principal.kind == PrincipalKind::Account,
            kind: principal.kind,
            outside: match entry.confinement.outside {
                Some(outside) => Fact::Known(outside),
                None => Fact::unknown(Unknown::because(
                    Reason::NotDetermined,
                    format!(
                        "whether {} is of the accounts in scope is not known",
                        principal.name
                    ),
                )),
            },
            narrowed: entry.confinement.narrowed,
            principal: principal.name,
            account: principal.account,
            actions,
        })
    }

    /// Decides for a principal: allowed by the statements of its entry and, where it is not
    /// everyone, by those for everyone; denied by any.
    fn decide_for(
        &self,
        entry: &Entry,
        allowing: &[usize],
        action: Action,
        scope: &Scope,
    ) -> Fact<Access> {
        let caller = &entry.caller;
        let context = CallerContext::new(caller, entry.confinement, action, scope);
        let mut allowing = allowing.iter().copied().peekable();
        decide(
            self.statements
                .iter()
                .enumerate()
                .map(|(index, statement)| {
                    let is_of_entry = allowing.next_if_eq(&index).is_some();
                    let applies = statement
                        .is_about(action, &scope.key_arn, &context)
                        .and(|| match statement.effect {
                            Effect::Allow if is_of_entry => Truth::True,
                            Effect::Allow if caller.is_everyone() => {
                                statement.principals.may_be_everyone()
                            }
                            Effect::Allow => caller
                                .is_among_everyone(&statement.principals)
                                .or(|| caller.is_among_others(&statement.principals)),
                            Effect::Deny => {
                                caller.is_denied_by(&statement.principals, entry.confinement)
                            }
                            Effect::Either => {
                                caller.is_among_everyone(&statement.principals).or(|| {
                                    caller.is_denied_by(&statement.principals, entry.confinement)
                                })
                            }
                        })
                        .and(|| statement.conditions_hold(&context, |_| true));
                    (statement, applies)
                }),
        )
    }
}

/// Why it is not known what principals a statement gives an entry to, if it is not.
fn doubt(statement: &Statement) -> Option<Doubt<'static>> {
    const GOVERNING: [Action; 4] = [
        Action::Sign,
        Action::PutKeyPolicy,
        Action::DisableKey,
        Action::ScheduleKeyDeletion,
    ];
    let matters = || {
        let names = |action| statement.names_action(action) != Truth::False;
        GOVERNING.into_iter().any(names)
    };
    let Principals { negated, named } = &statement.principals;
    let is_other = |principal: &Principal| !principal.is_service(SERVICE);
    match statement.effect {
        Effect::Either if (*negated || named.iter().any(is_other)) && matters() => {
            Some(Doubt::Effect)
        }
        Effect::Allow if !negated && named.iter().any(Principal::is_not_known) && matters() => {
            Some(Doubt::Principal)
        }
        _ => None,
    }
}

/// The principals of an Allow statement, other than Route 53's, as far as they are known.
fn callers(statement: &Statement, scope: &Scope) -> Vec<Caller> {
    if statement.principals.negated {
        return vec![Caller::everyone()];
    }
    statement
        .principals
        .named
        .iter()
        .filter(|principal| !principal.is_service(SERVICE) && !principal.is_unique_id())
        .filter(|principal| !principal.is_not_known())
        .map(|principal| Caller::new(principal, scope))
        .collect()
}
