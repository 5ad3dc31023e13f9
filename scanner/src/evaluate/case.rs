//! The cases beside a rule: each a sample with some facts set, and what the rule must say of it.
//!
//! From every case follow others. Each fact that may be unknown is knocked out in turn, and the
//! verdict may then stay or become unknown, and nothing else: a rule that passes what it was not
//! shown is found here.

use std::collections::BTreeMap;

use regorus::Value;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use thiserror::Error;
use zonewarden_reports::{Outcome, Severity};

use super::catalogue::Rule;
use super::document::Document;
use super::interpreter::Asking;
use super::pack::PackError;
use super::program::CompiledRule;
use super::subject::input_schema;
use super::verdict::{Answers, Verdict, judge};

/// A case of a rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What is special about it.
    pub name: String,
    /// What differs from the scope's sample, by path.
    #[serde(default)]
    pub set: BTreeMap<String, Json>,
    /// Parameters that differ from their defaults.
    #[serde(default)]
    pub params: BTreeMap<String, Json>,
    /// The verdict.
    pub expect: Outcome,
    /// The findings, where they matter; each says as much as it cares for.
    pub findings: Option<Vec<ExpectedFinding>>,
}

/// What a finding must be; what is left out may be anything.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedFinding {
    /// The key.
    #[serde(default)]
    pub key: String,
    /// The severity.
    pub severity: Option<Severity>,
    /// The path of the wrong fact.
    pub at: Option<String>,
    /// The whole message.
    pub message: Option<String>,
    /// The command that mends it.
    pub fix: Option<Vec<String>>,
}

/// Why a case could not be judged, or was judged otherwise than it says.
#[derive(Debug, Clone, Error)]
#[error("{rule}, case {case:?}: {problem}")]
pub struct CaseError {
    /// The id of the rule.
    pub rule: String,
    /// The name of the case.
    pub case: String,
    /// What is wrong.
    pub problem: String,
    /// What was expected, and what was found, where that is all.
    pub difference: Option<Difference>,
}

/// What was expected, and what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Of what.
    pub what: String,
    /// What the case says.
    pub expected: String,
    /// What the rule says.
    pub found: String,
}

/// What is wrong with a case.
struct Problem {
    text: String,
    difference: Option<Difference>,
}

impl From<String> for Problem {
    fn from(text: String) -> Self {
        Self {
            text,
            difference: None,
        }
    }
}

/// A case as it was judged.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The name of the case.
    pub case: String,
    /// The input, unknown facts included.
    pub input: Json,
    /// The verdict.
    pub outcome: Outcome,
    /// Every fact that was knocked out, and the verdict without it.
    pub knock_outs: Vec<KnockOut>,
}

/// A case without one of its facts.
#[derive(Debug, Clone)]
pub struct KnockOut {
    /// Where the fact stood.
    pub path: String,
    /// The input without it.
    pub input: Json,
    /// The verdict without it.
    pub outcome: Outcome,
}

/// Judges every case of a rule, over `sample`, and every knock-out of it.
///
/// # Errors
/// All that is wrong: cases that cannot be read or do not fit their schema, verdicts and findings
/// other than expected, and knock-outs that change a verdict to anything but unknown.
pub fn judge_cases(
    rule: &Rule,
    sample: &Json,
    cases: &[Case],
) -> Result<Vec<Judged>, Vec<CaseError>> {
    let mut judge = CaseJudge::new(rule, sample.clone()).map_err(|error| {
        vec![CaseError {
            rule: rule.id.clone(),
            case: String::new(),
            problem: error.to_string(),
            difference: None,
        }]
    })?;
    let mut judged = Vec::new();
    let mut errors = Vec::new();
    for case in cases {
        match judge.judge(case) {
            Ok(done) => judged.push(done),
            Err(problems) => errors.extend(problems),
        }
    }
    if errors.is_empty() {
        Ok(judged)
    } else {
        Err(errors)
    }
}

