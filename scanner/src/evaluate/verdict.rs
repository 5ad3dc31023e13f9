//! The verdict of one rule on one document: the order in which the five outcomes are decided.

use std::collections::BTreeMap;

use regorus::Value;
use zonewarden_reports::{Outcome, Severity};

use super::bounds;
use super::catalogue::Rule;
use super::denial;
use super::document::UnknownAt;
use super::program::RunError;
use crate::inventory::{Reason, Unknown};

/// Evidence is to be read; a longer fact stands in the snapshot.
const MAX_EVIDENCE: usize = 500;

/// What a rule says of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Fail, unknown, pass or not applicable.
    pub outcome: Outcome,
    /// What was found, by key, where it fails.
    pub findings: BTreeMap<String, Finding>,
    /// What is not known, where that decides.
    pub unknown: Option<LostFact>,
    /// The highest severity that a finding of the rule may have on this subject.
    pub severity: Severity,
}

/// One finding of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was found.
    pub message: String,
    /// How bad it is.
    pub severity: Severity,
    /// The path of the fact that is wrong.
    pub at: Option<String>,
    /// That fact, as JSON; none where it is too long to show.
    pub value: Option<String>,
    /// The command that mends it; empty where there is none.
    pub fix: Vec<String>,
}

/// The fact without which there is no verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostFact {
    /// The path of the fact; none where the rule itself failed.
    pub fact: Option<String>,
    /// Why it is not known.
    pub why: Unknown,
}

impl Verdict {
    fn plain(outcome: Outcome, severity: Severity) -> Self {
        Self {
            outcome,
            severity,
            findings: BTreeMap::new(),
            unknown: None,
        }
    }

    pub(super) fn unknown(lost: LostFact, severity: Severity) -> Self {
        Self {
            unknown: Some(lost),
            ..Self::plain(Outcome::Unknown, severity)
        }
    }

    pub(super) fn rule_error(error: &RunError, severity: Severity) -> Self {
        let lost = LostFact {
            fact: None,
            why: Unknown::because(Reason::RuleError, error.to_string()),
        };
        Self::unknown(lost, severity)
    }
}

/// What a rule says of a document.
pub(super) trait Answers {
    /// Whether the rule says that it has nothing to say of the input.
    fn is_not_applicable(&mut self, input: &Value) -> Result<bool, RunError>;

    /// The findings of the rule, each as the rule wrote it.
    fn denials(&mut self, input: &Value) -> Result<Vec<Value>, RunError>;
}

/// Judges a document: not applicable, else unknown for want of a needed fact, else fail, else
/// unknown for want of a fact that a pass rests on, else pass.
pub(super) fn judge(
    rule: &Rule,
    severity: Severity,
    answers: &mut (impl Answers + ?Sized),
    input: &Value,
    unknown: &[UnknownAt],
) -> Verdict {
    if let Some(lost) = first_lost(&rule.needs_to_apply, unknown) {
        return Verdict::unknown(lost, severity);
    }
    match answers.is_not_applicable(input) {
        Ok(true) => return Verdict::plain(Outcome::NotApplicable, severity),
        Ok(false) => {}
        Err(error) => return Verdict::rule_error(&error, severity),
    }
    if let Some(lost) = first_lost(&rule.needs, unknown) {
        return Verdict::unknown(lost, severity);
    }
    let denials = match answers.denials(input) {
        Ok(denials) => denials,
        Err(error) => return Verdict::rule_error(&error, severity),
    };
    if !denials.is_empty() {
        return match findings(rule, severity, &denials, input) {
            Ok(findings) => Verdict {
                findings,
                ..Verdict::plain(Outcome::Fail, severity)
            },
            Err(error) => Verdict::rule_error(&error, severity),
        };
    }
    match first_lost(&rule.needs_to_pass, unknown) {
        Some(lost) => Verdict::unknown(lost, severity),
        None => Verdict::plain(Outcome::Pass, severity),
    }
}

fn first_lost(needed: &[super::FactPath], unknown: &[UnknownAt]) -> Option<LostFact> {
    if unknown.is_empty() {
        return None;
    }
    needed.iter().find_map(|path| {
        let lost = unknown.iter().find(|lost| path.is_lost_with(lost))?;
        Some(LostFact {
            fact: Some(path.to_string()),
            why: lost.why.clone(),
        })
    })
}

