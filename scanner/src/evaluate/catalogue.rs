//! The catalogue of rules, read from the METADATA of each.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value as Json;
use serde_saphyr::{DefaultMessageFormatter, MessageFormatter as _};
use sha2::{Digest, Sha256};
use thiserror::Error;
use zonewarden_reports::Severity;

use super::fact_path::FactPath;
use crate::inventory::Part;

/// A rule: its METADATA and its text.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The rule's name for ever.
    pub id: String,
    /// What is wrong where the rule fails.
    pub title: String,
    /// Why it matters.
    pub description: String,
    /// Pages that say more.
    pub related_resources: Vec<String>,
    /// The highest severity of a finding.
    pub severity: Severity,
    /// The kind of subject that it judges.
    pub scope: Scope,
    /// Where it can be judged.
    pub judges: BTreeSet<Judges>,
    /// The partitions in which what it judges is offered; all where empty.
    pub partitions: Vec<String>,
    /// What a scan must have read, for which the user may have chosen otherwise.
    pub reads: BTreeSet<Reads>,
    /// Without these facts there is no verdict.
    pub needs: Vec<FactPath>,
    /// Without these facts there is no pass.
    pub needs_to_pass: Vec<FactPath>,
    /// What can be set, by name.
    pub params: BTreeMap<String, Param>,
    /// The controls that it supports, by framework.
    pub controls: BTreeMap<String, Vec<String>>,
    /// How to mend a failure, in words.
    pub remediation: String,
    /// The command that mends it, with `{placeholders}`.
    pub fix: Vec<String>,
    /// The rules that explain a failure of this one.
    pub caused_by: Vec<String>,
    /// The rules that explain a failure of this one when they fail on a zone above.
    pub caused_above: Vec<String>,
    /// The package of the rule, with `data.` before it.
    pub package: String,
    /// The file, for messages.
    pub path: String,
    /// The Rego text.
    pub text: String,
}

/// The kinds of subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// A public hosted zone.
    Zone,
    /// A key-signing key.
    Ksk,
    /// A KMS key behind a KSK.
    Key,
    /// An alarm that bears on DNSSEC.
    Alarm,
    /// A domain that is registered with Route 53.
    Registration,
    /// An account in scope.
    Account,
}

impl Scope {
    /// Every scope, in the order of the documentation.
    pub const ALL: [Self; 6] = [
        Self::Zone,
        Self::Ksk,
        Self::Key,
        Self::Alarm,
        Self::Registration,
        Self::Account,
    ];

    /// The name of the scope, which is also the member of the input that holds the subject.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Zone => "zone",
            Self::Ksk => "ksk",
            Self::Key => "key",
            Self::Alarm => "alarm",
            Self::Registration => "registration",
            Self::Account => "account",
        }
    }
}

/// Where a rule can be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judges {
    /// In the running organisation.
    Live,
    /// In source code.
    Source,
    /// In a plan of changes.
    Plan,
}

/// What a scan reads only if it is told to, or not told otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reads {
    /// What DNS says of the zones.
    Dns,
    /// The record sets of some zones at least: of those under which others lie.
    ParentRecords,
    /// The record sets of every zone.
    AllRecords,
    /// The alarms; source code may leave them to another configuration.
    Alarms,
    /// Of the running organisation, an earlier snapshot as well.
    Previous,
    /// The log groups to which Route 53 delivers queries, and who may write to them.
    LogGroups,
    /// The domains that are registered with Route 53; source code may leave them to another
    /// configuration.
    Registrations,
}

impl Reads {
    /// The part of the organisation that this is, where it is read only for the rules that read it.
    pub fn part(self) -> Option<Part> {
        match self {
            Self::Registrations => Some(Part::Registrations),
            Self::LogGroups => Some(Part::LogGroups),
            Self::Dns | Self::ParentRecords | Self::AllRecords | Self::Alarms | Self::Previous => {
                None
            }
        }
    }
}

/// A parameter of a rule.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Param {
    /// The type of the value.
    #[serde(rename = "type")]
    pub kind: ParamType,
    /// The value where none is set.
    pub default: Json,
    /// What it decides.
    pub description: String,
}