/// A rule that is asked about cases.
pub(super) struct CaseJudge<'a> {
    rule: &'a Rule,
    sample: Json,
    schema: Json,
    answers: Box<dyn Answers + 'a>,
    /// What it was asked about, knock-outs aside.
    inputs: Vec<Value>,
}

impl<'a> CaseJudge<'a> {
    /// A rule, and the healthy document of its scope.
    pub(super) fn new(rule: &'a Rule, sample: Json) -> Result<Self, PackError> {
        let answers: Box<dyn Answers + 'a> = match &rule.own {
            Some(own) => Box::new(Asking::new(own)?),
            None => Box::new(CompiledRule::compile(rule)?.machine()),
        };
        Ok(Self::with_answers(rule, sample, answers))
    }

    /// A rule that is asked through `answers`, and the healthy document of its scope.
    pub(super) fn with_answers(
        rule: &'a Rule,
        sample: Json,
        answers: Box<dyn Answers + 'a>,
    ) -> Self {
        Self {
            rule,
            sample,
            schema: input_schema(rule.scope),
            answers,
            inputs: Vec::new(),
        }
    }

    /// Judges a case and every knock-out of it.
    pub(super) fn judge(&mut self, case: &Case) -> Result<Judged, Vec<CaseError>> {
        let rule = self.rule;
        let answers = &mut *self.answers;
        let mut verdict_on = |input: &Json| -> Result<Verdict, String> {
            let document = Document::of_json(input).map_err(|error| error.to_string())?;
            let (value, unknown) = (&document.value, &document.unknown);
            Ok(judge(rule, rule.severity, answers, value, unknown))
        };
        let mut problems = Vec::new();
        let judged = judge_case(
            rule,
            &self.sample,
            case,
            &self.schema,
            &mut verdict_on,
            &mut problems,
        );
        let judged = match judged {
            Ok(judged) => {
                self.inputs
                    .extend(Document::of_json(&judged.input).map(|document| document.value));
                Some(judged)
            }
            Err(problem) => {
                problems.push(problem.into());
                None
            }
        };
        let errors = problems
            .into_iter()
            .map(|Problem { text, difference }| CaseError {
                rule: rule.id.clone(),
                case: case.name.clone(),
                problem: text,
                difference,
            });
        let errors: Vec<CaseError> = errors.collect();
        match judged {
            Some(judged) if errors.is_empty() => Ok(judged),
            _ => Err(errors),
        }
    }

    /// What it was asked about, knock-outs aside.
    pub(super) fn into_inputs(self) -> Vec<Value> {
        self.inputs
    }
}

fn judge_case(
    rule: &Rule,
    sample: &Json,
    case: &Case,
    schema: &Json,
    verdict_on: &mut impl FnMut(&Json) -> Result<Verdict, String>,
    problems: &mut Vec<Problem>,
) -> Result<Judged, String> {
    let input = input_of(rule, sample, schema, case)?;
    let verdict = verdict_on(&input)?;
    if let Some(lost) = verdict.unknown.as_ref().filter(|lost| lost.fact.is_none()) {
        let detail = lost.why.detail.as_deref().unwrap_or_default();
        return Err(format!("the rule failed: {detail}"));
    }
    if verdict.outcome != case.expect {
        problems.push(Problem {
            text: format!(
                "expected {}, and the rule says {}",
                case.expect.as_str(),
                verdict.outcome.as_str()
            ),
            difference: Some(Difference {
                what: "outcome".to_owned(),
                expected: case.expect.as_str().to_owned(),
                found: verdict.outcome.as_str().to_owned(),
            }),
        });
    }
    if let Some(expected) = &case.findings {
        compare(&verdict, expected, problems);
    }
    for path in verdict
        .findings
        .values()
        .filter_map(|found| found.at.as_deref())
    {
        if !is_described(path, schema) {
            problems.push(format!("a finding is at {path}, which is not in the input").into());
        }
    }
    let mut knock_outs = Vec::new();
    for (path, input) in knocked_out(&input, schema) {
        let outcome = verdict_on(&input)?.outcome;
        if outcome != verdict.outcome && outcome != Outcome::Unknown {
            problems.push(
                format!(
                    "without {path}, {} becomes {}; declare the fact in needs or needs_to_pass",
                    verdict.outcome.as_str(),
                    outcome.as_str()
                )
                .into(),
            );
        }
        knock_outs.push(KnockOut {
            path,
            input,
            outcome,
        });
    }
    Ok(Judged {
        case: case.name.clone(),
        input,
        outcome: verdict.outcome,
        knock_outs,
    })
}

