//! Three-valued logic: what holds, what does not, and what cannot be told and why.

use std::fmt;

use crate::inventory::Symbol;

/// Whether something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth<'p> {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// It holds for some requests of the caller and not for others.
    Varies,
    /// It cannot be told.
    Unknown(Doubt<'p>),
}

/// Why something cannot be told; the names are those of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt<'p> {
    /// The value of the condition key in the request is not known.
    Key(&'p str),
    /// The condition key has several values and is compared without a set operator.
    WithoutSetOperator(&'p str),
    /// AWS documents no such condition operator.
    Operator(&'p str),
    /// AWS does not say what the operator is for a request without the key.
    WithoutKey(&'p str),
    /// The operator does not fit the values of this condition key.
    Unfit { operator: &'p str, key: &'p str },
    /// A policy variable in a value of this element has no value.
    Variable(&'p str),
    /// Whether the wildcard principal of this type includes the caller.
    Wildcard(&'static str),
    /// `NotPrincipal` names a principal without its account, or the account without it.
    Exception,
    /// The statement excludes from an empty list.
    Empty(&'static str),
    /// Whether the resources of the statement include the key.
    Resource,
    /// Whether the statement allows or denies.
    Effect,
    /// Whether the principals that it names include the caller.
    Principal,
    /// Whether the actions that it names include the one asked about.
    Action,
    /// What the conditions of the statement ask for.
    Condition,
    /// What a symbol stands for, in this element or the value of this condition key.
    Symbol { of: &'p str, named: &'p str },
}

impl<'p> Truth<'p> {
    /// Whether both hold; the second is asked only where the first leaves it open.
    pub(super) fn and(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::False => Self::False,
            Self::True => other(),
            open => match (open, other()) {
                (_, Self::False) => Self::False,
                (Self::Varies, unknown @ Self::Unknown(_)) => unknown,
                (open, _) => open,
            },
        }
    }

    /// Whether either holds; the second is asked only where the first leaves it open.
    pub(super) fn or(self, other: impl FnOnce() -> Self) -> Self {
        self.not().and(|| other().not()).not()
    }

    /// Whether it holds, and why that is not known.
    pub(super) fn known(holds: Option<bool>, doubt: Doubt<'p>) -> Self {
        holds.map_or(Self::Unknown(doubt), Self::from)
    }

    /// Whether it does not hold.
    pub(super) fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            open => open,
        }
    }

    /// Whether all hold.
    pub(super) fn all(truths: impl IntoIterator<Item = Self>) -> Self {
        let mut result = Self::True;
        for truth in truths {
            result = result.and(|| truth);
            if result == Self::False {
                break;
            }
        }
        result
    }

    /// Whether any holds.
    pub(super) fn any(truths: impl IntoIterator<Item = Self>) -> Self {
        Self::all(truths.into_iter().map(Self::not)).not()
    }
}

impl From<bool> for Truth<'_> {
    fn from(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}

impl fmt::Display for Doubt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => write!(f, "what the request holds for {key} is not known"),
            Self::WithoutSetOperator(key) => write!(
                f,
                "{key} has several values and needs ForAnyValue or ForAllValues"
            ),
            Self::Operator(operator) => {
                write!(
                    f,
                    "{operator} is not a condition operator that AWS documents"
                )
            }
            Self::WithoutKey(operator) => {
                write!(
                    f,
                    "AWS does not document what {operator} is without its key"
                )
            }
            Self::Unfit { operator, key } => {
                write!(
                    f,
                    "{operator} does not fit {key} and the values given for it"
                )
            }
            Self::Variable(place) => {
                write!(
                    f,
                    "a policy variable in {place} has no value in the request"
                )
            }
            Self::Wildcard(principal) => write!(
                f,
                "AWS does not document whether the principal {principal} includes the caller"
            ),
            Self::Exception => f.write_str(
                "NotPrincipal must name both the principal and its account to except it",
            ),
            Self::Empty(element) => write!(f, "{element} is empty"),
            Self::Resource => f.write_str("whether its resources include the key is not known"),
            Self::Effect => f.write_str("whether it allows or denies is not known"),
            Self::Condition => f.write_str("what its conditions ask for is not known"),
            Self::Action => f.write_str("which actions it names is not known"),
            Self::Principal => f.write_str("whom it names is not known"),
            Self::Symbol { of, named } => match Symbol::first_within(&[named]) {
                Some(symbol) => write!(f, "what {of} names is not known ({})", symbol.name),
                None => write!(f, "whether {of} names it is known to AWS alone"),
            },
        }
    }
}
