//! What could not be judged or read, as SARIF tool execution notifications.

use std::collections::BTreeMap;

use serde_json::json;
use serde_sarif::sarif::{
    Location, LogicalLocation, Message, MultiformatMessageString, Notification, PropertyBag,
    ReportingDescriptor, ReportingDescriptorReference,
};

use super::place;
use super::results::waiver_properties;
use super::rules::{RuleIndex, pascal_case};
use super::text::{message, present};
use crate::comparison::{EarlierFailure, EarlierState};
use crate::format::Options;
use crate::neutralise::printable;
use crate::report::{AccountCounts, Gap, Outcome, Report, RuleResult, SourceCoverage, UnknownFact};
use crate::waiver::Waiver;

/// The most notifications of one kind, so that a scan without rights makes no endless document.
const OF_A_KIND: usize = 5_000;

/// The kinds of notification.
#[derive(Clone, Copy)]
enum Kind {
    Coverage,
    Gap,
    LeftOut,
    UnknownVerdict,
    Warning,
    Waived,
    NotJudged,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::Coverage,
        Self::Gap,
        Self::LeftOut,
        Self::UnknownVerdict,
        Self::Warning,
        Self::Waived,
        Self::NotJudged,
    ];

    fn id(self) -> &'static str {
        match self {
            Self::Coverage => "coverage",
            Self::Gap => "gap",
            Self::LeftOut => "left-out",
            Self::UnknownVerdict => "unknown-verdict",
            Self::Warning => "warning",
            Self::Waived => "waived",
            Self::NotJudged => "not-judged",
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::Coverage => "How much of what was in scope was read.",
            Self::Gap => "Something in scope could not be read.",
            Self::LeftOut => "The document has not everything that the report has.",
            Self::UnknownVerdict => "A fact that a verdict rests on is not known.",
            Self::Warning => "Something that the user should know of the run.",
            Self::Waived => "A waiver accepts a finding until a day.",
            Self::NotJudged => "What failed in the earlier report was not judged now.",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Coverage => "The verdict is about what was read, and about nothing else.",
            Self::Gap => "Give the scanner the right to read it, or leave it out of the scope.",
            Self::LeftOut => "Read the JSON report, or narrow the scope.",
            Self::UnknownVerdict => {
                "Unknown is never compliant: see to it that the fact can be read."
            }
            Self::Warning => "Read the text and act on it.",
            Self::Waived => "Mend it before the waiver ends.",
            Self::NotJudged => "Take it for what it was until it is judged again.",
        }
    }
}

/// The kinds of notification, as the driver describes them: in full, because GitHub's rules for
/// descriptors make no exception for these.
pub(super) fn descriptors() -> Vec<ReportingDescriptor> {
    let text = |text: &str| MultiformatMessageString::builder().text(text).build();
    let described = |kind: Kind| {
        ReportingDescriptor::builder()
            .id(kind.id())
            .name(pascal_case(kind.id()))
            .short_description(text(kind.description()))
            .full_description(text(kind.description()))
            .help(text(kind.help()))
            .build()
    };
    Kind::ALL.into_iter().map(described).collect()
}