fn compare(verdict: &Verdict, expected: &[ExpectedFinding], problems: &mut Vec<Problem>) {
    if expected.len() != verdict.findings.len() {
        let keys: Vec<&str> = verdict.findings.keys().map(String::as_str).collect();
        problems.push(
            format!(
                "expected {} findings, and there are {}, with the keys {keys:?}",
                expected.len(),
                verdict.findings.len()
            )
            .into(),
        );
    }
    for wanted in expected {
        let Some(found) = verdict.findings.get(&wanted.key) else {
            problems.push(format!("there is no finding with the key {:?}", wanted.key).into());
            continue;
        };
        let severity = wanted.severity.map(Severity::as_str);
        let fix = wanted.fix.as_ref().map(|fix| fix.join(" "));
        let none = "none".to_owned();
        for (what, wanted_text, found_text) in [
            (
                "severity",
                severity.map(str::to_owned),
                found.severity.as_str().to_owned(),
            ),
            (
                "at",
                wanted.at.clone(),
                found.at.clone().unwrap_or_else(|| none.clone()),
            ),
            ("message", wanted.message.clone(), found.message.clone()),
            ("fix", fix, found.fix.join(" ")),
        ] {
            let Some(wanted_text) = wanted_text.filter(|wanted| *wanted != found_text) else {
                continue;
            };
            problems.push(Problem {
                text: format!("{what}: expected {wanted_text:?}, found {found_text:?}"),
                difference: Some(Difference {
                    what: match wanted.key.as_str() {
                        "" => what.to_owned(),
                        key => format!("{what} of {key:?}"),
                    },
                    expected: wanted_text,
                    found: found_text,
                }),
            });
        }
    }
}

/// The input of a case: the sample, what the case sets, and every parameter of the rule.
fn input_of(rule: &Rule, sample: &Json, schema: &Json, case: &Case) -> Result<Json, String> {
    let mut input = sample.clone();
    for (path, value) in &case.set {
        if !is_described(path, schema) {
            return Err(format!("the input has no {path}"));
        }
        set(&mut input, path, value.clone())?;
    }
    let mut params = serde_json::Map::new();
    for (name, param) in &rule.params {
        params.insert(name.clone(), param.default.clone());
    }
    for (name, value) in &case.params {
        let admitted = rule
            .params
            .get(name)
            .is_some_and(|param| param.kind.admits(value));
        if !admitted {
            return Err(format!(
                "the rule has no parameter {name} that could be {value}"
            ));
        }
        params.insert(name.clone(), value.clone());
    }
    input["params"] = Json::Object(params);
    Ok(input)
}

/// Whether the schema of the input says that there may be something at a dotted path.
pub(super) fn is_described(path: &str, schema: &Json) -> bool {
    let mut at = vec![schema];
    for step in path.split('.') {
        let open: Vec<&Json> = at.iter().flat_map(|one| branches(one, schema)).collect();
        let inner = open.iter().flat_map(|branch| {
            let named = branch.get("properties").and_then(|all| all.get(step));
            let any = || branch.get("additionalProperties");
            let element = || {
                branch
                    .get("items")
                    .filter(|_| step.parse::<usize>().is_ok())
            };
            named.or_else(any).or_else(element)
        });
        at = inner.filter(|inner| **inner != Json::Bool(false)).collect();
        // Where anything may stand, anything may stand in it.
        if at.contains(&&Json::Bool(true)) {
            return true;
        }
    }
    !at.is_empty()
}

