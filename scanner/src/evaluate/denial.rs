//! What a rule may say: of where it has nothing to say, and of each thing that it finds.

use regorus::Value;

/// The longest value that is shown whole, in characters.
const MAX_SHOWN: usize = 100;

/// Whether a rule says that it has nothing to say of the input.
///
/// # Errors
/// What is wrong with what it says instead, to follow the name of the rule.
pub(super) fn is_not_applicable(said: &Value) -> Result<bool, String> {
    match said {
        Value::Bool(holds) => Ok(*holds),
        Value::Undefined => Ok(false),
        other => Err(format!(
            "is {}, neither true nor false; write `not_applicable if {{ … }}`",
            shown(other)
        )),
    }
}

/// Whether what a rule finds is an object with `msg`, and `key`, `at`, `severity` and `fix` are what
/// they must be where it has them. `has_fix` says whether METADATA has a command that `fix` may give
/// values for.
///
/// # Errors
/// What is wrong with it, to follow the name of the rule.
pub(super) fn check(denial: &Value, has_fix: bool) -> Result<(), String> {
    if !matches!(denial, Value::Object(_)) {
        return Err(format!(
            "holds {}; give texts, or objects with msg",
            shown(denial)
        ));
    }
    match &denial["msg"] {
        Value::String(text) if !text.trim().is_empty() => {}
        Value::String(_) => return Err("has an empty msg; say what is seen".to_owned()),
        given if is_given(given) => {
            return Err(format!("has the msg {}; give a text", shown(given)));
        }
        _ => return Err("has no msg; say what is seen".to_owned()),
    }
    for (name, meant) in [
        ("key", "a text"),
        ("at", "the path of a fact, as in \"zone.tags\""),
        ("severity", "critical, high, medium, low or info"),
    ] {
        let given = &denial[name];
        if is_given(given) && !matches!(given, Value::String(_)) {
            return Err(format!("has the {name} {}; give {meant}", shown(given)));
        }
    }
    let given = &denial["fix"];
    let problem = match given {
        Value::Array(arguments) if arguments.iter().all(is_plain) => return Ok(()),
        Value::Object(_) if !has_fix => {
            ", values for a custom.fix that METADATA does not have; give a list, the whole command"
        }
        Value::Object(values) if !values.iter().all(|(_, value)| is_plain_or_null(value)) => {
            "; give a text for each placeholder of METADATA's fix"
        }
        given if !is_given(given) || matches!(given, Value::Object(_)) => return Ok(()),
        _ => "; give a list of texts, the whole command",
    };
    Err(format!("has the fix {}{problem}", shown(given)))
}

/// Whether a member of what a rule finds says something.
pub(super) fn is_given(member: &Value) -> bool {
    !matches!(member, Value::Undefined | Value::Null)
}

fn is_plain(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_))
}

fn is_plain_or_null(value: &Value) -> bool {
    is_plain(value) || matches!(value, Value::Null)
}

/// A value in a message; of a long one, the beginning.
pub(super) fn shown(value: &Value) -> String {
    let text = match value {
        Value::Set(_) => format!("the set {value}"),
        _ => value.to_string(),
    };
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
