//! The rules of the report as SARIF reporting descriptors.

use std::collections::{BTreeMap, HashMap};

use serde_json::json;
use serde_sarif::sarif::{
    MultiformatMessageString, PropertyBag, ReportingConfiguration, ReportingDescriptor,
    ReportingDescriptorReference, ResultLevel,
};

use super::taxonomies::Taxonomies;
use super::text::{link, markdown, message, present, rule_text};
use crate::neutralise::printable;
use crate::report::{Rule, Severity};

/// The most rules of a run that GitHub takes.
const RULES: usize = 25_000;

/// The most tags of a rule that GitHub keeps.
const TAGS: usize = 10;

/// Where each rule stands among the descriptors.
pub(super) struct RuleIndex<'a> {
    rules: HashMap<&'a str, (i64, &'a Rule)>,
}

impl<'a> RuleIndex<'a> {
    pub(super) fn of(rules: &'a [Rule]) -> Self {
        let rules = (0..).zip(rules.iter().take(RULES));
        Self {
            rules: rules
                .map(|(index, rule)| (rule.id.as_str(), (index, rule)))
                .collect(),
        }
    }

    /// The position of a rule's descriptor; nothing for a rule that the report does not describe.
    pub(super) fn position(&self, id: &str) -> Option<i64> {
        self.rules.get(id).map(|(index, _)| *index)
    }

    /// What is wrong where the rule fails; its id for a rule that the report does not describe.
    pub(super) fn title<'b>(&'b self, id: &'b str) -> &'b str {
        self.rules
            .get(id)
            .map_or(id, |(_, rule)| present(&rule.title, id))
    }

    /// A reference to a rule.
    pub(super) fn reference(&self, id: &str) -> ReportingDescriptorReference {
        let mut reference = ReportingDescriptorReference::builder().id(id).build();
        reference.index = self.position(id);
        reference
    }
}

/// The level of a finding of that severity.
pub(super) fn level(severity: Severity) -> ResultLevel {
    match severity {
        Severity::Critical | Severity::High => ResultLevel::Error,
        Severity::Medium => ResultLevel::Warning,
        Severity::Low | Severity::Info => ResultLevel::Note,
    }
}

/// The score by which GitHub sorts: over 9.0 is critical, from 7.0 high, from 4.0 medium, from
/// 0.1 low; without one, the finding is no matter of security.
fn security_severity(severity: Severity) -> Option<&'static str> {
    match severity {
        Severity::Critical => Some("9.5"),
        Severity::High => Some("8.0"),
        Severity::Medium => Some("5.5"),
        Severity::Low => Some("2.0"),
        Severity::Info => None,
    }
}

/// How GitHub words the severity of a rule without a score.
fn problem_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "recommendation",
    }
}

/// The descriptors, in the order of the rules.
pub(super) fn descriptors(rules: &[Rule], taxonomies: &Taxonomies<'_>) -> Vec<ReportingDescriptor> {
    rules
        .iter()
        .take(RULES)
        .map(|rule| descriptor(rule, taxonomies))
        .collect()
}

fn descriptor(rule: &Rule, taxonomies: &Taxonomies<'_>) -> ReportingDescriptor {
    let title = present(&rule.title, &rule.id);
    let description = present(&rule.description, title);
    let configuration = ReportingConfiguration::builder()
        .enabled(rule.selected)
        .level(json!(level(rule.severity)))
        .build();
    let mut descriptor = ReportingDescriptor::builder()
        .id(&rule.id)
        .name(pascal_case(&rule.id))
        .short_description(plain(rule_text(title)))
        .full_description(plain(rule_text(description)))
        .help(help(rule, description))
        .default_configuration(configuration)
        .properties(properties(rule))
        .build();
    descriptor.help_uri = rule
        .related_resources
        .iter()
        .find_map(|address| link(address))
        .map(str::to_owned);
    descriptor.relationships = taxonomies.relationships(rule);
    descriptor
}

fn plain(text: String) -> MultiformatMessageString {
    MultiformatMessageString::builder().text(text).build()
}

/// The name that the SARIF conventions ask for beside the id: `zone-signed` is `ZoneSigned`.
pub(super) fn pascal_case(id: &str) -> String {
    let capitalised = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    id.split('-')
        .map(capitalised)
        .collect::<String>()
        .chars()
        .take(255)
        .collect()
}

/// Why it matters, how to mend it, and where to read more, as text and as Markdown.
fn help(rule: &Rule, description: &str) -> MultiformatMessageString {
    let mut text = message(description);
    let mut rich = markdown(description);
    if !rule.remediation.is_empty() {
        text.push_str(&format!(
            "\n\nHow to mend it: {}",
            message(&rule.remediation)
        ));
        rich.push_str(&format!(
            "\n\n**How to mend it:** {}",
            markdown(&rule.remediation)
        ));
    }
    let links: Vec<_> = rule
        .related_resources
        .iter()
        .filter_map(|address| link(address))
        .collect();
    if !links.is_empty() {
        text.push_str("\n\nSee also:");
        rich.push_str("\n\n**See also:**\n");
    }
    for address in links {
        text.push_str(&format!("\n{address}"));
        rich.push_str(&format!("\n- <{address}>"));
    }
    MultiformatMessageString::builder()
        .text(text)
        .markdown(rich)
        .build()
}

fn properties(rule: &Rule) -> PropertyBag {
    let severity = rule.severity;
    let score = security_severity(severity);
    // Results rest on known facts alone; what is not known is a notification.
    let mut properties = BTreeMap::from([
        ("precision".to_owned(), json!("very-high")),
        (
            "problem.severity".to_owned(),
            json!(problem_severity(severity)),
        ),
    ]);
    if let Some(score) = score {
        properties.insert("security-severity".to_owned(), json!(score));
    }
    if let Some(why) = rule.why.as_ref().filter(|_| !rule.selected) {
        properties.insert("notSelectedBecause".to_owned(), json!(printable(why)));
    }
    let mut tags = Vec::new();
    if score.is_some() {
        tags.push("security".to_owned());
    }
    tags.push("dnssec".to_owned());
    for (framework, controls) in &rule.controls {
        for control in controls {
            let tag = format!("{framework}/{control}");
            if tags.len() < TAGS && !tags.contains(&tag) {
                tags.push(tag);
            }
        }
    }
    PropertyBag::builder()
        .tags(tags)
        .additional_properties(properties)
        .build()
}