/// Sets the value at a dotted path; a number is the place in an array, at its end to append.
fn set(document: &mut Json, path: &str, value: Json) -> Result<(), String> {
    let missing = || format!("there is no {path} in the sample");
    let mut node = document;
    for step in path.split('.') {
        node = match node {
            Json::Object(members) => members.entry(step).or_insert(Json::Null),
            Json::Array(elements) => {
                let at: usize = step.parse().map_err(|_| missing())?;
                if at == elements.len() {
                    elements.push(Json::Null);
                }
                elements.get_mut(at).ok_or_else(missing)?
            }
            _ => return Err(missing()),
        };
    }
    *node = value;
    Ok(())
}

/// The input without each of its facts in turn: a fact unknown, a set with a gap more, a set with
/// a gap in place of an item.
fn knocked_out(input: &Json, schema: &Json) -> Vec<(String, Json)> {
    let mut pointers = Vec::new();
    find_facts(input, schema, schema, String::new(), &mut pointers);
    let gap = json!({"$unknown": {"reason": "access_denied", "operation": "knocked:Out"}});
    pointers
        .into_iter()
        .filter_map(|fact| {
            let mut without = input.clone();
            let path = match fact {
                Knock::Fact(pointer) => {
                    *without.pointer_mut(&pointer)? = gap.clone();
                    pointer
                }
                Knock::MoreOfSet(pointer) => {
                    without
                        .pointer_mut(&pointer)?
                        .as_array_mut()?
                        .push(gap.clone());
                    format!("{pointer}/more")
                }
            };
            Some((path.trim_start_matches('/').replace('/', "."), without))
        })
        .collect()
}

enum Knock {
    Fact(String),
    MoreOfSet(String),
}

fn find_facts(node: &Json, schema: &Json, root: &Json, pointer: String, found: &mut Vec<Knock>) {
    let branches = branches(schema, root);
    let admits_unknown = branches.iter().any(|branch| is_unknown_mark(branch));
    let is_gap = node.get("$unknown").is_some();
    if is_gap {
        return;
    }
    if admits_unknown {
        found.push(Knock::Fact(pointer.clone()));
    }
    match node {
        Json::Object(members) => {
            for (name, member) in members {
                let named = branches
                    .iter()
                    .find_map(|branch| branch.get("properties")?.get(name));
                // Members of any name, as of a map; `false` forbids them.
                let any = || {
                    let schemas = branches
                        .iter()
                        .filter_map(|branch| branch.get("additionalProperties"));
                    schemas.into_iter().find(|schema| schema.is_object())
                };
                let inner = named.or_else(any);
                if let Some(inner) = inner {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    find_facts(member, inner, root, format!("{pointer}/{name}"), found);
                }
            }
        }
        Json::Array(elements) => {
            let Some(items) = branches.iter().find_map(|branch| branch.get("items")) else {
                return;
            };
            let inner = self::branches(items, root);
            if inner.iter().any(|branch| is_unknown_mark(branch)) {
                found.push(Knock::MoreOfSet(pointer.clone()));
            }
            for (at, element) in elements.iter().enumerate() {
                find_facts(element, items, root, format!("{pointer}/{at}"), found);
            }
        }
        _ => {}
    }
}

/// The schemas of which a value must fit one or all, references followed.
pub(super) fn branches<'a>(schema: &'a Json, root: &'a Json) -> Vec<&'a Json> {
    let mut branches = Vec::new();
    let mut open = vec![schema];
    while let Some(next) = open.pop() {
        if let Some(reference) = next.get("$ref").and_then(Json::as_str) {
            open.extend(
                reference
                    .strip_prefix('#')
                    .and_then(|pointer| root.pointer(pointer)),
            );
        }
        for several in ["anyOf", "allOf", "oneOf"] {
            open.extend(
                next.get(several)
                    .and_then(Json::as_array)
                    .into_iter()
                    .flatten(),
            );
        }
        branches.push(next);
    }
    branches
}

pub(super) fn is_unknown_mark(schema: &Json) -> bool {
    schema
        .get("properties")
        .is_some_and(|properties| properties.get("$unknown").is_some())
}
