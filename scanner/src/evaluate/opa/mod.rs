//! Where regorus' functions answer otherwise than those of OPA's own engine, as shown by giving both
//! the same calls.
//!
//! What a text shows is refused when the rule is loaded. What depends on values is an error where it
//! is met, so that the verdict is unknown: no rule means one thing here and another there.

mod dates;
mod glob;
mod guard;
mod regex;
mod sprintf;
mod values;

use regorus::Value;

pub(super) use guard::guard;

/// What is known of an argument of a call.
#[derive(Clone)]
pub(super) enum Argument<'a> {
    /// All of it.
    Value(&'a Value),
    /// That it is an array of so many elements, and what is known of each.
    Elements(Vec<Self>),
    /// Nothing yet.
    Unknown,
}

impl<'a> Argument<'a> {
    fn text(&self) -> Option<&'a str> {
        match self {
            Self::Value(Value::String(text)) => Some(text.as_ref()),
            _ => None,
        }
    }

    fn value(&self) -> Option<&'a Value> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
        }
    }

    fn elements(&self) -> Option<Vec<Self>> {
        match self {
            Self::Value(Value::Array(elements)) => Some(elements.iter().map(Self::Value).collect()),
            Self::Elements(elements) => Some(elements.clone()),
            _ => None,
        }
    }
}

/// Says why OPA would answer a call otherwise, as far as its arguments are known, and what to write.
type Look = fn(&[Argument<'_>]) -> Option<String>;

/// The functions that answer otherwise in OPA for some arguments.
const FUNCTIONS: [(&str, Look); 29] = [
    ("array.slice", |asked| values::whole(asked.get(1..)?)),
    ("ceil", |asked| {
        values::below_nought(asked.first()?.value()?)
    }),
    ("count", |asked| {
        values::beyond_plane(asked.first()?.text()?)
    }),
    ("floor", |asked| {
        values::below_nought(asked.first()?.value()?)
    }),
    ("format_int", |asked| {
        values::below_nought(asked.first()?.value()?)
    }),
    ("glob.match", glob::otherwise),
    ("indexof", |asked| values::empty(asked.get(1)?.text()?)),
    ("indexof_n", |asked| values::empty(asked.get(1)?.text()?)),
    ("json.filter", |asked| {
        values::escaped_path(asked.get(1)?.value()?)
    }),
    ("json.marshal", |asked| {
        values::escaped(asked.first()?.value()?)
    }),
    ("json.remove", |asked| {
        values::escaped_path(asked.get(1)?.value()?)
    }),
    ("lower", |asked| values::lower(asked.first()?.text()?)),
    ("object.subset", |asked| {
        values::subset(asked.first()?.value()?, asked.get(1)?.value()?)
    }),
    ("product", |asked| values::fraction(asked.first()?.value()?)),
    ("regex.find_all_string_submatch_n", |asked| {
        regex::found(asked.first()?, asked.get(1)?)
    }),
    ("regex.find_n", |asked| {
        regex::found(asked.first()?, asked.get(1)?)
    }),
    ("regex.match", |asked| {
        regex::matched(asked.first()?, asked.get(1)?)
    }),
    ("regex.replace", |asked| {
        regex::found(asked.get(1)?, asked.first()?)
    }),
    ("regex.split", |asked| {
        regex::found(asked.first()?, asked.get(1)?)
    }),
    ("replace", |asked| values::empty(asked.get(1)?.text()?)),
    ("sprintf", |asked| {
        sprintf::otherwise(asked.first()?, asked.get(1)?)
    }),
    ("strings.count", |asked| {
        values::empty(asked.get(1)?.text()?)
    }),
    ("strings.replace_n", |asked| {
        values::replacements(asked.first()?.value()?)
    }),
    ("substring", |asked| values::whole(asked.get(1..)?)),
    ("sum", |asked| values::fraction(asked.first()?.value()?)),
    ("time.add_date", dates::added),
    ("time.format", |asked| {
        dates::formatted(asked.first()?.value()?)
    }),
    ("to_number", |asked| values::digits(asked.first()?.text()?)),
    ("upper", |asked| values::upper(asked.first()?.text()?)),
];

/// Functions that mean something else in OPA whatever they are asked.
const REPLACED: [(&str, &str); 8] = [
    ("json.marshal_with_options", "write json.marshal"),
    ("regex.is_valid", "write a regular expression that is one"),
    ("regex.template_match", "write regex.match"),
    ("semver.is_valid", "write regex.match"),
    ("time.parse_ns", "write time.parse_rfc3339_ns"),
    ("trace", "write print"),
    ("units.parse", "write the number"),
    ("units.parse_bytes", "write the number"),
];

/// Why OPA would answer a call otherwise, as far as the arguments are known, and what to write; none
/// where it would not.
pub(super) fn otherwise(function: &str, arguments: &[Argument<'_>]) -> Option<String> {
    let replaced = REPLACED.iter().find(|(name, _)| *name == function);
    if let Some((name, remedy)) = replaced {
        return Some(format!("OPA answers {name} otherwise; {remedy}"));
    }
    let (_, look) = FUNCTIONS.iter().find(|(name, _)| *name == function)?;
    let problem = look(arguments)?;
    Some(format!("OPA answers {function} otherwise here: {problem}"))
}
