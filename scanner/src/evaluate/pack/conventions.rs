//! conftest's names for the rules of a package that find something, and what they may give.
//! <https://www.conftest.dev/#usage>

use regorus::unstable::{Rule as AstRule, RuleHead};
use sha2::{Digest, Sha256};
use zonewarden_reports::Severity;

use super::library::{Definition, name_of};

/// The name of the rule that says that another has nothing to say.
pub(in crate::evaluate) const NOT_APPLICABLE: &str = "not_applicable";

/// Whether Rego rules of this name find something: `deny`, `violation`, `warn`, and each with
/// more words after an underscore.
pub(super) fn finds(name: &str) -> bool {
    ["deny", "violation", "warn"].iter().any(|kind| {
        let rest = name.strip_prefix(kind);
        rest.is_some_and(|rest| {
            rest.is_empty() || (rest.starts_with('_') && rest.split('_').skip(1).all(is_word))
        })
    })
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Whether Rego rules of this name only warn.
pub(in crate::evaluate) fn warns(head: &str) -> bool {
    head.starts_with("warn")
}

/// The severity of what such a rule finds in a rule of this severity.
pub(in crate::evaluate) fn severity(head: &str, rule: Severity) -> Severity {
    match warns(head) {
        true => rule.min(Severity::Low),
        false => rule,
    }
}

/// The key of an object that such a rule holds, where it gives none.
pub(in crate::evaluate) fn key(head: &str) -> &str {
    match head {
        "deny" => "",
        other => other,
    }
}

/// The key of a text that such a rule holds: what tells it from the other texts of the rule, without
/// its numbers, so that a problem that grows older is the same problem.
pub(in crate::evaluate) fn key_of_text(head: &str, text: &str) -> String {
    let mut digest = Sha256::new();
    for part in text.split(|character: char| character.is_ascii_digit()) {
        digest.update(part.as_bytes());
    }
    let digest = hex::encode(digest.finalize());
    format!("{head}-{}", digest.get(..8).unwrap_or_default())
}

/// What is wrong with the way in which a rule that finds something is written.
pub(super) fn problem(name: &str, definition: &Definition) -> Option<String> {
    let (_, goes_on) = name_of(&definition.rule);
    let AstRule::Spec { head, .. } = definition.rule.as_ref() else {
        return Some(format!(
            "{name} is a set, and has no default; write `{name} contains …`"
        ));
    };
    match head {
        RuleHead::Set { .. } if !goes_on => None,
        RuleHead::Compr { .. } if goes_on => Some(format!(
            "`{name}[…] if` makes an object in Rego v1, and finds nothing; write `{name} contains … if`"
        )),
        _ => Some(format!("{name} is no set; write `{name} contains … if`")),
    }
}
