//! The documents of subjects, and what OPA makes of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use serde_json::Value as Json;
use zonewarden::evaluate::Scope;
use zonewarden_reports::Report;

use super::peers::{Peers, succeed};

/// OPA's verdict of a rule on a document.
#[derive(Deserialize)]
pub(crate) struct Verdict {
    pub(crate) document: usize,
    pub(crate) rule: String,
    pub(crate) outcome: String,
    findings: Vec<Finding>,
}

#[derive(Deserialize)]
struct Finding {
    key: String,
    severity: String,
    message: String,
    fix: Option<Vec<String>>,
}

impl Verdict {
    /// What was found, as [`findings`] has it.
    pub(crate) fn told(&self) -> Vec<String> {
        let mut told: Vec<String> = self.findings.iter().map(Finding::told).collect();
        told.sort();
        told
    }
}

impl Finding {
    fn told(&self) -> String {
        let fix = self.fix.clone().unwrap_or_default();
        told(&self.key, &self.severity, &self.message, fix.iter())
    }
}

fn told<T: AsRef<str>>(
    key: &str,
    severity: &str,
    message: &str,
    fix: impl Iterator<Item = T>,
) -> String {
    let fix: Vec<String> = fix.map(|argument| argument.as_ref().to_owned()).collect();
    format!("{key} {severity} {message} {fix:?}")
}

/// What OPA makes of a file of documents.
pub(crate) fn verdicts(peers: &Peers, documents: &Path) -> Vec<Verdict> {
    let mut judge = peers.python("opa");
    judge.arg("judge.py").arg("--documents").arg(documents);
    succeed(&mut judge)
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

/// The id that a subject has in reports.
pub(crate) fn subject_id(scope: Scope, input: &Json) -> String {
    let subject = &input[scope.as_str()];
    let text = |value: &Json| value.as_str().unwrap().to_owned();
    match scope {
        Scope::Ksk => format!(
            "{}#{}",
            text(&subject["zone"]["arn"]),
            text(&subject["name"])
        ),
        Scope::Account => format!("arn:aws:iam::{}:root", text(&subject["id"])),
        Scope::Organization => text(&subject["id"]),
        Scope::Registration | Scope::Vpcs => text(&subject["id"]),
        Scope::Zone | Scope::Key | Scope::Alarm => text(&subject["arn"]),
    }
}

/// The verdicts of a report: rule, subject, outcome and what was found.
pub(crate) fn findings(report: &Report) -> BTreeSet<(String, String, String, Vec<String>)> {
    let mut verdicts: BTreeMap<(String, String, String), Vec<String>> = BTreeMap::new();
    for result in &report.results {
        let verdict = verdicts.entry((
            result.rule.to_string(),
            result.subject.id.clone(),
            result.outcome.as_str().to_owned(),
        ));
        let held = verdict.or_default();
        if result.outcome.as_str() == "fail" {
            let severity = result.severity.as_str();
            held.push(told(
                &result.key,
                severity,
                &result.message,
                result.fix.iter(),
            ));
        }
    }
    verdicts
        .into_iter()
        .map(|((rule, subject, outcome), mut told)| {
            told.sort();
            (rule, subject, outcome, told)
        })
        .collect()
}
