//! Statements: whom, what and when each allows or denies.

use std::borrow::Cow;

use super::PolicyError;
use super::condition::Condition;
use super::context::{Action, Context};
use super::document::{Effect, OneOrMany, RawStatement, Text};
use super::pattern::{self, ArnMatch, Token};
use super::principal::Principals;
use super::symbolic::{self, Manner};
use super::template::{Filled, Language, Template};
use super::truth::{Doubt, Truth};
use crate::inventory::{Fact, Reason, Symbol, Unknown};

/// One statement of a policy.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Statement {
    /// Its Sid, or its place (`#2`) where it has none of its own.
    pub(super) name: String,
    pub(super) effect: Effect,
    pub(super) principals: Principals,
    pub(super) conditions: Vec<Condition>,
    /// What it is a statement of, in messages.
    of: &'static str,
    actions: Actions,
    resources: Resources,
}

/// Which of [`Action::ALL`] a statement is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Actions {
    /// One bit for each that it is about, and one for each of which that is not known.
    These { named: u16, open: u16 },
    /// All but those of an empty list.
    NotNone,
}

/// Which resources a statement is about.
#[derive(Debug, Clone, PartialEq)]
enum Resources {
    These(Vec<Template>),
    AllBut(Vec<Template>),
    /// Neither `Resource` nor `NotResource`: KMS keeps such a statement, and it has no effect.
    /// <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html>
    Missing,
}

impl Statement {
    /// Reads a statement of what `of` calls a policy in messages.
    pub(super) fn new(
        raw: RawStatement<'_>,
        name: String,
        language: Language,
        of: &'static str,
    ) -> Result<Self, PolicyError> {
        let template = |text: Cow<'_, str>| Template::new(text.into_owned(), language);
        let templates = |OneOrMany(texts): OneOrMany<Text<'_>>| {
            texts
                .into_iter()
                .map(|text| template(text.0))
                .collect::<Vec<_>>()
        };
        let principals = match (raw.principal, raw.not_principal) {
            (Some(named), None) => Principals::new(named, false, language),
            (None, Some(named)) => Principals::new(named, true, language),
            _ => return refuse(name, "needs one of Principal and NotPrincipal"),
        };
        let actions = match (raw.action, raw.not_action) {
            (Some(OneOrMany(names)), None) => covered(&names, language),
            (None, Some(OneOrMany(names))) if names.is_empty() => Actions::NotNone,
            (None, Some(OneOrMany(names))) => covered(&names, language).inverted(),
            _ => return refuse(name, "needs one of Action and NotAction"),
        };
        let resources = match (raw.resource, raw.not_resource) {
            (Some(named), None) => Resources::These(templates(named)),
            (None, Some(named)) => Resources::AllBut(templates(named)),
            (None, None) => Resources::Missing,
            _ => return refuse(name, "has both Resource and NotResource"),
        };
        let conditions = raw
            .condition
            .0
            .into_iter()
            .flat_map(|(operator, keys)| {
                keys.0.into_iter().map(move |(key, OneOrMany(values))| {
                    let values = values.into_iter().map(|value| template(value.0)).collect();
                    Condition::new(&operator.0, key.0.into_owned(), values)
                })
            })
            .collect();
        Ok(Self {
            name,
            effect: raw.effect,
            principals,
            conditions,
            of,
            actions,
            resources,
        })
    }

    /// Whether it is about an action on a resource, whoever asks.
    pub(super) fn is_about(
        &self,
        action: Action,
        resource_arn: &Fact<String>,
        context: &impl Context,
    ) -> Truth<'_> {
        self.names_action(action)
            .and(|| self.resources.include(resource_arn, context))
    }

    /// Whether its actions include this one.
    pub(super) fn names_action(&self, action: Action) -> Truth<'_> {
        match self.actions {
            Actions::These { named, .. } if named & action.bit() != 0 => Truth::True,
            Actions::These { open, .. } if open & action.bit() != 0 => {
                Truth::Unknown(Doubt::Action)
            }
            Actions::These { .. } => Truth::False,
            Actions::NotNone => Truth::Unknown(Doubt::Empty("NotAction")),
        }
    }

    /// What follows from it is not known, for this reason.
    pub(super) fn unknown(&self, doubt: Doubt<'_>) -> Unknown {
        Unknown::because(
            Reason::NotDetermined,
            format!("statement {} of {}: {doubt}", self.name, self.of),
        )
    }

    /// Whether it can apply to any key at all.
    pub(super) fn has_resources(&self) -> bool {
        self.resources != Resources::Missing
    }

    /// Whether all conditions that are asked for hold.
    pub(super) fn conditions_hold<'p>(
        &'p self,
        context: &impl Context,
        asked_for: impl Fn(&Condition) -> bool,
    ) -> Truth<'p> {
        Truth::all(
            self.conditions
                .iter()
                .filter(|condition| asked_for(condition))
                .map(|condition| condition.holds(context)),
        )
    }
}

