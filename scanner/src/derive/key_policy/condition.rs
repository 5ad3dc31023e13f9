//! Conditions: an operator, a condition key and values.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>

use super::context::{Context, Hidden, Kind, Value};
use super::operator::{Comparison, Operator, Quantifier, number, time};
use super::pattern::{self, ArnMatch, Token};
use super::symbolic::{self, Manner};
use super::template::{Filled, Template};
use super::truth::{Doubt, Truth};
use crate::inventory::Symbol;

/// One condition of a statement.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Condition {
    operator: Option<Operator>,
    operator_name: String,
    key: String,
    key_name: String,
    values: Vec<Template>,
}

impl Condition {
    /// Reads a condition; an operator that AWS does not document makes it unknown.
    pub(super) fn new(operator_name: &str, key_name: String, values: Vec<Template>) -> Self {
        Self {
            operator: Operator::parse(operator_name),
            operator_name: operator_name.to_owned(),
            key: key_name.to_ascii_lowercase(),
            key_name,
            values,
        }
    }

    /// The condition key in lower case: IAM compares its names without regard to case.
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// The values of the policy.
    pub(super) fn values(&self) -> &[Template] {
        &self.values
    }

    /// Whether it compares texts or ARNs and holds only for what is named.
    pub(super) fn is_positive(&self) -> bool {
        self.operator
            .is_some_and(|operator| !operator.negated && operator.comparison.is_textual())
    }

    /// Whether it fails where the request does not hold the key.
    pub(super) fn requires_key(&self) -> bool {
        self.operator.is_some_and(|operator| {
            !operator.if_exists && operator.quantifier != Quantifier::ForAllValues
        })
    }

    /// Whether it holds only where the request holds the key: `Null` with `false`.
    pub(super) fn is_presence_test(&self) -> bool {
        self.only_value() == Some("false")
            && self.operator.is_some_and(|operator| {
                operator.comparison == Comparison::Null && operator.is_plain()
            })
    }

    /// Whether a symbol leaves open what it asks for: which key it compares, how, or with what.
    ///
    /// The value of a guard does so only where it may be a wildcard.
    pub(super) fn is_open(&self, is_guard: bool) -> bool {
        symbolic::is_open(&self.operator_name)
            || symbolic::is_open(&self.key_name)
            || match is_guard {
                true => self.has_wildcards() && self.values.iter().any(Template::is_open),
                false => self.values.iter().any(Template::is_symbolic),
            }
    }

    /// Whether `*` and `?` are wildcards in its values.
    pub(super) fn has_wildcards(&self) -> bool {
        self.operator.is_some_and(|operator| {
            matches!(operator.comparison, Comparison::Like | Comparison::Arn)
        })
    }

