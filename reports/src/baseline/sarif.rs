//! What a SARIF document of ours says of what was found.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::Baseline;
use crate::fingerprint::fingerprint;
use crate::json::ReadError;
use crate::report::{Mode, Outcome, RuleResult, Severity, Subject};
use crate::text::Text;

/// So many other tools are named, each by so many characters.
const MAX_TOOLS: usize = 3;
const MAX_NAME: usize = 100;

#[derive(Deserialize)]
struct Log {
    runs: Vec<Run>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    #[serde(default)]
    automation_details: Details,
    #[serde(default)]
    invocations: Vec<Invocation>,
    #[serde(default)]
    results: Vec<Found>,
}

#[derive(Deserialize)]
struct Tool {
    driver: Driver,
}

#[derive(Deserialize)]
struct Driver {
    name: String,
}

#[derive(Default, Deserialize)]
struct Details {
    #[serde(default)]
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    #[serde(default)]
    properties: Facts,
    #[serde(default)]
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    evaluated_at: Option<Timestamp>,
    #[serde(default)]
    results_left_out: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Notification {
    #[serde(default)]
    descriptor: Reference,
    #[serde(default)]
    associated_rule: Reference,
    #[serde(default)]
    locations: Vec<Location>,
    #[serde(default)]
    properties: Properties,
}

#[derive(Default, Deserialize)]
struct Reference {
    #[serde(default)]
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    #[serde(default)]
    rule_id: String,
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    baseline_state: Option<String>,
    #[serde(default)]
    message: Message,
    #[serde(default)]
    locations: Vec<Location>,
    #[serde(default)]
    fingerprints: BTreeMap<String, String>,
    #[serde(default)]
    suppressions: Vec<IgnoredAny>,
    #[serde(default)]
    properties: Properties,
}

#[derive(Default, Deserialize)]
struct Message {
    #[serde(default)]
    text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(default)]
    logical_locations: Vec<LogicalLocation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    #[serde(default)]
    fully_qualified_name: String,
    #[serde(default)]
    name: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    severity: Option<Severity>,
    #[serde(default)]
    kind: String,
    account_id: Option<String>,
    account_name: Option<String>,
    ou: Option<String>,
    region: Option<String>,
    root: Option<String>,
}

/// The failures and unknown verdicts of the runs that zonewarden wrote.
pub(super) fn from_bytes(bytes: &[u8]) -> Result<Baseline, ReadError> {
    let log: Log = serde_json::from_slice(bytes).map_err(ReadError::NotAReport)?;
    let (runs, others): (Vec<Run>, Vec<Run>) =
        (log.runs.into_iter()).partition(|run| run.tool.driver.name == "zonewarden");
    let Some(first) = runs.first() else {
        let names = others.iter().take(MAX_TOOLS);
        let names = names.map(|run| run.tool.driver.name.chars().take(MAX_NAME).collect());
        let names: Vec<String> = names.collect();
        return Err(ReadError::OtherTool {
            others: match names.is_empty() {
                true => String::new(),
                false => format!(", but of {}", names.join(", ")),
            },
        });
    };
    let invocations = || runs.iter().flat_map(|run| &run.invocations);
    Ok(Baseline {
        digest: None,
        evaluated_at: invocations().find_map(|invocation| invocation.properties.evaluated_at),
        mode: mode(&first.automation_details.id),
        paths: None,
        left_out: invocations()
            .map(|invocation| invocation.properties.results_left_out)
            .sum(),
        results: runs.into_iter().flat_map(results).collect(),
    })
}

/// The mode is the third part of the id of a run.
fn mode(id: &str) -> Mode {
    match id.split('/').nth(2) {
        Some("source") => Mode::Source,
        Some("plan") => Mode::Plan,
        _ => Mode::Live,
    }
}

fn results(run: Run) -> impl Iterator<Item = RuleResult> {
    let unknown = (run.invocations.into_iter())
        .flat_map(|invocation| invocation.tool_execution_notifications)
        .filter(|notification| notification.descriptor.id == "unknown-verdict");
    let failed = |found: &Found| {
        found.baseline_state.as_deref() != Some("absent")
            && found.kind.as_deref().unwrap_or("fail") == "fail"
    };
    let failed = run.results.into_iter().filter(failed).map(failure);
    failed.chain(unknown.map(unknown_verdict))
}

fn failure(found: Found) -> RuleResult {
    let outcome = match found.suppressions.is_empty() {
        true => Outcome::Fail,
        false => Outcome::Waived,
    };
    let subject = subject(found.locations, found.properties.kind.as_str());
    let mut result = result(found.rule_id, outcome, subject, found.properties);
    if let Some(own) = found.fingerprints.get("zonewarden/v1") {
        result.fingerprint.clone_from(own);
    }
    let paragraph = found.message.text.split("\n\n").next();
    result.message = paragraph.unwrap_or_default().to_owned();
    result
}

fn unknown_verdict(notification: Notification) -> RuleResult {
    let subject = subject(notification.locations, "");
    let rule = notification.associated_rule.id;
    result(rule, Outcome::Unknown, subject, notification.properties)
}

fn subject(locations: Vec<Location>, kind: &str) -> Subject {
    let names = locations
        .into_iter()
        .flat_map(|location| location.logical_locations);
    let name = names.into_iter().next();
    let (id, name) = name.map_or_else(Default::default, |name| {
        (name.fully_qualified_name, name.name)
    });
    Subject {
        kind: kind.into(),
        id,
        name,
        account: None,
        account_name: None,
        ou: None,
        region: None,
        tags: BTreeMap::new(),
        root: None,
        construct_path: None,
    }
}

fn result(rule: String, outcome: Outcome, subject: Subject, facts: Properties) -> RuleResult {
    RuleResult {
        fingerprint: fingerprint(&rule, &subject.id, ""),
        rule: rule.into(),
        outcome,
        severity: facts.severity.unwrap_or(Severity::Info),
        subject: Subject {
            account: facts.account_id.map(Text::from),
            account_name: facts.account_name.map(Text::from),
            ou: facts.ou.map(Text::from),
            region: facts.region.map(Text::from),
            root: facts.root,
            ..subject
        },
        key: String::new(),
        message: String::new(),
        remediation: "".into(),
        fix: Vec::new(),
        unknown: None,
        cause: None,
        evidence: Vec::new(),
        locations: Vec::new(),
        baseline: None,
        waiver: None,
    }
}
