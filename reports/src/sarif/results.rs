//! The results of the report as SARIF results.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use serde_sarif::sarif::{
    Location, Message, PropertyBag, Result as SarifResult, ResultKind, ResultLevel, Suppression,
};

use super::place;
use super::rules::{RuleIndex, level};
use super::text::{message, present};
use crate::command::shell_command;
use crate::fingerprint::fingerprint;
use crate::format::Options;
use crate::neutralise::printable;
use crate::report::{Outcome, RuleResult};

/// The most related places of a result: with the primary one, as many as GitHub keeps.
const RELATED: usize = 99;

pub(super) fn result(result: &RuleResult, rules: &RuleIndex<'_>, options: &Options) -> SarifResult {
    let (kind, level) = match result.outcome {
        Outcome::Fail | Outcome::Waived => (ResultKind::Fail, level(result.severity)),
        Outcome::Pass => (ResultKind::Pass, ResultLevel::None),
        Outcome::NotApplicable => (ResultKind::NotApplicable, ResultLevel::None),
        Outcome::Unknown => (ResultKind::Open, ResultLevel::None),
    };
    let identity = identity(result);
    let mut sarif = SarifResult::builder()
        .rule_id(present(&result.rule, "unknown"))
        .kind(kind)
        .level(level)
        .message(Message::builder().text(text(result, rules)).build())
        .locations(vec![place::primary(result, options)])
        .partial_fingerprints(BTreeMap::from([(
            "primaryLocationLineHash".to_owned(),
            format!("{}:1", identity.chars().take(16).collect::<String>()),
        )]))
        .fingerprints(BTreeMap::from([("zonewarden/v1".to_owned(), identity)]))
        .properties(properties(result))
        .build();
    sarif.rule_index = rules.position(&result.rule);
    sarif.related_locations = related(result);
    sarif.baseline_state = baseline_state(result);
    if result.outcome == Outcome::Waived {
        sarif.suppressions = Some(vec![suppression(result)]);
    }
    sarif
}

/// What was found. GitHub takes the first sentence for the title of the alert, so that it says
/// what is wrong with what.
fn text(result: &RuleResult, rules: &RuleIndex<'_>) -> String {
    let subject = &result.subject;
    let name = present(subject.name.trim_end_matches('.'), &subject.id);
    let title = rules.title(&result.rule).trim_end_matches('.');
    let mut text = match result.outcome {
        Outcome::Pass => format!("Pass: {}: {}.", result.rule, message(name)),
        Outcome::NotApplicable => format!("Not applicable: {}: {}.", result.rule, message(name)),
        _ => format!("{}: {}.", message(title), message(name)),
    };
    if !result.message.is_empty() {
        text.push(' ');
        text.push_str(&message(&result.message));
    }
    if !result.remediation.is_empty() {
        text.push_str(&format!(
            "\n\nHow to mend it: {}",
            message(&result.remediation)
        ));
    }
    // A command that would have to be escaped here would be another command.
    if let Some(command) = shell_command(&result.fix).filter(|c| message(c) == **c) {
        text.push_str(&format!("\n\n{command}"));
    }
    text
}

/// The fingerprint, made anew where a report has none: an empty one would be taken for missing.
fn identity(result: &RuleResult) -> String {
    if result.fingerprint.is_empty() {
        fingerprint(&result.rule, &result.subject.id, &result.key)
    } else {
        result.fingerprint.clone()
    }
}

fn related(result: &RuleResult) -> Option<Vec<Location>> {
    let related: Vec<_> = (1..)
        .zip(result.related().take(RELATED))
        .map(|(id, location)| place::related(location, id))
        .collect();
    (!related.is_empty()).then_some(related)
}

/// The comparison with an earlier report, where it is one that SARIF has a word for.
fn baseline_state(result: &RuleResult) -> Option<Value> {
    let state = result.baseline.as_deref()?;
    ["new", "unchanged", "updated", "absent"]
        .contains(&state)
        .then(|| json!(state))
}

fn suppression(result: &RuleResult) -> Suppression {
    let mut suppression = Suppression::builder()
        .kind(json!("external"))
        .status(json!("accepted"))
        .build();
    suppression.justification = result
        .waiver
        .as_deref()
        .filter(|waiver| !waiver.is_empty())
        .map(message);
    suppression
}

/// The facts by which other tools filter.
fn properties(result: &RuleResult) -> PropertyBag {
    let subject = &result.subject;
    let zone = subject.id.split_once(":hostedzone/").map(|(_, id)| id);
    let zone = zone.map(|id| id.split('#').next().unwrap_or(id));
    let optional = [
        ("accountId", subject.account.as_deref()),
        ("accountName", subject.account_name.as_deref()),
        ("cause", result.cause.as_deref()),
        ("constructPath", subject.construct_path.as_deref()),
        ("ou", subject.ou.as_deref()),
        ("region", subject.region.as_deref()),
        ("root", subject.root.as_deref()),
        ("zoneId", zone),
    ];
    let mut properties = BTreeMap::from([
        ("kind".to_owned(), json!(printable(&subject.kind))),
        ("severity".to_owned(), json!(result.severity)),
    ]);
    for (name, value) in optional {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            properties.insert(name.to_owned(), json!(printable(value)));
        }
    }
    PropertyBag::builder()
        .additional_properties(properties)
        .build()
}
