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

    fn elements(&self) -> Option<Vec<Self>> {
        match self {
            Self::Value(Value::Array(elements)) => Some(elements.iter().map(Self::Value).collect()),
            Self::Elements(elements) => Some(elements.clone()),
            _ => None,
        }
    }
}

/// Functions that answer otherwise in OPA, whatever they are asked, and what to write instead.
const REPLACED: [(&str, &str); 5] = [
    ("regex.is_valid", "write a regular expression that is"),
    ("regex.template_match", "write regex.match"),
    ("trace", "write print"),
    ("units.parse", "write the number"),
    ("units.parse_bytes", "write the number"),
];

/// Functions that do so for some arguments.
const GUARDED: [&str; 21] = [
    "array.slice",
    "glob.match",
    "indexof",
    "indexof_n",
    "lower",
    "object.subset",
    "product",
    "regex.find_all_string_submatch_n",
    "regex.find_n",
    "regex.match",
    "regex.replace",
    "regex.split",
    "replace",
    "sprintf",
    "strings.count",
    "strings.replace_n",
    "substring",
    "sum",
    "time.add_date",
    "to_number",
    "upper",
];

/// Why OPA would answer a call otherwise, as far as the arguments are known, and what to write; none
/// where it would not.
pub(super) fn otherwise(function: &str, arguments: &[Argument<'_>]) -> Option<String> {
    let replaced = REPLACED.iter().find(|(name, _)| *name == function);
    if let Some((name, remedy)) = replaced {
        return Some(format!("OPA answers {name} otherwise; {remedy}"));
    }
    let problem = match (function, arguments) {
        ("sprintf", [format, values]) => sprintf::otherwise(format, values),
        ("glob.match", [pattern, ..]) => glob::otherwise(pattern.text()?),
        ("lower", [text]) => values::lower(text.text()?),
        ("upper", [text]) => values::upper(text.text()?),
        ("indexof" | "indexof_n" | "strings.count", [_, sought]) | ("replace", [_, sought, _]) => {
            values::empty(sought.text()?)
        }
        ("strings.replace_n", [Argument::Value(Value::Object(pairs)), _]) => {
            let mut sought = pairs.keys().filter_map(|key| key.as_string().ok());
            sought.find_map(|text| values::empty(text))
        }
        ("substring" | "array.slice", [_, numbers @ ..]) => values::whole(numbers),
        ("to_number", [text]) => values::digits(text.text()?),
        ("time.add_date", [instant, years, months, _]) => dates::otherwise(instant, years, months),
        ("sum" | "product", [Argument::Value(numbers)]) => values::fraction(numbers),
        ("object.subset", [Argument::Value(whole), Argument::Value(part)]) => {
            values::subset(whole, part)
        }
        _ => regex::otherwise(function, arguments),
    }?;
    Some(format!("OPA answers {function} otherwise here: {problem}"))
}
