//! The results of the report as SARIF results.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::json;
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
use crate::waiver::{Waiver, WaiverSource};

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
    sarif.baseline_state = (result.baseline).map(|state| json!(state.as_str()));
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

/// A result of the earlier report that is none any more.
pub(super) fn absent(
    earlier: &RuleResult,
    rules: &RuleIndex<'_>,
    options: &Options,
) -> SarifResult {
    let mut sarif = result(earlier, rules, options);
    sarif.baseline_state = Some(json!("absent"));
    sarif
}

fn suppression(result: &RuleResult) -> Suppression {
    let waiver = result.waiver.as_deref();
    let kind = match waiver.map(|waiver| waiver.source) {
        Some(WaiverSource::Code) => "inSource",
        Some(WaiverSource::File) | None => "external",
    };
    let mut suppression = Suppression::builder()
        .kind(json!(kind))
        .status(json!("accepted"))
        .build();
    if let Some(waiver) = waiver {
        suppression.justification = Some(message(present(&waiver.reason, &waiver.id)));
        suppression.properties = Some(waiver_properties(waiver));
    }
    suppression
}

/// Who answers for a waiver, and until when.
pub(super) fn waiver_properties(waiver: &Waiver) -> PropertyBag {
    let date = |date: Option<Date>| date.map(|date| date.to_string());
    let facts = [
        ("approvedBy", waiver.approved_by.clone()),
        ("created", date(waiver.created)),
        ("expires", date(waiver.expires)),
        ("owner", waiver.owner.clone()),
        ("ticket", waiver.ticket.clone()),
        ("waiver", Some(waiver.id.clone())),
    ];
    let facts = facts.into_iter().filter_map(|(name, value)| {
        let value = value.filter(|value| !value.is_empty())?;
        Some((name.to_owned(), json!(printable(&value))))
    });
    PropertyBag::builder()
        .additional_properties(facts.collect::<BTreeMap<_, _>>())
        .build()
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
