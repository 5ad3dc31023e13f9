//! What the policy lets Route 53 do with the key for the zones that it signs.
//!
//! <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/access-control-managing-permissions.html#KMS-key-policy-for-DNSSEC>

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::KeyPolicy;
use super::context::Action;
use super::decision::{Access, Decision, decide};
use super::document::Effect;
use super::guard::{Guard, guards, is_guard};
use super::service_context::{SERVICE, ServiceContext};
use super::statement::Statement;
use super::truth::{Doubt, Truth};
use crate::inventory::{Fact, Reason, Unknown};

/// A request that Route 53 makes of another service for one hosted zone, by its service principal.
///
/// What is not known (the id of a zone that is not created yet, say) makes unknown only what
/// depends on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The ARN of the hosted zone: `aws:SourceArn`.
    pub zone_arn: Fact<String>,
    /// The account of the hosted zone, twelve digits: `aws:SourceAccount`.
    pub account: Fact<String>,
    /// The id of that account's organisation (`o-…`): `aws:SourceOrgID`; null if it is of none.
    pub organization: Fact<Option<String>>,
    /// That account's place, `o-…/r-…/ou-…/`: `aws:SourceOrgPaths`; null if it is of no
    /// organisation.
    pub organization_path: Fact<Option<String>>,
    /// The ARN of what is asked for: the KMS key, or the log group.
    pub resource_arn: Fact<String>,
    /// The instant for which conditions on the time are judged; unknown where there is none.
    pub at: Option<Timestamp>,
}

/// What the key policy lets Route 53 do for the zone of a KSK.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KskAccess {
    /// `kms:DescribeKey`
    pub describe_key: Fact<GuardedAccess>,
    /// `kms:GetPublicKey`
    pub get_public_key: Fact<GuardedAccess>,
    /// `kms:Sign`
    pub sign: Fact<GuardedAccess>,
}

/// A decision, and what it would be if no statement had a guard against a confused deputy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GuardedAccess {
    /// What the policy says.
    pub decision: Decision,
    /// The statement that decides, as in [`Access::statement`].
    pub statement: Option<String>,
    /// The decision if no statement had a condition on a [`Guard`]. An allow then stands
    /// without the condition; a deny with such a condition is itself the guard, and falls.
    pub without_guards: Fact<Decision>,
}

/// Whether Route 53 may create grants on the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CreateGrant {
    /// With `kms:GrantIsForAWSResource` true: the decision for the zone that fares worst.
    pub for_aws_resource: Fact<Access>,
    /// With it false: the decision for the zone that may do most.
    pub for_other: Fact<Access>,
}

/// A statement that allows Route 53 something that it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ServiceStatement {
    /// Its Sid or its place, as in [`Access::statement`].
    pub statement: String,
    /// Which of DescribeKey, GetPublicKey, Sign and CreateGrant it allows.
    pub actions: Vec<Action>,
    /// The guards in its conditions that name for whom Route 53 may ask.
    pub guards: Vec<Guard>,
    /// Whether it holds only with `kms:GrantIsForAWSResource` true.
    pub grant_is_for_aws_resource: bool,
}

impl KeyPolicy {
    /// What Route 53 may do for the zone of the request.
    pub fn access(&self, request: &Request) -> KskAccess {
        let of = |action| self.guarded_access(request, action);
        KskAccess {
            describe_key: of(Action::DescribeKey),
            get_public_key: of(Action::GetPublicKey),
            sign: of(Action::Sign),
        }
    }

    /// Whether Route 53 may create grants, over the requests of every zone that uses the key.
    pub fn create_grant(&self, requests: &[Request]) -> CreateGrant {
        let decisions = |for_aws_resource| {
            requests.iter().map(move |request| {
                let action = Action::CreateGrant;
                let context = ServiceContext::new(SERVICE, request, action, for_aws_resource);
                decide(self.applying(&context, true))
            })
        };
        CreateGrant {
            for_aws_resource: first_by(decisions(true), |decision| match decision {
                Some(Decision::ExplicitDeny) => 0,
                Some(Decision::ImplicitDeny) => 1,
                None => 2,
                Some(Decision::Allowed) => 3,
            }),
            for_other: first_by(decisions(false), |decision| match decision {
                Some(Decision::Allowed) => 0,
                None => 1,
                Some(Decision::ImplicitDeny) => 2,
                Some(Decision::ExplicitDeny) => 3,
            }),
        }
    }

