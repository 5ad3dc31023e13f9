//! The catalogue of rules, read from the METADATA of each.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use thiserror::Error;
use zonewarden_reports::Severity;

use super::choice::{NoSuchRule, Selector};
use super::document::Step;
use super::fact_path::FactPath;
use super::metadata;
use super::pack::{Pack, Sources};
use super::settings::Settings;
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
    /// Without these facts nobody can say whether it applies; read from the Rego, never declared.
    pub needs_to_apply: Vec<FactPath>,
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
    /// The group that it stands in, such as `kms`; none where its folder stands in none.
    pub group: Option<String>,
    /// The file, for messages.
    pub path: String,
    /// The Rego text; of a rule of several files, that of the one at `path`.
    pub text: Cow<'static, str>,
    /// Who wrote it.
    pub origin: Origin,
    /// What it is made of, where it is the user's own.
    pub(super) own: Option<Own>,
    /// Why the user does not want it judged; none where it is wanted.
    pub left_out: Option<String>,
}

/// What a rule of the user's own is made of.
#[derive(Debug, Clone)]
pub(super) struct Own {
    pub(super) asked: Questions,
    /// Those of its whole pack.
    pub(super) sources: Arc<Sources>,
}

/// What of a package of the user's own is asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Questions {
    /// The package, as a path from `data`.
    pub(super) package: String,
    /// The Rego rules that find something.
    pub(super) heads: Vec<Head>,
    /// The Rego rule that says where it has nothing to say.
    pub(super) not_applicable: Option<Head>,
    /// The severity of what it finds.
    pub(super) severity: Severity,
    /// Whether METADATA has a command, which what it finds gives values for.
    pub(super) has_fix: bool,
}

/// A Rego rule that is asked by its name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Head {
    /// Its name.
    pub(super) name: String,
    /// Where it stands, for messages: a file, and the lines on which it is defined there.
    pub(super) place: String,
}

/// Who wrote a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It ships with zonewarden, and is trusted.
    Shipped,
    /// It is the user's own, or that of whoever the user has it from.
    Own {
        /// Whether it stands in place of a rule that ships.
        overrides: bool,
    },
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
    /// The VPCs of an account in a region.
    Vpcs,
    /// An account in scope.
    Account,
    /// The organisation.
    Organization,
}

impl Scope {
    /// Every scope, in the order of the documentation.
    pub const ALL: [Self; 8] = [
        Self::Zone,
        Self::Ksk,
        Self::Key,
        Self::Alarm,
        Self::Registration,
        Self::Vpcs,
        Self::Account,
        Self::Organization,
    ];

    /// The name of the scope, which is also the member of the input that holds the subject.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Zone => "zone",
            Self::Ksk => "ksk",
            Self::Key => "key",
            Self::Alarm => "alarm",
            Self::Registration => "registration",
            Self::Vpcs => "vpcs",
            Self::Account => "account",
            Self::Organization => "organization",
        }
    }
}

/// Where a rule can be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
    /// The VPCs of every region; source code may leave them to another configuration.
    Vpcs,
}

impl Reads {
    /// The part of the organisation that this is, where it is read only for the rules that read it.
    pub fn part(self) -> Option<Part> {
        match self {
            Self::Registrations => Some(Part::Registrations),
            Self::LogGroups => Some(Part::LogGroups),
            Self::Vpcs => Some(Part::Vpcs),
            Self::Dns | Self::ParentRecords | Self::AllRecords | Self::Alarms | Self::Previous => {
                None
            }
        }
    }