/// The types of parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParamType {
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// A text.
    String,
    /// True or false.
    Boolean,
    /// A list of texts.
    List,
}

impl ParamType {
    /// Whether a value is of the type.
    pub fn admits(self, value: &Json) -> bool {
        match self {
            Self::Integer => value.is_i64() || value.is_u64(),
            Self::Number => value.is_number(),
            Self::String => value.is_string(),
            Self::Boolean => value.is_boolean(),
            Self::List => value
                .as_array()
                .is_some_and(|items| items.iter().all(Json::is_string)),
        }
    }

    /// The name of the type.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::Number => "number",
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::List => "list",
        }
    }
}

/// Why a rule cannot be used.
#[derive(Debug, Clone, Error)]
#[error("{path}:{line}: {problem}")]
pub struct RuleError {
    /// The file of the rule.
    pub path: String,
    /// The line of the problem, from 1.
    pub line: u64,
    /// What is wrong, and what would be right.
    pub problem: String,
}

/// All rules, by id.
#[derive(Debug, Clone)]
pub struct Catalogue {
    rules: Vec<Rule>,
    digest: String,
}

impl Catalogue {
    /// The rules that ship.
    ///
    /// # Errors
    /// Where the METADATA of a rule is broken or says too little.
    pub fn shipped() -> Result<Self, RuleError> {
        Self::read(
            zonewarden_policies::rules()
                .iter()
                .map(|rule| (rule.path, rule.text)),
        )
    }

    /// The rules of these files: the path, for messages, and the Rego text.
    ///
    /// # Errors
    /// Where the METADATA of a rule is broken or says too little, or two rules have one id.
    pub fn read<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, RuleError> {
        let mut rules = files
            .into_iter()
            .map(|(path, text)| read_rule(path, text))
            .collect::<Result<Vec<_>, _>>()?;
        rules.sort_by(|one, other| one.id.cmp(&other.id));
        for pair in rules.windows(2) {
            if let [one, other] = pair
                && one.id == other.id
            {
                let problem = format!("the id {} is taken by {}", one.id, one.path);
                return Err(other.error(1, problem));
            }
        }
        let ids: BTreeSet<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
        for rule in &rules {
            let mut causes = rule.caused_by.iter().chain(&rule.caused_above);
            if let Some(unknown) = causes.find(|id| !ids.contains(id.as_str())) {
                let problem = format!("a cause names {unknown}, and no rule has that id");
                return Err(rule.error(1, problem));
            }
        }
        let mut digest = Sha256::new();
        for rule in &rules {
            digest.update(rule.id.as_bytes());
            digest.update([0]);
            digest.update(rule.text.as_bytes());
            digest.update([0]);
        }
        Ok(Self {
            rules,
            digest: format!("sha256:{}", hex::encode(digest.finalize())),
        })
    }

    /// The rules, in the order of their ids.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule of an id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules
            .binary_search_by(|rule| rule.id.as_str().cmp(id))
            .ok()
            .and_then(|at| self.rules.get(at))
    }

    /// The parts of the organisation that rules read which judge it.
    pub fn parts(&self) -> BTreeSet<Part> {
        let live = self.rules.iter();
        live.filter(|rule| rule.judges.contains(&Judges::Live))
            .flat_map(|rule| rule.reads.iter().filter_map(|read| read.part()))
            .collect()
    }

    /// The SHA-256 of all rules, `sha256:` and hexadecimal.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

impl Rule {
    /// An error in this rule.
    pub(super) fn error(&self, line: u64, problem: impl Into<String>) -> RuleError {
        RuleError {
            path: self.path.clone(),
            line,
            problem: problem.into(),
        }
    }
}

/// METADATA as OPA's annotations define it, with what zonewarden adds under `custom`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Metadata {
    title: String,
    description: String,
    #[serde(default)]
    related_resources: Vec<String>,
    custom: Custom,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Custom {
    id: String,
    severity: Severity,
    scope: Scope,
    judges: BTreeSet<Judges>,
    #[serde(default)]
    partitions: Vec<String>,
    #[serde(default)]
    reads: BTreeSet<Reads>,
    needs: Vec<FactPath>,
    #[serde(default)]
    needs_to_pass: Vec<FactPath>,
    #[serde(default)]
    params: BTreeMap<String, Param>,
    #[serde(default)]
    controls: BTreeMap<String, Vec<String>>,
    remediation: String,
    #[serde(default)]
    fix: Vec<String>,
    #[serde(default)]
    caused_by: Vec<String>,
    #[serde(default)]
    caused_above: Vec<String>,
}