    /// The statements that allow Route 53 what it needs, for some zone.
    ///
    /// A statement for everyone is among them, unless its conditions fail for any service. Its
    /// resources are not asked about, unless it has none and so no effect. Unknown where symbols
    /// leave open what a statement that may be among them says.
    pub fn service_statements(&self) -> Fact<Vec<ServiceStatement>> {
        const NEEDED: [Action; 4] = [
            Action::DescribeKey,
            Action::GetPublicKey,
            Action::Sign,
            Action::CreateGrant,
        ];
        let request = Request::unknown();
        let allows = |statement: &Statement, action, for_aws_resource| {
            let context = ServiceContext::new(SERVICE, &request, action, for_aws_resource);
            statement
                .names_action(action)
                .and(|| statement.conditions_hold(&context, |_| true))
                != Truth::False
        };
        let mut found = Vec::new();
        for statement in &self.statements {
            let means = statement.principals.mean_service(SERVICE);
            if statement.effect == Effect::Deny
                || !statement.has_resources()
                || means == Truth::False
            {
                continue;
            }
            let actions: Vec<Action> = NEEDED
                .into_iter()
                .filter(|action| {
                    allows(statement, *action, true) || allows(statement, *action, false)
                })
                .collect();
            if actions.is_empty() {
                continue;
            }
            if let Some(doubt) = doubt(statement, means, &actions) {
                return Fact::unknown(statement.unknown(doubt));
            }
            found.push(ServiceStatement {
                statement: statement.name.clone(),
                grant_is_for_aws_resource: !NEEDED
                    .into_iter()
                    .any(|action| allows(statement, action, false)),
                actions,
                guards: guards(statement),
            });
        }
        Fact::Known(found)
    }

    fn guarded_access(&self, request: &Request, action: Action) -> Fact<GuardedAccess> {
        let context = ServiceContext::new(SERVICE, request, action, false);
        decide(self.applying(&context, true)).map(|access| {
            let without_guards = if self.has_guards {
                decide(self.applying(&context, false)).map(|access| access.decision)
            } else {
                Fact::Known(access.decision)
            };
            GuardedAccess {
                decision: access.decision,
                statement: access.statement,
                without_guards,
            }
        })
    }

    /// The statements, and whether each applies to a request of Route 53.
    fn applying<'p>(
        &'p self,
        context: &ServiceContext<'_>,
        with_guards: bool,
    ) -> impl Iterator<Item = (&'p Statement, Truth<'p>)> {
        self.statements.iter().map(move |statement| {
            let surroundings = &context.surroundings;
            let applies = statement
                .is_about(surroundings.action, surroundings.resource_arn, context)
                .and(|| statement.principals.include_service(SERVICE))
                .and(|| {
                    if with_guards {
                        statement.conditions_hold(context, |_| true)
                    } else if statement.effect == Effect::Deny
                        && statement.conditions.iter().any(is_guard)
                    {
                        Truth::False
                    } else {
                        statement.conditions_hold(context, |condition| !is_guard(condition))
                    }
                });
            (statement, applies)
        })
    }
}

/// Why symbols leave open what a statement that may be one for the service says, if they do.
fn doubt(
    statement: &Statement,
    means_service: Truth<'static>,
    actions: &[Action],
) -> Option<Doubt<'static>> {
    let is_open =
        |action: &Action| statement.names_action(*action) == Truth::Unknown(Doubt::Action);
    if statement.effect == Effect::Either {
        return Some(Doubt::Effect);
    }
    if let Truth::Unknown(doubt) = means_service {
        return Some(doubt);
    }
    if actions.iter().any(is_open) {
        return Some(Doubt::Action);
    }
    let mut conditions = statement.conditions.iter();
    conditions
        .any(|condition| condition.is_open(is_guard(condition)))
        .then_some(Doubt::Condition)
}

/// The fact that comes first in an order of decisions, `None` standing for unknown.
fn first_by(
    facts: impl Iterator<Item = Fact<Access>>,
    rank: impl Fn(Option<Decision>) -> u8,
) -> Fact<Access> {
    facts
        .min_by_key(|fact| rank(fact.known().map(|access| access.decision)))
        .unwrap_or_else(|| {
            Fact::unknown(Unknown::because(
                Reason::NotDetermined,
                "no zone that uses the key is known",
            ))
        })
}

impl Request {
    /// A request of which nothing is known.
    fn unknown() -> Self {
        fn unknown<T>() -> Fact<T> {
            Fact::unknown(Unknown::because(Reason::NotDetermined, "no request"))
        }
        Self {
            zone_arn: unknown(),
            account: unknown(),
            organization: unknown(),
            organization_path: unknown(),
            resource_arn: unknown(),
            at: None,
        }
    }
}