    /// What must have been read for a rule that looks at a place of its input: where it was left
    /// unread, null stands there, and the rule would find nothing wrong.
    pub(super) fn of_place(place: &[Step]) -> Option<Self> {
        let name = |at: usize| match place.get(at) {
            Some(Step::Member(name)) => name.as_str(),
            _ => "",
        };
        match (name(0), name(1)) {
            ("zone", "dns" | "hosted_parent") | ("ksk", "dns") => Some(Self::Dns),
            ("zone", "record_sets") => Some(Self::AllRecords),
            ("zone", "alarms") => Some(Self::Alarms),
            ("zone", "query_logs") if name(3) == "log_group" => Some(Self::LogGroups),
            ("zone", "previous") => Some(Self::Previous),
            ("registration", _) => Some(Self::Registrations),
            ("vpcs", _) => Some(Self::Vpcs),
            _ => None,
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
    warnings: Vec<String>,
}

impl Catalogue {
    /// The rules that ship.
    ///
    /// # Errors
    /// Where the METADATA of a rule is broken or says too little.
    pub fn shipped() -> Result<Self, RuleError> {
        let rules = zonewarden_policies::rules().iter();
        let rules = rules
            .map(metadata::shipped_rule)
            .collect::<Result<_, _>>()?;
        Self::of(rules, Vec::new())
    }

    /// The rules of these files: the path, for messages, and the Rego text.
    ///
    /// # Errors
    /// Where the METADATA of a rule is broken or says too little, or two rules have one id.
    pub fn read<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, RuleError> {
        let rules = files
            .into_iter()
            .map(|(path, text)| metadata::whole_rule(path, text))
            .collect::<Result<Vec<_>, _>>()?;
        Self::of(rules, Vec::new())
    }

    /// These rules with those of a pack, which stand in place of those of the same id.
    ///
    /// # Errors
    /// Where two rules of the pack have one id, or a rule names a cause that there is not.
    pub fn with_own(self, pack: Pack) -> Result<Self, RuleError> {
        let mut warnings = self.warnings;
        let mut shipped = self.rules;
        let mut own = pack.rules;
        for rule in &mut own {
            let at = shipped.iter().position(|other| other.id == rule.id);
            if let Some(at) = at {
                shipped.remove(at);
                rule.origin = Origin::Own { overrides: true };
                warnings.push(format!(
                    "{} stands in place of the rule {} that ships",
                    rule.path, rule.id
                ));
            }
        }
        shipped.extend(own);
        Self::of(shipped, warnings)
    }

    /// The rules of the user's own alone.
    pub fn only_own(mut self) -> Self {
        self.rules.retain(|rule| rule.own.is_some());
        self
    }

    fn of(mut rules: Vec<Rule>, warnings: Vec<String>) -> Result<Self, RuleError> {
        rules.sort_by(|one, other| one.id.cmp(&other.id));
        for pair in rules.windows(2) {
            if let [one, other] = pair
                && one.id == other.id
            {
                let problem = format!(
                    "the id {} is taken by {}; give one of them another custom.id",
                    one.id, one.path
                );
                return Err(other.error(1, problem));
            }
        }
        let ids: BTreeSet<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
        for rule in &rules {
            let mut causes = rule.caused_by.iter().chain(&rule.caused_above);
            if let Some(unknown) = causes.find(|id| !ids.contains(id.as_str())) {
                let problem = format!(
                    "a cause names {unknown}, and no rule has that id; `zonewarden rules list` shows them all"
                );
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
        let mut catalogue = Self {
            rules,
            digest: String::new(),
            warnings,
        };
        for text in catalogue.own().iter().flat_map(|own| own.texts()) {
            digest.update(text.as_bytes());
            digest.update([0]);
        }
        catalogue.digest = format!("sha256:{}", hex::encode(digest.finalize()));
        Ok(catalogue)
    }

    /// Leaves rules out: all but those that `only` selects, where it selects any, and those that
    /// `without` selects. A selector is an id, in which `*` stands for any characters and `?`
    /// for any one, or `group:NAME`, `severity:NAME` (that or worse, as `settings` has it for every
    /// subject), `control:ID` or `control:FRAMEWORK:ID`.
    ///
    /// # Errors
    /// Where a selector selects no rule, and where all of them leave none: nothing would be judged,
    /// and nothing would fail.
    pub fn choose(
        &mut self,
        only: &[String],
        without: &[String],
        settings: &Settings,
    ) -> Result<(), NoSuchRule> {
        let severity = |rule: &Rule| settings.severity(rule);
        let read = |option: &'static str, texts: &[String]| {
            let texts = texts.iter().map(|text| text.trim());
            let texts = texts.filter(|text| !text.is_empty());
            texts
                .map(|text| Selector::read(option, text, &self.rules, severity))
                .collect::<Result<Vec<_>, _>>()
        };
        let wanted = read("--rules", only)?;
        let unwanted = read("--exclude-rules", without)?;
        for rule in &mut self.rules {
            let severity = severity(rule);
            let excluded = (unwanted.iter()).find(|selector| selector.selects(rule, severity));
            rule.left_out = if let Some(selector) = excluded {
                Some(format!("--exclude-rules {} leaves it out", selector.text()))
            } else if !wanted.is_empty() && !wanted.iter().any(|one| one.selects(rule, severity)) {
                Some("--rules does not name it".to_owned())
            } else {
                None
            };
        }
        match self.rules.iter().all(|rule| rule.left_out.is_some()) {
            true => Err(NoSuchRule::Left),
            false => Ok(()),
        }
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

    /// The parts of the organisation that rules read which judge it; those that are left out read none.
    pub fn parts(&self) -> BTreeSet<Part> {
        let wanted = self.rules.iter().filter(|rule| rule.left_out.is_none());
        wanted
            .filter(|rule| rule.judges.contains(&Judges::Live))
            .flat_map(|rule| rule.reads.iter().filter_map(|read| read.part()))
            .collect()
    }

    /// The SHA-256 of all rules, `sha256:` and hexadecimal.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// What a user should know of these rules: those that stand in place of others.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// What the rules of the user's own are made of.
    pub(super) fn own(&self) -> Option<&Sources> {
        let mut own = self.rules.iter().filter_map(|rule| rule.own.as_ref());
        own.next().map(|own| &*own.sources)
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