/// The findings by key; those that share one are said together, the worst deciding.
fn findings(
    rule: &Rule,
    highest: Severity,
    denials: &[Value],
    input: &Value,
) -> Result<BTreeMap<String, Finding>, RunError> {
    let mut findings: BTreeMap<String, Finding> = BTreeMap::new();
    for denial in denials {
        let (key, mut finding) = finding(rule, highest, denial, input)?;
        if rule.own.is_some() {
            bounds::bound(&key, &mut finding)?;
        }
        match findings.get_mut(&key) {
            None => {
                findings.insert(key, finding);
            }
            Some(held) => {
                held.message.push(' ');
                held.message.push_str(&finding.message);
                if finding.severity > held.severity {
                    held.severity = finding.severity;
                    held.fix = finding.fix;
                    held.at = finding.at;
                    held.value = finding.value;
                }
            }
        }
    }
    if rule.own.is_some() {
        let messages = findings.values_mut().map(|finding| &mut finding.message);
        messages.for_each(bounds::cut);
    }
    Ok(findings)
}

fn finding(
    rule: &Rule,
    highest: Severity,
    denial: &Value,
    input: &Value,
) -> Result<(String, Finding), RunError> {
    let text = |member: &str| match &denial[member] {
        Value::String(text) => Some(text.to_string()),
        _ => None,
    };
    if rule.own.is_none() {
        denial::check(denial, !rule.fix.is_empty())
            .map_err(|problem| RunError::new(format!("deny {problem}")))?;
    }
    let message = text("msg").unwrap_or_default();
    let severity = match text("severity") {
        None => highest,
        Some(name) => Severity::WORST_FIRST
            .into_iter()
            .find(|severity| severity.as_str() == name && *severity <= rule.severity)
            .ok_or_else(|| {
                RunError::new(format!(
                    "a deny has the severity {name:?}, which is none up to the rule's own, {}",
                    rule.severity.as_str()
                ))
            })?
            .min(highest),
    };
    let at = text("at");
    let finding = Finding {
        message,
        severity,
        value: at.as_deref().and_then(|path| value_at(input, path)),
        at,
        fix: fix(rule, &denial["fix"])?,
    };
    Ok((text("key").unwrap_or_default(), finding))
}

/// The fact at a path, as JSON; none where there is none, or too much of it.
fn value_at(input: &Value, path: &str) -> Option<String> {
    let fact = path.split('.').fold(input, |node, step| &node[step]);
    if matches!(fact, Value::Undefined) {
        return None;
    }
    // Most facts that are too long are far too long: they are not written out to be measured.
    let mut text = [0; MAX_EVIDENCE];
    let mut room = text.as_mut_slice();
    serde_json::to_writer(&mut room, fact).ok()?;
    let left = room.len();
    let text = text.get(..MAX_EVIDENCE - left)?;
    std::str::from_utf8(text).ok().map(str::to_owned)
}

/// The command of a finding: a list of its own, or METADATA's with the finding's values.
fn fix(rule: &Rule, given: &Value) -> Result<Vec<String>, RunError> {
    if let Value::Array(arguments) = given {
        return Ok(arguments.iter().map(shown).collect());
    }
    let mut room = match rule.own {
        Some(_) => bounds::MAX_FIX,
        None => usize::MAX,
    };
    let filled: Result<Option<Vec<String>>, RunError> = rule
        .fix
        .iter()
        .map(|argument| fill(argument, given, &mut room))
        .collect();
    Ok(filled?.unwrap_or_default())
}

/// An argument with each `{name}` replaced by the value of that name, for which there is so much room;
/// none where a value is null, for a command without it would be another.
fn fill(argument: &str, values: &Value, room: &mut usize) -> Result<Option<String>, RunError> {
    let mut filled = String::with_capacity(argument.len());
    let mut rest = argument;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after
            .split_once('}')
            .ok_or_else(|| RunError::new(format!("the fix has an open brace in {argument:?}")))?;
        let value = match &values[name] {
            Value::Undefined => {
                return Err(RunError::new(format!(
                    "a deny gives no value for {{{name}}} of the fix"
                )));
            }
            Value::Null => return Ok(None),
            value => shown(value),
        };
        *room = (room.checked_sub(value.len())).ok_or_else(bounds::too_long_a_fix)?;
        filled.push_str(before);
        filled.push_str(&value);
        rest = after;
    }
    filled.push_str(rest);
    Ok(Some(filled))
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        other => other.to_string(),
    }
}