/// Refuses the statement of that name, for what is wrong with it.
fn refuse<T>(statement: String, what: &'static str) -> Result<T, PolicyError> {
    Err(PolicyError::Statement { statement, what })
}

impl Action {
    fn bit(self) -> u16 {
        1 << self as u16
    }
}

impl Actions {
    /// All but these.
    fn inverted(self) -> Self {
        match self {
            Self::These { named, open } => Self::These {
                named: !(named | open),
                open,
            },
            Self::NotNone => Self::NotNone,
        }
    }
}

/// The actions that the patterns match.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html>
fn covered(patterns: &[Text<'_>], language: Language) -> Actions {
    let (mut bits, mut open) = (0, 0);
    for pattern in patterns {
        if language.has_symbols && Symbol::may_stand_in(&pattern.0) {
            let pattern: Vec<Token> = pattern::tokens(&pattern.0).collect();
            for action in Action::ALL {
                let name = format!("{}:{}", action.service(), action.operation());
                match symbolic::matches(&pattern, &name, Manner::LikeIgnoringCase) {
                    Some(true) => bits |= action.bit(),
                    Some(false) => {}
                    None => open |= action.bit(),
                }
            }
            continue;
        }
        let matched: &dyn Fn(Action) -> bool = match pattern.0.split_once(':') {
            Some((service, operation)) => &|action| {
                pattern::like_ignoring_case(service, action.service())
                    && pattern::like_ignoring_case(operation, action.operation())
            },
            None => &|action| {
                let name = format!("{}:{}", action.service(), action.operation());
                pattern::like_ignoring_case(&pattern.0, &name)
            },
        };
        for action in Action::ALL {
            if matched(action) {
                bits |= action.bit();
            }
        }
    }
    Actions::These { named: bits, open }
}

impl Resources {
    fn include(&self, resource_arn: &Fact<String>, context: &impl Context) -> Truth<'_> {
        let any = |templates: &[Template]| {
            Truth::any(
                templates
                    .iter()
                    .map(|template| names_resource(template, resource_arn, context)),
            )
        };
        match self {
            Self::These(templates) => any(templates),
            Self::AllBut(templates) if templates.is_empty() => {
                Truth::Unknown(Doubt::Empty("NotResource"))
            }
            Self::AllBut(templates) => any(templates).not(),
            Self::Missing => Truth::False,
        }
    }
}

/// Whether a resource of a statement is the one of this ARN: `*`, or a pattern of the ARN.
fn names_resource(
    resource: &Template,
    resource_arn: &Fact<String>,
    context: &impl Context,
) -> Truth<'static> {
    if resource.text() == "*" {
        return Truth::True;
    }
    let Some(arn) = resource_arn.known() else {
        return Truth::Unknown(Doubt::Resource);
    };
    match resource.fill(context) {
        Filled::Pattern(pattern, is_symbolic) if is_symbolic || Symbol::may_stand_in(arn) => {
            Truth::known(
                symbolic::matches(&pattern, arn, Manner::Arn),
                Doubt::Resource,
            )
        }
        Filled::Pattern(pattern, _) => match pattern::arn_like(&pattern, arn) {
            ArnMatch::Match => Truth::True,
            ArnMatch::Mismatch => Truth::False,
            ArnMatch::TooShort => Truth::Unknown(Doubt::Resource),
        },
        Filled::Varies => Truth::Varies,
        Filled::Unknown | Filled::Unresolved => Truth::Unknown(Doubt::Resource),
    }
}