/// The notifications of a run: coverage, gaps, unknown verdicts, warnings, waived failures where they
/// are no results, what was not judged again, and what the limits of the document left out.
pub(super) fn of(
    report: &Report,
    rules: &RuleIndex<'_>,
    options: &Options,
    results_left_out: usize,
) -> Vec<Notification> {
    let mut notifications = vec![coverage(report)];
    let gaps = &report.coverage.gaps;
    notifications.extend(gaps.iter().take(OF_A_KIND).map(gap));
    let mut unknowns = report
        .results
        .iter()
        .filter(|result| result.outcome == Outcome::Unknown);
    notifications.extend(
        unknowns
            .by_ref()
            .take(OF_A_KIND)
            .map(|result| unknown(result, rules)),
    );
    let warnings = &report.warnings;
    notifications.extend(warnings.iter().take(OF_A_KIND).map(|warning| {
        notification(
            Kind::Warning,
            "warning",
            message(present(warning, "no text")),
        )
    }));
    let mut waived = (report.results.iter())
        .filter(|result| result.outcome == Outcome::Waived && !options.with_closed);
    notifications.extend((waived.by_ref().take(OF_A_KIND)).map(|result| accepted(result, rules)));
    let earlier = report
        .baseline
        .iter()
        .flat_map(|baseline| &baseline.earlier);
    let mut not_judged = earlier.filter(|earlier| earlier.state == EarlierState::NotJudged);
    notifications
        .extend((not_judged.by_ref().take(OF_A_KIND)).map(|earlier| unjudged(earlier, rules)));
    let left_out = [
        (waived.count(), "Waived failures"),
        (not_judged.count(), "Failures that were not judged again"),
        (results_left_out, "Results"),
        (gaps.len().saturating_sub(OF_A_KIND), "Gaps"),
        (unknowns.count(), "Unknown verdicts"),
        (warnings.len().saturating_sub(OF_A_KIND), "Warnings"),
    ];
    for (number, what) in left_out.into_iter().filter(|(number, _)| *number > 0) {
        let text = format!("{what} left out: {number}. The JSON report has them all.");
        notifications.push(notification(Kind::LeftOut, "warning", text));
    }
    notifications
}

fn notification(kind: Kind, level: &str, text: String) -> Notification {
    Notification::builder()
        .descriptor(
            ReportingDescriptorReference::builder()
                .id(kind.id())
                .index(kind as i64)
                .build(),
        )
        .level(json!(level))
        .message(Message::builder().text(text).build())
        .build()
}

fn coverage(report: &Report) -> Notification {
    let coverage = &report.coverage;
    let zones = &coverage.zones;
    let text = format!(
        "{}: {}; public zones in scope {}, read {}, in part {}, failed {}; private zones not judged {}.",
        if coverage.complete {
            "Complete"
        } else {
            "Incomplete"
        },
        match &coverage.source {
            Some(source) => read_of_source(source),
            None => read_of_accounts(&coverage.accounts),
        },
        zones.in_scope,
        zones.read,
        zones.partial,
        zones.failed,
        zones.skipped,
    );
    let level = if coverage.complete { "note" } else { "warning" };
    notification(Kind::Coverage, level, text)
}

fn read_of_accounts(accounts: &AccountCounts) -> String {
    format!(
        "accounts in scope {}, read {}, in part {}, failed {}; skipped {}, not selected {}",
        accounts.in_scope,
        accounts.read,
        accounts.partial,
        accounts.failed,
        accounts.skipped,
        accounts.not_selected,
    )
}

fn read_of_source(source: &SourceCoverage) -> String {
    let whole = source.roots.iter().filter(|root| root.whole).count();
    format!(
        "roots in scope {}, read {whole}, in part {}; libraries not judged {}; files {}",
        source.roots.len(),
        source.roots.len() - whole,
        source.libraries.len(),
        source.files,
    )
}

fn gap(gap: &Gap) -> Notification {
    let subject = present(&gap.subject, "something");
    let mut text = match gap.account.as_deref() {
        Some(account) if account == subject => format!("Account {}", message(account)),
        Some(account) => format!("Account {}: {}", message(account), message(subject)),
        None => message(subject),
    };
    text.push_str(" could not be read");
    text.push_str(&reason(
        &gap.reason,
        gap.operation.as_deref(),
        gap.code.as_deref(),
        gap.detail.as_deref(),
    ));
    let mut level = "warning";
    if let Some(waiver) = &gap.waiver {
        level = "note";
        text.push_str(&format!(" Accepted: {}.", message(&waiver.sentence())));
    }
    let mut notification = notification(Kind::Gap, level, text);
    let name = LogicalLocation::builder()
        .fully_qualified_name(printable(subject))
        .kind("resource");
    let place = gap.location.as_ref();
    // What is in a file needs no other name than its place.
    notification.locations = Some(vec![match place {
        Some(place) => (Location::builder())
            .physical_location(place::in_file(place))
            .build(),
        None => logical_only(vec![name.build()]),
    }]);
    notification.properties = Some(properties([
        ("accountId", gap.account.as_deref()),
        ("code", gap.code.as_deref()),
        ("operation", gap.operation.as_deref()),
        ("reason", Some(&gap.reason)),
    ]));
    notification
}

