//! Condition operators by name, and the values that some of them compare.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A condition operator with its set operator and suffix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Operator {
    pub(super) quantifier: Quantifier,
    pub(super) comparison: Comparison,
    /// Whether it holds where the comparison does not.
    pub(super) negated: bool,
    /// Whether it holds without the key.
    pub(super) if_exists: bool,
}

/// The set operator, which compares all values of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantifier {
    Single,
    ForAllValues,
    ForAnyValue,
}

/// How a value of the request compares with one of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equals,
    EqualsIgnoreCase,
    Like,
    Arn,
    Bool,
    Numeric(Order),
    Date(Order),
    Binary,
    IpAddress,
    Null,
}

/// How a number or time of the request stands to that of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Operator {
    /// The operator of that name; none that AWS does not document.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let (quantifier, name) = match name.split_once(':') {
            None => (Quantifier::Single, name),
            Some(("ForAllValues", name)) => (Quantifier::ForAllValues, name),
            Some(("ForAnyValue", name)) => (Quantifier::ForAnyValue, name),
            Some(_) => return None,
        };
        let (name, if_exists) = match name.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let (comparison, negated) = Comparison::parse(name)?;
        // Null asks of itself whether the key exists.
        if comparison == Comparison::Null && if_exists {
            return None;
        }
        Some(Self {
            quantifier,
            comparison,
            negated,
            if_exists,
        })
    }

    /// Whether it has neither a set operator nor `IfExists`.
    pub(super) fn is_plain(self) -> bool {
        self.quantifier == Quantifier::Single && !self.if_exists
    }
}

impl Comparison {
    /// The comparison of that name, and whether it is negated.
    fn parse(name: &str) -> Option<(Self, bool)> {
        let (comparison, negated) = match name {
            "StringEquals" => (Self::Equals, false),
            "StringNotEquals" => (Self::Equals, true),
            "StringEqualsIgnoreCase" => (Self::EqualsIgnoreCase, false),
            "StringNotEqualsIgnoreCase" => (Self::EqualsIgnoreCase, true),
            "StringLike" => (Self::Like, false),
            "StringNotLike" => (Self::Like, true),
            "ArnEquals" | "ArnLike" => (Self::Arn, false),
            "ArnNotEquals" | "ArnNotLike" => (Self::Arn, true),
            "Bool" => (Self::Bool, false),
            "NumericEquals" => (Self::Numeric(Order::Equal), false),
            "NumericNotEquals" => (Self::Numeric(Order::Equal), true),
            "NumericLessThan" => (Self::Numeric(Order::Less), false),
            "NumericLessThanEquals" => (Self::Numeric(Order::LessOrEqual), false),
            "NumericGreaterThan" => (Self::Numeric(Order::Greater), false),
            "NumericGreaterThanEquals" => (Self::Numeric(Order::GreaterOrEqual), false),
            "DateEquals" => (Self::Date(Order::Equal), false),
            "DateNotEquals" => (Self::Date(Order::Equal), true),
            "DateLessThan" => (Self::Date(Order::Less), false),
            "DateLessThanEquals" => (Self::Date(Order::LessOrEqual), false),
            "DateGreaterThan" => (Self::Date(Order::Greater), false),
            "DateGreaterThanEquals" => (Self::Date(Order::GreaterOrEqual), false),
            "BinaryEquals" => (Self::Binary, false),
            "IpAddress" => (Self::IpAddress, false),
            "NotIpAddress" => (Self::IpAddress, true),
            "Null" => (Self::Null, false),
            _ => return None,
        };
        Some((comparison, negated))
    }

    /// Whether it compares texts or ARNs: in the values of these alone stand policy variables.
    pub(super) fn is_textual(self) -> bool {
        matches!(
            self,
            Self::Equals | Self::EqualsIgnoreCase | Self::Like | Self::Arn
        )
    }
}

impl Order {
    /// Whether two values so ordered stand as is asked.
    pub(super) fn is(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

/// A finite decimal number.
pub(super) fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// A point in time: seconds since 1970, or one of the W3C's forms of ISO 8601.
///
/// A year alone reads as seconds too, and is taken for neither.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    if text.len() == 4 {
        return None;
    }
    if let Some(seconds) = number(text) {
        return Timestamp::from_millisecond((seconds * 1000.0) as i64).ok();
    }
    let midnight = |date: Date| {
        date.to_zoned(TimeZone::UTC)
            .ok()
            .map(|zoned| zoned.timestamp())
    };
    text.parse::<Timestamp>()
        .ok()
        .or_else(|| text.parse().ok().and_then(midnight))
        .or_else(|| format!("{text}-01").parse().ok().and_then(midnight))
}