    /// Whether the condition holds for a request.
    pub(super) fn holds<'p>(&'p self, context: &impl Context) -> Truth<'p> {
        let Some(operator) = self.operator else {
            return Truth::Unknown(Doubt::Operator(&self.operator_name));
        };
        // AWS says of an empty list both that it holds and that the statement has no effect.
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-empty-array-condition
        if self.values.is_empty() && (operator.negated || operator.is_plain()) {
            return Truth::Unknown(Doubt::Empty("a list of condition values"));
        }
        let value = context.value(&self.key);
        if operator.comparison == Comparison::Null {
            return self.is_null(operator, &value);
        }
        match value {
            Value::Absent => self.without_key(operator),
            Value::One(kind, text) => self.compare(operator, kind, &text, context),
            Value::Several { member, complete } => {
                self.compare_several(operator, &member, complete, context)
            }
            Value::Hidden(hidden) => self.compare_hidden(operator, hidden),
            Value::Varies => Truth::Varies,
            Value::Unknown => Truth::Unknown(Doubt::Key(&self.key_name)),
        }
    }

    /// What the condition is for a request that does not hold the key.
    fn without_key(&self, operator: Operator) -> Truth<'_> {
        match operator.quantifier {
            Quantifier::ForAllValues => Truth::True,
            // AWS says that ForAnyValue is false and IfExists true without the key.
            Quantifier::ForAnyValue if operator.if_exists => {
                Truth::Unknown(Doubt::WithoutKey(&self.operator_name))
            }
            Quantifier::ForAnyValue => Truth::False,
            Quantifier::Single => Truth::from(operator.if_exists || operator.negated),
        }
    }

    /// The `Null` operator: whether the key is absent, or, for `false`, present.
    ///
    /// With a set operator it does not ask.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-suggestion-null-with-qualifier>
    fn is_null(&self, operator: Operator, value: &Value<'_>) -> Truth<'_> {
        match operator.quantifier {
            Quantifier::Single => {}
            Quantifier::ForAllValues => return Truth::True,
            Quantifier::ForAnyValue => return Truth::False,
        }
        let absent = match value {
            Value::Absent => true,
            Value::One(..) | Value::Several { .. } => false,
            Value::Varies => return Truth::Varies,
            Value::Hidden(hidden) => return self.undecided(*hidden),
            Value::Unknown => return Truth::Unknown(Doubt::Key(&self.key_name)),
        };
        match self.only_value() {
            Some("true") => Truth::from(absent),
            Some("false") => Truth::from(!absent),
            _ => self.unfit(),
        }
    }

    /// The value, if there is one alone: truth values cannot be alternatives.
    ///
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-condition-multiple-boolean>
    fn only_value(&self) -> Option<&str> {
        match self.values.as_slice() {
            [value] => Some(value.text()),
            _ => None,
        }
    }

    /// Compares a key that has several values.
    fn compare_several(
        &self,
        operator: Operator,
        member: &str,
        complete: bool,
        context: &impl Context,
    ) -> Truth<'_> {
        let member = self.compare(operator, Kind::Text, member, context);
        let others = if complete {
            None
        } else {
            Some(Truth::Unknown(Doubt::Key(&self.key_name)))
        };
        match operator.quantifier {
            Quantifier::ForAllValues => member.and(|| others.unwrap_or(Truth::True)),
            Quantifier::ForAnyValue => member.or(|| others.unwrap_or(Truth::False)),
            Quantifier::Single => Truth::Unknown(Doubt::WithoutSetOperator(&self.key_name)),
        }
    }

    /// Compares one value of the request with all of the policy: OR, or NOR where negated.
    fn compare(
        &self,
        operator: Operator,
        kind: Kind,
        given: &str,
        context: &impl Context,
    ) -> Truth<'_> {
        let mut unresolved = false;
        let matched = Truth::any(self.values.iter().map(|wanted| match wanted.fill(context) {
            Filled::Pattern(..) if !operator.comparison.is_textual() => {
                self.compare_one(operator.comparison, kind, given, wanted.text())
            }
            Filled::Pattern(pattern, is_symbolic) => {
                if is_symbolic || Symbol::may_stand_in(given) {
                    self.compare_symbols(operator, kind, given, &pattern, wanted)
                } else {
                    self.compare_pattern(operator, kind, given, &pattern)
                }
            }
            Filled::Varies => Truth::Varies,
            Filled::Unknown => Truth::Unknown(Doubt::Variable(&self.key_name)),
            Filled::Unresolved => {
                unresolved = true;
                Truth::False
            }
        }));
        let result = if operator.negated {
            matched.not()
        } else {
            matched
        };
        // AWS: a variable that cannot be resolved may make the whole statement invalid.
        if unresolved && result == Truth::True {
            Truth::Unknown(Doubt::Variable(&self.key_name))
        } else {
            result
        }
    }

    /// Compares a key that is absent, or has a value which is not known in full.
    fn compare_hidden(&self, operator: Operator, hidden: &dyn Hidden) -> Truth<'_> {
        if !operator.comparison.is_textual() {
            return self.undecided(hidden);
        }
        let matched = Truth::any(self.values.iter().map(
            |wanted| match hidden.excludes(self, wanted) {
                true => Truth::False,
                false => self.undecided(hidden),
            },
        ));
        let present = if operator.negated {
            matched.not()
        } else {
            matched
        };
        if present == self.without_key(operator) {
            present
        } else {
            self.undecided(hidden)
        }
    }

    fn undecided(&self, hidden: &dyn Hidden) -> Truth<'_> {
        if hidden.varies() {
            Truth::Varies
        } else {
            Truth::Unknown(Doubt::Key(&self.key_name))
        }
    }

    /// Compares a text or an ARN with a pattern.
    fn compare_pattern(
        &self,
        operator: Operator,
        kind: Kind,
        given: &str,
        pattern: &[Token],
    ) -> Truth<'_> {
        match (operator.comparison, kind) {
            (Comparison::Equals, Kind::Text | Kind::Arn) => pattern::equal(pattern, given).into(),
            (Comparison::EqualsIgnoreCase, Kind::Text | Kind::Arn) => {
                pattern::equal_ignoring_case(pattern, given).into()
            }
            (Comparison::Like, Kind::Text | Kind::Arn) => pattern::like(pattern, given).into(),
            (Comparison::Arn, Kind::Arn) => match pattern::arn_like(pattern, given) {
                ArnMatch::Match => Truth::True,
                ArnMatch::Mismatch => Truth::False,
                ArnMatch::TooShort => self.unfit(),
            },
            _ => self.unfit(),
        }
    }

    /// Compares a text or an ARN with a pattern, where symbols stand in either.
    fn compare_symbols<'p>(
        &'p self,
        operator: Operator,
        kind: Kind,
        given: &str,
        pattern: &[Token],
        wanted: &'p Template,
    ) -> Truth<'p> {
        let manner = match (operator.comparison, kind) {
            (Comparison::Equals, Kind::Text | Kind::Arn) => Manner::Equal,
            (Comparison::EqualsIgnoreCase, Kind::Text | Kind::Arn) => Manner::EqualIgnoringCase,
            (Comparison::Like, Kind::Text | Kind::Arn) => Manner::Like,
            (Comparison::Arn, Kind::Arn) => Manner::Arn,
            _ => return self.unfit(),
        };
        Truth::known(
            symbolic::matches(pattern, given, manner),
            Doubt::Symbol {
                of: &self.key_name,
                named: wanted.text(),
            },
        )
    }

    /// Compares a truth value, a number or a time.
    fn compare_one(
        &self,
        comparison: Comparison,
        kind: Kind,
        given: &str,
        wanted: &str,
    ) -> Truth<'_> {
        let ordering = match (comparison, kind) {
            (Comparison::Bool, Kind::Boolean) => {
                return match self.only_value() {
                    Some("true" | "false") => Truth::from(wanted == given),
                    _ => self.unfit(),
                };
            }
            (Comparison::Numeric(order), Kind::Time) => number(given)
                .zip(number(wanted))
                .and_then(|(given, wanted)| given.partial_cmp(&wanted))
                .map(|ordering| order.is(ordering)),
            (Comparison::Date(order), Kind::Time) => time(given)
                .zip(time(wanted))
                .map(|(given, wanted)| order.is(given.cmp(&wanted))),
            _ => None,
        };
        ordering.map_or_else(|| self.unfit(), Truth::from)
    }

    fn unfit(&self) -> Truth<'_> {
        Truth::Unknown(Doubt::Unfit {
            operator: &self.operator_name,
            key: &self.key_name,
        })
    }
}