fn unknown(result: &RuleResult, rules: &RuleIndex<'_>) -> Notification {
    let missing = UnknownFact {
        fact: None,
        reason: String::new(),
        operation: None,
        code: None,
        detail: None,
    };
    let unknown = result.unknown.as_ref().unwrap_or(&missing);
    let subject = &result.subject;
    let mut text = format!(
        "{} could not be judged on {}",
        message(&result.rule),
        message(present(&subject.name, &subject.id))
    );
    text.push_str(&reason(
        &unknown.reason,
        unknown.operation.as_deref(),
        unknown.code.as_deref(),
        unknown.detail.as_deref(),
    ));
    // A rule that erred is a fault of the tool or its rules; the rest lies outside.
    let level = if unknown.reason == "rule_error" {
        "error"
    } else {
        "warning"
    };
    let notification = notification(Kind::UnknownVerdict, level, text);
    let mut notification = about(result, rules, notification);
    notification.properties = Some(properties([
        ("accountId", subject.account.as_deref()),
        ("code", unknown.code.as_deref()),
        ("fact", unknown.fact.as_deref()),
        ("operation", unknown.operation.as_deref()),
        ("reason", Some(&unknown.reason)),
    ]));
    notification
}

/// A failure that a waiver accepts.
fn accepted(result: &RuleResult, rules: &RuleIndex<'_>) -> Notification {
    let waiver = result.waiver.as_deref();
    let sentence = waiver.map_or_else(|| "a waiver".to_owned(), Waiver::sentence);
    let text = format!(
        "{} fails on {}, and that is accepted: {}.",
        message(&result.rule),
        message(present(&result.subject.name, &result.subject.id)),
        message(&sentence)
    );
    let mut notification = about(result, rules, notification(Kind::Waived, "note", text));
    notification.properties = waiver.map(waiver_properties);
    notification
}

/// A failure of the earlier report of which it is not known whether it still is one.
fn unjudged(earlier: &EarlierFailure, rules: &RuleIndex<'_>) -> Notification {
    let result = &earlier.result;
    let text = format!(
        "{} failed on {} in the earlier report, and was not judged now: {}.",
        message(&result.rule),
        message(present(&result.subject.name, &result.subject.id)),
        message(&earlier.why)
    );
    about(
        result,
        rules,
        notification(Kind::NotJudged, "warning", text),
    )
}

/// The notification with the rule and the place of a result.
fn about(result: &RuleResult, rules: &RuleIndex<'_>, notification: Notification) -> Notification {
    let mut location = Location::builder().build();
    location.physical_location = result.primary().map(place::in_file);
    location.logical_locations = place::logical(&result.subject);
    let is_somewhere = location.physical_location.is_some() || location.logical_locations.is_some();
    Notification {
        associated_rule: Some(rules.reference(&result.rule)),
        locations: is_somewhere.then(|| vec![location]),
        ..notification
    }
}

fn logical_only(names: Vec<LogicalLocation>) -> Location {
    Location::builder().logical_locations(names).build()
}

/// The rest of the sentence: why, from which operation, with which error, and in more words.
fn reason(
    reason: &str,
    operation: Option<&str>,
    code: Option<&str>,
    detail: Option<&str>,
) -> String {
    let mut text = format!(": {}", message(present(reason, "no reason given")));
    if let Some(operation) = operation {
        text.push_str(&format!(" from {}", message(operation)));
    }
    if let Some(code) = code {
        text.push_str(&format!(" ({})", message(code)));
    }
    text.push('.');
    if let Some(detail) = detail {
        text.push_str(&format!(" {}", message(detail)));
    }
    text
}

/// The facts that there are.
fn properties<const N: usize>(facts: [(&str, Option<&str>); N]) -> PropertyBag {
    let facts: BTreeMap<String, _> = facts
        .into_iter()
        .filter_map(|(name, value)| {
            value
                .filter(|value| !value.is_empty())
                .map(|value| (name.to_owned(), json!(printable(value))))
        })
        .collect();
    PropertyBag::builder().additional_properties(facts).build()
}