/// What is wrong, without the place: the parser counts the lines of the block, not those of the file.
fn problem_of(broken: &serde_saphyr::Error) -> String {
    let message = DefaultMessageFormatter.format_message(broken.without_snippet());
    message.lines().next().unwrap_or_default().to_owned()
}

fn read_rule(path: &str, text: &str) -> Result<Rule, RuleError> {
    let error = |line: u64, problem: String| RuleError {
        path: path.to_owned(),
        line,
        problem,
    };
    let (first_line, yaml) = metadata_block(text).ok_or_else(|| {
        error(
            1,
            "there is no METADATA block; begin one with a line `# METADATA` above the package"
                .to_owned(),
        )
    })?;
    let metadata: Metadata = serde_saphyr::from_str(&yaml).map_err(|broken| {
        let line = broken.location().map_or(0, |place| place.line());
        let problem = problem_of(&broken);
        error(first_line + line, format!("METADATA: {problem}"))
    })?;
    let custom = metadata.custom;
    let (package_line, package) =
        package_of(text).ok_or_else(|| error(1, "there is no package".to_owned()))?;
    let expected = format!("zonewarden.{}", custom.id.replace('-', "_"));
    if package != expected {
        let problem = format!(
            "the package is {package}, and for the id {} must be {expected}",
            custom.id
        );
        return Err(error(package_line, problem));
    }
    let rule = Rule {
        title: metadata.title,
        description: metadata.description,
        related_resources: metadata.related_resources,
        severity: custom.severity,
        scope: custom.scope,
        judges: custom.judges,
        partitions: custom.partitions,
        reads: custom.reads,
        needs: custom.needs,
        needs_to_pass: custom.needs_to_pass,
        params: custom.params,
        controls: custom.controls,
        remediation: custom.remediation,
        fix: custom.fix,
        caused_by: custom.caused_by,
        caused_above: custom.caused_above,
        package: format!("data.{package}"),
        path: path.to_owned(),
        text: text.to_owned(),
        id: custom.id,
    };
    check(&rule).map_err(|problem| error(first_line, problem))?;
    Ok(rule)
}

/// What the types of METADATA cannot say.
fn check(rule: &Rule) -> Result<(), String> {
    for (field, value) in [
        ("id", &rule.id),
        ("title", &rule.title),
        ("description", &rule.description),
        ("remediation", &rule.remediation),
    ] {
        if value.trim().is_empty() {
            return Err(format!("METADATA: {field} is empty"));
        }
    }
    if rule.judges.is_empty() {
        return Err("METADATA: judges is empty; say live, source or plan".to_owned());
    }
    let scope = rule.scope.as_str();
    for path in rule.needs.iter().chain(&rule.needs_to_pass) {
        if path.root() != scope {
            return Err(format!(
                "METADATA: the fact {path} is not one of scope {scope}"
            ));
        }
    }
    for (name, param) in &rule.params {
        if !param.kind.admits(&param.default) {
            return Err(format!(
                "METADATA: the default of the parameter {name} is not of type {}",
                param.kind.as_str()
            ));
        }
    }
    Ok(())
}

/// The YAML of the METADATA block, and the line of its heading.
fn metadata_block(text: &str) -> Option<(u64, String)> {
    let mut lines = text.lines().zip(1..);
    let (_, heading) = lines.find(|(line, _)| line.trim_end() == "# METADATA")?;
    let yaml = lines
        .map_while(|(line, _)| line.strip_prefix('#'))
        .map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line)))
        .collect();
    Some((heading, yaml))
}

fn package_of(text: &str) -> Option<(u64, &str)> {
    text.lines()
        .zip(1..)
        .find_map(|(line, number)| Some((number, line.strip_prefix("package ")?.trim())))
}
